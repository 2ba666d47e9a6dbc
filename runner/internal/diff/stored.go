package diff

import (
	"slices"

	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
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
	// What the new design uses; true if the old one uses it too. What both ask for
	// in one session needs no note, unless levels share requests.
	used := map[short]bool{}
	all := old != nil && (shares(old) || shares(now))
	missing := absent{}
	i := 0
	p, err := plan.Make(now.Design, &session.Walker{Builder: now.Builder, Replies: stored, Valid: now.Valid}, nil, func(v *session.Visit, _ bool) {
		both := after.sessions[i].fate == common
		if both {
			missing.unknown(after.sessions[i].id, v.Unknown)
		}
		i++
		for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
			for _, t := range turns {
				k := shortOf(t.Key)
				switch {
				case !t.Stored && both:
					missing[k] = 1
				case t.Stored && (all || !both):
					used[k] = used[k] || both || before.generations[k]
				}
			}
		}
	})
	if err != nil {
		return nil, &SideError{New: true, Err: err}
	}
	if old != nil {
		if err := s.gone(old, before, stored, used, missing); err != nil {
			return nil, &SideError{Err: err}
		}
		s.MissingBefore = missing.count()
	}
	for _, both := range used {
		if !both {
			s.Found++
		}
	}
	s.Kept = p.Total.Stored - s.Found
	s.Make = planned(p, now)
	s.NotKnown = p.Total.Unknown
	return s, nil
}

// shares reports whether a level of the design is declared shared.
func shares(s *Side) bool {
	return slices.ContainsFunc(s.Design.Cells(), func(c *design.Cell) bool {
		return slices.ContainsFunc(s.Design.LevelsOf(c), func(l schema.Level) bool { return l.Shared })
	})
}

// absent counts requests that are not stored, each once: one by its key, and
// those that follow from replies to come by their session.
type absent map[short]int

func (a absent) unknown(session short, turns int) {
	if turns > 0 {
		a[session] = turns
	}
}

func (a absent) count() int {
	n := 0
	for _, requests := range a {
		n += requests
	}
	return n
}

// gone looks at the sessions that only the old design has, and at its personas.
func (s *Stored) gone(old *Side, before *asks, stored session.Replies, used map[short]bool, missing absent) error {
	w := &session.Walker{Builder: old.Builder, Replies: stored, Valid: old.Valid}
	orphans := map[short]bool{}
	var v session.Visit
	i := 0
	for _, c := range old.Design.Cells() {
		for replicate := 1; replicate <= old.Design.Experiment.N; replicate++ {
			x := before.sessions[i]
			i++
			if x.fate == common {
				continue
			}
			if err := w.Visit(old.Design.Respondent(c, replicate), &v); err != nil {
				return err
			}
			missing.unknown(x.id, v.Unknown)
			for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
				for _, t := range turns {
					one(t, used, orphans, missing)
				}
			}
		}
	}
	s.Orphaned = len(orphans)
	return nil
}

// one notes a request of a session that is gone.
func one(t session.Turn, used, orphans map[short]bool, missing absent) {
	k := shortOf(t.Key)
	_, again := used[k]
	switch {
	case !t.Stored:
		missing[k] = 1
	case again:
		used[k] = true
	default:
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
