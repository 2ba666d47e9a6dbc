package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"circumplex.example/runner/internal/scaffold"
	"circumplex.example/schema/diag"
)

// initFlags are the flags of init.
type initFlags struct {
	template, name string
	update         bool
}

func initHelp() string {
	var b strings.Builder
	b.WriteString("Make a new experiment in an empty directory, ready to validate, plan and apply.\n\nTemplates:\n")
	for _, t := range scaffold.Templates() {
		fmt.Fprintf(&b, "  %-8s %s\n", t.Name, t.About)
	}
	b.WriteString(`
Beside the experiment's files it makes a README.md that explains them, a
.gitignore, and cue.mod with copies of the schema, questionnaires and
benchmarks, which editors and the stock cue read. Nothing that is there is
overwritten. Below a directory that has a cue.mod already, the experiment
becomes a part of that.

  runner init my-study
  runner init my-study --template local
  runner init --update my-study    after a new version of runner: the schema's
                                   copy is refreshed; questionnaires that are
                                   there are left as they are`)
	return b.String()
}

func (a *app) initCmd() *cobra.Command {
	var f initFlags
	c := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Make a new experiment in an empty directory",
		Long:  initHelp(),
		Args:  cobra.MaximumNArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.init(directory(args), f) },
	}
	c.Flags().StringVar(&f.template, "template", "", "what to begin with: "+strings.Join(scaffold.Names(), ", ")+" (default minimal; asked for on a terminal)")
	c.Flags().StringVar(&f.name, "name", "", "the experiment's `name`, which its folder of results has too (default: the template's)")
	c.Flags().BoolVar(&f.update, "update", false, "refresh the copy of the schema of an experiment that is there")
	c.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
	fixed(c, "template", scaffold.Names)
	return c
}

func (a *app) init(dir string, f initFlags) error {
	if f.update {
		if f.template != "" || f.name != "" {
			return &exitError{code: exitUsage, err: errors.New("--update refreshes an experiment that is there: it takes neither --template nor --name")}
		}
		return a.initUpdate(dir)
	}
	template := f.template
	if template == "" {
		template = scaffold.Names()[0]
		if in, ok := a.person(); ok {
			var err error
			if template, err = ask(in, a.stderr); err != nil {
				return err
			}
		}
	}
	p, err := scaffold.New(dir, template, f.name)
	var inTheWay diag.List
	switch {
	case errors.As(err, &inTheWay):
		return &exitError{code: exitFailed, err: inTheWay}
	case err != nil:
		return &exitError{code: exitUsage, err: err}
	}
	if err := p.Write(); err != nil {
		return err
	}
	a.showInit(p, template)
	return nil
}

// person returns standard input if somebody sits at it and sees the question.
func (a *app) person() (io.Reader, bool) {
	f, ok := a.stderr.(*os.File)
	if a.flags.json || !ok || !term.IsTerminal(int(f.Fd())) || !term.IsTerminal(int(os.Stdin.Fd())) {
		return nil, false
	}
	return os.Stdin, true
}

// ask lets a person choose a template by number or name; an empty line is the
// first.
func ask(in io.Reader, out io.Writer) (string, error) {
	names := scaffold.Names()
	for i, t := range scaffold.Templates() {
		fmt.Fprintf(out, "%d  %-8s %s\n", i+1, t.Name, t.About)
	}
	lines := bufio.NewScanner(in)
	for {
		fmt.Fprintf(out, "which one? [1] ")
		if !lines.Scan() {
			return "", &exitError{code: exitUsage, err: errors.New("no template was chosen\n    mend: runner init --template " + names[0])}
		}
		said := strings.TrimSpace(lines.Text())
		n, err := strconv.Atoi(said)
		switch {
		case said == "":
			return names[0], nil
		case err == nil && n >= 1 && n <= len(names):
			return names[n-1], nil
		case slices.Contains(names, strings.ToLower(said)):
			return strings.ToLower(said), nil
		}
		fmt.Fprintf(out, "type a number from 1 to %d, or a name\n", len(names))
	}
}

func (a *app) showInit(p *scaffold.Plan, template string) {
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Path)
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "template": template, "dir": p.Dir, "files": names, "module": p.Root})
		return
	}
	dir := shown(p.Dir)
	fmt.Fprintf(a.stdout, "made in %s: %s\n", dir, strings.Join(names, ", "))
	switch {
	case len(p.Copy) > 0:
		fmt.Fprintf(a.stdout, "and in %s: the copy of the schema that editors read\n", shown(p.Root+"/cue.mod"))
	case p.Module:
		fmt.Fprintf(a.stdout, "it is a part of the module in %s, which has the schema already\n", shown(p.Root))
	}
	if p.Root != p.Dir {
		fmt.Fprintf(a.stdout, "results will go to %s; keep that folder out of git\n", shown(p.Root+"/results"))
	}
	fmt.Fprintln(a.stdout, "\nnext:")
	if dir != "." {
		fmt.Fprintf(a.stdout, "  cd %s\n", typed(dir))
	}
	fmt.Fprintln(a.stdout, "  runner validate\n  runner plan\n  runner apply --simulate")
}

// typed is a path as it is typed in a shell.
func typed(path string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-._/~:+@%\\", r)
	}
	if !strings.ContainsFunc(path, func(r rune) bool { return !plain(r) }) {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

func (a *app) initUpdate(dir string) error {
	u, err := scaffold.Update(dir)
	if err != nil {
		var problems diag.List
		if errors.As(err, &problems) {
			return &exitError{code: exitFailed, err: problems}
		}
		return err
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "copy": u})
		return nil
	}
	for _, part := range []struct {
		what  string
		files []string
	}{{"brought up to date", u.Changed}, {"removed, since the schema has it no more", u.Removed}, {"added", u.Added}, {"left as it is, though this program has another", u.Left}} {
		for _, f := range part.files {
			fmt.Fprintf(a.stdout, "%s: %s\n", f, part.what)
		}
	}
	if len(u.Left) > 0 {
		fmt.Fprintln(a.stdout, "the experiment uses the copy; to take the program's, delete the file and run this again")
	}
	if len(u.Changed)+len(u.Removed)+len(u.Added) == 0 {
		fmt.Fprintln(a.stdout, "nothing to do: the schema's copy is this program's")
	}
	return nil
}
