package answer

import "strings"

// symKind is the kind of a symbol.
type symKind uint8

const (
	symWord  symKind = iota // any word
	symScore                // a number that could be an answer, in range or not
	symLabel                // words of the scale
	symItem                 // an item's text
	symScale                // the scale itself or the items' numbers: 1-6, 6-point
	symMark                 // punctuation
)

// symbol is a token, or several that belong together, as an answer sees them.
type symbol struct {
	kind       symKind
	status     Status // symScore, symLabel: OK or why not
	value      int    // symScore, symLabel: the number; symItem: the position or 0
	id         int32  // symWord
	mark       rune
	start, end int
}

// symbols appends the symbols of toks to out.
func (r *reader) symbols(toks []token, out []symbol) []symbol {
	for i := 0; i < len(toks); {
		s, used := r.symbol(toks, i, out)
		if s.end > s.start {
			out = append(out, s)
		}
		i += used
	}
	return out
}

// symbol reads one symbol at toks[i].
func (r *reader) symbol(toks []token, i int, before []symbol) (symbol, int) {
	t := toks[i]
	if t.id != 0 {
		if s, used := r.phrase(toks[i:]); used > 0 {
			return s, used
		}
	}
	if i == 0 && len(toks) > 1 && r.p.scale.Min < 0 && t.kind == mark && t.mark == '-' && toks[1].kind == number && toks[1].value != 0 {
		if toks[1].spaced { // a dash or a minus
			return symbol{kind: symScore, status: Ambiguous, start: t.start, end: toks[1].end}, 2
		}
	}
	if v, used := signed(toks, i); used > 0 {
		return r.score(toks, i, v, used, before)
	}
	s := symbol{kind: symWord, id: t.id, start: t.start, end: t.end}
	switch t.kind {
	case mark:
		s.kind, s.mark = symMark, t.mark
	case word:
		if n := r.mention(toks[i:]); n > 0 {
			s.end = toks[i+n-1].end
			return s, n
		}
		if r.p.vocab.is(t.id, unit) && len(before) > 0 && before[len(before)-1].kind == symScore {
			return symbol{}, 1
		}
	case keyed:
		s.id = r.p.vocab.find("item")
	}
	return s, 1
}

// phrase reads an item's text or words of the scale, whichever is longer.
func (r *reader) phrase(toks []token) (symbol, int) {
	item, isItem := r.p.items.longest(toks)
	label, isLabel := r.p.labels.longest(toks)
	if !isItem && !isLabel {
		return symbol{}, 0
	}
	if isItem && (!isLabel || item.tokens > label.tokens) {
		return symbol{kind: symItem, value: int(item.value), start: toks[0].start, end: toks[item.tokens-1].end}, item.tokens
	}
	p := r.p.points[label.value]
	s := symbol{kind: symLabel, status: OK, value: p.value, start: toks[0].start, end: toks[label.tokens-1].end}
	switch {
	case p.shared:
		s.status = Ambiguous
	case label.inner && r.cutAt(s.end):
		s.status = Truncated
	}
	return s, label.tokens
}

// mention returns the number of tokens of "item 12" or "questions 1 to 57".
func (r *reader) mention(toks []token) int {
	if !r.p.vocab.is(toks[0].id, itemKey) || r.p.vocab.is(toks[0].id, counted) {
		return 0
	}
	i := 1
	for i < len(toks) && toks[i].kind == mark && toks[i].mark == '.' {
		i++
	}
	v, used := signed(toks, i)
	if used == 0 {
		return 0
	}
	_, used = r.score(toks, i, v, used, nil)
	return i + used
}

// num is a number with its sign.
type num struct {
	value    int
	fraction fraction
}

// signed reads a number at toks[i]. A minus or plus belongs to it if it
// touches the number and nothing stands right before it.
func signed(toks []token, i int) (num, int) {
	if i >= len(toks) {
		return num{}, 0
	}
	t := toks[i]
	if t.kind == number {
		return num{t.value, t.fraction}, 1
	}
	if t.kind != mark || (t.mark != '-' && t.mark != '+') || i+1 >= len(toks) || toks[i+1].kind != number || toks[i+1].spaced {
		return num{}, 0
	}
	if i > 0 && !t.spaced && (toks[i-1].kind != mark || toks[i-1].mark == ')') {
		return num{}, 0
	}
	v := num{toks[i+1].value, toks[i+1].fraction}
	if t.mark == '-' {
		v.value = -v.value
	}
	return v, 2
}

// score reads what follows a number: "/6", "out of 6", "-4", " or 5", "%".
func (r *reader) score(toks []token, i int, v num, used int, before []symbol) (symbol, int) {
	s := symbol{kind: symScore, start: toks[i].start, status: r.statusOf(v), value: v.value}
	j := i + used
	if hedged(before) {
		s.status = Ambiguous
	}
	for links := 0; ; links++ {
		next, link := r.link(toks, j)
		if link == 0 {
			break
		}
		w, n := signed(toks, next)
		s.kind, s.status = r.join(s, v, w, link)
		switch {
		case links > 0: // a chain of three
			s.kind, s.status = symScore, Ambiguous
		case s.status == OK:
			s.status = r.statusOf(v)
		}
		j, v = next+n, w
	}
	if n := r.tail(toks, j); n > 0 {
		j += n
		if s.kind == symScore {
			s.kind = symScale
		}
	} else if j < len(toks) && toks[j].kind == mark && strings.ContainsRune("%^?+", toks[j].mark) && !toks[j].spaced {
		s.status = Ambiguous
		j++
	}
	s.end = toks[j-1].end
	if s.status == OK && r.cutAt(s.end) && toks[j-1].kind == number && r.p.extends(s.value, toks[j-1]) {
		s.status = Truncated
	}
	return s, j - i
}

// statusOf judges a number against the scale; "4.0" is 4.
func (r *reader) statusOf(v num) Status {
	switch {
	case v.fraction == otherDigits:
		return NonInteger
	case !r.p.inScale(v.value):
		return OutOfRange
	}
	return OK
}

// hedged reports whether a sign such as ~ or < stands before a number.
func hedged(before []symbol) bool {
	if len(before) == 0 {
		return false
	}
	s := before[len(before)-1]
	if s.kind != symMark {
		return false
	}
	if s.mark == '>' {
		return len(before) > 1 && before[len(before)-2].kind != symMark
	}
	return strings.ContainsRune("~<≤≥≈±^", s.mark)
}

// How two numbers are linked.
const (
	linkSlash = 1 + iota // 4/6
	linkOf               // 4 out of 6
	linkRange            // 3-4, 3 to 4
	linkOr               // 3 or 4
)

// link reads what stands between two numbers, from toks[j] on; it returns
// where the second begins.
func (r *reader) link(toks []token, j int) (next, link int) {
	if j+1 >= len(toks) {
		return 0, 0
	}
	t := toks[j]
	if t.kind == mark {
		link = linkOfMark(t.mark)
		if (t.mark == '-' || t.mark == '+') && t.spaced && !toks[j+1].spaced {
			link = 0 // a sign
		}
		if t.mark == '-' && toks[j+1].kind == mark && toks[j+1].mark == '-' && !toks[j+1].spaced {
			j++ // a doubled dash
		}
	} else if t.kind == word {
		switch w := r.text(t); w {
		case "of":
			link = linkOf
		case "out":
			if r.text(toks[j+1]) == "of" {
				link = linkOf
				j++
			}
		case "to", "through", "and":
			link = linkRange
		case "or":
			link = linkOr
		}
	}
	if link == 0 {
		return 0, 0
	}
	if _, n := signed(toks, j+1); n == 0 {
		return 0, 0
	}
	return j + 1, link
}

func linkOfMark(m rune) int {
	switch m {
	case '/':
		return linkSlash
	case '-', '~':
		return linkRange
	case '+', '&':
		return linkOr
	}
	return 0
}

// join judges two linked numbers.
func (r *reader) join(s symbol, v, w num, link int) (symKind, Status) {
	clean := s.kind == symScore && s.status != Ambiguous && w.fraction == whole
	switch {
	case clean && (link == linkSlash || link == linkOf) && w.value == r.p.scale.Max:
		return symScore, OK
	case clean && link == linkRange && v.value == r.p.scale.Min && w.value == r.p.scale.Max,
		clean && link == linkRange && v.value == 1 && w.value == r.p.n && r.p.n > 2:
		return symScale, Ambiguous
	}
	return symScore, Ambiguous
}

// tail returns the number of tokens of "-point scale" or "-point" at toks[j].
func (r *reader) tail(toks []token, j int) int {
	n := 0
	if j < len(toks) && toks[j].kind == mark && toks[j].mark == '-' {
		n++
	}
	if j+n >= len(toks) || !r.p.vocab.is(toks[j+n].id, unit) {
		return 0
	}
	n++
	if j+n < len(toks) && r.p.vocab.is(toks[j+n].id, scaly) {
		return n + 1
	}
	if n == 2 {
		return n
	}
	return 0
}

// text returns a token's text, in lower case if it is short.
func (r *reader) text(t token) string {
	if t.end-t.start > 16 {
		return ""
	}
	return strings.ToLower(r.c.text[t.start:t.end])
}

// cutAt reports whether a reply was cut off right behind offset end.
func (r *reader) cutAt(end int) bool { return r.cut && end == len(r.c.text) }

// extends reports whether t, the last thing in a text that was cut off, may be
// the beginning of a longer number of the scale.
func (p *Parser) extends(v int, t token) bool {
	if t.kind != number || t.fraction != whole {
		return false
	}
	if v > 0 {
		return v <= p.scale.Max/10
	}
	return v < 0 && v >= p.scale.Min/10
}
