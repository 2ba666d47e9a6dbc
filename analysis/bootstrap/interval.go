package bootstrap

import (
	"fmt"
	"math"
	"slices"
)

// MinDefined is the share of the resamples in which a statistic must be
// defined to have an interval.
const MinDefined = 0.95

// UndefinedError says that a statistic is not defined in too many resamples.
type UndefinedError struct{ Defined, Resamples int }

// Error gives both numbers.
func (e *UndefinedError) Error() string {
	return fmt.Sprintf("the statistic is defined in %d of %d resamples, fewer than %.0f %%", e.Defined, e.Resamples, 100*MinDefined)
}

// Interval is a bootstrap interval.
type Interval struct {
	Low, High float64
	SE        float64 // standard deviation of the replicates, divisor n − 1
	Mean      float64 // of the replicates; Mean − estimate estimates the bias
	Defined   int     // resamples in which the statistic is defined
}

// Percentile returns the percentile interval of a confidence level such as
// 0.95: the (1−level)/2 and (1+level)/2 quantiles of the B defined replicates
// x, the p-quantile being the order statistic p·(B+1), interpolated between
// neighbours (Hyndman and Fan 1996, type 6).
//
// It returns *UndefinedError if x is defined in fewer than MinDefined of the
// resamples, or in fewer than two. x is not modified.
//
// Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap,
// section 13.3.
func Percentile(x []float64, level float64) (Interval, error) {
	v, iv, err := spread(x)
	if err != nil {
		return iv, err
	}
	slices.Sort(v)
	iv.Low, iv.High = quantile(v, (1-level)/2), quantile(v, (1+level)/2)
	return iv, nil
}

// Scale is a monotone scale on which an interval is reflected.
type Scale int

// The scales.
const (
	Identity Scale = iota
	FisherZ        // atanh, for a correlation
	Logit          // log(x/(1−x)), for a share such as SSD
)

// edge keeps a bounded statistic off its bounds, where the scale is infinite.
const edge = 1e-6

func (s Scale) to(x float64) float64 {
	switch s {
	case FisherZ:
		return math.Atanh(max(-1+edge, min(1-edge, x)))
	case Logit:
		x = max(edge, min(1-edge, x))
		return math.Log(x / (1 - x))
	}
	return x
}

func (s Scale) from(y float64) float64 {
	switch s {
	case FisherZ:
		return math.Tanh(y)
	case Logit:
		return 1 / (1 + math.Exp(-y))
	}
	return y
}

// Reflected returns the basic bootstrap interval on a scale g: with q the
// quantiles of the replicates,
//
//	g⁻¹(2·g(estimate) − g(q_high))  to  g⁻¹(2·g(estimate) − g(q_low)).
//
// Where an estimate is biased, its replicates are biased once more in the same
// direction, and percentiles miss the truth by twice the bias; the reflection
// takes that back. Errors are those of Percentile.
//
// Source: Davison and Hinkley (1997), Bootstrap Methods and their Application,
// section 5.2.
func Reflected(estimate float64, x []float64, level float64, g Scale) (Interval, error) {
	iv, err := Percentile(x, level)
	if err != nil {
		return iv, err
	}
	at := 2 * g.to(estimate)
	iv.Low, iv.High = g.from(at-g.to(iv.High)), g.from(at-g.to(iv.Low))
	return iv, nil
}

// Symmetric returns the symmetric bootstrap interval on a scale g: with q the
// level-quantile of |g(x) − g(estimate)| over the replicates x,
//
//	g⁻¹(g(estimate) − q)  to  g⁻¹(g(estimate) + q).
//
// The distance of a replicate from the estimate has bias and spread in it, as
// that of the estimate from the truth has, so the interval reaches over a bias
// whose direction percentiles follow the wrong way. Errors are those of
// Percentile.
//
// Source: Hall (1988), Journal of the Royal Statistical Society B 50, 35–45.
func Symmetric(estimate float64, x []float64, level float64, g Scale) (Interval, error) {
	iv, at, q, _, err := around(estimate, x, level, g)
	if err != nil {
		return iv, err
	}
	iv.Low, iv.High = g.from(at-q), g.from(at+q)
	return iv, nil
}

// around gives the estimate on the scale g, the level-quantile of the
// replicates' distances from it, and their mean distance with its sign.
func around(estimate float64, x []float64, level float64, g Scale) (iv Interval, at, q, bias float64, err error) {
	v, iv, err := spread(x)
	if err != nil {
		return iv, 0, 0, 0, err
	}
	at = g.to(estimate)
	for i, e := range v {
		d := g.to(e) - at
		bias += d / float64(len(v))
		v[i] = math.Abs(d)
	}
	slices.Sort(v)
	return iv, at, quantile(v, level), bias, nil
}

// Spanning returns the interval that spans two symmetric ones on a scale g: the
// one about the estimate (see [Symmetric]) and the one of the same width about
// the estimate less its bias, the mean of g(x) − g(estimate) over the replicates
// x. It is the symmetric interval made longer, by the bias, on the side where a
// biased estimate leaves the truth. Errors are those of Percentile.
//
// No theory makes it exact: it was chosen among eleven for its coverage in
// simulated data, see [MeasuredCoverage] and METHODS.md.
func Spanning(estimate float64, x []float64, level float64, g Scale) (Interval, error) {
	iv, at, q, bias, err := around(estimate, x, level, g)
	if err != nil {
		return iv, err
	}
	iv.Low, iv.High = g.from(at-q-max(bias, 0)), g.from(at+q-min(bias, 0))
	return iv, nil
}

// spread collects the defined replicates with their mean and deviation.
func spread(x []float64) ([]float64, Interval, error) {
	v := defined(x)
	iv := Interval{Defined: len(v)}
	if len(v) < 2 || float64(len(v)) < MinDefined*float64(len(x)) {
		return nil, iv, &UndefinedError{Defined: len(v), Resamples: len(x)}
	}
	for _, e := range v {
		iv.Mean += e / float64(len(v))
	}
	for _, e := range v {
		iv.SE += (e - iv.Mean) * (e - iv.Mean)
	}
	iv.SE = math.Sqrt(iv.SE / float64(len(v)-1))
	return v, iv, nil
}

// quantile interpolates between the order statistics of sorted v.
func quantile(v []float64, p float64) float64 {
	at := p*float64(len(v)+1) - 1 // from 0
	k := int(max(0, at))
	switch {
	case at <= 0:
		return v[0]
	case k+1 >= len(v):
		return v[len(v)-1]
	}
	return v[k] + (at-float64(k))*(v[k+1]-v[k])
}

// Median returns the median of the defined elements of x and how many those
// are; 0 of none.
func Median(x []float64) (median float64, n int) {
	v := defined(x)
	if len(v) == 0 {
		return 0, 0
	}
	slices.Sort(v)
	return quantile(v, 0.5), len(v)
}
