package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	tables "circumplex.example/runner/internal/table"
)

func (a *app) statusCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "status [DIR]",
		Short: "Say how far the collection is, and where everything lies",
		Args:  cobra.MaximumNArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return a.status(c.Context(), directory(args)) },
	}
	a.experimentFlags(c, true)
	return c
}

func (a *app) status(ctx context.Context, dir string) error {
	o, s, err := a.survey(ctx, dir)
	if err != nil {
		return err
	}
	defer a.close(o)
	m, err := tables.ReadManifest(o.results)
	if err != nil {
		return err
	}
	state := "not written"
	switch {
	case m.Current(o.results, s.Inputs):
		state = "up to date"
	case m.Of(s.Inputs):
		state = "not as they were written: a file is missing or changed"
	case m != nil:
		state = "older than the store or the experiment"
	}
	if a.flags.json {
		doc := a.planDocument(o, s)
		doc["tables"] = state
		if m != nil {
			doc["counts"] = m.Counts
		}
		if o.library.Real != nil {
			if doc["spent"], err = o.library.Real.Spent(ctx, o.exp.Name, time.Time{}); err != nil {
				return err
			}
		}
		doc["served"] = s.Drift()
		a.printJSON(a.stdout, doc)
		return nil
	}
	a.problemsIfAny(o)
	t := s.Plan.Total
	fmt.Fprintf(a.stdout, "%s: %s of %s complete, %s of %s stored\n", o.exp.Name,
		num(t.Complete), count(t.Sessions, "session"), num(t.Stored), count(t.Wanted, "completion"))
	a.printPlanNotes(o, s.Plan)
	if err := a.printSpent(ctx, o); err != nil {
		return err
	}
	printDrift(a.stdout, s.Drift())
	fmt.Fprintf(a.stdout, "tables:    %s\n", state)
	if m != nil {
		fmt.Fprintln(a.stdout)
		printCounts(a, m.Counts)
	}
	return nil
}

// printSpent says what the experiment cost so far, over all runs and processes, by
// the store's ledger.
func (a *app) printSpent(ctx context.Context, o *opened) error {
	if o.library.Real == nil {
		return nil
	}
	sp, err := o.library.Real.Spent(ctx, o.exp.Name, time.Time{})
	if err != nil || sp.Lines == 0 {
		return err
	}
	cost := dollars(float64(sp.Micros) / 1e6)
	if sp.Unpriced > 0 {
		cost = fmt.Sprintf("at least %s (the cost of %s is not known)", cost, count(int(sp.Unpriced), "request"))
	}
	fmt.Fprintf(a.stdout, "spent:     %s for %s sent\n", cost, count(int(sp.Tries), "request"))
	return nil
}

// printCounts shows what became of respondents and answers.
func printCounts(a *app, c tables.Counts) {
	t := newTable(2)
	t.AppendHeader(table.Row{"in the tables", "status", "count"})
	for _, group := range []struct {
		name   string
		counts map[string]int
	}{{"respondents", c.Respondents}, {"answers", c.Responses}} {
		name := group.name
		for _, status := range sortedKeys(group.counts) {
			t.AppendRow(table.Row{name, status, num(group.counts[status])})
			name = ""
		}
	}
	printTrimmed(a.stdout, t.Render())
}
