package mds_test

import (
	"math"
	"math/rand/v2"
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
