package answer

// node is a value of JSON, or of what looks like it (single quotes, bare keys,
// a trailing comma, an end that was cut off).
type node struct {
	kind    nodeKind
	members []member // object
	items   []node   // array
	toks    []token  // scalar, without quotes
	start   int
	end     int
}

type nodeKind uint8

const (
	scalar nodeKind = iota
	object
	array
)

type member struct {
	start int // of the key, quote included
	key   []token
	value node
}

// Bounds that keep the reading of JSON linear.
const (
	maxDepth  = 24
	maxString = 2000 // tokens in one string
)

// readJSON enters the answers of every JSON value in toks and returns the
// tokens outside of them.
func (r *reader) readJSON(toks []token) []token {
	var rest []token
	copied := 0
	for i := 0; i < len(toks); {
		if !opens(toks, i) {
			i++
			continue
		}
		j := parser{toks: toks}
		n, next, ok := j.value(i, 0)
		if ok && r.enterJSON(n) {
			rest = append(rest, toks[copied:i]...)
			rest = append(rest, token{kind: newline, start: n.start, end: n.end})
			copied = next
			r.last = -1
		}
		i = max(next, i+1)
	}
	if copied == 0 {
		return toks
	}
	return append(rest, toks[copied:]...)
}

// opens reports whether an object or array may begin at toks[i].
func opens(toks []token, i int) bool {
	t := toks[i]
	if t.kind != mark || t.mark != '{' && t.mark != '[' {
		return false
	}
	i = skipLines(toks, i+1)
	if i >= len(toks) {
		return false
	}
	next := toks[i]
	if next.kind == mark {
		switch next.mark {
		case '"', '\'':
			return true
		case '{', '[', '-':
			return t.mark == '['
		}
		return false
	}
	return t.mark == '{' || next.kind == number
}

func skipLines(toks []token, i int) int {
	for i < len(toks) && toks[i].kind == newline {
		i++
	}
	return i
}

// parser reads JSON from tokens. Its functions return the index behind what
// they read, or, not ok, the index up to which they looked.
type parser struct{ toks []token }

func (p *parser) at(i int, r rune) bool {
	return i < len(p.toks) && p.toks[i].kind == mark && p.toks[i].mark == r
}

func (p *parser) value(i, depth int) (node, int, bool) {
	switch {
	case depth > maxDepth:
		return node{}, i, false
	case p.at(i, '{'):
		return p.container(i, depth, object, '}')
	case p.at(i, '['):
		return p.container(i, depth, array, ']')
	}
	return p.scalar(i)
}

// container reads an object or an array; one that the end of the text cut off
// keeps the members that are whole.
func (p *parser) container(i, depth int, kind nodeKind, closing rune) (node, int, bool) {
	n := node{kind: kind, start: p.toks[i].start}
	i++
	for {
		i = skipLines(p.toks, i)
		if i >= len(p.toks) {
			n.end = p.toks[len(p.toks)-1].end
			return n, i, true
		}
		if p.at(i, closing) {
			n.end = p.toks[i].end
			return n, i + 1, true
		}
		var key []token
		start := p.toks[i].start
		if kind == object {
			k, next, ok := p.scalar(i)
			next = skipLines(p.toks, next)
			if next >= len(p.toks) {
				n.end = p.toks[len(p.toks)-1].end
				return n, next, true
			}
			if !ok || !p.at(next, ':') {
				return n, next, false
			}
			key, i = k.toks, skipLines(p.toks, next+1)
			if i >= len(p.toks) {
				continue
			}
		}
		v, next, ok := p.value(i, depth+1)
		if !ok {
			return n, next, false
		}
		if kind == object {
			n.members = append(n.members, member{start, key, v})
		} else {
			n.items = append(n.items, v)
		}
		i = skipLines(p.toks, next)
		if p.at(i, ',') {
			i++
		} else if i < len(p.toks) && !p.at(i, closing) {
			return n, i, false
		}
	}
}

// scalar reads a string, a number or a word.
func (p *parser) scalar(i int) (node, int, bool) {
	n := node{start: p.toks[i].start}
	if p.at(i, '"') || p.at(i, '\'') {
		quote := p.toks[i].mark
		for j := i + 1; j < len(p.toks) && j-i < maxString; j++ {
			if p.at(j, quote) && !p.at(j-1, '\\') && p.closes(j, quote) {
				n.toks, n.end = p.toks[i+1:j], p.toks[j].end
				return n, j + 1, true
			}
		}
		return n, min(i+maxString, len(p.toks)), false
	}
	j := i
	for ; j < len(p.toks) && j-i < 12; j++ {
		t := p.toks[j]
		if t.kind == newline || t.kind == mark && (t.mark == ',' || t.mark == ':' || t.mark == '}' || t.mark == ']' || t.mark == '{' || t.mark == '[') {
			break
		}
	}
	if j == i {
		return n, i + 1, false
	}
	n.toks, n.end = p.toks[i:j], p.toks[j-1].end
	return n, j, true
}

// closes reports whether the quote at j ends its string; an apostrophe within
// a word does not.
func (p *parser) closes(j int, quote rune) bool {
	if quote == '"' || j+1 >= len(p.toks) {
		return true
	}
	next := p.toks[j+1]
	return next.kind == newline || next.kind == mark
}
