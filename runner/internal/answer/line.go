package answer

import (
	"strings"
	"unicode/utf8"
)

// readLine reads one line of the reply.
func (r *reader) readLine(toks []token) {
	r.line = r.undecorated(toks, r.line[:0])
	line := r.line
	if len(line) == 0 {
		return
	}
	if r.readRow(line) || r.readPairs(line) {
		return
	}
	l, ok := r.labelOf(line)
	if ok && l.strong {
		r.numbered(l, line)
		return
	}
	bare, item := r.bareReadings(line)
	if ok && len(bare) <= 2 {
		rd := r.value(line[l.rest:], true)
		if l.bond == bondDot {
			rd = r.dotValue(line[0])
		}
		if rd.valued() {
			r.weakly(l, rd, bare, line)
			return
		}
	}
	r.unnumbered(line, bare, item)
}

// numbered enters a line that begins with an item's number.
func (r *reader) numbered(l label, line []token) {
	rd := r.value(line[l.rest:], true)
	if l.unclear && rd.valued() || r.stutters(l, rd, line[l.rest:]) {
		rd.status = Ambiguous
	}
	rd.start, rd.end = line[0].start, line[len(line)-1].end
	c := claim{reading: rd, label: l.number, self: rd.status == OK && rd.worded && rd.plain && rd.value == l.number}
	if !rd.valued() && integer(line[0]) {
		c.whole = r.value(line, false)
	}
	r.claim(c)
	r.last = len(r.claims) - 1
}

// stutters reports whether what stands behind an item's number is that number
// again, as a number of a list before prose: the "1." in "1. 1. They are kind" may be
// an answer or not.
func (r *reader) stutters(l label, rd reading, rest []token) bool {
	return rd.status == OK && !rd.plain && rd.value == l.number && len(rest) > 2 && integer(rest[0]) && rest[0].value == l.number &&
		rest[1].kind == mark && strings.ContainsRune(".:)", rest[1].mark)
}

// weakly enters a line whose first number may be an item's or an answer.
func (r *reader) weakly(l label, rd reading, bare []reading, line []token) {
	if l.unclear {
		rd.status = Ambiguous
	}
	rd.start, rd.end = line[0].start, line[len(line)-1].end
	if whole := r.value(line, false); len(bare) == 0 && whole.valued() {
		bare = []reading{whole}
	}
	self := rd.status == OK && rd.worded && rd.plain && rd.value == l.number
	r.claim(claim{reading: rd, label: l.number, self: self, weak: &weak{bare: bare, bond: l.bond}})
	r.last = len(r.claims) - 1
}

// unnumbered enters a line without a number of its own: an answer to the item
// of the line above, an answer to the item whose text it holds, one of a bare
// list, or prose.
func (r *reader) unnumbered(line []token, bare []reading, item int) {
	start, end := line[0].start, line[len(line)-1].end
	if item > 0 && len(bare) == 1 {
		bare[0].start, bare[0].end, bare[0].item = start, end, item
		r.claim(claim{reading: bare[0], label: item, byText: true})
		r.last = len(r.claims) - 1
		return
	}
	if r.last >= 0 && r.completes(line, bare) {
		return
	}
	if len(bare) > 0 {
		r.bare = append(r.bare, bare...)
		return
	}
	rd := r.value(line, false)
	if rd.item > 0 {
		r.claim(claim{reading: rd, label: rd.item, byText: true})
		r.last = len(r.claims) - 1
	} else if rd.valued() {
		r.said = both(r.said, rd)
	}
}

// completes reports whether the line gives the answer to the item of the last
// claim, and enters it.
func (r *reader) completes(line []token, bare []reading) bool {
	last := r.claims[r.last]
	rd := r.value(line, false)
	announced := r.anyWord(line[:1], cue) || len(line) > 1 && r.anyWord(line[:1], filler|prefix) && r.anyWord(line[1:2], cue)
	if len(bare) != 1 && !announced || r.nextBlank(line, last) {
		return false
	}
	if len(bare) > 1 || !rd.valued() || last.weak != nil || last.valued() && !(announced && len(bare) == 1) {
		return false
	}
	if r.cutAt(rd.end) && len(bare) == 1 && line[len(line)-1].kind == number && len(line) == 1 {
		return false // perhaps the number of the next item
	}
	r.claim(claim{reading: rd, label: last.label, byText: last.byText})
	return true
}

// nextBlank reports whether a line is the number of the next item with nothing
// behind it: the "3." below "2. N/A".
func (r *reader) nextBlank(line []token, last claim) bool {
	return last.item == 0 && len(line) == 2 && integer(line[0]) && line[0].value == last.label+1 &&
		line[1].kind == mark && strings.ContainsRune(".:)", line[1].mark)
}

// undecorated appends the tokens of a line that carry meaning to out: no bold,
// quotes, headings, bullets or quotation marks.
func (r *reader) undecorated(toks, out []token) []token {
	spaced := false
	for _, t := range toks {
		if t.kind == newline {
			continue
		}
		if t.kind == mark && strings.ContainsRune("*`\"'#_$\\\uFFFD", t.mark) {
			spaced = spaced || t.spaced
			continue
		}
		t.spaced = t.spaced || spaced
		spaced = false
		out = append(out, t)
	}
	base := 0
	for base+1 < len(out) && r.bullet(out[base:]) {
		base++
	}
	return append(out[:0], out[base:]...)
}

// bullet reports whether a line begins with the mark of a list entry or of a
// quotation rather than with a sign.
func (r *reader) bullet(line []token) bool {
	t, next := line[0], line[1]
	if t.kind != mark {
		return false
	}
	switch t.mark {
	case '>', '=':
		return true
	case '+':
		return next.spaced
	case '-':
		if !next.spaced {
			return next.kind != number && next.kind != mark
		}
		if next.kind != number || r.p.scale.Min >= 0 {
			return true
		}
		l, ok := r.labelOf(line[1:])
		return ok && l.strong
	}
	return t.mark >= utf8.RuneSelf && !strings.ContainsRune("≤≥≈±≠", t.mark)
}

// label is the number of an item at the beginning of a line.
type label struct {
	number  int
	rest    int  // where the answer begins
	strong  bool // it cannot be an answer itself: "1.", "1:", "Item 1"
	unclear bool // a minus behind it may be a dash or a sign
	bond    bond
}

// labelOf reads the number of an item at the beginning of a line.
func (r *reader) labelOf(line []token) (label, bool) {
	t := line[0]
	switch {
	case t.kind == keyed:
		l := r.separator(line, 1)
		l.number, l.strong = t.value, true
		return l, true
	case t.kind == word && r.p.vocab.is(t.id, itemKey):
		return r.keyLabel(line)
	case t.kind == mark && (t.mark == '(' || t.mark == '['):
		if len(line) > 3 && integer(line[1]) && line[2].kind == mark && (line[2].mark == ')' || line[2].mark == ']') {
			l := r.separator(line, 3)
			l.number, l.strong = line[1].value, true
			return l, l.rest < len(line)
		}
	case integer(t):
		l := r.separator(line, 1)
		l.number = t.value
		if l.rest == 1 && len(line) > 1 && line[1].kind == mark && !strings.ContainsRune("([{", line[1].mark) {
			return label{}, false
		}
		return l, l.rest < len(line)
	case t.kind == number && len(line) == 1:
		return label{number: t.value, bond: bondDot}, true
	}
	return label{}, false
}

func integer(t token) bool { return t.kind == number && t.fraction == whole }

// keyLabel reads "Item 12", "Question #12:", "No. 12 -".
func (r *reader) keyLabel(line []token) (label, bool) {
	i := 1
	for i < len(line) && line[i].kind == mark && strings.ContainsRune(".:-", line[i].mark) {
		i++
	}
	if i >= len(line) || !integer(line[i]) || i > 2 {
		return label{}, false
	}
	l := r.separator(line, i+1+r.ofAll(line[i+1:]))
	l.number, l.strong = line[i].value, true
	if r.p.vocab.is(line[0].id, counted) && l.rest >= len(line) {
		return label{}, false
	}
	return l, true
}

// ofAll returns the number of tokens of "of 57" or "/57" behind an item's number.
func (r *reader) ofAll(toks []token) int {
	if len(toks) < 2 || !integer(toks[1]) || toks[1].value != r.p.n {
		return 0
	}
	if toks[0].kind == mark && toks[0].mark == '/' || toks[0].kind == word && r.text(toks[0]) == "of" {
		return 2
	}
	return 0
}

// separator reads the marks between a number and what follows, from line[i].
func (r *reader) separator(line []token, i int) label {
	l := label{rest: i}
	for ; l.rest < len(line) && line[l.rest].kind == mark; l.rest++ {
		t := line[l.rest]
		glued := l.rest+1 < len(line) && line[l.rest+1].kind == number && !line[l.rest+1].spaced
		switch t.mark {
		case '.', ':', ')', ']', '=', '|', '>':
			l.strong = true
		case ',', ';':
		case '-':
			if glued && (l.strong || l.bond == bondDash) {
				return l // a sign
			}
			loose := l.rest+1 < len(line) && line[l.rest+1].kind == number && line[l.rest+1].spaced
			if r.p.scale.Min < 0 && (glued && t.spaced || loose && l.strong) {
				l.unclear = true
			}
			l.bond = bondDash
		default:
			return l
		}
	}
	return l
}

// dotValue reads the 4 of "1.4" as the answer to item 1.
func (r *reader) dotValue(t token) reading {
	_, digits, _ := strings.Cut(r.c.text[t.start:t.end], ".")
	v, end := plainInt(digits, 0)
	rd := reading{status: r.statusOf(num{value: v}), value: v, plain: true, start: t.start, end: t.end}
	if end != len(digits) || len(digits) > 1 && digits[0] == '0' {
		rd.status = NonInteger
	}
	if rd.status == OK && r.cutAt(t.end) && r.p.extends(v, token{kind: number}) {
		rd.status = Truncated
	}
	return rd
}
