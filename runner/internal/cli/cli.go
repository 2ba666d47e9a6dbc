// Package cli is the command line: the only package that sees flags,
// environment, terminal and exit codes. It wires the others together and
// prints what they return.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"circumplex.example/schema/diag"
)

// Version is recorded with every completion and table.
const Version = "0.1.0"

// app is one invocation.
type app struct {
	stdout, stderr io.Writer
	flags          flags
	// env holds what --env-file says.
	env map[string]string
}

// flags are those that several verbs have.
type flags struct {
	store, results string
	only           []string
	first          int
	simulate       bool
	json           bool
	envFile        string
}

// Main runs the program and returns its exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	// A mistake before --json ends the reading of flags.
	a.flags.json = a.flags.json || err != nil && slices.Contains(args, "--json")
	return a.finish(err)
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "runner",
		Short:         "Declarative experiments on how language models answer questionnaires",
		Long:          longHelp,
		SilenceErrors: true, SilenceUsage: true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if words := c.Flags().Args(); c == root && len(words) > 0 {
			return unknownVerb(c, words[0]) // no verb has its flags either
		}
		return usageError(c, err)
	})
	root.SetUsageTemplate(wrappedFlags.Replace(root.UsageTemplate()))
	root.AddCommand(
		a.initCmd(), a.fmtCmd(), a.schemaCmd(), a.completionCmd(),
		a.validateCmd(), a.planCmd(), a.applyCmd(), a.statusCmd(),
		a.diffCmd(),
		a.doctorCmd(),
		a.simulateCmd(),
		a.analyzeCmd(), a.reportCmd(), a.exportCmd(), a.importCmd(),
		a.showCmd(), a.cacheCmd(), a.verifyCmd(),
		a.versionCmd(),
	)
	for _, c := range root.Commands() {
		c.Args = argsAsUsage(c.Args)
		for _, sub := range c.Commands() {
			sub.Args = argsAsUsage(sub.Args)
		}
	}
	completions(root)
	root.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		return unknownVerb(c, args[0])
	}
	root.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	helpOnVerbs(root)
	return root
}

// helpOnVerbs makes `help WORD` fail for a word that is no verb.
func helpOnVerbs(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, err := root.Find([]string{"help"})
	if err != nil || help == root {
		panic("cli: there is no help command")
	}
	help.Run = nil
	help.RunE = func(_ *cobra.Command, args []string) error {
		c, rest, err := root.Find(args)
		if err != nil || len(rest) > 0 && c.HasSubCommands() {
			return unknownVerb(c, args[len(args)-max(1, len(rest))])
		}
		c.InitDefaultHelpFlag()
		return c.Help()
	}
}

// replicates is the value of --first.
type replicates int

func (r *replicates) String() string { return strconv.Itoa(int(*r)) }
func (r *replicates) Type() string   { return "int" }

// Set refuses 0, which would otherwise mean all.
func (r *replicates) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return errors.New("want 1 or more")
	}
	*r = replicates(n)
	return nil
}

// wrappedFlags lets the help of flags fit a terminal of 80 columns.
var wrappedFlags = strings.NewReplacer(".FlagUsages ", ".FlagUsagesWrapped 80 ")

const longHelp = `Declarative experiments on how language models answer questionnaires.

An experiment is a directory of .cue files. Edit it, see what a change means
with plan, collect with apply, find the tables below results/.

  runner init DIR        a new experiment, ready to run
  runner validate DIR    is the experiment sound?
  runner plan DIR        what is stored, what would be asked, at what size
  runner diff A B        what a change of an experiment changes
  runner apply DIR       ask what is missing, write tables, analyze
  runner doctor DIR      are keys and endpoints in order?
  runner status DIR      how far the collection is, and where everything lies
  runner analyze DIR     make the tables of the paper from Parquet alone
  runner report DIR      one HTML file of the results
  runner export DIR      the tables as CSV or Arrow
  runner import answers  tables from answers collected elsewhere
  runner simulate        serve a respondent that is no model, as a provider would
  runner show            what would be sent, and what came back
  runner cache           the stored replies: list, explain, check, publish
  runner verify DIR      do the results follow from what was collected?`

// argsAsUsage makes a wrong number of arguments a usage error.
func argsAsUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if check == nil {
			return nil
		}
		if err := check(c, args); err != nil {
			if c.HasSubCommands() && len(args) > 0 && strings.HasPrefix(err.Error(), "unknown command") {
				return unknownVerb(c, args[0])
			}
			err = argumentsError(c, args, err)
			return usageError(c, err)
		}
		return nil
	}
}

// argumentsError says in words what cobra says of the number of arguments.
func argumentsError(c *cobra.Command, args []string, err error) error {
	msg := err.Error()
	switch counted := strings.HasPrefix(msg, "accepts ") || strings.HasPrefix(msg, "unknown command"); {
	case counted && len(args) == 0:
		return fmt.Errorf("an argument is missing: %s", strings.TrimSuffix(c.UseLine(), " [flags]"))
	case counted && len(args) == 1:
		return fmt.Errorf("1 argument is too many: %s", args[0])
	case counted:
		return fmt.Errorf("%d arguments are too many: %s", len(args), strings.Join(args, " "))
	}
	return err
}

// unknownVerb is the error of a word where a verb is wanted.
func unknownVerb(c *cobra.Command, word string) error {
	var names []string
	for _, s := range c.Commands() {
		if s.Name() != "help" && !s.Hidden {
			names = append(names, s.Name())
		}
	}
	path := strings.TrimPrefix(c.CommandPath()+" "+word, c.Root().Name()+" ")
	return &exitError{code: exitUsage, err: fmt.Errorf("there is no verb %q\n    mend: %s", path, cmp.Or(diag.DidYouMean(word, names), c.CommandPath()+" --help  lists them"))}
}

func usageError(c *cobra.Command, err error) error {
	msg := err.Error()
	if name, ok := strings.CutPrefix(msg, "unknown flag: --"); ok {
		if near := diag.Nearest(name, flagNames(c)); near != "" {
			msg += fmt.Sprintf("\n    mend: did you mean --%s?", near)
			return &exitError{code: exitUsage, err: errors.New(msg)}
		}
	}
	msg, _, _ = strings.Cut(msg, ": strconv.") // Go's own words help nobody
	return &exitError{code: exitUsage, err: fmt.Errorf("%s\n    mend: %s --help  lists what it takes", msg, c.CommandPath())}
}

// experimentFlags gives a command the flags that say which part of which
// experiment, and where things lie.
func (a *app) experimentFlags(c *cobra.Command, part bool) {
	f := c.Flags()
	f.StringVar(&a.flags.store, "store", "", "`DIR` of the stores (default: the user's data and cache directories; RUNNER_STORE)")
	f.StringVar(&a.flags.results, "results", "", "`DIR` of the results (default: results beside the experiment's cue.mod)")
	f.BoolVar(&a.flags.simulate, "simulate", false, "let the simulated respondent answer in place of every model")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON document")
	f.StringVar(&a.flags.envFile, "env-file", "", "`FILE` of NAME=value lines that hold keys; goes before the environment")
	if part {
		f.StringArrayVar(&a.flags.only, "only", nil, "only these `LEVELS`, such as model=a,prompt=b (a factor named twice admits both)")
		f.Var((*replicates)(&a.flags.first), "first", "only the first `K` replicates of each cell")
	}
}

// directory returns the experiment's directory: the argument, or the working
// directory.
func directory(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}
