package store_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

// sorted lists the keys in the order of Sorted, each entry checked against the
// digest that EntryDigest computes of it.
func sorted(t *testing.T, s *store.Store, want func(completion.Key) bool) []completion.Key {
	t.Helper()
	var out []completion.Key
	err := s.Sorted(t.Context(), want, func(c *completion.Completion, digest completion.Digest) error {
		if got, err := store.EntryDigest(c); err != nil || got != digest {
			t.Errorf("entry digest %s, %v, want %s", got, err, digest)
		}
		if p := c.Request.Prev; p != (completion.Key{}) && !slices.Contains(out, p) {
			t.Errorf("%s comes before the turn before it", c.Request.Key())
		}
		out = append(out, c.Request.Key())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The order is that of what is stored, whatever the order it was stored in.
func TestSortedDoesNotDependOnWhenItCame(t *testing.T) {
	origins := storetest.Origins(2)
	var batches [][]*completion.Completion
	for i := range 4 {
		batches = append(batches, storetest.Conversation(origins[i%2], i, 3))
		batches = append(batches, []*completion.Completion{storetest.Completion(origins[i%2], i)})
	}
	var orders [][]completion.Key
	for range 2 {
		s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
		for _, b := range batches {
			if _, err := s.Submit(t.Context(), store.Batch{Put: b}); err != nil {
				t.Fatal(err)
			}
		}
		orders = append(orders, sorted(t, s, nil))
		slices.Reverse(batches)
	}
	if len(orders[0]) != 16 || !slices.Equal(orders[0], orders[1]) {
		t.Errorf("orders %v and %v", orders[0], orders[1])
	}
}

// A wanted turn brings the turns before it and nothing else.
func TestSortedBringsEarlierTurns(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	turns := storetest.Conversation(storetest.Origins(1)[0], 0, 4)
	if _, err := s.Submit(t.Context(), store.Batch{Put: turns}); err != nil {
		t.Fatal(err)
	}
	third := turns[2].Request.Key()
	got := sorted(t, s, func(k completion.Key) bool { return k == third })
	if len(got) != 3 || got[2] != third {
		t.Errorf("got %v, want three turns up to %s", got, third)
	}
}

// An error of the caller comes back as it is.
func TestSortedEndsWithTheCallersError(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	if _, err := s.Submit(t.Context(), store.Batch{Put: storetest.Conversation(storetest.Origins(1)[0], 0, 2)}); err != nil {
		t.Fatal(err)
	}
	own, n := errors.New("full"), 0
	err := s.Sorted(t.Context(), nil, func(*completion.Completion, completion.Digest) error { n++; return own })
	if !errors.Is(err, own) || n != 1 {
		t.Errorf("%v after %d", err, n)
	}
}

// Damage ends Sorted; a conversation with a lost turn is no shorter one.
func TestSortedEndsAtDamage(t *testing.T) {
	for name, statement := range map[string]string{
		"turn before gone": `DELETE FROM completion WHERE id = 1`,
		"detail gone":      `DELETE FROM detail WHERE id = 2`,
		"circle":           `UPDATE detail SET prev = (SELECT key FROM completion WHERE id = 3) WHERE id = 1`,
		"text":             `UPDATE completion SET text = 'x' WHERE id = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			s := open(t, path, store.Options{})
			if _, err := s.Submit(t.Context(), store.Batch{Put: storetest.Conversation(storetest.Origins(1)[0], 0, 3)}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			edit(t, path, statement)
			s = open(t, path, store.Options{ReadOnly: true})
			err := s.Sorted(t.Context(), nil, func(*completion.Completion, completion.Digest) error { return nil })
			if !errors.Is(err, store.ErrCorrupt) {
				t.Errorf("%v, want ErrCorrupt", err)
			}
		})
	}
}

// Outlines say of every request what it would be compared by.
func TestOutlines(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	turns := storetest.Conversation(storetest.Origins(1)[0], 5, 2)
	if _, err := s.Submit(t.Context(), store.Batch{Put: turns}); err != nil {
		t.Fatal(err)
	}
	texts, i := map[completion.Digest]string{}, 0
	err := s.Outlines(t.Context(), func(d completion.Digest, text string) { texts[d] = text }, func(o *store.Outline) error {
		r := turns[i].Request
		if o.Key != r.Key() || o.Prev != r.Prev || o.Sample != 5 || o.Origin.Digest() != r.Origin.Digest() {
			t.Errorf("outline %+v", o)
		}
		if len(o.New) != 1 || texts[o.New[0]] != storetest.Item(i) {
			t.Errorf("turn %d adds %v, want %q", i, o.New, storetest.Item(i))
		}
		i++
		return nil
	})
	if err != nil || i != 2 {
		t.Errorf("%d outlines, %v", i, err)
	}
}

// The counts of an origin hold what was reported, paid and kept.
func TestStatsOfAnOrigin(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	o := storetest.Origins(1)[0]
	a, b := storetest.Completion(o, 1), storetest.Completion(o, 2)
	b.Usage.Prompt = completion.Unknown
	try := store.Try{At: a.StartedAt, Origin: o, Key: a.Request.Key(), Tries: 1, Usage: a.Usage, Micros: 250, Outcome: "ok"}
	free := try
	free.Micros = completion.Unknown
	if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{a, b}, Tries: []store.Try{try, free}}); err != nil {
		t.Fatal(err)
	}
	on, err := s.SpentOn(t.Context(), func(k completion.Key) bool { return k == a.Request.Key() })
	if err != nil || on.Lines != 2 || on.Micros != 250 || on.Unpriced != 1 || on.Tries != 2 {
		t.Errorf("spent on one request: %+v, %v", on, err)
	}
	if on, err = s.SpentOn(t.Context(), func(k completion.Key) bool { return k == b.Request.Key() }); err != nil || on.Lines != 0 {
		t.Errorf("spent on another: %+v, %v", on, err)
	}
	st, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := st.Origins[0]
	if got.PromptTokens != int64(a.Usage.Prompt) || got.CompletionTokens != 342 || got.Unreported != 1 || got.Micros != 250 || got.Unpriced != 1 || got.Billed != 2 || got.Bytes < 500 {
		t.Errorf("%+v", got)
	}
}
