package schema

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"

	"circumplex.example/schema/diag"
)

// prompt turns a decoded prompt into a Prompt with its templates parsed.
func (l *loader) prompt(r *rawPrompt) *Prompt {
	p := &Prompt{Level: r.Level}
	p.Template = l.template(r.Template, r.Name, "template")
	if r.System != nil {
		p.System = l.template(*r.System, r.Name, "system")
	}
	for _, name := range slices.Sorted(maps.Keys(r.Variables)) {
		if v := l.variable(r.Name, name, r.Variables[name]); v != nil {
			p.Variables = append(p.Variables, v)
		}
	}
	p.Form = formRule(r.Form)
	return p
}

const bracesMend = "write  {name}  for a placeholder;  {{  and  }}  for braces"

func (l *loader) template(src, prompt, field string) *Template {
	t, err := ParseTemplate(src)
	if err != nil {
		l.fail(diag.Problem{Place: l.places.placeAt("factors", "prompt", prompt, field),
			What: fmt.Sprintf("the %s of prompt %q cannot be read: %v", field, prompt, err),
			Mend: bracesMend})
		return &Template{Source: src, parts: []string{src}}
	}
	return t
}

func formRule(data json.RawMessage) FormRule {
	var fixed string
	if len(data) == 0 {
		return FormRule{}
	}
	if json.Unmarshal(data, &fixed) == nil {
		return FormRule{Fixed: fixed}
	}
	var m map[string]string
	if json.Unmarshal(data, &m) != nil {
		return FormRule{}
	}
	by := m["by"]
	delete(m, "by")
	return FormRule{By: by, Forms: m}
}

// variable decodes one variable; nil if it says nothing or two things at once.
func (l *loader) variable(prompt, name string, r rawVariable) *Variable {
	at := func(more ...string) diag.Place {
		return l.places.placeAt(append([]string{"factors", "prompt", prompt, "variables", name}, more...)...)
	}
	fail := func(place diag.Place, what, mend string) {
		l.fail(diag.Problem{Place: place, What: fmt.Sprintf("variable %q of prompt %q %s", name, prompt, what), Mend: mend})
	}
	if !isPlaceholder(name) {
		fail(at(), "has a name that no placeholder can have", "use letters, digits and _, beginning with a letter")
		return nil
	}
	sources := 0
	for _, has := range []bool{r.From != nil, r.Range != nil, r.Generate != nil} {
		if has {
			sources++
		}
	}
	if sources != 1 {
		fail(at(), fmt.Sprintf("has %d sources, want one", sources), "give one of  from: [...]  range: {min: 18, max: 75}  generate: {prompt: \"...\"}")
		return &Variable{Name: name, Draw: Random, Fields: []string{name}}
	}
	v := &Variable{Name: name, Draw: r.Draw, Fields: []string{name}, Balance: r.Balance}
	if r.From == nil && r.Draw != "" {
		fail(at("draw"), "has a draw, which only a list has", "remove  draw")
	}
	switch {
	case r.Range != nil:
		v.Draw, v.Min, v.Max = Uniform, r.Range.Min, r.Range.Max
		if v.Min > v.Max {
			fail(at("range"), fmt.Sprintf("has the range %d to %d", v.Min, v.Max), "let min be at most max")
		}
	case r.Generate != nil:
		v.Draw, v.Generate = Generate, r.Generate
	default:
		if v.Draw == "" {
			v.Draw = Random
		}
		l.entries(v, r.From, at, fail)
	}
	if v.Balance != "" && v.Draw != Shuffle {
		fail(at("balance"), "is balanced, which only a shuffle can be", `write  draw: "shuffle"  or remove  balance`)
	}
	return v
}

// entries decodes a list: plain texts, or structs that all have the same fields.
func (l *loader) entries(v *Variable, from []any, at func(...string) diag.Place, fail func(diag.Place, string, string)) {
	if len(from) == 0 {
		fail(at("from"), "draws from an empty list", "give the list at least one entry")
		return
	}
	for i, raw := range from {
		place := func() diag.Place { return at("from", fmt.Sprint(i)) }
		e, problem := entry(v.Name, raw)
		if problem != "" {
			fail(place(), problem, "write texts or whole numbers")
			continue
		}
		fields := slices.Sorted(maps.Keys(e))
		if i == 0 {
			v.Fields = fields
		} else if !slices.Equal(fields, v.Fields) {
			fail(place(), fmt.Sprintf("has an entry with the fields %v where the first has %v", fields, v.Fields), "give every entry of the list the same fields")
			continue
		}
		v.Entries = append(v.Entries, e)
	}
	if v.Balance != "" && !slices.Contains(v.Fields, v.Balance) {
		fail(at("balance"), fmt.Sprintf("is balanced over %q, which its entries do not have", v.Balance), diag.DidYouMean(v.Balance, v.Fields))
	}
}

// entry decodes one list entry; problem says what is wrong with it.
func entry(name string, raw any) (e Entry, problem string) {
	m, isStruct := raw.(map[string]any)
	if !isStruct {
		m = map[string]any{name: raw}
	}
	e = Entry{}
	for f, x := range m {
		if !isPlaceholder(f) {
			return nil, fmt.Sprintf("has an entry with the field %q, a name that no placeholder can have", f)
		}
		switch x := x.(type) {
		case string:
			e[f] = x
		case float64:
			if x != math.Trunc(x) || math.Abs(x) > 1<<53-1 {
				return nil, fmt.Sprintf("has the entry %v = %v, which is no whole number", f, x)
			}
			e[f] = int64(x)
		default:
			return nil, fmt.Sprintf("has an entry whose field %q is neither text nor number", f)
		}
	}
	if len(e) == 0 {
		return nil, "has an entry without fields"
	}
	return e, ""
}

// markUsed records which fields of each variable the prompt uses: in its
// templates or a system prompt in their place, or to decide the form. They make an entry's identity, so a note
// beside an entry can be reworded without redrawing anything.
func (p *Prompt) markUsed(e *Experiment) {
	used := p.Template.Placeholders()
	if p.System != nil {
		used = append(used, p.System.Placeholders()...)
	}
	for _, f := range e.Further {
		for _, lv := range f.Levels {
			if lv.System == nil {
				continue
			}
			if t, err := ParseTemplate(*lv.System); err == nil {
				used = append(used, t.Placeholders()...)
			}
		}
	}
	if p.Form.By != "" {
		used = append(used, p.Form.By)
	}
	for _, v := range p.Variables {
		v.Used = nil
		for _, f := range v.Fields {
			if slices.Contains(used, f) {
				v.Used = append(v.Used, f)
			}
		}
		sort.Strings(v.Used)
	}
}

// Identity is the entry's used fields as one text: equal for entries that
// would be rendered alike.
func (v *Variable) Identity(e Entry) string {
	parts := make([]any, len(v.Used))
	for i, f := range v.Used {
		parts[i] = e[f]
	}
	b, err := json.Marshal(parts)
	if err != nil {
		panic("schema: a list entry does not encode: " + err.Error())
	}
	return string(b)
}
