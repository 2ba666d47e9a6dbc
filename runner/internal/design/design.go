// Package design expands an experiment's factors into cells and respondents.
//
// It knows levels, draws and ids; it renders nothing and asks nobody. The
// expansion is lazy: a respondent is made when it is looked at, so that a
// design of millions costs what is looked at. Draws are keyed, not sequential
// (runner/DESIGN.md, "Draws"): raising N, adding a level or reordering a list
// changes no existing respondent, except where a list is drawn by cycle.
//
//	d, err := design.New(exp)
//	for _, cell := range d.Cells() {
//		for r := range d.Respondents(cell) { ... }
//	}
package design

import (
	"fmt"
	"iter"
	"slices"
	"sync"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// MaxCells bounds the full factorial: beyond it a design is a mistake.
const MaxCells = 1_000_000

// Design is an expanded experiment.
type Design struct {
	Experiment *schema.Experiment

	cells    []*Cell
	mu       sync.Mutex           // guards what follows
	personas map[string][]Persona // by prompt
	rosters  map[string][]seat    // by prompt and further levels
}

// Cell is one combination of levels.
type Cell struct {
	// ID is the condition's id: 16 hexadecimal digits, stable as long as the
	// experiment's name and the cell's levels are.
	ID string
	// Index counts cells in the order of the tables, from 0.
	Index          int
	Model          *schema.Model
	Prompt         *schema.Prompt
	Temperature    *schema.Temperature
	Administration *schema.Administration
	// Further holds one level for each of the experiment's further factors.
	Further []*schema.FurtherLevel
}

// New expands the cells of an experiment, in the order of the tables: model,
// prompt, temperature, administration, further factors.
func New(exp *schema.Experiment) (*Design, error) {
	if err := checkSize(exp); err != nil {
		return nil, err
	}
	d := &Design{Experiment: exp, personas: map[string][]Persona{}, rosters: map[string][]seat{}}
	for _, m := range exp.Models {
		for _, p := range exp.Prompts {
			for _, t := range exp.Temperatures {
				for _, a := range exp.Administration {
					d.further(Cell{Model: m, Prompt: p, Temperature: t, Administration: a}, exp.Further)
				}
			}
		}
	}
	if len(d.cells) == 0 {
		return nil, diag.List{{Severity: diag.Error, Place: exp.Place("where"), What: "the clauses of where admit no combination of levels",
			Mend: "remove where to admit every combination, or widen a clause"}}
	}
	return d, nil
}

func checkSize(exp *schema.Experiment) error {
	n := 1
	for _, f := range exp.FactorNames() {
		n *= len(exp.LevelNames(f))
		if n > MaxCells {
			return diag.List{{Severity: diag.Error, Place: exp.Place("factors"),
				What: fmt.Sprintf("the full factorial has more than %d cells", MaxCells), Mend: "declare fewer factors or levels; where cuts down afterwards"}}
		}
	}
	return nil
}

// further completes a cell with every combination of the remaining factors.
func (d *Design) further(c Cell, rest []*schema.Further) {
	if len(rest) == 0 {
		d.admit(c)
		return
	}
	for _, l := range rest[0].Levels {
		next := c
		next.Further = append(c.Further[:len(c.Further):len(c.Further)], l)
		d.further(next, rest[1:])
	}
}

func (d *Design) admit(c Cell) {
	levels := d.Levels(&c)
	if w := d.Experiment.Where; w != nil {
		admitted := false
		for _, clause := range w {
			admitted = admitted || clause.Admits(levels)
		}
		if !admitted {
			return
		}
	}
	c.Index = len(d.cells)
	c.ID = d.conditionID(&c)
	d.cells = append(d.cells, &c)
}

// Cells returns the cells in the order of the tables.
func (d *Design) Cells() []*Cell { return d.cells }

// Levels returns a cell's levels by factor.
func (d *Design) Levels(c *Cell) map[string]string {
	m := map[string]string{
		"model": c.Model.Name, "prompt": c.Prompt.Name,
		"temperature": c.Temperature.Name, "administration": c.Administration.Name,
	}
	for i, f := range d.Experiment.Further {
		m[f.Name] = c.Further[i].Name
	}
	return m
}

// Describe names a cell for messages: factor=level, in the order of the tables.
func (d *Design) Describe(c *Cell) string {
	s := fmt.Sprintf("model=%s, prompt=%s, temperature=%s, administration=%s", c.Model.Name, c.Prompt.Name, c.Temperature.Name, c.Administration.Name)
	for i, f := range d.Experiment.Further {
		s += fmt.Sprintf(", %s=%s", f.Name, c.Further[i].Name)
	}
	return s
}

// Respondent is one cell and one replicate: one session, one persona.
type Respondent struct {
	Cell *Cell
	// Replicate counts from 1.
	Replicate int
	// Sample is how many lower replicates of the cell are rendered alike. A
	// respondent with a generated variable has sample 0: its lineage tells it
	// apart.
	Sample int
	// Form is the form of the items: female, male or neutral.
	Form string
	// Persona holds the drawn values.
	Persona Persona
	// Order holds, for each position, the index of the item shown there; nil is
	// the instrument's own order.
	Order []int
}

// Respondent returns one respondent of a cell; replicate counts from 1.
func (d *Design) Respondent(c *Cell, replicate int) Respondent {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.roster(c)[replicate-1]
	return Respondent{Cell: c, Replicate: replicate, Sample: s.sample, Form: s.form,
		Persona: d.drawn(c.Prompt)[replicate-1], Order: s.order}
}

// Respondents yields the respondents of a cell by replicate.
func (d *Design) Respondents(c *Cell) iter.Seq[Respondent] {
	return func(yield func(Respondent) bool) {
		for r := 1; r <= d.Experiment.N; r++ {
			if !yield(d.Respondent(c, r)) {
				return
			}
		}
	}
}

// ItemOrder returns the cell's declared item order, "" for the instrument's.
func (c *Cell) ItemOrder() string {
	for _, f := range c.Further {
		if f.ItemOrder != "" && f.ItemOrder != "fixed" {
			return f.ItemOrder
		}
	}
	return ""
}

// ScaleReversed reports whether the cell's respondents are shown the answer
// scale the other way round.
func (c *Cell) ScaleReversed() bool {
	return slices.ContainsFunc(c.Further, func(f *schema.FurtherLevel) bool { return f.Scale == "reversed" })
}

// Wording returns the wording of the items that the cell's respondents are
// shown, "" for the instrument's own.
func (c *Cell) Wording() string {
	for _, f := range c.Further {
		if f.Wording != "" {
			return f.Wording
		}
	}
	return ""
}

// System returns the cell's system prompt; nil if none is sent.
func (c *Cell) System() *schema.Template {
	for _, f := range c.Further {
		if f.System != nil {
			t, err := schema.ParseTemplate(*f.System)
			if err != nil {
				return &schema.Template{Source: *f.System}
			}
			return t
		}
	}
	return c.Prompt.System
}

// Text returns what the cell itself fills a placeholder with: the text of a
// further factor's level, or the scale as the cell's respondents are shown it.
func (d *Design) Text(c *Cell, placeholder string) (string, bool) {
	in := d.Experiment.Instrument
	for i, f := range d.Experiment.Further {
		if f.Name == placeholder && c.Further[i].Text != nil {
			return in.FillScale(*c.Further[i].Text, c.Wording(), c.ScaleReversed()), true
		}
	}
	return in.ScaleText(placeholder, c.Wording(), c.ScaleReversed())
}

// LevelsOf returns a cell's levels in the order of FactorNames.
func (d *Design) LevelsOf(c *Cell) []schema.Level {
	out := []schema.Level{c.Model.Level, c.Prompt.Level, c.Temperature.Level, c.Administration.Level}
	for _, f := range c.Further {
		out = append(out, f.Level)
	}
	return out
}
