package report

import (
	"fmt"

	"circumplex.example/analysis/mds"
)

// sections calls f for each model of each group, under a heading.
func (a *analysis) sections(d *document, f func(results []*result)) {
	for _, g := range a.groups() {
		for _, model := range distinct(g.results, a.modelName) {
			d.heading(model + ". " + g.title)
			var own []*result
			for _, r := range g.results {
				if a.modelName(r.c) == model {
					own = append(own, r)
				}
			}
			f(own)
		}
	}
}

// fitTable is everything behind an SSD: its test, its null, its stress.
func (a *analysis) fitTable() *document {
	d := &document{title: "Structure in detail: SSD with its permutation test and null, and the map's stress"}
	a.sections(d, func(results []*result) {
		t := grid{fixed: 2, header: []string{"prompt", "T", "N", "SSD", "r", "p", "null mean", "null 5 %", "null 1 %"}}
		m := grid{fixed: 2, header: []string{"prompt", "T", "Stress-1", "starts", "at best", "SSD over starts"}}
		for _, r := range results {
			row := []string{r.c.Prompt, tempOf(r.c)}[:2:2] // appending copies
			if r.fitNA != "" {
				t.rows = append(t.rows, append(row, fmt.Sprint(r.used()), d.na(r.fitNA), "", "", "", "", ""))
				continue
			}
			t.rows = append(t.rows, append(append(row, fmt.Sprint(r.used()), d.ssdCell(r), fixed2(r.match.R)), testCells(r)...))
			m.rows = append(m.rows, append(row, stressCell(r), fmt.Sprint(len(r.fit.Descents)),
				fixedN(100*r.fit.ShareAtBest(), 0)+" %", fixed2(r.ssdLow)+".."+fixed2(r.ssdHigh)))
		}
		d.subheading("Match")
		t.write(&d.body)
		if len(m.rows) > 0 {
			d.subheading("Map")
			m.write(&d.body)
		}
	})
	d.notes = append(a.structureNotes(), a.nullNote(),
		"r is the root of 1 - SSD. p = (b + 1)/(m + 1), where b of m permutations of the labels match at least as well. "+
			"Map: starts, the share of them that reach the lowest Stress-1, and the lowest and highest SSD over them.")
	if a.opts.MDS == mds.Interval {
		d.notes = append(d.notes, "A Stress-1 followed by (n-) is of a map with n negative disparities, which interval scaling without a constraint allows.")
	}
	d.header = append(append(a.keyHeader(), "ssd", "r", "p", "null_mean", "null_q05", "null_q01", "stress1", "negative_disparities", "share_at_best", "ssd_low", "ssd_high"), tailHeader()...)
	for i := range a.results {
		d.rows = append(d.rows, append(a.fitCSV(&a.results[i]), tailCells(&a.results[i], a.structure, a.results[i].fitNA)...))
	}
	return d
}

// testCells are p and null, empty without permutations.
func testCells(r *result) []string {
	if r.test == nil {
		return []string{"", "", "", ""}
	}
	n := r.test.Null
	return []string{probability(r.test.P), fixed2(n.Mean), fixed2(n.Q05), fixed2(n.Q01)}
}

// stressCell is Stress-1, with the number of negative disparities.
func stressCell(r *result) string {
	s := fixedN(r.fit.Stress1, 3)
	if n := r.fit.NegativeDisparities; n > 0 {
		s += fmt.Sprintf(" (%d-)", n)
	}
	return s
}

// fitCSV is one row of the CSV, without its tail.
func (a *analysis) fitCSV(r *result) []string {
	row := a.keyCells(r)
	if r.fitNA != "" {
		return append(row, "", "", "", "", "", "", "", "", "", "", "")
	}
	row = append(row, exact(r.match.SSD), exact(r.match.R))
	if t := r.test; t != nil {
		row = append(row, exact(t.P), exact(t.Null.Mean), exact(t.Null.Q05), exact(t.Null.Q01))
	} else {
		row = append(row, "", "", "", "")
	}
	return append(row, exact(r.fit.Stress1), fmt.Sprint(r.fit.NegativeDisparities), exact(r.fit.ShareAtBest()), exact(r.ssdLow), exact(r.ssdHigh))
}

// sensitivityTable shows the SSD under every combination of choices.
func (a *analysis) sensitivityTable() *document {
	d := &document{title: "Sensitivity: SSD under other scores, scalings and dissimilarities"}
	a.sections(d, func(results []*result) {
		t := grid{fixed: 4, header: []string{"prompt", "T", "scores", "dissimilarity", "ratio", "interval", "ordinal", "classical"}}
		for _, r := range results {
			for i := 0; i+len(levels) <= len(r.sensitivity); i += len(levels) {
				s := r.sensitivity[i]
				row := []string{r.c.Prompt, tempOf(r.c), scoresWord(s.centred), kindFormula(s.kind)}
				for _, s := range r.sensitivity[i : i+len(levels)] {
					if s.na != "" {
						row = append(row, d.na(s.na))
					} else {
						row = append(row, fixed2(s.ssd))
					}
				}
				t.rows = append(t.rows, row)
			}
		}
		t.write(&d.body)
	})
	d.header = append(append(a.keyHeader(), "scores", "mds", "dissimilarity", "ssd", "stress1"), tailHeader()...)
	for i := range a.results {
		r := &a.results[i]
		for _, s := range r.sensitivity {
			ok := s.na == ""
			row := append(a.keyCells(r), scoresWord(s.centred), s.level.String(), kindWord(s.kind), exactOr(s.ssd, ok), exactOr(s.stress, ok))
			d.rows = append(d.rows, append(row, tailCells(r, a.structure, s.na)...))
		}
	}
	d.notes = append([]string{"Every map is drawn from the Torgerson start alone, so a printed SSD, which has random starts besides, may differ from its cell here."},
		append(a.structureNotes(), a.scoringNote())...)
	return d
}

// kindFormula is a dissimilarity as a formula.
func kindFormula(k mds.Dissimilarity) string {
	if k == mds.SqrtTwoOneMinusR {
		return "sqrt(2(1-r))"
	}
	return "1-r"
}

// anchorTable is the fitted curve of each condition that has anchors, Figure 4
// in numbers; nil if none has.
func (a *analysis) anchorTable() *document {
	d := &document{title: "Anchor shift: a + b cos(2 pi offset/n - phi) fitted to the mean centred scores"}
	t := grid{fixed: 4, header: []string{"model", "prompt", "T", "administration", "sessions", "a", "b", "phi", "R2"}}
	d.header = append(append(a.keyHeader(), "sessions", "a", "b", "phi", "r2"), tailHeader()...)
	for i := range a.results {
		r := &a.results[i]
		if !r.anchored {
			continue
		}
		row := []string{a.modelName(r.c), r.c.Prompt, tempOf(r.c), r.c.Administration}
		for _, l := range r.c.Levels {
			row[3] += ", " + l
		}
		csv := a.keyCells(r)
		if r.curveNA != "" {
			row, csv = append(row, d.na(r.curveNA), "", "", "", ""), append(csv, "", "", "", "", "")
		} else {
			s, n := r.sine, fmt.Sprint(r.curve.Used)
			row = append(row, n, fixed2(s.A), fixed2(s.B), fixed2(s.Phi), fixed2(s.R2))
			csv = append(csv, n, exact(s.A), exact(s.B), exact(s.Phi), exact(s.R2))
		}
		t.rows, d.rows = append(t.rows, row), append(d.rows, append(csv, tailCells(r, nil, r.curveNA)...))
	}
	if len(t.rows) == 0 {
		return nil
	}
	t.write(&d.body)
	d.notes = append(d.notes, fmt.Sprintf("The circle is %q of the instrument; the anchored value is the respondents' %s. Sessions whose anchor is "+
		"no value of the instrument take no part. phi is in radians: 0 is a peak at the anchored value itself.", a.opts.AnchorCircle, a.opts.AnchorColumn), a.scoringNote())
	return d
}
