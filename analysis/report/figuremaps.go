package report

import (
	"fmt"
	"math"
	"strings"

	"circumplex.example/analysis/figure"
	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/mds"
)

// mapFigure is Figure 3 for one condition: its map laid upon the benchmark's.
func (a *analysis) mapFigure(r *result) *figure.Drawing {
	f := a.overlay()
	m := a.mapOf(r)
	m.Title, m.Note = "", ""
	f.Panels = []figure.Map{m}
	f.Fitted = a.modelName(r.c)
	f.Meta = a.meta("Figure 3. Map of the values against the benchmark: "+conditionTitle(a, r), []*result{r}, append([]string{a.matchNote(r), a.readingNote()}, a.targetNotes()...)...)
	return f.Draw()
}

// mapsFigure is Figures 7-12 for one model: all its maps side by side.
func (a *analysis) mapsFigure(model string) *figure.Drawing {
	f := a.overlay()
	f.Fitted = model
	var own []*result
	groups := a.groups()
	for _, g := range groups {
		for _, r := range g.results {
			if a.modelName(r.c) == model {
				own = append(own, r)
			}
		}
	}
	var places []*result
	places, f.Columns = arrange(own, func(r *result) string { return r.c.Prompt })
	for _, r := range places {
		if r == nil {
			f.Panels = append(f.Panels, figure.Map{Empty: true})
			continue
		}
		m := a.mapOf(r)
		if len(groups) == 1 {
			m.Title = r.c.Prompt + ", T = " + tempOf(r.c)
		}
		f.Panels = append(f.Panels, m)
	}
	dagger := ""
	for _, r := range own {
		if r.fitNA == "" && r.test != nil && r.match.SSD >= r.test.Null.Q05 {
			dagger = "† is not below the 5 % point of random labels: it cannot be told from them."
		}
	}
	f.Meta = a.meta("Figures 7-12. "+model+": maps of the values against the benchmark", own,
		append([]string{a.readingNote(), strings.TrimSpace(a.nullOf(own) + " " + dagger)}, a.targetNotes()...)...)
	return f.Draw()
}

// conditionTitle names a condition in a title.
func conditionTitle(a *analysis, r *result) string {
	s := fmt.Sprintf("%s, %s, T = %s, %s", a.modelName(r.c), r.c.Prompt, tempOf(r.c), r.c.Administration)
	for k, l := range r.c.Levels {
		s += ", " + a.d.Factors[k] + ": " + l
	}
	return s
}

// overlay is what all maps share.
func (a *analysis) overlay() figure.Overlay {
	name := or(a.structure.Label, a.structure.Name)
	if !strings.Contains(strings.ToLower(name), a.structure.Kind) {
		name = a.structure.Kind + ": " + name
	}
	if a.structure.Kind == ingest.Theory {
		name = "theory, not data: " + a.structure.Name
	}
	return figure.Overlay{Benchmark: "benchmark (" + name + ")", Circle: a.structure.Kind == ingest.Theory}
}

// mapOf is the panel of a condition.
func (a *analysis) mapOf(r *result) figure.Map {
	m := figure.Map{Title: fmt.Sprintf("%s, T = %s, %s", r.c.Prompt, tempOf(r.c), strings.Join(append([]string{r.c.Administration}, r.c.Levels...), ", ")), Absent: r.fitNA}
	target := a.targets[a.printed()].config
	for v, value := range a.d.Values {
		p := figure.Pair{Label: value.Code, Name: value.Code + " " + value.Name, Benchmark: nowhere, Fitted: nowhere}
		if target != nil {
			p.Benchmark[0], p.Benchmark[1] = coordinate(target, v)
		}
		if r.fitNA == "" {
			p.Fitted[0], p.Fitted[1] = coordinate(r.match.Rotated, v)
		}
		m.Points = append(m.Points, p)
	}
	if r.fitNA != "" {
		return m
	}
	m.Note = fmt.Sprintf("SSD %s, r %s", fixed2(r.match.SSD), fixed2(r.match.R))
	if r.test != nil {
		if r.match.SSD >= r.test.Null.Q05 {
			m.Note = strings.Replace(m.Note, ",", "†,", 1)
		}
		m.Note += ", p " + equals(r.test.P)
	}
	m.Note += fmt.Sprintf(", N %d", r.used())
	return m
}

// nowhere is a point that is not drawn.
var nowhere = [2]float64{math.NaN(), math.NaN()}

// equals prints a p-value for a sentence: = .012 or < .001.
func equals(p float64) string {
	if s, ok := strings.CutPrefix(probability(p), "<"); ok {
		return "< " + s
	}
	return "= " + probability(p)
}

// matchNote is SSD, r, p and null of one condition.
func (a *analysis) matchNote(r *result) string {
	if r.fitNA != "" {
		return "Not available (NA): " + r.fitNA + ". The benchmark is shown alone."
	}
	s := fmt.Sprintf("SSD = %s (0 is a perfect match), r = %s", fixed2(r.match.SSD), fixed2(r.match.R))
	if t := r.test; t != nil {
		s += fmt.Sprintf(", p %s (%s permutations). Random labels: mean SSD %s, 5 %% point %s, 1 %% point %s",
			equals(t.P), thousands(t.Permutations), fixed2(t.Null.Mean), fixed2(t.Null.Q05), fixed2(t.Null.Q01))
		if r.match.SSD >= t.Null.Q05 {
			s += "; this SSD cannot be told from random labels"
		}
	} else {
		s += "; not tested against random labels"
	}
	if iv, na := a.interval(r, a.atSSD(), r.match.SSD); na == "" {
		word := ""
		if r.approximate("ssd") {
			word = ", approximate"
		}
		s += fmt.Sprintf(". 95 %% bootstrap interval of the SSD%s: %s to %s", word, fixed2(iv.Low), fixed2(iv.High))
	}
	s += ". Stress-1 = " + fixedN(r.fit.Stress1, 3)
	if n := r.fit.NegativeDisparities; n > 0 && a.opts.MDS == mds.Interval {
		s += fmt.Sprintf(", %d negative disparities (interval scaling without a constraint)", n)
	}
	return s + "."
}

// nullOf is the null of several conditions.
func (a *analysis) nullOf(results []*result) string {
	b := analysis{}
	for _, r := range results {
		b.results = append(b.results, *r)
	}
	return strings.TrimSuffix(strings.Split(b.nullNote(), " (averages")[0], ".") + "."
}

// readingNote says how to read a map.
func (a *analysis) readingNote() string {
	return fmt.Sprintf("Map of %s scores (%s correlations, %s scaling) after Procrustes; a line joins the two places of a value. Distances have a meaning, the axes have none.",
		scoresWord(a.opts.Centred), capital(a.opts.Correlation.String()), a.opts.MDS)
}

// targetNotes name the benchmark.
func (a *analysis) targetNotes() []string {
	s := a.benchmarkNote(a.structure)
	if a.structure.Kind == ingest.Theory {
		s += " " + notComparable
	}
	return []string{s}
}

// differing names a condition that has anchors by what differs between those.
func (a *analysis) differing(r *result) string {
	prompts, administrations := map[string]bool{}, map[string]bool{}
	for i := range a.results {
		if o := &a.results[i]; o.anchored {
			prompts[o.c.Prompt], administrations[o.c.Administration] = true, true
		}
	}
	s := a.modelName(r.c)
	if len(prompts) > 1 {
		s += ", " + r.c.Prompt
	}
	s += ", T = " + tempOf(r.c)
	if len(administrations) > 1 {
		s += ", " + r.c.Administration
	}
	for k, l := range r.c.Levels {
		s += ", " + a.d.Factors[k] + ": " + l
	}
	return s
}

// arrange gives every result a place in rows of panels: those of one word (a
// prompt, a model) stand side by side, and each administration begins a row. A
// nil is a place that stays empty.
func arrange(results []*result, word func(*result) string) (places []*result, columns int) {
	const most = 4
	section := func(r *result) string {
		return strings.Join(append([]string{r.c.Administration}, r.c.Levels...), "\x00")
	}
	longest, run := 1, 0
	for i, r := range results {
		if i > 0 && word(r) == word(results[i-1]) && section(r) == section(results[i-1]) {
			run++
		} else {
			run = 1
		}
		longest = max(longest, run)
	}
	unit := longest
	columns = most / unit * unit // so many whole units fit into a row
	if unit > most {
		unit, columns = 1, most
	}
	pad := func(n int) {
		for len(places)%n != 0 {
			places = append(places, nil)
		}
	}
	for i, r := range results {
		switch {
		case i == 0:
		case section(r) != section(results[i-1]):
			pad(columns)
		case word(r) != word(results[i-1]):
			pad(unit)
		}
		places = append(places, r)
	}
	return places, columns
}

// thousands prints a count with separators.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// anyAnchored tells whether some condition has anchors.
func (a *analysis) anyAnchored() bool {
	for i := range a.results {
		if a.results[i].anchored {
			return true
		}
	}
	return false
}

// shiftFigure is Figure 4: a panel a condition that has anchors.
func (a *analysis) shiftFigure() *figure.Drawing {
	f := figure.Shifts{Vertical: "mean centred score"}
	var shown []*result
	for _, g := range a.groups() {
		for _, r := range g.results {
			if r.anchored {
				shown = append(shown, r)
			}
		}
	}
	var places []*result
	places, f.Columns = arrange(shown, func(r *result) string { return a.modelName(r.c) })
	for _, r := range places {
		if r == nil {
			f.Panels = append(f.Panels, figure.ShiftPanel{Empty: true})
			continue
		}
		p := figure.ShiftPanel{Title: a.differing(r), Absent: r.curveNA}
		if r.curve != nil {
			p.Mean, p.Each = r.curve.Offset, r.curve.ByAnchor
		}
		if r.curveNA == "" {
			p.A, p.B, p.Phi = r.sine.A, r.sine.B, r.sine.Phi
			p.Note = fmt.Sprintf("a = %s, b = %s, φ = %s, R² = %s, N = %d", signed(r.sine.A), signed(r.sine.B), signed(r.sine.Phi), fixed2(r.sine.R2), r.curve.Used)
		}
		f.Panels = append(f.Panels, p)
	}
	f.Meta = a.meta("Figure 4. Anchor shift: mean score by offset round the circle from the anchored value", shown,
		"Prompt: "+strings.Join(promptNames(shown), ", ")+". N in a panel counts the sessions whose anchor is on the circle.",
		fmt.Sprintf("Fitted: a + b cos(2π offset/%d − φ), φ in radians: 0 is a peak at the anchored value itself. The circle is %q of the instrument. "+
			"Sessions whose anchor is no value of the instrument take no part.", len(a.d.Values), a.opts.AnchorCircle))
	return f.Draw()
}
