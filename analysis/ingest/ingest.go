// Package ingest reads a results directory into typed data: the conditions,
// respondents, answers, items, values, benchmarks and options that an
// experiment left behind as Parquet tables.
//
// It knows the contract of those tables: names, columns, types, statuses, and
// which table refers to which. It must not know how they were made (prompts,
// providers, CUE) nor what is computed from them.
//
//	d, err := ingest.Read("results/quickstart")
//	for _, c := range d.Conditions {
//		s, err := score.Score(c.Answers, d.Key, d.Options.Score())
//	}
//
// Reading is strict: a table that breaks the contract is an [Error] that names
// file, row and column and says what to type. Nothing is guessed or mended.
package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"circumplex.example/analysis/score"
	"circumplex.example/analysis/tabular"
)

// TableVersion is the version of the tables that this package reads, the value
// of table_version in the key-value metadata of each.
const TableVersion = "3"

// Tables are the names of the tables that are read, in order.
func Tables() []string {
	return []string{"conditions", "respondents", "responses", "items", "values", "benchmarks", "options"}
}

// Data is what a results directory holds.
type Data struct {
	Dir         string
	Experiment  string
	DesignHash  string
	Simulated   string // "true", "false" or "mixed"
	Factors     []string
	Conditions  []Condition
	Respondents []Respondent
	Variables   []Variable // the declared variables, one value a respondent
	PersonaText *tabular.Strings
	Instrument  string
	Items       []Item
	Values      []Value
	Circles     []string // names of the circles, without "circle_"
	Key         *score.Key
	Benchmarks  []Benchmark
	Options     Options
}

// Condition is one combination of factor levels.
type Condition struct {
	ID, Experiment, Provider, Model, Prompt, Administration string

	Simulated   bool
	Temperature *float64 // nil: the tables do not state it
	Levels      []string // of the further factors, in the order of Data.Factors
	// ScaleReversed says that the answers were given on the reversed scale. Here
	// they are turned back: Answers are on the instrument's own scale.
	ScaleReversed bool
	// Wording names the wording of the items that was shown, "" the instrument's own.
	Wording  string
	Planned  int
	Complete int
	// ParamsSkipped are the parameters that were declared and, as the experiment
	// allows, not sent because the provider does not take them; empty for none.
	ParamsSkipped string
	// AsAsked says that every model that answered is one that the experiment
	// asks for or allows, as the collection recorded it; false if it did not.
	AsAsked bool
	// Respondents are indices into Data.Respondents, by replicate; row i of
	// Answers holds what Respondents[i] answered, a column an item.
	Respondents []int
	Answers     *score.Answers
	// Statuses counts the answers by status, Sessions the sessions with at
	// least one answer of a status.
	Statuses, Sessions [StatusCount]int
}

// NotStated is what tables for readers print for a temperature that is not
// stated.
const NotStated = "not stated"

// TemperatureWord prints the condition's temperature.
func (c *Condition) TemperatureWord() string { return TemperatureWord(c.Temperature) }

// CompareTemperatures puts a temperature that is not stated after all others.
func CompareTemperatures(x, y *float64) int {
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	return cmp.Compare(*x, *y)
}

// TemperatureWord prints a temperature with at least one decimal; nil is
// NotStated.
func TemperatureWord(t *float64) string {
	if t == nil {
		return NotStated
	}
	s := strconv.FormatFloat(*t, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// Respondent is one session.
type Respondent struct {
	ID        string
	Condition int // index into Data.Conditions
	Replicate int
	Status    string
}

// Variable is one declared variable of the respondents: Text or Number, never
// both, in the order of Data.Respondents.
type Variable struct {
	Name   string
	Text   *tabular.Strings
	Number *tabular.Values[int32]
}

// Item is one item of the instrument.
type Item struct {
	Number  int
	Value   int // index into Data.Values
	Reverse bool
}

// Value is one value that the instrument measures.
type Value struct {
	Code, Name string
	Order      int
	Circle     []int // position on each of Data.Circles, -1 where it has none
}

// Kinds of a benchmark.
const (
	Human  = "human"
	Theory = "theory"
	Model  = "model"
)

// Benchmark is one set of numbers to compare with. It holds one number a value
// (Median, Mean or Alpha), one a pair of values (Correlation), or two coordinates.
type Benchmark struct {
	Name, Kind, Source, Label string

	Statistic   string               // "median", "mean", "correlation", "coordinates" or "alpha"
	Means       []float64            // in the order of Data.Values
	Correlation [][]float64          // both ways round, unit diagonal
	Coordinates [][2]float64         // x and y
	Alphas      []*float64           // Cronbach's alpha; nil for a value that has none
	seen        map[[3]string]string // what was read, to find duplicates
}

// Error is a results directory that breaks the contract.
type Error struct {
	Place string // file, and row and column where there is one
	What  string
	Why   string // may be empty
	Mend  string
	Err   error // may be nil
}

// Error gives place and problem, and why and what to do on lines of their own.
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

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrVersion is wrapped by the error for tables of another version.
var ErrVersion = errors.New("tables of another version")

// remake is the mend of most problems: the tables are a function of the store.
const remake = "runner apply EXPERIMENT writes the tables of EXPERIMENT anew, without a call for what is stored"

// reader reads one directory.
type reader struct {
	dir string
	d   *Data
}

// Read reads the results directory.
func Read(dir string) (*Data, error) {
	r := &reader{dir: dir, d: &Data{Dir: dir}}
	for _, step := range []func() error{r.options, r.values, r.items, r.benchmarks, r.conditions, r.respondents, r.responses} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return r.d, nil
}

// open opens a table and checks version and columns.
func (r *reader) open(name string, columns ...tabular.Column) (*table, error) {
	path := filepath.Join(r.dir, name+".parquet")
	t, err := tabular.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Place: path, What: "the table is missing", Why: "the analysis reads the tables of a results directory", Mend: remake, Err: err}
	}
	if err != nil {
		return nil, &Error{Place: path, What: "the table cannot be read: " + rootMessage(err), Mend: remake, Err: err}
	}
	out := &table{Table: t}
	if err := out.check(columns); err != nil {
		t.Close()
		return nil, err
	}
	return out, nil
}

// rootMessage is the innermost message, without the place that Error repeats.
func rootMessage(err error) string {
	if errors.Is(err, tabular.ErrDamaged) {
		return tabular.ErrDamaged.Error()
	}
	return err.Error()
}

// table is an open table whose column errors say what to do. The first error
// sticks, so that columns can be read one after the other.
type table struct {
	*tabular.Table
	err error
}

// check compares version and columns with the contract.
func (t *table) check(columns []tabular.Column) error {
	if v := t.Meta["table_version"]; v != TableVersion {
		return &Error{Place: t.Path, What: fmt.Sprintf("table version %q, this program reads %q", v, TableVersion),
			Mend: remake, Err: ErrVersion}
	}
	for _, want := range columns {
		i := t.Schema.Index(want.Name)
		if i < 0 {
			return &Error{Place: t.Path, What: fmt.Sprintf("there is no column %q", want.Name), Mend: remake, Err: tabular.ErrNoColumn}
		}
		if got := t.Schema.Columns[i].Type; got != want.Type {
			return &Error{Place: t.Path + ", column " + want.Name, What: fmt.Sprintf("the type is %s, not %s", got, want.Type), Mend: remake, Err: tabular.ErrWrongType}
		}
	}
	return nil
}

// keep notes the first error of reading a column.
func (t *table) keep(err error) {
	if err != nil && t.err == nil {
		t.err = &Error{Place: t.Path, What: err.Error(), Mend: remake, Err: err}
	}
}

// strings reads a string column; after an error every row is null.
func (t *table) strings(name string) *tabular.Strings {
	s, err := t.Strings(name)
	if t.keep(err); err != nil {
		return &tabular.Strings{Codes: make([]int32, t.NumRows), Dict: []string{""}}
	}
	return s
}

// ints reads an int32 column; after an error every row is 0.
func (t *table) ints(name string) *tabular.Values[int32] {
	v, err := t.Int32s(name)
	if t.keep(err); err != nil {
		return &tabular.Values[int32]{Values: make([]int32, t.NumRows)}
	}
	return v
}

// floats reads a float64 column; after an error every row is 0.
func (t *table) floats(name string) *tabular.Values[float64] {
	v, err := t.Float64s(name)
	if t.keep(err); err != nil {
		return &tabular.Values[float64]{Values: make([]float64, t.NumRows)}
	}
	return v
}

// bools reads a column of truth values; after an error every row is false.
func (t *table) bools(name string) *tabular.Values[bool] {
	v, err := t.Bools(name)
	if t.keep(err); err != nil {
		return &tabular.Values[bool]{Values: make([]bool, t.NumRows)}
	}
	return v
}

// at is an error at a row (from 0) and column.
func (t *table) at(row int, column, format string, args ...any) error {
	return &Error{Place: fmt.Sprintf("%s: row %d, column %s", t.Path, row+1, column), What: fmt.Sprintf(format, args...), Mend: remake}
}

// col describes a column of the contract.
func col(name string, t tabular.Type) tabular.Column { return tabular.Column{Name: name, Type: t} }
