package report

import (
	"fmt"

	"circumplex.example/analysis/ingest"
)

// alphaBeside is the benchmark's alpha of a value, nil if it has none.
func (a *analysis) alphaBeside(v int) *float64 {
	if a.alphas == nil {
		return nil
	}
	return a.alphas.Alphas[v]
}

// alphaTable shows Cronbach's alpha and, where a benchmark has alphas, the
// benchmark's and the differences from them.
func (a *analysis) alphaTable() *document {
	d := &document{title: "Cronbach's alpha of each value"}
	a.sections(d, func(results []*result) {
		a.alphaGrid(d, results, false)
		if a.alphas != nil {
			a.alphaGrid(d, results, true)
		}
	})
	d.header = append(a.keyHeader(), "value", "items", "n", "alpha", "alpha_benchmark", "alpha_difference", "na_reason")
	for i := range a.results {
		r := &a.results[i]
		for v, al := range r.alpha {
			why, beside, difference := "", "", ""
			if al.Err != nil {
				why = al.Err.Error()
			}
			if b := a.alphaBeside(v); b != nil {
				beside, difference = exact(*b), exactOr(al.Alpha-*b, al.Err == nil)
			}
			d.rows = append(d.rows, append(a.keyCells(r), al.Value, fmt.Sprint(al.Items), fmt.Sprint(al.N), exactOr(al.Alpha, al.Err == nil), beside, difference, why))
		}
	}
	d.notes = append([]string{fmt.Sprintf("Over the sessions used, missing answers %s. Alpha rests on differences between sessions: where a prompt hardly makes any, "+
		"it is low, or negative, whatever the items are worth. The paper prints none.", a.opts.Missing)}, append(a.alphaNotes(), a.scoringNote())...)
	return d
}

// alphaGrid is a row a value and a column a condition: alphas, or what they are
// more than the benchmark's.
func (a *analysis) alphaGrid(d *document, results []*result, minus bool) {
	t := grid{fixed: 1, header: []string{"value"}}
	if a.alphas != nil {
		t.fixed, t.header = 2, []string{"value", a.alphas.Kind}
	}
	for _, r := range results {
		head := r.c.Prompt + " " + tempOf(r.c)
		if minus {
			head += " minus " + a.alphas.Kind
		}
		t.header = append(t.header, head)
	}
	for v, value := range a.d.Values {
		row := []string{value.Code}
		if a.alphas != nil {
			row = append(row, a.alphaBesideCell(d, v))
		}
		for _, r := range results {
			row = append(row, a.alphaCell(d, r, v, minus))
		}
		t.rows = append(t.rows, row)
	}
	t.write(&d.body)
}

func (a *analysis) alphaBesideCell(d *document, v int) string {
	if b := a.alphaBeside(v); b != nil {
		return fixed2(*b)
	}
	return d.na("the benchmark has no alpha of this value")
}

func (a *analysis) alphaCell(d *document, r *result, v int, minus bool) string {
	al, b := r.alpha[v], a.alphaBeside(v)
	switch {
	case al.Err != nil:
		return d.na(al.Err.Error())
	case !minus:
		return fixed2(al.Alpha)
	case b == nil:
		return d.na("the benchmark has no alpha of this value")
	}
	return d.signed(al.Alpha-*b, "")
}

// alphaNotes say what the alphas are set beside.
func (a *analysis) alphaNotes() []string {
	if a.alphas == nil {
		return []string{"No benchmark has alphas to set beside them: runner import benchmark FILE --kind alphas gives an experiment those of people."}
	}
	notes := []string{a.benchmarkNote(a.alphas)}
	if a.alphas.Kind != ingest.Human {
		notes = append(notes, "These alphas to compare with are not those of people.")
	}
	return notes
}
