// Package procrustes lays one configuration of points upon another and says
// how well they match: the SSD of the paper, and its permutation test.
//
// It knows configurations as matrices, one row a point, one column a
// dimension.
package procrustes

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// ErrDegenerate says that a configuration has no spread: all its points
// coincide, or there are fewer than two.
var ErrDegenerate = errors.New("configuration has no spread")

// Match is one configuration laid upon another.
type Match struct {
	SSD float64 // residual m² of the standardised configurations, within [0, 1]
	R   float64 // √(1 − SSD)
	// Rotated is s·X·R + 1·tᵀ, the configuration in the target's space, for
	// overlays.
	Rotated     *mat.Dense
	Rotation    *mat.Dense // R, k×k orthogonal; a reflection if its determinant is −1
	Scale       float64    // s
	Translation []float64  // t
}

// Fit finds the similarity transform of config that lies closest to target in
// the least-squares sense: the Z = s·X·R + 1·tᵀ with the smallest ‖Y − Z‖².
//
// Target Y and config X are both p×k: one row per point, one column per
// dimension, rows in the same order. R may reflect. With both configurations
// centred and scaled to unit sum of squares, XᵀY = U·Σ·Vᵀ gives R = U·Vᵀ and
//
//	SSD = 1 − (tr Σ)²,
//
// which is symmetric in the two, 0 for a perfect match, and what
// scipy.spatial.procrustes (disparity) and vegan::protest (ss) return.
//
// Fit returns an error that wraps ErrDegenerate if either configuration has
// no spread, and an error naming row and column (from 1) if an element is not
// finite. It panics if the shapes differ. Neither input is modified.
//
// Source: Schönemann and Carroll (1970), Psychometrika 35, 245–255; Peres-Neto
// and Jackson (2001), Oecologia 129, 169–178.
func Fit(target, config mat.Matrix) (*Match, error) {
	y, x, err := pair(target, config)
	if err != nil {
		return nil, err
	}
	var m mat.Dense
	m.Mul(x.z.T(), y.z)
	var svd mat.SVD
	if !svd.Factorize(&m, mat.SVDThin) {
		return nil, errors.New("singular value decomposition did not converge")
	}
	trace := 0.0
	for _, s := range svd.Values(nil) {
		trace += s
	}
	var u, v, r mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	r.Mul(&u, v.T())
	scale := trace * y.norm / x.norm
	match := &Match{SSD: ssd(trace), Rotation: &r, Scale: scale}
	match.R = math.Sqrt(1 - match.SSD)
	match.transform(config, x, y)
	return match, nil
}

// transform fills in translation and rotated configuration.
func (m *Match) transform(config mat.Matrix, x, y standardised) {
	p, k := config.Dims()
	m.Translation = append([]float64(nil), y.mean...)
	for j := range k {
		for i, mean := range x.mean {
			m.Translation[j] -= m.Scale * mean * m.Rotation.At(i, j)
		}
	}
	m.Rotated = mat.NewDense(p, k, nil)
	m.Rotated.Mul(config, m.Rotation)
	m.Rotated.Apply(func(_, j int, v float64) float64 { return m.Scale*v + m.Translation[j] }, m.Rotated)
}

// SSD is the SSD of Fit alone; for two dimensions it is a closed form without
// a decomposition. It returns and panics as Fit does.
func SSD(target, config mat.Matrix) (float64, error) {
	y, x, err := pair(target, config)
	if err != nil {
		return 0, err
	}
	return ssd(crossTrace(y.z, x.z)), nil
}

// standardised is a configuration centred and scaled to unit sum of squares.
type standardised struct {
	z    *mat.Dense
	mean []float64
	norm float64
}

// pair standardises both configurations.
func pair(target, config mat.Matrix) (y, x standardised, err error) {
	yr, yc := target.Dims()
	xr, xc := config.Dims()
	if yr != xr || yc != xc {
		panic(fmt.Sprintf("procrustes: target is %d×%d, configuration %d×%d", yr, yc, xr, xc))
	}
	if y, err = standardise(target); err != nil {
		return y, x, fmt.Errorf("target: %w", err)
	}
	if x, err = standardise(config); err != nil {
		return y, x, fmt.Errorf("configuration: %w", err)
	}
	return y, x, nil
}

func standardise(a mat.Matrix) (standardised, error) {
	p, k := a.Dims()
	s := standardised{z: mat.DenseCopyOf(a), mean: make([]float64, k)}
	size := 0.0
	for i := range p {
		for j := range k {
			v := s.z.At(i, j)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return s, fmt.Errorf("row %d, column %d is %v", i+1, j+1, v)
			}
			s.mean[j] += v / float64(p)
			size = max(size, math.Abs(v))
		}
	}
	s.z.Apply(func(_, j int, v float64) float64 { return v - s.mean[j] }, s.z)
	s.norm = mat.Norm(s.z, 2)
	// What is left of equal points after rounding is some 1e-16 of their size.
	const rounding = 1e-13
	if !(s.norm > rounding*size) {
		return s, ErrDegenerate
	}
	s.z.Scale(1/s.norm, s.z)
	return s, nil
}

// crossTrace returns the sum of the singular values of XᵀY.
func crossTrace(y, x *mat.Dense) float64 {
	var m mat.Dense
	m.Mul(x.T(), y)
	if k, _ := m.Dims(); k == 2 {
		return nuclear2(m.At(0, 0), m.At(0, 1), m.At(1, 0), m.At(1, 1))
	}
	var svd mat.SVD
	if !svd.Factorize(&m, mat.SVDNone) {
		panic("procrustes: singular value decomposition of a finite matrix failed; please report this")
	}
	trace := 0.0
	for _, s := range svd.Values(nil) {
		trace += s
	}
	return trace
}

// nuclear2 returns the sum of the singular values of the 2×2 matrix (a b; c d):
// (σ₁ + σ₂)² = σ₁² + σ₂² + 2σ₁σ₂ = ‖M‖² + 2·|det M|.
func nuclear2(a, b, c, d float64) float64 {
	return math.Sqrt(a*a + b*b + c*c + d*d + 2*math.Abs(a*d-b*c))
}

// ssd is 1 − trace², kept within [0, 1] against rounding.
func ssd(trace float64) float64 { return max(0, min(1, 1-trace*trace)) }
