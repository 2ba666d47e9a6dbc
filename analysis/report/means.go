package report

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/analysis/rank"
)

// meansTable is Tables 2-4 of the paper: a grid a model, values in the order of
// the benchmark, mean and rank for each prompt and temperature.
func (a *analysis) meansTable() *document {
	d := &document{title: a.numbered("Tables 2-4. ", fmt.Sprintf("Means of the %s value scores, with their ranks", a.averagedWord()))}
	order := a.valueOrder()
	for _, g := range a.groups() {
		for _, model := range distinct(g.results, a.modelName) {
			d.heading(model + ". " + g.title)
			a.modelMeans(d, g, model, order)
		}
	}
	if a.means != nil {
		d.notes = append(d.notes, a.benchmarkNote(a.means)+" Values stand in its order.")
	}
	d.notes = append(d.notes, "A cell is mean (rank), after the prompt and the temperature; rank 1 is the highest mean, ties share the average rank.",
		a.legend(), a.scoringNote())
	a.meansCSV(d, order)
	return d
}

// averagedWord names the scores whose means are shown.
func (a *analysis) averagedWord() string { return scoresWord(!a.opts.NoCircle) }

// numbered puts the number that a table or figure has in the paper before its
// title; an instrument of another structure has no such number.
func (a *analysis) numbered(number, title string) string {
	if a.opts.NoCircle {
		return title
	}
	return number + title
}

// modelMeans writes the grid of one model.
func (a *analysis) modelMeans(d *document, g group, model string, order []int) {
	t := grid{fixed: 1, header: []string{"value"}}
	for _, v := range order {
		t.rows = append(t.rows, []string{a.d.Values[v].Code})
	}
	if a.means != nil {
		t.fixed = 2
		t.header = append(t.header, a.meansName())
		ranks := rank.Descending(a.means.Means)
		for i, v := range order {
			t.rows[i] = append(t.rows[i], fixed2(a.means.Means[v])+" ("+rankWord(ranks[v])+")")
		}
	}
	for _, prompt := range promptNames(g.results) {
		for _, temp := range temperatures(g.results) {
			r := a.find(g.results, model, prompt, temp)
			if r == nil {
				continue
			}
			t.header = append(t.header, prompt+" "+temp)
			for i, v := range order {
				var cell string
				if r.meansNA != "" {
					cell = d.na(r.meansNA)
				} else {
					cell = fixed2(r.means[v]) + " (" + rankWord(r.ranks[v]) + ")"
				}
				t.rows[i] = append(t.rows[i], cell)
			}
		}
	}
	t.write(&d.body)
}

// meansCSV writes a row a condition and value.
func (a *analysis) meansCSV(d *document, order []int) {
	d.header = append(append(a.keyHeader(), "value", "name", "mean", "sd", "rank", "benchmark_mean"), tailHeader()...)
	for i := range a.results {
		r := &a.results[i]
		for _, v := range order {
			row := append(a.keyCells(r), a.d.Values[v].Code, a.d.Values[v].Name, "", "", "", "")
			k := len(row) - 4
			if r.meansNA == "" {
				_, summaries := a.averaged(r)
				sd, ok := summaries[v].SD()
				row[k], row[k+1], row[k+2] = exact(r.means[v]), exactOr(sd, ok), exact(r.ranks[v])
			}
			if a.means != nil {
				row[k+3] = exact(a.means.Means[v])
			}
			d.rows = append(d.rows, append(row, tailCells(r, a.means, r.meansNA)...))
		}
	}
}

// valueOrder is the order of the benchmark's means, highest first; without a
// benchmark that of the instrument.
func (a *analysis) valueOrder() []int {
	order := make([]int, len(a.d.Values))
	for i := range order {
		order[i] = i
	}
	if a.means != nil {
		slices.SortStableFunc(order, func(i, j int) int {
			switch x, y := a.means.Means[i], a.means.Means[j]; {
			case x > y:
				return -1
			case x < y:
				return 1
			}
			return 0
		})
	}
	return order
}

// legend gives the names of the values.
func (a *analysis) legend() string {
	var parts []string
	for _, v := range a.d.Values {
		if v.Name != v.Code {
			parts = append(parts, fmt.Sprintf("%s %s", v.Code, v.Name))
		}
	}
	if len(parts) == 0 {
		return "Values are named by their codes."
	}
	return "Values: " + strings.Join(parts, "; ") + "."
}
