package bootstrap_test

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"runtime"
	"testing"

	"circumplex.example/analysis/bootstrap"
	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/procrustes"
	"circumplex.example/analysis/rank"
	"circumplex.example/analysis/score"
	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"
)

var update = flag.Bool("update", false, "rewrite coverage.csv from the coverage study")

// Size of the coverage study. Measured on two cores: see the package's data.
const (
	studyRuns      = 500
	studyResamples = 399
	population     = 200_000 // sessions that stand for an endless sample
)

// estimate computes means, rho and SSD of weighted sessions; start may be nil.
func estimate(sc *score.Scores, w []float64, target, start *mat.Dense, restarts int) (means []float64, rho, ssd float64, config *mat.Dense) {
	means, err := sc.Centred.Means(w)
	if err != nil {
		return nil, math.NaN(), math.NaN(), nil
	}
	rho, ssd = math.NaN(), math.NaN()
	if r, ok := rank.Rho(means, benchmarkMeans[:]); ok {
		rho = r
	}
	c, err := corr.Correlate(sc.Raw, corr.Options{Weights: w})
	if err != nil {
		return means, rho, ssd, nil
	}
	d, err := mds.Dissimilarities(c.R, mds.OneMinusR)
	if err != nil {
		return means, rho, ssd, nil
	}
	opts := mds.Options{Tolerance: 1e-9, Restarts: restarts}
	if start != nil {
		opts.Starts = []mat.Matrix{start}
	}
	fit, err := mds.Fit(d, opts)
	if err != nil {
		return means, rho, ssd, nil
	}
	if s, err := procrustes.SSD(target, fit.Config); err == nil {
		ssd = s
	}
	return means, rho, ssd, fit.Config
}

// outcome is one run: the estimates and the intervals by method.
type outcome struct {
	means    []float64
	rho, ssd float64
	mean     [simValues]bootstrap.Interval
	rhoBy    [4]bootstrap.Interval // percentile, reflected, symmetric, spanning
	ssdBy    [4]bootstrap.Interval
}

func oneRun(t *testing.T, s scenario, n int, seed uint64) outcome {
	sc, strata := s.sample(n, seed)
	target := circle()
	var o outcome
	var config *mat.Dense
	o.means, o.rho, o.ssd, config = estimate(sc, nil, target, nil, 3)
	d, err := bootstrap.NewDesign(n, strata, seed)
	if err != nil {
		t.Fatal(err)
	}
	x, err := d.Run(context.Background(), studyResamples, simValues+2, 1, func() bootstrap.Statistic {
		return func(w, out []float64) {
			m, rho, ssd, _ := estimate(sc, w, target, config, 0)
			copy(out, m)
			out[simValues], out[simValues+1] = rho, ssd
		}
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	keep := func(dst *bootstrap.Interval, iv bootstrap.Interval, err error) {
		if err != nil {
			t.Errorf("%s, N = %d, seed %d: %v", s.name, n, seed, err)
		}
		*dst = iv
	}
	for v := range simValues {
		mean, merr := bootstrap.Percentile(x[v], 0.95)
		keep(&o.mean[v], mean, merr)
	}
	iv, err := bootstrap.Percentile(x[simValues], 0.95)
	keep(&o.rhoBy[0], iv, err)
	iv, err = bootstrap.Reflected(o.rho, x[simValues], 0.95, bootstrap.FisherZ)
	keep(&o.rhoBy[1], iv, err)
	iv, err = bootstrap.Percentile(x[simValues+1], 0.95)
	keep(&o.ssdBy[0], iv, err)
	iv, err = bootstrap.Reflected(o.ssd, x[simValues+1], 0.95, bootstrap.Logit)
	keep(&o.ssdBy[1], iv, err)
	iv, err = bootstrap.Symmetric(o.rho, x[simValues], 0.95, bootstrap.FisherZ)
	keep(&o.rhoBy[2], iv, err)
	iv, err = bootstrap.Symmetric(o.ssd, x[simValues+1], 0.95, bootstrap.Logit)
	keep(&o.ssdBy[2], iv, err)
	iv, err = bootstrap.Spanning(o.rho, x[simValues], 0.95, bootstrap.FisherZ)
	keep(&o.rhoBy[3], iv, err)
	iv, err = bootstrap.Spanning(o.ssd, x[simValues+1], 0.95, bootstrap.Logit)
	keep(&o.ssdBy[3], iv, err)
	return o
}

// TestCoverageStudy measures how often the intervals contain the truth. It
// takes minutes: RUN_SLOW=1 go test ./analysis/bootstrap -run Coverage -timeout 2h -update
func TestCoverageStudy(t *testing.T) {
	if os.Getenv("RUN_SLOW") == "" {
		t.Skip("the coverage study takes minutes: RUN_SLOW=1 runs it")
	}
	rows := [][]string{bootstrap.CoverageColumns()}
	for k, s := range scenarios() {
		big, _ := s.sample(population, uint64(k))
		means, rho, ssd, _ := estimate(big, nil, circle(), nil, 20)
		if s.amplitude == 0 {
			ssd = math.NaN() // an endless sample has no structure to match
		}
		for _, n := range []int{60, 300} {
			out := make([]outcome, studyRuns)
			var g errgroup.Group
			g.SetLimit(runtime.GOMAXPROCS(0))
			for r := range out {
				g.Go(func() error {
					out[r] = oneRun(t, s, n, uint64(1000*(k+1)+r)<<16|uint64(n))
					return nil
				})
			}
			_ = g.Wait()
			rows = append(rows, summarise(t, s, n, out, means, rho, ssd)...)
		}
	}
	for _, r := range rows {
		t.Log(r)
	}
	if *update {
		f, err := os.Create("coverage.csv")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := csv.NewWriter(f).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
	}
}

// summarise makes the rows of one scenario and size.
func summarise(t *testing.T, s scenario, n int, out []outcome, means []float64, rho, ssd float64) [][]string {
	var rows [][]string
	add := func(statistic, method string, truth, average, bias, covered, expected, width float64) {
		f := func(x float64) string {
			if math.IsNaN(x) {
				return ""
			}
			return fmt.Sprintf("%.4f", x)
		}
		rows = append(rows, []string{s.name, fmt.Sprint(n), fmt.Sprint(s.anchored), fmt.Sprint(studyRuns), fmt.Sprint(studyResamples),
			statistic, method, f(truth), f(average), f(bias), f(covered), f(expected), f(width)})
	}
	runs := float64(len(out))
	total, width := 0.0, 0.0
	for v, truth := range means {
		covered := 0.0
		for _, o := range out {
			if o.mean[v].Low <= truth && truth <= o.mean[v].High {
				covered++
			}
			width += (o.mean[v].High - o.mean[v].Low) / runs / simValues
		}
		total += covered / runs / simValues
		// 500 runs have a standard error of 1 %, and there are 19 values.
		if c := covered / runs; c < 0.905 || c > 0.985 {
			t.Errorf("%s, N = %d, value %d: coverage %.3f of a mean", s.name, n, v, c)
		}
	}
	if total < 0.92 || total > 0.98 {
		t.Errorf("%s, N = %d: coverage %.3f of the means", s.name, n, total)
	}
	add("mean", "percentile", math.NaN(), math.NaN(), math.NaN(), total, math.NaN(), width)
	for m, method := range []string{"percentile", "reflected", "symmetric", "spanning"} {
		one := func(statistic string, truth float64, of func(o *outcome) (float64, bootstrap.Interval)) {
			var average, covered, expected, width float64
			for r := range out {
				x, iv := of(&out[r])
				average += x / runs
				width += (iv.High - iv.Low) / runs
			}
			for r := range out {
				_, iv := of(&out[r])
				if iv.Low <= truth && truth <= iv.High {
					covered += 1 / runs
				}
				if iv.Low <= average && average <= iv.High {
					expected += 1 / runs
				}
			}
			if math.IsNaN(truth) {
				covered = truth
			}
			add(statistic, method, truth, average, average-truth, covered, expected, width)
		}
		one("rho", rho, func(o *outcome) (float64, bootstrap.Interval) { return o.rho, o.rhoBy[m] })
		one("ssd", ssd, func(o *outcome) (float64, bootstrap.Interval) { return o.ssd, o.ssdBy[m] })
	}
	return rows
}

// With few sessions a sample is too like itself: intervals of means hold less than they
// say. score.Few is where they hold 90 %.
func TestCoverageOfMeansWithFewSessions(t *testing.T) {
	const runs = 200
	s := scenarios()[0]
	big, _ := s.sample(population/10, 1)
	truth, err := big.Centred.Means(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		n         int
		low, high float64
	}{{2, 0.45, 0.55}, {5, 0.81, 0.88}, {score.Few, 0.88, 0.93}} {
		held, total := 0, 0
		for r := range runs {
			sc, strata := s.sample(c.n, uint64(r)<<16|uint64(c.n))
			d, err := bootstrap.NewDesign(c.n, strata, uint64(r))
			if err != nil {
				t.Fatal(err)
			}
			x, err := d.Run(t.Context(), studyResamples, simValues, 1, func() bootstrap.Statistic {
				return func(w, out []float64) {
					if m, err := sc.Centred.Means(w); err == nil {
						copy(out, m)
					}
				}
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for v := range simValues {
				iv, err := bootstrap.Percentile(x[v], 0.95)
				if err != nil {
					t.Fatal(err)
				}
				total++
				if iv.Low <= truth[v] && truth[v] <= iv.High {
					held++
				}
			}
		}
		if share := float64(held) / float64(total); share < c.low || share > c.high {
			t.Errorf("N = %d: %.3f of the intervals hold the truth, want %v to %v", c.n, share, c.low, c.high)
		}
	}
}
