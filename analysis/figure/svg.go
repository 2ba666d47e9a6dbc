package figure

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// SVG writes the drawing as SVG 1.1 without text elements, scripts or
// references to anything outside it: letters are outlines, each defined once.
func (d *Drawing) SVG() []byte {
	var b bytes.Buffer
	w, h := num(math.Ceil(d.W)), num(math.Ceil(d.H))
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-label="%s">`+"\n",
		w, h, w, h, html.EscapeString(d.Title))
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(d.Title), html.EscapeString(d.Description))
	d.defineGlyphs(&b)
	fmt.Fprintf(&b, `<path d="M0 0H%sV%sH0Z" fill="#ffffff"/>`+"\n", w, h)
	for _, o := range d.ops {
		if o.shape != nil {
			o.shape.svg(&b)
		} else {
			o.words.svg(&b)
		}
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// defineGlyphs writes the outlines that the words use, in units of their font.
func (d *Drawing) defineGlyphs(b *bytes.Buffer) {
	type key struct {
		bold bool
		r    rune
	}
	seen := map[key]bool{}
	var keys []key
	for _, o := range d.ops {
		if o.words == nil {
			continue
		}
		for _, r := range o.words.text {
			if k := (key{o.words.bold, r}); !seen[k] && len(faceOf(k.bold).glyphs[r].outline) > 0 {
				seen[k], keys = true, append(keys, k)
			}
		}
	}
	slices.SortFunc(keys, func(x, y key) int {
		if x.bold != y.bold {
			return map[bool]int{false: -1, true: 1}[x.bold]
		}
		return int(x.r - y.r)
	})
	b.WriteString("<defs>\n")
	for _, k := range keys {
		f := faceOf(k.bold)
		fmt.Fprintf(b, `<path id="%s" d="`, glyphID(f, k.r))
		f.glyphs[k.r].outline.svg(b)
		b.WriteString("\"/>\n")
	}
	b.WriteString("</defs>\n")
}

// glyphID names an outline. It depends on nothing but font and character, so
// that figures within one page may share identifiers.
func glyphID(f *face, r rune) string { return fmt.Sprintf("%s%x", f.name, r) }

// svg writes the words as uses of outlines.
func (w *words) svg(b *bytes.Buffer) {
	f := faceOf(w.bold)
	scale := w.size / f.em
	at := w.box()
	x, y, turn := at.x0, w.y, ""
	if w.up {
		x, y, turn = w.x, at.y1, " rotate(-90)"
	}
	fmt.Fprintf(b, `<g fill="%s" transform="translate(%s %s)%s scale(%s)" aria-label="%s">`, w.colour.hex(), num(x), num(y), turn,
		strconv.FormatFloat(scale, 'f', 6, 64), html.EscapeString(w.text))
	hint(b, w.hint)
	pen := 0.0
	for _, r := range w.text {
		g := f.glyphs[r]
		if len(g.outline) > 0 {
			fmt.Fprintf(b, `<use xlink:href="#%s" x="%s"/>`, glyphID(f, r), num(pen))
		}
		pen += g.advance
	}
	b.WriteString("</g>\n")
}

// svg writes the shape.
func (s *shape) svg(b *bytes.Buffer) {
	b.WriteString(`<path d="`)
	s.path.svg(b)
	b.WriteString(`" fill="`)
	if s.fill.ink {
		b.WriteString(s.fill.hex())
	} else {
		b.WriteString("none")
	}
	b.WriteString(`"`)
	if s.stroke.ink {
		fmt.Fprintf(b, ` stroke="%s" stroke-width="%s" stroke-linecap="round" stroke-linejoin="round"`, s.stroke.hex(), num(s.width))
		for i, v := range s.dash {
			sep := " "
			if i == 0 {
				sep = ` stroke-dasharray="`
			}
			b.WriteString(sep + num(v))
		}
		if len(s.dash) > 0 {
			b.WriteString(`"`)
		}
	}
	if s.hint == "" {
		b.WriteString("/>\n")
		return
	}
	b.WriteString(">")
	hint(b, s.hint)
	b.WriteString("</path>\n")
}

// hint writes what is shown when the pointer rests on the element.
func hint(b *bytes.Buffer, s string) {
	if s != "" {
		b.WriteString("<title>" + html.EscapeString(clean(s)) + "</title>")
	}
}

// svg writes the data of a path element, in the shortest of the usual ways:
// relative to the point before, a letter only where it changes, and no more space
// than keeps numbers apart. A page holds a hundred figures, so this counts.
func (p path) svg(b *bytes.Buffer) {
	var at, start point // in hundredths, as written, so that nothing adds up
	last := byte(0)
	for _, s := range p {
		var numbers []float64
		letter := s.op | 0x20 // lower case is relative
		end := at
		for k := range points(s.op) {
			end = point{math.Round(s.p[k].x * 100), math.Round(s.p[k].y * 100)}
			numbers = append(numbers, end.x-at.x, end.y-at.y)
		}
		switch {
		case letter == 'l' && numbers[1] == 0:
			letter, numbers = 'h', numbers[:1]
		case letter == 'l' && numbers[0] == 0:
			letter, numbers = 'v', numbers[1:]
		case letter == 'm':
			start = end
		case letter == 'z':
			end = start
		}
		if letter != last || letter == 'm' || letter == 'z' {
			b.WriteByte(letter)
		}
		for k, v := range numbers {
			if w := short(v); k == 0 && letter != last || w[0] == '-' {
				b.WriteString(w)
			} else {
				b.WriteString(" " + w)
			}
		}
		at, last = end, letter
	}
}

// short writes hundredths as a number without a zero before the point.
func short(hundredths float64) string {
	w := num(hundredths / 100)
	switch {
	case strings.HasPrefix(w, "0."):
		return w[1:]
	case strings.HasPrefix(w, "-0."):
		return "-" + w[2:]
	}
	return w
}

// num writes a coordinate with at most two decimals.
func num(v float64) string {
	v = math.Round(v*100) / 100
	if v == 0 {
		return "0" // never "-0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
