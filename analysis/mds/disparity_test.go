package mds

import (
	"math/rand/v2"
	"testing"

	"circumplex.example/analysis/internal/reftest"
)

// TestIsotonicUnitCases compares with scikit-learn's isotonic_regression and R
// isoreg.
func TestIsotonicUnitCases(t *testing.T) {
	var cases struct {
		Isotonic []struct{ Y, Fit []float64 } `json:"isotonic_increasing_equal_weights"`
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Isotonic) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases.Isotonic {
		rising, got := make([]float64, len(c.Y)), make([]float64, len(c.Y))
		for i := range rising {
			rising[i] = float64(i + 1)
		}
		newMonotone(rising).fit(got, c.Y)
		for i, v := range c.Fit {
			reftest.Near(t, "fit", got[i], v, 1e-12)
		}
	}
}

// TestTiesConstrainNothing: under the primary approach tied dissimilarities
// keep the distances they have.
func TestTiesConstrainNothing(t *testing.T) {
	delta, dist := []float64{2, 1, 2, 2 + 1e-15, 3}, []float64{7, 1, 5, 6, 9}
	got := make([]float64, 5)
	newMonotone(delta).fit(got, dist)
	for i, v := range dist {
		reftest.Near(t, "disparity", got[i], v, 0)
	}
	newMonotone([]float64{2, 1, 2, 2, 3}).fit(got, []float64{7, 6, 5, 6, 9})
	for i, v := range []float64{7, 5.5, 5.5, 6, 9} { // 6 before 5: pooled
		reftest.Near(t, "disparity", got[i], v, 1e-15)
	}
}

// TestRegressionsAreProjections: fitting again changes nothing, the mean is
// kept, and a linear fit is no better than the monotone one where it rises.
func TestRegressionsAreProjections(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		delta, dist := make([]float64, 30), make([]float64, 30)
		for i := range delta {
			delta[i] = rng.Float64()
			dist[i] = delta[i] + 0.3*rng.Float64()
		}
		lin, mono, again := make([]float64, 30), make([]float64, 30), make([]float64, 30)
		linear(lin, dist, delta)
		m := newMonotone(delta)
		m.fit(mono, dist)
		m.fit(again, mono)
		var rssLin, rssMono, sum float64
		for i, d := range dist {
			reftest.Near(t, "fitted again", again[i], mono[i], 1e-14)
			rssLin += (d - lin[i]) * (d - lin[i])
			rssMono += (d - mono[i]) * (d - mono[i])
			sum += mono[i] - d
		}
		reftest.Near(t, "difference of the means", sum, 0, 1e-12)
		if rssMono > rssLin {
			t.Errorf("monotone residual %v above linear %v", rssMono, rssLin)
		}
	}
}
