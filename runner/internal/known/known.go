// Package known remembers which experiments use a store: a list beside it, one
// JSON object a line. Nothing that a known experiment uses is ever deleted.
//
// It knows paths and names; not experiments, nor what a store holds.
package known

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"circumplex.example/analysis/tabular"
)

// Use is one experiment that has used a store.
type Use struct {
	// Directory is the experiment's, absolute.
	Directory string `json:"directory"`
	// Experiment is its name when it was first applied.
	Experiment string `json:"experiment"`
	// Simulate is true if the simulated respondent answered in place of every
	// model.
	Simulate bool `json:"simulate,omitempty"`
}

// Path is the list of the store at path.
func Path(store string) string { return strings.TrimSuffix(store, ".db") + ".experiments" }

// List reads the list of a store; a missing one is empty.
func List(store string) ([]Use, error) {
	b, err := os.ReadFile(Path(store))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Use
	for i, line := range bytes.Split(b, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var u Use
		if err := json.Unmarshal(line, &u); err != nil || u.Directory == "" {
			return nil, fmt.Errorf("%s:%d: is no line of the list of experiments\n    mend: remove the line, or write  {\"directory\": \"/path\", \"experiment\": \"name\"}", Path(store), i+1)
		}
		if !slices.ContainsFunc(out, u.same) {
			out = append(out, u)
		}
	}
	return out, nil
}

func (u Use) same(o Use) bool { return u.Directory == o.Directory && u.Simulate == o.Simulate }

// Add notes that an experiment uses a store. It writes only what is not there,
// by appending, so that two processes do not lose each other's line.
func Add(store string, u Use) error {
	list, err := List(store)
	if err != nil || slices.ContainsFunc(list, u.same) {
		return err
	}
	line, err := json.Marshal(u)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(store), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(Path(store), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	return errors.Join(err, f.Sync(), f.Close())
}

// Forget takes the uses of a directory off the list of a store and says how
// many it took.
func Forget(store, directory string) (int, error) {
	list, err := List(store)
	if err != nil {
		return 0, err
	}
	var b bytes.Buffer
	n := 0
	for _, u := range list {
		if u.Directory == directory {
			n++
			continue
		}
		line, err := json.Marshal(u)
		if err != nil {
			return 0, err
		}
		b.Write(append(line, '\n'))
	}
	if n == 0 {
		return 0, nil
	}
	return n, tabular.WriteFile(Path(store), b.Bytes())
}
