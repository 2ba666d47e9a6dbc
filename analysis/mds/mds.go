// Package mds draws a map of points from their dissimilarities:
// multidimensional scaling, classical and by SMACOF.
//
// It knows symmetric matrices of dissimilarities and configurations (one row a
// point, one column a dimension).
//
//	d, err := mds.Dissimilarities(r, mds.OneMinusR)
//	fit, err := mds.Fit(d, mds.Options{Level: mds.Ratio, Restarts: 20, Seed: 1})
package mds

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Errors: no map can be drawn.
var (
	ErrTooFew   = errors.New("scaling needs at least three points")
	ErrNoSpread = errors.New("all dissimilarities are zero, so all points coincide")
)

// Dissimilarity turns a correlation into a dissimilarity.
type Dissimilarity int

// The kinds.
const (
	OneMinusR        Dissimilarity = iota // 1 − r
	SqrtTwoOneMinusR                      // √(2(1 − r)), the distance of standardised vectors
)

// String returns the kind's name in tables and options.
func (k Dissimilarity) String() string {
	if k == SqrtTwoOneMinusR {
		return "sqrt(2(1-r))"
	}
	return "1-r"
}

// Dissimilarities turns a correlation matrix into dissimilarities with a zero
// diagonal. Correlations are clipped to [−1, 1]; one that is not finite, or
// beyond by more than rounding (1e-9), is an error that names row and column
// (from 1). The diagonal of r is not read; r is not modified.
func Dissimilarities(r mat.Symmetric, kind Dissimilarity) (*mat.SymDense, error) {
	n := r.SymmetricDim()
	d := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i {
			c := r.At(i, j)
			if !(math.Abs(c) <= 1+1e-9) {
				return nil, fmt.Errorf("row %d, column %d: %v is not a correlation", i+1, j+1, c)
			}
			v := 1 - max(-1, min(1, c))
			if kind == SqrtTwoOneMinusR {
				v = math.Sqrt(2 * v)
			}
			d.SetSym(i, j, v)
		}
	}
	return d, nil
}

// Distances returns the Euclidean distances between the rows of a
// configuration.
func Distances(config mat.Matrix) *mat.SymDense {
	n, k := config.Dims()
	d := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i {
			ss := 0.0
			for c := range k {
				e := config.At(i, c) - config.At(j, c)
				ss += e * e
			}
			d.SetSym(i, j, math.Sqrt(ss))
		}
	}
	return d
}

// checked returns the n(n−1)/2 dissimilarities, row by row below the
// diagonal, or says what is wrong with them.
func checked(d mat.Symmetric) ([]float64, error) {
	n := d.SymmetricDim()
	if n < 3 {
		return nil, fmt.Errorf("%w, not %d", ErrTooFew, n)
	}
	delta := make([]float64, 0, n*(n-1)/2)
	largest := 0.0
	for i := range n {
		for j := range i {
			v := d.At(i, j)
			if !(v >= 0) || math.IsInf(v, 1) {
				return nil, fmt.Errorf("row %d, column %d: %v is not a dissimilarity", i+1, j+1, v)
			}
			largest = max(largest, v)
			delta = append(delta, v)
		}
	}
	if largest == 0 {
		return nil, ErrNoSpread
	}
	return delta, nil
}
