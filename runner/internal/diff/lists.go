package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"circumplex.example/schema"
)

// List is the difference of two lists that a variable draws from.
type List struct {
	Draw    string `json:"draw"`
	Old     int    `json:"old"`
	New     int    `json:"new"`
	Added   int    `json:"added"`
	Removed int    `json:"removed"`
	Edited  int    `json:"edited"`
	// Reordered is true if the entries that both have stand in another order. It
	// means something where the list is drawn by cycle.
	Reordered bool `json:"reordered"`
	// Items are the first changes; More is how many are left out.
	Items []Item `json:"items,omitempty"`
	More  int    `json:"more"`
}

// Item is an entry that was added (Old is ""), removed (New is ""), or edited.
type Item struct {
	Old string `json:"old,omitempty"`
	New string `json:"new,omitempty"`
	// Unused is true if only fields were edited that the prompt does not use: it
	// changes no draw.
	Unused bool `json:"unused,omitempty"`
}

// maxItems is how many changes of one list are listed.
const maxItems = 50

// lists compares two lists; nil if nothing that counts has changed. Entries
// that stand at the same place among those that both have are one that was
// edited.
func lists(a, b *schema.Variable) *List {
	x, y := texts(a), texts(b)
	l := &List{Draw: string(b.Draw), Old: len(x), New: len(y)}
	inX, inY := places(x), places(y)
	gone, come := missing(x, inY), missing(y, inX)
	come = l.edits(a, b, gone, come)
	l.Reordered = reordered(x, inY)
	for _, group := range gone {
		for _, i := range group {
			l.Removed++
			l.item(Item{Old: x[i]})
		}
	}
	for _, group := range come {
		for _, i := range group {
			l.Added++
			l.item(Item{New: y[i]})
		}
	}
	l.trim()
	if l.Added+l.Removed+l.Edited == 0 && (!l.Reordered || b.Draw != schema.Cycle) {
		return nil
	}
	return l
}

// groups are entries by the one before them that both lists have.
type groups map[string][]int

// missing groups the entries that the other list does not have by the entry that
// both have and that stands before them.
func missing(list []string, other map[string]int) groups {
	out := groups{}
	after := ""
	for i, s := range list {
		if _, ok := other[s]; ok {
			after = s
		} else {
			out[after] = append(out[after], i)
		}
	}
	return out
}

// edits takes pairs of entries out of the two groups.
func (l *List) edits(a, b *schema.Variable, gone, come groups) groups {
	for at := range gone {
		n := min(len(gone[at]), len(come[at]))
		if len(gone[at]) != len(come[at]) {
			continue // which is which is not plain
		}
		for k := range n {
			i, j := gone[at][k], come[at][k]
			l.Edited++
			l.item(Item{Old: text(a, a.Entries[i]), New: text(b, b.Entries[j]),
				Unused: slices.Equal(a.Used, b.Used) && a.Identity(a.Entries[i]) == b.Identity(b.Entries[j])})
		}
		delete(gone, at)
		delete(come, at)
	}
	return come
}

func (l *List) item(i Item) { l.Items = append(l.Items, i) }

// trim keeps the first items, those of the list's beginning.
func (l *List) trim() {
	slices.SortFunc(l.Items, func(a, b Item) int {
		return slices.Compare([]string{kind(a), a.New, a.Old}, []string{kind(b), b.New, b.Old})
	})
	if n := len(l.Items); n > maxItems {
		l.Items, l.More = l.Items[:maxItems], n-maxItems
	}
}

func kind(i Item) string {
	switch {
	case i.Old == "":
		return "a"
	case i.New == "":
		return "b"
	}
	return "c"
}

// reordered reports whether the entries that both have stand in another order.
func reordered(x []string, inY map[string]int) bool {
	last := -1
	for _, s := range x {
		if j, ok := inY[s]; ok {
			if j < last {
				return true
			}
			last = j
		}
	}
	return false
}

func places(list []string) map[string]int {
	out := make(map[string]int, len(list))
	for i, s := range list {
		out[s] = i
	}
	return out
}

// texts renders the entries of a list, each another way.
func texts(v *schema.Variable) []string {
	out := make([]string, len(v.Entries))
	for i, e := range v.Entries {
		out[i] = text(v, e)
	}
	return out
}

// text renders an entry: a plain text as it is, else the fields as JSON.
func text(v *schema.Variable, e schema.Entry) string {
	if len(v.Fields) == 1 && v.Fields[0] == v.Name {
		return fmt.Sprint(e[v.Name])
	}
	return encode(e)
}

// encode writes an entry as JSON, its fields sorted.
func encode(e schema.Entry) string {
	var b strings.Builder
	for i, f := range slices.Sorted(maps.Keys(e)) {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s: %s", scalar(f), scalar(e[f]))
	}
	return "{" + b.String() + "}"
}

func scalar(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("diff: a list entry does not encode: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func sortedEntries(entries []schema.Entry) []schema.Entry {
	type keyed struct {
		key   string
		entry schema.Entry
	}
	all := make([]keyed, len(entries))
	for i, e := range entries {
		all[i] = keyed{encode(e), e}
	}
	slices.SortFunc(all, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	out := make([]schema.Entry, len(all))
	for i, k := range all {
		out[i] = k.entry
	}
	return out
}
