package answer

import (
	"cmp"
	"slices"
)

// readBatch reads any reply to all items into out.
func (p *Parser) readBatch(text string, finish Finish, out []Answer) {
	if p.n == 1 {
		out[0] = p.readSingle(1, text, finish)
		return
	}
	r := p.newReader(text, finish)
	defer r.release()
	if s, ok := r.blank(); ok {
		fill(out, Answer{Status: s})
		return
	}
	r.read()
	r.settle()
	valued := slices.ContainsFunc(r.claims, func(c claim) bool { return c.valued() })
	if !valued && len(r.bare) > 0 {
		r.align(out)
		return
	}
	if len(r.bare) == p.n {
		for i, rd := range r.bare {
			r.claims = append(r.claims, claim{reading: rd, label: i + 1, byText: true})
		}
	}
	r.assign(out)
	if r.unsure {
		withdraw(out)
	}
}

// withdraw makes every answer ambiguous: it cannot be told which item is meant.
func withdraw(out []Answer) {
	for i := range out {
		if out[i].Status != Truncated {
			out[i] = Answer{Status: Ambiguous, Raw: out[i].Raw}
		}
	}
}

func fill(out []Answer, a Answer) {
	for i := range out {
		out[i] = a
	}
}

// answer turns a reading into an answer.
func (r *reader) answer(rd reading) Answer {
	a := Answer{Status: rd.status, Raw: r.c.raw(rd.start, rd.end)}
	if rd.status == OK {
		a.Response = rd.value
	}
	return a
}

// settle decides for every claim whose number could be something else.
func (r *reader) settle() {
	r.settleSelf()
	r.settleWeak()
	slices.SortStableFunc(r.bare, func(a, b reading) int { return cmp.Compare(a.start, b.start) })
	r.settleZero()
}

// settleSelf decides on claims such as "4 - Somewhat like me", where number and
// words say the same. If nothing else is claimed they are answers in order;
// the whole scale in order, beside other answers, is a legend.
func (r *reader) settleSelf() {
	all := !slices.ContainsFunc(r.claims, func(c claim) bool { return !c.self })
	for _, l := range slices.Backward(r.legends()) {
		switch {
		case all && len(r.claims) == r.p.n:
		case r.rivalled(l) || len(r.bare) > 0:
			r.claims = slices.Delete(r.claims, l.from, l.to)
		case all && l.to-l.from == len(r.claims):
			for i := range r.claims {
				r.claims[i].status, r.claims[i].self, r.claims[i].weak = Ambiguous, false, nil
			}
			return
		}
	}
	if all = len(r.claims) > 0 && !slices.ContainsFunc(r.claims, func(c claim) bool { return !c.self }); all {
		for _, c := range r.claims {
			r.bare = append(r.bare, c.reading)
		}
		r.claims = r.claims[:0]
	}
}

// span is a run of claims.
type span struct{ from, to int }

// legends finds the runs of claims that spell out the scale in order, or at
// least its ends.
func (r *reader) legends() []span {
	want := r.p.labelled
	if len(want) < 2 {
		return nil
	}
	var out []span
	from := 0
	for i, c := range r.claims {
		if !c.self || i > from && (c.label <= r.claims[i-1].label || c.inline != r.claims[i-1].inline) {
			from = i
		}
		if !c.self {
			from = i + 1
			continue
		}
		ends := r.claims[from].label == want[0] && c.label == want[len(want)-1]
		if ends && i > from {
			out = append(out, span{from, i + 1})
			from = i + 1
		}
	}
	return out
}

// rivalled reports whether items in the run have other claims outside of it:
// one, if the run spells out all of the scale or stands on one line, else all.
func (r *reader) rivalled(s span) bool {
	rivals := 0
	for _, own := range r.claims[s.from:s.to] {
		for i, c := range r.claims {
			if (i < s.from || i >= s.to) && c.valued() && c.label == own.label {
				rivals++
				break
			}
		}
	}
	if r.claims[s.from].inline || s.to-s.from == len(r.p.labelled) {
		return rivals > 0
	}
	return rivals == s.to-s.from
}

// settleWeak decides whether the numbers of weak claims are items' numbers:
// they are if all numbers count up, and something shows that they are not
// answers themselves. If both readings are possible, neither is taken.
func (r *reader) settleWeak() {
	var weaks, strongs int
	for _, c := range r.claims {
		switch {
		case c.byText:
		case c.weak != nil:
			weaks++
		default:
			strongs++
		}
	}
	if weaks == 0 {
		return
	}
	rising := r.countsUp(strongs > 0) && weaks+strongs > 1
	accept := rising && (strongs > 0 || r.shown())
	if rising && strongs == 0 && r.otherwise() {
		r.unsure = true
		return
	}
	kept := r.claims[:0]
	for _, c := range r.claims {
		if c.weak != nil && !accept {
			r.bare = append(r.bare, c.weak.bare...)
			continue
		}
		c.weak = nil
		kept = append(kept, c)
	}
	r.claims = kept
}

// countsUp reports whether the numbers of claims rise from 0 or 1; by one each
// unless gaps are allowed.
func (r *reader) countsUp(gaps bool) bool {
	last := -1
	for _, c := range r.claims {
		if c.byText || c.weak == nil && !c.valued() {
			continue
		}
		switch {
		case last < 0 && c.label > 1 && !gaps, last >= 0 && c.label <= last, last >= 0 && !gaps && c.label != last+1:
			return false
		}
		last = c.label
	}
	return last <= r.p.n
}

// shown reports whether the numbers of weak claims are shown not to be answers:
// they number all items, or one of them is not on the scale.
func (r *reader) shown() bool {
	first, last := r.claims[0].label, r.claims[len(r.claims)-1].label
	if len(r.claims) == r.p.n && (first == 1 && last == r.p.n || first == 0 && last == r.p.n-1) {
		return true
	}
	return slices.ContainsFunc(r.claims, func(c claim) bool { return !c.byText && !r.p.inScale(c.label) })
}

// otherwise reports whether weak claims make a full list of answers if their
// numbers are read as answers.
func (r *reader) otherwise() bool {
	total, possible := len(r.bare), true
	for _, c := range r.claims {
		if c.weak == nil {
			continue
		}
		total += len(c.weak.bare)
		switch c.weak.bond {
		case bondDash:
			possible = possible && r.p.inScale(c.label) && (c.worded || c.value > c.label)
		case bondDot:
			possible = possible && r.p.inScale(c.label)
		}
	}
	return possible && total == r.p.n
}

// settleZero reads a full numbering from 0 to n-1 as one from 1 to n. Any other
// numbering with a 0 leaves open which item is meant.
func (r *reader) settleZero() {
	seen := make([]bool, r.p.n+1)
	zero := false
	for _, c := range r.claims {
		if c.byText || !c.valued() || c.label > r.p.n {
			continue
		}
		seen[c.label] = true
		zero = zero || c.label == 0
	}
	if !zero {
		return
	}
	r.unsure = r.unsure || seen[r.p.n] || slices.Contains(seen[:r.p.n], false)
	if r.unsure {
		return
	}
	for i := range r.claims {
		if !r.claims[i].byText {
			r.claims[i].label++
		}
	}
}

// align gives the answers of a bare list to the items in order, if there are as
// many as items. If not, it cannot be told which belongs to which.
func (r *reader) align(out []Answer) {
	if len(r.bare) == r.p.n && !r.cut {
		for i, rd := range r.bare {
			out[i] = r.answer(rd)
		}
		return
	}
	for i := range out {
		switch {
		case r.cut && len(r.bare) == r.p.n:
			out[i] = r.answer(r.bare[i])
		case r.cut && i >= len(r.bare):
			out[i] = Answer{Status: Truncated}
		default:
			out[i] = Answer{Status: Ambiguous}
			if i < len(r.bare) {
				out[i].Raw = r.c.raw(r.bare[i].start, r.bare[i].end)
			}
		}
	}
}
