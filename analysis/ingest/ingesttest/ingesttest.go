// Package ingesttest writes synthetic results directories for tests and
// benchmarks of the analysis. Nothing but tests may import it.
package ingesttest

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
)

// Spec describes a results directory. Its zero value is not valid: begin with
// PVQ or fill in Values, Items and Conditions.
type Spec struct {
	Values     []string
	Circles    map[string][]string // name to the codes in order
	Items      []Item
	Low, High  int
	Factors    []string // further factors
	Conditions []Condition
	Benchmarks []Number
	Options    map[string]string
	Simulated  bool
	Provider   string // of all conditions, "simulated" unless given
}

// Item is one item; its number is its position, from 1.
type Item struct {
	Value   string
	Reverse bool
}

// Condition is one cell.
type Condition struct {
	Model, Prompt, Administration string
	Temperature                   float64
	NoTemperature                 bool     // the tables do not state it
	ScaleReversed                 bool     // Answer gives the answers as given on the reversed scale
	Levels                        []string // of the further factors
	N                             int
	// Answer gives the responses of a replicate (from 0), a number an item.
	// 0 is a missing answer; a negative one is ingest.Status(-answer).
	Answer func(replicate int, answers []int16)
	Anchor func(replicate int) string // may be nil
	// Skipped fills the column params_skipped, which is left out of the table if
	// no condition has it.
	Skipped string
	// AsAsked fills the column served_unexpected with false; it is left out
	// together with params_skipped.
	AsAsked bool
}

// Number is one row of the benchmarks.
type Number struct {
	Name, Kind, Statistic, Value, Value2 string
	Number                               float64
	Label                                string
}

// Write writes all tables of the directory.
func Write(t testing.TB, dir string, s Spec) {
	t.Helper()
	w := writer{t: t, dir: dir, spec: s, meta: map[string]string{
		"table_version": ingest.TableVersion, "design_hash": "d0", "instrument_hash": "i0", "simulated": fmt.Sprint(s.Simulated)}}
	w.instrument()
	w.benchmarks()
	w.options()
	w.conditions()
	w.respondents()
	w.responses()
}

// Reply is one row of completions.parquet. Served and Fingerprint are null where
// they are empty.
type Reply struct {
	Condition, Replicate           int // from 0
	Attempt                        int
	Requested, Served, Fingerprint string
}

// WriteReplies writes completions.parquet beside the tables that Write wrote.
func WriteReplies(t testing.TB, dir string, replies ...Reply) {
	t.Helper()
	w := writer{t: t, dir: dir, meta: map[string]string{"table_version": ingest.TableVersion}}
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	w.table("completions", []tabular.Column{column("respondent_id", tabular.String, true), column("purpose", tabular.String), column("attempt", tabular.Int32),
		column("tries", tabular.Int32), column("status", tabular.String), column("model_requested", tabular.String), column("model_served", tabular.String, true),
		column("system_fingerprint", tabular.String, true), column("raw_text", tabular.String, true), column("turn", tabular.Int32)}, func(tw *tabular.Writer) {
		for _, r := range replies {
			add(tw, respondentID(r.Condition, r.Replicate), "answer", r.Attempt, 1, "ok", r.Requested, orNull(r.Served), orNull(r.Fingerprint), "1", 1)
		}
	})
}

type writer struct {
	t    testing.TB
	dir  string
	spec Spec
	meta map[string]string
}

func column(name string, t tabular.Type, null ...bool) tabular.Column {
	return tabular.Column{Name: name, Type: t, Nullable: len(null) > 0}
}

// table writes one table, row by row.
func (w *writer) table(name string, columns []tabular.Column, rows func(*tabular.Writer)) {
	w.t.Helper()
	tw, err := tabular.Create(filepath.Join(w.dir, name+".parquet"), tabular.Schema{Name: name, Columns: columns}, w.meta)
	if err != nil {
		w.t.Fatal(err)
	}
	rows(tw)
	if err := tw.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// add appends a row; the table's Close returns the error.
func add(tw *tabular.Writer, values ...any) { _ = tw.Append(values...) }

func (w *writer) instrument() {
	w.table("items", []tabular.Column{column("instrument", tabular.String), column("item", tabular.Int32), column("value", tabular.String),
		column("text_female", tabular.String, true), column("text_male", tabular.String, true), column("text_neutral", tabular.String, true),
		column("reverse", tabular.Bool), column("scale_min", tabular.Int32), column("scale_max", tabular.Int32)}, func(tw *tabular.Writer) {
		for i, it := range w.spec.Items {
			add(tw, "test", i+1, it.Value, nil, nil, fmt.Sprintf("text %d", i+1), it.Reverse, w.spec.Low, w.spec.High)
		}
	})
	columns := []tabular.Column{column("instrument", tabular.String), column("value", tabular.String), column("name", tabular.String), column("order", tabular.Int32)}
	circles := slices.Sorted(maps.Keys(w.spec.Circles))
	for _, c := range circles {
		columns = append(columns, column("circle_"+c, tabular.Int32, true))
	}
	w.table("values", columns, func(tw *tabular.Writer) {
		for i, v := range w.spec.Values {
			row := []any{"test", v, "Value " + v, i + 1}
			for _, c := range circles {
				if at := slices.Index(w.spec.Circles[c], v); at >= 0 {
					row = append(row, at)
				} else {
					row = append(row, nil)
				}
			}
			add(tw, row...)
		}
	})
}

func (w *writer) benchmarks() {
	w.table("benchmarks", []tabular.Column{column("name", tabular.String), column("kind", tabular.String), column("source", tabular.String),
		column("statistic", tabular.String), column("value", tabular.String), column("value_2", tabular.String, true),
		column("number", tabular.Float64), column("label", tabular.String)}, func(tw *tabular.Writer) {
		for _, b := range w.spec.Benchmarks {
			var second any
			if b.Value2 != "" {
				second = b.Value2
			}
			add(tw, b.Name, b.Kind, "made for tests", b.Statistic, b.Value, second, b.Number, b.Label)
		}
	})
}

func (w *writer) options() {
	w.table("options", []tabular.Column{column("name", tabular.String), column("value", tabular.String)}, func(tw *tabular.Writer) {
		for _, name := range slices.Sorted(maps.Keys(w.spec.Options)) {
			add(tw, name, w.spec.Options[name])
		}
	})
}

// further are the columns of the further factors.
func (w *writer) further() []tabular.Column {
	var out []tabular.Column
	for _, f := range w.spec.Factors {
		out = append(out, column(f, tabular.String))
	}
	return out
}

func (w *writer) conditions() {
	columns := []tabular.Column{column("condition_id", tabular.String), column("experiment", tabular.String), column("provider", tabular.String),
		column("simulated", tabular.Bool), column("model", tabular.String), column("prompt", tabular.String),
		column("temperature", tabular.Float64, true), column("administration", tabular.String)}
	columns = append(append(columns, w.further()...), column("n_planned", tabular.Int32), column("n_complete", tabular.Int32),
		column("scale_reversed", tabular.Bool), column("item_wording", tabular.String, true))
	skipped := slices.ContainsFunc(w.spec.Conditions, func(c Condition) bool { return c.Skipped != "" })
	if skipped {
		columns = append(columns, column("params_skipped", tabular.String, true), column("served_unexpected", tabular.Bool))
	}
	w.table("conditions", columns, func(tw *tabular.Writer) {
		for i, c := range w.spec.Conditions {
			row := []any{conditionID(i), "test", cmp.Or(w.spec.Provider, "simulated"), w.spec.Simulated, c.Model, c.Prompt, c.temperature(), c.Administration}
			for _, l := range c.Levels {
				row = append(row, l)
			}
			row = append(row, c.N, c.N, c.ScaleReversed, nil)
			if skipped && c.Skipped == "" {
				row = append(row, nil, !c.AsAsked)
			} else if skipped {
				row = append(row, c.Skipped, !c.AsAsked)
			}
			add(tw, row...)
		}
	})
}

func (c *Condition) temperature() any {
	if c.NoTemperature {
		return nil
	}
	return c.Temperature
}

func conditionID(i int) string { return fmt.Sprintf("c%04d", i) }

func respondentID(i, r int) string { return fmt.Sprintf("c%04dr%06d", i, r) }

func (w *writer) respondents() {
	w.table("respondents", []tabular.Column{column("respondent_id", tabular.String), column("condition_id", tabular.String),
		column("replicate", tabular.Int32), column("sample", tabular.Int32), column("form", tabular.String),
		column("persona_text", tabular.String, true), column("persona_key", tabular.String, true),
		column("age", tabular.Int32, true), column("anchor_value", tabular.String, true),
		column("status", tabular.String), column("n_answered", tabular.Int32)}, func(tw *tabular.Writer) {
		for i, c := range w.spec.Conditions {
			for r := range c.N {
				var anchor any
				if c.Anchor != nil && c.Anchor(r) != "" {
					anchor = c.Anchor(r)
				}
				add(tw, respondentID(i, r), conditionID(i), r+1, 0, "neutral", nil, nil, nil, anchor, "complete", len(w.spec.Items))
			}
		}
	})
}

func (w *writer) responses() {
	columns := []tabular.Column{column("respondent_id", tabular.String), column("condition_id", tabular.String), column("model", tabular.String),
		column("prompt", tabular.String), column("temperature", tabular.Float64, true), column("administration", tabular.String)}
	columns = append(append(columns, w.further()...), column("replicate", tabular.Int32), column("scale_reversed", tabular.Bool), column("item", tabular.Int32), column("value", tabular.String),
		column("position", tabular.Int32), column("response", tabular.Int32, true), column("raw_answer", tabular.String, true), column("status", tabular.String))
	answers := make([]int16, len(w.spec.Items))
	w.table("responses", columns, func(tw *tabular.Writer) {
		for i, c := range w.spec.Conditions {
			id := conditionID(i)
			for r := range c.N {
				c.Answer(r, answers)
				rid := respondentID(i, r)
				for k, it := range w.spec.Items {
					tw.Col(0).AppendString(rid)
					tw.Col(1).AppendString(id)
					tw.Col(2).AppendString(c.Model)
					tw.Col(3).AppendString(c.Prompt)
					if c.NoTemperature {
						tw.Col(4).AppendNull()
					} else {
						tw.Col(4).AppendFloat64(c.Temperature)
					}
					tw.Col(5).AppendString(c.Administration)
					for j, l := range c.Levels {
						tw.Col(6 + j).AppendString(l)
					}
					at := 6 + len(c.Levels)
					tw.Col(at).AppendInt32(int32(r + 1))
					tw.Col(at + 1).AppendBool(c.ScaleReversed)
					tw.Col(at + 2).AppendInt32(int32(k + 1))
					tw.Col(at + 3).AppendString(it.Value)
					tw.Col(at + 4).AppendInt32(int32(k + 1))
					response(tw, at+5, answers[k])
					_ = tw.EndRow()
				}
			}
		}
	})
}

// response appends response, raw answer and status.
func response(tw *tabular.Writer, at int, answer int16) {
	if answer > 0 {
		tw.Col(at).AppendInt32(int32(answer))
		tw.Col(at + 1).AppendString(fmt.Sprint(answer))
		tw.Col(at + 2).AppendString(ingest.OK.String())
		return
	}
	status := ingest.Missing
	if answer < 0 {
		status = ingest.Status(-answer)
	}
	tw.Col(at).AppendNull()
	tw.Col(at + 1).AppendNull()
	tw.Col(at + 2).AppendString(status.String())
}
