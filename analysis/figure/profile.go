package figure

import "math"

// Profiles is numbers of the same values for several series, in one panel or
// several with the same axes: the means of Figure 2b.
type Profiles struct {
	Meta
	Values    []string // labels on the horizontal axis, in order
	Vertical  string   // what the vertical axis shows
	Reference []float64
	// ReferenceName is the legend of the reference line; empty: there is none.
	ReferenceName string
	Series        []string // names, the same marker and colour in every panel
	Panels        []ProfilePanel
	Columns       int // panels side by side
}

// ProfilePanel is one panel. Lines has a line for each series: nil where there
// is none, NaN where a value is missing.
type ProfilePanel struct {
	Title string
	Lines []Line
}

// Line is the numbers of a series, with an interval for each if Low and High
// are not nil.
type Line struct{ Y, Low, High []float64 }

// Draw draws the figure.
func (p Profiles) Draw() *Drawing {
	all := [][]float64{p.Reference}
	for _, panel := range p.Panels {
		for _, l := range panel.Lines {
			all = append(all, l.Y, l.Low, l.High)
		}
	}
	vertical := niceAxis(5, all...)
	wide := p.plotWidth()
	var panels []*Drawing
	for _, panel := range p.Panels {
		panels = append(panels, p.panel(panel, vertical, wide))
	}
	body := tile(max(1, p.Columns), 26, 20, panels)
	return p.frame(stack(14, legend(p.entries(), max(body.W, minBody)), body))
}

// plotWidth leaves room for the labels of the values.
func (p Profiles) plotWidth() float64 {
	if len(p.Panels) == 1 {
		return max(520, 26*float64(len(p.Values)))
	}
	return max(380, 20*float64(len(p.Values)))
}

// entries are the lines of the legend.
func (p Profiles) entries() []entry {
	var out []entry
	if p.ReferenceName != "" {
		out = append(out, entry{p.ReferenceName, func(d *Drawing, x, y float64) { d.rule(x, y, x+28, y, vermilion, 3) }})
	}
	for k, name := range p.Series {
		out = append(out, entry{name, func(d *Drawing, x, y float64) {
			d.add(shape{path: polyline(point{x, y}, point{x + 28, y}), stroke: hue(k), width: 1.4, dash: dashOf(k)})
			d.marker(k, x+14, y, 3.6, hue(k), "")
		}})
	}
	return out
}

func hue(k int) colour       { return hues[k%len(hues)] }
func dashOf(k int) []float64 { return dashes[k/len(hues)%len(dashes)] }

// axisLabels tells how the labels of the values are set: level if they fit
// their steps, else upright, broken into at most three lines.
func axisLabels(values []string, step float64) (lines [][]string, upright bool, depth float64) {
	const limit = 170.0
	for _, v := range values {
		if width(drawable(v), smallSize, false) > step-3 {
			upright = true
		}
	}
	fit := max(1, int((step-1)/lineHeight(smallSize)))
	for _, v := range values {
		l := wrap(v, smallSize, false, limit)
		if upright {
			l = shorten(l, min(3, fit), smallSize, false, limit)
			depth = max(depth, widest(l, smallSize, false))
		} else {
			depth = lineHeight(smallSize)
		}
		lines = append(lines, l)
	}
	return lines, upright, depth
}

// panel draws one panel.
func (p Profiles) panel(panel ProfilePanel, vertical axis, wide float64) *Drawing {
	d := &Drawing{}
	left := vertical.labelWidth(smallSize) + 10 + lineHeight(smallSize)
	y := 0.0
	if panel.Title != "" {
		y = d.lines(wrap(panel.Title, textSize, true, wide), left, 0, textSize, style{bold: true, colour: black}) + 6
	}
	area := plot{x: left, y: y, w: wide, h: 190, vertical: vertical}
	if len(p.Panels) == 1 {
		area.h = 300
	}
	area.grid(d)
	d.axisTitle(p.Vertical, area)
	step := wide / float64(max(1, len(p.Values)))
	at := func(i int) float64 { return left + (float64(i)+0.5)*step }
	labels, upright, depth := axisLabels(p.Values, step)
	base := area.y + area.h
	for i, l := range labels {
		d.rule(at(i), base, at(i), base+3, midGrey, 0.8)
		if !upright {
			d.lines(l, at(i), base+4, smallSize, style{colour: nearBlack, align: middle})
			continue
		}
		x := at(i) - float64(len(l)-1)*lineHeight(smallSize)/2 + 0.36*smallSize
		for _, s := range l {
			d.text(s, x, base+6, smallSize, style{colour: nearBlack, align: end, up: true, hint: p.Values[i]})
			x += lineHeight(smallSize)
		}
	}
	if p.ReferenceName != "" {
		d.curve(area, p.Reference, at, vermilion, 3, nil)
	}
	intervals := false
	for _, l := range panel.Lines {
		intervals = intervals || l.Low != nil
	}
	for k, l := range panel.Lines {
		beside := 0.0 // intervals at one place would cover one another
		if n := float64(len(panel.Lines)); intervals && n > 1 {
			beside = (float64(k) - (n-1)/2) * min(3.5, 0.62*step/n)
		}
		p.line(d, area, k, l, func(i int) float64 { return at(i) + beside })
	}
	d.W, d.H = left+wide+4, base+8+depth
	return d
}

// line draws a series: its intervals, its line, its markers.
func (p Profiles) line(d *Drawing, area plot, k int, l Line, at func(int) float64) {
	for i := range l.Y {
		if l.Low != nil && l.High != nil && finite(l.Low[i], l.High[i]) {
			d.rule(at(i), area.top(l.Low[i]), at(i), area.top(l.High[i]), hue(k), 0.8)
		}
	}
	d.curve(area, l.Y, at, hue(k), 1.2, dashOf(k))
	for i, v := range l.Y {
		if finite(v) {
			d.marker(k, at(i), area.top(v), 3.2, hue(k), p.Series[k]+", "+p.Values[i]+": "+decimal(v, 2))
		}
	}
}

// curve joins the numbers that are there.
func (d *Drawing) curve(area plot, y []float64, at func(int) float64, c colour, w float64, dash []float64) {
	var run []point
	flush := func() {
		if len(run) > 1 {
			d.add(shape{path: polyline(run...), stroke: c, width: w, dash: dash})
		}
		run = nil
	}
	for i, v := range y {
		if math.IsNaN(v) {
			flush()
			continue
		}
		run = append(run, point{at(i), area.top(v)})
	}
	flush()
}

// axisTitle names the vertical axis, reading upwards left of its numbers.
func (d *Drawing) axisTitle(s string, area plot) {
	lines := shorten(wrap(s, smallSize, false, area.h), 1, smallSize, false, area.h)
	d.text(lines[0], smallSize, area.y+area.h/2, smallSize, style{colour: darkGrey, align: middle, up: true, hint: s})
}
