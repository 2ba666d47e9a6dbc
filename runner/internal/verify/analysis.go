package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/report"
	"circumplex.example/runner/internal/table"
)

// made is what an analysis says of itself.
type made struct {
	ReportVersion string            `json:"report_version"`
	Overrides     report.Overrides  `json:"overrides"`
	Resampled     bool              `json:"resampled"`
	Outputs       map[string]string `json:"outputs"`
}

// analysis makes the analysis anew, of a copy of the tables, and compares.
func (s *state) analysis(ctx context.Context) error {
	path := filepath.Join(s.dir, "analysis", "manifest.json")
	b, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.skip("analysis", "there is none in this folder")
		return nil
	case err != nil:
		return err
	case !s.opts.Analysis:
		s.skip("analysis", "not asked for")
		return nil
	}
	var m made
	if err := json.Unmarshal(b, &m); err != nil {
		s.check("analysis", "its manifest", func() { s.diff("analysis/manifest.json", 0, "", "cannot be read: %v", err) })
		return nil
	}
	s.check("analysis files", fmt.Sprintf("%d files against their manifest", len(m.Outputs)), func() { s.outputs(&m) })
	if m.ReportVersion != report.Version {
		s.check("analysis", "its version", func() {
			s.diff("analysis/manifest.json", 0, "", "made by version %s of the analysis, this program has version %s: not made anew", m.ReportVersion, report.Version)
		})
		return nil
	}
	return s.remake(ctx, &m)
}

// outputs holds the files of the analysis against its manifest.
func (s *state) outputs(m *made) {
	for _, name := range slices.Sorted(maps.Keys(m.Outputs)) {
		path := filepath.FromSlash(name)
		if !filepath.IsLocal(path) {
			s.diff("analysis/manifest.json", 0, "", "%q is no name of a file below it", name)
			continue
		}
		sum, err := table.FileDigest(filepath.Join(s.dir, "analysis", path))
		switch {
		case err != nil:
			s.diff("analysis/"+name, 0, "", "is missing or cannot be read")
		case sum != m.Outputs[name]:
			s.diff("analysis/"+name, 0, "", "its bytes are not those of its manifest: it was changed after it was written")
		}
	}
}

// remake runs the analysis in a directory of its own.
func (s *state) remake(ctx context.Context, m *made) error {
	tmp, err := os.MkdirTemp("", "runner-verify-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }() // what is left is in the system's temporary directory
	for _, name := range append(ingest.Tables(), "completions") {
		if err := copyFile(filepath.Join(s.dir, name+".parquet"), filepath.Join(tmp, name+".parquet")); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	sum, err := report.RunWith(ctx, tmp, m.Overrides, report.Settings{Resample: m.Resampled, Progress: s.opts.Progress})
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		what := strings.ReplaceAll(err.Error(), tmp+string(filepath.Separator), "")
		what, _, _ = strings.Cut(what, "\n")
		s.check("analysis", "made anew from the tables", func() { s.diff("analysis", 0, "", "cannot be made anew: %s", what) })
		return nil
	}
	s.check("analysis", fmt.Sprintf("%d files made anew from the tables", len(m.Outputs)), func() { s.compareAnalysis(sum.Files, m, filepath.Join(tmp, "analysis")) })
	return nil
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

// compareAnalysis compares what stands there with what was made anew.
func (s *state) compareAnalysis(files []string, m *made, anew string) {
	for _, name := range files {
		if name == "manifest.json" {
			continue
		}
		if _, listed := m.Outputs[name]; !listed {
			s.diff("analysis/"+name, 0, "", "is missing: the tables give it")
			continue
		}
		here := filepath.Join(s.dir, "analysis", filepath.FromSlash(name))
		there := filepath.Join(anew, filepath.FromSlash(name))
		a, errA := table.FileDigest(here)
		b, errB := table.FileDigest(there)
		if errA == nil && errB == nil && a == b || errA != nil { // missing: outputs says so
			continue
		}
		if !strings.HasSuffix(name, ".parquet") {
			s.diff("analysis/"+name, 0, "", "is not what the tables give")
			continue
		}
		s.compareTables("analysis/"+name, here, there)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Outputs)) {
		if !slices.Contains(files, name) {
			s.diff("analysis/"+name, 0, "", "is not made from these tables")
		}
	}
}

// compareTables compares two tables cell by cell. Numbers may differ in their
// last digits, as they do between architectures.
func (s *state) compareTables(name, here, there string) {
	a, err := load(here)
	if err != nil {
		s.diff(name, 0, "", "cannot be read: %v", err)
		return
	}
	b, err := load(there)
	if err != nil {
		s.diff(name, 0, "", "made anew it cannot be read: %v", err)
		return
	}
	if a.rows != b.rows {
		s.diff(name, 0, "", "has %d rows, the tables give %d", a.rows, b.rows)
		return
	}
	for i, c := range b.schema.Columns {
		if i >= len(a.schema.Columns) || a.schema.Columns[i] != c {
			s.diff(name, 0, c.Name, "is not there as the analysis writes it")
			return
		}
	}
	before := s.count
	for row := range a.rows {
		for _, c := range b.schema.Columns {
			x, y := anyCell(a, c.Name, row), anyCell(b, c.Name, row)
			if !alike(x, y) {
				s.diff(name, row+1, c.Name, "is %s, the tables give %s", shownCell(x), shownCell(y))
			}
		}
	}
	if s.count == before && !maps.Equal(a.meta, b.meta) {
		s.diff(name, 0, "", "its metadata are not those that the analysis writes")
	}
}

// anyCell is a cell of any type; nil is null.
func anyCell(d *data, column string, row int) any {
	switch {
	case d.text[column] != nil:
		if v := d.text[column]; !v.Null(row) {
			return v.At(row)
		}
	case d.ints[column] != nil:
		if v := d.ints[column]; !v.Null(row) {
			return int64(v.Values[row])
		}
	case d.floats[column] != nil:
		if v := d.floats[column]; !v.Null(row) {
			return v.Values[row]
		}
	case d.bools[column] != nil:
		if v := d.bools[column]; !v.Null(row) {
			return v.Values[row]
		}
	case d.longs[column] != nil:
		if v := d.longs[column]; !v.Null(row) {
			return v.Values[row]
		}
	}
	return nil
}

// tolerance is the relative difference up to which two numbers are taken for
// the same: another architecture rounds otherwise.
const tolerance = 1e-9

func alike(x, y any) bool {
	a, okA := x.(float64)
	b, okB := y.(float64)
	if okA && okB {
		return a == b || math.Abs(a-b) <= tolerance*max(1, math.Abs(a), math.Abs(b))
	}
	return x == y
}

func shownCell(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprint(v)
}
