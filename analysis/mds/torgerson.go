package mds

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
	gonum "gonum.org/v1/gonum/stat/mds"
)

// Scaling is a classical scaling.
type Scaling struct {
	Config      *mat.Dense // n×dims, centred
	Eigenvalues []float64  // all n of the doubly centred matrix, descending; may be negative
	// Positive is the number of columns of Config that are not zero: fewer
	// than dims if fewer eigenvalues are positive.
	Positive int
}

// Torgerson computes the classical scaling of dissimilarities d into dims
// dimensions. With J = I − 11ᵀ/n and D² the squared dissimilarities,
//
//	B = −½·J·D²·J,
//
// and column c of the configuration is the eigenvector of the c-th largest
// eigenvalue of B times the root of that eigenvalue. An eigenvalue below 1e-10
// of the largest is rounding: its column is zero. In each column the element
// of largest magnitude (the first of several) is positive.
//
// The errors are ErrTooFew below three points, ErrNoSpread if all
// dissimilarities are zero, and one naming row and column (from 1) of a
// dissimilarity that is negative or not finite. Torgerson panics if dims is
// not within 1 to n. d is not modified.
//
// Source: Torgerson (1952), Psychometrika 17, 401–419.
func Torgerson(d mat.Symmetric, dims int) (*Scaling, error) {
	if _, err := checked(d); err != nil {
		return nil, err
	}
	n := d.SymmetricDim()
	if dims < 1 || dims > n {
		panic(fmt.Sprintf("mds: %d dimensions for %d points", dims, n))
	}
	t := &Scaling{Config: mat.NewDense(n, dims, nil), Eigenvalues: make([]float64, n)}
	var all mat.Dense
	// The count it returns takes rounding for dimensions, hence our own cut.
	k, _ := gonum.TorgersonScaling(&all, t.Eigenvalues, d)
	for c := range min(k, dims) {
		if t.Eigenvalues[c] <= 1e-10*t.Eigenvalues[0] {
			break
		}
		t.Positive++
		for i := range n {
			t.Config.Set(i, c, all.At(i, c))
		}
	}
	settleSigns(t.Config)
	return t, nil
}

// settleSigns mirrors columns so that the element of largest magnitude in each
// is positive. Elements within 1e-9 of the largest count as equal, and the
// first of them decides, so that rounding cannot flip a column.
func settleSigns(x *mat.Dense) {
	n, k := x.Dims()
	for c := range k {
		largest := 0.0
		for i := range n {
			largest = max(largest, math.Abs(x.At(i, c)))
		}
		for i := range n {
			v := x.At(i, c)
			if math.Abs(v) < largest*(1-1e-9) {
				continue
			}
			if v < 0 {
				for r := range n {
					x.Set(r, c, -x.At(r, c))
				}
			}
			break
		}
	}
}

// toPrincipalAxes centres a configuration and turns it so that its columns are
// uncorrelated and their spread descends.
func toPrincipalAxes(x *mat.Dense) {
	n, k := x.Dims()
	for c := range k {
		mean := 0.0
		for i := range n {
			mean += x.At(i, c) / float64(n)
		}
		for i := range n {
			x.Set(i, c, x.At(i, c)-mean)
		}
	}
	var svd mat.SVD
	if svd.Factorize(x, mat.SVDThin) {
		var v, turned mat.Dense
		svd.VTo(&v)
		turned.Mul(x, &v)
		x.Copy(&turned)
	}
	settleSigns(x)
}
