// Package fisher compares two correlations by Fisher's z transformation.
package fisher

import (
	"errors"
	"fmt"
	"math"
)

// Errors of Compare: the test is not defined.
var (
	ErrTooFew  = errors.New("a comparison of correlations needs more than three pairs in each")
	ErrPerfect = errors.New("a correlation of 1 or −1 has no z transform")
)

// Test is the comparison of two correlations.
type Test struct {
	Z float64 // positive if the first correlation is the larger
	P float64 // two-sided
}

// Compare tests whether two correlations r1 and r2, of n1 and n2 pairs, are
// equal:
//
//	z = (atanh r1 − atanh r2) / √(1/(n1−3) + 1/(n2−3)),  p = 2(1 − Φ(|z|)).
//
// The test presumes independent samples. Two correlations of the same 19
// values with the same human ranking are not independent; print a bootstrapped
// difference beside it.
//
// The errors are ErrTooFew if n1 or n2 is 3 or less, ErrPerfect if |r| = 1,
// and one that names the number if it is not within [−1, 1].
//
// Source: Fisher (1921), Metron 1, 3–32.
func Compare(r1 float64, n1 int, r2 float64, n2 int) (Test, error) {
	for _, r := range [...]float64{r1, r2} {
		if !(r >= -1 && r <= 1) {
			return Test{}, fmt.Errorf("%v is not a correlation", r)
		}
		if r == 1 || r == -1 {
			return Test{}, ErrPerfect
		}
	}
	if n1 <= 3 || n2 <= 3 {
		return Test{}, fmt.Errorf("%w, not %d and %d", ErrTooFew, n1, n2)
	}
	se := math.Sqrt(1/float64(n1-3) + 1/float64(n2-3))
	z := (math.Atanh(r1) - math.Atanh(r2)) / se
	return Test{Z: z, P: math.Erfc(math.Abs(z) / math.Sqrt2)}, nil
}
