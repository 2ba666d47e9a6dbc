// Package diff says what a change of an experiment changes: in its factors and
// lists, in who is drawn, in cells, sessions and requests, in what is stored,
// to be made and paid for, in where keys go and in what the tables mean.
//
// It compares what the files say, never the files: comments, order and layout
// are no change. It is plain data: it reads no file, asks nobody, prints nothing.
//
//	d, err := diff.Compare(&old, &new, nil)
//	if d.Changed { ... d.Sessions.Added ... }
package diff

import (
	"bytes"

	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// Side is one of the two experiments.
type Side struct {
	Design  *design.Design
	Builder *session.Builder
	// Valid is the walker's; it is asked only where invalid replies are asked
	// for again.
	Valid func(*session.Session, int, session.Reply) bool
	// Simulated is true if no model is asked, so that nothing is paid.
	Simulated bool
}

// Diff is what lies between two experiments.
type Diff struct {
	// Changed is false if the two say the same.
	Changed bool `json:"changed"`
	// Fresh is true if there was no experiment before.
	Fresh bool `json:"new_experiment"`
	// Cells are counted by their levels, sessions and requests by what is asked.
	Cells    Cells `json:"cells"`
	Sessions Count `json:"sessions"`
	Requests Count `json:"requests"`
	// Levels counts the sessions of each level; personas are counted with their
	// model and prompt.
	Levels []Level `json:"levels"`
	// Change is what would be to make if all that the old one asks for were
	// stored: the price of the change itself.
	Change Need `json:"asked_by_the_change"`
	// Stored says how things are in the store; nil if none was looked at.
	Stored *Stored `json:"stored,omitempty"`

	Factors  []Factor `json:"factors,omitempty"`
	Settings []Field  `json:"settings,omitempty"`
	Draws    []Redraw `json:"draws,omitempty"`
	// Endpoints that are called, and the variables their keys are taken from.
	EndpointsAdded   []Endpoint `json:"endpoints_added,omitempty"`
	EndpointsRemoved []Endpoint `json:"endpoints_removed,omitempty"`
	// Instrument, Benchmarks and Analysis change what published tables mean.
	Instrument []Field `json:"instrument,omitempty"`
	Benchmarks []Field `json:"benchmarks,omitempty"`
	Analysis   []Field `json:"analysis,omitempty"`
	// Harmless changes change no answer and no number.
	Harmless []Field `json:"harmless,omitempty"`
}

// Cells counts cells. A cell that is renamed has other levels and asks for the
// same as before.
type Cells struct {
	Old     int `json:"old"`
	New     int `json:"new"`
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Renamed int `json:"renamed"`
}

// Count holds two numbers of things against each other.
type Count struct {
	Old     int `json:"old"`
	New     int `json:"new"`
	Kept    int `json:"kept"`
	Added   int `json:"added"`
	Removed int `json:"removed"`
}

// Level is what becomes of the sessions of a level.
type Level struct {
	Factor string `json:"factor"`
	Level  string `json:"level"`
	// Kept, Added and Removed count sessions, Make the requests that the change
	// adds.
	Kept    int `json:"sessions_kept"`
	Added   int `json:"sessions_added"`
	Removed int `json:"sessions_removed"`
	Make    int `json:"requests_added"`
	tokens  Tokens
}

// Compare holds two experiments against each other; old is nil if there was
// none. stored finds completions, or is nil if no store is looked at.
func Compare(old, now *Side, stored session.Replies) (*Diff, error) {
	d := &Diff{Fresh: old == nil}
	before, after, err := lookBoth(old, now)
	if err != nil {
		return nil, err
	}
	m := &matcher{diff: d, before: before, after: after}
	m.run(now)
	if stored != nil {
		if d.Stored, err = inStore(old, now, before, after, stored); err != nil {
			return nil, err
		}
	}
	if old == nil {
		d.Changed = true
		d.Factors = freshFactors(now.Design.Experiment)
		d.EndpointsAdded, _ = endpoints(nil, now.Design.Experiment)
		return d, nil
	}
	a, b := old.Design.Experiment, now.Design.Experiment
	d.declared(a, b)
	d.Draws = redraws(old.Design, now.Design, d.renamedPrompts())
	d.EndpointsAdded, d.EndpointsRemoved = endpoints(a, b)
	d.Changed, err = differ(a, b)
	return d, err
}

// lookBoth goes through both designs, at the same time.
func lookBoth(old, now *Side) (before, after *asks, err error) {
	before = &asks{}
	done := make(chan error, 1)
	go func() {
		var oerr error
		if old != nil {
			before, oerr = look(old)
		}
		done <- oerr
	}()
	after, err = look(now)
	if oerr := <-done; oerr != nil {
		return nil, nil, &SideError{Err: oerr}
	}
	if err != nil {
		return nil, nil, &SideError{New: true, Err: err}
	}
	return before, after, nil
}

// declared compares what the two say.
func (d *Diff) declared(a, b *schema.Experiment) {
	d.Factors = factors(a, b, &d.Harmless)
	d.Settings = settings(a, b)
	d.Instrument = instrument(a.Instrument, b.Instrument, &d.Harmless)
	d.Benchmarks = benchmarks(a, b)
	d.Analysis = fieldsOf("", a.Analysis, b.Analysis)
	d.Harmless = append(d.Harmless, fieldsOf("", about(a), about(b))...)
}

// about is what people and the calls to providers are told.
func about(e *schema.Experiment) any {
	m := map[string]any{"limits": e.Limits, "accounts": e.Accounts, "budget": e.Budget}
	for name, s := range map[string]string{"title": e.Title, "description": e.Description, "store": e.Store, "call_order": e.CallOrder} {
		if s != "" {
			m[name] = s
		}
	}
	return m
}

// differ reports whether two experiments say different things. Lists whose
// order means nothing are put in order first.
func differ(a, b *schema.Experiment) (bool, error) {
	x, err := canonical(a)
	if err != nil {
		return false, err
	}
	y, err := canonical(b)
	return !bytes.Equal(x, y), err
}

func canonical(e *schema.Experiment) ([]byte, error) {
	c := *e
	c.Where, c.Prompts = clauses(e.Where), nil
	for _, p := range e.Prompts {
		q := *p
		q.Variables = nil
		for _, v := range p.Variables {
			w := *v
			if w.Draw != schema.Cycle {
				w.Entries = sortedEntries(v.Entries)
			}
			q.Variables = append(q.Variables, &w)
		}
		c.Prompts = append(c.Prompts, &q)
	}
	return c.Encode()
}

// SideError says which side is at fault.
type SideError struct {
	New bool
	Err error
}

func (e *SideError) Error() string { return e.Err.Error() }

// Unwrap returns the fault.
func (e *SideError) Unwrap() error { return e.Err }
