package report

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/analysis/published"
)

// fairNote explains the column fair.
const fairNote = "Fair says whether ours and the printed number are of the same thing: the PVQ-RR by its name, a model that was asked, an N within a tenth of " +
	"the paper's 300, and for an SSD the correlations of people as benchmark. A level of the same name is taken to be the paper's; whether these are the people of the paper, the name of the benchmark must tell. Fair numbers still differ by chance, and the paper " +
	"names neither its scaling nor its correlations. Printed numbers stand as printed; errata.md has the errata."

// besideDocuments puts the paper's tables beside ours, each only where a
// condition of it is here.
func (a *analysis) besideDocuments() map[string]*document {
	docs := map[string]*document{}
	all := a.besides()
	of := func(table string) []beside {
		return slices.DeleteFunc(slices.Clone(all), func(b beside) bool { return b.table != table })
	}
	for _, n := range []string{"1", "5"} {
		if rows := of("Table " + n); len(rows) > 0 {
			docs["table"+n+"_beside_paper"] = a.besideSSDTable("Table "+n, rows)
		}
	}
	if rows := slices.DeleteFunc(slices.Clone(all), func(b beside) bool { return b.statistic == "ssd" }); len(rows) > 0 {
		docs["table2_4_beside_paper"] = a.besideMeansTable(rows)
	}
	return docs
}

// fairness numbers the reasons against a comparison for one document.
type fairness struct{ reasons []string }

// cell is yes, or no with the numbers of the reasons.
func (f *fairness) cell(unfair []string) string {
	if len(unfair) == 0 {
		return "yes"
	}
	numbers := make([]string, len(unfair))
	for i, why := range unfair {
		at := slices.Index(f.reasons, why)
		if at < 0 {
			at = len(f.reasons)
			f.reasons = append(f.reasons, why)
		}
		numbers[i] = fmt.Sprint(at + 1)
	}
	return "no: " + strings.Join(numbers, ", ")
}

// notes are the reasons in words.
func (f *fairness) notes() []string {
	out := []string{fairNote}
	for i, why := range f.reasons {
		out = append(out, fmt.Sprintf("Not fair, reason %d: %s.", i+1, why))
	}
	return out
}

// number prints one of the two, or NA with its reason.
func (d *document) number(x *float64, na string, print func(float64) string) string {
	if x == nil {
		return d.na(na)
	}
	return print(*x)
}

// besideSSDTable is Table 1 or 5 beside the paper's.
func (a *analysis) besideSSDTable(table string, rows []beside) *document {
	d := &document{title: table + ". SSD beside the printed one"}
	var fair fairness
	one := !slices.ContainsFunc(rows, func(b beside) bool { return withLevels(b.r) != "batch" })
	t := grid{fixed: 4, header: []string{"model", "T", "prompt", "administration", "ours", "printed", "difference", "erratum", "fair"}}
	for _, b := range rows {
		difference := ""
		if x := b.difference(); x != nil {
			difference = fixed2(*x)
		}
		t.rows = append(t.rows, []string{a.modelName(b.r.c), tempOf(b.r.c), b.r.c.Prompt, withLevels(b.r), d.number(b.ours, b.na, fixed2),
			d.number(b.printed, "the paper prints NA", fixed2), difference, b.erratum, fair.cell(b.unfair)})
	}
	if one { // every condition is batch, as in Table 1
		t = t.without(3)
	}
	t.write(&d.body)
	d.notes = append(append([]string{"The difference is ours minus printed. " + unrounded}, fair.notes()...), append(a.structureNotes(), a.scoringNote())...)
	a.besideCSV(d, rows)
	return d
}

// without is the grid without one of its fixed columns.
func (g grid) without(column int) grid {
	out := grid{fixed: g.fixed - 1, header: slices.Delete(slices.Clone(g.header), column, column+1)}
	for _, r := range g.rows {
		out.rows = append(out.rows, slices.Delete(slices.Clone(r), column, column+1))
	}
	return out
}

// withLevels is the administration and the levels of further factors.
func withLevels(r *result) string {
	return strings.Join(append([]string{r.c.Administration}, r.c.Levels...), ", ")
}

// besideMeansTable is Tables 2 to 4 beside the paper's: a line a condition, and
// below it every mean and rank.
func (a *analysis) besideMeansTable(rows []beside) *document {
	d := &document{title: "Tables 2-4. Means and ranks beside the printed ones"}
	var fair fairness
	over := grid{fixed: 3, header: []string{"model", "T", "prompt", "N", "rho ours", "rho printed", "mean distance", "fair"}}
	var details []func()
	for len(rows) > 0 {
		r := rows[0].r
		n := slices.IndexFunc(rows, func(b beside) bool { return b.r != r })
		if n < 0 {
			n = len(rows)
		}
		own := rows[:n]
		over.rows = append(over.rows, a.besideOverview(d, own, fair.cell(own[0].unfair)))
		details = append(details, func() { a.besideColumn(d, own) })
		a.besideCSV(d, own)
		rows = rows[n:]
	}
	over.write(&d.body)
	for _, f := range details {
		f()
	}
	d.notes = append(append([]string{"A cell is mean (rank). The difference is that of the means, ours minus printed. " + unrounded + " Values stand in the paper's order. " +
		"The mean distance is the mean absolute difference of the means. rho is Spearman's with the human medians, the printed one computed from the means as printed."}, fair.notes()...), a.scoringNote())
	return d
}

// besideOverview is the line of a condition.
func (a *analysis) besideOverview(d *document, own []beside, fair string) []string {
	r := own[0].r
	row := []string{a.modelName(r.c), tempOf(r.c), r.c.Prompt, fmt.Sprint(r.used())}
	if r.rhoNA != "" {
		row = append(row, d.na(r.rhoNA))
	} else {
		row = append(row, fixed2(r.rho.Rho))
	}
	cell, _ := printedCell(r.c) // it has one, or it would not be here
	printed, err := published.Rho(cell)
	if err != nil {
		row = append(row, d.na(err.Error()))
	} else {
		row = append(row, fixed2(printed.Rho))
	}
	means := slices.DeleteFunc(slices.Clone(own), func(b beside) bool { return b.statistic != "mean" })
	if x, ok := meanDistance(means); ok {
		return append(row, fixed2(x), fair)
	}
	return append(row, d.na(or(means[0].na, "a number is missing")), fair)
}

// besideColumn is one condition, a row a value.
func (a *analysis) besideColumn(d *document, own []beside) {
	r := own[0].r
	d.heading(fmt.Sprintf("%s, %s, temperature %s (%s)", a.modelName(r.c), r.c.Prompt, tempOf(r.c), own[0].table))
	t := grid{fixed: 1, header: []string{"value", "ours", "printed", "difference", "erratum"}}
	for i := 0; i+1 < len(own); i += 2 {
		m, k := own[i], own[i+1]
		row := []string{m.value, "", "", "", m.erratum}
		if m.ours == nil {
			row[1] = d.na(m.na)
		} else {
			row[1] = fixed2(*m.ours) + " (" + rankWord(*k.ours) + ")"
		}
		row[2] = d.number(m.printed, "the paper prints NA", func(x float64) string { return fixed2(x) + " (" + rankWord(*k.printed) + ")" })
		if x := m.difference(); x != nil {
			row[3] = fixed2(*x)
		}
		t.rows = append(t.rows, row)
	}
	t.write(&d.body)
}

// besideCSV adds a row a number.
func (a *analysis) besideCSV(d *document, rows []beside) {
	d.header = append(append(a.keyHeader(), "table", "statistic", "value", "ours", "printed", "difference", "erratum", "fair", "why_not_fair"), tailHeader()...)
	number := func(x *float64) string {
		if x == nil {
			return ""
		}
		return exact(*x)
	}
	for _, b := range rows {
		bench := a.structure
		if b.statistic != "ssd" {
			bench = nil // means and ranks are compared with the paper's alone
		}
		d.rows = append(d.rows, append(append(a.keyCells(b.r), b.table, b.statistic, b.value, number(b.ours), number(b.printed), number(b.difference()), b.erratum,
			fmt.Sprint(len(b.unfair) == 0), strings.Join(b.unfair, "; ")), tailCells(b.r, bench, b.na)...))
	}
}
