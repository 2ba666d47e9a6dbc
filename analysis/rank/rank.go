// Package rank gives average ranks and Spearman's rank correlation.
//
// It knows vectors of numbers and nothing of where they come from.
package rank

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Errors of Spearman: the coefficient is not defined.
var (
	ErrTooFew   = errors.New("rank correlation needs at least three pairs")
	ErrConstant = errors.New("all elements of one vector are equal, so it has no rank correlation")
)

// tieTolerance, relative to the largest magnitude, is how near two elements
// must stand to count as equal. Means of whole numbers that are equal as
// fractions come out some 1e-16 apart; true differences are far larger.
const tieTolerance = 1e-12

// Descending returns the rank of each element of x, 1 for the largest. Equal
// elements (those that differ by rounding alone, 1e-12 of the largest
// magnitude, included) share the average of the ranks they take up, so ranks
// always sum to n(n+1)/2. Elements must be finite; x is not modified.
func Descending(x []float64) []float64 {
	r := Ascending(x)
	for i := range r {
		r[i] = float64(len(x)+1) - r[i]
	}
	return r
}

// Ascending is Descending with 1 for the smallest.
func Ascending(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return a - b
	})
	size := 0.0
	for _, v := range x {
		size = max(size, math.Abs(v))
	}
	r := make([]float64, len(x))
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && x[order[hi]]-x[order[hi-1]] <= tieTolerance*size {
			hi++
		}
		for _, i := range order[lo:hi] {
			r[i] = float64(lo+1+hi) / 2 // mean of lo+1 … hi
		}
		lo = hi
	}
	return r
}

// Correlation is Spearman's rho with its test.
type Correlation struct {
	Rho float64 // within [−1, 1]
	P   float64 // two-sided, of rho = 0
	N   int     // pairs
}

// Spearman returns Pearson's correlation of the average ranks of x and y. Its
// p-value is two-sided from t = ρ·√((n−2)/(1−ρ²)) with n−2 degrees of freedom,
// 0 for |ρ| = 1 (scipy.stats.spearmanr; R cor.test with exact = FALSE).
//
// The errors are ErrTooFew below three pairs, ErrConstant if all elements of
// one vector are equal, and one that names the element (from 1) if it is not
// finite. Spearman panics if the lengths differ. Neither input is modified.
//
// Source: Kendall and Stuart (1973), The Advanced Theory of Statistics 2,
// section 31.19.
func Spearman(x, y []float64) (Correlation, error) {
	if len(x) != len(y) {
		panic(fmt.Sprintf("rank: %d and %d elements", len(x), len(y)))
	}
	if err := finite(x, y); err != nil {
		return Correlation{}, err
	}
	n := len(x)
	if n < 3 {
		return Correlation{}, fmt.Errorf("%w, not %d", ErrTooFew, n)
	}
	rho, ok := Rho(x, y)
	if !ok {
		return Correlation{}, ErrConstant
	}
	return Correlation{Rho: rho, P: pValue(rho, n), N: n}, nil
}

// Rho returns the coefficient of Spearman alone; ok is false if a vector is
// constant or empty. Elements must be finite and the lengths equal.
func Rho(x, y []float64) (rho float64, ok bool) {
	rx, ry := Ascending(x), Ascending(y)
	mean := float64(len(x)+1) / 2
	var sxx, syy, sxy float64
	for i := range rx {
		a, b := rx[i]-mean, ry[i]-mean
		sxx += a * a
		syy += b * b
		sxy += a * b
	}
	if sxx == 0 || syy == 0 {
		return 0, false
	}
	return max(-1, min(1, sxy/math.Sqrt(sxx*syy))), true
}

// pValue is P(|T| > |t|) of Student's t with ν = n−2, as the incomplete beta
// function I(ν/2, 1/2; ν/(ν+t²)), in which ν/(ν+t²) = 1 − ρ². It keeps its
// relative precision far out in the tail.
func pValue(rho float64, n int) float64 {
	return mathext.RegIncBeta(float64(n-2)/2, 0.5, (1-rho)*(1+rho))
}

func finite(vectors ...[]float64) error {
	for v, x := range vectors {
		for i, e := range x {
			if math.IsNaN(e) || math.IsInf(e, 0) {
				return fmt.Errorf("element %d of the %s vector is %v, not a number that has a rank",
					i+1, [...]string{"first", "second"}[v], e)
			}
		}
	}
	return nil
}
