package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/report"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

func (a *app) analyzeCmd() *cobra.Command {
	over := map[string]string{}
	c := &cobra.Command{
		Use:   "analyze [DIR]",
		Short: "Make the statistics and tables from Parquet alone",
		Long: `Make the statistics and tables from Parquet alone.

DIR is an experiment, or a directory of results: the tables are all that is
needed. --set replaces an option of the experiment, such as --set mds=ordinal.
Besides what apply makes, analyze resamples the sessions for intervals, which
takes up to a minute for 60 conditions; --set bootstrap=0 goes without.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.analyze(c.Context(), directory(args), over) },
	}
	f := c.Flags()
	f.StringVar(&a.flags.results, "results", "", "`DIR` of the results (default: results beside the experiment's cue.mod)")
	f.BoolVar(&a.flags.simulate, "simulate", false, "analyze the results of apply --simulate")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON document")
	f.StringToStringVar(&over, "set", nil, "replace an analysis option, such as restarts=0 (may be given several times)")
	return c
}

func (a *app) analyze(ctx context.Context, dir string, over map[string]string) error {
	if err := checkOptions(over); err != nil {
		return err
	}
	name, results, err := a.resultsOf(dir)
	if err != nil {
		return err
	}
	p := newProgress(a.stderr)
	sum, err := report.RunWith(ctx, results, report.Overrides(over), report.Settings{Resample: true, Progress: resampling(p)})
	p.close()
	if err != nil {
		return err
	}
	if a.flags.json {
		a.printJSON(a.stdout, sum)
		return nil
	}
	printHeadlines(a.stdout, name, sum)
	state := "written"
	if sum.Unchanged {
		state = "unchanged"
	}
	fmt.Fprintf(a.stdout, "\nanalysis:  %s (%s)\n", shown(sum.Dir), state)
	return nil
}

// resampling shows how the intervals come along.
func resampling(p *progress) func(done, total int) {
	last := 0
	return func(done, total int) {
		if last == 0 {
			p.phase("resampling")
			p.total(total)
		}
		p.add(done - last)
		last = done
	}
}

// checkOptions refuses what --set cannot mean.
func checkOptions(over map[string]string) error {
	known := ingest.OptionNames()
	scratch := ingest.Defaults()
	for _, name := range slices.Sorted(maps.Keys(over)) {
		if !slices.Contains(known, name) {
			mend := "known: " + strings.Join(known, ", ")
			if near := diag.Nearest(name, known); near != "" {
				mend = fmt.Sprintf("did you mean %s?", near)
			}
			return &exitError{code: exitUsage, err: fmt.Errorf("--set %s=%s: there is no option %q of the analysis\n    mend: %s", name, over[name], name, mend)}
		}
		if err := scratch.Set(name, over[name]); err != nil {
			return &exitError{code: exitUsage, err: fmt.Errorf("--set %w", err)}
		}
	}
	return nil
}

// resultsOf finds the tables: dir holds them, or is the experiment whose they
// are.
func (a *app) resultsOf(dir string) (name, results string, err error) {
	if _, err := os.Stat(filepath.Join(dir, "responses.parquet")); err == nil {
		abs, err := filepath.Abs(dir)
		return filepath.Base(abs), abs, err
	}
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		return "", "", orResults(problems)
	}
	if results, err = a.resultsDir(exp); err != nil {
		return "", "", err
	}
	return exp.Name, results, a.hasTables(dir, results)
}

// hasTables says where the tables of an experiment are to come from if it has
// none yet.
func (a *app) hasTables(dir, results string) error {
	if isResults(results) {
		return nil
	}
	mend := a.again("apply", filepath.ToSlash(dir)) + "  writes them"
	if rehearsed := results + "-simulated"; !a.flags.simulate && isResults(rehearsed) {
		mend = fmt.Sprintf("name %s  for those of apply --simulate, or %s", shown(rehearsed), mend)
	}
	return fmt.Errorf("%s: there are no tables here\n    mend: %s", shown(results), mend)
}

// orResults says of a directory that is no experiment that one of results would
// have done.
func orResults(problems diag.List) diag.List {
	for i := range problems {
		if problems[i].Mend == schema.GiveDirectory {
			problems[i].Mend = "give a folder of results, such as results/NAME, or the directory of their experiment"
		}
	}
	return problems
}

// printHeadlines shows one row a condition.
func printHeadlines(w io.Writer, name string, sum *report.Summary) {
	t := newTable(2)
	head := table.Row{"model", "prompt", "temp", "admin."}
	further := 0
	for _, h := range sum.Headlines {
		further = max(further, len(h.Levels))
	}
	for i := range further {
		name := "level" // of an analysis made before they were named
		if i < len(sum.Factors) {
			name = sum.Factors[i]
		}
		head = append(head, name)
	}
	rho := slices.ContainsFunc(sum.Headlines, func(h report.Headline) bool { return h.RhoNA != report.NoMeansBenchmark })
	ssd := slices.ContainsFunc(sum.Headlines, func(h report.Headline) bool { return h.NA != report.NoStructureBenchmark && h.NA != report.NoCircle })
	head = append(head, "n")
	if rho {
		head = append(head, "rho")
	}
	if ssd {
		head = append(head, "SSD", "p")
	}
	t.AppendHeader(head)
	for _, h := range sum.Headlines {
		row := table.Row{h.Model, h.Prompt, ingest.TemperatureWord(h.Temperature), h.Administration}
		for _, l := range h.Levels {
			row = append(row, l)
		}
		row = append(row, num(h.Used))
		if rho {
			row = append(row, figure(h.Rho, 2))
		}
		if ssd {
			row = append(row, figure(h.SSD, 2), figure(h.P, 4))
		}
		t.AppendRow(row)
	}
	printTrimmed(w, t.Render())
	for _, n := range sum.Notes {
		prose(w, n)
	}
}

func figure(x *float64, digits int) string {
	if x == nil {
		return "NA"
	}
	return fmt.Sprintf("%.*f", digits, *x)
}

func sortedKeys(m map[string]int) []string { return slices.Sorted(maps.Keys(m)) }
