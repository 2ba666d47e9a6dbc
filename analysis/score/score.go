package score

import "fmt"

// Options are the rules for incomplete sessions.
type Options struct {
	// MinAnswered is the share of the items, 0 to 1, that a session must have
	// answered to be kept.
	MinAnswered float64
	// RequireAllValues drops a session in which some value has no answered
	// item; otherwise that score is missing.
	RequireAllValues bool
}

// Default returns the rules used unless an experiment says otherwise: at
// least 70 % of the items and every value.
func Default() Options { return Options{MinAnswered: 0.7, RequireAllValues: true} }

// Reason says why a session was left out.
type Reason int

// The reasons, in the order in which they are looked for.
const (
	NoAnswer      Reason = iota + 1 // not one valid answer
	TooFewAnswers                   // fewer than Options.MinAnswered
	ValueMissing                    // a value without an answered item, where all are required
)

// String returns the reason as the tables print it.
func (r Reason) String() string {
	switch r {
	case NoAnswer:
		return "no answer"
	case TooFewAnswers:
		return "too few answers"
	case ValueMissing:
		return "value without an answer"
	}
	return fmt.Sprintf("Reason(%d)", int(r))
}

// Drop is a session that takes part in no statistic.
type Drop struct {
	Session  int // row of the Answers
	Reason   Reason
	Answered int // items with a valid answer
	Value    int // first value without an answer if Reason is ValueMissing, else −1
}

// Scores are the value scores of the sessions that were kept.
type Scores struct {
	Values  []string  // names of the columns
	Raw     *Matrix   // kept sessions × values: mean of the answered items of the value
	Centred *Matrix   // Raw minus the session's MRAT
	MRAT    []float64 // mean of all answered items of each kept session
	Kept    []int     // row of the Answers of each kept session, ascending
	Dropped []Drop    // the others, ascending
}

// DroppedFor counts the sessions that were left out for a reason.
func (s *Scores) DroppedFor(r Reason) int {
	n := 0
	for _, d := range s.Dropped {
		if d.Reason == r {
			n++
		}
	}
	return n
}

// Score computes the value scores of each session.
//
// With x the keyed answers (reverse-keyed items turned round), the raw score
// of a value is the mean of its answered items, the MRAT of a session the
// mean of all its answered items, and the centred score raw − MRAT. Scores are
// never divided by a standard deviation. A value with no answered item is
// missing, or drops the session if opts require it; a session without any
// answer is always dropped. With no session kept the matrices have no rows.
//
// Score returns an error naming session and item (both from 1) if a code lies
// outside the key's scale, and one if MinAnswered is not within 0 to 1. It
// panics if a and key differ in the number of items. a is not modified.
//
// Method: Schwartz (2021), A Repository of Schwartz Value Scales with
// Instructions and an Introduction, ORPC 2(2), doi 10.9707/2307-0919.1173.
func Score(a *Answers, key *Key, opts Options) (*Scores, error) {
	if a.items != len(key.items) {
		panic(fmt.Sprintf("score: answers to %d items, key of %d", a.items, len(key.items)))
	}
	if !(opts.MinAnswered >= 0 && opts.MinAnswered <= 1) {
		return nil, fmt.Errorf("share of answered items %v is not within 0 to 1", opts.MinAnswered)
	}
	s := newScores(a, key)
	sum, n := make([]float64, len(key.values)), make([]int, len(key.values))
	for i := range a.sessions {
		answered, err := sums(sum, n, a, key, i)
		if err != nil {
			return nil, err
		}
		if d, drop := dropped(i, answered, n, a.items, opts); drop {
			s.Dropped = append(s.Dropped, d)
			continue
		}
		s.add(i, answered, sum, n)
	}
	s.Raw.trim(len(s.Kept))
	s.Centred.trim(len(s.Kept))
	return s, nil
}

func newScores(a *Answers, key *Key) *Scores {
	return &Scores{
		Values:  key.values,
		Raw:     NewMatrix(a.sessions, len(key.values)),
		Centred: NewMatrix(a.sessions, len(key.values)),
		MRAT:    make([]float64, 0, a.sessions),
		Kept:    make([]int, 0, a.sessions),
	}
}

// sums adds up the keyed answers of session i by value and counts them.
func sums(sum []float64, n []int, a *Answers, key *Key, i int) (answered int, err error) {
	clear(sum)
	clear(n)
	for j, code := range a.Row(i) {
		if code == Missing {
			continue
		}
		if code < key.low || code > key.high {
			return 0, fmt.Errorf("session %d, item %d: answer %d is not on the scale from %d to %d",
				i+1, j+1, code, key.low, key.high)
		}
		v := key.items[j].Value
		sum[v] += key.keyed(j, code)
		n[v]++
		answered++
	}
	return answered, nil
}

// dropped decides whether a session takes part.
func dropped(session, answered int, n []int, items int, opts Options) (Drop, bool) {
	d := Drop{Session: session, Answered: answered, Value: -1}
	const rounding = 1e-9 // so that 70 % of 10 items is 7
	switch {
	case answered == 0:
		d.Reason = NoAnswer
		return d, true
	case float64(answered) < opts.MinAnswered*float64(items)-rounding:
		d.Reason = TooFewAnswers
		return d, true
	case !opts.RequireAllValues:
		return d, false
	}
	for v, c := range n {
		if c == 0 {
			d.Reason, d.Value = ValueMissing, v
			return d, true
		}
	}
	return d, false
}

// add appends the scores of a session.
func (s *Scores) add(session, answered int, sum []float64, n []int) {
	row, total := len(s.Kept), 0.0
	for _, v := range sum {
		total += v
	}
	mrat := total / float64(answered)
	for v, c := range n {
		if c > 0 {
			raw := sum[v] / float64(c)
			s.Raw.Set(row, v, raw)
			s.Centred.Set(row, v, raw-mrat)
		}
	}
	s.MRAT = append(s.MRAT, mrat)
	s.Kept = append(s.Kept, session)
}

// trim keeps the first n rows.
func (m *Matrix) trim(n int) {
	m.rows, m.x, m.present = n, m.x[:n*m.cols], m.present[:n*m.cols]
	m.recount()
}
