// Package bootstrap resamples sessions to say how far a statistic would vary
// from one sample of sessions to the next.
//
// It knows units (sessions or replicates), the strata that a design fixes, and
// weights. What is computed from weighted units is its callers' business.
//
//	d, err := bootstrap.NewDesign(len(sessions), strata, seed)
//	x, err := d.Run(ctx, 1000, 1, 0, func() bootstrap.Statistic {
//		return func(w, out []float64) { out[0] = weightedMean(scores, w) }
//	}, nil)
//	ci, err := bootstrap.Percentile(x[0], 0.95)
//
// Resample b depends on the seed and on b alone, so results are the same
// whatever the number of processors, and more resamples keep the first ones.
// Two conditions resampled by designs of one seed over the same units and
// strata are resampled alike: the differences of their replicates are paired.
// Designs of different seeds give independent differences.
//
// [MeasuredCoverage] tells how often intervals of this package contained the truth in
// simulated data of known structure.
package bootstrap

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
)

// ErrTooFew says that there is nothing to resample.
var ErrTooFew = errors.New("an interval needs at least two sessions")

// SingletonError says that a stratum holds one unit, whose spread within the
// stratum is unknown.
type SingletonError struct{ Stratum int }

// Error names the stratum by its number.
func (e *SingletonError) Error() string {
	return fmt.Sprintf("stratum %d holds one session, whose spread cannot be estimated", e.Stratum)
}

// Design is what is resampled: units, the strata they stand in, and a seed.
type Design struct {
	n      int
	strata [][]int // units of each stratum; nil: simple resampling
	seed   uint64
}

// NewDesign prepares the resampling of n units. With strata nil it is simple:
// n of n, with replacement. Otherwise strata holds the stratum of each unit
// (any numbers), and resampling is the rescaled bootstrap within them.
//
// The errors are ErrTooFew below two units, and *SingletonError for a stratum
// of one. NewDesign panics unless strata is nil or has one element a unit.
func NewDesign(n int, strata []int, seed uint64) (*Design, error) {
	if strata != nil && len(strata) != n {
		panic(fmt.Sprintf("bootstrap: %d strata for %d units", len(strata), n))
	}
	if n < 2 {
		return nil, fmt.Errorf("%w, not %d", ErrTooFew, n)
	}
	d := &Design{n: n, seed: seed}
	if strata == nil {
		return d, nil
	}
	d.strata = group(strata)
	for _, s := range d.strata {
		if len(s) == 1 {
			return nil, &SingletonError{Stratum: strata[s[0]]}
		}
	}
	return d, nil
}

// group lists the units of each stratum, strata in the order of their first
// unit.
func group(strata []int) [][]int {
	place := map[int]int{}
	var out [][]int
	for i, s := range strata {
		k, ok := place[s]
		if !ok {
			k = len(out)
			place[s] = k
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}

// Units is the number of units.
func (d *Design) Units() int { return d.n }

// Stratified tells whether units are resampled within strata.
func (d *Design) Stratified() bool { return d.strata != nil }

// Equal tells whether all weights of a resample are multiples of one number:
// simple resampling, or strata of equal size. Statistics that take no weights
// can then be computed from repeated units.
func (d *Design) Equal() bool {
	for _, s := range d.strata {
		if len(s) != len(d.strata[0]) {
			return false
		}
	}
	return true
}

// Weights writes the weights of resample b, from 0, to w, one a unit; they sum
// to the number of units.
//
// Simple resampling draws n of n units with replacement; the weight is how
// often a unit was drawn. The bootstrap variance of a mean is then
// (n−1)/n · s²/n.
//
// Within a stratum h of m units the rescaled bootstrap draws m−1 with
// replacement, and a unit drawn c times weighs
//
//	w = c · m/(m−1).
//
// The weights of each stratum sum to m, so strata keep their shares, and the
// bootstrap variance of a mean is the unbiased Σ_h (m_h/n)² s_h²/m_h. Drawing
// m of m would shrink it by (m−1)/m in each stratum, 20 % where m is 5.
//
// It panics if w has another length. Sources: Efron (1979), Annals of
// Statistics 7, 1–26; Rao and Wu (1988), JASA 83, 231–241, doi
// 10.1080/01621459.1988.10478591, with m_h = n_h − 1; as weights: Rao, Wu and
// Yue (1992), Survey Methodology 18, 209–217.
func (d *Design) Weights(w []float64, b int) {
	if len(w) != d.n {
		panic(fmt.Sprintf("bootstrap: %d weights for %d units", len(w), d.n))
	}
	clear(w)
	rng := rand.New(rand.NewPCG(d.seed, uint64(b)))
	if d.strata == nil {
		for range d.n {
			w[rng.IntN(d.n)]++
		}
		return
	}
	for _, s := range d.strata {
		each := float64(len(s)) / float64(len(s)-1)
		for range len(s) - 1 {
			w[s[rng.IntN(len(s))]] += each
		}
	}
}

// Halves splits n units into two halves at random, within strata if they are
// given. Split i, from 0, depends on seed and i alone. Of an odd number of
// units in a stratum the odd one goes to the half that is smaller so far, or
// by chance if they are equal: sizes differ by one at most. The halves are
// ascending.
func Halves(n int, strata []int, seed uint64, i int) (first, second []int) {
	groups := [][]int{make([]int, n)}
	for k := range n {
		groups[0][k] = k
	}
	if strata != nil {
		groups = group(strata)
	}
	rng := rand.New(rand.NewPCG(seed, 0x73706c6974<<24|uint64(i))) // "split"
	side := make([]bool, n)
	size := [2]int{}
	for _, g := range groups {
		order := rng.Perm(len(g))
		lot := rng.IntN(2) == 0
		for k, at := range order {
			second := k%2 == 1
			if k == len(order)-1 && k%2 == 0 { // the odd one
				second = size[1] < size[0] || size[0] == size[1] && lot
			}
			side[g[at]] = second
			if second {
				size[1]++
			} else {
				size[0]++
			}
		}
	}
	for k, s := range side {
		if s {
			second = append(second, k)
		} else {
			first = append(first, k)
		}
	}
	return first, second
}

// MixSeed derives a seed from a seed and words, for a stream of its own.
func MixSeed(seed uint64, words ...string) uint64 {
	h := fnv.New64a()
	for i := range 8 {
		_, _ = h.Write([]byte{byte(seed >> (8 * i))}) // never fails
	}
	for _, w := range words {
		_, _ = fmt.Fprintf(h, "%d:%s", len(w), w)
	}
	return h.Sum64()
}
