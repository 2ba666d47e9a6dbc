package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"circumplex.example/experiments"
	"circumplex.example/schema/diag"
)

// CopyDir is where, below the directory of cue.mod, the copy of the schema,
// instruments and benchmarks lies that the stock cue and editors read.
const CopyDir = "cue.mod/pkg/" + Module

// CopyFile is one file of that copy: its path below CopyDir, with slashes.
type CopyFile struct {
	Path string
	Data []byte
}

// Copy returns the files of this program's copy, sorted by path.
func Copy() ([]CopyFile, error) {
	var out []CopyFile
	add := func(fsys fs.FS, below string) error {
		return fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(p) != ".cue" {
				return err
			}
			b, err := fs.ReadFile(fsys, p)
			out = append(out, CopyFile{Path: path.Join(below, p), Data: b})
			return err
		})
	}
	if err := errors.Join(add(files, "schema"), add(experiments.Files, "experiments")); err != nil {
		return nil, fmt.Errorf("reading the embedded files: %w", err)
	}
	slices.SortFunc(out, func(a, b CopyFile) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

// IsSchema tells the schema, which is always the program's own, from
// instruments and benchmarks, whose copy is the author's and wins.
func (f CopyFile) IsSchema() bool { return strings.HasPrefix(f.Path, "schema/") }

// ModuleAt returns the directory at or above dir that holds cue.mod, whether
// there is one, and whether it is this project's own tree, which needs no copy.
func ModuleAt(dir string) (root string, found, own bool) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return dir, false, false
	}
	root, found = moduleRoot(abs)
	return root, found, found && ownModule(root)
}

// StaleCopy returns the files of the schema's copy below root that are not
// those of this program: changed, missing, or of another version. It returns
// none where there is no copy, which is no fault: the program needs none.
func StaleCopy(root string) ([]string, error) {
	dir := filepath.Join(root, filepath.FromSlash(CopyDir), "schema")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && ownModule(root) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	stale := map[string]bool{}
	for _, e := range entries {
		if path.Ext(e.Name()) == ".cue" {
			stale[e.Name()] = true
		}
	}
	own, err := fs.Glob(files, "*.cue")
	if err != nil {
		return nil, err
	}
	for _, name := range own {
		want, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		have, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		stale[name] = err != nil || !bytes.Equal(have, want)
	}
	var out []string
	for name, is := range stale {
		if is {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, nil
}

// staleCopy warns of a copy that is not this program's schema: what an editor
// shows and the stock cue checks is then not what runner reads.
func (l *loader) staleCopy() {
	stale, err := StaleCopy(l.root)
	place := diag.Place{File: filepath.Join(l.root, filepath.FromSlash(CopyDir), "schema")}
	switch {
	case err != nil:
		l.fail(diag.Problem{Severity: diag.Warning, Place: place, What: "the copy of the schema cannot be read: " + rootCause(err),
			Why: "editors and the stock cue read it; runner has its own", Mend: "make it readable"})
	case len(stale) > 0:
		l.fail(diag.Problem{Severity: diag.Warning, Place: place,
			What: "this copy of the schema is not the one of this program: " + strings.Join(stale, ", "),
			Why:  "editors and the stock cue read the copy; runner has its own",
			Mend: "runner init --update " + shown(diag.Place{File: l.root})})
	}
}
