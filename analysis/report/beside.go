package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/published"
	"circumplex.example/analysis/tabular"
)

// paperN is the number of sessions of a condition of the paper.
const paperN = 300

// beside is a number of ours and the one that the paper prints in its place.
type beside struct {
	r                       *result
	table, statistic, value string   // value is empty for an SSD
	ours, printed           *float64 // nil: NA
	erratum                 string
	unfair                  []string // why the two cannot be compared; empty if they can
	na                      string
}

// difference is ours minus the printed number, nil if one is NA.
func (b *beside) difference() *float64 {
	if b.ours == nil || b.printed == nil {
		return nil
	}
	d := *b.ours - *b.printed
	return &d
}

// besides lists every number of the conditions whose levels are named as those
// of the paper's design, that stands in its Tables 1 to 5.
func (a *analysis) besides() []beside {
	var out []beside
	if a.opts.NoCircle {
		return nil // the paper's numbers are of values on a circle
	}
	for i := range a.results {
		r := &a.results[i]
		cell, ok := printedCell(r.c)
		if !ok {
			continue
		}
		if f, ok := published.SSD(cell); ok && f.Table == "Table 1" {
			out = append(out, a.besideSSD(r, f))
		}
		if f, ok := published.Table5(cell); ok {
			out = append(out, a.besideSSD(r, f))
		}
		out = append(out, a.besideMeans(r, published.Means(cell))...)
	}
	return out
}

// printedCell is the cell of the paper's design that a condition is named as;
// none if its temperature is not stated.
func printedCell(c *ingest.Condition) (published.Cell, bool) {
	if c.Temperature == nil {
		return published.Cell{}, false
	}
	return published.Cell{Model: c.Model, Prompt: c.Prompt, Administration: c.Administration, Temperature: *c.Temperature}, true
}

// besideSSD is an SSD beside the printed one.
func (a *analysis) besideSSD(r *result, f published.Figure) beside {
	b := beside{r: r, table: f.Table, statistic: "ssd", printed: f.Value, erratum: f.Erratum, unfair: append(a.unfairSSD(), a.unfair(r)...), na: r.fitNA}
	if r.fitNA == "" && r.match != nil {
		b.ours = &r.match.SSD
	}
	return b.orPrintedNA()
}

// orPrintedNA gives the reason where only the paper has no number.
func (b beside) orPrintedNA() beside {
	if b.na == "" && b.printed == nil {
		b.na = "the paper prints NA"
	}
	return b
}

// besideMeans are means and ranks beside a printed column, in the order in
// which the paper prints the values.
func (a *analysis) besideMeans(r *result, column map[string]published.Mean) []beside {
	if column == nil {
		return nil
	}
	why := a.unfair(r)
	var out []beside
	_, order := published.Human()
	for _, code := range order {
		v := slices.IndexFunc(a.d.Values, func(v ingest.Value) bool { return v.Code == code })
		m, ok := column[code]
		if v < 0 || !ok {
			continue
		}
		mean := beside{r: r, table: m.Table, statistic: "mean", value: code, printed: m.Value, erratum: m.Erratum, unfair: why, na: r.meansNA}
		rank := mean
		rank.statistic, rank.printed = "rank", &m.Rank
		if r.meansNA == "" {
			mean.ours, rank.ours = &r.means[v], &r.ranks[v]
		}
		out = append(out, mean.orPrintedNA(), rank)
	}
	return out
}

// unfair says why no number of a condition can be compared with the paper's.
func (a *analysis) unfair(r *result) []string {
	var why []string
	if r.c.Simulated {
		why = append(why, "no model was asked: the answers are simulated")
	}
	if s := a.otherInstrument(); s != "" {
		why = append(why, s)
	}
	if len(r.c.Levels) > 0 {
		why = append(why, "the condition has a level of "+strings.Join(a.d.Factors, ", ")+", a factor that the paper's design does not have")
	}
	// A tenth of the sessions may be lost before the size is another one.
	if n := r.used(); n < paperN*9/10 || n > paperN*11/10 {
		why = append(why, fmt.Sprintf("N is %d, not %d as in the paper", n, paperN))
	}
	return why
}

// otherInstrument says why the instrument is not the PVQ-RR; empty if it is, by
// its name, as far as an analysis can tell: wording is not among the tables'
// promises.
func (a *analysis) otherInstrument() string {
	name := or(a.opts.Instrument, a.d.Instrument)
	letters := strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(name))
	_, order := published.Human()
	same := len(a.d.Items) == 57 && len(a.d.Values) == len(order)
	for _, v := range a.d.Values {
		same = same && slices.Contains(order, v.Code)
	}
	switch {
	case !strings.HasPrefix(letters, "pvqrr") || strings.Contains(a.opts.InstrumentNotice, "not the PVQ-RR"):
		return fmt.Sprintf("the instrument is %s and has other wording than the PVQ-RR", name)
	case !same:
		return fmt.Sprintf("the instrument %s has not the 57 items and 19 values of the PVQ-RR", name)
	}
	return ""
}

// unfairSSD says why no SSD can be compared with the paper's: its benchmark is
// the correlations of people.
func (a *analysis) unfairSSD() []string {
	b := a.structure
	switch {
	case b == nil:
		return []string{"there is no benchmark of the structure"}
	case b.Kind == ingest.Theory:
		return []string{"the benchmark is a theory circle, not the answers of people"}
	case b.Kind != ingest.Human:
		return []string{"the benchmark is a model, not people"}
	case b.Correlation == nil:
		return []string{"the benchmark is a map of people's answers, not their correlations"}
	}
	return nil
}

// printedSchema describes printed.parquet.
func printedSchema(key []tabular.Column) tabular.Schema {
	return tabular.Schema{Name: "printed", Doc: "One row a number that the paper prints for a condition whose levels are named as the paper's; written only where there is one.",
		Columns: append(key[:len(key):len(key)],
			col("table", tabular.String, "table of the paper, such as Table 1"),
			col("statistic", tabular.String, "ssd, mean or rank"),
			null("value", tabular.String, "code of the value; null for an SSD"),
			null("ours", tabular.Float64, "the number of this analysis"),
			null("printed", tabular.Float64, "the number as printed, misprints included"),
			null("difference", tabular.Float64, "ours minus printed"),
			null("erratum", tabular.String, "entry of docs/errata.md that concerns the printed number"),
			col("fair", tabular.Bool, "whether the two can be compared: same instrument, real model, like N, and for an SSD human correlations as benchmark"),
			null("why_not_fair", tabular.String, "every reason against it; null if fair"),
			col("n_used", tabular.Int32, "sessions used"),
			reason("ours or difference"))}
}

// schemas are those of the tables that this run writes.
func (a *analysis) schemas() []tabular.Schema {
	none := len(a.besides()) == 0
	return slices.DeleteFunc(Schemas(a.d.Factors), func(s tabular.Schema) bool { return none && s.Name == "printed" })
}

func (a *analysis) writePrinted(w *tabular.Writer) {
	orNil := func(x *float64) any {
		if x == nil {
			return nil
		}
		return present(*x, true)
	}
	for _, b := range a.besides() {
		appender(w, b.r.c)(b.table, b.statistic, orNull(b.value), orNil(b.ours), orNil(b.printed), orNil(b.difference()), orNull(b.erratum),
			len(b.unfair) == 0, orNull(strings.Join(b.unfair, "; ")), b.r.used(), orNull(b.na))
	}
}

// meanDistance is the mean absolute difference; ok is false if one is NA.
func meanDistance(rows []beside) (d float64, ok bool) {
	for _, b := range rows {
		x := b.difference()
		if x == nil {
			return 0, false
		}
		d += math.Abs(*x) / float64(len(rows))
	}
	return d, len(rows) > 0
}
