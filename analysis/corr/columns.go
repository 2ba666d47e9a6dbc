package corr

import (
	"fmt"
	"math"

	"circumplex.example/analysis/rank"
	"circumplex.example/analysis/score"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// columns holds the rows that are used, column by column.
type columns struct {
	n, p     int
	method   Method
	x        [][]float64
	has      [][]bool
	w        []float64 // nil for 1 each
	complete bool
}

func newColumns(m *score.Matrix, opts Options) *columns {
	rows, p := m.Dims()
	if opts.Weights != nil && len(opts.Weights) != rows {
		panic(fmt.Sprintf("corr: %d weights for %d rows", len(opts.Weights), rows))
	}
	if opts.Weights != nil && opts.Method == Spearman {
		panic("corr: weights with Spearman")
	}
	used := usedRows(m, opts)
	if len(used) < rows {
		m = m.Rows(used)
	}
	c := &columns{n: len(used), p: p, method: opts.Method, complete: m.Complete()}
	if opts.Weights != nil {
		c.w = make([]float64, len(used))
		for i, from := range used {
			c.w[i] = opts.Weights[from]
		}
	}
	store, marks := make([]float64, c.n*p), make([]bool, c.n*p)
	for j := range p {
		x, has := store[j*c.n:(j+1)*c.n:(j+1)*c.n], marks[j*c.n:(j+1)*c.n:(j+1)*c.n]
		m.Column(x, has, j)
		c.x, c.has = append(c.x, x), append(c.has, has)
	}
	return c
}

// usedRows returns the rows that take part: weight above 0 and, by the rule,
// all numbers or at least one.
func usedRows(m *score.Matrix, opts Options) []int {
	rows, p := m.Dims()
	used := make([]int, 0, rows)
	for i := range rows {
		if opts.Weights != nil && !(opts.Weights[i] > 0) {
			continue
		}
		n := p
		if !m.Complete() {
			n = 0
			for j := range p {
				if _, ok := m.At(i, j); ok {
					n++
				}
			}
		}
		if n == p || opts.Missing == score.Pairwise && n > 0 {
			used = append(used, i)
		}
	}
	return used
}

func (c *columns) weight(i int) float64 {
	if c.w == nil {
		return 1
	}
	return c.w[i]
}

// correlateComplete needs every number there. It standardises each column
// once; the correlations are then one matrix product.
func (c *columns) correlateComplete() (*Result, error) {
	w, root := make([]float64, c.n), make([]float64, c.n)
	for i := range w {
		w[i] = c.weight(i)
		root[i] = math.Sqrt(w[i])
	}
	var flat []int
	z := blas64.General{Rows: c.p, Cols: c.n, Stride: c.n, Data: make([]float64, c.p*c.n)}
	for j, x := range c.x {
		row := z.Data[j*c.n : (j+1)*c.n]
		copy(row, x)
		if !centre(row, w) {
			flat = append(flat, j)
			continue
		}
		if c.method == Spearman {
			copy(row, rank.Ascending(x))
			centre(row, w)
		}
		floats.Mul(row, root)
		floats.Scale(1/floats.Norm(row, 2), row)
	}
	if len(flat) > 0 {
		return nil, &NoVarianceError{Columns: flat}
	}
	r := mat.NewSymDense(c.p, nil)
	blas64.Syrk(blas.NoTrans, 1, z, 0, r.RawSymmetric())
	for i := range c.p {
		r.SetSym(i, i, 1)
		for j := range i {
			r.SetSym(i, j, clip(r.At(i, j)))
		}
	}
	return &Result{R: r, N: c.n, MinPairN: c.n}, nil
}

// noVariance returns the columns without variance among their own numbers.
func (c *columns) noVariance() []int {
	var cols []int
	x, w := make([]float64, 0, c.n), make([]float64, 0, c.n)
	for j := range c.p {
		x, w = x[:0], w[:0]
		for i, ok := range c.has[j] {
			if ok {
				x, w = append(x, c.x[j][i]), append(w, c.weight(i))
			}
		}
		if !centre(x, w) {
			cols = append(cols, j)
		}
	}
	return cols
}

// correlatePairs works pair by pair on the rows that have both numbers.
func (c *columns) correlatePairs() (*Result, error) {
	if flat := c.noVariance(); len(flat) > 0 {
		return nil, &NoVarianceError{Columns: flat}
	}
	res := &Result{R: mat.NewSymDense(c.p, nil), N: c.n, MinPairN: c.n}
	x, y, w := make([]float64, c.n), make([]float64, c.n), make([]float64, c.n)
	for i := range c.p {
		res.R.SetSym(i, i, 1)
		for j := range i {
			n := 0
			for s := range c.n {
				if c.has[i][s] && c.has[j][s] {
					x[n], y[n], w[n] = c.x[i][s], c.x[j][s], c.weight(s)
					n++
				}
			}
			r, ok := c.pair(x[:n], y[:n], w[:n])
			if n < MinSessions || !ok {
				return nil, &PairError{I: j, J: i, N: n}
			}
			res.R.SetSym(i, j, r)
			res.MinPairN = min(res.MinPairN, n)
		}
	}
	return res, nil
}

// pair correlates two vectors, overwriting them; ok is false if one of them
// has no variance.
func (c *columns) pair(x, y, w []float64) (r float64, ok bool) {
	if c.method == Spearman {
		return rank.Rho(x, y)
	}
	if !centre(x, w) || !centre(y, w) {
		return 0, false
	}
	var sxx, syy, sxy float64
	for i, wi := range w {
		sxx += wi * x[i] * x[i]
		syy += wi * y[i] * y[i]
		sxy += wi * x[i] * y[i]
	}
	return clip(sxy / math.Sqrt(sxx*syy)), true
}

// centre subtracts the weighted mean from x and reports whether what is left
// has variance: a standard deviation of at least NoVarianceSD, with divisor
// Σw·(n−1)/n.
func centre(x, w []float64) bool {
	if len(x) < 2 {
		return false
	}
	var sum, total float64
	for i, v := range x {
		sum += w[i] * v
		total += w[i]
	}
	mean := sum / total
	var ss float64
	for i := range x {
		x[i] -= mean
		ss += w[i] * x[i] * x[i]
	}
	n := float64(len(x))
	return math.Sqrt(ss/(total*(n-1)/n)) >= NoVarianceSD
}

func clip(r float64) float64 { return max(-1, min(1, r)) }
