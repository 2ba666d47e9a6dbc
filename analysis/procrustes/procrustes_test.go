package procrustes_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/procrustes"
	"gonum.org/v1/gonum/mat"
)

func dense(rows [][]float64) *mat.Dense {
	m := mat.NewDense(len(rows), len(rows[0]), nil)
	for i, row := range rows {
		m.SetRow(i, row)
	}
	return m
}

func random(rng *rand.Rand, p, k int) *mat.Dense {
	m := mat.NewDense(p, k, nil)
	m.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, m)
	return m
}

func fit(t *testing.T, target, config mat.Matrix) *procrustes.Match {
	t.Helper()
	m, err := procrustes.Fit(target, config)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestUnitCases compares with scipy.spatial.procrustes and vegan::protest.
func TestUnitCases(t *testing.T) {
	var cases struct {
		Procrustes struct {
			Cases []struct {
				X, Y   [][]float64
				M2, R  float64
				StdX   [][]float64 `json:"standardised_X"`
				Fitted [][]float64 `json:"fitted_Y"`
			}
		}
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Procrustes.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases.Procrustes.Cases {
		m := fit(t, dense(c.X), dense(c.Y))
		reftest.Near(t, "SSD", m.SSD, c.M2, 1e-9)
		reftest.Near(t, "r", m.R, c.R, 1e-9)
		// scipy fits to the standardised target.
		m = fit(t, dense(c.StdX), dense(c.Y))
		for i, row := range c.Fitted {
			for j, v := range row {
				reftest.Near(t, "fitted", m.Rotated.At(i, j), v, 1e-9)
			}
		}
	}
}

// TestTheoryCircles: the SSD between circles A and B that the methods quote.
func TestTheoryCircles(t *testing.T) {
	a, b := reftest.Circle(t, "A"), reftest.Circle(t, "B")
	reftest.Near(t, "SSD of A and B", fit(t, a, b).SSD, 0.169, 0.0005)
	reftest.Near(t, "SSD of A and itself", fit(t, a, a).SSD, 0, 1e-12)
}

// TestTransformUndone: rotation, reflection, scale and translation come back,
// in two and three dimensions; neither input is modified.
func TestTransformUndone(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		k := 2 + i%2
		target := random(rng, 19, k)
		var qr mat.QR
		qr.Factorize(random(rng, k, k))
		var rotation, config mat.Dense
		qr.QTo(&rotation)
		config.Mul(target, &rotation)
		scale := math.Exp(rng.NormFloat64())
		config.Apply(func(_, j int, v float64) float64 { return scale*v + float64(3*j-1) }, &config)
		before, beforeTarget := mat.DenseCopyOf(&config), mat.DenseCopyOf(target)
		m := fit(t, target, &config)
		if !mat.Equal(before, &config) || !mat.Equal(beforeTarget, target) {
			t.Fatal("Fit changed an input")
		}
		reftest.Near(t, "SSD", m.SSD, 0, 1e-12)
		reftest.Near(t, "scale", m.Scale, 1/scale, 1e-12/scale)
		if !mat.EqualApprox(m.Rotated, target, 1e-12*float64(k)) || !mat.EqualApprox(m.Rotation, rotation.T(), 1e-12) {
			t.Error("the transform did not come back")
		}
	}
}

// TestSSDAgreesWithFit: the closed form of two dimensions, and the route of
// more, against the decomposition; the residual of Rotated gives it too; and
// it is symmetric and within [0, 1].
func TestSSDAgreesWithFit(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		k := 1 + i%4
		y, x := random(rng, 3+i%20, k), random(rng, 3+i%20, k)
		m := fit(t, y, x)
		ssd, err := procrustes.SSD(y, x)
		if err != nil {
			t.Fatal(err)
		}
		reftest.Near(t, "closed form", ssd, m.SSD, 1e-12)
		reftest.Near(t, "the other way round", fit(t, x, y).SSD, m.SSD, 1e-12)
		reftest.Near(t, "residual", residual(y, m.Rotated), m.SSD, 1e-11)
		if ssd < 0 || ssd > 1 {
			t.Errorf("SSD %v", ssd)
		}
	}
}

// residual is ‖Y − Z‖²/‖Y − ȳ‖².
func residual(y, z *mat.Dense) float64 {
	p, k := y.Dims()
	var rss, tss float64
	for j := range k {
		mean := mat.Sum(y.ColView(j)) / float64(p)
		for i := range p {
			rss += math.Pow(y.At(i, j)-z.At(i, j), 2)
			tss += math.Pow(y.At(i, j)-mean, 2)
		}
	}
	return rss / tss
}

func TestDegenerate(t *testing.T) {
	good := dense([][]float64{{0, 0}, {1, 0}, {0, 1}})
	for _, c := range []struct {
		name, want     string
		target, config *mat.Dense
		degenerate     bool
	}{
		{"zero", "configuration: configuration has no spread", good, mat.NewDense(3, 2, nil), true},
		{"one place", "target: configuration has no spread", dense([][]float64{{0.1, 7}, {0.1, 7}, {0.1, 7}}), good, true},
		{"one point", "target: configuration has no spread", dense([][]float64{{1, 2}}), dense([][]float64{{1, 2}}), true},
		{"NaN", "configuration: row 2, column 1 is NaN", good, dense([][]float64{{0, 0}, {math.NaN(), 0}, {0, 1}}), false},
		{"infinite", "target: row 3, column 2 is +Inf", dense([][]float64{{0, 0}, {1, 0}, {0, math.Inf(1)}}), good, false},
	} {
		_, err := procrustes.Fit(c.target, c.config)
		_, errSSD := procrustes.SSD(c.target, c.config)
		_, errTest := procrustes.Protest(c.target, c.config, 9, 1)
		for _, e := range []error{err, errSSD, errTest} {
			if e == nil || e.Error() != c.want || errors.Is(e, procrustes.ErrDegenerate) != c.degenerate {
				t.Errorf("%s: %v, want %q", c.name, e, c.want)
			}
		}
	}
}

// TestCollinear: points on a line have a match, and a rotation that is
// orthogonal although the line leaves one direction open.
func TestCollinear(t *testing.T) {
	line := dense([][]float64{{0, 0}, {1, 1}, {2, 2}, {5, 5}})
	m := fit(t, line, dense([][]float64{{0, 1}, {0, 2}, {0, 3}, {0, 6}}))
	reftest.Near(t, "SSD", m.SSD, 0, 1e-12)
	var eye mat.Dense
	eye.Mul(m.Rotation.T(), m.Rotation)
	if !mat.EqualApprox(&eye, mat.NewDiagDense(2, []float64{1, 1}), 1e-12) {
		t.Errorf("rotation is not orthogonal: %v", mat.Formatted(m.Rotation))
	}
}

func TestDifferentShapesPanic(t *testing.T) {
	defer func() {
		if p, _ := recover().(string); !strings.HasPrefix(p, "procrustes: target is 3×2, configuration 4×2") {
			t.Errorf("panic %q", p)
		}
	}()
	_, _ = procrustes.Fit(mat.NewDense(3, 2, nil), mat.NewDense(4, 2, nil))
}

func BenchmarkProtest19x9999(b *testing.B) {
	target, config := reftest.Circle(b, "A"), reftest.Circle(b, "B")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := procrustes.Protest(target, config, procrustes.DefaultPermutations, 1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFit19(b *testing.B) {
	target, config := reftest.Circle(b, "A"), reftest.Circle(b, "B")
	for b.Loop() {
		if _, err := procrustes.Fit(target, config); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSSD19(b *testing.B) {
	target, config := reftest.Circle(b, "A"), reftest.Circle(b, "B")
	for b.Loop() {
		if _, err := procrustes.SSD(target, config); err != nil {
			b.Fatal(err)
		}
	}
}
