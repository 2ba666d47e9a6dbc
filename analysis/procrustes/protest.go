package procrustes

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// DefaultPermutations is the number of permutations of a printed test; 999
// could not give p < .001.
const DefaultPermutations = 9999

// Null summarises the SSDs of the permutations: what labels put down at
// random would give.
type Null struct {
	Mean float64
	Q05  float64 // 5 % point: one random labelling in twenty is as small
	Q01  float64 // 1 % point
}

// Test is a permutation test of a match.
type Test struct {
	SSD, R       float64 // of the configurations as they are
	P            float64 // (AtMost+1)/(Permutations+1)
	Permutations int
	AtMost       int // permutations whose SSD is not above the observed one
	Null         Null
}

// Protest tests whether the match of two configurations is closer than that
// of randomly exchanged labels. It permutes the rows of one configuration and
// counts the permutations b whose SSD is at most the observed one (ties within
// rounding included); p = (b+1)/(m+1) of m permutations.
//
// Shapes, errors and panics are those of Fit; it also panics if permutations
// is below 1. The same seed gives the same result. Neither input is modified.
//
// Source: Jackson (1995), Écoscience 2, 297–303; Peres-Neto and Jackson
// (2001), Oecologia 129, 169–178.
func Protest(target, config mat.Matrix, permutations int, seed uint64) (*Test, error) {
	if permutations < 1 {
		panic(fmt.Sprintf("procrustes: %d permutations", permutations))
	}
	y, x, err := pair(target, config)
	if err != nil {
		return nil, err
	}
	rng := rand.New(rand.NewPCG(seed, 0x70726f74657374)) // "protest"
	null := make([]float64, permutations)
	if _, k := target.Dims(); k == 2 {
		permute2(null, y.z, x.z, rng)
	} else {
		permuteAny(null, y.z, x.z, rng)
	}
	test := &Test{SSD: ssd(crossTrace(y.z, x.z)), Permutations: permutations}
	test.R = math.Sqrt(1 - test.SSD)
	const rounding = 1e-12
	for _, s := range null {
		if s <= test.SSD+rounding {
			test.AtMost++
		}
	}
	test.P = float64(test.AtMost+1) / float64(permutations+1)
	test.Null = summarise(null)
	return test, nil
}

// permute2 fills null with the SSDs of permuted two-dimensional
// configurations by the closed form.
func permute2(null []float64, y, x *mat.Dense, rng *rand.Rand) {
	p, _ := y.Dims()
	a, b := y.RawMatrix().Data, slices.Clone(x.RawMatrix().Data)
	for m := range null {
		var m00, m01, m10, m11 float64
		// Fisher and Yates, and the sum over the points as they settle.
		for i := p - 1; i >= 0; i-- {
			j := int(rng.Uint32N(uint32(i + 1)))
			b0, b1 := b[2*j], b[2*j+1]
			b[2*j], b[2*j+1] = b[2*i], b[2*i+1]
			b[2*i], b[2*i+1] = b0, b1
			a0, a1 := a[2*i], a[2*i+1]
			m00 += b0 * a0
			m01 += b0 * a1
			m10 += b1 * a0
			m11 += b1 * a1
		}
		null[m] = ssd(nuclear2(m00, m01, m10, m11))
	}
}

// permuteAny is permute2 for any number of dimensions.
func permuteAny(null []float64, y, x *mat.Dense, rng *rand.Rand) {
	p, _ := y.Dims()
	shuffled := mat.DenseCopyOf(x)
	for m := range null {
		for i, from := range rng.Perm(p) {
			shuffled.SetRow(i, x.RawRowView(from))
		}
		null[m] = ssd(crossTrace(y, shuffled))
	}
}

// summarise sorts null.
func summarise(null []float64) Null {
	slices.Sort(null)
	return Null{
		Mean: stat.Mean(null, nil),
		Q05:  stat.Quantile(0.05, stat.Empirical, null, nil),
		Q01:  stat.Quantile(0.01, stat.Empirical, null, nil),
	}
}
