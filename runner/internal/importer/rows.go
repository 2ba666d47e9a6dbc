package importer

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/schema/diag"
)

// BadCell is a cell that holds something else than an answer.
type BadCell struct {
	Place  diag.Place `json:"place"`
	Row    int        `json:"row"`
	Column string     `json:"column"`
	Text   string     `json:"text"`
	Status string     `json:"status"`
	Why    string     `json:"why"`
}

// condition is one combination of factor levels that occurs in the file.
type condition struct {
	id          string
	levels      []string // as layout.factors
	temperature *float64 // nil: the source does not say
	records     []*record
}

// record is one respondent.
type record struct {
	cond      *condition
	row       int
	replicate int
	form      string
	kept      []string // as layout.keep; "" is missing
	respond   string   // the source's own id, if it has one
	response  []int16
	status    []status
}

// rowsRead is what the file holds.
type rowsRead struct {
	rows, imported int
	dropped        []int // as Job.Drop; a row that several match counts for the first
	conditions     []*condition
	bad            []BadCell
	badTotal       int
	// raw holds the text of cells whose text is not simply the response.
	raw map[cellID]string
}

// cellID names the cell of a row and an item.
type cellID struct{ row, item int }

// rowReader reads rows into records.
type rowReader struct {
	job      *Job
	lay      *layout
	cells    cellReader
	out      *rowsRead
	byLevels map[string]*condition
	problems diag.List
	total    int // problems, also those not kept
	path     string
}

// readRows reads the whole file. Problems that keep a row from being placed are
// collected; bad answers are none of them.
func readRows(job *Job, lay *layout, src *source) (*rowsRead, error) {
	r := &rowReader{job: job, lay: lay, path: absolute(src.path), byLevels: map[string]*condition{},
		cells: cellReader{min: job.Instrument.Min, max: job.Instrument.Max, na: trimmed(job.NA), decimalComma: src.decimalComma},
		out:   &rowsRead{dropped: make([]int, len(job.Drop)), raw: map[cellID]string{}}}
	if o := lay.origins["temperature"]; o.given && o.column < 0 {
		if _, err := r.temperature(o.text); err != nil {
			return nil, usagef("give a number, for example  --set temperature=0.7", "--set temperature=%s: %v", o.text, err)
		}
	}
	if err := r.formProblem(lay.origins[roleForm].text); err != "" {
		return nil, usagef("give one of female, male, neutral", "--set form=%s: %s", lay.origins[roleForm].text, err)
	}
	for row, err := range src.rows(lay.wanted()) {
		if err != nil {
			return nil, err
		}
		r.row(row)
	}
	r.finish()
	if r.total > 0 {
		return nil, r.asList()
	}
	return r.out, nil
}

func trimmed(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// asList is the problems, the last of them saying how many more there are.
func (r *rowReader) asList() error {
	if more := r.total - len(r.problems); more > 0 {
		r.problems.Add(diag.Problem{Place: diag.Place{File: r.path}, What: fmt.Sprintf("and %d problems more", more)})
	}
	return r.problems
}

// fail notes a problem of a row.
func (r *rowReader) fail(row row, column int, mend, format string, args ...any) {
	if r.total++; r.total > MaxShown {
		return
	}
	what := fmt.Sprintf("row %d", row.number)
	if column >= 0 {
		what += fmt.Sprintf(", column %q", r.lay.header[column])
	}
	p := diag.Problem{Place: diag.Place{File: r.path}, What: what + ": " + fmt.Sprintf(format, args...), Mend: mend}
	if row.place != nil {
		p.Place = row.place(column)
	}
	r.problems.Add(p)
}

// row reads one row.
func (r *rowReader) row(row row) {
	r.out.rows++
	if len(row.cells) != len(r.lay.header) {
		r.fail(row, -1, "put a cell that holds the separator in quotes", "cells: %d, but %d in the header", len(row.cells), len(r.lay.header))
		return
	}
	for i, column := range r.lay.drop {
		if strings.TrimSpace(row.cells[column]) == strings.TrimSpace(r.job.Drop[i].Value) {
			r.out.dropped[i]++
			return
		}
	}
	before := r.total
	rec := &record{row: row.number}
	rec.cond = r.condition(row)
	rec.form = r.form(row)
	rec.replicate = r.replicate(row)
	rec.respond = r.respondent(row)
	if r.total > before {
		return
	}
	for _, k := range r.lay.keep {
		text := strings.Clone(strings.TrimSpace(row.cells[k.column]))
		if slices.Contains(r.cells.na, text) {
			text = ""
		}
		rec.kept = append(rec.kept, text)
	}
	r.answers(row, rec)
	rec.cond.records = append(rec.cond.records, rec)
	r.out.imported++
}

// level is the text of a factor, or of form, in a row.
func (r *rowReader) level(row row, o origin) string {
	if o.column < 0 {
		return o.text
	}
	text := strings.TrimSpace(row.cells[o.column])
	if slices.Contains(r.cells.na, text) {
		return ""
	}
	return text
}

// condition finds or makes the condition of a row.
func (r *rowReader) condition(row row) *condition {
	levels := make([]string, len(r.lay.factors))
	var temperature *float64
	for i, f := range r.lay.factors {
		o := r.lay.origins[f]
		levels[i] = r.level(row, o)
		if levels[i] == "" {
			r.fail(row, o.column, fmt.Sprintf("fill it in, or leave such rows out:  --drop '%s='", r.lay.header[max(0, o.column)]), "the %s is missing", f)
			return nil
		}
		if f != "temperature" || !o.given {
			continue
		}
		x, err := r.temperature(levels[i])
		if err != nil {
			r.fail(row, o.column, "write it as a number, such as 0.7", "%v", err)
			return nil
		}
		temperature, levels[i] = &x, strconv.FormatFloat(x, 'g', -1, 64)
	}
	id := conditionID(r.job.Name, r.lay.factors, levels)
	c := r.byLevels[id]
	if c == nil {
		for i := range levels {
			levels[i] = strings.Clone(levels[i])
		}
		c = &condition{id: id, levels: levels, temperature: temperature}
		r.byLevels[id] = c
		r.out.conditions = append(r.out.conditions, c)
	}
	return c
}

// temperature reads a sampling temperature.
func (r *rowReader) temperature(text string) (float64, error) {
	if r.cells.decimalComma && commaDecimal.MatchString(text) {
		text = strings.Replace(text, ",", ".", 1)
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(x) || math.IsInf(x, 0) || x < 0 {
		return 0, fmt.Errorf("%q is no temperature", text)
	}
	return x + 0, nil // -0 becomes 0
}

// formProblem says what is wrong with the name of a form.
func (r *rowReader) formProblem(form string) string {
	if slices.Contains([]string{"female", "male", "neutral", Unknown}, form) {
		return ""
	}
	return fmt.Sprintf("%q is no form of the items", form)
}

func (r *rowReader) form(row row) string {
	o := r.lay.origins[roleForm]
	form := r.level(row, o)
	if form == "" {
		return Unknown
	}
	if p := r.formProblem(form); p != "" {
		r.fail(row, o.column, "write female, male, neutral or unknown", "%s", p)
	}
	return strings.Clone(form)
}

// replicate reads the replicate; 0 where the file does not number them.
func (r *rowReader) replicate(row row) int {
	if r.lay.replicate < 0 {
		return 0
	}
	n, s := cellReader{min: 1, max: math.MaxInt32}.read(row.cells[r.lay.replicate])
	if s != statusOK {
		r.fail(row, r.lay.replicate, "number the respondents of a condition from 1", "%q is no replicate", row.cells[r.lay.replicate])
	}
	return n
}

// respondent reads the source's own id.
func (r *rowReader) respondent(row row) string {
	if r.lay.respondent < 0 {
		return ""
	}
	id := strings.TrimSpace(row.cells[r.lay.respondent])
	if id == "" {
		r.fail(row, r.lay.respondent, "fill it in, or name the column something else", "the respondent is missing")
	}
	return strings.Clone(id)
}

// answers reads the cells of the items.
func (r *rowReader) answers(row row, rec *record) {
	rec.response, rec.status = make([]int16, len(r.lay.items)), make([]status, len(r.lay.items))
	for i, column := range r.lay.items {
		if column < 0 {
			rec.status[i] = statusMissing
			continue
		}
		text := row.cells[column]
		n, s := r.cells.read(text)
		rec.response[i], rec.status[i] = int16(n), s
		if s == statusOK && len(text) == 1 {
			continue
		}
		raw := clip(text)
		if raw != "" && (s != statusOK || raw != strconv.Itoa(n)) {
			r.out.raw[cellID{rec.row, i}] = raw
		}
		if s != statusOK && s != statusMissing {
			r.bad(row, column, raw, s)
		}
	}
}

// bad notes a cell that holds something else than an answer.
func (r *rowReader) bad(row row, column int, text string, s status) {
	if r.out.badTotal++; r.out.badTotal > MaxShown {
		return
	}
	r.out.bad = append(r.out.bad, BadCell{Place: row.place(column), Row: row.number, Column: r.lay.header[column], Text: text, Status: s.String(), Why: s.why()})
}
