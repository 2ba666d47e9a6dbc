package figure

import (
	"math"
	"slices"
)

// HeatMap is numbers in coloured cells, in one grid or several that share a
// colour bar.
type HeatMap struct {
	Meta
	Grids []Grid
	// Scale names what the colours mean, below the colour bar.
	Scale string
	// Signed makes the colours run from -1 to 1 instead of 0 to 1. It is set
	// by itself if a value is negative.
	Signed bool
}

// Grid is rows and columns of cells.
type Grid struct {
	Title string
	// RowKeys are the headings of the row labels; Rows has one label a heading.
	// A label equal to the one above is not repeated.
	RowKeys []string
	Rows    [][]string
	Columns []Column
	Cells   [][]Cell // a row each
}

// Column is a column; neighbours with the same group stand under one heading.
type Column struct{ Group, Label string }

// Cell is one cell: a number with its text, a text alone, or nothing.
type Cell struct {
	Value  float64 // -1..1; its colour
	Text   string  // as printed, such as 0.75***
	Plain  bool    // no colour: the text alone
	Absent bool    // the statistic is not available; Text says so
	Empty  bool    // the design has no such cell
	Hint   string  // exact values
}

const (
	cellHeight = 32.0
	minCell    = 62.0
	maxKey     = 190.0 // widest row label before it breaks
)

// Draw draws the figure. It panics if rows and cells disagree in number.
func (h HeatMap) Draw() *Drawing {
	signed := h.Signed
	coloured := false
	for _, g := range h.Grids {
		for _, row := range g.Cells {
			for _, c := range row {
				if !c.Plain && !c.Absent && !c.Empty {
					coloured = true
					signed = signed || c.Value < 0
				}
			}
		}
	}
	var parts []*Drawing
	for _, g := range h.Grids {
		parts = append(parts, g.draw(h.keyWidths()))
	}
	if coloured {
		parts = append(parts, h.bar(signed))
	}
	return h.frame(stack(18, parts...))
}

// keyWidths are the widths of the row labels: the same in all grids, so that
// their cells stand below one another.
func (h HeatMap) keyWidths() []float64 {
	var out []float64
	for _, g := range h.Grids {
		for k, head := range g.RowKeys {
			w := widest(wrap(head, smallSize, true, maxKey), smallSize, true)
			for _, r := range g.Rows {
				w = max(w, widest(wrap(r[k], textSize, false, maxKey), textSize, false))
			}
			if k == len(out) {
				out = append(out, 0)
			}
			out[k] = max(out[k], w+14)
		}
	}
	return out
}

// gridLayout is where everything of a grid stands.
type gridLayout struct {
	keys    []float64 // width of each row label
	columns []float64 // width of each column
	rows    []float64 // height of each row
	left    float64   // of the cells
	groups  [][]string
	labels  [][]string
}

// layout measures a grid.
func (g *Grid) layout(keys []float64) gridLayout {
	l := gridLayout{keys: keys[:len(g.RowKeys)]}
	l.left = sum(l.keys)
	for j, c := range g.Columns {
		w := minCell
		for i := range g.Rows {
			w = max(w, width(drawable(g.Cells[i][j].Text), textSize, true)+14)
		}
		w = max(w, min(120, width(drawable(c.Label), smallSize, false)+10))
		l.columns = append(l.columns, w)
	}
	for _, r := range g.spans() {
		text := g.Columns[r[0]].Group
		total := sum(l.columns[r[0]:r[1]])
		if want := min(130, width(drawable(text), textSize, true)+10); want > total {
			for j := r[0]; j < r[1]; j++ {
				l.columns[j] += (want - total) / float64(r[1]-r[0])
			}
			total = want
		}
		l.groups = append(l.groups, wrap(text, textSize, true, total-8))
	}
	for j, c := range g.Columns {
		l.labels = append(l.labels, wrap(c.Label, smallSize, false, l.columns[j]-6))
	}
	l.rows = make([]float64, len(g.Rows))
	for i := range g.Rows {
		l.rows[i] = cellHeight
	}
	for k := range g.RowKeys {
		for i := 0; i < len(g.Rows); {
			to := g.until(i, k)
			need := float64(len(wrap(g.Rows[i][k], textSize, false, maxKey)))*lineHeight(textSize) + 8
			if have := sum(l.rows[i:to]); need > have {
				for r := i; r < to; r++ {
					l.rows[r] += (need - have) / float64(to-i)
				}
			}
			i = to
		}
	}
	return l
}

// spans are the runs of columns under one heading.
func (g *Grid) spans() [][2]int {
	var out [][2]int
	for j, c := range g.Columns {
		if j > 0 && c.Group == g.Columns[j-1].Group {
			out[len(out)-1][1] = j + 1
		} else {
			out = append(out, [2]int{j, j + 1})
		}
	}
	return out
}

// until is the row after the last that shares labels 0..k with row i.
func (g *Grid) until(i, k int) int {
	to := i + 1
	for to < len(g.Rows) && slices.Equal(g.Rows[to][:k+1], g.Rows[i][:k+1]) {
		to++
	}
	return to
}

// draw draws the grid.
func (g *Grid) draw(keys []float64) *Drawing {
	l := g.layout(keys)
	d := &Drawing{W: l.left + sum(l.columns)}
	y := 0.0
	if g.Title != "" {
		lines := wrap(g.Title, subtitleSize, true, max(d.W, minBody))
		d.W = max(d.W, widest(lines, subtitleSize, true))
		y = d.lines(lines, 0, 0, subtitleSize, style{bold: true, colour: nearBlack}) + 4
	}
	y = g.headings(d, l, y)
	g.rowLabels(d, l, y)
	for i, row := range g.Cells {
		x := l.left
		for j, c := range row {
			c.draw(d, x, y, l.columns[j], l.rows[i])
			x += l.columns[j]
		}
		y += l.rows[i]
	}
	d.H = y
	return d
}

// headings draws groups and labels of the columns, and the heads of the row
// labels level with the lowest.
func (g *Grid) headings(d *Drawing, l gridLayout, y float64) float64 {
	tall := func(all [][]string, size float64) float64 {
		n := 0
		for _, lines := range all {
			if len(lines) > 1 || lines[0] != "" {
				n = max(n, len(lines))
			}
		}
		return float64(n) * lineHeight(size)
	}
	head := y
	groups, labels := tall(l.groups, textSize), tall(l.labels, smallSize)
	for k, r := range g.spans() {
		x := l.left + sum(l.columns[:r[0]])
		w := sum(l.columns[r[0]:r[1]])
		top := y + groups - float64(len(l.groups[k]))*lineHeight(textSize)
		d.lines(l.groups[k], x+w/2, top, textSize, style{bold: true, colour: black, align: middle})
		if groups > 0 && labels > 0 {
			d.rule(x+4, y+groups+2, x+w-4, y+groups+2, midGrey, 0.8)
		}
	}
	if groups > 0 {
		y += groups + 5
	}
	x := l.left
	for j, lines := range l.labels {
		top := y + labels - float64(len(lines))*lineHeight(smallSize)
		d.lines(lines, x+l.columns[j]/2, top, smallSize, style{colour: nearBlack, align: middle})
		x += l.columns[j]
	}
	bottom := y + labels
	deepest := 0.0
	for _, head := range g.RowKeys {
		deepest = max(deepest, float64(len(wrap(head, smallSize, true, maxKey)))*lineHeight(smallSize))
	}
	bottom = max(bottom, head+deepest)
	x = 0
	for k, head := range g.RowKeys {
		lines := wrap(head, smallSize, true, maxKey)
		d.lines(lines, x, bottom-float64(len(lines))*lineHeight(smallSize), smallSize, style{bold: true, colour: darkGrey})
		x += l.keys[k]
	}
	return bottom + 4
}

// rowLabels draws each label once, beside the middle of its rows.
func (g *Grid) rowLabels(d *Drawing, l gridLayout, y float64) {
	x := 0.0
	for k := range g.RowKeys {
		top := y
		for i := 0; i < len(g.Rows); {
			to := g.until(i, k)
			h := sum(l.rows[i:to])
			lines := wrap(g.Rows[i][k], textSize, false, maxKey)
			d.lines(lines, x, top+(h-float64(len(lines))*lineHeight(textSize))/2, textSize, style{colour: black})
			if k == 0 && i > 0 && len(g.RowKeys) > 1 {
				d.rule(0, top, l.left-6, top, paleGrey, 0.8)
			}
			top += h
			i = to
		}
		x += l.keys[k]
	}
}

// draw draws one cell, with a white gap around it.
func (c Cell) draw(d *Drawing, x, y, w, h float64) {
	ink := nearBlack
	frame := rectangle(x+1, y+1, w-2, h-2)
	switch {
	case c.Empty:
		return
	case c.Plain:
	case c.Absent:
		d.add(shape{path: frame, fill: white, stroke: paleGrey, width: 1, dash: []float64{3, 3}, hint: c.Hint})
		ink = darkGrey
	default:
		fill := ramp(c.Value)
		d.add(shape{path: frame, fill: fill, hint: c.Hint})
		ink = inkOn(fill)
	}
	d.text(c.Text, x+w/2, y+h/2+0.36*textSize, textSize, style{bold: !c.Plain && !c.Absent, colour: ink, align: middle, hint: c.Hint})
}

// bar is the colour bar with its scale.
func (h HeatMap) bar(signed bool) *Drawing {
	const long, high, steps = 320.0, 14.0, 80
	d := &Drawing{}
	low, ticks := 0.0, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}
	if signed {
		low, ticks = -1, []float64{-1, -0.5, 0, 0.5, 1}
	}
	x0 := 14.0
	for i := range steps {
		at := float64(i) * long / steps
		// A little wider than its step: no seam shows between two.
		w := min(long/steps+0.5, long-at)
		d.add(shape{path: rectangle(x0+at, 0, w, high), fill: ramp(low + (1-low)*(float64(i)+0.5)/steps)})
	}
	d.add(shape{path: rectangle(x0, 0, long, high), stroke: midGrey, width: 0.8})
	for _, t := range ticks {
		x := x0 + long*(t-low)/(1-low)
		d.rule(x, high, x, high+4, midGrey, 0.8)
		d.text(decimal(t, 1), x, high+5+smallSize, smallSize, style{colour: nearBlack, align: middle})
	}
	d.W, d.H = long+2*x0, high+5+lineHeight(smallSize)+2
	if h.Scale != "" {
		lines := wrap(h.Scale, smallSize, false, minBody)
		d.W = max(d.W, x0+widest(lines, smallSize, false))
		d.H = d.lines(lines, x0, d.H, smallSize, style{colour: darkGrey})
	}
	return d
}

// sum adds up.
func sum(x []float64) float64 {
	s := 0.0
	for _, v := range x {
		s += v
	}
	return s
}

// finite tells whether numbers can be drawn.
func finite(x ...float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
