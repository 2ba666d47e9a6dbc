package diff

import (
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
)

// Stored says what the change means for the completions of a store.
type Stored struct {
	// Kept are stored and used by both, Orphaned by the old one alone, Found by
	// the new one alone. Orphaned ones stay in the store.
	Kept     int `json:"kept"`
	Orphaned int `json:"orphaned"`
	Found    int `json:"found"`
	// MissingBefore is what the old one would have had to make.
	MissingBefore int `json:"missing_before"`
	// Make is what apply would make of the new one.
	Make Need `json:"to_make"`
	// NotKnown is how many of these follow from replies to come.
	NotKnown int `json:"not_known_yet"`
}

// inStore goes through the new design as far as replies are stored, and through
// those sessions of the old one that are gone: the others are the same.
func inStore(old, now *Side, before, after *asks, stored session.Replies) (*Stored, error) {
	s := &Stored{}
	used := map[short]bool{} // by the new one; true if by the old one too
	i, missing := 0, 0
	p, err := plan.Make(now.Design, &session.Walker{Builder: now.Builder, Replies: stored, Valid: now.Valid}, nil, func(v *session.Visit, _ bool) {
		both := after.sessions[i].fate == common
		i++
		for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
			for _, t := range turns {
				if t.Stored {
					k := shortOf(t.Key)
					used[k] = used[k] || both || before.generations[k]
				} else if both && t.Turn > 0 {
					missing++
				}
			}
		}
		if both {
			missing += v.Unknown
		}
	})
	if err != nil {
		return nil, &SideError{New: true, Err: err}
	}
	s.MissingBefore = missing
	if old != nil {
		if err := s.gone(old, before, stored, used); err != nil {
			return nil, &SideError{Err: err}
		}
	}
	for _, both := range used {
		if both {
			s.Kept++
		} else {
			s.Found++
		}
	}
	s.Make = planned(p, now)
	s.NotKnown = p.Total.Unknown
	return s, nil
}

// gone looks at the sessions that only the old design has, and at its personas.
func (s *Stored) gone(old *Side, before *asks, stored session.Replies, used map[short]bool) error {
	w := &session.Walker{Builder: old.Builder, Replies: stored, Valid: old.Valid}
	orphans, unwritten := map[short]bool{}, map[short]bool{}
	var v session.Visit
	i := 0
	for _, c := range old.Design.Cells() {
		generates := len(session.GeneratedVariables(c.Prompt)) > 0
		for replicate := 1; replicate <= old.Design.Experiment.N; replicate++ {
			lost := before.sessions[i].fate == alone
			i++
			if !lost && !generates {
				continue
			}
			if err := w.Visit(old.Design.Respondent(c, replicate), &v); err != nil {
				return err
			}
			for _, t := range v.Personas {
				if !t.Stored {
					unwritten[shortOf(t.Key)] = true
				}
			}
			if !lost {
				continue
			}
			s.MissingBefore += v.Unknown
			for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
				for _, t := range turns {
					s.one(t, used, orphans)
				}
			}
		}
	}
	s.Orphaned = len(orphans)
	s.MissingBefore += len(unwritten)
	return nil
}

// one notes a request of the old design.
func (s *Stored) one(t session.Turn, used, orphans map[short]bool) {
	k := shortOf(t.Key)
	_, again := used[k]
	switch {
	case !t.Stored && t.Turn > 0:
		s.MissingBefore++
	case t.Stored && again:
		used[k] = true
	case t.Stored:
		orphans[k] = true
	}
}

// planned turns a plan into a need.
func planned(p *plan.Plan, s *Side) Need {
	n := Need{Completions: p.Total.Make, Tokens: Tokens{p.Total.PromptTokens, p.Total.CompletionTokens}, Cost: Cost{Free: true}}
	for _, l := range p.Levels {
		if l.Factor == "model" && l.Make > 0 {
			n.Cost.add(Tokens{l.PromptTokens, l.CompletionTokens}, l.Make, l.Level, s)
		}
	}
	return n
}
