package figure

import "math"

// stroke is the outline of a line of some width along a path, with round ends
// and corners: a rectangle for each straight piece and a disc at each end of
// one, all turning the same way, so that filling them fills their union.
func stroke(p path, width float64, dash []float64) path {
	var out path
	r := width / 2
	for _, line := range flatten(p) {
		for _, piece := range dashed(line, dash) {
			for i, a := range piece {
				out = append(out, ring(a, r)...)
				if i == 0 {
					continue
				}
				b := piece[i-1]
				dx, dy := a.x-b.x, a.y-b.y
				long := math.Hypot(dx, dy)
				if long == 0 {
					continue
				}
				nx, ny := -dy/long*r, dx/long*r
				out = append(out, polygon(point{b.x + nx, b.y + ny}, point{a.x + nx, a.y + ny}, point{a.x - nx, a.y - ny}, point{b.x - nx, b.y - ny})...)
			}
		}
	}
	return out
}

// ring is a polygon close to a disc.
func ring(c point, r float64) path {
	const n = 12
	pts := make([]point, n)
	for i := range pts {
		sin, cos := math.Sincos(-2 * math.Pi * float64(i) / n)
		pts[i] = point{c.x + r*cos, c.y + r*sin}
	}
	return polygon(pts...)
}

// flatten turns curves into straight pieces.
func flatten(p path) [][]point {
	var out [][]point
	var line []point
	for _, s := range p {
		switch s.op {
		case 'M':
			if len(line) > 0 {
				out = append(out, line)
			}
			line = []point{s.p[0]}
		case 'L':
			line = append(line, s.p[0])
		case 'Q', 'C':
			line = append(line, curve(line[len(line)-1], s)...)
		case 'Z':
			out = append(out, append(line, line[0]))
			line = nil
		}
	}
	if len(line) > 0 {
		out = append(out, line)
	}
	return out
}

// curve are points along a curve that begins at a.
func curve(a point, s segment) []point {
	const n = 8
	out := make([]point, n)
	b, c, d := s.p[0], s.p[1], s.p[2]
	if s.op == 'Q' { // as a cubic
		d = c
		c = point{(2*b.x + d.x) / 3, (2*b.y + d.y) / 3}
		b = point{(2*b.x + a.x) / 3, (2*b.y + a.y) / 3}
	}
	for i := range out {
		t := float64(i+1) / n
		u := 1 - t
		w0, w1, w2, w3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		out[i] = point{w0*a.x + w1*b.x + w2*c.x + w3*d.x, w0*a.y + w1*b.y + w2*c.y + w3*d.y}
	}
	return out
}

// dashed cuts a line into the pieces that are drawn.
func dashed(line []point, dash []float64) [][]point {
	if len(dash) == 0 {
		return [][]point{line}
	}
	var out [][]point
	k, left, on := 0, dash[0], true
	piece := []point{line[0]}
	for i := 1; i < len(line); i++ {
		a, b := line[i-1], line[i]
		long := math.Hypot(b.x-a.x, b.y-a.y)
		for at := 0.0; long-at > left; {
			at += left
			cut := point{a.x + (b.x-a.x)*at/long, a.y + (b.y-a.y)*at/long}
			if on {
				out = append(out, append(piece, cut))
			}
			piece, on = []point{cut}, !on
			k = (k + 1) % len(dash)
			a, long, at = cut, long-at, 0
			left = dash[k]
		}
		left -= long
		if on {
			piece = append(piece, b)
		}
	}
	if on && len(piece) > 1 {
		out = append(out, piece)
	}
	return out
}
