package mds

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
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
	// gonum's mds.TorgersonScaling gives the same (a test compares them) but
	// takes three times as long and counts rounding as dimensions.
	var eigen mat.EigenSym
	if !eigen.Factorize(doublyCentred(d), true) {
		return nil, errors.New("eigenvalue decomposition did not converge")
	}
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	ascending := eigen.Values(nil)
	t := &Scaling{Config: mat.NewDense(n, dims, nil), Eigenvalues: make([]float64, n)}
	for c := range t.Eigenvalues {
		t.Eigenvalues[c] = ascending[n-1-c]
	}
	for c := range dims {
		if t.Eigenvalues[c] <= 1e-10*t.Eigenvalues[0] {
			break
		}
		t.Positive++
		for i := range n {
			t.Config.Set(i, c, math.Sqrt(t.Eigenvalues[c])*vectors.At(i, n-1-c))
		}
	}
	settleSigns(t.Config)
	return t, nil
}

// doublyCentred returns −½·J·D²·J.
func doublyCentred(d mat.Symmetric) *mat.SymDense {
	n := d.SymmetricDim()
	b := mat.NewSymDense(n, nil)
	mean, grand := make([]float64, n), 0.0
	for i := range n {
		for j := range i {
			v := d.At(i, j) * d.At(i, j)
			b.SetSym(i, j, v)
			mean[i] += v / float64(n)
			mean[j] += v / float64(n)
		}
	}
	for _, m := range mean {
		grand += m / float64(n)
	}
	for i := range n {
		for j := range i + 1 {
			b.SetSym(i, j, -0.5*(b.At(i, j)-mean[i]-mean[j]+grand))
		}
	}
	return b
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
