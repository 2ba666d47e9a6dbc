// Package importer turns answers that were collected elsewhere into the tables
// of a collection: a CSV or Parquet file with one row a respondent becomes
// conditions, respondents, responses and what goes with them, so that the
// analysis works as on collected data.
//
//	res, err := importer.Run(importer.Job{File: "answers.csv", Name: "field", Instrument: in, Dir: "results/field"})
//
// It knows files of answers and the layout of the tables. It does not know
// flags, stores, providers or what is computed from the tables. A cell that
// holds no answer becomes a status with the cell's own text beside it: nothing
// is clamped, rounded or guessed.
//
// It also reads a questionnaire's wording from CSV (ReadInstrument), with every
// fault of the file at its line and column.
package importer

import (
	"errors"
	"fmt"
	"regexp"

	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
)

// Version is the version of the reading rules; raised whenever a file could be
// read differently than before.
const Version = 1

// Provider is the provider of imported conditions.
const Provider = "imported"

// Unknown is the level of a factor that neither a column nor the caller names.
const Unknown = "unknown"

// Job is what to import, and how.
type Job struct {
	// File is the source; Name and Title are those of the experiment.
	File, Name, Title string
	Instrument        *schema.Instrument
	Benchmarks        []*schema.Benchmark
	Analysis          schema.Analysis
	// Items is the pattern of the item columns, such as q%d or PVQ_%02d.
	Items string
	// NA are texts that mean missing, besides the empty one.
	NA []string
	// Factors are factors beyond the four.
	Factors []string
	// Columns maps model, prompt, temperature, administration, a further factor,
	// form, respondent or replicate to the column that holds it; Set gives a
	// factor, or form, the same level in every row.
	Columns, Set map[string]string
	// Keep are columns kept as variables of the respondents.
	Keep []Keep
	// Drop leaves out the rows that match any of them.
	Drop []Drop
	// Dir is the directory of the tables.
	Dir string
	// Replace overwrites tables of another origin.
	Replace        bool
	ProgramVersion string
}

// Keep is a column of the source and the name it gets.
type Keep struct{ Name, Column string }

// Drop is a column of the source and the text that leaves a row out.
type Drop struct{ Column, Value string }

// Result is what an import did.
type Result struct {
	Name       string                   `json:"name"`
	Dir        string                   `json:"-"`
	Source     table.Import             `json:"source"`
	Instrument table.ManifestInstrument `json:"instrument"`
	// Factors says, by factor and for form, where the levels came from.
	Factors map[string]string `json:"factors"`
	Dropped []DropCount       `json:"dropped"`
	// Items are the item columns found; MissingItems those of the instrument that
	// are not in the file, ExtraItems those that fit the pattern and are not in
	// the instrument.
	Items        int      `json:"item_columns"`
	MissingItems []string `json:"missing_item_columns"`
	ExtraItems   []string `json:"extra_item_columns"`
	Kept         []string `json:"kept_columns"`
	Ignored      []string `json:"ignored_columns"`
	Conditions   int      `json:"conditions"`
	Respondents  int      `json:"respondents"`
	// Counts are those of the tables.
	Counts table.Counts `json:"counts"`
	// BadCells are the first MaxShown of BadTotal cells that hold something else
	// than an answer; missing cells are not among them.
	BadCells []BadCell `json:"bad_cells"`
	BadTotal int       `json:"bad_cells_total"`
	// Warnings are sentences that a reader of the tables must know.
	Warnings []string `json:"warnings"`
	// Written is false if the tables were right already.
	Written bool `json:"tables_written"`
}

// DropCount is how many rows a Drop left out.
type DropCount struct {
	Column string `json:"column"`
	Value  string `json:"value"`
	Rows   int    `json:"rows"`
}

// MaxShown is how many bad cells, or problems of a file, are named one by one.
const MaxShown = 20

// ErrUsage is wrapped by errors of the job: it does not fit itself or the file.
var ErrUsage = errors.New("usage")

// ErrOrigin is wrapped by the error for a directory that holds tables of
// another origin.
var ErrOrigin = errors.New("results of another origin")

// usage is an error that says what to type instead.
type usage struct{ what, mend string }

func (u *usage) Error() string {
	if u.mend == "" {
		return u.what
	}
	return u.what + "\n    mend: " + u.mend
}

func (u *usage) Unwrap() error { return ErrUsage }

func usagef(mend, format string, args ...any) error {
	return &usage{fmt.Sprintf(format, args...), mend}
}

var validName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// Run imports. An error that wraps ErrUsage is about the job; a diag.List is
// about the file, each problem at its line. Nothing is written unless the whole
// file was read.
func Run(job Job) (*Result, error) {
	if !validName.MatchString(job.Name) {
		return nil, usagef("use lower-case letters, digits, _ and -, for example  --name field-2025", "--name %q cannot name a folder of results", job.Name)
	}
	columns, err := parsePattern(job.Items)
	if err != nil {
		return nil, err
	}
	if err := checkNA(job); err != nil {
		return nil, err
	}
	src, err := open(job.File, columns)
	if err != nil {
		return nil, err
	}
	defer src.close()
	lay, err := newLayout(&job, columns, src)
	if err != nil {
		return nil, err
	}
	data, err := readRows(&job, lay, src)
	if err != nil {
		return nil, err
	}
	return writeResults(&job, lay, src, data)
}

// checkNA refuses a text for "missing" that is an answer.
func checkNA(job Job) error {
	r := cellReader{min: job.Instrument.Min, max: job.Instrument.Max}
	for _, na := range job.NA {
		if _, got := r.read(na); got == statusOK {
			return usagef("leave it out", "--na %q: that is a point of the scale %d..%d of %s", na, r.min, r.max, job.Instrument.Name)
		}
	}
	return nil
}
