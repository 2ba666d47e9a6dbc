package figure

import (
	"bytes"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"testing"
)

// ends reads path data as SVG 1.1 says and gives the last point of each command.
func ends(t *testing.T, data string) (out []point) {
	t.Helper()
	var at, start point
	var letter byte
	tokens := regexp.MustCompile(`[a-z]|-?(?:\d+\.\d+|\d+|\.\d+)`).FindAllString(data, -1)
	take := func() float64 {
		if len(tokens) == 0 {
			t.Fatalf("%s ends within a command", data)
		}
		v, err := strconv.ParseFloat(tokens[0], 64)
		if err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		tokens = tokens[1:]
		return v
	}
	for len(tokens) > 0 {
		if c := tokens[0][0]; c >= 'a' {
			letter, tokens = c, tokens[1:]
		}
		switch letter {
		case 'z':
			at = start
		case 'h':
			at.x += take()
		case 'v':
			at.y += take()
		default:
			from := at
			for range points(letter &^ 0x20) {
				at = point{from.x + take(), from.y + take()}
			}
			if letter == 'm' {
				start = at
			}
		}
		out = append(out, at)
	}
	return out
}

// Relative coordinates lead to the points that were meant, however long the path.
func TestPathDataLeadsToItsPoints(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	spot := func() point { return point{math.Round(r.NormFloat64()*3000) / 100, float64(r.IntN(5))} }
	for range 50 {
		var p path
		for k := range 200 {
			switch n := r.IntN(6); {
			case k == 0 || n == 0:
				p.move(spot())
			case n == 1:
				p.quad(spot(), spot())
			case n == 2:
				p.cube(spot(), spot(), spot())
			case n == 3:
				p.close()
			default:
				p.line(spot())
			}
		}
		var b bytes.Buffer
		p.svg(&b)
		got := ends(t, b.String())
		if len(got) != len(p) {
			t.Fatalf("%d commands, want %d: %s", len(got), len(p), b.String())
		}
		start := point{}
		for k, s := range p {
			want := start
			if n := points(s.op); n > 0 {
				want = s.p[n-1]
			}
			if s.op == 'M' {
				start = want
			}
			if math.Hypot(got[k].x-want.x, got[k].y-want.y) > 1e-6 {
				t.Fatalf("command %d leads to %v, want %v: %s", k, got[k], want, b.String())
			}
		}
	}
}
