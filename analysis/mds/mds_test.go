package mds_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/procrustes"
	"gonum.org/v1/gonum/mat"
	gonum "gonum.org/v1/gonum/stat/mds"
)

func symmetric(rows [][]float64) *mat.SymDense {
	d := mat.NewSymDense(len(rows), nil)
	for i, row := range rows {
		for j, v := range row {
			d.SetSym(i, j, v)
		}
	}
	return d
}

func randomConfig(rng *rand.Rand, n, k int) *mat.Dense {
	x := mat.NewDense(n, k, nil)
	x.Apply(func(int, int, float64) float64 { return rng.NormFloat64() }, x)
	return x
}

// bentDissimilarities are the roots of planar distances with noise: a straight
// line through distances against them falls below zero.
func bentDissimilarities(rng *rand.Rand, n int) *mat.SymDense {
	d := mds.Distances(randomConfig(rng, n, 2))
	for i := range n {
		for j := range i {
			d.SetSym(i, j, math.Sqrt(d.At(i, j))+0.1*rng.Float64())
		}
	}
	return d
}

// unit scales distances to a mean square of 1.
func unit(d *mat.SymDense) *mat.SymDense {
	n := d.SymmetricDim()
	ss := 0.0
	for i := range n {
		for j := range i {
			ss += d.At(i, j) * d.At(i, j)
		}
	}
	var out mat.SymDense
	out.ScaleSym(1/math.Sqrt(ss/float64(n*(n-1)/2)), d)
	return &out
}

func nearMatrix(t *testing.T, what string, got, want mat.Symmetric, tolerance float64) {
	t.Helper()
	for i := range want.SymmetricDim() {
		for j := range i {
			reftest.Near(t, what, got.At(i, j), want.At(i, j), tolerance)
		}
	}
}

// TestUnitCases compares distances with R cmdscale and smacof; an ordinal
// solution of almost no stress is not unique and is not compared.
func TestUnitCases(t *testing.T) {
	type solution struct {
		Stress1    float64
		Interpoint [][]float64
	}
	var cases struct {
		Torgerson []struct {
			D, Interpoint [][]float64
			Eigenvalues   []float64
		}
		Smacof struct {
			Cases []struct {
				D                        [][]float64
				Ratio, Interval, Ordinal solution
			}
		} `json:"smacof_torgerson_start"`
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Torgerson) == 0 || len(cases.Smacof.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases.Torgerson {
		d := symmetric(c.D)
		checkEigenvalues(t, d, c.Eigenvalues)
		s, err := mds.Torgerson(d, 2)
		if err != nil {
			t.Fatal(err)
		}
		want := d // exact planar distances come back
		if c.Interpoint != nil {
			want = symmetric(c.Interpoint)
		}
		nearMatrix(t, "Torgerson distance", mds.Distances(s.Config), want, 1e-6)
	}
	for _, c := range cases.Smacof.Cases {
		for level, want := range map[mds.Level]solution{mds.Ratio: c.Ratio, mds.Interval: c.Interval, mds.Ordinal: c.Ordinal} {
			got := fit(t, symmetric(c.D), mds.Options{Level: level})
			reftest.Near(t, level.String()+" stress", got.Stress1, want.Stress1, 1e-6)
			if want.Stress1 < 1e-4 {
				continue
			}
			tolerance := 1e-4
			if level == mds.Ordinal {
				tolerance = 1e-3
			}
			nearMatrix(t, level.String()+" distance", unit(mds.Distances(got.Config)), symmetric(want.Interpoint), tolerance)
		}
	}
}

// TestTorgersonAgreesWithGonum: two routes to the same map.
func TestTorgersonAgreesWithGonum(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 20 {
		d := mds.Distances(randomConfig(rng, 15, 5))
		got, err := mds.Torgerson(d, 2)
		if err != nil {
			t.Fatal(err)
		}
		var all mat.Dense
		eigenvalues := make([]float64, 15)
		gonum.TorgersonScaling(&all, eigenvalues, d)
		for i, v := range eigenvalues {
			reftest.Near(t, "eigenvalue", got.Eigenvalues[i], v, 1e-10)
		}
		nearMatrix(t, "distance", mds.Distances(got.Config), mds.Distances(all.Slice(0, 15, 0, 2)), 1e-10)
	}
}

// TestDistancesRecovered: Euclidean distances of planar points are their own
// map at every metric level, whatever transformation the level allows.
func TestDistancesRecovered(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		x := randomConfig(rng, 12, 2)
		d := mds.Distances(x)
		for level, bend := range map[mds.Level]func(float64) float64{
			mds.Classical: func(v float64) float64 { return v },
			mds.Ratio:     func(v float64) float64 { return 3 * v },
			mds.Interval:  func(v float64) float64 { return 2*v + 0.5 },
		} {
			bent := mat.NewSymDense(12, nil)
			for i := range 12 {
				for j := range i {
					bent.SetSym(i, j, bend(d.At(i, j)))
				}
			}
			got := fit(t, bent, mds.Options{Level: level})
			ssd, err := procrustes.SSD(x, got.Config)
			if err != nil {
				t.Fatal(err)
			}
			reftest.Near(t, level.String()+" SSD", ssd, 0, 1e-6)
			reftest.Near(t, level.String()+" stress", got.Stress1, 0, 1e-4)
			if level == mds.Ratio { // in the units of the dissimilarities
				nearMatrix(t, "distance", mds.Distances(got.Config), bent, 1e-4)
			}
		}
	}
}

// TestOrdinalUnchangedByMonotoneMaps: only the order of the dissimilarities
// counts, given one start.
func TestOrdinalUnchangedByMonotoneMaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		d := mds.Distances(randomConfig(rng, 10, 4))
		cubed := mat.NewSymDense(10, nil)
		for i := range 10 {
			for j := range i {
				cubed.SetSym(i, j, math.Pow(d.At(i, j), 3))
			}
		}
		start := randomConfig(rng, 10, 2)
		a := fit(t, d, mds.Options{Level: mds.Ordinal, Starts: []mat.Matrix{start}}).Descents[1]
		b := fit(t, cubed, mds.Options{Level: mds.Ordinal, Starts: []mat.Matrix{start}}).Descents[1]
		reftest.Near(t, "stress", b.Stress1, a.Stress1, 1e-9)
		nearMatrix(t, "distance", unit(mds.Distances(b.Config)), unit(mds.Distances(a.Config)), 1e-6)
	}
}

// TestFreerLevelsFitNoWorse, from one start's solution on.
func TestFreerLevelsFitNoWorse(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		d := mds.Distances(randomConfig(rng, 10, 5))
		ratio := fit(t, d, mds.Options{})
		for _, level := range []mds.Level{mds.Interval, mds.Ordinal} {
			freer := fit(t, d, mds.Options{Level: level, Starts: []mat.Matrix{ratio.Config}})
			if freer.Stress1 > ratio.Stress1+1e-9 {
				t.Errorf("%v stress %v above ratio %v", level, freer.Stress1, ratio.Stress1)
			}
		}
	}
}

// TestRestarts: more starts never raise the stress, keep the first ones, and
// one seed gives one result; the input is not modified.
func TestRestarts(t *testing.T) {
	d, _ := dissimilarities(t, reftest.Scores(t, "B60_missing").Centred, "centred", seq19(), mds.OneMinusR)
	before := mat.NewSymDense(19, nil)
	before.CopySym(d)
	opts := mds.Options{Level: mds.Ordinal, Restarts: 10, Seed: 1}
	few, same := fit(t, d, opts), fit(t, d, opts)
	opts.Restarts = 40
	many := fit(t, d, opts)
	if !mat.Equal(before, d) {
		t.Error("Fit changed its input")
	}
	if !mat.Equal(few.Config, same.Config) || few.Stress1 != same.Stress1 {
		t.Error("one seed gave two results")
	}
	if len(many.Descents) != 41 || many.Descents[7].Stress1 != few.Descents[7].Stress1 {
		t.Error("more restarts changed the first ones")
	}
	// R smacof and vegan's monoMDS find 0.161928 with restarts, 0.162216
	// from Torgerson's start.
	reftest.Near(t, "stress from Torgerson", many.Descents[0].Stress1, 0.162216275, 1e-6)
	reftest.Near(t, "lowest stress", many.Stress1, 0.161928418, 1e-6)
	if share := many.ShareAtBest(); share <= 0 || share >= 1 || many.Best == 0 {
		t.Errorf("share %v, best %d", share, many.Best)
	}
}

func seq19() []int {
	s := make([]int, 19)
	for i := range s {
		s[i] = i
	}
	return s
}

// TestConfigIsCanonical: centred, on principal axes, the largest element of
// each column positive.
func TestConfigIsCanonical(t *testing.T) {
	d, _ := dissimilarities(t, reftest.Scores(t, "G300_distorted").Raw, "raw", seq19(), mds.OneMinusR)
	for _, level := range levels {
		x := fit(t, d, mds.Options{Level: level, Restarts: 3}).Config
		var cross mat.Dense
		cross.Mul(x.T(), x)
		reftest.Near(t, "cross product of the axes", cross.At(0, 1), 0, 1e-12)
		if cross.At(0, 0) < cross.At(1, 1) {
			t.Error("the axes do not descend")
		}
		for c := range 2 {
			col := mat.Col(nil, c, x)
			reftest.Near(t, "mean", mat.Sum(x.ColView(c)), 0, 1e-12)
			largest := 0.0
			for _, v := range col {
				if math.Abs(v) > math.Abs(largest) {
					largest = v
				}
			}
			if largest < 0 {
				t.Errorf("column %d: element of largest magnitude is %v", c, largest)
			}
		}
	}
}

// TestDimensionsAgree: the route for any number of dimensions gives what the
// one for two gives, on points whose third coordinate is zero.
func TestDimensionsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	d := mds.Distances(randomConfig(rng, 10, 4))
	start := randomConfig(rng, 10, 2)
	wide := mat.NewDense(10, 3, nil)
	wide.Augment(start, mat.NewDense(10, 1, nil))
	for _, level := range []mds.Level{mds.Ratio, mds.Interval, mds.Ordinal} {
		flat := fit(t, d, mds.Options{Level: level, Starts: []mat.Matrix{start}}).Descents[1]
		deep := fit(t, d, mds.Options{Level: level, Dims: 3, Starts: []mat.Matrix{wide}}).Descents[1]
		reftest.Near(t, "stress", deep.Stress1, flat.Stress1, 1e-10)
		nearMatrix(t, "distance", mds.Distances(deep.Config), mds.Distances(flat.Config), 1e-6)
	}
}

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
