// Package archive writes completions as Parquet, so that a store can be
// published with a paper, and rebuilds a store from it.
//
// An archive is a directory: part-00001.parquet and so on, a manifest with
// their digests, and a README for who finds it. Every row is a whole
// completion: request, messages, reply, bodies, headers, lineage, digests. The
// same completions give the same bytes, in whatever order they were made.
//
// It knows completions, stores and tables; not experiments.
//
//	w, err := archive.Create(dir, archive.About{ProgramVersion: version}, mishaps)
//	err = s.Sorted(ctx, nil, w.Add)
//	m, err := w.Close()
package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"circumplex.example/analysis/tabular"
)

// Format and Version are in the manifest of every archive.
const (
	Format  = "circumplex completions"
	Version = 1
)

// About says what an archive is made of.
type About struct {
	ProgramVersion string `json:"program_version"`
	// Experiment and DesignHash are set if it holds what an experiment uses.
	Experiment string `json:"experiment,omitempty"`
	DesignHash string `json:"design_hash,omitempty"`
}

// Manifest stands beside the parts. It holds no clock and no path.
type Manifest struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
	About
	Completions int `json:"completions"`
	// Simulated counts completions that no model wrote.
	Simulated int    `json:"simulated"`
	Parts     []Part `json:"parts"`
}

// Part is one file.
type Part struct {
	File   string `json:"file"`
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"`
}

const manifestName = "manifest.json"

// Kinds of Error, for errors.Is.
var (
	// ErrFormat: no archive, or one of another version.
	ErrFormat = errors.New("no archive that can be read")
	// ErrDamaged: an archive whose digests do not fit.
	ErrDamaged = errors.New("archive is damaged")
	// ErrSecret: a completion that holds what may be a secret.
	ErrSecret = errors.New("may hold a secret")
)

// Error is a problem with an archive.
type Error struct {
	Kind error
	// Place is the file, and the row where there is one.
	Place, What, Why, Mend string
}

// Error returns place and problem, and why and mend on lines of their own.
func (e *Error) Error() string {
	s := e.Place + ": " + e.What
	if e.Why != "" {
		s += "\n    why:  " + e.Why
	}
	if e.Mend != "" {
		s += "\n    mend: " + e.Mend
	}
	return s
}

// Unwrap returns the kind.
func (e *Error) Unwrap() error { return e.Kind }

// Is reports whether a directory holds an archive, or what is left of one.
func Is(dir string) bool {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	var m Manifest
	return err == nil && json.Unmarshal(b, &m) == nil && m.Format == Format
}

// unfinished is the version of an archive that is still being written.
const unfinished = 0

// readManifest reads the manifest of a directory.
func readManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, manifestName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Kind: ErrFormat, Place: dir, What: "there is no archive here",
			Why: "a directory that  runner cache export  wrote has a " + manifestName, Mend: "name the directory that was exported, or a backup of store.db"}
	}
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil || m.Format != Format {
		return nil, &Error{Kind: ErrFormat, Place: path, What: "is not the manifest of an archive",
			Mend: "name the directory that  runner cache export  wrote"}
	}
	if m.Version == unfinished {
		return nil, &Error{Kind: ErrDamaged, Place: path, What: "the export was cut short", Mend: "export again, to the same directory"}
	}
	if m.Version != Version {
		return nil, &Error{Kind: ErrFormat, Place: path, What: fmt.Sprintf("the archive has version %d, this program reads version %d", m.Version, Version),
			Mend: "use the version of runner that wrote it"}
	}
	for _, p := range m.Parts {
		if !isPart(p.File) {
			return nil, &Error{Kind: ErrFormat, Place: path, What: fmt.Sprintf("%q is no name of a part", p.File), Mend: "export the store again"}
		}
	}
	return &m, nil
}

func partName(n int) string { return fmt.Sprintf("part-%05d.parquet", n) }

// isPart keeps a manifest from naming files elsewhere.
func isPart(name string) bool {
	return filepath.Base(name) == name && strings.HasPrefix(name, "part-") && strings.HasSuffix(name, ".parquet")
}

// readme explains an archive to who finds it.
const readme = `# Replies of language models, as they were stored

Each row of part-*.parquet is one request to a model and its reply, whole: who
was asked and with which parameters, the messages, the bodies as they went over
the wire, how the reply ended, and digests over all of it. Rows with
simulated = true were written by a simulated respondent, not by a model.

    runner cache import DIRECTORY      puts them into a store, each one checked
    runner apply EXPERIMENT --offline  makes the tables from it, asking nobody

manifest.json has the digest of every part. Columns:

`

func writeReadme(dir string) error {
	var b strings.Builder
	b.WriteString(readme)
	for _, c := range schema.Columns {
		fmt.Fprintf(&b, "- %s (%s): %s\n", c.Name, c.Type, c.Doc)
	}
	return tabular.WriteFile(filepath.Join(dir, "README.md"), []byte(b.String()))
}
