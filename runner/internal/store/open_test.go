package store_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

func TestOpenRefusesWhatIsNoStoreAndLeavesItAlone(t *testing.T) {
	made := filepath.Join(t.TempDir(), "made.db")
	s := open(t, made, store.Options{})
	storetest.Fill(t, s, storetest.Origins(1), 200)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	at := func(offset int, value byte) []byte {
		b := bytes.Clone(good)
		b[offset] = value
		return b
	}
	for _, c := range []struct {
		name    string
		content []byte
		kind    error
		want    string
	}{
		{"empty", nil, store.ErrFormat, "is not a store (0 bytes that do not begin like one)"},
		{"text", []byte("hello"), store.ErrFormat, "is not a store (5 bytes"},
		{"header cut off", good[:60], store.ErrFormat, "is not a store (60 bytes"},
		{"cut off", good[:len(good)-4096], store.ErrCorrupt, "is cut off"},
		{"first page only", good[:4096], store.ErrCorrupt, "is cut off"},
		{"another program's", at(68, 0), store.ErrFormat, "is a database of another program"},
		{"newer", at(63, 3), store.ErrFormat, "is a store of format 3, this program knows up to 2"},
		{"older", at(63, 0), store.ErrFormat, "is a store of format 0, want 1 to 2"},
	} {
		for _, readOnly := range []bool{false, true} {
			dir := t.TempDir()
			path := filepath.Join(dir, "store.db")
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := store.Open(t.Context(), path, store.Options{ReadOnly: readOnly})
			if !errors.Is(err, c.kind) || !strings.Contains(err.Error(), path+": "+c.want) || !strings.Contains(err.Error(), "\n    mend: ") {
				t.Errorf("%s: got %v, want %q", c.name, err, c.want)
			}
			after, _ := os.ReadFile(path)
			names, _ := os.ReadDir(dir)
			if !bytes.Equal(after, c.content) || len(names) != 1 {
				t.Errorf("%s: the file or its directory was changed", c.name)
			}
		}
	}
}

func TestOpenRefusesADirectoryAndAFileInTheWay(t *testing.T) {
	dir := t.TempDir()
	if _, err := store.Open(t.Context(), dir, store.Options{}); !errors.Is(err, store.ErrUnusable) || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: got %v", err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), filepath.Join(file, "store.db"), store.Options{}); !errors.Is(err, store.ErrUnusable) {
		t.Errorf("a file where the directory should be: got %v, want ErrUnusable", err)
	}
}

func TestOpenWithoutPermission(t *testing.T) {
	if os.Getuid() <= 0 {
		t.Skip("permissions do not bind this user")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "store.db")
	s := open(t, path, store.Options{})
	storetest.Fill(t, s, storetest.Origins(1), 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	if _, err := store.Open(t.Context(), path, store.Options{}); !errors.Is(err, store.ErrUnusable) || !strings.Contains(err.Error(), "mend: ") {
		t.Errorf("for writing: got %v, want ErrUnusable with a mend", err)
	}
	r := open(t, path, store.Options{ReadOnly: true})
	if x, err := r.Index(t.Context(), storetest.Origins(1)); err != nil || x.Len() != 5 {
		t.Errorf("for reading: %v, %v; a published copy can be read", x, err)
	}
	if _, err := store.Open(t.Context(), filepath.Join(dir, "sub", "store.db"), store.Options{}); !errors.Is(err, store.ErrUnusable) {
		t.Errorf("new one in a directory that cannot be written: got %v, want ErrUnusable", err)
	}
}

func TestOpenRefusesANetworkFileSystem(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "not", "yet", "store.db")
	asked := ""
	_, err := store.Open(t.Context(), path, store.Options{Detector: func(d string) (string, error) { asked = d; return "nfs", nil }})
	want := path + `: the store would lie on a network file system (nfs)
    why:  two machines writing there would damage it, and paid replies with it
    mend: keep it on a local disk: --store DIR or RUNNER_STORE=DIR, and copy it when no run is going on`
	if !errors.Is(err, store.ErrNetwork) || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
	if real, _ := filepath.EvalSymlinks(dir); asked != real {
		t.Errorf("asked for %q, want the nearest directory there is, %q", asked, real)
	}
	if names, _ := os.ReadDir(dir); len(names) != 0 {
		t.Error("something was made all the same")
	}
	_, err = store.Open(t.Context(), path, store.Options{Detector: func(string) (string, error) { return "", errors.New("no answer") }})
	if !errors.Is(err, store.ErrUnusable) || !strings.Contains(err.Error(), "cannot tell on which file system it lies: no answer") {
		t.Errorf("detector without an answer: got %v", err)
	}
}

func TestOpenAtTheSameTimeMakesOneStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	stores := make([]*store.Store, 8)
	var wg sync.WaitGroup
	for i := range stores {
		wg.Go(func() {
			s, err := store.Open(t.Context(), path, store.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			stores[i] = s
			storetest.Fill(t, s, storetest.Origins(8)[i:i+1], 10)
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	x, err := stores[0].Index(t.Context(), storetest.Origins(8))
	if err != nil || x.Len() != 80 {
		t.Errorf("%d completions, %v; want 80", x.Len(), err)
	}
	for _, s := range stores {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("left behind: %v", names)
	}
}

// A link to a store is the store: its log lies beside the file itself.
func TestOpenThroughALink(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	target, link := filepath.Join(elsewhere, "store.db"), filepath.Join(dir, "store.db")
	origin := storetest.Origins(1)
	s := open(t, target, store.Options{})
	storetest.Fill(t, s, origin, 2)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip(err) // Windows allows it to some only
	}
	s = open(t, link, store.Options{})
	storetest.Fill(t, s, origin, 5)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, target, store.Options{})
	if n, err := s.Verify(t.Context(), func(err error) { t.Error(err) }, nil); n != 5 || err != nil {
		t.Errorf("verified %d, %v; want 5", n, err)
	}
}
