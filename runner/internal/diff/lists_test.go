package diff

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/schema"
)

func plainList(draw schema.Draw, entries ...string) *schema.Variable {
	v := &schema.Variable{Name: "x", Draw: draw, Fields: []string{"x"}, Used: []string{"x"}}
	for _, e := range entries {
		v.Entries = append(v.Entries, schema.Entry{"x": e})
	}
	return v
}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		name     string
		draw     schema.Draw
		old, new []string
		want     *List
	}{
		{"the same", schema.Random, []string{"a", "b"}, []string{"a", "b"}, nil},
		{"another order means nothing", schema.Shuffle, []string{"a", "b", "c"}, []string{"c", "a", "b"}, nil},
		{"another order of a cycle", schema.Cycle, []string{"a", "b", "c"}, []string{"c", "a", "b"}, &List{Draw: "cycle", Old: 3, New: 3, Reordered: true}},
		{"added in the middle", schema.Random, []string{"a", "b"}, []string{"a", "x", "b"}, &List{Draw: "random", Old: 2, New: 3, Added: 1, Items: []Item{{New: "x"}}}},
		{"removed at the beginning", schema.Random, []string{"a", "b"}, []string{"b"}, &List{Draw: "random", Old: 2, New: 1, Removed: 1, Items: []Item{{Old: "a"}}}},
		{"edited in place", schema.Cycle, []string{"a", "b", "c"}, []string{"a", "B", "c"}, &List{Draw: "cycle", Old: 3, New: 3, Edited: 1, Items: []Item{{Old: "b", New: "B"}}}},
		{"one gone and two come at one place", schema.Random, []string{"a", "b", "c"}, []string{"a", "x", "y", "c"},
			&List{Draw: "random", Old: 3, New: 4, Added: 2, Removed: 1, Items: []Item{{New: "x"}, {New: "y"}, {Old: "b"}}}},
		{"moved and edited", schema.Random, []string{"a", "b", "c"}, []string{"c", "a", "x"},
			&List{Draw: "random", Old: 3, New: 3, Edited: 1, Reordered: true, Items: []Item{{Old: "b", New: "x"}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, lists(plainList(c.draw, c.old...), plainList(c.draw, c.new...))); d != "" {
				t.Errorf("- want, + got:\n%s", d)
			}
		})
	}
}

// A field that the prompt does not use can be edited without changing a draw.
func TestEditOfAnUnusedFieldIsToldFromOthers(t *testing.T) {
	of := func(note, name string) *schema.Variable {
		return &schema.Variable{Name: "person", Draw: schema.Shuffle, Fields: []string{"name", "note"}, Used: []string{"name"},
			Entries: []schema.Entry{{"name": "Ames", "note": int64(1)}, {"name": name, "note": note}}}
	}
	got := lists(of("a", "Bell"), of("b <&>", "Bell"))
	want := []Item{{Old: `{"name": "Bell", "note": "a"}`, New: `{"name": "Bell", "note": "b <&>"}`, Unused: true}}
	if d := cmp.Diff(want, got.Items); d != "" {
		t.Errorf("- want, + got:\n%s", d)
	}
	if got := lists(of("a", "Bell"), of("a", "Cole")); got.Items[0].Unused {
		t.Error("an edited name is said to change no draw")
	}
}

// Of very many changes the first are listed and the others counted.
func TestListOf100000Entries(t *testing.T) {
	var old []string
	for i := range 100_000 {
		old = append(old, fmt.Sprintf("entry %d", i))
	}
	now := slices.Concat(old[:70], old[170:50_000], []string{"new"}, old[50_000:])
	got := lists(plainList(schema.Random, old...), plainList(schema.Random, now...))
	if got.Added != 1 || got.Removed != 100 || got.Edited != 0 || len(got.Items) != maxItems || got.More != 101-maxItems || got.Items[0].New != "new" {
		t.Errorf("%d added, %d removed, %d edited, %d listed, %d more", got.Added, got.Removed, got.Edited, len(got.Items), got.More)
	}
}
