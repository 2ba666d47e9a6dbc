package anchor_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/anchor"
	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/score"
)

// anchored returns the anchors of a set and the circle as columns of the key.
func anchored(t testing.TB, set string) (anchors, circle []int) {
	t.Helper()
	values := reftest.Key(t).Values()
	_, names := reftest.Answers(t, set)
	for _, name := range names {
		anchors = append(anchors, slices.Index(values, name)) // −1, None, for ANIMAL
	}
	for _, name := range reftest.Expect(t, set).Circle {
		circle = append(circle, slices.Index(values, name))
	}
	return anchors, circle
}

// TestReferenceCurve compares curve and fit with numpy's lstsq.
func TestReferenceCurve(t *testing.T) {
	s := reftest.Scores(t, "A300_anchored")
	anchors, circle := anchored(t, "A300_anchored")
	for scoring, x := range map[string]*score.Matrix{"raw": s.Raw, "centred": s.Centred} {
		want := reftest.Expect(t, "A300_anchored").Anchor[scoring]
		c, err := anchor.Shift(x, anchors, circle)
		if err != nil {
			t.Fatal(err)
		}
		if c.Used != want.Used || c.LeftOut != 300-want.Used {
			t.Errorf("%d sessions used, %d left out; want %d", c.Used, c.LeftOut, want.Used)
		}
		for i, v := range want.Curve {
			reftest.Near(t, "curve", c.Offset[i], v, 1e-9)
		}
		checkFit(t, c.Offset, want.Fit)
	}
}

func checkFit(t *testing.T, y []float64, want reftest.SinusoidFit) {
	t.Helper()
	got, err := anchor.FitSinusoid(y)
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, "a", got.A, want.A, 1e-9)
	reftest.Near(t, "b", got.B, want.B, 1e-9)
	reftest.Near(t, "phi", got.Phi, want.Phi, 1e-9)
	reftest.Near(t, "R²", got.R2, want.R2, 1e-9)
}

func TestSinusoidUnitCases(t *testing.T) {
	var cases struct {
		Sinusoid struct {
			Cases []struct {
				Y   []float64
				Fit reftest.SinusoidFit
			}
		}
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Sinusoid.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases.Sinusoid.Cases {
		checkFit(t, c.Y, c.Fit)
	}
}

// TestSinusoidRecovered: the parameters that made a curve come back, b ≥ 0
// and φ within (−π, π].
func TestSinusoidRecovered(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		want := anchor.Sinusoid{A: rng.NormFloat64(), B: rng.Float64() + 0.01, Phi: math.Pi * (1 - 2*rng.Float64())}
		n := 4 + rng.IntN(30)
		y := make([]float64, n)
		for s := range y {
			y[s] = want.At(float64(s), n)
		}
		checkFit(t, y, reftest.SinusoidFit{A: want.A, B: want.B, Phi: want.Phi, R2: 1})
	}
	peakOpposite, err := anchor.FitSinusoid([]float64{-1, 0, 1, 0})
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, "phi", peakOpposite.Phi, math.Pi, 1e-15)
}

// TestPhaseIsAboveMinusPi: a peak opposite the anchor is at π, not at −π, also
// where rounding puts the sine a hair below zero.
func TestPhaseIsAboveMinusPi(t *testing.T) {
	for n := 4; n < 200; n++ {
		y := make([]float64, n)
		for s := range y {
			y[s] = anchor.Sinusoid{B: 1, Phi: math.Pi}.At(float64(s), n)
		}
		fit, err := anchor.FitSinusoid(y)
		if err != nil {
			t.Fatal(err)
		}
		if fit.Phi == -math.Pi {
			t.Errorf("%d offsets: φ = −π", n)
		}
	}
}

func TestSinusoidUndefined(t *testing.T) {
	if _, err := anchor.FitSinusoid([]float64{1, 2, 3}); !errors.Is(err, anchor.ErrTooShort) {
		t.Error(err)
	}
	for _, flat := range [][]float64{{0, 0, 0, 0}, {0.1, 0.1, 0.1, 0.1, 0.1}} {
		if got, err := anchor.FitSinusoid(flat); !errors.Is(err, anchor.ErrFlat) || got != (anchor.Sinusoid{}) {
			t.Error(got, err)
		}
	}
	if _, err := anchor.FitSinusoid([]float64{1, 2, math.NaN(), 4}); err == nil || err.Error() != "the point at offset 2 is NaN" {
		t.Error(err)
	}
}

// TestAnchorsWeighEqually: 1 session at one anchor and 9 at another.
func TestAnchorsWeighEqually(t *testing.T) {
	x := score.NewMatrix(10, 3)
	anchors := make([]int, 10)
	for i := range 10 {
		level := 1.0
		if i > 0 {
			anchors[i], level = 2, 3
		}
		for j := range 3 {
			x.Set(i, j, level+float64(j))
		}
	}
	c, err := anchor.Shift(x, anchors, []int{0, 2, 1})
	if err != nil {
		t.Fatal(err)
	}
	// Circle 0, 2, 1: anchor 0 gives 1, 3, 2; anchor 2 gives 5, 4, 3.
	if !slices.Equal(c.Offset, []float64{3, 3.5, 2.5}) || !slices.Equal(c.Sessions, []int{1, 9, 0}) || c.ByAnchor[2] != nil {
		t.Errorf("%+v", c)
	}
}

func TestShiftUndefined(t *testing.T) {
	x := score.NewMatrix(1, 2)
	x.Set(0, 0, 1)
	if _, err := anchor.Shift(x, []int{anchor.None}, []int{0, 1}); !errors.Is(err, anchor.ErrNoSession) {
		t.Error(err)
	}
	_, err := anchor.Shift(x, []int{0}, []int{0, 1})
	if err == nil || err.Error() != "no session anchored at column 1 has a score at offset 1" {
		t.Error(err)
	}
	defer func() {
		if p, _ := recover().(string); !strings.HasPrefix(p, "anchor: circle [0 0] is not a permutation") {
			t.Errorf("panic %q", p)
		}
	}()
	_, _ = anchor.Shift(x, []int{0}, []int{0, 0})
}

func BenchmarkShift300x19(b *testing.B) {
	x := reftest.Scores(b, "A300_anchored").Centred
	anchors, circle := anchored(b, "A300_anchored")
	for b.Loop() {
		if _, err := anchor.Shift(x, anchors, circle); err != nil {
			b.Fatal(err)
		}
	}
}
