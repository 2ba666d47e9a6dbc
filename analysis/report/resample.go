package report

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"circumplex.example/analysis/bootstrap"
	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/procrustes"
	"circumplex.example/analysis/rank"
	"circumplex.example/analysis/score"
	"gonum.org/v1/gonum/mat"
)

// Constants of the uncertainty that is printed.
const (
	confidence   = 0.95
	splits       = 100
	minDistinct  = 0.1  // share of distinct answer vectors below which nothing is resampled
	fitTolerance = 1e-9 // of the map of a resample
	notAsked     = "no resamples were asked for"
)

// resampled is what is known of the sampling error of one condition.
type resampled struct {
	na string // why there is no interval at all; empty if there are replicates
	// replicates are the resamples of each statistic: the means in the order of
	// the values, rho, SSD.
	replicates [][]float64
	strata     string // columns, joined by commas; empty for simple resampling
	class      string // conditions of one class share their resamples
	half       splitHalf
}

// splitHalf is the SSD between the maps of two halves of a condition.
type splitHalf struct {
	n       int // sessions in the larger half
	ssd     float64
	defined int
	low     float64 // 5 % and 95 % points over the splits
	high    float64
	na      string
}

// The places of rho and SSD among the replicates.
func (a *analysis) atRho() int { return len(a.d.Values) }
func (a *analysis) atSSD() int { return len(a.d.Values) + 1 }

// resample bootstraps every condition. The conditions of one class are
// resampled alike. Work within a condition is parallel, so that progress is
// even and memory small.
func (a *analysis) resample(ctx context.Context, progress func(done, total int)) error {
	plans := a.plan()
	for i := range a.results {
		a.results[i].resampled = resampled{na: notAsked, class: plans[i].class, half: splitHalf{na: notAsked}}
	}
	if !a.resampling {
		return nil
	}
	total := 0
	for _, p := range plans {
		total += p.work(a.opts.Bootstrap)
	}
	var mu sync.Mutex
	done := 0
	step := func(n int) {
		if progress == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		done += n
		progress(done, total)
	}
	for i, p := range plans {
		r := &a.results[i]
		r.resampled.na, r.resampled.strata = p.na, p.columns
		if p.na == "" {
			x, err := p.design.Run(ctx, a.opts.Bootstrap, len(a.d.Values)+2, 0, func() bootstrap.Statistic { return a.statistic(r, p) }, step)
			if err != nil {
				return err
			}
			r.resampled.replicates = x
		}
		if err := a.splitHalves(ctx, r, p, step); err != nil {
			return err
		}
	}
	return nil
}

// statistic computes means, rho and SSD of weighted units.
func (a *analysis) statistic(r *result, p *plan) bootstrap.Statistic {
	w := make([]float64, r.used())
	return func(units, out []float64) {
		for i := range out {
			out[i] = math.NaN()
		}
		for i, u := range p.unit {
			w[i] = units[u]
		}
		scores, _ := a.averaged(r)
		means, err := scores.Means(w)
		if err != nil {
			return
		}
		copy(out, means)
		if r.rhoNA == "" {
			if rho, ok := rank.Rho(means, a.means.Means); ok {
				out[a.atRho()] = rho
			}
		}
		if r.fitNA == "" {
			out[a.atSSD()] = a.resampledSSD(r, w, p)
		}
	}
}

// resampledSSD is the SSD of a resample, NaN where it has none.
func (a *analysis) resampledSSD(r *result, w []float64, p *plan) float64 {
	x, opts := r.scores.Raw, corr.Options{Method: a.opts.Correlation, Missing: a.opts.Missing, Weights: w}
	if a.opts.Centred {
		x = r.scores.Centred
	}
	if a.opts.Centred || a.opts.Correlation == corr.Spearman {
		rows := repeated(w, p.each)
		if a.opts.Centred && len(corr.NoVariance(r.scores.Raw.Rows(rows))) > 0 {
			return math.NaN()
		}
		if a.opts.Correlation == corr.Spearman { // takes no weights; these are equal, see plan
			x, opts.Weights = x.Rows(rows), nil
		}
	}
	config := a.redraw(x, opts, r.fit.Config)
	if config == nil {
		return math.NaN()
	}
	ssd, err := procrustes.SSD(a.targets[a.printed()].config, config)
	if err != nil {
		return math.NaN()
	}
	return ssd
}

// repeated lists the rows that were drawn, each as often as it was.
func repeated(w []float64, each float64) []int {
	var rows []int
	for i, v := range w {
		for range int(math.Round(v / each)) {
			rows = append(rows, i)
		}
	}
	return rows
}

// redraw makes the map of a resample, from the Torgerson start and from the
// printed configuration; nil if it has none.
func (a *analysis) redraw(x *score.Matrix, opts corr.Options, start *mat.Dense) *mat.Dense {
	c, err := corr.Correlate(x, opts)
	if err != nil {
		return nil
	}
	e := a.printed()
	d, err := mds.Dissimilarities(c.R, e.kind)
	if err != nil {
		return nil
	}
	fit, err := mds.Fit(d, mds.Options{Level: e.level, Tolerance: fitTolerance, Starts: []mat.Matrix{start}})
	if err != nil {
		return nil
	}
	return fit.Config
}

// splitHalves compares the maps of random halves of a condition.
func (a *analysis) splitHalves(ctx context.Context, r *result, p *plan, step func(int)) error {
	h := &r.resampled.half
	h.na = p.halfNA
	if h.na == "" {
		h.na = r.fitNA
	}
	if h.na != "" {
		return nil
	}
	x := r.scores.Raw
	if a.opts.Centred {
		x = r.scores.Centred
	}
	opts := corr.Options{Method: a.opts.Correlation, Missing: a.opts.Missing}
	ssd := make([]float64, splits)
	err := parallel(ctx, splits, func(i int) {
		first, second := bootstrap.Halves(r.used(), p.labels, bootstrap.MixSeed(a.opts.BootstrapSeed, "halves", r.c.ID), i)
		ssd[i] = math.NaN()
		one, two := a.redraw(x.Rows(first), opts, r.fit.Config), a.redraw(x.Rows(second), opts, r.fit.Config)
		if one != nil && two != nil {
			if s, err := procrustes.SSD(one, two); err == nil {
				ssd[i] = s
			}
		}
		step(1)
	})
	if err != nil {
		return err
	}
	h.n = (r.used() + 1) / 2
	iv, err := bootstrap.Percentile(ssd, 0.9)
	if h.defined = iv.Defined; err != nil {
		h.na = fmt.Sprintf("the halves have maps in %d of %d splits only", iv.Defined, splits)
		return nil
	}
	h.ssd, _ = bootstrap.Median(ssd)
	h.low, h.high = iv.Low, iv.High
	return nil
}

// interval is the interval of statistic k of a condition: percentiles for a
// mean, spanning for rho and SSD.
func (a *analysis) interval(r *result, k int, estimate float64) (bootstrap.Interval, string) {
	if r.resampled.na != "" {
		return bootstrap.Interval{}, r.resampled.na
	}
	return a.intervalOf(r.resampled.replicates[k], k, estimate, true)
}

// intervalOf makes an interval of replicates; bounded statistics have scales.
func (a *analysis) intervalOf(x []float64, k int, estimate float64, scaled bool) (bootstrap.Interval, string) {
	scale := bootstrap.Identity
	if scaled {
		scale = map[int]bootstrap.Scale{a.atRho(): bootstrap.FisherZ, a.atSSD(): bootstrap.Logit}[k]
	}
	var iv bootstrap.Interval
	var err error
	if k < a.atRho() {
		iv, err = bootstrap.Percentile(x, confidence)
	} else {
		iv, err = bootstrap.Spanning(estimate, x, confidence, scale)
	}
	if err != nil {
		return iv, err.Error()
	}
	return iv, ""
}

// estimateOf is the printed statistic k of a condition, or why it has none.
func (a *analysis) estimateOf(r *result, k int) (float64, string) {
	switch {
	case k == a.atRho():
		return r.rho.Rho, r.rhoNA
	case k == a.atSSD():
		if r.fitNA != "" {
			return 0, r.fitNA
		}
		return r.match.SSD, ""
	case r.meansNA != "":
		return 0, r.meansNA
	}
	return r.means[k], ""
}

// statisticName names statistic k, and its value if it is a mean.
func (a *analysis) statisticName(k int) (statistic string, value any) {
	switch k {
	case a.atRho():
		return "rho", nil
	case a.atSSD():
		return "ssd", nil
	}
	return "mean", a.d.Values[k].Code
}

// methodOf is the kind of interval of a statistic.
func methodOf(statistic string) string {
	if statistic == "mean" {
		return "percentile"
	}
	return "spanning"
}

// approximate tells whether a condition's interval of a statistic is approximate:
// that of means is with few sessions. Of the settings of the coverage study it held
// the truth in 50 % of the samples of 2 sessions, 74 of 3, 85 of 5, 90 of 10.
func (r *result) approximate(statistic string) bool {
	return approximate(statistic) || r.used() < score.Few
}

// approximate tells the same of the difference of a statistic between two
// conditions: only that of means is known to be good enough.
func (c *comparison) approximate(statistic string) bool {
	return statistic != "mean" || c.first.used() < score.Few || c.second.used() < score.Few
}

// approximate tells whether the interval of a statistic held the truth in less
// than 90 % of the simulated samples of some scenario.
func approximate(statistic string) bool {
	return slices.ContainsFunc(bootstrap.MeasuredCoverage(), func(c bootstrap.Coverage) bool {
		return c.Statistic == statistic && c.Method == methodOf(statistic) && c.Covered != nil && *c.Covered < 0.9
	})
}
