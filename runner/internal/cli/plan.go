package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
)

func (a *app) planCmd() *cobra.Command {
	var detailed bool
	c := &cobra.Command{
		Use:   "plan [DIR]",
		Short: "Say what is stored and what would be asked; ask nobody",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.plan(c.Context(), directory(args), detailed)
		},
	}
	a.experimentFlags(c, true)
	c.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit 2 if there is anything to make")
	return c
}

func (a *app) plan(ctx context.Context, dir string, detailed bool) error {
	o, s, err := a.survey(ctx, dir)
	if err != nil {
		return err
	}
	defer a.close(o)
	if a.flags.json {
		a.printJSON(a.stdout, a.planDocument(o, s))
	} else {
		a.problemsIfAny(o)
		a.printPlan(o, s.Plan)
	}
	if detailed && s.Plan.Total.Make > 0 {
		return quiet(exitChanges)
	}
	return nil
}

// survey loads an experiment and holds it against the stores, changing nothing.
func (a *app) survey(ctx context.Context, dir string) (*opened, *apply.Survey, error) {
	o, err := a.design(dir)
	if err != nil {
		return nil, nil, err
	}
	if err := a.openStores(ctx, o, true); err != nil {
		return nil, nil, err
	}
	s, err := apply.Look(ctx, o.library, o.design, o.builder, o.part, o.info)
	if err != nil {
		a.close(o)
		return nil, nil, err
	}
	return o, s, nil
}

// problemsIfAny prints warnings for people; a JSON document has them in its field
// problems.
func (a *app) problemsIfAny(o *opened) {
	if a.flags.json {
		return
	}
	if len(o.warnings) > 0 {
		a.problems(o.warnings)
	}
	for _, m := range o.exp.Models {
		if m.Retired == nil || a.flags.simulate {
			continue
		}
		since := ""
		if m.Retired.Date != "" {
			since = " since " + m.Retired.Date
		}
		fmt.Fprintf(a.stderr, "%s: warning: model %q can no longer be called%s\n    why:  %s\n    mend: --simulate  runs the design with the simulated respondent\n",
			shownPlace(o.exp.Place("factors", "model", m.Name)), m.Name, since, m.Retired.Source)
	}
}

func (a *app) planDocument(o *opened, s *apply.Survey) map[string]any {
	doc := map[string]any{
		"experiment": o.exp.Name, "design_hash": o.info.DesignHash, "simulated": o.info.Simulated,
		"instrument": o.exp.Instrument.Name, "n": o.exp.N, "plan": s.Plan,
		"store": o.paths, "results": o.results, "problems": a.relative(o.warnings),
	}
	if !s.Plan.Oldest.IsZero() {
		doc["stored_since"], doc["stored_until"] = s.Plan.Oldest, s.Plan.Newest
	}
	return doc
}
