package mds_test

import (
	"math"
	"slices"
	"testing"

	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/procrustes"
	"circumplex.example/analysis/score"
	"gonum.org/v1/gonum/mat"
)

var kinds = map[string]mds.Dissimilarity{"one_minus_r": mds.OneMinusR, "sqrt_2_1mr": mds.SqrtTwoOneMinusR}

var levels = map[string]mds.Level{
	"torgerson": mds.Classical, "smacof_ratio": mds.Ratio,
	"smacof_interval": mds.Interval, "smacof_ordinal": mds.Ordinal,
}

// keptColumns returns the columns of the values that the reference kept.
func keptColumns(t *testing.T, kept []string) []int {
	t.Helper()
	var cols []int
	for _, v := range kept {
		cols = append(cols, slices.Index(reftest.Key(t).Values(), v))
	}
	return cols
}

// dissimilarities of a set's scores, and of the benchmark, on the values kept.
func dissimilarities(t *testing.T, x *score.Matrix, scoring string, kept []int, kind mds.Dissimilarity) (set, benchmark *mat.SymDense) {
	t.Helper()
	r, err := corr.Correlate(x.Cols(kept), corr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	full := reftest.Benchmark(t, scoring)
	b := mat.NewSymDense(len(kept), nil)
	for i, p := range kept {
		for j, q := range kept {
			b.SetSym(i, j, full.At(p, q))
		}
	}
	if set, err = mds.Dissimilarities(r.R, kind); err != nil {
		t.Fatal(err)
	}
	if benchmark, err = mds.Dissimilarities(b, kind); err != nil {
		t.Fatal(err)
	}
	return set, benchmark
}

func fit(t *testing.T, d mat.Symmetric, opts mds.Options) *mds.Result {
	t.Helper()
	res, err := mds.Fit(d, opts)
	if err != nil {
		t.Fatal(err)
	}
	if !res.Converged {
		t.Errorf("not converged after %d iterations", res.Iterations)
	}
	return res
}

// TestReference holds eigenvalues, stress, SSD and permutation p of all 64
// maps to numpy/scipy and R (cmdscale, smacof, vegan); the tolerances are
// those of the reference.
func TestReference(t *testing.T) {
	for _, set := range reftest.Sets() {
		want, scores := reftest.Expect(t, set), reftest.Scores(t, set)
		for scoring, part := range map[string]struct {
			x    *score.Matrix
			want reftest.Structure
		}{"raw": {scores.Raw, want.Raw}, "centred": {scores.Centred, want.Centred}} {
			kept := keptColumns(t, part.want.Kept)
			for kindName, maps := range part.want.MDS {
				d, benchmark := dissimilarities(t, part.x, scoring, kept, kinds[kindName])
				for levelName, m := range maps {
					t.Run(set+"/"+scoring+"/"+kindName+"/"+levelName, func(t *testing.T) {
						checkMap(t, d, benchmark, levels[levelName], m)
					})
				}
			}
		}
	}
}

func checkMap(t *testing.T, d, benchmark *mat.SymDense, level mds.Level, want reftest.Map) {
	if want.Comparable != nil && !*want.Comparable {
		t.Skip("the reference calls this cell not comparable")
	}
	got, bench := fit(t, d, mds.Options{Level: level}), fit(t, benchmark, mds.Options{Level: level})
	tolerance := 1e-4 // converged SSD
	if level == mds.Classical {
		tolerance = 1e-7
		checkEigenvalues(t, d, want.Eigenvalues)
	} else {
		reftest.Near(t, "Stress-1", got.Stress1, *want.Stress1, 1e-6)
		reftest.Near(t, "Stress-1 of the benchmark", bench.Stress1, *want.BenchmarkStress, 1e-6)
		if (*want.MinDisparity < 0) != (got.NegativeDisparities > 0) {
			t.Errorf("%d negative disparities, smallest %v, reference %v", got.NegativeDisparities, got.MinDisparity, *want.MinDisparity)
		}
	}
	test, err := procrustes.Protest(bench.Config, got.Config, 999, 1)
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, "SSD", test.SSD, want.SSD, tolerance)
	reftest.Near(t, "r", test.R, want.R, tolerance)
	// Monte Carlo: four standard errors of the reference's own 999.
	reftest.Near(t, "p", test.P, want.P, 4*math.Sqrt(want.P*(1-want.P)/999)+0.002)
}

func checkEigenvalues(t *testing.T, d mat.Symmetric, want []float64) {
	t.Helper()
	s, err := mds.Torgerson(d, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range want {
		reftest.Near(t, "eigenvalue", s.Eigenvalues[i], v, 1e-8)
	}
}
