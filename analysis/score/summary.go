package score

import (
	"errors"
	"fmt"
	"math"
)

// ErrNoScores says that a mean was asked of a column without any number.
var ErrNoScores = errors.New("no scores")

// Few is the number of sessions below which a condition is to be pointed out: its
// means, and all that is made from them, may be of one or two. The number is a
// convention of ours.
const Few = 10

// Summary describes one column of a Matrix.
type Summary struct {
	N        int // numbers that are present
	mean, sd float64
}

// Mean returns the arithmetic mean; ok is false if the column has no number.
func (s Summary) Mean() (mean float64, ok bool) { return s.mean, s.N > 0 }

// SD returns the standard deviation with divisor N−1; ok is false below two
// numbers.
func (s Summary) SD() (sd float64, ok bool) { return s.sd, s.N > 1 }

// Summaries describes each column by the numbers present in it.
func (m *Matrix) Summaries() []Summary {
	out := make([]Summary, m.cols)
	for i := range m.rows {
		for j := range out {
			if at := i*m.cols + j; m.present[at] {
				out[j].N++
				out[j].mean += m.x[at]
			}
		}
	}
	for j := range out {
		out[j].mean /= math.Max(1, float64(out[j].N))
	}
	for i := range m.rows {
		for j := range out {
			if at := i*m.cols + j; m.present[at] {
				d := m.x[at] - out[j].mean
				out[j].sd += d * d
			}
		}
	}
	for j := range out {
		out[j].sd = math.Sqrt(out[j].sd / math.Max(1, float64(out[j].N-1)))
	}
	return out
}

// Means returns Σ w·x / Σ w of each column over the numbers present in it.
// Weights are one a row, not negative, all 1 if nil. It returns an error that
// wraps ErrNoScores and names the column (from 1) if the weights of its
// numbers sum to zero, and panics if the number of weights is not the number
// of rows.
func (m *Matrix) Means(weights []float64) ([]float64, error) {
	if weights != nil && len(weights) != m.rows {
		panic(fmt.Sprintf("score: %d weights for %d rows", len(weights), m.rows))
	}
	sum, total := make([]float64, m.cols), make([]float64, m.cols)
	for i := range m.rows {
		w := 1.0
		if weights != nil {
			w = weights[i]
		}
		for j := range sum {
			if at := i*m.cols + j; m.present[at] {
				sum[j] += w * m.x[at]
				total[j] += w
			}
		}
	}
	for j := range sum {
		if !(total[j] > 0) {
			return nil, fmt.Errorf("mean of column %d: %w", j+1, ErrNoScores)
		}
		sum[j] /= total[j]
	}
	return sum, nil
}
