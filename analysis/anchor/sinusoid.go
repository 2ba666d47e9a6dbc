package anchor

import (
	"errors"
	"fmt"
	"math"
)

// Errors of FitSinusoid: the curve is not defined.
var (
	ErrTooShort = errors.New("a sinusoid needs at least four points")
	ErrFlat     = errors.New("all points are equal, so there is no sinusoid to fit")
)

// Sinusoid is the curve a + b·cos(2πs/n − φ) over the offsets s = 0 … n−1.
type Sinusoid struct {
	A   float64 // mean level
	B   float64 // amplitude, not negative
	Phi float64 // offset of the peak in radians, within (−π, π]
	R2  float64 // share of the variance of the points, within [0, 1]
}

// At returns the height of the curve at an offset, in steps of n on the full
// circle.
func (s Sinusoid) At(offset float64, n int) float64 {
	return s.A + s.B*math.Cos(2*math.Pi*offset/float64(n)-s.Phi)
}

// FitSinusoid fits a + b·cos(2πs/n − φ), b ≥ 0, to y_s, s = 0 … n−1, by least
// squares. The regression on 1, cos and sin is linear and the three are
// orthogonal over a full circle, so that
//
//	a = ȳ,  c = 2/n Σ y cos(2πs/n),  d = 2/n Σ y sin(2πs/n),
//	b = √(c² + d²),  φ = atan2(d, c).
//
// R² is 1 − residual/total sum of squares. Where the amplitude vanishes φ is
// 0. The errors are ErrTooShort below four points, ErrFlat if the points do
// not differ (R² is then undefined), and one naming the offset of a point
// that is not finite. y is not modified.
//
// Source: Bloomfield (2000), Fourier Analysis of Time Series, section 2.2.
func FitSinusoid(y []float64) (Sinusoid, error) {
	n := len(y)
	for s, v := range y {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Sinusoid{}, fmt.Errorf("the point at offset %d is %v", s, v)
		}
	}
	if n < 4 {
		return Sinusoid{}, fmt.Errorf("%w, not %d", ErrTooShort, n)
	}
	var a, c, d float64
	for _, v := range y {
		a += v / float64(n)
	}
	for s, v := range y {
		sin, cos := math.Sincos(2 * math.Pi * float64(s) / float64(n))
		c += 2 * (v - a) * cos / float64(n)
		d += 2 * (v - a) * sin / float64(n)
	}
	fit := Sinusoid{A: a, B: math.Hypot(c, d), Phi: phase(d, c)}
	var residual, total, size float64
	for s, v := range y {
		e := v - fit.At(float64(s), n)
		residual += e * e
		total += (v - a) * (v - a)
		size = max(size, math.Abs(v))
	}
	const rounding = 1e-12 // relative to the largest point, as a standard deviation
	if math.Sqrt(total/float64(n)) <= rounding*size {
		return Sinusoid{}, ErrFlat
	}
	fit.R2 = max(0, 1-residual/total)
	return fit, nil
}

// phase is atan2 with −π turned into π, so that the range is (−π, π].
func phase(d, c float64) float64 {
	if phi := math.Atan2(d, c); phi != -math.Pi {
		return phi
	}
	return math.Pi
}
