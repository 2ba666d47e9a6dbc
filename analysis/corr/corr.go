// Package corr correlates the columns of a score matrix.
//
// It knows numbers and which of them are missing. A correlation that is not
// defined is a typed error that says which columns are to blame, never NaN.
//
//	if cols := corr.NoVariance(s.Raw); len(cols) > 0 { ... }  // the fit is NA
//	r, err := corr.Correlate(s.Raw, corr.Options{})
package corr

import (
	"fmt"

	"circumplex.example/analysis/score"
	"gonum.org/v1/gonum/mat"
)

// Method is a kind of correlation.
type Method int

// The kinds.
const (
	Pearson  Method = iota // product-moment
	Spearman               // Pearson of the average ranks
)

// String returns the method's name in tables and options.
func (m Method) String() string {
	if m == Spearman {
		return "spearman"
	}
	return "pearson"
}

// MinSessions is the smallest number of sessions that are correlated: below
// it every correlation is 1, −1 or undefined.
const MinSessions = 3

// NoVarianceSD is the standard deviation below which a column counts as
// having no variance: scores are means of whole numbers, and rounding alone
// makes some 1e-16.
const NoVarianceSD = 1e-12

// Options are the choices of Correlate; the zero value is the default.
type Options struct {
	Method  Method
	Missing score.Deletion // Pairwise or Listwise
	// Weights are one a row, not negative, nil for 1 each. They serve the
	// rescaled bootstrap (Rao and Wu 1988); Pearson only.
	Weights []float64
}

// Result is a correlation matrix.
type Result struct {
	R *mat.SymDense // p×p, unit diagonal, within [−1, 1]
	// N is the number of rows used: those that are complete under Listwise,
	// those with at least one number under Pairwise.
	N int
	// MinPairN is the smallest number of rows any one correlation rests on.
	MinPairN int
}

// NoVarianceError says which columns have no variance among the rows used.
type NoVarianceError struct{ Columns []int }

// Error names the columns, counted from 1.
func (e *NoVarianceError) Error() string {
	s := "no variance in column"
	if len(e.Columns) > 1 {
		s += "s"
	}
	for i, c := range e.Columns {
		if i > 0 {
			s += ","
		}
		s += fmt.Sprintf(" %d", c+1)
	}
	return s
}

// TooFewError says that fewer than MinSessions rows can be used.
type TooFewError struct{ N int }

// Error gives the number there is and the number needed.
func (e *TooFewError) Error() string {
	return fmt.Sprintf("%d sessions to correlate, at least %d are needed", e.N, MinSessions)
}

// PairError says that two columns have no correlation under pairwise deletion
// although each of them has variance: fewer than MinSessions rows have both,
// or one of them is constant among those.
type PairError struct{ I, J, N int }

// Error names the columns, counted from 1.
func (e *PairError) Error() string {
	if e.N < MinSessions {
		return fmt.Sprintf("columns %d and %d have %d sessions in common, at least %d are needed", e.I+1, e.J+1, e.N, MinSessions)
	}
	return fmt.Sprintf("columns %d and %d: no variance in the %d sessions that have both", e.I+1, e.J+1, e.N)
}

// NoVariance returns the columns of x, ascending, whose standard deviation
// over the numbers present is below NoVarianceSD, a column with fewer than
// two numbers included. The rule for a condition is that no value may be
// without variance in its raw scores, also where centred scores are then
// correlated.
func NoVariance(x *score.Matrix) []int {
	var cols []int
	for j, s := range x.Summaries() {
		if sd, ok := s.SD(); !ok || sd < NoVarianceSD {
			cols = append(cols, j)
		}
	}
	return cols
}

// Correlate returns the correlations of the columns of x (n×p, rows are
// sessions).
//
// Missing numbers: under Listwise only complete rows are used; under Pairwise
// each correlation uses the rows that have both numbers (such a matrix need
// not be positive semi-definite). Ranks for Spearman are taken among the rows
// that are used for the pair. With weights w,
//
//	r_ij = Σ w (x_i − x̄_i)(x_j − x̄_j) / √(Σ w (x_i − x̄_i)² · Σ w (x_j − x̄_j)²)
//
// with weighted means, a row of weight 0 counting as absent. Coefficients are
// clipped to [−1, 1].
//
// The errors, all typed: *TooFewError below MinSessions rows,
// *NoVarianceError if columns have no variance among the rows used,
// *PairError for a pair. Correlate panics if the number of weights is not the
// number of rows, or if weights are given with Spearman. x is not modified.
func Correlate(x *score.Matrix, opts Options) (*Result, error) {
	c := newColumns(x, opts)
	if c.n < MinSessions {
		return nil, &TooFewError{N: c.n}
	}
	if c.complete {
		return c.correlateComplete()
	}
	return c.correlatePairs()
}
