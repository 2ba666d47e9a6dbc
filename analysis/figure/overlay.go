package figure

import (
	"math"
	"slices"
	"strings"
)

// Overlay is two maps of the same values laid upon one another: a benchmark
// and a fitted map, in one panel or several.
type Overlay struct {
	Meta
	Benchmark string // name in the legend
	Fitted    string
	// Circle joins the benchmark's points in the order in which they stand
	// round their middle.
	Circle  bool
	Panels  []Map
	Columns int
}

// Map is one panel. A point with a coordinate that is not finite is not drawn.
type Map struct {
	Title, Note string
	Points      []Pair
	Absent      string // why there is no fitted map; the benchmark is drawn alone
	Empty       bool   // the design has no such condition: the place stays empty
}

// Pair is a value on both maps.
type Pair struct {
	Label, Name       string // Name is shown when the pointer rests on a point
	Benchmark, Fitted [2]float64
}

// mapStyle is the size of things in a panel.
type mapStyle struct {
	side, text, radius float64
	both               bool // label the benchmark's points too
}

// Draw draws the figure.
func (o Overlay) Draw() *Drawing {
	st := mapStyle{side: 600, text: 12.5, radius: 4.5, both: true}
	if len(o.Panels) > 1 {
		st = mapStyle{side: 290, text: 9.5, radius: 2.9}
	}
	maps, without := o.plots(st)
	// All panels have one size: the smallest at which every label has a place.
	for range mostGrowth {
		if without == nil {
			break
		}
		st.side *= 1.25
		maps, without = o.plots(st)
	}
	panels := make([]*Drawing, len(maps))
	for i, m := range maps {
		p := o.Panels[i]
		if without != nil && len(without[i]) > 0 {
			p.Note = strings.TrimSpace(p.Note + " No room for the labels " + strings.Join(without[i], ", ") + ".")
		}
		panels[i] = o.panel(p, m, st)
	}
	body := tile(max(1, o.Columns), 18, 18, panels)
	return o.frame(stack(12, legend(o.entries(st), max(body.W, minBody)), body))
}

// mostGrowth is how often a map may grow to make room for labels.
const mostGrowth = 6

// plots draws all maps in one size; without are the labels of each that have no
// place, nil if all have one.
func (o Overlay) plots(st mapStyle) (maps []*Drawing, without [][]string) {
	maps = make([]*Drawing, len(o.Panels))
	missing := make([][]string, len(o.Panels))
	for i, p := range o.Panels {
		if p.Empty {
			maps[i] = &Drawing{}
			continue
		}
		maps[i], missing[i] = o.plot(p, st)
		if len(missing[i]) > 0 {
			without = missing
		}
	}
	return maps, without
}

// entries are the lines of the legend.
func (o Overlay) entries(st mapStyle) []entry {
	out := []entry{
		{o.Benchmark, func(d *Drawing, x, y float64) {
			if o.Circle {
				d.rule(x, y, x+28, y, paleGrey, 1)
			}
			d.hollow(x+14, y, st.radius, "")
		}},
		{o.Fitted, func(d *Drawing, x, y float64) { d.marker(0, x+14, y, st.radius, blue, "") }},
	}
	return append(out, entry{"the same value", func(d *Drawing, x, y float64) { d.rule(x+2, y, x+26, y, midGrey, 0.9) }})
}

// hollow is the sign of a point of the benchmark.
func (d *Drawing) hollow(x, y, r float64, hint string) {
	d.add(shape{path: disc(x, y, r), fill: white, stroke: vermilion, width: 0.3*r + 0.3, hint: hint})
}

// panel sets a title above a map.
func (o Overlay) panel(p Map, m *Drawing, st mapStyle) *Drawing {
	d := &Drawing{}
	if p.Empty {
		return d
	}
	y := 0.0
	if p.Title != "" {
		y = d.lines(wrap(p.Title, textSize, true, st.side), 0, 0, textSize, style{bold: true, colour: black})
	}
	if p.Absent != "" {
		y = d.lines(wrap("NA: "+p.Absent, smallSize, true, st.side), 0, y, smallSize, style{bold: true, colour: nearBlack})
	}
	if p.Note != "" {
		y = d.lines(wrap(p.Note, smallSize, false, st.side), 0, y, smallSize, style{colour: darkGrey})
	}
	d.place(m, 0, y+3)
	d.W, d.H = st.side, y+3+st.side
	return d
}

// plot draws a map, and returns the labels for which there is no place.
func (o Overlay) plot(p Map, st mapStyle) (*Drawing, []string) {
	d := &Drawing{W: st.side, H: st.side}
	d.add(shape{path: rectangle(0, 0, st.side, st.side), stroke: paleGrey, width: 1})
	place, centre := p.scale(st)
	d.rule(0, centre.y, st.side, centre.y, faintGrey, 0.8)
	d.rule(centre.x, 0, centre.x, st.side, faintGrey, 0.8)
	l := &labeller{area: box{0, 0, st.side, st.side}.grow(-3), size: st.text, centre: centre}
	var bench, fitted []point
	for _, v := range p.Points {
		b, f := place(v.Benchmark), place(v.Fitted)
		hasB, hasF := finite(b.x, b.y), finite(f.x, f.y) && p.Absent == ""
		if hasB {
			bench = append(bench, b)
			l.avoid(b, st.radius)
		}
		if hasF {
			fitted = append(fitted, f)
			l.avoid(f, st.radius)
			l.want(v.Label, f, st.radius, style{bold: true, colour: blue, hint: v.Name})
		}
		if hasB && hasF {
			l.lines = append(l.lines, [2]point{b, f})
		}
		if hasB && (st.both || !hasF) {
			l.want(v.Label, b, st.radius, style{colour: rgb(0x9c3f00), hint: v.Name})
		}
	}
	if o.Circle {
		l.rings = d.ringOf(bench)
	}
	for _, s := range l.lines {
		d.rule(s[0].x, s[0].y, s[1].x, s[1].y, midGrey, 0.9)
	}
	without := l.solve()
	l.leaders(d)
	l.draw(d)
	for _, b := range bench {
		d.hollow(b.x, b.y, st.radius, "")
	}
	for _, f := range fitted {
		d.marker(0, f.x, f.y, st.radius, blue, "")
	}
	return d, without
}

// scale maps coordinates to pixels: both directions alike, the middle of the
// benchmark in the middle of the panel, room for labels all around.
func (p Map) scale(st mapStyle) (place func([2]float64) point, centre point) {
	var mx, my, n float64
	for _, v := range p.Points {
		if finite(v.Benchmark[:]...) {
			mx, my, n = mx+v.Benchmark[0], my+v.Benchmark[1], n+1
		}
	}
	if n > 0 {
		mx, my = mx/n, my/n
	}
	far := 0.0
	for _, v := range p.Points {
		for k, c := range [][2]float64{v.Benchmark, v.Fitted} {
			if finite(c[:]...) && (k == 0 || p.Absent == "") {
				far = max(far, math.Abs(c[0]-mx), math.Abs(c[1]-my))
			}
		}
	}
	if far == 0 {
		far = 1
	}
	room := st.side/2 - max(26, 2.6*st.text)
	centre = point{st.side / 2, st.side / 2}
	return func(c [2]float64) point {
		return point{centre.x + (c[0]-mx)/far*room, centre.y - (c[1]-my)/far*room}
	}, centre
}

// ringOf joins points in the order in which they stand round their middle, and
// returns the pieces.
func (d *Drawing) ringOf(points []point) [][2]point {
	if len(points) < 3 {
		return nil
	}
	var mx, my float64
	for _, p := range points {
		mx, my = mx+p.x/float64(len(points)), my+p.y/float64(len(points))
	}
	ring := slices.Clone(points)
	slices.SortStableFunc(ring, func(a, b point) int {
		x, y := math.Atan2(a.y-my, a.x-mx), math.Atan2(b.y-my, b.x-mx)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	d.add(shape{path: polygon(ring...), stroke: paleGrey, width: 1})
	out := make([][2]point, len(ring))
	for i := range ring {
		out[i] = [2]point{ring[i], ring[(i+1)%len(ring)]}
	}
	return out
}
