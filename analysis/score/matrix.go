package score

import (
	"fmt"
	"math"
)

// Matrix is an n×p matrix of numbers of which some may be missing: one row a
// session, one column a value. A missing element is marked in a mask; the
// numbers themselves are always finite.
type Matrix struct {
	rows, cols int
	x          []float64 // row-major; 0 where missing
	present    []bool
	missing    int
}

// NewMatrix returns an n×p matrix whose elements are all missing. It panics
// if n or p is negative.
func NewMatrix(n, p int) *Matrix {
	if n < 0 || p < 0 {
		panic(fmt.Sprintf("score: NewMatrix(%d, %d): negative size", n, p))
	}
	return &Matrix{rows: n, cols: p, x: make([]float64, n*p), present: make([]bool, n*p), missing: n * p}
}

// Dims returns the number of rows and columns.
func (m *Matrix) Dims() (rows, cols int) { return m.rows, m.cols }

// Complete reports whether no element is missing.
func (m *Matrix) Complete() bool { return m.missing == 0 }

// At returns the element in row i, column j, and whether it is present.
func (m *Matrix) At(i, j int) (float64, bool) {
	at := m.index(i, j)
	return m.x[at], m.present[at]
}

// Set stores a number in row i, column j. It panics if v is not finite: use
// the mask, not NaN, for what is missing.
func (m *Matrix) Set(i, j int, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		panic(fmt.Sprintf("score: Matrix.Set(%d, %d): %v is not finite", i, j, v))
	}
	at := m.index(i, j)
	if !m.present[at] {
		m.present[at] = true
		m.missing--
	}
	m.x[at] = v
}

func (m *Matrix) index(i, j int) int {
	if i < 0 || i >= m.rows || j < 0 || j >= m.cols {
		panic(fmt.Sprintf("score: element (%d, %d) of a %d×%d matrix", i, j, m.rows, m.cols))
	}
	return i*m.cols + j
}

// Column copies column j into x and its mask into present (true = there).
// Both must have one element a row, or it panics; x is 0 where missing.
func (m *Matrix) Column(x []float64, present []bool, j int) {
	if len(x) != m.rows || len(present) != m.rows {
		panic(fmt.Sprintf("score: Column into %d numbers and %d marks, want %d", len(x), len(present), m.rows))
	}
	if j < 0 || j >= m.cols {
		panic(fmt.Sprintf("score: column %d of %d", j, m.cols))
	}
	for i, at := 0, j; i < len(x); i, at = i+1, at+m.cols {
		x[i], present[i] = m.x[at], m.present[at]
	}
}

// Rows returns a new matrix of the given rows, in that order; a row may be
// named more than once (a bootstrap sample).
func (m *Matrix) Rows(idx []int) *Matrix {
	out := NewMatrix(len(idx), m.cols)
	for i, from := range idx {
		copy(out.x[i*m.cols:(i+1)*m.cols], m.x[from*m.cols:(from+1)*m.cols])
		copy(out.present[i*m.cols:(i+1)*m.cols], m.present[from*m.cols:(from+1)*m.cols])
	}
	out.recount()
	return out
}

// Cols returns a new matrix of the given columns, in that order.
func (m *Matrix) Cols(idx []int) *Matrix {
	out := NewMatrix(m.rows, len(idx))
	for i := range m.rows {
		for j, from := range idx {
			at := m.index(i, from)
			out.x[i*out.cols+j], out.present[i*out.cols+j] = m.x[at], m.present[at]
		}
	}
	out.recount()
	return out
}

func (m *Matrix) recount() {
	m.missing = 0
	for _, p := range m.present {
		if !p {
			m.missing++
		}
	}
}
