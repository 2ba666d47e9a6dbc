// Package export rewrites the tables of a results directory for programs that
// read no Parquet: CSV and Arrow IPC files of every table, one row a respondent
// for scale analysis, and the generated personas with their scores.
//
// It knows tables and files. It computes nothing: scores come from the
// analysis' own table.
package export

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"circumplex.example/analysis/tabular"
)

// Format is what tables are rewritten as.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	Arrow Format = "arrow"
)

// ErrNoTables says that a directory holds no tables.
var ErrNoTables = errors.New("no tables here")

// Tables rewrites every table of the results directory, those of the analysis
// included, into out, and returns the files written. CSV begins with a header;
// a missing value is an empty field; text that a spreadsheet would run as a
// formula has an apostrophe before it. responses.csv has one column more,
// response_label: what the instrument calls the answer, where its scale has
// words; an answer on the reversed scale is turned back for it.
func Tables(dir, out string, format Format) ([]string, error) {
	paths, err := tablePaths(dir)
	if err != nil {
		return nil, err
	}
	labels, err := scaleWords(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	var written []string
	for _, p := range paths {
		name := strings.TrimSuffix(filepath.Base(p), ".parquet")
		if filepath.Dir(p) != filepath.Clean(dir) {
			name = "analysis_" + name
		}
		to := filepath.Join(out, name+"."+string(format))
		if err := one(p, to, format, labels); err != nil {
			return written, err
		}
		written = append(written, to)
	}
	return written, nil
}

// tablePaths lists the Parquet files of a results directory.
func tablePaths(dir string) ([]string, error) {
	var out []string
	for _, pattern := range []string{"*.parquet", "analysis/*.parquet"} {
		m, err := fs.Glob(os.DirFS(dir), pattern) // dir itself may have brackets in its name
		if err != nil {
			return nil, err
		}
		for _, name := range m {
			out = append(out, filepath.Join(dir, filepath.FromSlash(name)))
		}
	}
	out = slices.DeleteFunc(out, func(p string) bool { return tabular.IsPartial(filepath.Base(p)) })
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoTables)
	}
	return out, nil
}

func one(from, to string, format Format, w words) error {
	t, err := tabular.Open(from)
	if err != nil {
		return err
	}
	defer t.Close()
	cols, err := columns(t)
	if err != nil {
		return err
	}
	if format == Arrow {
		return writeArrow(t, cols, to)
	}
	place := func(name string) int { return slices.IndexFunc(cols, func(c column) bool { return c.name == name }) }
	if i, k := place("response"), place("scale_reversed"); i >= 0 && k >= 0 && len(w.labels) > 0 {
		cols = slices.Insert(cols, i+1, labelled(cols[i], cols[k], w))
	}
	return atomically(to, func(f *os.File) error { return writeCSV(f, cols, t.NumRows) })
}

// atomically writes a file under another name, syncs it and renames it.
func atomically(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.partial")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after a rename there is nothing to remove
	if err := errors.Join(write(f), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}
