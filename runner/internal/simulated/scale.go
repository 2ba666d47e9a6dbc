package simulated

import (
	"strings"
)

// scale is the answer scale as the words of a prompt give it.
type scale struct {
	low, high int
	labels    map[int]string // the words of its points, as far as they are known
	falling   bool           // the high number stands for the low meaning
}

// plainScale is answered on where a prompt asks for ratings without saying the
// scale.
var plainScale = scale{low: 1, high: 5}

// figure is a number found in a text, with the words that explain it.
type figure struct {
	value      int
	start, end int // of number and explanation
	label      string
}

// readScale finds the scale in an instruction: two numbers joined by "to", a
// dash, "through" or "and", each perhaps with an explanation in brackets; or
// "N-point"; or a legend with one "N = words" a line. Among several pairs the
// one whose surroundings speak most of rating wins, then the first.
func readScale(text string) (scale, bool) {
	low := lower(text)
	if s, ok := readLegend(text); ok {
		return s, true
	}
	best, bestScore := scale{}, 0
	for at := 0; ; {
		a, ok := nextFigure(text, low, at)
		if !ok {
			break
		}
		at = a.end
		b, ok := partner(text, low, a)
		if !ok || a.value == b.value || max(a.value, b.value)-min(a.value, b.value) > 1000 {
			continue
		}
		if score := scaleScore(low, a, b); score > bestScore {
			best, bestScore = scaleOf(a, b), score
		}
	}
	if bestScore > 0 {
		return best, true
	}
	return readPoints(low)
}

// scaleOf makes a scale of its two ends, in either order.
func scaleOf(a, b figure) scale {
	if a.value > b.value {
		a, b = b, a
	}
	s := scale{low: a.value, high: b.value, labels: map[int]string{}}
	if a.label != "" {
		s.labels[a.value] = a.label
	}
	if b.label != "" {
		s.labels[b.value] = b.label
	}
	return s.finish()
}

// finish completes what follows from the labels of the ends.
func (s scale) finish() scale {
	s.falling = isNegative(s.labels[s.high]) && !isNegative(s.labels[s.low])
	if s.low == 1 && s.high == 6 && !s.falling && strings.Contains(strings.ToLower(s.labels[6]), "like me") {
		for i, w := range [...]string{"Not like me", "A little like me", "Somewhat like me", "Like me"} {
			if s.labels[i+2] == "" {
				s.labels[i+2] = w
			}
		}
	}
	return s
}

// isNegative reports whether a label names the lower meaning of a scale.
func isNegative(label string) bool {
	for w := range strings.FieldsSeq(normalise(label)) {
		switch w {
		case "not", "never", "no", "none", "disagree", "unlike", "least", "unimportant", "false", "opposed", "nothing", "rarely", "inaccurate", "dislike":
			return true
		}
	}
	return false
}

var numberWords = [...]string{"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}

// nextFigure finds the next number, in digits or words, at or after at.
func nextFigure(text, low string, at int) (figure, bool) {
	for i := at; i < len(low); i++ {
		if i > 0 && isWordByte(low[i-1]) {
			continue
		}
		if f, ok := figureAt(text, low, i); ok {
			return f, true
		}
	}
	return figure{}, false
}

// figureAt reads a number that starts at i, and its explanation.
func figureAt(text, low string, i int) (figure, bool) {
	f := figure{start: i}
	j, sign := i, 1
	switch {
	case strings.HasPrefix(low[j:], "−"):
		j, sign = j+len("−"), -1
	case low[j] == '-':
		j, sign = j+1, -1
	case low[j] == '+':
		j++
	}
	digits := j
	for j < len(low) && j-digits < 5 && low[j] >= '0' && low[j] <= '9' {
		f.value = f.value*10 + int(low[j]-'0')
		j++
	}
	if j == digits {
		if j != i {
			return f, false
		}
		for v, w := range numberWords {
			if strings.HasPrefix(low[i:], w) && (i+len(w) == len(low) || !isWordByte(low[i+len(w)])) {
				f.value, f.end = v, i+len(w)
				break
			}
		}
		if f.end == 0 {
			return f, false
		}
		j = f.end
	} else if j < len(low) && (isWordByte(low[j]) || low[j] == '.' && j+1 < len(low) && low[j+1] >= '0' && low[j+1] <= '9') {
		return f, false
	}
	f.value *= sign
	f.end = j
	f.explain(text)
	return f, true
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// explain reads "(words)" or "= words" behind a number.
func (f *figure) explain(text string) {
	near := text[f.end:min(len(text), f.end+200)]
	rest := strings.TrimLeft(near, " \"'*")
	skip := len(near) - len(rest)
	if strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, "[") {
		if n := strings.IndexAny(rest, ")]"); n > 0 && n < 120 {
			f.label = strings.Trim(rest[1:n], " =:\"'")
			f.end += skip + n + 1
		}
		return
	}
	for _, p := range [...]string{"=", "meaning ", "means ", "being "} {
		if after, ok := strings.CutPrefix(rest, p); ok {
			n := len(after)
			for _, stop := range [...]string{" to ", " and ", ",", ";", ".", "\n", " through ", ")"} {
				if k := strings.Index(after, stop); k >= 0 && k < n {
					n = k
				}
			}
			if n < 80 {
				f.label = strings.Trim(after[:n], " \"'")
				f.end += skip + len(p) + n
			}
			return
		}
	}
}

// partner reads the other end of a scale directly behind a.
func partner(text, low string, a figure) (figure, bool) {
	i := a.end
	skip := func(set string) {
		for i < len(low) && strings.IndexByte(set, low[i]) >= 0 {
			i++
		}
	}
	skip(" ,;*\"'")
	joined := false
	for _, j := range [...]string{"to ", "through ", "thru ", "and ", "until ", "up to ", "till ", "–", "—", "-"} {
		if strings.HasPrefix(low[i:], j) {
			i += len(j)
			joined = true
			break
		}
	}
	if !joined {
		return figure{}, false
	}
	skip(" *\"'")
	for _, w := range [...]string{"the number ", "a ", "to "} {
		if strings.HasPrefix(low[i:], w) {
			i += len(w)
		}
	}
	if i >= len(low) {
		return figure{}, false
	}
	return figureAt(text, low, i)
}

// scaleScore weighs how much the words around a pair of numbers speak of
// rating; 0 is no scale at all.
func scaleScore(low string, a, b figure) int {
	before := low[max(0, a.start-60):a.start]
	after := strings.TrimLeft(low[b.end:min(len(low), b.end+20)], " -")
	for _, w := range [...]string{"sentence", "year", "word", "minute", "hour", "child", "people", "times", "paragraph", "line", "kid", "am", "pm", "day", "week", "mile", "km"} {
		if strings.HasPrefix(after, w) {
			return 0
		}
	}
	score := 1
	for _, w := range [...]string{"scale", "rat", "score", "answer", "respond", "number", "how much", "how ", "agree"} {
		if strings.Contains(before, w) {
			score += 2
		}
	}
	if strings.HasSuffix(strings.TrimSpace(before), "from") || strings.HasSuffix(strings.TrimSpace(before), "between") {
		score += 2
	}
	if a.label != "" || b.label != "" {
		score += 4
	}
	if score == 1 && (a.value > 20 || b.value < a.value) {
		return 0 // ages, years, scores of a game
	}
	return score
}

// readLegend reads a scale given as lines "1 = Never", in any order.
func readLegend(text string) (scale, bool) {
	s, n := scale{labels: map[int]string{}}, 0
	for line := range strings.SplitSeq(text, "\n") {
		num, label, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		num = strings.TrimSpace(num)
		f := figure{}
		if num != "" {
			f, ok = figureAt(num, lower(num), 0)
		}
		if num == "" || !ok || f.end != len(num) || strings.Contains(label, "=") {
			continue
		}
		if n == 0 || f.value < s.low {
			s.low = f.value
		}
		if n == 0 || f.value > s.high {
			s.high = f.value
		}
		s.labels[f.value] = strings.Trim(label, " ,;.\"'")
		n++
	}
	if n < 2 || s.low == s.high {
		return scale{}, false
	}
	return s.finish(), true
}

// readPoints reads "a 5-point scale" and "a five point Likert scale".
func readPoints(low string) (scale, bool) {
	i := strings.Index(low, "point")
	if i <= 0 {
		return scale{}, false
	}
	words := strings.Fields(strings.ReplaceAll(low[:i], "-", " "))
	if len(words) == 0 {
		return scale{}, false
	}
	last := words[len(words)-1]
	f, ok := figureAt(last, last, 0)
	if !ok || f.value < 2 || f.value > 1000 {
		return scale{}, false
	}
	return scale{low: 1, high: f.value}, true
}
