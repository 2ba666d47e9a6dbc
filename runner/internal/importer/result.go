package importer

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/runner/internal/table"
)

// result says what was read.
func (w *writer) result(rec table.Import) *Result {
	job, in := w.job, w.job.Instrument
	res := &Result{Name: job.Name, Dir: job.Dir, Source: rec, Instrument: table.ManifestInstrument{Name: in.Name, Hash: in.Hash, Notice: in.Notice},
		Factors: w.factors(), Items: len(w.lay.items) - len(w.lay.missing), MissingItems: list(w.lay.missing), ExtraItems: list(w.lay.extra),
		Ignored: list(w.lay.ignored), Conditions: len(w.data.conditions), Respondents: w.data.imported, Counts: w.counts,
		BadTotal: w.data.badTotal, BadCells: w.data.bad, Kept: []string{}, Dropped: []DropCount{}}
	if res.BadCells == nil {
		res.BadCells = []BadCell{}
	}
	for _, k := range w.lay.keep {
		res.Kept = append(res.Kept, k.name)
	}
	for i, d := range job.Drop {
		res.Dropped = append(res.Dropped, DropCount{d.Column, d.Value, w.data.dropped[i]})
	}
	res.Warnings = w.warnings(res)
	return res
}

// list is never null in JSON.
func list(s []string) []string { return append([]string{}, s...) }

// factors says where the levels came from.
func (w *writer) factors() map[string]string {
	out := map[string]string{}
	for _, f := range append(slices.Clone(w.lay.factors), roleForm) {
		o := w.lay.origins[f]
		switch {
		case o.column >= 0:
			out[f] = fmt.Sprintf("column %q", w.lay.header[o.column])
		case o.given:
			out[f] = o.text
		case f == "temperature":
			out[f] = "not stated"
		default:
			out[f] = Unknown
		}
	}
	return out
}

// warnings are what a reader of the tables must know.
func (w *writer) warnings(res *Result) []string {
	out := []string{}
	if n := len(res.MissingItems); n > 0 {
		out = append(out, fmt.Sprintf("%d of %d items have no column: %s; they are missing for every respondent", n, len(w.lay.items), few(res.MissingItems)))
	}
	if n := len(res.ExtraItems); n > 0 {
		out = append(out, fmt.Sprintf("%s has no item for the columns %s: they are left out; is it the right instrument?", res.Instrument.Name, few(res.ExtraItems)))
	}
	for _, d := range res.Dropped {
		if d.Rows == 0 {
			out = append(out, fmt.Sprintf("--drop %s=%s leaves out no row", d.Column, d.Value))
		}
	}
	if !w.lay.origins["temperature"].given {
		out = append(out, "the temperature is not stated, so it is null; say it with --set temperature=0.7 or --column temperature=COLUMN")
	}
	var unknown []string
	for _, f := range []string{"model", "prompt", "administration"} {
		if !w.lay.origins[f].given {
			unknown = append(unknown, f)
		}
	}
	if len(unknown) > 0 {
		out = append(out, fmt.Sprintf("not said, so %q: %s; say it with --set %s=... or --column %s=COLUMN", Unknown, strings.Join(unknown, ", "), unknown[0], unknown[0]))
	}
	if n := w.counts.Respondents[table.StatusNotRun]; n > 0 {
		out = append(out, fmt.Sprintf("%d of %d rows have no answer at all", n, res.Respondents))
	}
	if len(w.job.Benchmarks) == 0 {
		out = append(out, fmt.Sprintf("no shipped benchmark has the values of %s: means and structure are compared with nothing", res.Instrument.Name))
	}
	return out
}
