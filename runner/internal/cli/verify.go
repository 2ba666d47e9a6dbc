package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/verify"
	"circumplex.example/schema"
)

func (a *app) verifyCmd() *cobra.Command {
	var noAnalysis bool
	c := &cobra.Command{
		Use:   "verify [DIR]",
		Short: "Check that the results follow from what was collected",
		Long: `Check that the results follow from what was collected.

DIR is a folder of results, alone, or an experiment (whose design is then
compared too). Checked are the digests, the columns, what rows say of each
other, that the answers follow from the replies and the analysis from the
answers. It changes nothing. A difference is exit code 1, a folder of another
version 7.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.verify(c.Context(), directory(args), noAnalysis) },
	}
	f := c.Flags()
	f.StringVar(&a.flags.results, "results", "", "`DIR` of the results (default: results beside the experiment's cue.mod)")
	f.BoolVar(&a.flags.simulate, "simulate", false, "the results of apply --simulate")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON document")
	f.BoolVar(&noAnalysis, "no-analysis", false, "do not make the analysis anew")
	return c
}

func (a *app) verify(ctx context.Context, dir string, noAnalysis bool) error {
	results, hash, err := a.resultsAndHash(dir)
	if err != nil {
		return err
	}
	p := newProgress(a.stderr)
	r, err := verify.Run(ctx, results, verify.Options{DesignHash: hash, Analysis: !noAnalysis, Progress: resampling(p)})
	p.close()
	if err != nil {
		return err
	}
	code := exitDone
	if r.Count > 0 {
		code = exitFailed
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": r.Count == 0, "exit_code": code, "verify": r})
	} else {
		a.printVerify(r)
	}
	if code != exitDone {
		return quiet(code)
	}
	return nil
}

// resultsAndHash finds the folder, and the design hash of the experiment if that is
// what was named.
func (a *app) resultsAndHash(dir string) (results, hash string, err error) {
	if isResults(dir) {
		results, err = filepath.Abs(dir)
		return results, "", err
	}
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		return "", "", orResults(problems)
	}
	o, err := a.design(dir)
	if err != nil {
		return "", "", err
	}
	if results, err = a.resultsDir(exp); err != nil {
		return "", "", err
	}
	return results, o.info.DesignHash, a.hasTables(dir, results)
}

// isResults tells a folder of results by what apply writes into it, also if
// some of it is gone.
func isResults(dir string) bool {
	for _, name := range []string{"manifest.json", "responses.parquet", "conditions.parquet"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

func (a *app) printVerify(r *verify.Report) {
	for _, d := range r.Differences {
		fmt.Fprintln(a.stderr, oneLine(filepath.ToSlash(filepath.Join(shown(r.Dir), ""))+"/"+d.String()))
	}
	if n := r.Count - len(r.Differences); n > 0 {
		fmt.Fprintf(a.stderr, "and %s more\n", num(n))
	}
	for _, c := range r.Checks {
		result := "as it should be"
		switch {
		case c.Skipped != "":
			result = "not checked: " + c.Skipped
		case c.Differences > 0:
			result = count(c.Differences, "difference")
		}
		fmt.Fprintf(a.stdout, "%-15s %s\n", c.Name+":", result)
		if c.Of != "" {
			fmt.Fprintf(a.stdout, "%-15s %s\n", "", c.Of)
		}
	}
	if r.Count == 0 {
		fmt.Fprintf(a.stdout, "%s: the results follow from what was collected\n", shown(r.Dir))
	} else {
		fmt.Fprintf(a.stdout, "%s: %s\n    mend: put the files back as they were published; or, where the replies are stored,\n          runner apply  on the experiment makes them anew\n", shown(r.Dir), count(r.Count, "difference"))
	}
	if r.Simulated != "false" {
		fmt.Fprintln(a.stdout, "simulated: the simulated respondent answered; no language model was asked")
	}
}
