package design

import (
	"cmp"
	"encoding/json"
	"slices"

	"circumplex.example/schema"
)

// sortedEntries returns entries in the order of their JSON.
func sortedEntries(entries []schema.Entry) []schema.Entry {
	type keyed struct {
		key   string
		entry schema.Entry
	}
	out := make([]keyed, len(entries))
	for i, e := range entries {
		b, err := json.Marshal(e)
		if err != nil {
			panic("design: a list entry does not encode: " + err.Error())
		}
		out[i] = keyed{string(b), e}
	}
	slices.SortFunc(out, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	sorted := make([]schema.Entry, len(out))
	for i, k := range out {
		sorted[i] = k.entry
	}
	return sorted
}
