package answer

// readSingle reads any reply to one item. Answers that name the item come
// first, then answers on lines of their own and announced ones in sentences,
// then a number at the beginning of a line of prose.
func (p *Parser) readSingle(position int, text string, finish Finish) Answer {
	r := p.newReader(text, finish)
	defer r.release()
	if s, ok := r.blank(); ok {
		return Answer{Status: s}
	}
	r.read()
	own, foreign, opening := r.sorted(position)
	switch {
	case own.valued() || own.status == Duplicate:
		return r.answer(own)
	case foreign.valued():
		foreign.status = Ambiguous
		return r.answer(foreign)
	}
	rd := r.said
	for _, b := range r.bare {
		if b.status == OutOfRange && b.value == position && len(r.bare) > 1 {
			continue // the item's number on a line of its own
		}
		rd = both(rd, b)
	}
	if !rd.valued() {
		rd = opening
	}
	if rd.valued() {
		return r.answer(rd)
	}
	return r.noAnswer(own)
}

// both merges two readings of a reply to one item, keeping the first's place.
func both(a, b reading) reading {
	if !a.valued() {
		return b
	}
	return a.and(b)
}

// sorted sorts the claims of a reply to one item into answers that name it,
// answers that name another, and numbers that begin a line of prose. Claims
// that name no item after all are added to the bare answers.
func (r *reader) sorted(position int) (own, foreign, opening reading) {
	for _, c := range r.claims {
		mine := c.label == position
		switch {
		case c.self && !(mine && c.byText):
			r.bare = append(r.bare, c.reading)
		case c.weak != nil && !(mine && !r.p.inScale(position)):
			r.bare = append(r.bare, c.weak.bare...)
		case c.item > 0 && c.item != position:
			foreign = both(foreign, c.reading)
		case mine && (c.valued() || !c.whole.valued() || !r.p.inScale(position)):
			own = settled(own, c.reading)
		case mine:
			c.whole.status = Ambiguous // "4. I do": the item's number or the answer
			opening = both(opening, c.whole)
		case c.valued():
			foreign = both(foreign, c.reading)
		case c.label == position+1 && c.whole.valued():
			// "5. They are kind" to item 4: the answer, or a next item that the model
			// makes up. Off the scale it can only be the latter.
			if r.p.inScale(c.label) {
				c.whole.status = Ambiguous
				opening = both(opening, c.whole)
			}
		default:
			opening = both(opening, c.whole)
		}
	}
	return own, foreign, opening
}

// noAnswer gives the status of a reply to one item that holds no answer.
func (r *reader) noAnswer(own reading) Answer {
	first, last := r.toks[0].start, r.toks[len(r.toks)-1].end
	a := Answer{Status: r.without(r.toks), Raw: r.c.raw(first, last)}
	switch {
	case r.finish == FinishFilter:
		a.Status = Refusal
	case a.Status == Refusal:
	case r.cut:
		a.Status = Truncated
	case own.status == Missing:
		a.Status = Missing
	}
	return a
}
