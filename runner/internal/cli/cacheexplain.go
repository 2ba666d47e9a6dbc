package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/show"
)

func (a *app) cacheExplainCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "explain ID [DIR]",
		Short: "Tell why a request is not in the store: what differs from the nearest",
		Long: `Tell why a request is not in the store: what differs from the nearest.

ID is a key, or a respondent (its first request that is not stored), as for
show. In a message, [-words-] stand in the stored request alone and {+words+} in
the wanted one alone.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withScope(c.Context(), directory(args[1:]), func(o *opened, s *show.Scope) error { return a.explain(c.Context(), o, s, args[0]) })
		},
	}
	a.cacheFlags(c)
	c.Flags().BoolVar(&a.flags.simulate, "simulate", false, "the experiment as apply --simulate runs it")
	return c
}

func (a *app) explain(ctx context.Context, o *opened, s *show.Scope, id string) error {
	q, err := a.wanted(ctx, s, id)
	if err != nil {
		return err
	}
	if q.Stored != nil {
		return a.explainStored(q)
	}
	near, err := show.Nearest(ctx, o.library.For(q.Sent.Origin), q.Sent)
	if err != nil {
		return err
	}
	if a.flags.json {
		doc := map[string]any{"stored": false, "request": q, "nearest": nil}
		if near != nil {
			doc["nearest"], doc["differences"] = show.NewRequest(near.Completion.Request, near.Completion), near.Differences
		}
		a.printJSON(a.stdout, doc)
		return nil
	}
	fmt.Fprintf(a.stdout, "not in the store: %s\n", q.Key)
	fmt.Fprintf(a.stdout, "wanted by:   %s\n", oneLine(placeOf(q)))
	path := o.library.For(q.Sent.Origin).Path()
	if near == nil {
		fmt.Fprintf(a.stdout, "store:       %s is empty\n", path)
	} else {
		a.printNear(near)
		fmt.Fprintf(a.stdout, "store:       %s\n", path)
	}
	fmt.Fprintf(a.stdout, "mend:        %s  asks for it; %s  brings it\n", a.again("apply", shown(o.exp.Dir)), a.again("cache import", "FROM"))
	return nil
}

func placeOf(q *show.Request) string {
	what := fmt.Sprintf("turn %d", q.Turn)
	if q.Purpose == "persona" {
		what = "its persona"
	}
	return fmt.Sprintf("cell (%s), replicate %d, %s", q.Place, q.Replicate, what)
}

// wanted finds the request that is asked about: that of a key, or the first of
// a respondent that is not stored.
func (a *app) wanted(ctx context.Context, s *show.Scope, id string) (*show.Request, error) {
	ref, err := s.Ref(id)
	var unknown *show.NotFound
	if errors.As(err, &unknown) || err == nil && ref.Turn > 0 {
		return a.findRequest(ctx, s, id)
	}
	if err != nil {
		return nil, err
	}
	if ref.Replicate > 0 {
		return firstMissing(ctx, s, ref)
	}
	for r := 1; r <= s.Design.Experiment.N; r++ {
		ref.Replicate = r
		q, err := firstMissing(ctx, s, ref)
		if err != nil || q.Stored == nil || r == s.Design.Experiment.N {
			return q, err
		}
	}
	return nil, nil
}

// firstMissing is the first request of a respondent that is not stored, or its
// last if all are.
func firstMissing(ctx context.Context, s *show.Scope, ref show.Ref) (*show.Request, error) {
	r, err := s.Respondent(ctx, ref.Cell, ref.Replicate)
	if err != nil {
		return nil, err
	}
	all := append(r.Personas, r.Requests...)
	for i := range all {
		if all[i].Stored == nil {
			return &all[i], nil
		}
	}
	return &all[len(all)-1], nil
}

func (a *app) explainStored(q *show.Request) error {
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"stored": true, "request": q})
		return nil
	}
	fmt.Fprintf(a.stdout, "in the store: %s\n", q.Key)
	if q.Place != "" {
		fmt.Fprintf(a.stdout, "used by:     %s\n", oneLine(placeOf(q)))
	}
	fmt.Fprintf(a.stdout, "made:        %s by runner %s\n", q.Stored.StartedAt.Format("2006-01-02 15:04:05 MST"), q.Stored.Version)
	fmt.Fprintf(a.stdout, "see:         runner show request %s\n", q.Key[:16])
	return nil
}

func (a *app) printNear(n *show.Near) {
	fmt.Fprintf(a.stdout, "nearest:     %s\n", n.Completion.Request.Key())
	fmt.Fprintf(a.stdout, "             made %s; it differs in\n", n.Completion.StartedAt.Format("2006-01-02 15:04:05 MST"))
	for _, d := range n.Differences {
		switch {
		case d.Words != "":
			fmt.Fprintf(a.stdout, "  %s\n", d.What)
			a.block("", d.Words)
		case d.Wanted == "" && d.Stored == "":
			fmt.Fprintf(a.stdout, "  %s\n", d.What)
		default:
			fmt.Fprintf(a.stdout, "  %s: wanted %s, stored %s\n", oneLine(d.What), oneLine(d.Wanted), oneLine(d.Stored))
		}
		if d.Why != "" {
			fmt.Fprintf(a.stdout, "      why: %s\n", d.Why)
		}
	}
}

// offlineMend says what is missing of a run that may ask nobody, and what
// brings it.
func (a *app) offlineMend(o *opened, cells int, key completion.Key, place string) string {
	return strings.Join([]string{
		fmt.Sprintf("            in %s; the first is of %s", count(cells, "cell"), oneLine(place)),
		"            its key is " + key.String(),
		fmt.Sprintf("    mend:   %s  brings published replies; without --offline\n            they are asked for; %s  tells why", a.again("cache import", "FROM"), a.again("cache explain", key.String()[:16], shown(o.exp.Dir))),
	}, "\n")
}

// simulateFlag repeats --simulate in a command to type.
func (a *app) simulateFlag() string {
	if a.flags.simulate {
		return " --simulate"
	}
	return ""
}

// again is a command on the same experiment, store and results, to type. One without
// --simulate would ask the models themselves.
func (a *app) again(verb string, args ...string) string {
	s := "runner " + verb
	for _, arg := range args {
		s += " " + typed(arg)
	}
	if verb != "cache import" {
		s += a.simulateFlag()
	}
	cache := strings.HasPrefix(verb, "cache ")
	if a.flags.store != "" && (cache || verb == "apply") {
		s += " --store " + typed(a.flags.store)
	}
	if a.flags.results != "" && !cache {
		s += " --results " + typed(a.flags.results)
	}
	return s
}
