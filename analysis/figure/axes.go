package figure

import (
	"math"
	"strconv"
)

// decimal writes a number with n decimals, with a true minus sign and never a
// negative zero.
func decimal(x float64, n int) string {
	s := strconv.FormatFloat(math.Abs(x), 'f', n, 64)
	for _, c := range s {
		if x < 0 && c >= '1' && c <= '9' {
			return "−" + s
		}
	}
	return s
}

// axis maps numbers to pixels and says where the ticks stand.
type axis struct {
	low, high float64
	step      float64
	decimals  int
}

// niceAxis spans the numbers with about so many ticks at round numbers. Numbers
// that are not finite are left out; without any the axis is -1..1.
func niceAxis(want int, numbers ...[]float64) axis {
	low, high := math.Inf(1), math.Inf(-1)
	for _, list := range numbers {
		for _, v := range list {
			if finite(v) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if low > high {
		low, high = -1, 1
	}
	if high-low < 1e-6*max(1, math.Abs(low)) {
		half := max(0.5, math.Abs(low)*0.1)
		low, high = low-half, high+half
	}
	raw := (high - low) / float64(want)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= raw*0.8 {
			step = m * power
			break
		}
	}
	a := axis{step: step, low: math.Floor(low/step+1e-9) * step, high: math.Ceil(high/step-1e-9) * step}
	for a.decimals < 9 && math.Abs(step*math.Pow10(a.decimals)-math.Round(step*math.Pow10(a.decimals))) > 1e-6 {
		a.decimals++
	}
	return a
}

// ticks are the round numbers from low to high.
func (a axis) ticks() []float64 {
	n := int(math.Round((a.high - a.low) / a.step))
	out := make([]float64, n+1)
	for i := range out {
		out[i] = a.low + float64(i)*a.step
	}
	return out
}

// at is the share of the way from low to high.
func (a axis) at(v float64) float64 { return (v - a.low) / (a.high - a.low) }

// labelWidth is the width of the widest tick label.
func (a axis) labelWidth(size float64) float64 {
	w := 0.0
	for _, t := range a.ticks() {
		w = max(w, width(decimal(t, a.decimals), size, false))
	}
	return w
}

// plot is the area of a panel in which numbers are drawn.
type plot struct {
	x, y, w, h float64
	vertical   axis
}

// top is the height at which v is drawn.
func (p plot) top(v float64) float64 { return p.y + p.h*(1-p.vertical.at(v)) }

// grid draws the horizontal lines and their numbers left of the plot.
func (p plot) grid(d *Drawing) {
	for _, t := range p.vertical.ticks() {
		y := p.top(t)
		c, w := faintGrey, 0.8
		if math.Abs(t) < p.vertical.step/2 {
			c, w = paleGrey, 1.2
		}
		d.rule(p.x, y, p.x+p.w, y, c, w)
		d.text(decimal(t, p.vertical.decimals), p.x-6, y+0.36*smallSize, smallSize, style{colour: darkGrey, align: end})
	}
	d.add(shape{path: polyline(point{p.x, p.y}, point{p.x, p.y + p.h}, point{p.x + p.w, p.y + p.h}), stroke: midGrey, width: 0.9})
}

// marker draws the sign of the k-th series: another form, so that colour is
// not all that tells them apart.
func (d *Drawing) marker(k int, x, y, r float64, c colour, hint string) {
	at := func(angles ...float64) path {
		pts := make([]point, len(angles))
		for i, a := range angles {
			sin, cos := math.Sincos(a * math.Pi / 180)
			pts[i] = point{x + 1.25*r*cos, y + 1.25*r*sin}
		}
		return polygon(pts...)
	}
	var p path
	switch k % 6 {
	case 0:
		p = disc(x, y, r)
	case 1:
		p = rectangle(x-0.9*r, y-0.9*r, 1.8*r, 1.8*r)
	case 2:
		p = at(-90, 30, 150)
	case 3:
		p = at(-90, 0, 90, 180)
	case 4:
		p = at(90, 210, 330)
	default:
		p = polyline(point{x - r, y - r}, point{x + r, y + r})
		p = append(p, polyline(point{x - r, y + r}, point{x + r, y - r})...)
		d.add(shape{path: p, stroke: c, width: 0.55 * r, hint: hint})
		return
	}
	d.add(shape{path: p, fill: c, stroke: white, width: 0.6, hint: hint})
}

// entry is one line of a legend: its sign, 30 wide, is drawn by draw at the
// middle of its height.
type entry struct {
	name string
	draw func(d *Drawing, x, y float64)
}

// legend sets entries side by side, in as many rows as the width asks for.
func legend(entries []entry, limit float64) *Drawing {
	const sign, gap = 36.0, 22.0
	d := &Drawing{}
	x, y, tall := 0.0, 0.0, 0.0
	for _, e := range entries {
		lines := wrap(e.name, textSize, false, min(limit-sign, 380))
		w := sign + widest(lines, textSize, false)
		if x > 0 && x+w > limit {
			x, y, tall = 0, y+tall, 0
		}
		e.draw(d, x, y+0.64*textSize)
		d.lines(lines, x+sign, y, textSize, style{colour: black})
		tall = max(tall, float64(len(lines))*lineHeight(textSize)+3)
		d.W = max(d.W, x+w)
		x += w + gap
	}
	d.H = y + tall
	return d
}
