package apply

import (
	"maps"
	"slices"
	"strings"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
)

// ServedBy is who answered a cell: one model and one system, unless the provider
// changed something on the way.
type ServedBy struct {
	Cell string `json:"cell"`
	// Models and Fingerprints are what the provider named, sorted.
	Models       []string `json:"models"`
	Fingerprints []string `json:"fingerprints,omitempty"`
	// Personas are further models that wrote its respondents' personas, sorted.
	Personas []string `json:"personas,omitempty"`
	// Unexpected is a model that is not the one that was asked, "" if all are.
	Unexpected string `json:"unexpected,omitempty"`

	cell *design.Cell
}

// served collects who answered, cell by cell.
type served struct {
	d     *design.Design
	b     *session.Builder
	cells []who
}

// who answered a cell. last spares a look-up for each of many alike.
type who struct {
	models, fingerprints map[string]bool
	personas             map[string]bool // models that wrote them
	last                 [2]string
}

func newServed(d *design.Design, b *session.Builder) served {
	return served{d: d, b: b, cells: make([]who, len(d.Cells()))}
}

// add takes in who answered one respondent.
func (s *served) add(v *session.Visit) {
	w := &s.cells[v.Respondent.Cell.Index]
	for i := range v.Personas {
		if m := v.Personas[i].Reply.ModelServed; v.Personas[i].Stored && m != "" && !w.personas[m] {
			if w.personas == nil {
				w.personas = map[string]bool{}
			}
			w.personas[m] = true
		}
	}
	for i := range v.Turns {
		r := &v.Turns[i].Reply
		id := [2]string{r.ModelServed, r.Fingerprint}
		if !v.Turns[i].Stored || id == w.last {
			continue
		}
		if w.models == nil {
			w.models, w.fingerprints = map[string]bool{}, map[string]bool{}
		}
		w.last = id
		if r.ModelServed != "" {
			w.models[r.ModelServed] = true
		}
		if r.Fingerprint != "" {
			w.fingerprints[r.Fingerprint] = true
		}
	}
}

// all tells who answered each cell, in the order of the design.
func (s *served) all() []ServedBy {
	out := make([]ServedBy, len(s.cells))
	for i, c := range s.d.Cells() {
		out[i] = s.cell(c)
	}
	return out
}

// cell tells who answered a cell.
func (s *served) cell(c *design.Cell) ServedBy {
	w := s.cells[c.Index]
	out := ServedBy{Cell: s.d.Describe(c), Models: slices.Sorted(maps.Keys(w.models)), Fingerprints: slices.Sorted(maps.Keys(w.fingerprints)), cell: c}
	if s.b.Simulates(c.Model) {
		return out
	}
	for m := range w.personas {
		if !w.models[m] {
			out.Personas = append(out.Personas, m)
		}
	}
	slices.Sort(out.Personas)
	for _, m := range slices.Concat(out.Models, out.Personas) {
		if !completion.ServedAs(c.Model.Model, m, c.Model.AllowServed) {
			out.Unexpected = m
			break
		}
	}
	return out
}

// Drift lists the cells that more than one model or system answered, or another
// model than was asked.
func (s *Survey) Drift() []ServedBy {
	var out []ServedBy
	for _, x := range s.served.all() {
		if len(x.Models) > 1 || len(x.Fingerprints) > 1 || x.Unexpected != "" {
			out = append(out, x)
		}
	}
	return out
}

// String says who answered, in a line.
func (x ServedBy) String() string {
	switch {
	case x.Unexpected != "" && slices.Contains(x.Personas, x.Unexpected):
		return "another model than was asked wrote personas: " + strings.Join(x.Personas, ", ")
	case x.Unexpected != "":
		return "another model than was asked answered: " + strings.Join(x.Models, ", ")
	case len(x.Models) > 1:
		return "the served model changed: " + strings.Join(x.Models, ", ")
	}
	return "the system fingerprint changed: " + strings.Join(x.Fingerprints, ", ")
}
