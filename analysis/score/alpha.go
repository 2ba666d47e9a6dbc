package score

import (
	"errors"
	"fmt"
)

// Deletion says what to do with a session that lacks some of the numbers a
// statistic needs.
type Deletion int

// The two rules.
const (
	Pairwise Deletion = iota // each covariance uses the sessions that have both items
	Listwise                 // only the sessions that have all items
)

// String returns "pairwise" or "listwise".
func (d Deletion) String() string {
	if d == Listwise {
		return "listwise"
	}
	return "pairwise"
}

// Errors of CronbachAlpha: the coefficient is not defined.
var (
	ErrOneItem    = errors.New("alpha needs at least two items")
	ErrFewCases   = errors.New("alpha needs at least two sessions for each pair of items")
	ErrNoVariance = errors.New("the sum of the items has no variance")
)

// Alpha is Cronbach's alpha of one value, or the reason why it has none.
type Alpha struct {
	Value string
	Items int
	N     int     // sessions with every item of the value
	Alpha float64 // meaningless unless Err is nil; may be negative
	Err   error   // ErrOneItem, ErrFewCases or ErrNoVariance
}

// CronbachAlpha returns Cronbach's alpha of each value of the key,
//
//	α = k/(k−1) · (1 − Σ var_i / Σ_ij cov_ij)
//
// over the k items of the value, reverse-keyed items turned round, with
// divisor n−1. sessions are the rows of a that take part (all if nil); the
// rule for missing answers is applied within each value. Where alpha is not
// defined the entry carries the reason; alpha may be negative and is never
// bounded. It panics if a and key differ in the number of items.
//
// Source: Cronbach (1951), Psychometrika 16, 297–334; Pairwise is what
// psych::alpha of R calls raw_alpha.
func CronbachAlpha(a *Answers, key *Key, sessions []int, rule Deletion) []Alpha {
	if a.items != len(key.items) {
		panic(fmt.Sprintf("score: answers to %d items, key of %d", a.items, len(key.items)))
	}
	sessions = a.subset(sessions)
	out := make([]Alpha, len(key.values))
	for v, name := range key.values {
		out[v] = alphaOf(a, key, sessions, key.columns(v), rule)
		out[v].Value = name
	}
	return out
}

func alphaOf(a *Answers, key *Key, sessions, cols []int, rule Deletion) Alpha {
	complete := completeOn(a, sessions, cols)
	res := Alpha{Items: len(cols), N: len(complete)}
	if len(cols) < 2 {
		res.Err = ErrOneItem
		return res
	}
	if rule == Listwise {
		sessions = complete
	}
	var variances, all float64
	for i, p := range cols {
		for _, q := range cols[i:] {
			c, ok := covariance(a, key, sessions, p, q)
			if !ok {
				res.Err = ErrFewCases
				return res
			}
			if p == q {
				variances += c
				all += c
			} else {
				all += 2 * c
			}
		}
	}
	const tiny = 1e-12 // answers are whole numbers: a real variance is far above
	if all < tiny {
		res.Err = ErrNoVariance
		return res
	}
	k := float64(len(cols))
	res.Alpha = k / (k - 1) * (1 - variances/all)
	return res
}

// completeOn returns the sessions that answered all the given items.
func completeOn(a *Answers, sessions, cols []int) []int {
	out := make([]int, 0, len(sessions))
next:
	for _, i := range sessions {
		row := a.Row(i)
		for _, j := range cols {
			if row[j] == Missing {
				continue next
			}
		}
		out = append(out, i)
	}
	return out
}

// covariance of items p and q over the sessions that answered both; ok is
// false below two of them.
func covariance(a *Answers, key *Key, sessions []int, p, q int) (cov float64, ok bool) {
	var n, sp, sq, spq float64
	for _, i := range sessions {
		row := a.Row(i)
		if row[p] == Missing || row[q] == Missing {
			continue
		}
		// Whole numbers: these sums are exact, so the usual cancellation of
		// the one-pass formula does not arise.
		x, y := key.keyed(p, row[p]), key.keyed(q, row[q])
		n++
		sp += x
		sq += y
		spq += x * y
	}
	if n < 2 {
		return 0, false
	}
	return (n*spq - sp*sq) / (n * (n - 1)), true
}
