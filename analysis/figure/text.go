package figure

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ascent and descent are the parts of the size that text takes above and below
// its baseline, accents on capitals included.
const (
	ascent  = 0.80
	descent = 0.22
)

// lineHeight is the distance of lines.
func lineHeight(size float64) float64 { return 1.32 * size }

// clean makes text fit to be drawn and to be written into XML: spaces for
// line breaks and tabs, no control or formatting characters (which could turn
// the order of the letters round), no invalid UTF-8.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.Is(unicode.C, r) && !unicode.Is(unicode.Co, r), r&0xfffe == 0xfffe:
			return '\uFFFD'
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// drawable replaces what the fonts lack by its code point in brackets, so that
// two labels in another script stay different.
func drawable(s string) string {
	f := faceOf(false)
	var b strings.Builder
	for _, r := range clean(s) {
		switch _, ok := f.glyphs[r]; {
		case ok:
			b.WriteRune(r)
		case r == '\uFFFD':
			b.WriteString("?")
		case unicode.Is(unicode.Mn, r): // a combining mark is left out
		default:
			fmt.Fprintf(&b, "[%X]", r)
		}
	}
	return b.String()
}

// width measures drawable text.
func width(s string, size float64, bold bool) float64 {
	f := faceOf(bold)
	w := 0.0
	for _, r := range s {
		w += f.glyphs[r].advance
	}
	return w * size / f.em
}

// widest measures several lines.
func widest(lines []string, size float64, bold bool) float64 {
	w := 0.0
	for _, l := range lines {
		w = max(w, width(l, size, bold))
	}
	return w
}

// wrap makes text drawable and breaks it into lines of at most so many pixels:
// at spaces, else after a mark such as _ or -, else within the word.
func wrap(s string, size float64, bold bool, limit float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(drawable(s)) {
		if joined := strings.TrimPrefix(line+" "+word, " "); line == "" || width(joined, size, bold) <= limit {
			line = joined
		} else {
			lines, line = append(lines, line), word
		}
		for width(line, size, bold) > limit {
			head, tail := split(line, size, bold, limit)
			if tail == "" {
				break
			}
			lines, line = append(lines, head), tail
		}
	}
	if line != "" || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// split breaks a word that is too long; at least one character stays.
func split(word string, size float64, bold bool, limit float64) (head, tail string) {
	at, mark := 0, 0
	for i, r := range word {
		end := i + utf8.RuneLen(r)
		if i > 0 && width(word[:end], size, bold) > limit {
			break
		}
		at = end
		if strings.ContainsRune("_-/.:,;=", r) {
			mark = end
		}
	}
	if mark > 0 && at < len(word) && width(word[:mark], size, bold) > limit/4 {
		at = mark
	}
	return word[:at], word[at:]
}

// shorten keeps to a number of lines; the last then ends in an ellipsis.
func shorten(lines []string, n int, size float64, bold bool, limit float64) []string {
	if len(lines) <= n {
		return lines
	}
	last := []rune(lines[n-1])
	for len(last) > 0 && width(string(last)+"…", size, bold) > limit {
		last = last[:len(last)-1]
	}
	return append(append([]string{}, lines[:n-1]...), string(last)+"…")
}

// style is how text is set: x is its start, middle or end.
type style struct {
	bold   bool
	colour colour
	align  align
	up     bool // reads from bottom to top
	hint   string
}

type align uint8

const (
	start align = iota
	middle
	end
)

// words is one line of text as it is drawn.
type words struct {
	text string // drawable
	x, y float64
	size float64
	style
}

// box is the space that words take.
func (w words) box() box {
	long := width(w.text, w.size, w.bold)
	off := map[align]float64{start: 0, middle: -long / 2, end: -long}[w.align]
	if w.up {
		return box{w.x - ascent*w.size, w.y - off - long, w.x + descent*w.size, w.y - off}
	}
	return box{w.x + off, w.y - ascent*w.size, w.x + off + long, w.y + descent*w.size}
}

// box is a rectangle by its corners.
type box struct{ x0, y0, x1, y1 float64 }

// overlaps tells whether two boxes share more than an edge.
func (b box) overlaps(c box) bool {
	const touch = 1e-6
	return b.x0 < c.x1-touch && c.x0 < b.x1-touch && b.y0 < c.y1-touch && c.y0 < b.y1-touch
}

// within tells whether b lies inside c.
func (b box) within(c box) bool { return b.x0 >= c.x0 && b.y0 >= c.y0 && b.x1 <= c.x1 && b.y1 <= c.y1 }

// grow moves every edge outwards.
func (b box) grow(by float64) box { return box{b.x0 - by, b.y0 - by, b.x1 + by, b.y1 + by} }
