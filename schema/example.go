package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue"
)

// examples are what could stand in the fields of a name, and of a name below a
// path, where the name alone does not say it.
var examples = map[string]string{
	"name": `"study"`, "n": "100", "seed": "20250424", "provider": `"simulated"`, "value": "0.7",
	"template":   `"Rate each description from 1 to 6."`,
	"instrument": "instruments.pvq57", "min": "1", "max": "6", "source": `"..."`, "label": `"..."`, "by": `"gender"`, "model": `"..."`,
	"date": `"2026-11-28"`, "prompt_usd_per_million": "2.5", "completion_usd_per_million": "10",
	"scale": "{min: 1, max: 6}", "values": `{AC: name: "Achievement"}`, "key": "{AC: [1, 2, 3]}", "items": `{"1": neutral: "..."}`,
	"kind": `"human"`, "statistic": `"mean"`, "prompt": `"Describe a person in two sentences."`,
	"usd": "20", "requests": "10000", "max_in_flight": "8", "reask": "1", "top_p": "0.9", "from": `["nurse", "cook"]`, "neutral": `"..."`,
	"range.min": "18", "range.max": "75", "instrument.name": `"my_scale"`, "benchmarks.name": `"own"`,
	"quirks": "{refusal_rate: 0.05}",
	"range":  "{min: 18, max: 75}", "generate": `{prompt: "Describe a person in two sentences."}`,
}

// example is something that could stand in the named field below path.
func example(path []cue.Selector, name string) string {
	if len(path) == 1 && last(path) == "factors" {
		if _, level, ok := strings.Cut(levelExample(name), ": "); ok {
			return level
		}
	}
	if len(path) == 0 && name == "factors" {
		var b strings.Builder
		for _, f := range []string{"model", "prompt", "temperature", "administration"} {
			b.WriteString("\n    " + levelExample(f))
		}
		return "{" + b.String() + "\n}"
	}
	if len(path) > 0 {
		for _, at := range []string{last(path), path[0].String()} {
			if ex := examples[at+"."+name]; ex != "" {
				return ex
			}
		}
	}
	if ex := examples[name]; ex != "" {
		return ex
	}
	return "{...}"
}

// structMend says how what the author wrote at path is written where a struct
// is wanted; "" if there is nothing to say.
func (l *loader) structMend(path []cue.Selector, def, val cue.Value) string {
	in := func(i int, name string) bool { return len(path) > i && path[i].Unquoted() == name }
	switch {
	case len(path) == 1 && in(0, "factors"):
		return "write  factors: " + example(nil, "factors")
	case len(path) == 1 && in(0, "instrument"):
		if s, err := val.String(); err == nil && slices.Contains(ShippedInstruments(), s) {
			return "write it without quotes, with the package:  instrument: instruments." + s
		}
		return "refer to one that comes with the program:  instrument: instruments.pvq57"
	case len(path) == 2 && in(0, "factors"):
		return "give each level a name:  " + factorMend(path[1].Unquoted(), val)
	case len(path) == 3 && in(0, "factors"):
		return "write  " + written(path, levelWritten(path[1].Unquoted(), path[2].Unquoted(), val))
	case len(path) == 4 && in(0, "factors") && in(1, "prompt") && in(3, "variables"):
		return "give each variable a name:  variables: job: {from: [...]}"
	case len(path) == 5 && in(0, "factors") && in(1, "prompt") && in(3, "variables"):
		return "write  " + written(path, l.variableWritten(path, val))
	}
	if def.IncompleteKind() != cue.StructKind {
		return ""
	}
	return "write  " + written(path, structWritten(path, def, val))
}

// scalar is a text or number of the author as it is written in CUE; "" for
// what is neither, is long, or may be a key.
func scalar(val cue.Value) string {
	s, isText := text(val)
	switch {
	case isText && short(s):
		return fmt.Sprintf("%q", s)
	case !isText && val.IncompleteKind()&^cue.NumberKind == 0 && val.IsConcrete():
		return fmt.Sprint(val)
	}
	return ""
}

// text is a text of the author, also one that he put into single quotes.
func text(val cue.Value) (string, bool) {
	if b, err := val.Bytes(); err == nil {
		return string(b), true
	}
	return "", false
}

// factorMend writes a factor's levels with what the author gave in their place.
func factorMend(factor string, val cue.Value) string {
	switch factor {
	case "model":
		return `model: m: {provider: "simulated"}`
	case "prompt":
		return "prompt: p: {template: " + textOr(val) + "}"
	case "administration":
		return "administration: batch: {}"
	}
	given := []cue.Value{val}
	if it, err := val.List(); err == nil {
		given = nil
		for it.Next() {
			given = append(given, it.Value())
		}
	}
	var levels []string
	for _, v := range given {
		s := strings.Trim(scalar(v), `"`)
		name := "first"
		switch {
		case factor == "temperature" && number.MatchString(s):
			name = s
		case factor == "temperature":
			continue
		case labelName.MatchString(s):
			name = s
		}
		if !identifier.MatchString(name) {
			name = fmt.Sprintf("%q", name)
		}
		levels = append(levels, name+": "+levelWritten(factor, name, v))
	}
	switch {
	case len(levels) == 0 && factor == "temperature":
		return `temperature: "0.7": {value: 0.7}`
	case len(levels) == 0:
		return factor + `: first: {text: "..."}`
	case len(levels) == 1 || len(levels) > 6:
		return factor + ": " + levels[0]
	}
	return factor + ": {" + strings.Join(levels, ", ") + "}"
}

var (
	identifier = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)
	labelName  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,23}$`)
)

func textOr(val cue.Value) string {
	if _, ok := text(val); ok && scalar(val) != "" {
		return scalar(val)
	}
	return `"..."`
}

// levelWritten is a level of a factor, with what the author gave in its place.
func levelWritten(factor, name string, val cue.Value) string {
	s, isText := text(val)
	given := scalar(val)
	switch factor {
	case "model":
		if slices.Contains([]string{"openai", "google", "ollama", "anthropic"}, s) {
			return fmt.Sprintf("{provider: %q}", s)
		} else if isText && s != "simulated" && given != "" {
			return fmt.Sprintf(`{provider: "openai", model: %s}`, given)
		}
		return `{provider: "simulated"}`
	case "prompt":
		return "{template: " + textOr(val) + "}"
	case "temperature":
		for _, v := range []string{strings.Trim(given, `"`), strings.Trim(name, `"`), "0.7"} {
			if number.MatchString(v) {
				return "{value: " + v + "}"
			}
		}
	case "administration":
		modes := []string{string(Batch), string(Sequential), string(Isolated)}
		switch {
		case slices.Contains(modes, name) && (!slices.Contains(modes, s) || s == name):
			return "{}"
		case slices.Contains(modes, s):
			return fmt.Sprintf("{mode: %q}", s)
		}
		return `{mode: "batch"}`
	}
	switch {
	case slices.Contains([]string{"fixed", "reversed", "shuffled"}, s):
		return fmt.Sprintf("{item_order: %q}", s)
	case given != "" && !isText:
		return fmt.Sprintf("{text: %q}", given)
	}
	return "{text: " + textOr(val) + "}"
}

// variableWritten is a variable of a prompt, with what the author gave in place
// of its source.
func (l *loader) variableWritten(path []cue.Selector, val cue.Value) string {
	if name := l.reference(path); name != "" {
		return "{from: " + name + "}"
	}
	if given := scalar(val); given != "" {
		return "{from: [" + given + "]}"
	}
	return "{from: [...]}"
}

var referenceOnly = regexp.MustCompile(`^[^:]*:\s*([A-Za-z_][A-Za-z0-9_.]*)\s*([,}]|//|$)`)

// reference is the name that stands as a field's value in the author's file; ""
// if the value is written out.
func (l *loader) reference(path []cue.Selector) string {
	p := l.places.place(path...)
	line := readSource(p.File).line(p.Line)
	if p.Col < 1 || p.Col > len(line) {
		return ""
	}
	if m := referenceOnly.FindStringSubmatch(line[p.Col-1:]); m != nil {
		return m[1]
	}
	return ""
}

// structWritten is a struct of the schema: with the field that takes what the
// author gave, else with the required fields, else with the first one.
func structWritten(path []cue.Selector, def, val cue.Value) string {
	known, required := fieldNames(def)
	given := scalar(val)
	var must []string
	for _, name := range known {
		value := example(path, name)
		if sub, ok := subSchema(def, cue.Str(name)); ok && given != "" && takes(name, sub, val) {
			if value, given = given, ""; len(required) == 0 {
				return fmt.Sprintf("{%s: %s}", name, value)
			}
		}
		if required[name] {
			must = append(must, name+": "+value)
		}
	}
	if len(must) > 0 {
		return "{" + strings.Join(must, ", ") + "}"
	}
	for _, name := range known {
		if name != "shared" && name != "independent" && example(path, name) != "{...}" {
			return fmt.Sprintf("{%s: %s}", name, example(path, name))
		}
	}
	return "{...}"
}

// takes reports whether a field is where the author's value belongs: a text must
// be one of its words, since any text would fit a free one.
func takes(name string, def, val cue.Value) bool {
	if s, isText := text(val); isText {
		return name == "prompt" || slices.Contains(stringChoices(def), s)
	}
	return def.IncompleteKind()&val.IncompleteKind() != 0 && def.Unify(val).Validate() == nil
}
