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

// TestNullOfCircle: labels put down at random on 19 points of a circle. The
// quoted figures are rounded: "mean about 0.92, 5 % point about 0.80, 1 %
// point about 0.72".
func TestNullOfCircle(t *testing.T) {
	a := reftest.Circle(t, "A")
	test, err := procrustes.Protest(a, a, 99999, 7)
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, "mean", test.Null.Mean, 0.92, 0.006)
	reftest.Near(t, "5 % point", test.Null.Q05, 0.80, 0.006)
	reftest.Near(t, "1 % point", test.Null.Q01, 0.72, 0.006)
	if test.P > 2e-5 {
		t.Errorf("p = %v of a circle with itself", test.P)
	}
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

// TestProtestRoutesAgree: a third column of zeros changes nothing but the
// route, so the two null distributions must agree within Monte Carlo error.
func TestProtestRoutesAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	y, x := random(rng, 8, 2), random(rng, 8, 2)
	flat, err := procrustes.Protest(y, x, 20000, 1)
	if err != nil {
		t.Fatal(err)
	}
	deep, err := procrustes.Protest(widen(y), widen(x), 20000, 1)
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, "SSD", deep.SSD, flat.SSD, 1e-12)
	reftest.Near(t, "p", deep.P, flat.P, 0.02)
	reftest.Near(t, "mean", deep.Null.Mean, flat.Null.Mean, 0.01)
	reftest.Near(t, "5 % point", deep.Null.Q05, flat.Null.Q05, 0.02)
	reftest.Near(t, "1 % point", deep.Null.Q01, flat.Null.Q01, 0.03)
}

func widen(x *mat.Dense) *mat.Dense {
	p, _ := x.Dims()
	wide := mat.NewDense(p, 3, nil)
	wide.Augment(x, mat.NewDense(p, 1, nil))
	return wide
}

// TestExactPOfAllPermutations: of four points the 24 permutations can be
// counted, and Protest draws each of them equally often.
func TestExactPOfAllPermutations(t *testing.T) {
	y := dense([][]float64{{0, 0}, {1, 0.2}, {2.5, 1}, {0.3, 4}})
	x := dense([][]float64{{0, 0.4}, {1, 0.1}, {2, 1.5}, {1.3, 2}})
	observed, atMost := fit(t, y, x).SSD, 0
	var count func(order []int)
	count = func(order []int) {
		if len(order) == 4 {
			shuffled := mat.NewDense(4, 2, nil)
			for i, from := range order {
				shuffled.SetRow(i, x.RawRowView(from))
			}
			if fit(t, y, shuffled).SSD <= observed+1e-12 {
				atMost++
			}
			return
		}
		for next := range 4 {
			taken := false
			for _, o := range order {
				taken = taken || o == next
			}
			if !taken {
				count(append(order[:len(order):len(order)], next))
			}
		}
	}
	count(nil)
	test, err := procrustes.Protest(y, x, 100000, 3)
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, "p", test.P, float64(atMost)/24, 0.006)
}

// TestTiesCountInP: a polygon of n corners laid on itself is matched perfectly
// by its 2n rotations and reflections, of n! permutations.
func TestTiesCountInP(t *testing.T) {
	for n, want := range map[int]float64{4: 8. / 24, 5: 10. / 120, 6: 12. / 720} {
		x := mat.NewDense(n, 2, nil)
		for i := range n {
			sin, cos := math.Sincos(0.3 + 2*math.Pi*float64(i)/float64(n))
			x.SetRow(i, []float64{cos, sin})
		}
		test, err := procrustes.Protest(x, x, 40000, 2)
		if err != nil {
			t.Fatal(err)
		}
		reftest.Near(t, "p", test.P, want, 4*math.Sqrt(want*(1-want)/40000))
	}
}

func TestProtestIsDeterministic(t *testing.T) {
	a, b := reftest.Circle(t, "A"), reftest.Circle(t, "B")
	one, _ := procrustes.Protest(a, b, 999, 1)
	two, _ := procrustes.Protest(a, b, 999, 1)
	other, _ := procrustes.Protest(a, b, 999, 2)
	if *one != *two {
		t.Errorf("one seed gave %+v and %+v", one, two)
	}
	if one.Null == other.Null {
		t.Error("two seeds gave one null distribution")
	}
	if one.P != float64(one.AtMost+1)/1000 {
		t.Errorf("p %v of %d", one.P, one.AtMost)
	}
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
