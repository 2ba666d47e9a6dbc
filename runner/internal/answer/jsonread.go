package answer

import "strings"

// enterJSON enters the answers that a JSON value holds; it reports false,
// having entered nothing, if there are none.
func (r *reader) enterJSON(n node) bool {
	claims, bare := len(r.claims), len(r.bare)
	if n.kind == array && len(n.items) < 2 && !(len(n.items) == 1 && n.items[0].kind != scalar) {
		return false // "[4]" and "[1] 4" are no arrays
	}
	r.walk(n)
	return len(r.claims) > claims || len(r.bare) > bare
}

// walk enters the answers below n.
func (r *reader) walk(n node) {
	switch n.kind {
	case object:
		r.walkObject(n)
	case array:
		r.walkArray(n)
	}
}

// walkArray reads a list of answers, a list of pairs of number and answer, or a
// list of anything else that may hold answers.
func (r *reader) walkArray(n node) {
	if pairs := pairsOf(n); len(pairs) > 1 {
		for _, p := range pairs {
			rd, first := r.scalarValue(p.items[1]), r.scalarValue(p.items[0])
			rd.start, rd.end = p.start, p.end
			r.claim(claim{reading: rd, label: p.items[0].toks[0].value, weak: &weak{bare: []reading{first, rd}, bond: bondSpace}})
		}
		return
	}
	if r.scaleEnds(n) {
		return
	}
	for _, item := range n.items {
		if item.kind != scalar {
			r.walk(item)
			continue
		}
		if rd := r.scalarValue(item); rd.valued() || rd.status == Missing {
			r.bare = append(r.bare, rd)
		}
	}
}

// scaleEnds reports whether an array names the ends of the scale, as in
// "on the scale [1, 6]".
func (r *reader) scaleEnds(n node) bool {
	if len(n.items) != 2 || r.p.n == 2 || n.items[0].kind != scalar || n.items[1].kind != scalar {
		return false
	}
	a, b := r.scalarValue(n.items[0]), r.scalarValue(n.items[1])
	return a.value == r.p.scale.Min && b.value == r.p.scale.Max
}

// pairsOf returns the entries of an array that consists of pairs of scalars,
// each beginning with a whole number.
func pairsOf(n node) []node {
	for _, p := range n.items {
		if p.kind != array || len(p.items) != 2 || p.items[0].kind != scalar || p.items[1].kind != scalar {
			return nil
		}
		if t := p.items[0].toks; len(t) != 1 || !integer(t[0]) {
			return nil
		}
	}
	return n.items
}

// walkObject reads one answer with the item it is for, or answers keyed by
// their items, or goes on below.
func (r *reader) walkObject(n node) {
	rd, c := r.answerOf(n), r.identity(n)
	if c.label >= 0 && rd.valued() {
		rd.item = max(rd.item, c.item)
		c.reading = rd
		c.start, c.end = n.start, n.end
		r.claim(c)
		return
	}
	named := false
	for _, m := range n.members {
		named = r.walkMember(m) || named
	}
	if !named && rd.valued() {
		rd.start, rd.end = n.start, n.end
		r.bare = append(r.bare, rd)
	}
}

// walkMember reads a member whose key names an item, or goes on below; it
// reports whether the key named one.
func (r *reader) walkMember(m member) bool {
	key := plainTokens(m.key)
	c := claim{label: -1}
	if n, ok := r.onlyLabel(key); ok {
		c.label = n
	} else if pos, ok := r.wholeItem(key); ok {
		c.label, c.byText, c.item = pos, true, pos
	} else if l, ok := r.labelStart(key); ok {
		c.label = l
	}
	if c.label < 0 {
		r.walk(m.value)
		return false
	}
	rd := reading{status: Unparseable}
	switch m.value.kind {
	case scalar:
		rd = r.scalarValue(m.value)
	case object:
		rd = r.answerOf(m.value)
	}
	rd.item = max(rd.item, c.item)
	c.reading = rd
	c.start, c.end = m.start, m.value.end
	r.claim(c)
	return true
}

// identity finds the member of an object that says which item it is about.
func (r *reader) identity(n node) claim {
	c := claim{label: -1}
	for _, m := range n.members {
		if m.value.kind != scalar || !r.keyHas(m.key, itemKey, "id", "index", "position", "text", "description") {
			continue
		}
		v := plainTokens(m.value.toks)
		if num, ok := r.onlyLabel(v); ok && (c.label < 0 || c.byText) {
			c.label, c.byText = num, false
		} else if pos, ok := r.wholeItem(v); ok {
			c.item = pos
			if c.label < 0 {
				c.label, c.byText = pos, true
			}
		}
	}
	return c
}

// answerOf reads the members of an object whose keys announce an answer.
func (r *reader) answerOf(n node) reading {
	rd := reading{status: Missing}
	for _, m := range n.members {
		if m.value.kind != scalar || !r.keyHas(m.key, cue, "value", "result", "level", "label") {
			continue
		}
		one := r.scalarValue(m.value)
		if !one.valued() && !rd.valued() && one.status != Missing {
			rd.status = one.status
		}
		rd = rd.and(one)
	}
	rd.start, rd.end = n.start, n.end
	return rd
}

// keyHas reports whether a word of a key has a role or is one of the others;
// words may be joined by underscores.
func (r *reader) keyHas(key []token, want role, others ...string) bool {
	for _, t := range key {
		if t.kind != word {
			continue
		}
		for part := range strings.SplitSeq(r.c.text[t.start:t.end], "_") {
			if r.p.vocab.is(r.p.vocab.find(part), want) {
				return true
			}
			for _, o := range others {
				if strings.EqualFold(part, o) {
					return true
				}
			}
		}
	}
	return false
}

// scalarValue reads a string or number as one answer.
func (r *reader) scalarValue(n node) reading {
	rd := r.value(plainTokens(n.toks), false)
	rd.start, rd.end = n.start, n.end
	return rd
}

// plainTokens returns toks without quotes, escapes and line ends; toks itself
// if there are none.
func plainTokens(toks []token) []token {
	skip := func(t token) bool {
		return t.kind == newline || t.kind == mark && (t.mark == '"' || t.mark == '\'' || t.mark == '\\' || t.mark == '*' || t.mark == '`')
	}
	for _, t := range toks {
		if skip(t) {
			out := make([]token, 0, len(toks))
			for _, t := range toks {
				if !skip(t) {
					out = append(out, t)
				}
			}
			return out
		}
	}
	return toks
}
