package diff

import "strings"

// Word is a run of a text. Op is "=" for what both have, "-" for what only the
// old one has, "+" for what only the new one has.
type Word struct {
	Op   string `json:"op"`
	Text string `json:"text"`
}

// maxCompared bounds the table of the comparison: two texts of 2,000 different
// words. What lies beyond is shown as removed and added whole.
const maxCompared = 4_000_000

// words compares two texts word by word. The runs with "=" and "-" make the old
// text, those with "=" and "+" the new one.
func words(a, b string) []Word {
	x, y := split(a), split(b)
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	var out []Word
	out = put(out, "=", x[:head])
	out = between(out, x[head:len(x)-tail], y[head:len(y)-tail])
	return put(out, "=", x[len(x)-tail:])
}

// split cuts a text into words and what stands between them; joined they are
// the text again.
func split(s string) []string {
	var out []string
	start, kind := 0, -1
	for i, r := range s {
		k := 0
		switch {
		case r == ' ' || r == '\n' || r == '\t' || r == '\r':
			k = 1
		case strings.ContainsRune(".,;:!?()[]{}\"", r):
			k = 2
		}
		if k != kind || k == 2 {
			if i > start {
				out = append(out, s[start:i])
			}
			start, kind = i, k
		}
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// between compares what is left by the longest common subsequence.
func between(out []Word, x, y []string) []Word {
	if len(x)*len(y) > maxCompared {
		return put(put(out, "-", x), "+", y)
	}
	long := make([][]int32, len(x)+1)
	for i := range long {
		long[i] = make([]int32, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				long[i][j] = long[i+1][j+1] + 1
			} else {
				long[i][j] = max(long[i+1][j], long[i][j+1])
			}
		}
	}
	i, j := 0, 0
	var gone, come []string
	flush := func() {
		out = put(put(out, "-", gone), "+", come)
		gone, come = nil, nil
	}
	for i < len(x) || j < len(y) {
		switch {
		case i < len(x) && j < len(y) && x[i] == y[j]:
			// A blank between two changed words belongs to the change.
			if strings.TrimSpace(x[i]) == "" && (len(gone) > 0 || len(come) > 0) && i+1 < len(x) && j+1 < len(y) && x[i+1] != y[j+1] {
				gone, come = append(gone, x[i]), append(come, y[j])
			} else {
				flush()
				out = put(out, "=", x[i:i+1])
			}
			i, j = i+1, j+1
		case j == len(y) || i < len(x) && long[i+1][j] >= long[i][j+1]:
			gone = append(gone, x[i])
			i++
		default:
			come = append(come, y[j])
			j++
		}
	}
	flush()
	return out
}

// put adds a run, together with one of the same kind before it.
func put(out []Word, op string, parts []string) []Word {
	if len(parts) == 0 {
		return out
	}
	text := strings.Join(parts, "")
	if n := len(out); n > 0 && out[n-1].Op == op {
		out[n-1].Text += text
		return out
	}
	return append(out, Word{op, text})
}
