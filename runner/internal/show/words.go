package show

import (
	"strings"
)

// maxWords bounds what is compared word by word.
const maxWords = 4000

// Words shows how two texts differ: what only the first has as [-word-], what
// only the second has as {+word+}, with a few words around and … for the rest.
func Words(a, b string) string {
	if a == b {
		return ""
	}
	x, y := split(a), split(b)
	head := 0
	for head < len(x) && head < len(y) && same(x[head], y[head]) {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && same(x[len(x)-1-tail], y[len(y)-1-tail]) {
		tail++
	}
	var pieces []piece
	pieces = append(pieces, piece{'=', y[:head]})
	mx, my := x[head:len(x)-tail], y[head:len(y)-tail]
	if len(mx) > maxWords || len(my) > maxWords {
		pieces = append(pieces, piece{'-', mx}, piece{'+', my})
	} else {
		pieces = append(pieces, align(mx, my)...)
	}
	return render(append(pieces, piece{'=', y[len(y)-tail:]}))
}

// piece is a run of words: common, only in the first, only in the second.
type piece struct {
	kind  byte
	words []string
}

// split cuts a text into words with the blanks after them, and line ends.
func split(s string) []string {
	var out []string
	start, last := 0, 'x'
	for i, r := range s {
		if i > start && (last == '\n') != (r == '\n') || last == ' ' && r != ' ' {
			out = append(out, s[start:i])
			start = i
		}
		last = r
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// same compares two words without the blanks after them.
func same(a, b string) bool { return strings.TrimRight(a, " ") == strings.TrimRight(b, " ") }

// align finds a longest common subsequence.
func align(x, y []string) []piece {
	longest := make([][]int16, len(x)+1)
	for i := range longest {
		longest[i] = make([]int16, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if same(x[i], y[j]) {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out []piece
	add := func(kind byte, word string) {
		if n := len(out); n > 0 && out[n-1].kind == kind {
			out[n-1].words = append(out[n-1].words, word)
			return
		}
		out = append(out, piece{kind, []string{word}})
	}
	i, j := 0, 0
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && same(x[i], y[j]):
			add('=', y[j])
			i, j = i+1, j+1
		case i < len(x) && (j == len(y) || longest[i+1][j] >= longest[i][j+1]):
			add('-', x[i])
			i++
		default:
			add('+', y[j])
			j++
		}
	}
	return out
}

// around is how many words of what is common are shown on each side.
const around = 4

func render(pieces []piece) string {
	var b strings.Builder
	for i, p := range pieces {
		text := strings.Join(p.words, "")
		switch {
		case len(p.words) == 0:
		case p.kind == '-':
			b.WriteString("[-" + strings.TrimRight(text, " ") + "-]" + trailing(text))
		case p.kind == '+':
			b.WriteString("{+" + strings.TrimRight(text, " ") + "+}" + trailing(text))
		default:
			b.WriteString(shorten(p.words, i == 0, i == len(pieces)-1))
		}
	}
	return b.String()
}

func trailing(s string) string { return s[len(strings.TrimRight(s, " ")):] }

// shorten leaves out the middle of what is common, or all but the side that
// touches a difference.
func shorten(words []string, first, last bool) string {
	switch {
	case first && last:
		return ""
	case first && len(words) > around:
		return "… " + strings.Join(words[len(words)-around:], "")
	case last && len(words) > around:
		return strings.TrimRight(strings.Join(words[:around], ""), " ") + " …"
	case !first && !last && len(words) > 2*around+1:
		return strings.TrimRight(strings.Join(words[:around], ""), " ") + " … " + strings.Join(words[len(words)-around:], "")
	}
	return strings.Join(words, "")
}
