// Package plan compares a design with what is stored: which completions are
// there, which are to be made, and which cannot be known yet because they
// depend on replies still to come.
//
// It is plain data: making a plan changes nothing and asks nobody.
package plan

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// Counts is what a part of the design needs.
type Counts struct {
	Cells    int `json:"cells"`
	Sessions int `json:"sessions"`
	// Complete counts sessions with nothing left to ask.
	Complete int `json:"complete_sessions"`
	// Wanted is the number of completions, re-asks not counted.
	Wanted int `json:"completions"`
	Stored int `json:"stored"`
	// Make is Wanted less Stored, less those of respondents whose persona failed.
	Make int `json:"to_make"`
	// Unknown is how many of Make cannot be known yet.
	Unknown int `json:"not_known_yet"`
	// PersonaFailed counts sessions that are not asked.
	PersonaFailed int `json:"persona_failed"`
	// PromptTokens and CompletionTokens estimate what is to be made.
	PromptTokens     int64 `json:"prompt_tokens_estimate"`
	CompletionTokens int64 `json:"completion_tokens_estimate"`
	// Repeated is how many of the prompt tokens say again what earlier turns of a
	// sequential session said.
	Repeated int64 `json:"repeated_tokens_estimate"`
	Cost
}

func (c *Counts) add(o Counts) {
	c.Cells += o.Cells
	c.Sessions += o.Sessions
	c.Complete += o.Complete
	c.Wanted += o.Wanted
	c.Stored += o.Stored
	c.Make += o.Make
	c.Unknown += o.Unknown
	c.PersonaFailed += o.PersonaFailed
	c.PromptTokens += o.PromptTokens
	c.CompletionTokens += o.CompletionTokens
	c.Repeated += o.Repeated
	c.Cost.add(o.Cost)
}

// Plan is a design less what is stored.
type Plan struct {
	// Total counts everything; Personas only the generation of personas.
	Total    Counts `json:"total"`
	Personas Counts `json:"personas"`
	// Levels counts the sessions of each level, by factor and level.
	Levels []Level `json:"levels"`
	// Simulated counts, by model, the stored replies that a simulated server gave
	// where a model itself is to be asked.
	Simulated map[string]int `json:"simulated_replies,omitempty"`
	// Oldest and Newest bound the times of the stored completions.
	Oldest, Newest time.Time `json:"-"`
}

// Level is what one level of a factor needs. Personas are counted with their
// model and prompt.
type Level struct {
	Factor string `json:"factor"`
	Level  string `json:"level"`
	Counts
}

// Part restricts a plan to a part of the design; nil is all of it.
type Part func(design.Respondent) bool

// Make goes through the design, or a part of it. each, if not nil, is shown
// every respondent of the whole design, in its order, with whether it is in the
// part; the visit is reused.
func Make(d *design.Design, w *session.Walker, part Part, each func(v *session.Visit, in bool)) (*Plan, error) {
	m := maker{d: d, w: w, each: each, levels: map[[2]string]*Counts{}, personas: map[completion.Key]bool{}, shared: once{}, first: newFirsts(d)}
	for _, c := range d.Cells() {
		if err := m.cell(c, part); err != nil {
			return nil, err
		}
	}
	if len(m.first.problems) > 0 {
		return nil, m.first.problems.Sorted()
	}
	p := &Plan{Total: m.total, Personas: m.generated}
	for _, f := range d.Experiment.FactorNames() {
		for _, name := range d.Experiment.LevelNames(f) {
			if c := m.levels[[2]string{f, name}]; c != nil {
				p.Levels = append(p.Levels, Level{Factor: f, Level: name, Counts: *c})
			}
		}
	}
	return p, nil
}

type maker struct {
	d         *design.Design
	w         *session.Walker
	each      func(*session.Visit, bool)
	total     Counts
	generated Counts
	levels    map[[2]string]*Counts
	personas  map[completion.Key]bool // counted already
	shared    once
	first     *firsts
}

func (m *maker) cell(c *design.Cell, part Part) error {
	var visit session.Visit
	var sum, gen Counts
	shared := slices.ContainsFunc(m.d.LevelsOf(c), func(l schema.Level) bool { return l.Shared })
	for r := range m.d.Respondents(c) {
		in := part == nil || part(r)
		if !in && m.each == nil {
			continue
		}
		if err := m.w.Visit(r, &visit); err != nil {
			return err
		}
		m.first.check(&visit)
		if m.each != nil {
			m.each(&visit, in)
		}
		if !in {
			continue
		}
		n := count(&visit)
		if visit.State == session.PersonaMissing {
			if err := m.estimate(&visit, &n, shared); err != nil {
				return err
			}
		} else if shared {
			m.shared.count(&visit, &n)
		}
		if n.Make > 0 && visit.Session != nil {
			n.tokens(visit.Session, visit.Session.Turns-n.Make)
		}
		sum.add(n)
		gen.add(m.countPersonas(&visit))
	}
	if sum.Sessions == 0 {
		return nil
	}
	sum.Cells = 1
	sum.Cost, gen.Cost = m.price(c, &sum), m.price(c, &gen)
	m.generated.add(gen)
	both := sum
	both.add(gen)
	m.total.add(both)
	for f, l := range m.d.Levels(c) {
		k := [2]string{f, l}
		if m.levels[k] == nil {
			m.levels[k] = &Counts{}
		}
		if f == "model" || f == "prompt" {
			m.levels[k].add(both)
		} else {
			m.levels[k].add(sum)
		}
	}
	return nil
}

// count sums up one session.
func count(v *session.Visit) Counts {
	c := Counts{Sessions: 1}
	switch v.State {
	case session.PersonaFailed:
		c.PersonaFailed, c.Complete = 1, 1
		return c
	case session.PersonaMissing:
		c.Wanted, c.Make, c.Unknown = v.Unknown, v.Unknown, v.Unknown
		return c
	case session.Complete:
		c.Complete = 1
	}
	for _, t := range v.Turns {
		c.Wanted++
		if t.Stored {
			c.Stored++
		} else {
			c.Make++
		}
	}
	c.Wanted += v.Unknown
	c.Make += v.Unknown
	c.Unknown = v.Unknown
	return c
}

// estimate counts the tokens of a session whose persona is still to be written,
// with a text of the length a persona is taken to have in its place.
func (m *maker) estimate(v *session.Visit, c *Counts, shared bool) error {
	generated := assumed(v.Respondent.Cell.Prompt)
	for i, x := range session.GeneratedVariables(v.Respondent.Cell.Prompt) {
		generated[x.Name] = session.Generated{Text: assumedPersona, Key: v.Personas[i].Key}
	}
	s, err := m.w.Session(v.Respondent, generated)
	if err != nil {
		return err
	}
	c.tokens(s, 0)
	if shared {
		m.shared.countUnknown(s, c)
	}
	return nil
}

// once counts a request that levels share (shared: true) for the first session
// that needs it, so that what is to make is what will be made. It holds the
// requests counted, each with the modes of the sessions it stood in.
type once map[completion.Key][]schema.Mode

// see notes a request. counted says whether it was counted before, alike
// whether in a session of the same mode.
func (o once) see(k completion.Key, mode schema.Mode) (counted, alike bool) {
	modes, counted := o[k]
	if alike = slices.Contains(modes, mode); !alike {
		o[k] = append(modes, mode)
	}
	return counted, alike
}

// count takes from c what an earlier session counted already.
func (o once) count(v *session.Visit, c *Counts) {
	for i, t := range v.Turns {
		counted, alike := o.see(t.Key, v.Session.Mode)
		switch {
		case !counted:
			continue
		case t.Stored:
			c.Stored--
		default:
			c.Make--
		}
		c.Wanted--
		if alike && i == len(v.Turns)-1 {
			// The same conversation so far: what follows is the same too.
			c.Wanted, c.Make, c.Unknown = c.Wanted-v.Unknown, c.Make-v.Unknown, c.Unknown-v.Unknown
		}
	}
}

// countUnknown is count for a session whose persona is still to come; s has a
// stand-in for it, and the persona's key.
func (o once) countUnknown(s *session.Session, c *Counts) {
	switch counted, alike := o.see(s.Request(1, 0).Key(), s.Mode); {
	case alike:
		*c = Counts{Sessions: c.Sessions}
	case counted: // only the first item is asked alike
		c.Wanted, c.Make, c.Unknown = c.Wanted-1, c.Make-1, c.Unknown-1
	}
}

// assumed stands in for the texts that a prompt has generated.
func assumed(p *schema.Prompt) map[string]session.Generated {
	out := map[string]session.Generated{}
	for _, x := range session.GeneratedVariables(p) {
		out[x.Name] = session.Generated{Text: assumedPersona}
	}
	return out
}

// Longest estimates, for each model, the tokens of the longest conversation of a
// cell's first respondent, on the high side.
func Longest(d *design.Design, b *session.Builder) (map[string]int64, error) {
	out := map[string]int64{}
	for _, c := range d.Cells() {
		s, err := b.Session(d.Respondent(c, 1), assumed(c.Prompt))
		if err != nil {
			return nil, err
		}
		out[c.Model.Name] = max(out[c.Model.Name], int64(float64(s.Longest())*highPrompt))
	}
	return out, nil
}

var assumedPersona = strings.Repeat("persona ", session.PersonaTokens/2)

// countPersonas counts the generations that no earlier respondent needed.
func (m *maker) countPersonas(v *session.Visit) Counts {
	var c Counts
	for _, t := range v.Personas {
		if m.personas[t.Key] {
			continue
		}
		m.personas[t.Key] = true
		c.Wanted++
		if t.Stored {
			c.Stored++
			continue
		}
		c.Make++
		c.PromptTokens += session.TextTokens(len(t.Request.Thread.Messages()[t.Request.Thread.Len()-1].Text))
		c.CompletionTokens += session.PersonaTokens
	}
	return c
}

// firsts finds two cells that would send the same first request. One of them
// would get the other's reply, unless the author says that this is meant.
type firsts struct {
	d        *design.Design
	seen     map[uint64]int32 // first eight bytes of the key -> cell
	problems diag.List
	told     map[[2]string]bool // levels that a problem was reported for
}

func newFirsts(d *design.Design) *firsts {
	return &firsts{d: d, seen: map[uint64]int32{}, told: map[[2]string]bool{}}
}

// check looks at the requests that follow from no reply: the first of a session,
// or every one where each item has a conversation of its own.
func (f *firsts) check(v *session.Visit) {
	for i := range v.Turns {
		t := &v.Turns[i]
		if i > 0 && v.Session.Mode != schema.Isolated {
			break
		}
		f.one(t.Key, v.Respondent)
	}
}

func (f *firsts) one(k completion.Key, r design.Respondent) {
	short := binary.LittleEndian.Uint64(k[:])
	other, dup := f.seen[short]
	if !dup {
		f.seen[short] = int32(r.Cell.Index)
		return
	}
	if o := f.d.Cells()[other]; o != r.Cell && !f.shared(o, r.Cell) {
		f.conflict(o, r.Cell, r.Replicate)
	}
}

// shared reports whether a factor in which two cells differ declares both
// levels shared.
func (f *firsts) shared(a, b *design.Cell) bool {
	la, lb := f.d.LevelsOf(a), f.d.LevelsOf(b)
	for i := range la {
		if la[i].Name != lb[i].Name && la[i].Shared && lb[i].Shared {
			return true
		}
	}
	return false
}

// conflict reports two cells with one request, once for each pair of levels.
func (f *firsts) conflict(a, b *design.Cell, replicate int) {
	la, lb := f.d.LevelsOf(a), f.d.LevelsOf(b)
	e := f.d.Experiment
	for i, factor := range e.FactorNames() {
		if la[i].Name == lb[i].Name {
			continue
		}
		pair := [2]string{factor + "=" + la[i].Name, lb[i].Name}
		if f.told[pair] {
			return
		}
		f.told[pair] = true
		f.problems.Add(diag.Problem{Place: e.Place("factors", factor, lb[i].Name),
			What: fmt.Sprintf("the levels %q and %q of factor %q would send the same requests", la[i].Name, lb[i].Name, factor),
			Why: fmt.Sprintf("in replicate %d the cells (%s) and (%s) have a request in common, so one would get the reply of the other; %q stands at %s",
				replicate, f.d.Describe(a), f.d.Describe(b), la[i].Name, e.Shown("factors", factor, la[i].Name)),
			Mend: "say which is meant, in both levels:  shared: true  (one completion serves both), or in one:  independent: true  (each has its own)"})
		return
	}
}
