// Package anchor computes the anchor-shift curve: how high respondents who
// were told to hold one value score on it and on the values further round the
// circle.
//
// It knows scores, anchors as column numbers, and the order of the circle.
package anchor

import (
	"errors"
	"fmt"

	"circumplex.example/analysis/score"
)

// None is the anchor of a session that takes no part in the curve: no anchor,
// or one that is not on the circle.
const None = -1

// ErrNoSession says that no session has an anchor on the circle.
var ErrNoSession = errors.New("no session has an anchor on the circle")

// Curve is the mean score by offset from the anchored value.
type Curve struct {
	Offset   []float64   // mean over the anchors; element s is s steps round the circle
	ByAnchor [][]float64 // the curve of each anchor, in circle order; nil where it has no session
	Sessions []int       // sessions of each anchor, in circle order
	Used     int         // sessions that take part
	LeftOut  int         // sessions whose anchor is None
}

// Shift computes the anchor-shift curve of Value Anchor sessions.
//
// x holds the scores, one row a session, one column a value (centred scores
// for the printed curve). anchors gives each session's anchored value as a
// column of x, or None. circle lists the p columns in the order in which the
// values stand round the circle. In each session the scores are rotated so
// that the anchored value stands at offset 0; element s is then averaged over
// the sessions of an anchor that have it, and over the anchors that have
// sessions, each with the same weight.
//
// It returns ErrNoSession if no session has an anchor, and an error that
// names anchor and offset if no session of that anchor has that score. It
// panics if the sizes disagree, if circle is not a permutation of the columns
// or an anchor is not a column. No input is modified.
func Shift(x *score.Matrix, anchors, circle []int) (*Curve, error) {
	rows, p := x.Dims()
	if len(anchors) != rows || len(circle) != p {
		panic(fmt.Sprintf("anchor: %d anchors and a circle of %d for %d×%d scores", len(anchors), len(circle), rows, p))
	}
	c := newCollector(p, circle)
	for i, a := range anchors {
		if a != None {
			c.add(x, i, a)
		}
	}
	return c.curve(rows)
}

type collector struct {
	p        int
	circle   []int // position → column
	position []int // column → position
	sum      [][]float64
	n        [][]int
	sessions []int
}

func newCollector(p int, circle []int) *collector {
	c := &collector{p: p, circle: circle, position: make([]int, p), sum: make([][]float64, p), n: make([][]int, p), sessions: make([]int, p)}
	for i := range c.position {
		c.position[i] = -1
	}
	for at, col := range circle {
		if col < 0 || col >= p || c.position[col] >= 0 {
			panic(fmt.Sprintf("anchor: circle %v is not a permutation of %d columns", circle, p))
		}
		c.position[col] = at
		c.sum[at], c.n[at] = make([]float64, p), make([]int, p)
	}
	return c
}

func (c *collector) add(x *score.Matrix, session, anchor int) {
	if anchor < 0 || anchor >= c.p {
		panic(fmt.Sprintf("anchor: anchor %d of session %d is not one of %d columns", anchor, session, c.p))
	}
	at := c.position[anchor]
	c.sessions[at]++
	for s := range c.p {
		if v, ok := x.At(session, c.circle[(at+s)%c.p]); ok {
			c.sum[at][s] += v
			c.n[at][s]++
		}
	}
}

func (c *collector) curve(rows int) (*Curve, error) {
	out := &Curve{Offset: make([]float64, c.p), ByAnchor: make([][]float64, c.p), Sessions: c.sessions}
	anchors := 0
	for at, sessions := range c.sessions {
		if sessions == 0 {
			continue
		}
		out.Used += sessions
		anchors++
		out.ByAnchor[at] = c.sum[at]
		for s, n := range c.n[at] {
			if n == 0 {
				return nil, fmt.Errorf("no session anchored at column %d has a score at offset %d", c.circle[at]+1, s)
			}
			c.sum[at][s] /= float64(n)
			out.Offset[s] += c.sum[at][s]
		}
	}
	if anchors == 0 {
		return nil, ErrNoSession
	}
	out.LeftOut = rows - out.Used
	for s := range out.Offset {
		out.Offset[s] /= float64(anchors)
	}
	return out, nil
}
