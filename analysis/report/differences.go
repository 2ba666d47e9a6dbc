package report

import (
	"fmt"
	"slices"

	"circumplex.example/analysis/bootstrap"
	"circumplex.example/analysis/fisher"
	"circumplex.example/analysis/ingest"
)

// comparison is two conditions that differ in one factor alone; the difference
// is first minus second.
type comparison struct {
	factor         string
	level1, level2 string
	first, second  *result
}

// difference is one statistic of a comparison.
type difference struct {
	estimate   float64
	estimateNA string
	bootstrap.Interval
	na string // why there is no interval
}

// levelsOf are the factors and the levels of a condition.
func (a *analysis) levelsOf(c *ingest.Condition) (factors, levels []string) {
	factors = append([]string{"model", "prompt", "temperature", "administration"}, a.d.Factors...)
	return factors, append([]string{c.Model, c.Prompt, tempOf(c), c.Administration}, c.Levels...)
}

// comparisons lists all pairs of conditions that differ in one factor, by
// factor; batch stands before sequential.
func (a *analysis) comparisons() []comparison {
	var out []comparison
	factors := append([]string{"model", "prompt", "temperature", "administration"}, a.d.Factors...)
	levels := make([][]string, len(a.results))
	for i := range a.results {
		_, levels[i] = a.levelsOf(a.results[i].c)
	}
	for f, factor := range factors {
		for i := range a.results {
			for j := i + 1; j < len(a.results); j++ {
				if !differOnly(levels[i], levels[j], f) {
					continue
				}
				c := comparison{factor, levels[i][f], levels[j][f], &a.results[i], &a.results[j]}
				if factor == "administration" && c.level1 == "sequential" && c.level2 == "batch" {
					c = comparison{factor, c.level2, c.level1, c.second, c.first}
				}
				out = append(out, c)
			}
		}
	}
	return out
}

// differOnly tells whether two lists differ in element f and in no other.
func differOnly(x, y []string, f int) bool {
	for k := range x {
		if (x[k] == y[k]) == (k == f) {
			return false
		}
	}
	return true
}

// paired tells whether both conditions were resampled alike.
func (c *comparison) paired() bool { return c.first.resampled.class == c.second.resampled.class }

// pairing is the word for it.
func (c *comparison) pairing() string {
	if c.paired() {
		return "paired"
	}
	return "independent"
}

// compare computes the difference of statistic k.
func (a *analysis) compare(c comparison, k int) difference {
	var d difference
	x, na := a.estimateOf(c.first, k)
	y, na2 := a.estimateOf(c.second, k)
	if d.estimateNA = firstReason(c, na, na2); d.estimateNA != "" {
		d.na = d.estimateNA
		return d
	}
	d.estimate = x - y
	if d.na = firstReason(c, c.first.resampled.na, c.second.resampled.na); d.na != "" {
		return d
	}
	diff := bootstrap.Differences(c.first.resampled.replicates[k], c.second.resampled.replicates[k])
	d.Interval, d.na = a.intervalOf(diff, k, d.estimate, false)
	return d
}

// firstReason is the reason of either condition, with its level unless both
// have the same.
func firstReason(c comparison, first, second string) string {
	switch {
	case first == second:
		return first
	case first != "":
		return c.level1 + ": " + first
	}
	return c.level2 + ": " + second
}

// fisherOf compares the two rhos by Fisher's z.
func (a *analysis) fisherOf(c comparison) (fisher.Test, string) {
	if na := firstReason(c, c.first.rhoNA, c.second.rhoNA); na != "" {
		return fisher.Test{}, na
	}
	t, err := fisher.Compare(c.first.rho.Rho, len(a.d.Values), c.second.rho.Rho, len(a.d.Values))
	if err != nil {
		return t, err.Error()
	}
	return t, ""
}

// administrationTables are Table 5 of the paper, the SSDs of both
// administrations, and the rhos of Figure 6; nil unless some cell was
// administered both ways.
func (a *analysis) administrationTables() (table5, figure6 *document) {
	pairs := slices.DeleteFunc(a.comparisons(), func(c comparison) bool {
		return c.factor != "administration" || c.level1 != "batch" || c.level2 != "sequential"
	})
	if len(pairs) == 0 {
		return nil, nil
	}
	if a.structure != nil {
		table5 = a.bothWays(pairs, a.atSSD())
		table5.title = "Table 5. SSD when all items are asked in one message (batch) and one at a time (sequential)"
		table5.notes = append(table5.notes, append(a.structureNotes(), a.nullNote(), a.scoringNote())...)
	}
	if a.means != nil {
		figure6 = a.bothWays(pairs, a.atRho())
		figure6.title = "Figure 6 as a table. Spearman's rho when all items are asked in one message (batch) and one at a time (sequential)"
		figure6.notes = append(figure6.notes, fmt.Sprintf("z is Fisher's comparison of two correlations of %d values, p two-sided. It presumes independent samples, but both rhos are of "+
			"the same values with the same benchmark: the bootstrapped difference beside it is the one to trust.", len(a.d.Values)), a.benchmarkNote(a.means), a.scoringNote())
	}
	return table5, figure6
}

// bothWays is a row a pair: both statistics, their difference and its interval.
func (a *analysis) bothWays(pairs []comparison, k int) *document {
	d := &document{}
	fixed := []string{"model", "T", "prompt"}
	t := grid{fixed: len(fixed) + len(a.d.Factors), header: append(append(fixed, a.d.Factors...), "batch", "sequential", "difference", "95 % interval", "pairing")}
	name, _ := a.statisticName(k)
	rho := k == a.atRho()
	if rho {
		t.header = append(t.header, "z", "p")
	}
	d.header = append(append(a.keyHeader(), name), tailHeader()...)
	d.header = append(d.header, "difference", "low", "high", "pairing", "fisher_z", "fisher_p", "interval_na_reason")
	for _, c := range pairs {
		x := a.compare(c, k)
		z, zNA := a.fisherOf(c)
		cell := func(r *result) string {
			if !rho {
				return d.ssdCell(r)
			}
			if r.rhoNA != "" {
				return d.na(r.rhoNA)
			}
			return fixed2(r.rho.Rho) + stars(r.rho.P)
		}
		row := append([]string{a.modelName(c.first.c), tempOf(c.first.c), c.first.c.Prompt}, c.first.c.Levels...)
		row = append(row, cell(c.first), cell(c.second), d.signed(x.estimate, x.estimateNA), d.intervalCell(x.Interval, x.na, c.approximate(name)), c.pairing())
		if rho && zNA == "" {
			row = append(row, fixed2(z.Z), probability(z.P))
		} else if rho {
			row = append(row, d.na(zNA), "")
		}
		t.rows = append(t.rows, row)
		for _, r := range []*result{c.first, c.second} {
			d.rows = append(d.rows, a.bothWaysCSV(c, r, k, x, z.Z, z.P, rho && zNA == ""))
		}
	}
	t.write(&d.body)
	d.notes = []string{"The difference is batch minus sequential. " + unrounded + " " + a.pairingNote(), a.resampleNote()}
	return d
}

// unrounded says why a difference may not be that of the numbers beside it.
const unrounded = "It is taken before rounding, so it may be 0.01 off the difference of the numbers as printed."

// bothWaysCSV is one condition of a pair; the numbers of the pair stand in both
// rows.
func (a *analysis) bothWaysCSV(c comparison, r *result, k int, x difference, z, p float64, tested bool) []string {
	v, na := a.estimateOf(r, k)
	bench := a.structure
	if k == a.atRho() {
		bench = a.means
	}
	row := append(append(a.keyCells(r), exactOr(v, na == "")), tailCells(r, bench, na)...)
	ok := x.na == ""
	return append(row, exactOr(x.estimate, x.estimateNA == ""), exactOr(x.Low, ok), exactOr(x.High, ok), c.pairing(),
		exactOr(z, tested), exactOr(p, tested), x.na)
}

// differenceTable shows the differences of rho and SSD, a grid a factor.
func (a *analysis) differenceTable() *document {
	d := &document{title: "Differences between conditions that differ in one factor"}
	all := a.comparisons()
	factors, _ := a.factorsOf(all)
	for _, factor := range factors {
		d.heading("Factor: " + factor)
		if a.structure == nil && a.means == nil {
			a.plainDifferences(d, factor, all)
			continue
		}
		a.comparedDifferences(d, factor, all)
	}
	d.header, d.rows = a.differenceCSV(all)
	what := "A difference is first minus second: of the SSDs, below 0 if the first is closer to the benchmark; of the rhos, above 0 if the first is. " + a.pairingNote() +
		" Differences of the value means are in differences.parquet."
	if a.structure == nil && a.means == nil {
		what = fmt.Sprintf("A difference is that of the means of the %s scores, first minus second. ", a.averagedWord()) + a.pairingNote()
	}
	d.notes = []string{what, a.resampleNote(),
		"So many intervals are not a test of all at once: of a hundred differences that are none, some five intervals miss 0."}
	return d
}

// comparedDifferences are the differences of what is compared with a benchmark.
func (a *analysis) comparedDifferences(d *document, factor string, all []comparison) {
	t := grid{fixed: 3, header: []string{"first", "second", "elsewhere"}}
	if a.structure != nil {
		t.header = append(t.header, "SSD", "SSD interval")
	}
	t.header = append(t.header, "rho", "rho interval", "pairing")
	for _, c := range all {
		if c.factor != factor {
			continue
		}
		row := []string{c.level1, c.level2, a.elsewhere(c)}
		if a.structure != nil {
			s := a.compare(c, a.atSSD())
			row = append(row, d.signed(s.estimate, s.estimateNA), d.intervalCell(s.Interval, s.na, c.approximate("ssd")))
		}
		r := a.compare(c, a.atRho())
		t.rows = append(t.rows, append(row, d.signed(r.estimate, r.estimateNA), d.intervalCell(r.Interval, r.na, c.approximate("rho")), c.pairing()))
	}
	t.write(&d.body)
}

// factorsOf lists the factors that occur, in order.
func (a *analysis) factorsOf(all []comparison) (factors []string, n int) {
	for _, c := range all {
		if !slices.Contains(factors, c.factor) {
			factors = append(factors, c.factor)
		}
	}
	return factors, len(all)
}

// elsewhere are the levels that both conditions share.
func (a *analysis) elsewhere(c comparison) string {
	factors, levels := a.levelsOf(c.first.c)
	s := ""
	for i, f := range factors {
		if f == c.factor {
			continue
		}
		if s != "" {
			s += ", "
		}
		if f == "temperature" {
			s += "T "
		}
		s += levels[i]
	}
	return s
}

// differenceCSV is a row a comparison and statistic: rho and SSD, or where
// nothing is compared with a benchmark the means.
func (a *analysis) differenceCSV(all []comparison) (header []string, rows [][]string) {
	header = append(append([]string{"factor", "level_1", "level_2"}, a.keyHeader()...), "statistic", "difference", "low", "high", "se", "pairing", "approximate", "na_reason")
	which := []int{a.atRho(), a.atSSD()}
	switch {
	case a.structure == nil && a.means == nil:
		which = which[:0]
		for v := range a.d.Values {
			which = append(which, v)
		}
	case a.structure == nil:
		which = which[:1]
	}
	for _, c := range all {
		for _, k := range which {
			x := a.compare(c, k)
			statistic, value := a.statisticName(k)
			name := statistic
			if value != nil {
				name += " " + a.d.Values[k].Code
			}
			ok := x.na == ""
			row := append([]string{c.factor, c.level1, c.level2}, a.keyCells(c.first)...)
			rows = append(rows, append(row, name, exactOr(x.estimate, x.estimateNA == ""), exactOr(x.Low, ok), exactOr(x.High, ok), exactOr(x.SE, ok),
				c.pairing(), fmt.Sprint(c.approximate(statistic)), x.na))
		}
	}
	return header, rows
}

// signed is a difference with its sign.
func (d *document) signed(x float64, na string) string {
	if na != "" {
		return d.na(na)
	}
	s := fixed2(x)
	if s[0] != '-' && s != "0.00" {
		s = "+" + s
	}
	return s
}

// pairingNote says which differences are paired.
func (a *analysis) pairingNote() string {
	return "Paired: the personas of both conditions are identical replicate by replicate, and the same replicates are drawn in both; otherwise the two are resampled independently."
}
