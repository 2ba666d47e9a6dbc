package apply

import (
	"cmp"
	"context"
	"slices"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
)

// Survey is a design held against what is stored.
type Survey struct {
	Plan *plan.Plan
	// Todo lists the respondents of the part that are not complete, in the order
	// of callOrder.
	Todo []Seat
	// Gap tells what of the part is missing.
	Gap Gap
	// Inputs is the digest of what the tables would be made from.
	Inputs string

	served               served
	answers, generations []*completion.Origin
	briefs               *briefs
}

// Seat is one respondent by number.
type Seat struct {
	Cell      *design.Cell
	Replicate int
}

// Look holds a design against the library. part restricts plan and todo; the
// inputs are always those of the whole design.
func Look(ctx context.Context, l *Library, d *design.Design, b *session.Builder, part plan.Part, info table.Info) (*Survey, error) {
	s := &Survey{}
	var err error
	if s.answers, s.generations, err = Origins(d, b); err != nil {
		return nil, err
	}
	if s.briefs, err = loadBriefs(ctx, l, s.answers, s.generations, d.Experiment.Reask > 0); err != nil {
		return nil, err
	}
	s.served = newServed(d, b)
	reader := table.NewReader(d.Experiment.Instrument)
	w := &session.Walker{Builder: b, Replies: s.briefs, Valid: reader.Valid}
	in := newInputs(d, b, info, s.briefs.mishaps)
	var times span
	simulated := map[string]int{}
	missing := map[int]bool{}
	s.Plan, err = plan.Make(d, w, part, func(v *session.Visit, inPart bool) {
		in.add(v)
		s.served.add(v)
		if !inPart {
			return
		}
		for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
			for i := range turns {
				if !turns[i].Stored {
					continue
				}
				times.add(turns[i].Reply.At)
				if m := v.Respondent.Cell.Model; turns[i].Reply.Simulated && !b.Simulates(m) {
					simulated[m.Name]++
				}
			}
		}
		s.Gap.note(d, v, missing)
		if v.State == session.Partial || v.State == session.PersonaMissing {
			s.Todo = append(s.Todo, Seat{v.Respondent.Cell, v.Respondent.Replicate})
		}
	})
	if err != nil {
		return nil, err
	}
	s.Plan.Simulated = simulated
	s.Plan.Oldest, s.Plan.Newest = times.times()
	s.Inputs = in.sum()
	callOrder(d, s.Todo)
	return s, nil
}

// callOrder sorts respondents as they are to be asked: replicate by replicate
// over all cells, so that a run cut short has sampled every cell alike. Within a
// replicate the cells come in a random order of its own (randomised blocks), so
// that what changes over time does not fall on one level; with call_order:
// "listed" in that of the tables.
func callOrder(d *design.Design, todo []Seat) {
	rank := func(s Seat) uint64 { return uint64(s.Cell.Index) }
	if d.Experiment.CallOrder != schema.Listed {
		rank = func(s Seat) uint64 { return d.BlockRank(s.Cell, s.Replicate) }
	}
	ranks := make(map[Seat]uint64, len(todo))
	for _, s := range todo {
		ranks[s] = rank(s)
	}
	slices.SortStableFunc(todo, func(a, b Seat) int {
		return cmp.Or(cmp.Compare(a.Replicate, b.Replicate), cmp.Compare(ranks[a], ranks[b]), cmp.Compare(a.Cell.Index, b.Cell.Index))
	})
}
