package session

import (
	"fmt"
	"slices"

	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/wire"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// Unsupported reports every declared parameter that a model's provider cannot
// take, at the author's line, unless the model says to leave it out. What is
// declared is sent or refused: never dropped without a word.
func (b *Builder) Unsupported() diag.List {
	var out diag.List
	for _, c := range b.d.Cells() {
		b.unsupported(&out, c.Model, cellParameters(c), func(p string) diag.Place { return b.placeOf(c, p) })
		for _, v := range GeneratedVariables(c.Prompt) {
			b.unsupported(&out, c.Model, generationParameters(c.Model, v), func(p string) diag.Place { return b.placeOfGeneration(c, v, p) })
		}
	}
	return out.Sorted()
}

func (b *Builder) unsupported(out *diag.List, m *schema.Model, params map[string]any, place func(string) diag.Place) {
	if b.Simulates(m) {
		return
	}
	for _, p := range wire.Unsupported(m.Provider, address(m), m.Model, list(params)) {
		problem := diag.Problem{Place: place(p.Parameter), What: fmt.Sprintf("model %q cannot be sent %s: %s", m.Name, p.Parameter, p.Why), Mend: p.Mend}
		_, declared := params[p.Parameter]
		switch {
		case declared && m.Unsupported == "skip":
			problem.Severity = diag.Warning
			problem.Why = fmt.Sprintf("it is left out, since the model declares  unsupported: \"skip\"  (%s); every table says so", b.d.Experiment.Shown("factors", "model", m.Name, "unsupported"))
			problem.Mend = ""
		case declared:
			problem.Mend += `; or write  unsupported: "skip"  at the model, to leave it out and say so in every table`
		}
		if !declared {
			problem.Mend = "parameters: " + problem.Mend
		}
		out.Add(problem)
	}
}

// placeOf is where the author declared a parameter of a cell.
func (b *Builder) placeOf(c *design.Cell, parameter string) diag.Place {
	e := b.d.Experiment
	if parameter == "temperature" {
		return e.Place("factors", "temperature", c.Temperature.Name)
	}
	for i, f := range c.Further {
		if _, ok := f.Parameters[parameter]; ok {
			return e.Place("factors", e.Further[i].Name, f.Name, "parameters", parameter)
		}
	}
	return e.Place("factors", "model", c.Model.Name, "parameters", parameter)
}

func (b *Builder) placeOfGeneration(c *design.Cell, v *schema.Variable, parameter string) diag.Place {
	e, at := b.d.Experiment, []string{"factors", "prompt", c.Prompt.Name, "variables", v.Name, "generate"}
	if _, ok := v.Generate.Parameters[parameter]; ok {
		return e.Place(append(at, "parameters", parameter)...)
	}
	if parameter == "temperature" {
		return e.Place(append(at, "temperature")...)
	}
	return e.Place("factors", "model", c.Model.Name, "parameters", parameter)
}

// Skipped lists the parameters of a cell that are declared and left out, as
// "name=value", sorted.
func (b *Builder) Skipped(c *design.Cell) []string {
	if c.Model.Unsupported != "skip" || b.Simulates(c.Model) {
		return nil
	}
	params := cellParameters(c)
	var out []string
	for _, p := range wire.Unsupported(c.Model.Provider, address(c.Model), c.Model.Model, list(params)) {
		if v, ok := params[p.Parameter]; ok {
			out = append(out, fmt.Sprintf("%s=%v", p.Parameter, v))
		}
	}
	return slices.Sorted(slices.Values(out))
}
