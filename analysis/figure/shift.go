package figure

import "math"

// Shifts is anchor-shift curves: the mean score by offset round the circle from
// the anchored value, with the sinusoid fitted to it. One panel a condition.
type Shifts struct {
	Meta
	Vertical string
	Panels   []ShiftPanel
	Columns  int
}

// ShiftPanel is the curve of one condition.
type ShiftPanel struct {
	Title string
	Mean  []float64   // by offset from 0
	Each  [][]float64 // of each anchor, drawn pale behind; nil where there is none
	// A, B and Phi are of the sinusoid A + B cos(2 pi offset/n - Phi).
	A, B, Phi float64
	Note      string // the fitted numbers, below the title
	Absent    string // why there is no curve; empty if there is
	Empty     bool   // the design has no such condition: the place stays empty
}

// Draw draws the figure.
func (s Shifts) Draw() *Drawing {
	var all [][]float64
	for _, p := range s.Panels {
		if p.Absent == "" && !p.Empty {
			all = append(all, p.Mean, []float64{p.A - p.B, p.A + p.B})
			all = append(all, p.Each...)
		}
	}
	vertical := niceAxis(5, all...)
	var panels []*Drawing
	each := false
	for _, p := range s.Panels {
		panels = append(panels, s.panel(p, vertical))
		each = each || p.Absent == "" && len(p.Each) > 0
	}
	entries := []entry{
		{"mean over the anchors", func(d *Drawing, x, y float64) { d.marker(0, x+14, y, 3.6, blue, "") }},
		{"fitted sinusoid", func(d *Drawing, x, y float64) { d.rule(x, y, x+28, y, vermilion, 2) }},
	}
	if each {
		entries = append(entries, entry{"each anchor", func(d *Drawing, x, y float64) { d.rule(x, y, x+28, y, paleGrey, 0.9) }})
	}
	body := tile(max(1, s.Columns), 24, 20, panels)
	return s.frame(stack(14, legend(entries, max(body.W, minBody)), body))
}

// panel draws one condition.
func (s Shifts) panel(p ShiftPanel, vertical axis) *Drawing {
	const wide, high = 250.0, 170.0
	d := &Drawing{}
	if p.Empty {
		return d
	}
	left := vertical.labelWidth(smallSize) + 10 + lineHeight(smallSize)
	y := d.lines(wrap(p.Title, textSize, true, wide), left, 0, textSize, style{bold: true, colour: black})
	if p.Note != "" {
		y = d.lines(wrap(p.Note, smallSize, false, wide), left, y, smallSize, style{colour: darkGrey})
	}
	area := plot{x: left, y: y + 6, w: wide, h: high, vertical: vertical}
	area.grid(d)
	d.axisTitle(s.Vertical, area)
	base := area.y + high
	if p.Absent == "" {
		s.curves(d, area, p)
	} else {
		d.absent("NA: "+p.Absent, box{area.x + 8, area.y + 8, area.x + wide - 8, base - 8})
	}
	d.text("offset from the anchored value", left+wide/2, base+2*lineHeight(smallSize)+2, smallSize, style{colour: darkGrey, align: middle})
	d.W, d.H = left+wide+10, base+2*lineHeight(smallSize)+6
	return d
}

// curves draws what is there: each anchor, fit, means, from offset 0 once round.
func (s Shifts) curves(d *Drawing, area plot, p ShiftPanel) {
	n := len(p.Mean)
	step := area.w / float64(max(1, n-1))
	at := func(i int) float64 { return area.x + float64(i)*step }
	every := 1
	for _, e := range []int{1, 2, 3, 5, 10, 20, 50, 100} {
		every = e
		if float64(e)*step >= 20 {
			break
		}
	}
	for i := 0; i < n; i += every {
		d.rule(at(i), area.y+area.h, at(i), area.y+area.h+3, midGrey, 0.8)
		d.text(decimal(float64(i), 0), at(i), area.y+area.h+4+smallSize, smallSize, style{colour: nearBlack, align: middle})
	}
	for _, c := range p.Each {
		d.curve(area, c, at, paleGrey, 0.7, nil)
	}
	if finite(p.A, p.B, p.Phi) {
		var fit []point
		for i := range 121 {
			t := float64(i) / 120 * float64(n-1)
			fit = append(fit, point{area.x + t*step, area.top(p.A + p.B*math.Cos(2*math.Pi*t/float64(n)-p.Phi))})
		}
		d.add(shape{path: polyline(fit...), stroke: vermilion, width: 2})
	}
	for i, v := range p.Mean {
		if finite(v) {
			d.marker(0, at(i), area.top(v), 3.2, blue, "offset "+decimal(float64(i), 0)+": "+decimal(v, 2))
		}
	}
}

// absent says in the middle of a box why nothing is drawn there.
func (d *Drawing) absent(s string, b box) {
	lines := wrap(s, textSize, false, b.x1-b.x0)
	fit := max(1, int((b.y1-b.y0)/lineHeight(textSize)))
	lines = shorten(lines, fit, textSize, false, b.x1-b.x0)
	y := (b.y0 + b.y1 - float64(len(lines))*lineHeight(textSize)) / 2
	h := float64(len(lines))*lineHeight(textSize) + 4
	w := widest(lines, textSize, false) + 8
	d.add(shape{path: rectangle((b.x0+b.x1-w)/2, y-2, w, h), fill: white})
	d.lines(lines, (b.x0+b.x1)/2, y, textSize, style{colour: darkGrey, align: middle, hint: s})
}
