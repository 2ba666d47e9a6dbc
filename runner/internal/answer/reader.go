package answer

import "sync"

// reader holds what one reply is read with; readers are pooled.
type reader struct {
	p      *Parser
	c      *cleaned
	finish Finish
	cut    bool
	toks   []token
	line   []token // the current line without decoration
	syms   []symbol

	claims []claim   // answers that say which item they are for
	bare   []reading // answers that do not
	said   reading   // answers announced in sentences
	table  table     // the table that the last line belonged to
	unsure bool      // it cannot be told which answer is for which item
	last   int       // the claim that following lines may complete, -1 if none
}

// claim is an answer for the item with a label.
type claim struct {
	reading
	label  int     // the number as written, or the position if byText
	byText bool    // the item was named by its text alone
	weak   *weak   // not nil if the number may be part of an answer instead
	self   bool    // label and words agree: "4 - Somewhat like me", or a legend
	inline bool    // one of several on a line
	whole  reading // without a value: what the line says if its number is an answer
}

// weak is the other way to read a claim whose number is not clearly an item's.
type weak struct {
	bare []reading
	bond bond
}

// bond is what holds a number and the answer behind it together.
type bond uint8

const (
	bondSpace bond = iota // "1 4", "1,4", "1 text: 4"
	bondDash              // "1-4"
	bondDot               // "1.4"
)

var readers = sync.Pool{New: func() any { return new(reader) }}

// newReader takes a reader from the pool and cuts the text into tokens.
func (p *Parser) newReader(text string, finish Finish) *reader {
	r := readers.Get().(*reader)
	c := clean(text)
	*r = reader{p: p, c: c, finish: finish, cut: finish == FinishLength, last: -1,
		line: r.line[:0], syms: r.syms[:0], claims: r.claims[:0], bare: r.bare[:0]}
	r.toks = lex(c.text, c.from, p.vocab, spareTokens(len(c.text)/4))
	return r
}

// spareTokens returns an empty slice to read about n tokens into.
func spareTokens(n int) []token {
	if s, ok := tokenSlices.Get().(*[]token); ok && cap(*s) >= n {
		return (*s)[:0]
	}
	return make([]token, 0, max(n, 512))
}

var tokenSlices sync.Pool

// maxPooled is the number of tokens above which memory is not kept.
const maxPooled = 1 << 14

// release gives the reader back. What it read from may not be used afterwards.
func (r *reader) release() {
	if cap(r.toks) <= maxPooled && cap(r.line) <= maxPooled && cap(r.syms) <= maxPooled {
		toks := r.toks
		tokenSlices.Put(&toks)
		clear(r.claims)
		r.p, r.c, r.toks, r.table = nil, nil, nil, table{}
		readers.Put(r)
	}
}

// claim adds an answer for an item.
func (r *reader) claim(c claim) {
	if c.byText && c.item == 0 {
		return
	}
	r.claims = append(r.claims, c)
}

// blank reports whether nothing is written in the reply, and what status that
// gives to every item.
func (r *reader) blank() (Status, bool) {
	for _, t := range r.toks {
		if t.kind != newline {
			return "", false
		}
	}
	switch r.finish {
	case FinishFilter:
		return Refusal, true
	case FinishLength:
		return Truncated, true
	}
	return Empty, true
}

// read fills claims and bare from the whole text.
func (r *reader) read() {
	rest := r.readJSON(r.toks)
	start := 0
	for i := 0; i <= len(rest); i++ {
		if i == len(rest) || rest[i].kind == newline {
			if i > start {
				r.readLine(rest[start:i])
			}
			start = i + 1
		}
	}
}
