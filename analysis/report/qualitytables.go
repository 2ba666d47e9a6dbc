package report

import (
	"fmt"
	"slices"

	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/score"
)

// qualityTables are the data quality for readers.
func (a *analysis) qualityTables() map[string]*document {
	all := a.quality
	return map[string]*document{"data_quality": a.qualityTable(all), "missing_by_item": a.itemTable(all),
		"variance": a.varianceTable(), "cronbach_alpha": a.alphaTable(), "served_models": a.servedTable()}
}

// flat tells whether a variance counts as none.
func flat(variance float64) bool { return variance < corr.NoVarianceSD*corr.NoVarianceSD }

// qualityTable shows how many sessions and answers there are, and what became
// of the others.
func (a *analysis) qualityTable(all []quality) *document {
	d := &document{title: "Data quality: sessions planned, complete, used and left out; answers by status"}
	seen := a.statusesSeen()
	a.sections(d, func(results []*result) {
		t := grid{fixed: 2, header: []string{"prompt", "T", "planned", "complete", "partial", "used", "no answer", "too few", "value unanswered"}}
		u := grid{fixed: 2, header: []string{"prompt", "T", "refused", "unparseable", "re-asked", "missing"}}
		v := grid{fixed: 2, header: []string{"prompt", "T", "straight-lining", "distinct", "repeated", "most frequent"}}
		s := grid{fixed: 2, header: []string{"prompt", "T"}}
		for _, k := range seen {
			s.header = append(s.header, k.String())
		}
		for _, r := range results {
			i := a.indexOf(r)
			q := &all[i]
			row := []string{r.c.Prompt, tempOf(r.c)}[:2:2] // appending copies
			t.rows = append(t.rows, append(row, numbers(r.c.Planned, r.c.Complete, q.byStatus["partial"], r.used(), r.scores.DroppedFor(score.NoAnswer),
				r.scores.DroppedFor(score.TooFewAnswers), r.scores.DroppedFor(score.ValueMissing))...))
			u.rows = append(u.rows, append(row, a.careCells(r, q, i)...))
			v.rows = append(v.rows, append(row, numbers(q.straight, q.distinct, q.repeated, q.most)...))
			for _, k := range seen {
				row = append(row, fmt.Sprint(r.c.Statuses[k]))
			}
			s.rows = append(s.rows, row)
		}
		for _, g := range []struct {
			title string
			grid  *grid
		}{{"Sessions", &t}, {"Refused and missing", &u}, {"Alike", &v}, {"Answers by status", &s}} {
			d.subheading(g.title)
			g.grid.write(&d.body)
		}
	})
	a.qualityCSV(d, all)
	d.notes = append([]string{"Sessions: \"no answer\", \"too few\" and \"value unanswered\" are those left out of every statistic.",
		"Refused and missing: sessions with an answer refused or unreadable, those in which a reply was asked for again (\"-\": completions.parquet is not there), the share of items " +
			"unanswered in the sessions that have a reply (! where it stands out, see below).",
		"Alike: sessions whose answers are all alike, and among the sessions used: different answer vectors, sessions that " +
			"share their vector with another, and sessions with the most frequent one. At temperature 0 identical requests give near-copies; below 10 % distinct no interval is printed.",
		"Answers by status: ok is the only one with a response. A grid that is too wide goes on below, with the same first columns."}, a.missingNotes(all)...)
	d.notes = append(append(append(d.notes, a.servedNotes()...), a.driftNotes()...), a.scoringNote())
	return d
}

// indexOf is the place of a result.
func (a *analysis) indexOf(r *result) int {
	return slices.IndexFunc(a.results, func(o result) bool { return o.c == r.c })
}

// careCells are the cells of the second grid after prompt and temperature.
func (a *analysis) careCells(r *result, q *quality, i int) []string {
	again, share := "-", fixedN(100*q.missingShare(), 1)+" %"
	if a.replies != nil {
		again = fmt.Sprint(a.replies[i].ReAsked)
	}
	if q.flagged != "" {
		share += "!"
	}
	return append(numbers(r.c.Sessions[ingest.Refusal], r.c.Sessions[ingest.Unparseable]), again, share)
}

// qualityCSV is a row a condition.
func (a *analysis) qualityCSV(d *document, all []quality) {
	d.header = append(append(a.keyHeader(), "planned", "complete", "partial", "used", "no_answer", "too_few", "value_unanswered", "refused", "unparseable", "re_asked",
		"missing_share", "straight_lining", "distinct", "repeated", "most_frequent"), ingest.Statuses()...)
	d.header = append(d.header, "missing_flag", "models_served", "fingerprints", "drift", "served_unexpected", "params_skipped", "simulated")
	for i := range a.results {
		r, q := &a.results[i], &all[i]
		row := append(a.keyCells(r), numbers(r.c.Planned, r.c.Complete, q.byStatus["partial"], r.used(), r.scores.DroppedFor(score.NoAnswer),
			r.scores.DroppedFor(score.TooFewAnswers), r.scores.DroppedFor(score.ValueMissing), r.c.Sessions[ingest.Refusal], r.c.Sessions[ingest.Unparseable])...)
		again, served := "", []string{"", "", "", ""}
		if a.replies != nil {
			x := &a.replies[i]
			again, served = fmt.Sprint(x.ReAsked), []string{tally(x.Models()), tally(x.Fingerprints()), drift(x), unexpected(r.c, x)}
		}
		row = append(append(row, again, exact(q.missingShare())), numbers(q.straight, q.distinct, q.repeated, q.most)...)
		row = append(append(row, numbers(r.c.Statuses[:]...)...), q.flagged)
		row = append(append(row, served...), r.c.ParamsSkipped, fmt.Sprint(r.c.Simulated))
		d.rows = append(d.rows, row)
	}
}

// missingNotes name the conditions whose missingness stands out.
func (a *analysis) missingNotes(all []quality) []string {
	var out []string
	for i, q := range all {
		if q.flagged != "" {
			out = append(out, "! "+label(a.results[i].c)+": "+q.flagged+".")
		}
	}
	rule := "Unequal missingness: a condition is flagged where the share of its sessions with an item unanswered differs from that of all others by 5 points or more with p < .001 (z of two proportions). "
	if len(out) == 0 {
		return []string{rule + "None is."}
	}
	return append([]string{rule + fmt.Sprintf("Flagged (!): %d of %d. What is left out may differ from what is kept, so compare these with care.", len(out), len(all))}, out...)
}

// servedNotes say what answered, by the model that was asked.
func (a *analysis) servedNotes() []string {
	if a.replies == nil {
		return []string{"Served models and fingerprints: completions.parquet is not there."}
	}
	var out []string
	var models []string
	served, prints := map[string]map[string]int{}, map[string]map[string]int{}
	for i := range a.results {
		m := a.results[i].c.Model
		if served[m] == nil {
			models = append(models, m)
			served[m], prints[m] = map[string]int{}, map[string]int{}
		}
		for k, n := range a.replies[i].Models() {
			served[m][k] += n
		}
		for k, n := range a.replies[i].Fingerprints() {
			prints[m][k] += n
		}
	}
	for _, m := range models {
		if len(served[m]) > 0 {
			out = append(out, fmt.Sprintf("%s was served by: %s; fingerprints: %s.", m, tally(served[m]), tally(prints[m])))
		}
	}
	return out
}

// itemTable shows the unanswered items, a grid a model and administration.
func (a *analysis) itemTable(all []quality) *document {
	d := &document{title: "Missing by item: sessions without a valid answer, of those that have a reply"}
	a.sections(d, func(results []*result) {
		t := grid{fixed: 2, header: []string{"item", "value"}}
		for _, r := range results {
			t.header = append(t.header, fmt.Sprintf("%s %s (of %d)", r.c.Prompt, tempOf(r.c), all[a.indexOf(r)].asked))
		}
		for j, it := range a.d.Items {
			row, some := []string{fmt.Sprint(it.Number), a.d.Values[it.Value].Code}, false
			for _, r := range results {
				n := all[a.indexOf(r)].missing[j]
				row, some = append(row, fmt.Sprint(n)), some || n > 0
			}
			if some {
				t.rows = append(t.rows, row)
			}
		}
		if len(t.rows) == 0 {
			d.body.WriteString("\nNo item is missing.\n")
			return
		}
		t.write(&d.body)
	})
	d.header = append(a.keyHeader(), "item", "value", "asked", "missing")
	for i := range a.results {
		for j, it := range a.d.Items {
			d.rows = append(d.rows, append(a.keyCells(&a.results[i]), fmt.Sprint(it.Number), a.d.Values[it.Value].Code, fmt.Sprint(all[i].asked), fmt.Sprint(all[i].missing[j])))
		}
	}
	d.notes = []string{"Items that every session of a grid answered are not shown; missing_by_item.csv has them."}
	return d
}

// byValue writes a grid a model: a row a value, a column a condition.
func (a *analysis) byValue(d *document, cell func(r *result, v int) string) {
	a.sections(d, func(results []*result) {
		t := grid{fixed: 1, header: []string{"value"}}
		for _, r := range results {
			t.header = append(t.header, r.c.Prompt+" "+tempOf(r.c))
		}
		for v, value := range a.d.Values {
			row := []string{value.Code}
			for _, r := range results {
				row = append(row, cell(r, v))
			}
			t.rows = append(t.rows, row)
		}
		t.write(&d.body)
	})
}

// varianceTable shows the variance of the raw scores; a value without one makes
// the structure of its condition NA, and its cell says so.
func (a *analysis) varianceTable() *document {
	d := &document{title: "Variance of the raw value scores"}
	a.byValue(d, func(r *result, v int) string {
		x, na := a.varianceOf(r, v)
		switch {
		case na != "":
			return d.na(na)
		case flat(x):
			return d.na("no variance (standard deviation below 1e-12): the value has no correlation, so the structure of the whole condition is NA")
		}
		return fixed2(x)
	})
	d.header = append(a.keyHeader(), "value", "n", "variance_raw", "no_variance", "na_reason")
	for i := range a.results {
		r := &a.results[i]
		for v, value := range a.d.Values {
			x, na := a.varianceOf(r, v)
			d.rows = append(d.rows, append(a.keyCells(r), value.Code, fmt.Sprint(r.raw[v].N), exactOr(x, na == ""), fmt.Sprint(na == "" && flat(x)), na))
		}
	}
	d.notes = []string{"Divisor n - 1, over the sessions used.", a.scoringNote()}
	return d
}

// numbers prints counts.
func numbers(n ...int) []string {
	out := make([]string, len(n))
	for i, v := range n {
		out[i] = fmt.Sprint(v)
	}
	return out
}

// statusesSeen are the statuses that occur, ok always among them.
func (a *analysis) statusesSeen() []ingest.Status {
	out := []ingest.Status{ingest.OK}
	for k := ingest.OK + 1; k < ingest.StatusCount; k++ {
		for i := range a.results {
			if a.results[i].c.Statuses[k] > 0 {
				out = append(out, k)
				break
			}
		}
	}
	return out
}
