package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

const completionHelp = `Print the script that lets a shell complete verbs, flags, experiments and levels.

  bash:        runner completion bash > ~/.local/share/bash-completion/completions/runner
  zsh:         runner completion zsh > "${fpath[1]}/_runner"
  fish:        runner completion fish > ~/.config/fish/completions/runner.fish
  PowerShell:  runner completion powershell >> $PROFILE

It then completes directories that hold an experiment, and after --only the
factors and levels of that experiment. Bash needs the package bash-completion,
zsh a line  autoload -U compinit; compinit  in ~/.zshrc.`

var shells = []string{"bash", "zsh", "fish", "powershell"}

func (a *app) completionCmd() *cobra.Command {
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Print the script that completes commands in a shell",
		Long:      completionHelp,
		Args:      cobra.ExactArgs(1),
		ValidArgs: shells,
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.stdout, true)
			case "zsh":
				return root.GenZshCompletion(a.stdout)
			case "fish":
				return root.GenFishCompletion(a.stdout, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.stdout)
			}
			return &exitError{code: exitUsage, err: fmt.Errorf("there is no completion for the shell %q\n    mend: %s", args[0], diag.DidYouMean(args[0], shells))}
		},
	}
}

// completions gives every command that takes an experiment's directory, or
// --only, what completes it, unless the command has its own.
func completions(c *cobra.Command) {
	for _, sub := range c.Commands() {
		completions(sub)
	}
	if c.ValidArgsFunction == nil && len(c.ValidArgs) == 0 && strings.Contains(c.Use, "DIR") {
		c.ValidArgsFunction = completeDir
	}
	if c.Flags().Lookup("only") != nil {
		complete(c, "only", completeOnly)
	}
}

// complete registers what completes a flag. It fails only for a flag that the
// command does not have, which is a mistake in this package.
func complete(c *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic("cli: " + err.Error())
	}
}

// fixed completes a flag that has one of a few values.
func fixed(c *cobra.Command, flag string, values func() []string) {
	complete(c, flag, func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return values(), cobra.ShellCompDirectiveNoFileComp
	})
}

// looked bounds how many directories completion looks into: a shell waits.
const looked = 500

// completeDir offers the directories below the one typed so far that hold an
// experiment; where there is none, the shell offers directories.
func completeDir(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	above, _ := filepath.Split(typed)
	found := experimentsBelow(above)
	found = slices.DeleteFunc(found, func(d string) bool { return !strings.HasPrefix(d, typed) })
	if len(found) == 0 {
		return nil, cobra.ShellCompDirectiveFilterDirs
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// experimentsBelow finds directories with an experiment at most three levels
// below a directory, as they would be typed.
func experimentsBelow(above string) []string {
	type dir struct {
		path  string
		depth int
	}
	var out []string
	queue := []dir{{above, 0}}
	for n := 0; len(queue) > 0 && n < looked; n++ {
		d := queue[0]
		queue = queue[1:]
		entries, err := os.ReadDir(filepath.Clean("./" + d.path))
		if filepath.IsAbs(d.path) {
			entries, err = os.ReadDir(d.path)
		}
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := e.Name()
			switch path := d.path + name; {
			case strings.HasPrefix(name, ".") || name == "cue.mod" || name == "results":
			case e.IsDir() && d.depth < 3:
				queue = append(queue, dir{path + "/", d.depth + 1})
			case d.depth > 0 && filepath.Ext(name) == ".cue" && !slices.Contains(out, strings.TrimSuffix(d.path, "/")) && declares(path):
				out = append(out, strings.TrimSuffix(d.path, "/"))
			}
		}
	}
	return out
}

var experimentField = regexp.MustCompile(`(?m)^experiment:`)

// declares reports whether a .cue file has an experiment.
func declares(file string) bool {
	b, err := os.ReadFile(file)
	return err == nil && experimentField.Match(b)
}

// completeOnly offers factor= and, after that, the levels of the experiment in
// the directory that stands on the line, or in the working directory. What
// stands before a comma is kept.
func completeOnly(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	const stay = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	exp, problems := schema.Load(directory(args))
	if problems.HasErrors() {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	kept, last := "", typed
	if i := strings.LastIndex(typed, ","); i >= 0 {
		kept, last = typed[:i+1], typed[i+1:]
	}
	var out []cobra.Completion
	factor, _, chosen := strings.Cut(last, "=")
	if chosen {
		if !slices.Contains(exp.FactorNames(), factor) {
			return nil, stay
		}
		for _, level := range exp.LevelNames(factor) {
			out = append(out, kept+factor+"="+level)
		}
	} else {
		for _, f := range exp.FactorNames() {
			out = append(out, kept+f+"=")
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return !strings.HasPrefix(s, typed) }), stay
}
