package mds

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// solver holds the buffers of a descent, so that iterations do not allocate.
// Pairs stand row by row below the diagonal: (1,0), (2,0), (2,1), …
type solver struct {
	n, k  int
	opts  Options
	delta []float64 // dissimilarities
	size  float64   // Σ δ²; disparities are scaled to it
	order *monotone // for the ordinal level

	x, next, last []float64 // n×k row-major: present, to come, before
	dist, dhat    []float64 // of the pairs, for x
	// Σ d², Σ d·d̂ and Σ d̂² for x.
	sdd, sdh, shh float64
}

func newSolver(n int, delta []float64, opts Options) *solver {
	s := &solver{n: n, k: opts.Dims, opts: opts, delta: delta}
	s.x, s.next, s.last = make([]float64, n*s.k), make([]float64, n*s.k), make([]float64, n*s.k)
	s.dist, s.dhat = make([]float64, len(delta)), make([]float64, len(delta))
	for _, v := range delta {
		s.size += v * v
	}
	if opts.Level == Ordinal {
		s.order = newMonotone(delta)
	}
	copy(s.dhat, delta) // for ratio and classical they stay so
	s.shh = s.size
	return s
}

func (s *solver) load(start mat.Matrix) {
	for i := range s.n {
		for c := range s.k {
			s.x[i*s.k+c] = start.At(i, c)
		}
	}
}

// descend iterates from s.x until an iteration lowers the squared Stress-1 by
// less than the tolerance.
//
// Most steps are relaxed, X ← 2·Γ(X) − X with Γ the Guttman transform and X at
// its best scale: they too lower the stress and need about half the iterations
// (de Leeuw and Heiser 1980, section 4). A direction that Γ settles at once is
// merely reflected by them, so every plainEvery-th step is plain, and so is the
// one after a relaxed step that gained too little; only a plain one ends the
// descent. A step that raises the stress, possible where a disparity is
// negative, is taken back.
func (s *solver) descend() (iterations int, converged bool) {
	s.evaluate()
	stress, relaxed := s.squaredStress(), true
	for iterations < s.opts.MaxIterations {
		iterations++
		s.step(relaxed)
		now := s.squaredStress()
		gain := stress - now
		if gain < 0 {
			s.takeBack()
		} else {
			stress = now
		}
		if gain < s.opts.Tolerance && !relaxed {
			return iterations, true
		}
		relaxed = gain >= s.opts.Tolerance && iterations%plainEvery != plainEvery-1
	}
	return iterations, false
}

const plainEvery = 5

// step moves s.x by a Guttman transform; s.last keeps where it was.
func (s *solver) step(relaxed bool) {
	s.guttman()
	if relaxed {
		scale := 1.0
		if s.sdd > 0 {
			scale = s.sdh / s.sdd
		}
		for i, v := range s.next {
			s.next[i] = 2*v - scale*s.x[i]
		}
	}
	s.last, s.x, s.next = s.x, s.next, s.last
	s.evaluate()
}

func (s *solver) takeBack() {
	s.x, s.last = s.last, s.x
	s.evaluate()
}

// evaluate computes distances, disparities and their sums for s.x.
func (s *solver) evaluate() {
	if s.k == 2 {
		s.distances2()
	} else {
		s.distances()
	}
	switch s.opts.Level {
	case Interval:
		linear(s.dhat, s.dist, s.delta)
	case Ordinal:
		s.order.fit(s.dhat, s.dist)
	}
	s.sums()
}

func (s *solver) distances2() {
	x, at := s.x, 0
	for i := 1; i < s.n; i++ {
		xi, yi := x[2*i], x[2*i+1]
		row := s.dist[at : at+i]
		for j := range row {
			dx, dy := xi-x[2*j], yi-x[2*j+1]
			row[j] = math.Sqrt(dx*dx + dy*dy)
		}
		at += i
	}
}

func (s *solver) distances() {
	at := 0
	for i := 1; i < s.n; i++ {
		for j := range i {
			ss := 0.0
			for c := range s.k {
				e := s.x[i*s.k+c] - s.x[j*s.k+c]
				ss += e * e
			}
			s.dist[at] = math.Sqrt(ss)
			at++
		}
	}
}

// sums adds up squares and products, and scales the disparities to Σ d̂² =
// Σ δ² so that they cannot shrink to nothing.
func (s *solver) sums() {
	var dd, dh, hh float64
	for i, d := range s.dist {
		h := s.dhat[i]
		dd += d * d
		dh += d * h
		hh += h * h
	}
	s.sdd, s.sdh, s.shh = dd, dh, hh
	if s.opts.Level == Interval || s.opts.Level == Ordinal {
		if hh == 0 { // all points coincide: nothing to fit
			copy(s.dhat, s.delta)
			s.sdh, s.shh = 0, s.size
			return
		}
		f := math.Sqrt(s.size / hh)
		for i := range s.dhat {
			s.dhat[i] *= f
		}
		s.sdh, s.shh = dh*f, s.size
	}
}

// squaredStress is the square of Stress-1 with the best scale of x. The
// residual form keeps its precision where the stress is small.
func (s *solver) squaredStress() float64 {
	if s.sdd == 0 {
		return 1
	}
	scale, residual := s.sdh/s.sdd, 0.0
	for i, d := range s.dist {
		e := scale*d - s.dhat[i]
		residual += e * e
	}
	return residual / s.shh
}

func (s *solver) stress1() float64 { return math.Sqrt(min(1, s.squaredStress())) }

// guttman writes n⁻¹·B(x)·x to s.next. A pair at distance zero has b = 0.
func (s *solver) guttman() {
	if s.k == 2 {
		s.guttman2()
		return
	}
	clear(s.next)
	at := 0
	for i := 1; i < s.n; i++ {
		for j := range i {
			if d := s.dist[at]; d > 0 {
				b := s.dhat[at] / d / float64(s.n)
				for c := range s.k {
					e := b * (s.x[i*s.k+c] - s.x[j*s.k+c])
					s.next[i*s.k+c] += e
					s.next[j*s.k+c] -= e
				}
			}
			at++
		}
	}
}

func (s *solver) guttman2() {
	x, next, at := s.x, s.next, 0
	clear(next)
	inv := 1 / float64(s.n)
	for i := 1; i < s.n; i++ {
		xi, yi := x[2*i], x[2*i+1]
		dist, dhat := s.dist[at:at+i], s.dhat[at:at+i]
		var gx, gy float64
		for j, d := range dist {
			if d == 0 {
				continue
			}
			b := dhat[j] / d * inv
			ex, ey := b*(xi-x[2*j]), b*(yi-x[2*j+1])
			gx += ex
			gy += ey
			next[2*j] -= ex
			next[2*j+1] -= ey
		}
		next[2*i] += gx
		next[2*i+1] += gy
		at += i
	}
}

// config returns s.x as Result documents it.
func (s *solver) config() *mat.Dense {
	x := mat.NewDense(s.n, s.k, append([]float64(nil), s.x...))
	if s.sdd > 0 {
		x.Scale(s.sdh/s.sdd, x)
	}
	toPrincipalAxes(x)
	return x
}

// negative counts the disparities below zero and gives the smallest.
func (s *solver) negative() (count int, smallest float64) {
	smallest = math.Inf(1)
	for _, h := range s.dhat {
		smallest = min(smallest, h)
		if h < 0 {
			count++
		}
	}
	return count, smallest
}
