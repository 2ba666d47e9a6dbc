package mds

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Level is the measurement level of the dissimilarities: which
// transformations of them the distances of the map may follow.
type Level int

// The levels.
const (
	Ratio     Level = iota // a multiple of them
	Interval               // a linear function of them, unconstrained
	Ordinal                // any rising function of them, ties broken as the map likes (primary approach)
	Classical              // classical scaling alone, no SMACOF
)

// String returns the level's name in tables and options.
func (l Level) String() string {
	switch l {
	case Ratio:
		return "ratio"
	case Interval:
		return "interval"
	case Ordinal:
		return "ordinal"
	case Classical:
		return "classical"
	}
	return fmt.Sprintf("Level(%d)", int(l))
}

// Defaults of Options.
const (
	DefaultDims          = 2
	DefaultTolerance     = 1e-12
	DefaultMaxIterations = 20000
)

// SameStress is how near the lowest Stress-1 a start must come to count as
// having reached it.
const SameStress = 1e-5

// Options are the choices of Fit; a zero field stands for its default.
type Options struct {
	Level Level
	Dims  int // DefaultDims
	// Tolerance ends a descent when one iteration lowers the squared
	// normalised stress by less: DefaultTolerance. 1e-6, the default of R's
	// smacof, leaves the SSD off by up to 0.011.
	Tolerance     float64
	MaxIterations int // DefaultMaxIterations
	// Restarts is the number of random starts besides Torgerson's.
	Restarts int
	Seed     uint64
	// Starts are further n×Dims configurations to start from, such as the
	// printed one of a condition when its resamples are fitted.
	Starts []mat.Matrix
}

// Descent is what one start led to.
type Descent struct {
	Config     *mat.Dense
	Stress1    float64
	Iterations int
	Converged  bool // false if MaxIterations ended it
}

// Result is a map of the points.
type Result struct {
	// Config is n×Dims, centred, on principal axes, in each column the element
	// of largest magnitude positive. It is scaled so that its distances come
	// closest to the disparities, whose sum of squares is that of the
	// dissimilarities. A configuration is meaningful up to rotation and
	// reflection only.
	Config     *mat.Dense
	Stress1    float64 // √(1 − (Σ d·d̂)² / (Σ d²·Σ d̂²)), within [0, 1]
	Iterations int
	Converged  bool
	// NegativeDisparities counts the disparities below zero, which only the
	// interval level can give; MinDisparity is the smallest, on the scale of
	// Config.
	NegativeDisparities int
	MinDisparity        float64
	// Descents holds every start: first Torgerson's, then Options.Starts, then
	// the random ones. Best is the one that was kept.
	Descents []Descent
	Best     int
}

// ShareAtBest returns the share of the starts whose Stress-1 comes within
// SameStress of the lowest.
func (r *Result) ShareAtBest() float64 {
	n := 0
	for _, d := range r.Descents {
		if d.Stress1 <= r.Stress1+SameStress {
			n++
		}
	}
	return float64(n) / float64(len(r.Descents))
}

// Fit draws the map of n points whose distances d come closest to disparities
// d̂, an admissible transformation of the dissimilarities (Options.Level), by
// SMACOF: from each start, repeated Guttman transforms
//
//	X ← n⁻¹·B(X)·X,  b_ij = −d̂_ij/d_ij (i ≠ j),  rows of B summing to 0
//
// (all weights are 1, so the pseudo-inverse V⁺ is n⁻¹ on centred X), with the
// disparities fitted anew before each: a least-squares multiple, a linear
// regression, or a monotone regression (Kruskal 1964, ties primary). The
// start with the lowest Stress-1 is kept, an earlier one unless a later one is
// lower by more than 1e-9. Level Classical does no iteration; its
// disparities are the dissimilarities.
//
// The start from Torgerson's solution is deterministic, random starts are
// normal deviates from Seed: the same input gives the same result.
//
// The errors are those of Torgerson, and one that names a start in Starts with
// an element that is not finite. Fit panics if Dims is not within 1 to n
// or one of Starts is not n×Dims. No input is modified.
//
// Source: de Leeuw and Heiser (1980), in Krishnaiah, Multivariate Analysis V,
// 501–522; Borg and Groenen (2005), Modern Multidimensional Scaling, 2nd ed.,
// sections 8.6 and 9.1.
func Fit(d mat.Symmetric, opts Options) (*Result, error) {
	opts = opts.withDefaults()
	delta, err := checked(d)
	if err != nil {
		return nil, err
	}
	start, err := Torgerson(d, opts.Dims)
	if err != nil {
		return nil, err
	}
	n := d.SymmetricDim()
	s := newSolver(n, delta, opts)
	res := &Result{}
	if opts.Level == Classical {
		s.load(start.Config)
		s.evaluate()
		s.keep(res, Descent{Stress1: s.stress1(), Converged: true})
		return res, nil
	}
	s.run(res, start.Config)
	for i, x := range opts.Starts {
		if r, c := x.Dims(); r != n || c != opts.Dims {
			panic(fmt.Sprintf("mds: start is %d×%d, want %d×%d", r, c, n, opts.Dims))
		}
		if !finite(x) {
			return nil, fmt.Errorf("start %d holds an element that is not finite", i+1)
		}
		s.run(res, x)
	}
	for i := range opts.Restarts {
		s.run(res, randomStart(n, opts.Dims, opts.Seed, uint64(i)))
	}
	return res, nil
}

func (o Options) withDefaults() Options {
	if o.Dims == 0 {
		o.Dims = DefaultDims
	}
	if o.Tolerance == 0 {
		o.Tolerance = DefaultTolerance
	}
	if o.MaxIterations == 0 {
		o.MaxIterations = DefaultMaxIterations
	}
	return o
}

func finite(x mat.Matrix) bool {
	n, k := x.Dims()
	for i := range n {
		for j := range k {
			if v := x.At(i, j); math.IsNaN(v) || math.IsInf(v, 0) {
				return false
			}
		}
	}
	return true
}

// randomStart is keyed by its number, so more restarts keep the first ones.
func randomStart(n, dims int, seed, i uint64) *mat.Dense {
	rng := rand.New(rand.NewPCG(seed, i))
	x := mat.NewDense(n, dims, nil)
	for r := range n {
		for c := range dims {
			x.Set(r, c, rng.NormFloat64())
		}
	}
	return x
}

// run descends from a start and keeps the better of it and what there was.
func (s *solver) run(res *Result, start mat.Matrix) {
	s.load(start)
	iterations, converged := s.descend()
	s.keep(res, Descent{Stress1: s.stress1(), Iterations: iterations, Converged: converged})
}

// keep records the solver's state as a descent.
func (s *solver) keep(res *Result, d Descent) {
	d.Config = s.config()
	res.Descents = append(res.Descents, d)
	const better = 1e-9
	if len(res.Descents) > 1 && d.Stress1 >= res.Stress1-better {
		return
	}
	res.Config, res.Stress1, res.Iterations, res.Converged = d.Config, d.Stress1, d.Iterations, d.Converged
	res.Best = len(res.Descents) - 1
	res.NegativeDisparities, res.MinDisparity = s.negative()
}
