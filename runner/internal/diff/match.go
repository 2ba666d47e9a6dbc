package diff

import (
	"slices"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// matcher finds the sessions and requests of one design in the other.
type matcher struct {
	diff          *Diff
	before, after *asks
	levels        map[[2]string]*Level
	counted       map[short]bool // requests of the new design that have been counted
	whole         map[short]bool // sessions of it, by id
}

func (m *matcher) run(now *Side) {
	m.levels, m.counted, m.whole = map[[2]string]*Level{}, map[short]bool{}, map[short]bool{}
	m.pair()
	m.requests(now)
	m.cells()
	m.order()
	d := m.diff
	d.Sessions.Old, d.Sessions.New = len(m.before.sessions), len(m.after.sessions)
	d.Requests.Old, d.Requests.New = m.before.requests, m.after.requests
	d.Requests.Kept = d.Requests.New - d.Requests.Added
	d.Requests.Removed = d.Requests.Old - d.Requests.Kept
	d.Change = need(d.Requests.Added, d.Levels, now)
}

// pair finds which sessions both designs have.
func (m *matcher) pair() {
	left := map[short]int{}
	for i := range m.before.sessions {
		left[m.before.sessions[i].id]++
	}
	taken := map[short]int{}
	for i := range m.after.sessions {
		s := &m.after.sessions[i]
		if left[s.id] > 0 {
			left[s.id]--
			taken[s.id]++
			s.fate = common
			m.diff.Sessions.Kept++
		} else {
			m.diff.Sessions.Added++
		}
		m.each(m.after, s.cell, func(l *Level) {
			if s.fate == common {
				l.Kept++
			} else {
				l.Added++
			}
		})
	}
	for i := range m.before.sessions {
		s := &m.before.sessions[i]
		if taken[s.id] > 0 {
			taken[s.id]--
			s.fate = common
			continue
		}
		m.diff.Sessions.Removed++
		m.each(m.before, s.cell, func(l *Level) { l.Removed++ })
	}
}

// each calls f for each level of a cell.
func (m *matcher) each(a *asks, cell int32, f func(*Level)) {
	for factor, name := range a.levels(cell) {
		k := [2]string{factor, name}
		if m.levels[k] == nil {
			m.levels[k] = &Level{Factor: factor, Level: name}
		}
		f(m.levels[k])
	}
}

// requests counts what the new sessions ask for that the old design did not.
func (m *matcher) requests(now *Side) {
	m.generations(now)
	walker := &session.Walker{Builder: now.Builder, Replies: assumed(m.after.generations), Valid: now.Valid}
	var v session.Visit
	i := 0
	for _, c := range m.after.design.Cells() {
		for replicate := 1; replicate <= m.after.design.Experiment.N; replicate++ {
			s := &m.after.sessions[i]
			i++
			if s.fate == common {
				continue
			}
			// look went this way before, so there is no error to come.
			if err := walker.Visit(m.after.design.Respondent(c, replicate), &v); err != nil {
				continue
			}
			missing := m.missing(s, &v)
			if missing == 0 {
				continue
			}
			prompt, reply := v.Session.Tokens(v.Session.Turns - missing)
			m.add(s.cell, missing, Tokens{prompt, reply})
		}
	}
}

func (m *matcher) add(cell int32, requests int, t Tokens) {
	m.diff.Requests.Added += requests
	m.each(m.after, cell, func(l *Level) {
		l.Make += requests
		l.tokens.add(t)
	})
}

// missing counts the requests of a session that neither the old design nor an
// earlier session has.
func (m *matcher) missing(s *asked, v *session.Visit) int {
	n := 0
	for _, t := range v.Turns {
		k := shortOf(t.Key)
		if !m.counted[k] && !m.before.known[k] {
			n++
		}
		m.counted[k] = true
	}
	if v.Unknown > 0 && !m.whole[s.id] {
		m.whole[s.id] = true
		n += min(v.Unknown, v.Session.Turns-m.before.alike(s.first, v.Session.Texts))
	}
	return n
}

// generations counts the personas that are to be written, with their model and
// prompt.
func (m *matcher) generations(now *Side) {
	type pair struct{ model, prompt string }
	done, seen := map[pair]bool{}, map[short]bool{}
	for _, c := range m.after.design.Cells() {
		p := pair{c.Model.Name, c.Prompt.Name}
		if done[p] {
			continue
		}
		done[p] = true
		for _, v := range session.GeneratedVariables(c.Prompt) {
			m.generation(now, c, v, seen)
		}
	}
}

func (m *matcher) generation(now *Side, c *design.Cell, v *schema.Variable, seen map[short]bool) {
	for r := 1; r <= m.after.design.Experiment.N; r++ {
		req, err := now.Builder.Generation(c.Model, c.Prompt, v, r)
		if err != nil {
			return // look has reported it
		}
		k := shortOf(req.Key())
		if seen[k] || m.before.generations[k] {
			continue
		}
		seen[k] = true
		m.diff.Requests.Added++
		t := Tokens{session.TextTokens(sent(req)), session.PersonaTokens}
		for _, f := range [][2]string{{"model", c.Model.Name}, {"prompt", c.Prompt.Name}} {
			l := m.levels[f]
			l.Make++
			l.tokens.add(t)
		}
	}
}

// sent is the length of what a request says last, as planning counts it.
func sent(r completion.Request) int { return len(r.Thread.Messages()[r.Thread.Len()-1].Text) }

// cells compares cells by their levels. One whose levels are new and
// that has sessions of before is an old one under another name.
func (m *matcher) cells() {
	c := &m.diff.Cells
	old, now := m.before.names(), m.after.names()
	c.Old, c.New = len(old), len(now)
	known := map[int32]bool{} // cells with a session that was there before
	for _, s := range m.after.sessions {
		if s.fate == common {
			known[s.cell] = true
		}
	}
	for i := range now {
		if _, had := slices.BinarySearch(old, m.after.describe(i)); had {
			continue
		}
		if known[int32(i)] {
			c.Renamed++
		} else {
			c.Added++
		}
	}
	c.Removed = max(0, c.Old+c.Added-c.New)
}

// order puts the levels in the order of the tables, those that are gone last in
// their factor.
func (m *matcher) order() {
	var factors []string
	names := map[string][]string{}
	for _, a := range []*asks{m.after, m.before} {
		if a.design == nil {
			continue
		}
		e := a.design.Experiment
		for _, f := range e.FactorNames() {
			if !slices.Contains(factors, f) {
				factors = append(factors, f)
			}
			for _, l := range e.LevelNames(f) {
				if !slices.Contains(names[f], l) {
					names[f] = append(names[f], l)
				}
			}
		}
	}
	for _, f := range factors {
		for _, name := range names[f] {
			if l := m.levels[[2]string{f, name}]; l != nil {
				m.diff.Levels = append(m.diff.Levels, *l)
			}
		}
	}
}
