package known_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"circumplex.example/runner/internal/known"
)

func TestListKeepsEachUseOnce(t *testing.T) {
	store := filepath.Join(t.TempDir(), "new", "store.db")
	uses := []known.Use{{Directory: "/a", Experiment: "x"}, {Directory: "/a", Experiment: "x", Simulate: true}, {Directory: "/b\n{", Experiment: "y"}}
	var wg sync.WaitGroup
	for range 4 {
		for _, u := range uses {
			wg.Go(func() {
				if err := known.Add(store, u); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	list, err := known.List(store)
	if err != nil || len(list) != 3 {
		t.Errorf("%v, %v", list, err)
	}
	if n, err := known.Forget(store, "/a"); err != nil || n != 2 {
		t.Errorf("forgot %d, %v", n, err)
	}
	if n, err := known.Forget(store, "/a"); err != nil || n != 0 {
		t.Errorf("forgot %d, %v", n, err)
	}
	if list, err = known.List(store); err != nil || len(list) != 1 || list[0] != uses[2] {
		t.Errorf("%v, %v", list, err)
	}
}

// A list that cannot be read is an error: what it says is not to be deleted.
func TestDamagedListIsAnError(t *testing.T) {
	store := filepath.Join(t.TempDir(), "store.db")
	if list, err := known.List(store); err != nil || list != nil {
		t.Errorf("no list: %v, %v", list, err)
	}
	for _, line := range []string{"nonsense", "{}", `{"directory": 1}`} {
		if err := os.WriteFile(known.Path(store), []byte(`{"directory":"/a"}`+"\n\n"+line), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := known.List(store)
		if err == nil || !strings.Contains(err.Error(), known.Path(store)+":3: is no line") {
			t.Errorf("%q: %v", line, err)
		}
		if err := known.Add(store, known.Use{Directory: "/b"}); err == nil {
			t.Errorf("%q: added to", line)
		}
	}
}
