package session

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/simulated"
	"circumplex.example/runner/internal/wire"
	"circumplex.example/schema"
)

// Simulated is the provider's name of the simulated respondent.
const Simulated = "simulated"

// Origin returns what all answer requests of a cell have in common.
func (b *Builder) Origin(c *design.Cell) (*completion.Origin, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if o := b.origins[c.ID]; o != nil {
		return o, nil
	}
	o, err := b.origin(c.Model, cellParameters(c), b.independent(c))
	if err != nil {
		return nil, fmt.Errorf("cell (%s): %w", b.d.Describe(c), err)
	}
	b.origins[c.ID] = o
	return o, nil
}

// cellParameters are the sampling parameters of a cell, by name.
func cellParameters(c *design.Cell) map[string]any {
	params := map[string]any{}
	maps.Copy(params, c.Model.Parameters)
	for _, f := range c.Further {
		maps.Copy(params, f.Parameters)
	}
	params["temperature"] = c.Temperature.Value
	return params
}

// independent lists the cell's levels that were declared independent.
func (b *Builder) independent(c *design.Cell) []string {
	var out []string
	add := func(factor string, l schema.Level) {
		if l.Independent {
			out = append(out, factor+"="+l.Name)
		}
	}
	add("model", c.Model.Level)
	add("prompt", c.Prompt.Level)
	add("temperature", c.Temperature.Level)
	add("administration", c.Administration.Level)
	for i, f := range b.d.Experiment.Further {
		add(f.Name, c.Further[i].Level)
	}
	return out
}

// Simulates reports whether the simulated respondent answers for a model.
func (b *Builder) Simulates(m *schema.Model) bool { return b.opts.Simulate || m.Provider == Simulated }

// origin builds an origin for a model. A simulated respondent has its version
// as identity and its quirks as parameters: both change what it writes.
func (b *Builder) origin(m *schema.Model, params map[string]any, independent []string) (*completion.Origin, error) {
	provider, identity := m.Provider, endpoint(m)
	if m.Unsupported == "skip" && !b.Simulates(m) {
		for _, p := range wire.Unsupported(provider, address(m), m.Model, list(params)) {
			delete(params, p.Parameter)
		}
	}
	if b.Simulates(m) {
		provider = Simulated
		identity = strings.TrimSuffix(fmt.Sprintf("respondent-%d/%s", simulated.Version, identity), "/")
		for q, v := range m.Simulated.Quirks {
			params["quirk."+q] = v
		}
	}
	return completion.NewOrigin(provider, identity, m.Model, list(params), b.d.Experiment.Replication, independent)
}

// endpoint is what names a model's endpoint in keys; "" for the provider's own.
func endpoint(m *schema.Model) string {
	return cmp.Or(m.Identity, address(m))
}

// address is where a model is asked; "" for the provider's own endpoint. It says
// which dialect of a format is spoken, whatever the keys call the endpoint.
func address(m *schema.Model) string { return strings.TrimRight(m.BaseURL, "/") }

// list returns the parameters sorted by name.
func list(params map[string]any) []completion.Parameter {
	out := make([]completion.Parameter, 0, len(params))
	for _, name := range slices.Sorted(maps.Keys(params)) {
		v := params[name]
		if l, ok := v.([]any); ok {
			v = texts(l)
		}
		out = append(out, completion.Parameter{Name: name, Value: v})
	}
	return out
}

func texts(l []any) []string {
	out := make([]string, len(l))
	for i, x := range l {
		out[i] = fmt.Sprint(x)
	}
	return out
}

// Generation returns the request that generates a variable's text for one
// replicate. It depends on model, prompt and replicate alone: the same text
// meets every temperature and administration.
func (b *Builder) Generation(m *schema.Model, p *schema.Prompt, v *schema.Variable, replicate int) (completion.Request, error) {
	key := "generation\x00" + m.Name + "\x00" + p.Name + "\x00" + v.Name
	b.mu.Lock()
	o := b.origins[key]
	b.mu.Unlock()
	if o == nil {
		var err error
		if o, err = b.generationOrigin(m, p, v); err != nil {
			return completion.Request{}, fmt.Errorf("generating %q for model %q: %w", v.Name, m.Name, err)
		}
		b.mu.Lock()
		b.origins[key] = o
		b.mu.Unlock()
	}
	var t *completion.Thread
	if v.Generate.System != nil {
		t = t.Append(completion.System, *v.Generate.System)
	}
	t = t.Append(completion.User, v.Generate.Prompt)
	return completion.Request{Origin: o, Sample: replicate - 1, Thread: t}, nil
}

func (b *Builder) generationOrigin(m *schema.Model, p *schema.Prompt, v *schema.Variable) (*completion.Origin, error) {
	params := generationParameters(m, v)
	var independent []string
	for factor, l := range map[string]schema.Level{"model": m.Level, "prompt": p.Level} {
		if l.Independent {
			independent = append(independent, factor+"="+l.Name)
		}
	}
	return b.origin(m, params, independent)
}

// generationParameters are the sampling parameters of a generation, by name.
func generationParameters(m *schema.Model, v *schema.Variable) map[string]any {
	params := map[string]any{}
	maps.Copy(params, m.Parameters)
	maps.Copy(params, v.Generate.Parameters)
	if v.Generate.Temperature != nil {
		params["temperature"] = *v.Generate.Temperature
	}
	return params
}

// GeneratedVariables lists which variables of a prompt are generated, by name.
func GeneratedVariables(p *schema.Prompt) []*schema.Variable {
	var out []*schema.Variable
	for _, v := range p.Variables {
		if v.Draw == schema.Generate {
			out = append(out, v)
		}
	}
	return out
}
