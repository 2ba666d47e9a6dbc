package answer

// assign gives every item its answer from the claims.
func (r *reader) assign(out []Answer) {
	best := make([]reading, r.p.n)
	lastAt, lastPos := 0, 0
	for _, c := range r.claims {
		if c.label < 1 || c.label > r.p.n {
			continue
		}
		best[c.label-1] = settled(best[c.label-1], c.reading)
		if c.item > 0 && c.item != c.label && c.valued() {
			// The number names one item and the text another: whose answer is it?
			best[c.label-1].status = Ambiguous
			other := c.reading
			other.status = Ambiguous
			best[c.item-1] = settled(best[c.item-1], other)
		}
		if c.end >= lastAt {
			lastAt = c.end
		}
		if c.valued() {
			lastPos = max(lastPos, c.label)
		}
	}
	none := r.unanswered(lastPos, lastAt)
	for i := range out {
		switch b := best[i]; {
		case b.status == "":
			out[i] = Answer{Status: none(i + 1)}
		case !b.valued() && (r.finish == FinishFilter || lastPos == 0 || r.cut && i+1 > lastPos):
			out[i] = r.answer(b)
			out[i].Status = none(i + 1)
		default:
			out[i] = r.answer(b)
		}
	}
}

// settled merges a further claim on an item into what is known of it.
// The same answer twice is one answer; different ones are none.
func settled(a, b reading) reading {
	switch {
	case a.status == "":
		return b
	case !b.valued() || a.status == Duplicate: // a third answer settles nothing
		return a
	case !a.valued():
		return b
	case a.status == Ambiguous || b.status == Ambiguous:
		a.status = Ambiguous
	case a.status != b.status || a.value != b.value:
		a.status = Duplicate
	}
	return a
}

// unanswered returns what status an item without an answer has, given the last
// position answered and where in the text the last claim ends.
func (r *reader) unanswered(lastPos, lastAt int) func(pos int) Status {
	refusal := r.refusalIn(r.toks)
	return func(pos int) Status {
		switch {
		case r.finish == FinishFilter:
			return Refusal
		case lastPos == 0 && refusal >= 0:
			return Refusal
		case r.cut && pos > lastPos:
			return Truncated
		case lastPos == 0:
			return Unparseable
		case refusal >= lastAt && pos > lastPos:
			return Refusal
		}
		return Missing
	}
}
