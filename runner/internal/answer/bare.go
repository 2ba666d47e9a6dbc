package answer

import "strings"

// bareReadings reads a line that holds answers and nothing else: one, or
// several with commas or spaces between, perhaps behind words that announce
// them ("Rating:", "Here are my answers:"). It returns none for other lines.
// item is the position of the item whose text stands in the line, if any.
func (r *reader) bareReadings(line []token) (out []reading, item int) {
	base := len(r.syms)
	r.syms = r.symbols(line, r.syms)
	syms := r.syms[base:]
	out, item, ok := r.list(r.unannounced(syms))
	if !ok || len(syms) > 2 && pairOf(syms[0]) && syms[1].kind == symMark && syms[1].mark == ':' {
		out, item, ok = r.list(r.heading(syms))
		ok = ok && len(out) > 1
	}
	r.syms = r.syms[:base]
	if !ok {
		return nil, 0
	}
	return out, item
}

// pairOf reports whether s is two numbers, which before a colon are a range of
// items: "1-10: 4, 5, ...".
func pairOf(s symbol) bool {
	return s.kind == symScale || s.kind == symScore && s.status == Ambiguous
}

// unannounced leaves out the words before the first answer if all of them
// announce one; it returns nil if a word does not.
func (r *reader) unannounced(syms []symbol) []symbol {
	for i, s := range syms {
		switch s.kind {
		case symScore, symLabel, symItem:
			if i > 0 && syms[i-1].kind == symWord && !r.announced(syms, i) {
				return nil
			}
			return syms[i:]
		case symWord:
			if !r.p.vocab.is(s.id, cue|filler|prefix) || r.p.vocab.is(s.id, scaly) {
				return nil
			}
		}
	}
	return syms
}

// heading leaves out a sentence that ends in a colon, unless it speaks of the
// scale; what follows must be scores alone.
func (r *reader) heading(syms []symbol) []symbol {
	colon := -1
	for i, s := range syms {
		if s.kind == symMark && s.mark == ':' {
			colon = i
		}
	}
	if colon < 1 {
		return nil
	}
	for _, s := range syms[:colon] {
		if s.kind == symWord && r.p.vocab.is(s.id, scaly) {
			return nil
		}
	}
	for _, s := range syms[colon:] {
		if s.kind == symLabel {
			return nil
		}
	}
	return syms[colon+1:]
}

// element is one entry of a list while it is read.
type element struct {
	reading
	score, label bool
}

// list cuts symbols into answers; ok is false if there is a word among them.
func (r *reader) list(syms []symbol) (out []reading, item int, ok bool) {
	var e element
	scale, items := reading{}, 0
	flush := func() {
		if e.valued() {
			out = append(out, e.reading)
		}
		e = element{}
	}
	for _, s := range syms {
		one := reading{status: s.status, value: s.value, plain: true, worded: s.kind == symLabel, start: s.start, end: s.end}
		switch s.kind {
		case symWord:
			return nil, 0, false
		case symItem:
			item = s.value
			items++
		case symScale:
			one.status = Ambiguous
			scale = one
		case symScore, symLabel:
			if s.kind == symScore && e.score || s.kind == symLabel && e.label {
				flush()
			}
			start := s.start
			if e.valued() {
				start = e.start
			}
			e.reading = e.and(one)
			e.score, e.label = e.score || s.kind == symScore, e.label || s.kind == symLabel
			e.start, e.end = start, s.end
		case symMark:
			if s.mark == ',' || s.mark == ';' || s.mark == '|' || s.mark == '/' {
				flush()
			}
		}
	}
	flush()
	if len(out) == 0 && scale.valued() {
		out = append(out, scale)
	}
	if len(out) == 2 && !out[0].worded && out[1].worded {
		out = []reading{out[0].and(out[1])}
	}
	if items > 1 || items == 1 && len(out) != 1 {
		return nil, 0, false
	}
	return out, item, len(out) > 0
}

// readPairs reads a line of several items with their answers: "1: 4, 2: 5" or
// "1. 4 2. 5". It reports false, having entered nothing, for other lines.
func (r *reader) readPairs(line []token) bool {
	base := len(r.claims)
	if len(line) > 2 && line[0].kind == mark && line[0].mark == '(' && line[2].kind == mark && line[2].mark != ')' {
		line = line[1:] // a legend in brackets
	}
	listed := true // commas stand between the pairs
	for i := 0; i < len(line); {
		used := r.pair(line[i:])
		if used == 0 {
			r.claims = r.claims[:base]
			return false
		}
		i += used
		listed = listed && (i == len(line) || line[i-1].kind == mark && strings.ContainsRune(",;)", line[i-1].mark))
	}
	if !rising(r.claims[base:], listed) {
		r.claims = r.claims[:base]
		return false
	}
	r.last = -1
	return true
}

// rising reports whether there are several claims and their numbers rise, by
// one each unless gaps are allowed.
func rising(claims []claim, gaps bool) bool {
	for i := 1; i < len(claims); i++ {
		if step := claims[i].label - claims[i-1].label; step < 1 || step > 1 && !gaps {
			return false
		}
	}
	return len(claims) > 1
}

// pair reads one item's number and answer and returns the tokens used.
func (r *reader) pair(line []token) int {
	l, ok := r.labelOf(line)
	if !ok || l.rest >= len(line) || !l.strong && l.bond != bondDash || l.unclear {
		return 0
	}
	base := len(r.syms)
	s, used := r.symbol(line, l.rest, nil)
	end := l.rest + used
	one := reading{status: s.status, value: s.value, plain: true, worded: s.kind == symLabel, start: line[0].start, end: s.end}
	if s.kind != symScore && s.kind != symLabel {
		return 0
	}
	if more, n := r.gloss(line[end:]); n > 0 {
		one = one.and(more)
		one.start, one.end = line[0].start, line[end+n-1].end
		end += n
	}
	r.syms = r.syms[:base]
	closed := end == len(line)
	for ; end < len(line) && line[end].kind == mark && (line[end].mark == ',' || line[end].mark == ';' || line[end].mark == '|' || line[end].mark == '.' || line[end].mark == ')'); end++ {
		closed = true
	}
	if !l.strong && !closed {
		return 0
	}
	c := claim{reading: one, label: l.number, inline: true, self: one.status == OK && one.worded && one.value == l.number}
	if !l.strong {
		c.weak = &weak{bare: []reading{{status: Ambiguous, start: one.start, end: one.end}}, bond: bondDash}
	}
	r.claim(c)
	return end
}

// gloss reads the words of the scale behind a number: "(Like me)", "- Like me".
func (r *reader) gloss(toks []token) (reading, int) {
	i := 0
	for i < len(toks) && i < 2 && toks[i].kind == mark && (toks[i].mark == '(' || toks[i].mark == '-' || toks[i].mark == '=' || toks[i].mark == ':') {
		i++
	}
	if i >= len(toks) || toks[i].id == 0 {
		return reading{}, 0
	}
	s, used := r.phrase(toks[i:])
	if used == 0 || s.kind != symLabel {
		return reading{}, 0
	}
	i += used
	if i < len(toks) && toks[i].kind == mark && toks[i].mark == ')' {
		i++
	}
	return reading{status: s.status, value: s.value, worded: true}, i
}
