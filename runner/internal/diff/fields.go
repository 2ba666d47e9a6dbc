package diff

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Field is one thing that is said otherwise, or said by one side alone.
type Field struct {
	// Path names it, such as parameters.top_p.
	Path string `json:"path"`
	// Old and New are nil where a side does not say it.
	Old any `json:"old"`
	New any `json:"new"`
	// Words is the difference of two texts, word by word.
	Words []Word `json:"words,omitempty"`
	// List is the difference of two lists that are drawn from.
	List *List `json:"list,omitempty"`
}

// fieldsOf compares two values as JSON, leaf by leaf; a list is a leaf.
func fieldsOf(path string, a, b any) []Field {
	x, y := leaves(a), leaves(b)
	all := maps.Clone(x)
	maps.Copy(all, y)
	var out []Field
	for _, p := range slices.Sorted(maps.Keys(all)) {
		if reflect.DeepEqual(x[p], y[p]) {
			continue
		}
		out = append(out, field(join(path, p), x[p], y[p]))
	}
	return out
}

// field holds two values, with the words of two texts.
func field(path string, a, b any) Field {
	f := Field{Path: path, Old: a, New: b}
	s, text := a.(string)
	t, texts := b.(string)
	if text && texts && (strings.Contains(s, " ") || strings.Contains(t, " ")) {
		f.Words = words(s, t)
	}
	return f
}

func join(path, more string) string {
	switch {
	case path == "":
		return more
	case more == "":
		return path
	}
	return path + "." + more
}

// leaves flattens a value: path to leaf. What is null is as if it
// were not said.
func leaves(v any) map[string]any {
	b, err := json.Marshal(v)
	if err != nil {
		panic("diff: what was read from JSON does not encode: " + err.Error())
	}
	var x any
	if err := json.Unmarshal(b, &x); err != nil {
		panic("diff: what was encoded does not decode: " + err.Error())
	}
	out := map[string]any{}
	flatten(out, "", x)
	return out
}

func flatten(out map[string]any, path string, x any) {
	switch x := x.(type) {
	case nil:
	case map[string]any:
		for name, y := range x {
			flatten(out, join(path, name), y)
		}
	default:
		out[path] = x
	}
}

// take removes the fields that match from a list and returns them.
func take(fields *[]Field, match func(Field) bool) []Field {
	var taken, rest []Field
	for _, f := range *fields {
		if match(f) {
			taken = append(taken, f)
		} else {
			rest = append(rest, f)
		}
	}
	*fields = rest
	return taken
}
