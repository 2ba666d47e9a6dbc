package mds_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"circumplex.example/analysis/mds"
	"gonum.org/v1/gonum/mat"
)

func TestDissimilarities(t *testing.T) {
	r := symmetric([][]float64{{1, 0.5, -1}, {0.5, 1, 1 + 1e-12}, {-1, 1 + 1e-12, 1}})
	for kind, want := range map[mds.Dissimilarity][3]float64{mds.OneMinusR: {0.5, 2, 0}, mds.SqrtTwoOneMinusR: {1, 2, 0}} {
		d, err := mds.Dissimilarities(r, kind)
		if err != nil {
			t.Fatal(err)
		}
		if got := [3]float64{d.At(0, 1), d.At(0, 2), d.At(1, 2)}; got != want || d.At(1, 1) != 0 {
			t.Errorf("%v: %v, want %v", kind, got, want)
		}
	}
	for _, bad := range []float64{1.01, math.NaN(), math.Inf(-1)} {
		r.SetSym(2, 1, bad)
		if _, err := mds.Dissimilarities(r, mds.OneMinusR); err == nil || !strings.HasPrefix(err.Error(), "row 3, column 2: ") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestUndefined(t *testing.T) {
	for _, c := range []struct {
		name, want string
		d          [][]float64
		sentinel   error
	}{
		{"two points", "scaling needs at least three points, not 2", [][]float64{{0, 1}, {1, 0}}, mds.ErrTooFew},
		{"all zero", mds.ErrNoSpread.Error(), [][]float64{{0, 0, 0}, {0, 0, 0}, {0, 0, 0}}, mds.ErrNoSpread},
		{"NaN", "row 3, column 1: NaN is not a dissimilarity", [][]float64{{0, 1, 1}, {1, 0, 1}, {math.NaN(), 1, 0}}, nil},
		{"negative", "row 2, column 1: -1 is not a dissimilarity", [][]float64{{0, -1, 1}, {-1, 0, 1}, {1, 1, 0}}, nil},
	} {
		_, err := mds.Torgerson(symmetric(c.d), 2)
		_, errFit := mds.Fit(symmetric(c.d), mds.Options{})
		for _, e := range []error{err, errFit} {
			if e == nil || e.Error() != c.want || c.sentinel != nil && !errors.Is(e, c.sentinel) {
				t.Errorf("%s: %v, want %q", c.name, e, c.want)
			}
		}
	}
	_, err := mds.Fit(symmetric([][]float64{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}),
		mds.Options{Starts: []mat.Matrix{mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, math.NaN()})}})
	if err == nil || err.Error() != "start 1 holds an element that is not finite" {
		t.Error(err)
	}
}

// TestDegenerateMapsAreFinite: equal dissimilarities, coinciding points, points
// on a line and a start in one place give finite numbers at every level.
func TestDegenerateMapsAreFinite(t *testing.T) {
	equal := mat.NewSymDense(6, nil)
	line := mat.NewSymDense(6, nil)
	twins := mat.NewSymDense(6, nil)
	for i := range 6 {
		for j := range i {
			equal.SetSym(i, j, 1)
			line.SetSym(i, j, float64(i-j))
			twins.SetSym(i, j, float64(i/2-j/2))
		}
	}
	for name, d := range map[string]*mat.SymDense{"equal": equal, "line": line, "twins": twins} {
		for _, level := range levels {
			for _, dims := range []int{1, 2, 3} {
				res := fit(t, d, mds.Options{Level: level, Dims: dims, Restarts: 5, Starts: []mat.Matrix{mat.NewDense(6, dims, nil)}})
				for i, descent := range res.Descents {
					if s := descent.Stress1; !(s >= 0 && s <= 1) || !(mat.Norm(descent.Config, 2) < 1e6) {
						t.Errorf("%s, %v, %d dimensions, start %d: stress %v, %v", name, level, dims, i, s, mat.Formatted(descent.Config))
					}
				}
				if name == "line" && !(res.Stress1 < 1e-4) {
					t.Errorf("line, %v, %d dimensions: stress %v", level, dims, res.Stress1)
				}
			}
		}
	}
}

// TestStressNeverRises: a descent cut short after m iterations is never better
// than one cut short after m + 1, negative disparities included.
func TestStressNeverRises(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	negative := 0
	for i := range 60 {
		dims := 1 + i%3
		d := bentDissimilarities(rng, 8)
		start := randomConfig(rng, 8, dims)
		for _, level := range []mds.Level{mds.Ratio, mds.Interval, mds.Ordinal} {
			last := 1.0
			for m := 1; m <= 40; m++ {
				res, err := mds.Fit(d, mds.Options{Level: level, Dims: dims, MaxIterations: m, Starts: []mat.Matrix{start}})
				if err != nil {
					t.Fatal(err)
				}
				negative += res.NegativeDisparities
				now := res.Descents[1].Stress1
				if now > last+1e-14 {
					t.Errorf("%v, %d dimensions: stress %v after %d iterations, %v before", level, dims, now, m, last)
				}
				last = now
			}
		}
	}
	if negative == 0 {
		t.Error("no negative disparity was met")
	}
}

// TestTorgersonCutsRounding: points on a line have one dimension, and the
// second column is zero, not noise.
func TestTorgersonCutsRounding(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	for range 20 {
		s, err := mds.Torgerson(mds.Distances(randomConfig(rng, 9, 1)), 2)
		if err != nil {
			t.Fatal(err)
		}
		if s.Positive != 1 || mat.Norm(s.Config.ColView(1), 2) != 0 {
			t.Errorf("%d dimensions, second column %v", s.Positive, mat.Formatted(s.Config.ColView(1).T()))
		}
	}
}

func TestWrongStartPanics(t *testing.T) {
	defer func() {
		if p, _ := recover().(string); p != "mds: start is 3×3, want 3×2" {
			t.Errorf("panic %q", p)
		}
	}()
	_, _ = mds.Fit(symmetric([][]float64{{0, 1, 1}, {1, 0, 1}, {1, 1, 0}}), mds.Options{Starts: []mat.Matrix{mat.NewDense(3, 3, nil)}})
}
