package report

import (
	"fmt"
	"slices"
)

// plainMeans is the table of uncertainty of an instrument that is compared with
// nothing: the means of its values with their intervals.
func (a *analysis) plainMeans(d *document) {
	a.sections(d, func(results []*result) {
		t := grid{fixed: 2, header: []string{"prompt", "T", "N", "strata"}}
		for _, v := range a.d.Values {
			t.header = append(t.header, v.Code, "95 % interval")
		}
		for _, r := range results {
			row := []string{r.c.Prompt, tempOf(r.c), fmt.Sprint(r.used()), r.resampled.strata}
			for v := range a.d.Values {
				row = append(row, d.estimateCells(a, r, v)...)
			}
			t.rows = append(t.rows, row)
		}
		t.write(&d.body)
	})
}

// plainDifferences are the differences of the means of one factor's pairs, a row
// a pair and value.
func (a *analysis) plainDifferences(d *document, factor string, all []comparison) {
	own := slices.DeleteFunc(slices.Clone(all), func(c comparison) bool { return c.factor != factor })
	t := grid{fixed: 4, header: []string{"first", "second", "elsewhere", "value", "difference", "95 % interval"}}
	mixed := slices.ContainsFunc(own, func(c comparison) bool { return c.pairing() != own[0].pairing() })
	if mixed {
		t.header = append(t.header, "pairing")
	} else {
		d.body.WriteString("\nAll pairs: " + own[0].pairing() + ".\n")
	}
	for _, c := range own {
		for v, value := range a.d.Values {
			x := a.compare(c, v)
			row := []string{c.level1, c.level2, a.elsewhere(c), value.Code, d.signed(x.estimate, x.estimateNA), d.intervalCell(x.Interval, x.na, c.approximate("mean"))}
			if mixed {
				row = append(row, c.pairing())
			}
			t.rows = append(t.rows, row)
		}
	}
	t.write(&d.body)
}

// correlationTable shows how the values of an instrument without a circle
// correlate, in place of a map.
func (a *analysis) correlationTable() *document {
	d := &document{title: fmt.Sprintf("Correlations of the %s value scores", scoresWord(a.opts.Centred))}
	for _, g := range a.groups() {
		for _, r := range g.results {
			d.heading(fmt.Sprintf("%s, %s, T %s. %s", a.modelName(r.c), r.c.Prompt, tempOf(r.c), g.title))
			t := grid{fixed: 1, header: []string{"value"}}
			for _, v := range a.d.Values {
				t.header = append(t.header, v.Code)
			}
			for i, v := range a.d.Values {
				row := []string{v.Code}
				for j := range a.d.Values {
					if r.corrNA != "" {
						row = append(row, d.na(r.corrNA))
						continue
					}
					row = append(row, fixed2(r.corr.R.At(i, j)))
				}
				t.rows = append(t.rows, row)
			}
			t.write(&d.body)
		}
	}
	d.header = append(append(a.keyHeader(), "value", "value_2", "r"), tailHeader()...)
	for i := range a.results {
		r := &a.results[i]
		for v, value := range a.d.Values {
			for u, other := range a.d.Values {
				row := append(a.keyCells(r), value.Code, other.Code, "")
				if r.corrNA == "" {
					row[len(row)-1] = exact(r.corr.R.At(v, u))
				}
				d.rows = append(d.rows, append(row, tailCells(r, nil, r.corrNA)...))
			}
		}
	}
	d.notes = []string{fmt.Sprintf("%s correlations over the sessions used (missing: %s). The instrument claims no circle, so there is no map.", capital(a.opts.Correlation.String()), a.opts.Missing),
		a.legend(), a.scoringNote()}
	return d
}
