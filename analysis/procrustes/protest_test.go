package procrustes_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/procrustes"
	"gonum.org/v1/gonum/mat"
)

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
