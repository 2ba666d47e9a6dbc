package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"circumplex.example/analysis/figure"
	"circumplex.example/analysis/ingest"
)

// mostColumns is the number of columns that a heat map may have.
const mostColumns = 14

// spearmanFigure is Figure 2a: rho of every condition.
func (a *analysis) spearmanFigure() *figure.Drawing {
	var feet footnotes
	var grids []figure.Grid
	groups := a.groups()
	for _, g := range groups {
		grids = append(grids, a.spearmanGrids(g, len(groups) > 1, &feet)...)
	}
	return figure.HeatMap{Grids: grids, Scale: "Spearman's rho",
		Meta: a.meta(a.numbered("Figure 2a. ", "Rank correlation of the value means with the benchmark"), a.pointers(),
			fmt.Sprintf("Spearman's rho. Means of %s scores, %d values. %s", a.averagedWord(), len(a.d.Values), a.starsNote()),
			feet.caption(), a.benchmarkNote(a.means))}.Draw()
}

// starsNote explains the stars.
func (a *analysis) starsNote() string {
	return fmt.Sprintf("* p < .05, ** p < .01, *** p < .001: two-sided, of rho = 0, from t with %d degrees of freedom, not corrected for the number of cells.",
		max(0, len(a.d.Values)-2))
}

// spearmanGrids lays out one group: a row a model and a column a prompt and
// temperature, or where that is too wide a row a model and temperature.
func (a *analysis) spearmanGrids(g group, titled bool, feet *footnotes) []figure.Grid {
	models, prompts, temps := distinct(g.results, a.modelName), promptNames(g.results), temperatures(g.results)
	var grids []figure.Grid
	if len(prompts)*len(temps) <= mostColumns {
		grid := figure.Grid{RowKeys: []string{"model"}}
		for _, p := range prompts {
			for _, t := range temps {
				if slices.ContainsFunc(g.results, func(r *result) bool { return promptOf(r.c) == p && tempOf(r.c) == t }) {
					grid.Columns = append(grid.Columns, figure.Column{Group: p, Label: "T = " + t})
				}
			}
		}
		for _, m := range models {
			var row []figure.Cell
			for _, c := range grid.Columns {
				row = append(row, rhoCell(a.find(g.results, m, c.Group, strings.TrimPrefix(c.Label, "T = ")), feet))
			}
			grid.Rows, grid.Cells = append(grid.Rows, []string{m}), append(grid.Cells, row)
		}
		grids = append(grids, grid)
	} else {
		for part := range slices.Chunk(prompts, mostColumns) {
			grids = append(grids, a.tallGrid(g, models, temps, part, feet))
		}
	}
	if titled {
		for i := range grids {
			grids[i].Title = g.title
		}
	}
	return grids
}

// tallGrid has a row a model and temperature, a column a prompt.
func (a *analysis) tallGrid(g group, models, temps, prompts []string, feet *footnotes) figure.Grid {
	grid := figure.Grid{RowKeys: []string{"model", "T"}}
	for _, p := range prompts {
		grid.Columns = append(grid.Columns, figure.Column{Label: p})
	}
	for _, m := range models {
		for _, t := range temps {
			var row []figure.Cell
			any := false
			for _, p := range prompts {
				r := a.find(g.results, m, p, t)
				any = any || r != nil
				row = append(row, rhoCell(r, feet))
			}
			if any {
				grid.Rows, grid.Cells = append(grid.Rows, []string{m, t}), append(grid.Cells, row)
			}
		}
	}
	return grid
}

// rhoCell is one coloured rho.
func rhoCell(r *result, feet *footnotes) figure.Cell {
	switch {
	case r == nil:
		return figure.Cell{Empty: true}
	case r.rhoNA != "":
		return figure.Cell{Absent: true, Text: feet.mark(r.rhoNA), Hint: label(r.c) + ": " + r.rhoNA}
	}
	return figure.Cell{Value: r.rho.Rho, Text: fixed2(r.rho.Rho) + stars(r.rho.P),
		Hint: fmt.Sprintf("%s: rho = %s, p = %s, N = %d", label(r.c), fixedN(r.rho.Rho, 4), probability(r.rho.P), r.used())}
}

// meansFigure is Figure 2b for one group: a panel a prompt and temperature, the
// values in the order of the benchmark's means.
func (a *analysis) meansFigure(g group) *figure.Drawing {
	order := a.valueOrder()
	f := figure.Profiles{Vertical: "mean " + a.averagedWord() + " score", Series: distinct(g.results, a.modelName)}
	for _, v := range order {
		f.Values = append(f.Values, a.d.Values[v].Code)
	}
	prompts, temps := promptNames(g.results), temperatures(g.results)
	f.Columns = min(3, len(temps))
	if len(temps) == 1 {
		f.Columns = min(2, len(prompts))
	}
	missing := map[string][]string{}
	var reasons []string
	intervals := false
	for _, p := range prompts {
		for _, t := range temps {
			panel, any := figure.ProfilePanel{Title: p + ", T = " + t}, false
			for _, m := range f.Series {
				r := a.find(g.results, m, p, t)
				any = any || r != nil
				var line figure.Line
				switch {
				case r == nil:
				case r.meansNA != "":
					if missing[r.meansNA] == nil {
						reasons = append(reasons, r.meansNA)
					}
					missing[r.meansNA] = append(missing[r.meansNA], m+" ("+panel.Title+")")
				default:
					line = a.meansLine(r, order)
					intervals = intervals || line.Low != nil
				}
				panel.Lines = append(panel.Lines, line)
			}
			if any {
				f.Panels = append(f.Panels, panel)
			}
		}
	}
	absent := ""
	for _, reason := range reasons {
		absent += fmt.Sprintf("Not available (NA): %s, because %s. ", strings.Join(missing[reason], ", "), reason)
	}
	f.Meta = a.meta(a.numbered("Figure 2b. ", "Means of the values in the order of the benchmark. "+g.title), g.results)
	if a.means == nil {
		f.Meta = a.meta(a.numbered("Figure 2b. ", "Means of the values. "+g.title), g.results)
	}
	bars := ""
	if intervals {
		bars = fmt.Sprintf("Upright bars are 95 %% bootstrap intervals, from %d resamples of sessions, seed %d.", a.opts.Bootstrap, a.opts.BootstrapSeed)
	}
	head := []string{a.legend(), strings.TrimSpace(absent), bars}
	if a.means != nil {
		f.ReferenceName = a.meansName() + " (benchmark)"
		if a.means.Kind == ingest.Theory {
			f.ReferenceName += " (not data)"
		}
		for _, v := range order {
			f.Reference = append(f.Reference, a.means.Means[v])
		}
		head = append(head, a.benchmarkNote(a.means))
	}
	f.Meta.Caption = slices.DeleteFunc(append(head, f.Meta.Caption...), func(s string) bool { return s == "" })
	return f.Draw()
}

// meansLine is the means of a condition with their intervals, if it has been
// resampled.
func (a *analysis) meansLine(r *result, order []int) figure.Line {
	var line figure.Line
	for _, v := range order {
		line.Y = append(line.Y, r.means[v])
		if iv, na := a.interval(r, v, r.means[v]); na == "" {
			line.Low, line.High = append(line.Low, iv.Low), append(line.High, iv.High)
		}
	}
	if len(line.Low) != len(line.Y) {
		line.Low, line.High = nil, nil
	}
	return line
}

// administrationPairs finds the cells that were asked in batch and in sequence.
func (a *analysis) administrationPairs() []comparison {
	return slices.DeleteFunc(a.comparisons(), func(c comparison) bool {
		return c.factor != "administration" || c.level1 != "batch" || c.level2 != "sequential"
	})
}

// administrationFigure is Figure 6: rho in batch and in sequence, and the test
// of their difference.
func (a *analysis) administrationFigure() *figure.Drawing {
	var feet footnotes
	grid := figure.Grid{RowKeys: append(append([]string{"model"}, a.d.Factors...), "prompt", "T"),
		Columns: []figure.Column{{Group: "Spearman's rho", Label: "batch"}, {Group: "Spearman's rho", Label: "sequential"},
			{Group: "batch minus sequential", Label: "difference"}, {Group: "batch minus sequential", Label: "Fisher's z"}, {Group: "batch minus sequential", Label: "p"}}}
	resampled := ""
	if a.resampling {
		grid.Columns = append(grid.Columns, figure.Column{Group: "batch minus sequential", Label: "95 % interval (approximate)"})
		resampled = fmt.Sprintf("The interval of the difference is by bootstrap, from %d resamples of sessions, seed %d.", a.opts.Bootstrap, a.opts.BootstrapSeed)
	}
	var shown []*result
	for _, p := range a.administrationPairs() {
		shown = append(shown, p.first, p.second)
		row := append([]string{a.modelName(p.first.c)}, p.first.c.Levels...)
		grid.Rows = append(grid.Rows, append(row, p.first.c.Prompt, tempOf(p.first.c)))
		cells := []figure.Cell{rhoCell(p.first, &feet), rhoCell(p.second, &feet)}
		grid.Cells = append(grid.Cells, append(cells, a.fisherCells(p, &feet)...))
	}
	return figure.HeatMap{Grids: []figure.Grid{grid}, Scale: "Spearman's rho",
		Meta: a.meta(a.numbered("Figure 6. ", "Rank correlation with the benchmark when all items are asked in one message (batch) and one at a time (sequential)"), shown,
			"z = (atanh rho of batch - atanh rho of sequential) / sqrt(2/(n - 3)), n = "+fmt.Sprint(len(a.d.Values))+" values, two-sided normal p. "+
				"Both rhos are of the same values with the same ranking, so they are not independent, as z presumes.",
			"The difference is batch minus sequential. "+unrounded, resampled, a.starsNote(), feet.caption(), a.benchmarkNote(a.means))}.Draw()
}

// fisherCells are the difference, z and p of a pair, and the interval of the
// difference if conditions have been resampled.
func (a *analysis) fisherCells(c comparison, feet *footnotes) []figure.Cell {
	plain := func(s string) figure.Cell { return figure.Cell{Plain: true, Text: s} }
	difference := a.compare(c, a.atRho())
	cells := []figure.Cell{{Empty: true}, {Empty: true}, {Empty: true}, {Empty: true}}
	if !a.resampling {
		cells = cells[:3]
	}
	if difference.estimateNA != "" {
		cells[0] = plain(feet.mark(difference.estimateNA))
		return cells
	}
	cells[0] = plain(signed(difference.estimate))
	if test, na := a.fisherOf(c); na != "" {
		cells[1] = plain(feet.mark(na))
	} else {
		cells[1], cells[2] = plain(signed(test.Z)), plain(probability(test.P))
	}
	switch {
	case !a.resampling:
	case difference.na != "":
		cells[3] = plain(feet.mark(difference.na))
	default:
		cells[3] = plain(signed(difference.Low) + " to " + signed(difference.High))
	}
	return cells
}

// signed prints a number with two decimals and a true minus sign.
func signed(x float64) string {
	s := fixed2(math.Abs(x))
	if x < 0 && strings.Trim(s, "0.") != "" {
		return "−" + s
	}
	return s
}
