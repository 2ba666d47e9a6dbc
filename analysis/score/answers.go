// Package score turns the answers of a questionnaire into value scores.
//
// It knows answers, a scoring key and scores, as plain numbers in memory. It
// must not know files, tables, prompts or models.
//
//	a := score.NewAnswers(300, 57)      // all missing
//	copy(a.Row(0), []int16{4, 5, ...})  // answers of the first session
//	s, err := score.Score(a, key, score.Default())
//	means, err := s.Centred.Means(nil)
package score

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Missing is the code of an item that has no valid answer.
const Missing int16 = math.MinInt16

// Answers holds the answers of n sessions to p items, one row a session, one
// column an item, as codes of the scale. An item without a valid answer holds
// Missing.
type Answers struct {
	sessions, items int
	code            []int16 // row-major
}

// NewAnswers returns n×p answers that are all Missing. It panics if n or p is
// negative.
func NewAnswers(n, p int) *Answers {
	if n < 0 || p < 0 {
		panic(fmt.Sprintf("score: NewAnswers(%d, %d): negative size", n, p))
	}
	a := &Answers{sessions: n, items: p, code: make([]int16, n*p)}
	for i := range a.code {
		a.code[i] = Missing
	}
	return a
}

// Dims returns the number of sessions and of items.
func (a *Answers) Dims() (sessions, items int) { return a.sessions, a.items }

// Row returns the answers of session i. The slice is the storage itself: what
// is written to it changes a.
func (a *Answers) Row(i int) []int16 {
	return a.code[i*a.items : (i+1)*a.items : (i+1)*a.items]
}

// Answered counts the answers of session i that are not Missing.
func (a *Answers) Answered(i int) int {
	n := 0
	for _, c := range a.Row(i) {
		if c != Missing {
			n++
		}
	}
	return n
}

// Distinct counts how many different answer vectors the given sessions hold
// (all sessions if nil); a Missing answer differs from every code. At
// temperature 0 with one prompt the sessions are near-copies, and a share of
// distinct vectors below a tenth makes a bootstrap over sessions meaningless.
func (a *Answers) Distinct(sessions []int) int {
	seen := make(map[string]struct{}, a.sessions)
	key := make([]byte, 2*a.items)
	for _, i := range a.subset(sessions) {
		for j, c := range a.Row(i) {
			binary.LittleEndian.PutUint16(key[2*j:], uint16(c))
		}
		seen[string(key)] = struct{}{}
	}
	return len(seen)
}

// subset returns sessions, or the numbers of all sessions if it is nil.
func (a *Answers) subset(sessions []int) []int {
	if sessions != nil {
		return sessions
	}
	all := make([]int, a.sessions)
	for i := range all {
		all[i] = i
	}
	return all
}
