package figure

import "math"

// Drawing is a figure as shapes and words, in the order in which they are
// drawn, on a white ground. Units are pixels of 1/96 inch, y downwards.
type Drawing struct {
	W, H float64
	// Title and Description are for those who cannot see the figure.
	Title, Description string

	ops []op
}

// op is a shape or words.
type op struct {
	shape *shape
	words *words
}

// shape is an outline, filled or drawn or both. Ends and corners are round.
type shape struct {
	path   path
	fill   colour // none: not filled
	stroke colour // none: not drawn
	width  float64
	dash   []float64 // lengths drawn and left out; nil: solid
	hint   string    // shown when the pointer rests on it
}

type point struct{ x, y float64 }

// path is a sequence of segments.
type path []segment

// segment ends in the last of its n points; n is 0 for closing.
type segment struct {
	op byte // M, L, Q, C or Z, as in SVG
	p  [3]point
}

// points is how many points a segment of this letter has.
func points(op byte) int {
	switch op {
	case 'M', 'L':
		return 1
	case 'Q':
		return 2
	case 'C':
		return 3
	}
	return 0
}

func (p *path) move(a point)       { *p = append(*p, segment{'M', [3]point{a}}) }
func (p *path) line(a point)       { *p = append(*p, segment{'L', [3]point{a}}) }
func (p *path) quad(a, b point)    { *p = append(*p, segment{'Q', [3]point{a, b}}) }
func (p *path) cube(a, b, c point) { *p = append(*p, segment{'C', [3]point{a, b, c}}) }
func (p *path) close()             { *p = append(*p, segment{op: 'Z'}) }

// transformed is the path with f applied to every point.
func (p path) transformed(f func(point) point) path {
	out := make(path, len(p))
	for i, s := range p {
		for k := range points(s.op) {
			s.p[k] = f(s.p[k])
		}
		out[i] = s
	}
	return out
}

// rectangle is a rectangle by its corner and size.
func rectangle(x, y, w, h float64) path {
	return polygon(point{x, y}, point{x + w, y}, point{x + w, y + h}, point{x, y + h})
}

// polygon is a closed line.
func polygon(points ...point) path {
	p := polyline(points...)
	p.close()
	return p
}

// polyline is an open line.
func polyline(points ...point) path {
	p := make(path, 0, len(points)+1)
	for i, a := range points {
		if i == 0 {
			p.move(a)
		} else {
			p.line(a)
		}
	}
	return p
}

// disc is a circle, as four cubic curves.
func disc(x, y, r float64) path {
	k := r * 4 * (math.Sqrt2 - 1) / 3
	var p path
	p.move(point{x + r, y})
	p.cube(point{x + r, y + k}, point{x + k, y + r}, point{x, y + r})
	p.cube(point{x - k, y + r}, point{x - r, y + k}, point{x - r, y})
	p.cube(point{x - r, y - k}, point{x - k, y - r}, point{x, y - r})
	p.cube(point{x + k, y - r}, point{x + r, y - k}, point{x + r, y})
	p.close()
	return p
}

// add draws a shape.
func (d *Drawing) add(s shape) { d.ops = append(d.ops, op{shape: &s}) }

// rule draws a straight line.
func (d *Drawing) rule(x0, y0, x1, y1 float64, c colour, width float64) {
	d.add(shape{path: polyline(point{x0, y0}, point{x1, y1}), stroke: c, width: width})
}

// text draws one line of words with its baseline at y.
func (d *Drawing) text(s string, x, y, size float64, st style) {
	if s = drawable(s); s != "" {
		d.ops = append(d.ops, op{words: &words{text: s, x: x, y: y, size: size, style: st}})
	}
}

// lines draws lines below y, which is the upper edge of the first, and returns
// their lower edge.
func (d *Drawing) lines(lines []string, x, y, size float64, s style) float64 {
	for _, l := range lines {
		d.text(l, x, y+size, size, s)
		y += lineHeight(size)
	}
	return y
}

// place draws another drawing with its corner at x, y. The other one must not
// be used any more.
func (d *Drawing) place(part *Drawing, x, y float64) {
	shift := func(p point) point { return point{p.x + x, p.y + y} }
	for _, o := range part.ops {
		if o.shape != nil {
			o.shape.path = o.shape.path.transformed(shift)
		} else {
			o.words.x, o.words.y = o.words.x+x, o.words.y+y
		}
		d.ops = append(d.ops, o)
	}
}
