package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema/diag"
)

func (a *app) validateCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "validate [DIR]",
		Short: "Check an experiment: every problem at once, at its file and line",
		Args:  cobra.MaximumNArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return a.validate(c.Context(), directory(args)) },
	}
	a.experimentFlags(c, false)
	return c
}

// nothing stores nothing: validating looks at the requests a fresh run begins
// with.
type nothing struct{}

func (nothing) Find(completion.Key) (session.Reply, bool) { return session.Reply{}, false }

func (a *app) validate(_ context.Context, dir string) error {
	o, err := a.design(dir)
	if err != nil {
		return err
	}
	p, err := plan.Make(o.design, &session.Walker{Builder: o.builder, Replies: nothing{}}, nil, nil)
	if err != nil {
		return err
	}
	if a.flags.json {
		list := a.relative(o.warnings)
		if list == nil {
			list = diag.List{}
		}
		a.printJSON(a.stdout, map[string]any{"ok": true, "problems": list, "experiment": o.exp.Name, "design_hash": o.info.DesignHash, "total": p.Total})
		return nil
	}
	if len(o.warnings) > 0 {
		a.problems(o.warnings)
	}
	fmt.Fprintf(a.stdout, "%s is sound: %s in %s, %s\n", o.exp.Name,
		count(p.Total.Sessions, "session"), count(p.Total.Cells, "cell"), count(p.Total.Wanted, "completion"))
	return nil
}
