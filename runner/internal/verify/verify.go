// Package verify holds a results folder against itself: are the tables those of
// the manifest, do they fit together, do the answers follow from the replies
// and the analysis from the answers. It needs the folder alone: no experiment,
// no store, no network.
//
//	r, err := verify.Run(ctx, "results/quickstart", verify.Options{Analysis: true})
package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/table"
)

// ErrFormat says that a folder holds tables of another version.
var ErrFormat = errors.New("results of another format")

// Options say how much is checked.
type Options struct {
	// DesignHash is that of the experiment, if it is at hand; "" if not.
	DesignHash string
	// Analysis asks for the analysis to be made anew and compared.
	Analysis bool
	// Progress is told of the intervals that are made anew; nil for nobody.
	Progress func(done, total int)
}

// Difference is one thing that is not as it should be.
type Difference struct {
	Table string `json:"table"`
	// Row counts from 1, without a header; 0 where no single row is meant.
	Row    int    `json:"row,omitempty"`
	Column string `json:"column,omitempty"`
	What   string `json:"what"`
}

// String names the place and what is wrong there.
func (d Difference) String() string {
	s := d.Table
	if d.Row > 0 {
		s += fmt.Sprintf(": row %d", d.Row)
	}
	if d.Column != "" {
		s += ", column " + d.Column
		if d.Row == 0 {
			s = d.Table + ": column " + d.Column
		}
	}
	return s + ": " + d.What
}

// Check is one question that was asked of the folder.
type Check struct {
	Name string `json:"name"`
	// Of says what was looked at.
	Of string `json:"of"`
	// Differences counts what was found; Skipped says why nothing was looked at.
	Differences int    `json:"differences"`
	Skipped     string `json:"skipped,omitempty"`
}

// Report is the result.
type Report struct {
	Dir        string  `json:"directory"`
	Experiment string  `json:"experiment"`
	Simulated  string  `json:"simulated"`
	Checks     []Check `json:"checks"`
	// Differences are the first of each check; Count counts all.
	Differences []Difference `json:"differences"`
	Count       int          `json:"count"`
}

// How many differences of one check are listed, and of one table in it.
const (
	perCheck = 40
	perTable = 3
)

// state is a run.
type state struct {
	dir      string
	opts     Options
	manifest *table.Manifest
	tables   map[string]*data
	report   *Report
	found    []Difference // by the check that is running
	count    int
}

// Run checks a folder. Its error says that it could not be checked at all; what
// is wrong with it is in the report.
func Run(ctx context.Context, dir string, opts Options) (*Report, error) {
	m, err := table.ReadManifest(dir)
	if err != nil {
		return nil, err
	}
	if m == nil {
		return nil, fmt.Errorf("%s: there are no results here: no manifest.json\n    mend: name a folder that  runner apply  wrote, or the experiment", dir)
	}
	if m.TableVersion != table.Version {
		return nil, fmt.Errorf("%s: %w: tables of version %q, this program checks version %q\n    mend: use the version of runner that wrote them (%s)",
			filepath.Join(dir, "manifest.json"), ErrFormat, m.TableVersion, table.Version, m.ProgramVersion)
	}
	s := &state{dir: dir, opts: opts, manifest: m, tables: map[string]*data{},
		report: &Report{Dir: dir, Experiment: m.Experiment, Simulated: m.Simulated, Differences: []Difference{}}}
	s.check("digests", fmt.Sprintf("%d tables against the manifest", len(m.Tables)), s.digests)
	s.check("schema", "names, types and metadata of the columns", s.schemas)
	if !s.whole() {
		s.skip("the rest", "a table cannot be read")
		return s.report, ctx.Err()
	}
	s.check("design", "manifest, conditions and respondents", s.design)
	s.check("references", "rows that name rows of other tables", s.references)
	s.check("answers", "answers and counts, within the scale", s.answers)
	s.replies()
	if err := s.analysis(ctx); err != nil {
		return nil, err
	}
	return s.report, ctx.Err()
}

// replies checks that answers follow from replies, where there are any.
func (s *state) replies() {
	switch {
	case s.manifest.Import != nil:
		s.skip("replies", "the answers were imported, not asked for: there are no replies to read")
	case s.manifest.ParserVersion != answer.Version:
		s.check("replies", "answers read anew from the replies", func() {
			s.diff("manifest.json", 0, "", "the replies were read by rules of version %d, this program reads by version %d", s.manifest.ParserVersion, answer.Version)
			s.reread()
		})
	default:
		s.check("replies", fmt.Sprintf("answers read anew from %d replies", s.tables["completions"].rows), s.reread)
	}
}

// check runs one question and adds what it finds to the report.
func (s *state) check(name, of string, f func()) {
	s.found, s.count = nil, 0
	f()
	s.report.Checks = append(s.report.Checks, Check{Name: name, Of: of, Differences: s.count})
	s.report.Differences = append(s.report.Differences, s.found...)
	s.report.Count += s.count
}

func (s *state) skip(name, why string) {
	s.report.Checks = append(s.report.Checks, Check{Name: name, Skipped: why})
}

// diff notes a difference.
func (s *state) diff(tab string, row int, column, format string, args ...any) {
	s.count++
	of := 0
	for _, f := range s.found {
		if f.Table == tab {
			of++
		}
	}
	if of < perTable && len(s.found) < perCheck {
		s.found = append(s.found, Difference{Table: tab, Row: row, Column: column, What: fmt.Sprintf(format, args...)})
	}
}

// digests holds the files against the manifest.
func (s *state) digests() {
	listed := map[string]bool{}
	for _, t := range s.manifest.Tables {
		listed[t.File] = true
		sum, err := table.FileDigest(filepath.Join(s.dir, t.File))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			s.diff(t.File, 0, "", "is missing")
		case err != nil:
			s.diff(t.File, 0, "", "cannot be read: %v", err)
		case sum != t.SHA256:
			s.diff(t.File, 0, "", "its bytes are not those of the manifest: it was changed after it was written")
		}
	}
	for _, name := range table.Names() {
		if !listed[name+".parquet"] && (s.manifest.Import == nil || name != "completions") {
			s.diff("manifest.json", 0, "", "does not list %s.parquet", name)
		}
	}
}

// whole reports whether all tables that the rest needs were read.
func (s *state) whole() bool {
	need := []string{"conditions", "respondents", "responses", "items", "values", "options"}
	if s.manifest.Import == nil {
		need = append(need, "completions")
	}
	return !slices.ContainsFunc(need, func(name string) bool { return s.tables[name] == nil })
}
