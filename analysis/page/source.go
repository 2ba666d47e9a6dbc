package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
)

// source is what a page is made of.
type source struct {
	dir                    string
	data                   *ingest.Data
	manifest               manifest
	analysis               analysisManifest
	options                [][2]string // options.parquet, in its order
	opts                   ingest.Options
	conditions             []*condition
	means                  *ingest.Benchmark // what the analysis compared with; nil: none
	structure              *ingest.Benchmark
	intervals, approximate bool // whether there are any, and whether some are approximate
	requests               requests
	samples                []sample
	unread                 int // answers and replies that the samples were taken from
}

// manifest is the part of manifest.json that the page names.
type manifest struct {
	TableVersion   string `json:"table_version"`
	Experiment     string `json:"experiment"`
	Title          string `json:"title"`
	Simulated      string `json:"simulated"`
	DesignHash     string `json:"design_hash"`
	ProgramVersion string `json:"program_version"`
	ParserVersion  int    `json:"parser_version"`
	InputsDigest   string `json:"inputs_digest"`
	Seed           *int64 `json:"seed"`
	N              int    `json:"n"`
	Instrument     struct {
		Name   string `json:"name"`
		Hash   string `json:"hash"`
		Notice string `json:"notice"`
	} `json:"instrument"`
	Counts struct {
		Respondents map[string]int `json:"respondents"`
		Completions int            `json:"completions"`
	} `json:"counts"`
	Tables []struct {
		File   string `json:"file"`
		SHA256 string `json:"sha256"`
	} `json:"tables"`
}

// analysisManifest is analysis/manifest.json.
type analysisManifest struct {
	ReportVersion string            `json:"report_version"`
	Overrides     map[string]string `json:"overrides"`
	Outputs       map[string]string `json:"outputs"`
	Simulated     string            `json:"simulated"`
	Notes         []string          `json:"notes"`
}

// read reads everything below dir that the page shows, but the tables and
// figures for readers.
func read(dir string) (*source, error) {
	s := &source{dir: dir}
	var err error
	if s.analysis, err = readAnalysis(dir); err != nil {
		return nil, err
	}
	if err := readJSON(filepath.Join(dir, "manifest.json"), &s.manifest); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if s.data, err = ingest.Read(dir); err != nil {
		return nil, err
	}
	if err := s.readOptions(); err != nil {
		return nil, err
	}
	if err := s.readConditions(); err != nil {
		return nil, err
	}
	if err := s.readRequests(); err != nil {
		return nil, err
	}
	if err := s.noteServed(); err != nil {
		return nil, err
	}
	return s, s.readSamples()
}

func readAnalysis(dir string) (analysisManifest, error) {
	var m analysisManifest
	path := filepath.Join(dir, "analysis", "manifest.json")
	err := readJSON(path, &m)
	if errors.Is(err, fs.ErrNotExist) {
		return m, missing(path, err)
	}
	return m, err
}

func readJSON(path string, into any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, into); err != nil {
		return fmt.Errorf("%s: it is no manifest: %w", path, err)
	}
	return nil
}

// readOptions reads every option of the experiment and applies what the
// analysis was told to replace.
func (s *source) readOptions() error {
	t, err := tabular.Open(filepath.Join(s.dir, "options.parquet"))
	if err != nil {
		return err
	}
	defer t.Close()
	name, err := t.Strings("name")
	if err != nil {
		return err
	}
	value, err := t.Strings("value")
	if err != nil {
		return err
	}
	s.opts = s.data.Options
	seen := map[string]bool{}
	for row := range t.NumRows {
		n, v := name.At(row), value.At(row)
		if o, ok := s.analysis.Overrides[n]; ok {
			v = o
		}
		seen[n] = true
		s.options = append(s.options, [2]string{n, v})
	}
	for n, v := range s.analysis.Overrides {
		if !seen[n] {
			s.options = append(s.options, [2]string{n, v})
		}
		if err := s.opts.Set(n, v); err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(s.dir, "analysis", "manifest.json"), err)
		}
	}
	slices.SortFunc(s.options, func(a, b [2]string) int { return cmpString(a[0], b[0]) })
	return nil
}

func cmpString(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// benchmark finds a benchmark by name, or nil.
func (s *source) benchmark(name string) *ingest.Benchmark {
	for i := range s.data.Benchmarks {
		if s.data.Benchmarks[i].Name == name {
			return &s.data.Benchmarks[i]
		}
	}
	return nil
}

// simulated is "true", "false" or "mixed".
func (s *source) simulated() string { return s.analysis.Simulated }
