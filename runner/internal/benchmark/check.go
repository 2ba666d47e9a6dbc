package benchmark

import (
	"fmt"
	"math"

	"circumplex.example/analysis/rank"
	"circumplex.example/schema"
)

// Differences of two means: agree is what rounding of both leaves, off is
// more than samples of people that answered the same items usually differ by.
const (
	agree = 0.01
	off   = 0.25
)

// Check sets the means made from answers beside means of people that are
// printed elsewhere, value by value: items in another order, a key that does not
// fit or groups of another kind show here and nowhere else.
type Check struct {
	Benchmark string       `json:"benchmark"` // what the means are set beside
	Statistic string       `json:"statistic"` // the benchmark's: median or mean
	Made      string       `json:"made"`      // the statistic of what was imported
	Values    []CheckValue `json:"values"`
	Agree     int          `json:"agree"` // values that differ by no more than rounding
	Off       int          `json:"off"`
	// Rho is the rank correlation of both columns; nil where it is not defined.
	Rho *float64 `json:"rho"`
}

// CheckValue is one value of a Check.
type CheckValue struct {
	Value      string  `json:"value"`
	Imported   float64 `json:"imported"`
	Benchmark  float64 `json:"benchmark"`
	Difference float64 `json:"difference"` // imported minus the benchmark's
	Off        bool    `json:"off"`
}

// CheckMeans compares the means among made with the first benchmark of people
// that has means, the one that the analysis names before others. It is nil if
// either is not there. A benchmark that made is about to replace is passed over.
func CheckMeans(made []*schema.Benchmark, exp *schema.Experiment) *Check {
	var means, printed *schema.Benchmark
	for _, b := range made {
		if b.Kind == "human" && b.Means != nil {
			means = b
		}
	}
	if means == nil {
		return nil
	}
	for _, b := range exp.Benchmarks {
		if b.Kind == "human" && b.Means != nil && b.Name != means.Name && (printed == nil || b.Name == exp.Analysis.MeansBenchmark) {
			printed = b
		}
	}
	if printed == nil {
		return nil
	}
	c := &Check{Benchmark: printed.Name, Statistic: printed.Statistic, Made: means.Statistic}
	var x, y []float64
	for _, v := range exp.Instrument.Values {
		m, p := means.Means[v.Code], printed.Means[v.Code]
		d := m - p
		row := CheckValue{Value: v.Code, Imported: m, Benchmark: p, Difference: d, Off: math.Abs(d) > off}
		if row.Off {
			c.Off++
		}
		if math.Abs(d) <= agree+1e-9 {
			c.Agree++
		}
		x, y = append(x, m), append(y, p)
		c.Values = append(c.Values, row)
	}
	if rho, err := rank.Spearman(x, y); err == nil {
		c.Rho = &rho.Rho
	}
	return c
}

// Verdict says in words what the comparison shows.
func (c *Check) Verdict() string {
	n := len(c.Values)
	s := fmt.Sprintf("%d of %d values agree within %.2f, %d are off by more than %.2f", c.Agree, n, agree, c.Off, off)
	if c.Rho != nil {
		s += fmt.Sprintf("; rank correlation of the two columns %.2f", *c.Rho)
	}
	switch {
	case c.Agree == n:
		return s + ". The file reproduces " + c.Benchmark + "."
	case c.Off > 0 || c.Rho != nil && *c.Rho < 0.8:
		s += ". Look at the items' order, at reversed answers and at the groups before this is used as a benchmark."
	default:
		s += ". Another sample of people answers like this; the file does not reproduce " + c.Benchmark + "."
	}
	if c.Made != c.Statistic {
		s += fmt.Sprintf(" The imported numbers are a %s, the benchmark's a %s: with --group COLUMN they are medians over groups.", c.Made, c.Statistic)
	}
	return s
}
