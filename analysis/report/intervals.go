package report

import (
	"fmt"
	"strings"

	"circumplex.example/analysis/bootstrap"
	"circumplex.example/analysis/tabular"
)

// uncertaintySchemas describe intervals, differences and split_half.
func uncertaintySchemas(key []tabular.Column) []tabular.Schema {
	table := func(name, doc string, columns ...tabular.Column) tabular.Schema {
		return tabular.Schema{Name: name, Doc: doc, Columns: append(key[:len(key):len(key)], columns...)}
	}
	statistic := []tabular.Column{
		col("statistic", tabular.String, "ssd, rho or mean (of the raw scores where the instrument claims no circle, else of the centred)"),
		null("value", tabular.String, "code of the value of a mean; null for ssd and rho"),
	}
	ends := []tabular.Column{
		null("low", tabular.Float64, "lower end of the interval"), null("high", tabular.Float64, "upper end of the interval"),
		null("se", tabular.Float64, "bootstrap standard error: standard deviation of the resamples"),
		null("bootstrap_mean", tabular.Float64, "mean of the resamples; minus the estimate it estimates the bias"),
		null("defined", tabular.Int32, "resamples in which the statistic is defined"),
		col("resamples", tabular.Int32, "resamples drawn"),
		col("level", tabular.Float64, "confidence level"),
		col("method", tabular.String, "percentile; or spanning: symmetric about the estimate, longer by its bias on the side where the bias leaves the truth"),
		col("approximate", tabular.Bool, "true where simulated intervals of this statistic held the truth in fewer than 90 % of the samples, for fewer than 10 sessions, and for differences of ssd and rho, whose coverage was not measured"),
	}
	intervals := append(append(statistic[:2:2], null("estimate", tabular.Float64, "the statistic as printed")), ends...)
	intervals = append(intervals, null("strata", tabular.String, "columns within whose levels sessions are resampled; null for simple resampling"), reason("the interval"))
	differences := append([]tabular.Column{
		col("factor", tabular.String, "the one factor in which the two conditions differ; the other columns are those of the first"),
		col("level_1", tabular.String, "its level in the first condition"), col("level_2", tabular.String, "its level in the second condition"),
		col("condition_id_2", tabular.String, "the second condition"),
	}, statistic...)
	differences = append(append(differences, null("difference", tabular.Float64, "statistic of the first minus that of the second")), ends...)
	differences = append(differences, col("pairing", tabular.String, "paired: the same replicates are drawn in both; else independent"),
		null("fisher_z", tabular.Float64, "Fisher's z of the two rhos; null for other statistics"), null("fisher_p", tabular.Float64, "its two-sided p"),
		reason("the interval"))
	return []tabular.Schema{
		table("intervals", "One row a condition and statistic: bootstrap intervals.", intervals...),
		table("differences", "One row a pair of conditions that differ in one factor, and statistic.", differences...),
		table("split_half", "One row a condition: SSD between the maps of two halves of its sessions.",
			null("n_half", tabular.Int32, "sessions in the larger half"), col("splits", tabular.Int32, "random splits, within strata"),
			null("defined", tabular.Int32, "splits in which both halves have a map"),
			null("ssd", tabular.Float64, "median SSD between the halves: a floor that data of half the size could reach"),
			null("ssd_q05", tabular.Float64, "5 % point over the splits"), null("ssd_q95", tabular.Float64, "95 % point over the splits"),
			reason("ssd")),
	}
}

// endsOf are the columns of an interval.
func (a *analysis) endsOf(iv bootstrap.Interval, na, statistic string, approximate bool) []any {
	row := []any{nil, nil, nil, nil, nil}
	if na == "" {
		row = []any{iv.Low, iv.High, iv.SE, iv.Mean, iv.Defined}
	}
	return append(row, a.resamples(), confidence, methodOf(statistic), approximate)
}

// resamples is how many resamples were drawn.
func (a *analysis) resamples() int {
	if !a.resampling {
		return 0
	}
	return a.opts.Bootstrap
}

func (a *analysis) writeIntervals(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		add := appender(w, r.c)
		for k := range len(a.d.Values) + 2 {
			statistic, value := a.statisticName(k)
			estimate, na := a.estimateOf(r, k)
			row := []any{statistic, value, present(estimate, na == "")}
			var iv bootstrap.Interval
			if na == "" {
				iv, na = a.interval(r, k, estimate)
			}
			add(append(append(row, a.endsOf(iv, na, statistic, r.approximate(statistic))...), orNull(r.resampled.strata), orNull(na))...)
		}
	}
}

func (a *analysis) writeDifferences(w *tabular.Writer) {
	for _, c := range a.comparisons() {
		add := appender(w, c.first.c)
		for k := range len(a.d.Values) + 2 {
			statistic, value := a.statisticName(k)
			x := a.compare(c, k)
			row := append([]any{c.factor, c.level1, c.level2, c.second.c.ID, statistic, value, present(x.estimate, x.estimateNA == "")},
				a.endsOf(x.Interval, x.na, statistic, c.approximate(statistic))...)
			row = append(row, c.pairing())
			if z, na := a.fisherOf(c); k == a.atRho() && na == "" {
				row = append(row, z.Z, z.P)
			} else {
				row = append(row, nil, nil)
			}
			add(append(row, orNull(x.na))...)
		}
	}
}

func (a *analysis) writeSplitHalf(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		h := r.resampled.half
		row := []any{nil, splits, nil, nil, nil, nil}
		if h.na == "" {
			row = []any{h.n, splits, h.defined, h.ssd, h.low, h.high}
		}
		appender(w, r.c)(append(row, orNull(h.na))...)
	}
}

// intervalCell prints an interval; ~ marks an approximate one.
func (d *document) intervalCell(iv bootstrap.Interval, na string, approximate bool) string {
	if na != "" {
		return d.na(na)
	}
	s := fixed2(iv.Low) + " to " + fixed2(iv.High)
	if approximate {
		s = "~ " + s
	}
	return s
}

// uncertaintyTable shows what is compared with a benchmark, with intervals; where
// nothing is, the means.
func (a *analysis) uncertaintyTable() *document {
	d := &document{title: "Uncertainty: SSD and rho with 95 % intervals, chance level and split half"}
	switch {
	case a.structure == nil && a.means == nil:
		d.title = fmt.Sprintf("Uncertainty: means of the %s value scores with 95 %% intervals", a.averagedWord())
		a.plainMeans(d)
		d.notes = []string{a.resampleNote(), a.coverageNote(), a.legend(), a.scoringNote()}
	case a.structure == nil:
		d.title = "Uncertainty: rho with 95 % intervals"
		a.rhoIntervals(d)
		d.notes = []string{a.resampleNote(), a.coverageNote(), "The intervals of the value means are in intervals.parquet.", a.benchmarkNote(a.means), a.scoringNote()}
	default:
		a.structureIntervals(d)
		d.notes = append([]string{a.resampleNote(), a.coverageNote(),
			fmt.Sprintf("Split half: median SSD between the maps of two random halves over %d splits; a floor that data of half the size could reach, not a ceiling. ", splits) +
				"The null is the 5 % point of the SSD of random labels. At best: the share of the starts that reach the lowest Stress-1; SSD over starts: the lowest and highest they lead to.",
			"The intervals of the value means are in intervals.parquet."}, append(a.structureNotes(), a.scoringNote())...)
	}
	a.uncertaintyCSV(d)
	return d
}

// rhoIntervals are the rhos with their intervals.
func (a *analysis) rhoIntervals(d *document) {
	a.sections(d, func(results []*result) {
		t := grid{fixed: 2, header: []string{"prompt", "T", "N", "strata", "rho", "95 % interval"}}
		for _, r := range results {
			row := []string{r.c.Prompt, tempOf(r.c), fmt.Sprint(r.used()), r.resampled.strata}
			t.rows = append(t.rows, append(row, d.estimateCells(a, r, a.atRho())...))
		}
		t.write(&d.body)
	})
}

// structureIntervals are SSD and rho with their intervals, chance level, split
// half and the behaviour of the map over its starts.
func (a *analysis) structureIntervals(d *document) {
	a.sections(d, func(results []*result) {
		t := grid{fixed: 2, header: []string{"prompt", "T", "N", "SSD", "95 % interval", "null 5 %", "split half (N/2)"}}
		u := grid{fixed: 2, header: []string{"prompt", "T", "strata", "rho", "95 % interval", "at best", "SSD over starts"}}
		for _, r := range results {
			key := []string{r.c.Prompt, tempOf(r.c)}[:2:2] // appending copies
			row := append(append(key, fmt.Sprint(r.used())), d.estimateCells(a, r, a.atSSD())...)
			var chance, half string
			if r.test != nil {
				chance = fixed2(r.test.Null.Q05)
			}
			if h := r.resampled.half; h.na != "" {
				half = d.na(h.na)
			} else {
				half = fmt.Sprintf("%s (%d)", fixed2(h.ssd), h.n)
			}
			t.rows = append(t.rows, append(row, chance, half))
			row = append(append(key, r.resampled.strata), d.estimateCells(a, r, a.atRho())...)
			if r.fitNA == "" {
				row = append(row, fmt.Sprintf("%s %% of %d", fixedN(100*r.fit.ShareAtBest(), 0), len(r.fit.Descents)), fixed2(r.ssdLow)+" to "+fixed2(r.ssdHigh))
			} else {
				row = append(row, "", "")
			}
			u.rows = append(u.rows, row)
		}
		t.write(&d.body)
		u.write(&d.body)
	})
}

// estimateCells are a statistic and its interval.
func (d *document) estimateCells(a *analysis, r *result, k int) []string {
	x, na := a.estimateOf(r, k)
	if na != "" {
		return []string{d.na(na), ""}
	}
	first := fixed2(x)
	if k == a.atSSD() {
		first = d.ssdCell(r)
	}
	iv, na := a.interval(r, k, x)
	statistic, _ := a.statisticName(k)
	return []string{first, d.intervalCell(iv, na, r.approximate(statistic))}
}

// uncertaintyCSV is a row a condition and statistic, the means among them.
func (a *analysis) uncertaintyCSV(d *document) {
	d.header = append(append(a.keyHeader(), "statistic", "value", "estimate", "low", "high", "se", "method", "approximate", "strata", "split_half_ssd"), tailHeader()...)
	for i := range a.results {
		r := &a.results[i]
		for k := range len(a.d.Values) + 2 {
			if k == a.atRho() && a.means == nil || k == a.atSSD() && a.structure == nil {
				continue
			}
			name, value := a.statisticName(k)
			x, na := a.estimateOf(r, k)
			row := append(a.keyCells(r), name, "", exactOr(x, na == ""))
			if value != nil {
				row[len(row)-2] = a.d.Values[k].Code
			}
			var iv bootstrap.Interval
			if na == "" {
				iv, na = a.interval(r, k, x)
			}
			half, bench := "", a.means
			if k == a.atSSD() {
				half, bench = exactOr(r.resampled.half.ssd, r.resampled.half.na == ""), a.structure
			}
			row = append(row, exactOr(iv.Low, na == ""), exactOr(iv.High, na == ""), exactOr(iv.SE, na == ""), methodOf(name), fmt.Sprint(r.approximate(name)), r.resampled.strata, half)
			d.rows = append(d.rows, append(row, tailCells(r, bench, na)...))
		}
	}
}

// resampleNote says how the intervals were made.
func (a *analysis) resampleNote() string {
	if !a.resampling {
		return "No intervals: no resamples were asked for. runner analyze makes them (option bootstrap)."
	}
	s := fmt.Sprintf("Intervals: 95 %%, from %d resamples of sessions, seed %d; value means by percentiles", a.opts.Bootstrap, a.opts.BootstrapSeed)
	switch {
	case a.structure != nil:
		s += ", SSD and rho symmetric about the estimate and longer by its bias on one side (on the logit and Fisher's z scale; differences as they are)."
	case a.means != nil:
		s += ", rho symmetric about the estimate and longer by its bias on one side (on Fisher's z scale; differences as they are)."
	default:
		s += "."
	}
	columns := map[string]bool{}
	for i := range a.results {
		if c := a.results[i].resampled.strata; c != "" {
			columns[c] = true
		}
	}
	if len(columns) > 0 {
		s += " Sessions are resampled within the levels of what the design fixes (column \"strata\"), m - 1 of m and reweighted (Rao and Wu 1988), and simply elsewhere."
	}
	if a.structure != nil {
		s += " Each resample's map starts from Torgerson's solution and from the printed map."
	}
	return s + " ~ is an approximate interval."
}

// coverageNote says what the intervals are worth, from the coverage study.
func (a *analysis) coverageNote() string {
	type span struct{ low, high, lowAverage, biasLow, biasHigh float64 }
	spans := map[string]span{}
	var runs, resamples int
	for _, c := range bootstrap.MeasuredCoverage() {
		if c.Method != methodOf(c.Statistic) {
			continue
		}
		runs, resamples = c.Runs, c.Resamples // the study has as many everywhere
		s, ok := spans[c.Statistic]
		if !ok {
			s = span{low: 1, lowAverage: 1}
		}
		if c.Covered != nil {
			s.low, s.high = min(s.low, *c.Covered), max(s.high, *c.Covered)
		}
		if c.CoveredAverage != nil {
			s.lowAverage = min(s.lowAverage, *c.CoveredAverage)
		}
		if c.Bias != nil {
			s.biasLow, s.biasHigh = min(s.biasLow, *c.Bias), max(s.biasHigh, *c.Bias)
		}
		spans[c.Statistic] = s
	}
	if len(spans) == 0 {
		return "The coverage of the intervals has not been measured."
	}
	percent := func(x float64) string { return fixedN(100*x, 0) + " %" }
	between := func(s span) string { return percent(s.low) + " to " + percent(s.high) }
	mean, rho, ssd := spans["mean"], spans["rho"], spans["ssd"]
	var b strings.Builder
	if a.structure == nil && a.means == nil {
		return fmt.Sprintf("Coverage: in simulated data (N = 60 and 300; %d samples of each, %d resamples) the 95 %% intervals of value means held the value of an endless sample in %s of the samples.",
			runs, resamples, between(mean))
	}
	fmt.Fprintf(&b, "Coverage: in simulated data of known structure (strong, weak and none, and strong with anchors; N = 60 and 300; %d samples of each, %d resamples) "+
		"the 95 %% intervals held the value of an endless sample in %s of the samples for value means, %s for rho and %s for SSD. ", runs, resamples, between(mean), between(rho), between(ssd))
	fmt.Fprintf(&b, "What a sample of that size gives on average was held in %s or more for rho and %s or more for SSD. ", percent(rho.lowAverage), percent(ssd.lowAverage))
	fmt.Fprintf(&b, "The estimates were biased by %s to %s (rho) and %s to %s (SSD).", fixed2(rho.biasLow), fixed2(rho.biasHigh), fixed2(ssd.biasLow), fixed2(ssd.biasHigh))
	var names []string
	for _, name := range []string{"rho", "ssd"} {
		if approximate(name) {
			names = append(names, map[string]string{"rho": "rho", "ssd": "SSD"}[name])
		}
	}
	if len(names) > 0 {
		b.WriteString(" Coverage was below 90 % in some scenario for " + strings.Join(names, " and ") + ": these intervals are approximate.")
	}
	return b.String()
}
