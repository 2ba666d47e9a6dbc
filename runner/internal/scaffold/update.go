package scaffold

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// Updated is what bringing a copy up to date did. Paths are below
// cue.mod/pkg/<module>.
type Updated struct {
	// Root is the directory of cue.mod.
	Root string `json:"-"`
	// Changed are files of the schema that are this program's now, Removed those
	// that it does not have, Added instruments and benchmarks that were not there.
	Changed []string `json:"changed,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Added   []string `json:"added,omitempty"`
	// Left are instruments and benchmarks that differ from the program's. The
	// experiment uses the copy, so they are the author's to change.
	Left []string `json:"left,omitempty"`
}

// Update brings the copy of the schema at or above a directory up to date, and
// adds instruments and benchmarks that came with a newer program. Those that are
// there are left: a questionnaire must not change under an experiment.
func Update(dir string) (*Updated, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	root, found, own := schema.ModuleAt(abs)
	switch {
	case !found:
		return nil, one(abs, "there is no cue.mod at or above this directory, so there is no copy of the schema", "nothing: runner needs none. For editors and the stock cue, begin with  runner init")
	case own:
		return nil, one(root, "this is the project's own tree: the schema itself lies here", "nothing: it needs no copy")
	}
	u := &Updated{Root: root}
	stale, err := schema.StaleCopy(root)
	if err != nil {
		return nil, err
	}
	copied, err := schema.Copy()
	if err != nil {
		return nil, err
	}
	ours := map[string]bool{}
	for _, f := range copied {
		ours[f.Path] = true
		if err := u.one(f); err != nil {
			return nil, err
		}
	}
	for _, name := range stale {
		if p := path.Join("schema", name); !ours[p] {
			if err := os.Remove(u.path(p)); err != nil {
				return nil, err
			}
			u.Removed = append(u.Removed, p)
		}
	}
	return u, nil
}

func (u *Updated) path(p string) string {
	return filepath.Join(u.Root, filepath.FromSlash(schema.CopyDir), filepath.FromSlash(p))
}

func (u *Updated) one(f schema.CopyFile) error {
	name := u.path(f.Path)
	have, err := os.ReadFile(name)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case err != nil && !missing:
		return err
	case !missing && bytes.Equal(have, f.Data):
		return nil
	case !missing && !f.IsSchema():
		u.Left = append(u.Left, f.Path)
		return nil
	case f.IsSchema():
		u.Changed = append(u.Changed, f.Path)
	default:
		u.Added = append(u.Added, f.Path)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(name, f.Data, 0o644); err != nil {
		return fmt.Errorf("bringing the copy of the schema up to date: %w", err)
	}
	return nil
}

// one is a list of one problem with a file or directory.
func one(file, what, mend string) diag.List {
	var l diag.List
	l.Add(diag.Problem{Place: diag.Place{File: file}, What: what, Mend: mend})
	return l
}
