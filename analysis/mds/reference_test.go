package mds_test

import (
	"math"
	"slices"
	"testing"

	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/fisher"
	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/procrustes"
	"circumplex.example/analysis/rank"
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
	// The map itself, which is defined up to rotation, reflection and scale.
	canonical := mat.NewDense(len(want.Config), 2, nil)
	for i, xy := range want.Config {
		canonical.SetRow(i, xy[:])
	}
	apart, err := procrustes.SSD(canonical, got.Config)
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, "SSD between this map and the reference's", apart, 0, tolerance/10)
	// The 5 % point of the null, from 999 permutations there and here.
	if level != mds.Classical { // not given there
		reftest.Near(t, "5 % point of the null", test.Null.Q05, 1-want.NullR95*want.NullR95, 0.03)
	}
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

// TestSetPairs holds the match of two sets' maps, raw scores and 1 − r, to
// numpy and R (vegan::protest), and the comparison of their rank correlations
// with the human column to Fisher's test.
func TestSetPairs(t *testing.T) {
	var cases struct {
		Pairs []struct {
			Set1, Set2 string
			M2         map[string]float64
			R          map[string]float64
			Rho        [2]float64 `json:"spearman_rho"`
			Z          float64    `json:"fisher_z"`
			P          float64    `json:"fisher_p"`
			Protest    struct {
				M2, R float64
				P     float64 `json:"p_999"`
			} `json:"vegan_protest_torgerson"`
		} `json:"set_pairs"`
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Pairs) == 0 {
		t.Fatal("no cases")
	}
	all := keptColumns(t, reftest.Key(t).Values())
	for _, c := range cases.Pairs {
		scores := [2]*score.Scores{reftest.Scores(t, c.Set1), reftest.Scores(t, c.Set2)}
		for name, want := range c.M2 {
			var maps [2]*mat.Dense
			for i, s := range scores {
				d, _ := dissimilarities(t, s.Raw, "raw", all, mds.OneMinusR)
				maps[i] = fit(t, d, mds.Options{Level: levels[name]}).Config
			}
			test, err := procrustes.Protest(maps[0], maps[1], 999, 1)
			if err != nil {
				t.Fatal(err)
			}
			tolerance := 1e-4
			if name == "torgerson" {
				tolerance = 1e-7
				reftest.Near(t, "SSD of vegan", test.SSD, c.Protest.M2, tolerance)
				reftest.Near(t, "p of vegan", test.P, c.Protest.P, 4*math.Sqrt(c.Protest.P*(1-c.Protest.P)/999)+0.002)
			}
			what := c.Set1 + " with " + c.Set2 + ", " + name
			reftest.Near(t, what+": SSD", test.SSD, want, tolerance)
			reftest.Near(t, what+": r", test.R, c.R[name], tolerance)
		}
		var rho [2]float64
		for i, s := range scores {
			means, err := s.Centred.Means(nil)
			if err != nil {
				t.Fatal(err)
			}
			r, err := rank.Spearman(means, reftest.HumanMeans(t))
			if err != nil {
				t.Fatal(err)
			}
			rho[i] = r.Rho
			reftest.Near(t, "rho", r.Rho, c.Rho[i], 1e-9)
		}
		z, err := fisher.Compare(rho[0], 19, rho[1], 19)
		if err != nil {
			t.Fatal(err)
		}
		reftest.Near(t, "z", z.Z, c.Z, 1e-9)
		reftest.Near(t, "p of z", z.P, c.P, 1e-9)
	}
}
