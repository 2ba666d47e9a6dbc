package answer

import "strings"

// reading is what a piece of text says about one item.
type reading struct {
	status     Status
	value      int
	item       int  // position of the item whose text stands in the piece, 0 if none
	plain      bool // nothing but an answer, its announcement and the item's text
	worded     bool // read from the words of the scale, without a number
	start, end int
}

// valued reports whether there is an answer, a good one or not, in the piece.
func (rd reading) valued() bool {
	switch rd.status {
	case OK, OutOfRange, NonInteger, Ambiguous, Truncated:
		return true
	}
	return false
}

// and merges two readings of the same answer; if they differ it is ambiguous.
func (rd reading) and(other reading) reading {
	switch {
	case !other.valued():
		return rd
	case !rd.valued():
		other.item = max(rd.item, other.item)
		return other
	case rd.status != other.status || rd.value != other.value:
		rd.status = Ambiguous
	}
	rd.worded = rd.worded && other.worded
	return rd
}

// value reads the piece of text that holds one item's answer. numbered says
// that the item's number stood before it, so that a number behind a full stop
// can be the answer.
func (r *reader) value(toks []token, numbered bool) reading {
	base := len(r.syms)
	r.syms = r.symbols(toks, r.syms)
	rd := r.judge(r.syms[base:], numbered)
	r.syms = r.syms[:base]
	if len(toks) > 0 {
		rd.start, rd.end = toks[0].start, toks[len(toks)-1].end
	}
	if !rd.valued() && rd.status != Missing {
		rd.status = r.without(toks)
	}
	return rd
}

// judge decides what the symbols of one answer say.
func (r *reader) judge(syms []symbol, numbered bool) reading {
	rd := reading{status: Missing, plain: true}
	scale, rival := false, reading{}
	for i, s := range syms {
		switch s.kind {
		case symWord:
			rd.plain = rd.plain && r.p.vocab.is(s.id, cue|filler|prefix)
			if rd.status == Missing {
				rd.status = Unparseable
			}
		case symItem:
			rd.item = max(rd.item, s.value)
		case symScale:
			scale = true
		case symScore, symLabel:
			one := reading{status: s.status, value: s.value, worded: s.kind == symLabel, item: rd.item}
			if r.anchored(syms, i, numbered) {
				one.plain = rd.plain
				rd = rd.and(one)
			} else if s.kind == symScore && (s.status == OK || s.status == Ambiguous) {
				rival = rival.and(one)
			}
		}
	}
	switch {
	case rd.valued() && rival.valued():
		rd = rd.and(rival)
	case !rd.valued() && rival.valued():
		rd.status = Unparseable
	case rd.status == Missing && scale:
		rd.status = Ambiguous
	}
	return rd
}

// anchored reports whether the score or label at syms[i] stands where an
// answer stands: at the beginning, at the end behind a mark, or announced.
func (r *reader) anchored(syms []symbol, i int, numbered bool) bool {
	if !r.closed(syms, i) {
		return false
	}
	if leading(syms[:i]) || r.announced(syms, i) {
		return true
	}
	prev := syms[i-1]
	if syms[i].kind == symLabel {
		return prev.kind == symItem || followsScore(syms[:i]) || prev.kind == symMark && strings.ContainsRune(":=-([{|>", prev.mark) && trailing(syms[i+1:])
	}
	if !trailing(syms[i+1:]) {
		return false
	}
	switch prev.kind {
	case symLabel, symItem, symScale:
		return true
	case symMark:
		return strings.ContainsRune(":=-([{|>", prev.mark) || numbered && strings.ContainsRune(".?!", prev.mark)
	}
	return false
}

// followsScore reports whether syms end in a score and perhaps marks.
func followsScore(syms []symbol) bool {
	for j := len(syms) - 1; j >= 0 && len(syms)-j < 6; j-- {
		if syms[j].kind != symMark {
			return syms[j].kind == symScore
		}
	}
	return false
}

// closed reports whether an answer may end after syms[i].
func (r *reader) closed(syms []symbol, i int) bool {
	if i+1 == len(syms) {
		return true
	}
	switch next := syms[i+1]; next.kind {
	case symMark:
		return next.mark != '?'
	case symWord:
		return r.p.vocab.is(next.id, reason|after)
	}
	return true
}

// leading reports whether nothing but marks, the item and the scale go before.
func leading(syms []symbol) bool {
	for _, s := range syms {
		if s.kind != symMark && s.kind != symItem && s.kind != symScale {
			return false
		}
	}
	return true
}

// trailing reports whether nothing but marks, words of the scale, the item and
// the scale follow.
func trailing(syms []symbol) bool {
	for _, s := range syms {
		if s.kind == symWord || s.kind == symScore {
			return false
		}
	}
	return true
}

// announced reports whether the words before syms[i] lead to it: "I would rate
// this a", "my answer is", "this is". Every word must be a known filler, up to
// a cue or to the beginning of the sentence, and no negation may precede.
func (r *reader) announced(syms []symbol, i int) bool {
	words := 0
	for j := i - 1; j >= 0 && i-j <= 14; j-- {
		s := syms[j]
		switch s.kind {
		case symScore, symLabel:
			return false
		case symMark:
			if strings.ContainsRune(".;!?", s.mark) {
				return words > 0 && r.copula(syms[i-1])
			}
		case symWord:
			words++
			if r.p.vocab.is(s.id, cue) {
				return !r.negated(syms[:j])
			}
			if !r.p.vocab.is(s.id, filler) {
				return false
			}
		}
		if j == 0 {
			return words > 0 && r.copula(syms[i-1])
		}
	}
	return false
}

// copula reports whether s is a word like "is" or "a", which may stand between
// "this" and an answer.
func (r *reader) copula(s symbol) bool {
	return s.kind == symWord && r.p.vocab.is(s.id, linking)
}

// negated reports whether one of the last words before a cue turns it round.
func (r *reader) negated(syms []symbol) bool {
	for j, seen := len(syms)-1, 0; j >= 0 && seen < 4; j-- {
		if syms[j].kind == symWord {
			seen++
			if r.p.vocab.is(syms[j].id, negator) {
				return true
			}
		}
	}
	return false
}

// without gives the status of a piece of text that holds no answer.
func (r *reader) without(toks []token) Status {
	if len(toks) == 0 {
		return Missing
	}
	text := strings.ToLower(r.c.text[toks[0].start:min(toks[len(toks)-1].end, toks[0].start+40)])
	switch strings.Trim(text, " .,;:-*_()[]|\"'?") {
	case "", "n/a", "na", "none", "null", "skip", "skipped", "blank", "no answer", "no response", "not applicable", "unanswered", "not answered", "nil":
		return Missing
	}
	if r.refusalIn(toks) >= 0 {
		return Refusal
	}
	return Unparseable
}
