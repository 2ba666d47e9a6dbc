// Package figure draws the figures of the paper: heat maps, profiles of means,
// overlays of two maps and anchor-shift curves.
//
// It knows plain numbers, labels and captions, how to place them so that none
// covers another, and two ways to write a drawing down: SVG and PNG. Both come
// from the same shapes, and letters are outlines of the Go fonts, so that a
// figure looks the same everywhere. It must not know where numbers come from.
//
//	d := figure.HeatMap{Meta: figure.Meta{Title: "Rank correlation"}, ...}.Draw()
//	svg := d.SVG()
//	png, err := d.PNG(2)
//
// The same data give the same bytes. Colours come from the palette of Okabe and
// Ito (2008), which people with any common colour blindness can tell apart;
// nothing is told by colour alone.
package figure

// Meta is what stands around the plot of every figure.
type Meta struct {
	Title    string
	Subtitle string
	// Banner is a warning in a box above the title, such as that the data are
	// simulated; empty for none.
	Banner string
	// Caption are the paragraphs below the plot.
	Caption []string
}

// Sizes of text and distances, in pixels of 1/96 inch.
const (
	titleSize    = 17.0
	subtitleSize = 13.0
	textSize     = 12.0
	captionSize  = 11.5
	smallSize    = 10.5
	margin       = 20.0
	minBody      = 560.0 // a narrower plot is centred in this width
	maxProse     = 860.0 // captions do not run wider than this
)

// frame sets a plot between banner, title and caption.
func (m Meta) frame(body *Drawing) *Drawing {
	inner := max(body.W, minBody)
	prose := min(inner, maxProse)
	d := &Drawing{W: inner + 2*margin, Title: clean(m.Title), Description: m.description()}
	y := margin
	if m.Banner != "" {
		lines := wrap(m.Banner, textSize, true, inner-24)
		h := float64(len(lines))*lineHeight(textSize) + 12
		d.add(shape{path: rectangle(margin, y, inner, h), fill: amberLight, stroke: vermilion, width: 1.5})
		d.lines(lines, margin+12, y+6, textSize, style{bold: true, colour: black})
		y += h + 12
	}
	head := func(text string, size float64, s style) {
		if text == "" {
			return
		}
		lines := wrap(text, size, s.bold, inner)
		d.lines(lines, margin, y, size, s)
		y += float64(len(lines))*lineHeight(size) + 2
	}
	head(m.Title, titleSize, style{bold: true, colour: black})
	head(m.Subtitle, subtitleSize, style{colour: darkGrey})
	y += 10
	d.place(body, margin+(inner-body.W)/2, y)
	y += body.H + 14
	for _, p := range m.Caption {
		lines := wrap(p, captionSize, false, prose)
		d.lines(lines, margin, y, captionSize, style{colour: nearBlack})
		y += float64(len(lines))*lineHeight(captionSize) + 5
	}
	d.H = y + margin - 5
	return d
}

// description is the text for those who cannot see the figure.
func (m Meta) description() string {
	s := ""
	for _, p := range append([]string{m.Banner, m.Subtitle}, m.Caption...) {
		if p != "" {
			if s != "" {
				s += " "
			}
			s += clean(p)
		}
	}
	return s
}

// stack sets drawings below one another, each at the left.
func stack(gap float64, parts ...*Drawing) *Drawing {
	out := &Drawing{}
	for _, p := range parts {
		if p == nil {
			continue
		}
		if out.H > 0 {
			out.H += gap
		}
		out.place(p, 0, out.H)
		out.W, out.H = max(out.W, p.W), out.H+p.H
	}
	return out
}

// tile sets drawings in rows of so many columns, each row and column as large
// as the largest in it. In a row they stand level at the bottom, so that plots
// are in line however many lines their titles have.
func tile(columns int, gapX, gapY float64, parts []*Drawing) *Drawing {
	columns = max(1, min(columns, len(parts)))
	widths, heights := make([]float64, columns), make([]float64, (len(parts)+columns-1)/columns)
	for i, p := range parts {
		widths[i%columns] = max(widths[i%columns], p.W)
		heights[i/columns] = max(heights[i/columns], p.H)
	}
	out := &Drawing{}
	y := 0.0
	for r, h := range heights {
		x := 0.0
		for c := range columns {
			if i := r*columns + c; i < len(parts) {
				out.place(parts[i], x, y+h-parts[i].H)
			}
			x += widths[c] + gapX
		}
		out.W = x - gapX
		y += h + gapY
	}
	out.H = y - gapY
	return out
}
