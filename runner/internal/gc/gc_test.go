package gc_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/gc"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

// fill makes a store of two conversations of three turns and two batches.
func fill(t *testing.T) (path string, s *store.Store, all []*completion.Completion) {
	t.Helper()
	o := storetest.Origins(2)
	all = append(storetest.Conversation(o[0], 0, 3), storetest.Conversation(o[0], 1, 3)...)
	all = append(all, storetest.Completion(o[1], 50), storetest.Completion(o[1], 90))
	path = filepath.Join(t.TempDir(), "store.db")
	s = open(t, path)
	try := store.Try{At: all[6].StartedAt, Origin: o[1], Key: all[6].Request.Key(), Tries: 1, Usage: all[6].Usage, Micros: 99, Outcome: "ok"}
	if _, err := s.Submit(t.Context(), store.Batch{Put: all, Tries: []store.Try{try}}); err != nil {
		t.Fatal(err)
	}
	return path, s, all
}

func open(t *testing.T, path string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), path, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // closed by some tests already
	return s
}

// indices names keys by where their completions stand in all.
func indices(all []*completion.Completion, keys []completion.Key) []int {
	var out []int
	for _, k := range keys {
		out = append(out, slices.IndexFunc(all, func(c *completion.Completion) bool { return c.Request.Key() == k }))
	}
	slices.Sort(out)
	return out
}

// What goes is what was asked for, less what is used and what other turns need.
func TestChoice(t *testing.T) {
	_, s, all := fill(t)
	key := func(i int) string { return all[i].Request.Key().String() }
	for name, c := range map[string]struct {
		wish      gc.Wish
		used      []int
		want      []int
		protected int
	}{
		"everything":                      {gc.Wish{}, nil, []int{0, 1, 2, 3, 4, 5, 6, 7}, 0},
		"what nobody uses":                {gc.Wish{}, []int{1, 6}, []int{2, 3, 4, 5, 7}, 3},
		"a key and what follows":          {gc.Wish{Keys: []string{key(4)}}, nil, []int{4, 5}, 0},
		"a key whose later turn is used":  {gc.Wish{Keys: []string{key(3)[:12]}}, []int{5}, nil, 3},
		"an origin":                       {gc.Wish{Origins: []string{all[6].Request.Origin.Digest().String()[:8]}}, nil, []int{6, 7}, 0},
		"an origin, older":                {gc.Wish{Origins: []string{all[6].Request.Origin.Digest().String()[:8]}, Before: all[7].StartedAt}, nil, []int{6}, 0},
		"older, with turns that are not":  {gc.Wish{Before: all[2].StartedAt}, nil, nil, 4},
		"a key that is not of the origin": {gc.Wish{Keys: []string{key(0)}, Origins: []string{all[6].Request.Origin.Digest().String()[:8]}}, nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := gc.Choose(t.Context(), s, c.wish, func(keep gc.Keep) error {
				for _, i := range c.used {
					keep[all[i].Request.Key()] = true
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if g := indices(all, got.Keys); !slices.Equal(g, c.want) || got.Protected != c.protected {
				t.Errorf("%v go and %d stay, want %v and %d", g, got.Protected, c.want, c.protected)
			}
		})
	}
}

// The choice can be carried out, and tells what it costs.
func TestChoiceCanBeDeleted(t *testing.T) {
	_, s, all := fill(t)
	got, err := gc.Choose(t.Context(), s, gc.Wish{}, func(keep gc.Keep) error {
		keep[all[1].Request.Key()] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got.Spent.Micros != 99 || got.PromptTokens == 0 || got.Simulated != 0 || len(got.Origins) != 2 || got.Oldest.IsZero() {
		t.Errorf("%+v", got)
	}
	if n, err := s.Delete(t.Context(), got.Keys); err != nil || n != 6 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := s.Get(t.Context(), all[1].Request.Key()); err != nil {
		t.Errorf("a used turn is gone: %v", err)
	}
}

// What is damaged and named goes with what follows, also if it is used: nobody
// can use it. Known experiments, which could not be counted, are not asked.
func TestDamagedGoesWhenNamed(t *testing.T) {
	path, s, all := fill(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`UPDATE completion SET text = 'x' WHERE id = 2`); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := gc.Choose(t.Context(), open(t, path), gc.Wish{Keys: []string{all[1].Request.Key().String()}}, func(gc.Keep) error {
		return errors.New("asked")
	})
	if err != nil || !slices.Equal(indices(all, got.Keys), []int{1, 2}) || got.Damaged != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWishesThatFitNothing(t *testing.T) {
	_, s, _ := fill(t)
	for want, w := range map[string]gc.Wish{
		"--key zz: nothing is stored under it in ":  {Keys: []string{"zz"}},
		"--key : 8 keys begin with it":              {Keys: []string{""}},
		"--origin zz: no origin begins with it in ": {Origins: []string{"zz"}},
	} {
		_, err := gc.Choose(t.Context(), s, w, func(gc.Keep) error { return nil })
		var wrong *gc.WishError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), "\n    mend: ") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
