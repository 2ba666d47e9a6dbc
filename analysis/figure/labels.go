package figure

import (
	"math"
	"slices"
	"strings"
)

// labeller finds a place near its point for every label, such that no label
// covers another, a point or a leader line, and none leaves the area.
type labeller struct {
	area   box
	size   float64
	centre point      // labels are drawn outwards from here if they can be
	taken  []box      // points and whatever else must stay visible
	lines  [][2]point // better not covered
	rings  [][2]point // covered rather than lines
	labels []placedLabel
}

// placedLabel is one label and where it stands.
type placedLabel struct {
	lines  []string
	at     point
	radius float64
	style  style
	w, h   float64

	box     box
	reach   float64 // distance of the label from its point
	settled bool
}

// maxLabel is the width at which a label breaks, maxLabelLines where it ends.
const (
	maxLabel      = 110.0
	maxLabelLines = 3
)

// avoid keeps labels off a point.
func (l *labeller) avoid(p point, r float64) {
	l.taken = append(l.taken, box{p.x - r, p.y - r, p.x + r, p.y + r})
}

// want asks for a label of the point at p.
func (l *labeller) want(text string, p point, r float64, s style) {
	lines := shorten(wrap(text, l.size, s.bold, maxLabel), maxLabelLines, l.size, s.bold, maxLabel)
	l.labels = append(l.labels, placedLabel{lines: lines, at: p, radius: r, style: s,
		w: widest(lines, l.size, s.bold), h: float64(len(lines)-1)*lineHeight(l.size) + (ascent+descent)*l.size})
}

// reaches are the distances that are tried, near ones first, up to a limit.
func reaches(limit float64) []float64 {
	out := []float64{1.5, 4, 8, 13, 19, 26, 34}
	for r := 44.0; r < limit; r *= 1.27 {
		out = append(out, r)
	}
	return out
}

// leaderFrom is the distance from which a leader line joins label and point.
const leaderFrom = 8.0

// solve places all labels, those in a crowd first, and then each once more
// with the others in place. It returns the labels for which there is none.
func (l *labeller) solve() []string {
	order := make([]int, len(l.labels))
	crowd := make([]int, len(l.labels))
	for i := range l.labels {
		order[i] = i
		for _, b := range l.taken {
			if near := (box{l.labels[i].at.x, l.labels[i].at.y, l.labels[i].at.x, l.labels[i].at.y}).grow(4 * l.size); near.overlaps(b) {
				crowd[i]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return crowd[b] - crowd[a] })
	// Where many points coincide, labels close around them would shut the others
	// in: then all of them stand further off.
	var without []string
	for _, least := range []float64{0, 30, 80, 180} {
		for i := range l.labels {
			l.labels[i].settled = false
		}
		for range 3 {
			for _, i := range order {
				l.labels[i].settled = false
				l.settle(i, least)
			}
		}
		without = nil
		for i := range l.labels {
			if t := &l.labels[i]; !t.settled && !l.settle(i, least) {
				without = append(without, strings.Join(t.lines, " "))
			}
		}
		if without == nil {
			break
		}
	}
	return without
}

// settle puts one label where it costs least; in a heap of points at least so
// far from its own.
func (l *labeller) settle(i int, least float64) bool {
	const heap = 6
	t := &l.labels[i]
	own, near := box{t.at.x, t.at.y, t.at.x, t.at.y}.grow(t.radius), 0
	for _, b := range l.taken {
		if own.overlaps(b) {
			near++
		}
	}
	if near < heap {
		least = 0
	}
	outward := math.Atan2(t.at.y-l.centre.y, t.at.x-l.centre.x)
	if t.at == l.centre {
		outward = -math.Pi / 2
	}
	best := math.Inf(1)
	var where box
	var how float64
	for _, reach := range reaches(l.area.x1 - l.area.x0) {
		if reach >= best {
			break // the distance alone costs more
		}
		if reach < least {
			continue
		}
		directions := 24 // the further off, the finer
		if reach > 30 {
			directions = 48
		}
		if reach > 90 {
			directions = 120
		}
		for k := range directions {
			turn := float64((k+1)/2) * 2 * math.Pi / float64(directions)
			angle := outward + turn
			if k%2 == 1 {
				angle = outward - turn
			}
			if reach+5*turn >= best {
				continue
			}
			b := t.beside(angle, reach)
			if cost := reach + 5*turn + l.cost(i, b); cost < best && l.free(i, b, reach) {
				best, where, how = cost, b, reach
			}
		}
	}
	if math.IsInf(best, 1) {
		return false
	}
	t.box, t.reach, t.settled = where, how, true
	return true
}

// beside is the label's box in a direction, its edge so far from the point.
func (t *placedLabel) beside(angle, reach float64) box {
	sin, cos := math.Sincos(angle)
	// The distance of the box's middle: where the ray leaves the box.
	half := math.Inf(1)
	if math.Abs(cos) > 1e-9 {
		half = t.w / 2 / math.Abs(cos)
	}
	if math.Abs(sin) > 1e-9 {
		half = min(half, t.h/2/math.Abs(sin))
	}
	far := t.radius + reach + half
	x, y := t.at.x+cos*far, t.at.y+sin*far
	return box{x - t.w/2, y - t.h/2, x + t.w/2, y + t.h/2}
}

// free tells whether label i may stand in b.
func (l *labeller) free(i int, b box, reach float64) bool {
	if !b.within(l.area) {
		return false
	}
	wide, apart := b.grow(1), box{b.x0 - 0.4*l.size, b.y0 - 1, b.x1 + 0.4*l.size, b.y1 + 1}
	for _, t := range l.taken {
		if wide.overlaps(t) {
			return false
		}
	}
	own, led := [2]point{l.labels[i].at, b.nearest(l.labels[i].at)}, reach >= leaderFrom
	for j := range l.labels {
		t := &l.labels[j]
		if j == i || !t.settled {
			continue
		}
		if apart.overlaps(t.box) || led && t.box.crosses(own) {
			return false
		}
		if t.reach >= leaderFrom && b.crosses([2]point{t.at, t.box.nearest(t.at)}) {
			return false
		}
	}
	return true
}

// cost is what covering lines costs, the line of the label's own point too.
func (l *labeller) cost(i int, b box) float64 {
	c := 0.0
	for _, s := range l.lines {
		if b.crosses(s) {
			c += 9
		}
	}
	for _, s := range l.rings {
		if b.crosses(s) {
			c += 3
		}
	}
	own := [2]point{l.labels[i].at, b.nearest(l.labels[i].at)}
	for _, t := range l.taken {
		if t.crosses(own) {
			c += 2 // its own point is among them, for every place alike
		}
	}
	return c
}

// nearest is the point of the box closest to p.
func (b box) nearest(p point) point {
	return point{max(b.x0, min(b.x1, p.x)), max(b.y0, min(b.y1, p.y))}
}

// crosses tells whether a straight line touches the box (Liang and Barsky 1984).
func (b box) crosses(s [2]point) bool {
	if max(s[0].x, s[1].x) < b.x0 || min(s[0].x, s[1].x) > b.x1 || max(s[0].y, s[1].y) < b.y0 || min(s[0].y, s[1].y) > b.y1 {
		return false
	}
	dx, dy := s[1].x-s[0].x, s[1].y-s[0].y
	from, to := 0.0, 1.0
	for _, e := range [4][2]float64{{-dx, s[0].x - b.x0}, {dx, b.x1 - s[0].x}, {-dy, s[0].y - b.y0}, {dy, b.y1 - s[0].y}} {
		switch p, q := e[0], e[1]; {
		case p == 0:
			if q < 0 {
				return false
			}
		case p < 0:
			from = max(from, q/p)
		default:
			to = min(to, q/p)
		}
	}
	return from <= to
}

// leaders draws the lines from labels that stand away to their points.
func (l *labeller) leaders(d *Drawing) {
	for i := range l.labels {
		if t := &l.labels[i]; t.settled && t.reach >= leaderFrom {
			to := t.box.nearest(t.at)
			d.add(shape{path: polyline(t.at, to), stroke: midGrey, width: 0.7, dash: []float64{1, 2.2}})
		}
	}
}

// draw draws the labels.
func (l *labeller) draw(d *Drawing) {
	for i := range l.labels {
		t := &l.labels[i]
		if !t.settled {
			continue
		}
		s := t.style
		s.align = middle
		// White behind the letters, so that no line runs through them.
		d.add(shape{path: rectangle(t.box.x0, t.box.y0+0.04*l.size, t.w, t.h-0.2*l.size), fill: white})
		y := t.box.y0 + ascent*l.size
		for _, line := range t.lines {
			d.text(line, (t.box.x0+t.box.x1)/2, y, l.size, s)
			y += lineHeight(l.size)
		}
	}
}
