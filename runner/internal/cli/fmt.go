package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"circumplex.example/analysis/tabular"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

const fmtHelp = `Bring the .cue files of an experiment into the standard form, as cue fmt does.

Only comments' places, blanks and line breaks change, never what a file means.
A file that is no CUE is left as it is, and told at its line.

  runner fmt             the files of the working directory
  runner fmt --check .   changes nothing, lists what would change, exit code 1`

func (a *app) fmtCmd() *cobra.Command {
	check := false
	c := &cobra.Command{
		Use:   "fmt [DIR]",
		Short: "Bring an experiment's .cue files into the standard form",
		Long:  fmtHelp,
		Args:  cobra.MaximumNArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.format(directory(args), check) },
	}
	c.Flags().BoolVar(&check, "check", false, "change nothing; list the files that would change, and exit with 1")
	c.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return c
}

func (a *app) format(dir string, check bool) error {
	files, err := cueFiles(dir)
	if err != nil {
		return err
	}
	changed, err := a.formatFiles(files, check)
	var problems diag.List
	switch {
	case err != nil && !errors.As(err, &problems):
		return err
	case a.flags.json:
		a.printJSON(a.stdout, map[string]any{"ok": !problems.HasErrors() && (!check || len(changed) == 0), "changed": changed, "problems": append(diag.List{}, a.relative(problems)...)})
	default:
		for _, f := range changed {
			fmt.Fprintln(a.stdout, f)
		}
		if len(problems) > 0 {
			a.problems(problems)
		}
	}
	switch {
	case problems.HasErrors():
		return quiet(exitInvalid)
	case check && len(changed) > 0:
		return quiet(exitFailed)
	}
	return nil
}

// formatFiles returns the files that are not in the standard form, and brings
// them into it unless they are only checked. Its error is a diag.List where
// files are no CUE; the others are formatted all the same.
func (a *app) formatFiles(files []string, check bool) ([]string, error) {
	changed, problems := []string{}, diag.List{}
	for _, f := range files {
		src, err := os.ReadFile(f)
		if err != nil {
			return changed, err
		}
		want, err := schema.Format(f, src)
		var broken diag.List
		switch {
		case errors.As(err, &broken):
			problems = append(problems, broken...)
		case err != nil:
			return changed, err
		case !bytes.Equal(src, want):
			if !check {
				if err := rewrite(f, want); err != nil {
					return changed, err
				}
			}
			changed = append(changed, shown(f))
		}
	}
	if problems.HasErrors() {
		return changed, problems
	}
	return changed, nil
}

// rewrite replaces a file in one step; of a link it replaces what it leads to.
// The file keeps its permissions.
func rewrite(path string, data []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return err
	}
	st, err := os.Stat(target)
	if err != nil {
		return err
	}
	if err := tabular.WriteFile(target, data); err != nil {
		return err
	}
	return os.Chmod(target, st.Mode().Perm())
}

// cueFiles lists the .cue files of a directory, those that CUE passes over
// included.
func cueFiles(dir string) ([]string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(abs)
	var problems diag.List
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		problems.Add(diag.Problem{Place: diag.Place{File: abs}, What: "the directory cannot be read: " + err.Error(),
			Mend: "give the directory that holds the experiment's .cue files"})
		return nil, problems
	}
	var out []string
	for _, e := range entries {
		if !e.IsDir() && filepath.Ext(e.Name()) == ".cue" {
			out = append(out, filepath.Join(abs, e.Name()))
		}
	}
	if len(out) == 0 {
		problems.Add(diag.Problem{Place: diag.Place{File: abs}, What: "there is no .cue file in this directory",
			Mend: "give the directory that holds the experiment's .cue files"})
		return nil, problems
	}
	slices.Sort(out)
	return out, nil
}
