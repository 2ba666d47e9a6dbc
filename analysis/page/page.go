// Package page makes one HTML file of a results directory and its analysis: a
// report that opens from disk, needs no network and runs nothing but its own
// scripts, which its content security policy names by digest.
//
// It knows the tables of a results directory, the files of its analysis and
// the paper's printed numbers. It must not know how answers were collected,
// and it computes no statistic: what it prints stands in those files.
//
//	html, err := page.Build("results/quickstart")
//
// The bytes are a function of the directory: no clock, no machine, no map
// order. Text that a model wrote is shown with control characters taken out
// and everything that HTML would read escaped.
package page

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"circumplex.example/analysis/tabular"
)

// FileName is the name of the report within a results directory.
const FileName = "report.html"

// ErrNoAnalysis is wrapped by the error for a directory without an analysis.
var ErrNoAnalysis = errors.New("there is no analysis")

// Build makes the page of the results directory dir. It reads the analysis
// that stands there, whether or not the tables have changed since.
func Build(dir string) ([]byte, error) {
	s, err := read(dir)
	if err != nil {
		return nil, err
	}
	v, err := newView(s)
	if err != nil {
		return nil, err
	}
	return v.render()
}

// Write makes the page of the results directory dir and writes it to out.
func Write(dir, out string) error {
	html, err := Build(dir)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	return tabular.WriteFile(out, html)
}

// Overrides are the options that the analysis in dir was told to replace, by
// name; none if there is no analysis.
func Overrides(dir string) map[string]string {
	m, err := readAnalysis(dir)
	if err != nil {
		return nil
	}
	return m.Overrides
}

// missing is the error for a file that ought to be there.
func missing(path string, err error) error {
	return fmt.Errorf("%s: %w\n    mend: runner analyze DIR  makes it from the tables: %w", path, ErrNoAnalysis, err)
}
