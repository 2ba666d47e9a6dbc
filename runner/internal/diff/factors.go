package diff

import (
	"reflect"
	"strings"

	"circumplex.example/schema"
)

// simulated is the provider that costs nothing and asks nobody.
const simulated = "simulated"

// Factor is what changes in the levels of one factor.
type Factor struct {
	Name string `json:"factor"`
	// Added and Removed say that the factor itself is new or gone.
	Added   bool     `json:"added,omitempty"`
	Removed bool     `json:"removed,omitempty"`
	Levels  []Change `json:"levels"`
}

// The kinds of a change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
	Renamed = "renamed"
)

// Change is what happens to a level.
type Change struct {
	Level string `json:"level"`
	// Kind is added, removed, changed or renamed.
	Kind string `json:"kind"`
	// From is the old name of a level that is renamed.
	From string `json:"from,omitempty"`
	// Fields are what it says otherwise, or all it says where it is new.
	Fields []Field `json:"fields,omitempty"`
	// KeptByIdentity is true where an address changes and a declared identity
	// keeps the completions.
	KeptByIdentity bool `json:"kept_by_identity,omitempty"`
}

// level is one level as a value to compare.
type level struct {
	name   string
	says   any
	prompt *schema.Prompt
}

// factorLevels lists factors and levels in the order of the tables.
func factorLevels(e *schema.Experiment) (names []string, levels map[string][]level) {
	levels = map[string][]level{}
	for _, m := range e.Models {
		c := *m
		c.Model = effective(m)
		levels["model"] = append(levels["model"], level{m.Name, c, nil})
	}
	for _, p := range e.Prompts {
		levels["prompt"] = append(levels["prompt"], level{p.Name, promptSays(p), p})
	}
	for _, t := range e.Temperatures {
		levels["temperature"] = append(levels["temperature"], level{t.Name, t, nil})
	}
	for _, a := range e.Administration {
		levels["administration"] = append(levels["administration"], level{a.Name, a, nil})
	}
	for _, f := range e.Further {
		for _, l := range f.Levels {
			levels[f.Name] = append(levels[f.Name], level{l.Name, l, nil})
		}
	}
	return e.FactorNames(), levels
}

func effective(m *schema.Model) string {
	if m.Model == "" {
		return m.Name
	}
	return m.Model
}

// promptSays is a prompt without its lists, which are compared entry by entry.
func promptSays(p *schema.Prompt) any {
	vars := map[string]any{}
	for _, v := range p.Variables {
		says := map[string]any{"draw": v.Draw, "generate": v.Generate}
		if v.Balance != "" {
			says["balance"] = v.Balance
		}
		if v.Draw == schema.Uniform {
			says["range"] = map[string]any{"min": v.Min, "max": v.Max}
		}
		vars[v.Name] = says
	}
	out := map[string]any{"template": p.Template.Source, "variables": vars, "shared": orNil(p.Shared), "independent": orNil(p.Independent)}
	if p.System != nil {
		out["system"] = p.System.Source
	}
	switch {
	case p.Form.By != "":
		out["form"] = map[string]any{"by": p.Form.By, "is": p.Form.Forms}
	case p.Form.Fixed != "":
		out["form"] = p.Form.Fixed
	}
	return out
}

func orNil(b bool) any {
	if b {
		return true
	}
	return nil
}

// factors compares the levels. What changes no answer goes to harmless.
func factors(a, b *schema.Experiment, harmless *[]Field) []Factor {
	oldNames, old := factorLevels(a)
	names, now := factorLevels(b)
	var out []Factor
	for _, name := range names {
		f := Factor{Name: name, Added: old[name] == nil}
		f.Levels = changes(name, old[name], now[name], harmless)
		if len(f.Levels) > 0 {
			out = append(out, f)
		}
	}
	for _, name := range oldNames {
		if now[name] == nil {
			out = append(out, Factor{Name: name, Removed: true, Levels: changes(name, old[name], nil, harmless)})
		}
	}
	return out
}

// freshFactors lists the levels of an experiment that is new.
func freshFactors(b *schema.Experiment) []Factor {
	names, now := factorLevels(b)
	var out []Factor
	for _, name := range names {
		out = append(out, Factor{Name: name, Added: true, Levels: changes(name, nil, now[name], nil)})
	}
	return out
}

func changes(factor string, old, now []level, harmless *[]Field) []Change {
	var out []Change
	renamed := renames(old, now)
	for _, l := range now {
		o := find(old, l.name)
		if from, ok := renamed[l.name]; o == nil && ok {
			out = append(out, Change{Level: l.name, Kind: Renamed, From: from})
			continue
		}
		if o == nil {
			out = append(out, Change{Level: l.name, Kind: Added, Fields: said(l)})
			continue
		}
		c := Change{Level: l.name, Kind: Changed, Fields: levelFields(o, &l)}
		if factor == "model" {
			for _, f := range take(&c.Fields, tellsPeople) {
				f.Path = "model " + l.name + "." + f.Path
				*harmless = append(*harmless, f)
			}
			c.KeptByIdentity = keptByIdentity(o, &l, c.Fields)
		}
		if len(c.Fields) > 0 {
			out = append(out, c)
		}
	}
	for _, l := range old {
		if find(now, l.name) == nil && !hasValue(renamed, l.name) {
			out = append(out, Change{Level: l.name, Kind: Removed})
		}
	}
	return out
}

// said is all that a new level says.
func said(l level) []Field {
	fields := fieldsOf("", nil, l.says)
	if l.prompt != nil {
		for _, v := range l.prompt.Variables {
			if len(v.Entries) > 0 {
				fields = append(fields, Field{Path: "variables." + v.Name + ".from", List: &List{Draw: string(v.Draw), New: len(v.Entries), Added: len(v.Entries)}})
			}
		}
	}
	return fields
}

// levelFields compares one level, lists included.
func levelFields(a, b *level) []Field {
	fields := fieldsOf("", a.says, b.says)
	if a.prompt == nil || b.prompt == nil {
		return fields
	}
	for _, v := range b.prompt.Variables {
		w := a.prompt.Variable(v.Name)
		if w == nil || w.Entries == nil && v.Entries == nil {
			continue
		}
		if l := lists(w, v); l != nil {
			fields = append(fields, Field{Path: "variables." + v.Name + ".from", List: l})
		}
	}
	return fields
}

// tellsPeople reports whether a field of a model changes nothing that is sent.
func tellsPeople(f Field) bool {
	return f.Path == "notes" || f.Path == "account" || strings.HasPrefix(f.Path, "price.") || strings.HasPrefix(f.Path, "retired.")
}

// keptByIdentity reports whether a model is called elsewhere under the same
// declared identity.
func keptByIdentity(a, b *level, fields []Field) bool {
	x, y := a.says.(schema.Model), b.says.(schema.Model)
	moved := false
	for _, f := range fields {
		moved = moved || f.Path == "base_url"
	}
	return moved && x.Identity != "" && x.Identity == y.Identity
}

// renames pairs levels that are gone with new ones that say the same.
func renames(old, now []level) map[string]string {
	out := map[string]string{}
	taken := map[string]bool{}
	for _, l := range now {
		if find(old, l.name) != nil {
			continue
		}
		for i := range old {
			o := &old[i]
			if find(now, o.name) == nil && !taken[o.name] && len(levelFields(o, &l)) == 0 && reflect.DeepEqual(variables(o), variables(&l)) {
				out[l.name], taken[o.name] = o.name, true
				break
			}
		}
	}
	return out
}

func variables(l *level) []string {
	var out []string
	if l.prompt != nil {
		for _, v := range l.prompt.Variables {
			out = append(out, v.Name)
		}
	}
	return out
}

func find(levels []level, name string) *level {
	for i := range levels {
		if levels[i].name == name {
			return &levels[i]
		}
	}
	return nil
}

func hasValue(m map[string]string, v string) bool {
	for _, x := range m {
		if x == v {
			return true
		}
	}
	return false
}

// renamedPrompts maps the new names of prompts to the old ones.
func (d *Diff) renamedPrompts() map[string]string {
	out := map[string]string{}
	for _, f := range d.Factors {
		if f.Name != "prompt" {
			continue
		}
		for _, c := range f.Levels {
			if c.Kind == Renamed {
				out[c.Level] = c.From
			}
		}
	}
	return out
}
