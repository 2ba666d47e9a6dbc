package report

import (
	"fmt"
	"maps"
	"slices"

	"circumplex.example/analysis/ingest"
)

// documents makes the tables for readers, by file name.
func (a *analysis) documents() map[string][]byte {
	docs := map[string]*document{
		"table2_4_means": a.meansTable(), "uncertainty": a.uncertaintyTable(),
	}
	if a.means != nil {
		docs["spearman"] = a.spearmanTable()
	}
	if a.opts.NoCircle && len(a.d.Values) > 1 {
		docs["correlations"] = a.correlationTable()
	}
	maps.Copy(docs, a.qualityTables())
	maps.Copy(docs, a.besideDocuments())
	if len(a.comparisons()) > 0 {
		docs["differences"] = a.differenceTable()
	}
	if a.structure != nil {
		docs["table1_ssd"], docs["structure_fit"], docs["sensitivity"] = a.ssdTable(), a.fitTable(), a.sensitivityTable()
	}
	table5, figure6 := a.administrationTables()
	for name, d := range map[string]*document{"table5_batch_sequential": table5, "figure6_batch_sequential": figure6} {
		if d != nil {
			docs[name] = d
		}
	}
	if d := a.anchorTable(); d != nil {
		docs["anchor_shift"] = d
	}
	files := map[string][]byte{}
	for name, d := range docs {
		d.notes = append(d.notes, a.facts()...)
		files["tables/"+name+".md"] = d.markdown(a.banner())
		files["tables/"+name+".csv"] = d.csv()
		files["tables/"+name+".tex"] = d.latex(name, a.banner())
	}
	return files
}

// group is the conditions of one administration and one level of each further
// factor: what one grid shows.
type group struct {
	title   string
	results []*result
}

// groups splits the conditions, in their order.
func (a *analysis) groups() []group {
	var out []group
	for i := range a.results {
		r := &a.results[i]
		title := "Administration: " + r.c.Administration
		for k, l := range r.c.Levels {
			title += ", " + a.d.Factors[k] + ": " + l
		}
		at := slices.IndexFunc(out, func(g group) bool { return g.title == title })
		if at < 0 {
			at = len(out)
			out = append(out, group{title: title})
		}
		out[at].results = append(out[at].results, r)
	}
	return out
}

// distinct lists what of gives for the results, each once, in order.
func distinct(results []*result, of func(*ingest.Condition) string) []string {
	var out []string
	for _, r := range results {
		if s := of(r.c); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func promptOf(c *ingest.Condition) string { return c.Prompt }
func tempOf(c *ingest.Condition) string   { return c.TemperatureWord() }

// promptNames lists the prompts by name, as conditions are: the first model may have been
// asked only some of them.
func promptNames(results []*result) []string {
	return slices.Sorted(slices.Values(distinct(results, promptOf)))
}

// temperatures lists the temperatures from low to high.
func temperatures(results []*result) []string {
	sorted := slices.Clone(results)
	slices.SortStableFunc(sorted, func(x, y *result) int { return ingest.CompareTemperatures(x.c.Temperature, y.c.Temperature) })
	return distinct(sorted, tempOf)
}

// find is the result of a cell, or nil.
func (a *analysis) find(results []*result, model, prompt, temp string) *result {
	for _, r := range results {
		if a.modelName(r.c) == model && r.c.Prompt == prompt && tempOf(r.c) == temp {
			return r
		}
	}
	return nil
}

// byPrompt writes a grid with a row a model and temperature and a column a
// prompt for each group.
func (a *analysis) byPrompt(d *document, cell func(*result) string) {
	for _, g := range a.groups() {
		d.heading(g.title)
		t := grid{fixed: 2, header: append([]string{"model", "T"}, promptNames(g.results)...)}
		for _, model := range distinct(g.results, a.modelName) {
			for _, temp := range temperatures(g.results) {
				row, any := []string{model, temp}, false
				for _, prompt := range t.header[2:] {
					r := a.find(g.results, model, prompt, temp)
					if r == nil {
						row = append(row, "")
						continue
					}
					row, any = append(row, cell(r)), true
				}
				if any {
					t.rows = append(t.rows, row)
				}
			}
		}
		t.write(&d.body)
	}
}

// keyHeader and keyCells begin every row of a CSV.
func (a *analysis) keyHeader() []string {
	return append([]string{"model", "temperature", "prompt", "administration"}, a.d.Factors...)
}

func (a *analysis) keyCells(r *result) []string {
	temperature := "" // a missing number is an empty field
	if r.c.Temperature != nil {
		temperature = tempOf(r.c)
	}
	return append([]string{r.c.Model, temperature, r.c.Prompt, r.c.Administration}, r.c.Levels...)
}

// tailHeader and tailCells end every row of a CSV: N, benchmark, simulated.
func tailHeader() []string {
	return []string{"n_used", "n_dropped", "benchmark", "simulated", "na_reason"}
}

func tailCells(r *result, b *ingest.Benchmark, na string) []string {
	name := ""
	if b != nil {
		name = b.Kind + ": " + b.Name
	}
	return []string{fmt.Sprint(r.used()), fmt.Sprint(r.dropped()), name, fmt.Sprint(r.c.Simulated), na}
}

// ssdCell is an SSD, marked where random labels do as well.
func (d *document) ssdCell(r *result) string {
	if r.fitNA != "" {
		return d.na(r.fitNA)
	}
	s := fixed2(r.match.SSD)
	if r.test != nil && r.match.SSD >= r.test.Null.Q05 {
		s += "†"
	}
	return s
}

// ssdTable is Table 1 of the paper.
func (a *analysis) ssdTable() *document {
	d := &document{title: "Table 1. Match of the value structure with the benchmark: SSD (0 is a perfect match)"}
	a.byPrompt(d, d.ssdCell)
	d.header = append(append(a.keyHeader(), "ssd", "r", "p", "null_mean", "null_q05", "null_q01"), tailHeader()...)
	for i := range a.results {
		r := &a.results[i]
		row := append(a.keyCells(r), "", "", "", "", "", "")
		k := len(row) - 6
		if r.fitNA == "" {
			row[k], row[k+1] = exact(r.match.SSD), exact(r.match.R)
		}
		if t := r.test; t != nil {
			row[k+2], row[k+3], row[k+4], row[k+5] = exact(t.P), exact(t.Null.Mean), exact(t.Null.Q05), exact(t.Null.Q01)
		}
		d.rows = append(d.rows, append(row, tailCells(r, a.structure, r.fitNA)...))
	}
	d.notes = append(a.structureNotes(), a.nullNote(), a.scoringNote())
	return d
}

// spearmanTable is the rank correlation of the means, Figure 2a as a table.
func (a *analysis) spearmanTable() *document {
	d := &document{title: "Rank correlation of the value means with the benchmark: Spearman's rho"}
	a.byPrompt(d, func(r *result) string {
		if r.rhoNA != "" {
			return d.na(r.rhoNA)
		}
		return fixed2(r.rho.Rho) + stars(r.rho.P)
	})
	d.header = append(append(a.keyHeader(), "rho", "p", "values"), tailHeader()...)
	for i := range a.results {
		r := &a.results[i]
		ok := r.rhoNA == ""
		d.rows = append(d.rows, append(append(a.keyCells(r), exactOr(r.rho.Rho, ok), exactOr(r.rho.P, ok), fmt.Sprint(len(a.d.Values))), tailCells(r, a.means, r.rhoNA)...))
	}
	if a.means != nil {
		d.notes = append(d.notes, a.benchmarkNote(a.means))
	}
	d.notes = append(d.notes, fmt.Sprintf("Two-sided p of rho = 0, from t with %d - 2 degrees of freedom: * below .05, ** below .01, *** below .001. "+
		"The means are of %s scores.", len(a.d.Values), a.averagedWord()), a.scoringNote())
	return d
}
