package score

import "fmt"

// Item says which value an item measures and in which direction.
type Item struct {
	Value    int  // index into the key's values
	Reversed bool // agreement speaks against the value
}

// Key is a scoring key: the values of an instrument, the item each answer
// column belongs to, and the ends of the answer scale.
type Key struct {
	values    []string
	items     []Item
	low, high int16
	size      []int // number of items of each value
}

// NewKey checks a scoring key. Each answer column belongs to exactly one
// value, each value has at least one item, value names differ, and the scale
// runs from low to high, ends included. A reverse-keyed item scores
// low + high − answer.
func NewKey(values []string, items []Item, low, high int) (*Key, error) {
	if low >= high || low <= int(Missing) || high > 32767 {
		return nil, fmt.Errorf("scoring key: scale from %d to %d is empty or out of range", low, high)
	}
	k := &Key{
		values: append([]string(nil), values...),
		items:  append([]Item(nil), items...),
		low:    int16(low), high: int16(high),
		size: make([]int, len(values)),
	}
	seen := make(map[string]bool, len(values))
	for _, v := range values {
		if seen[v] {
			return nil, fmt.Errorf("scoring key: value %q stands twice", v)
		}
		seen[v] = true
	}
	for j, it := range items {
		if it.Value < 0 || it.Value >= len(values) {
			return nil, fmt.Errorf("scoring key: item %d belongs to value number %d of %d values", j+1, it.Value+1, len(values))
		}
		k.size[it.Value]++
	}
	for v, n := range k.size {
		if n == 0 {
			return nil, fmt.Errorf("scoring key: value %q has no item", values[v])
		}
	}
	return k, nil
}

// Values returns the names of the values, in the order of the score columns.
// The caller must not change it.
func (k *Key) Values() []string { return k.values }

// Items returns the items in the order of the answer columns. The caller must
// not change it.
func (k *Key) Items() []Item { return k.items }

// Scale returns the ends of the answer scale.
func (k *Key) Scale() (low, high int) { return int(k.low), int(k.high) }

// keyed returns the answer as the key counts it, reversed where it says so.
func (k *Key) keyed(item int, code int16) float64 {
	if k.items[item].Reversed {
		return float64(k.low) + float64(k.high) - float64(code)
	}
	return float64(code)
}

// columns returns the answer columns of a value.
func (k *Key) columns(value int) []int {
	cols := make([]int, 0, k.size[value])
	for j, it := range k.items {
		if it.Value == value {
			cols = append(cols, j)
		}
	}
	return cols
}
