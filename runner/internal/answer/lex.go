package answer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind uint8

const (
	word    kind = iota // letters, or letters and digits
	number              // ASCII digits, perhaps with a decimal fraction; no sign
	keyed               // a word that names an item by number: q1, item_12
	mark                // one punctuation mark or symbol
	newline             // end of a line
)

// token is a piece of the cleaned text.
type token struct {
	kind       kind
	spaced     bool // white space, or the start of a line, stands before it
	fraction   fraction
	mark       rune
	id         int32 // word: its number in the vocabulary, 0 if unknown
	value      int   // number, keyed: the whole part, at most maxValue
	start, end int
}

// fraction says what follows the whole part of a number.
type fraction uint8

const (
	whole       fraction = iota // nothing
	zeroDigits                  // "4.0"
	otherDigits                 // "4.5"
)

// maxValue bounds numbers that are read; larger ones stand for "too large".
const maxValue = 1 << 30

// lexer cuts a cleaned text into tokens in one pass.
type lexer struct {
	text   string
	i      int
	spaced bool
	vocab  *vocabulary
	out    []token
}

// lex returns the tokens of text from offset from on, appended to out.
func lex(text string, from int, v *vocabulary, out []token) []token {
	l := lexer{text: text, i: from, spaced: true, vocab: v, out: out}
	for l.i < len(l.text) {
		l.next()
	}
	return l.out
}

func (l *lexer) next() {
	b := l.text[l.i]
	switch {
	case b == '\n' || b == '\r' || b == '\v' || b == '\f':
		l.emit(token{kind: newline, start: l.i, end: l.i + 1})
		l.spaced = true
	case b <= ' ' || b == 0x7F:
		l.i++
		l.spaced = true
	case b >= '0' && b <= '9':
		l.number()
	case b == '<':
		l.angle()
	case b < utf8.RuneSelf && !isLetter(b):
		l.emit(token{kind: mark, mark: rune(b), start: l.i, end: l.i + 1})
	default:
		l.wordOrMark()
	}
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// emit adds t and moves behind it.
func (l *lexer) emit(t token) {
	t.spaced = l.spaced
	l.spaced = false
	l.i = t.end
	l.out = append(l.out, t)
}

// number reads digits. Digits that run on into letters ("4th") or into more
// dots ("1.2.3") are no number but a word nobody knows.
func (l *lexer) number() {
	t := token{kind: number, start: l.i}
	i := l.i
	for ; i < len(l.text) && isDigit(l.text[i]); i++ {
		t.value = min(t.value*10+int(l.text[i]-'0'), maxValue)
	}
	for dots := 0; i+1 < len(l.text) && l.text[i] == '.' && isDigit(l.text[i+1]); dots++ {
		t.fraction = max(t.fraction, zeroDigits)
		for i++; i < len(l.text) && isDigit(l.text[i]); i++ {
			if l.text[i] != '0' {
				t.fraction = otherDigits
			}
		}
		if dots > 0 {
			t.kind = word
		}
	}
	if end := l.gluedEnd(i); end > i {
		t.kind, i = word, end
	}
	t.end = i
	if t.kind == number && l.vocab.numbers {
		t.id = l.vocab.find(l.text[t.start:t.end])
	}
	l.emit(t)
}

// gluedEnd returns the end of the letters that run on from a number at i; i
// itself if there are none. Scripts that are written without spaces do not
// glue: in "4分" the 4 stands alone.
func (l *lexer) gluedEnd(i int) int {
	start := i
	for i < len(l.text) {
		r, size := utf8.DecodeRuneInString(l.text[i:])
		if r != '_' && !unicode.IsDigit(r) && !(unicode.IsLetter(r) && !spaceless(r)) {
			break
		}
		if r == '_' && (i+size == len(l.text) || !isLetter(l.text[i+size])) {
			break
		}
		i += size
	}
	if i == start {
		return start
	}
	return i
}

// spaceless reports whether r is of a script written without spaces.
func spaceless(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana,
		unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// angle skips a tag such as <b> or </answer>; any other < is a mark.
func (l *lexer) angle() {
	limit := min(len(l.text), l.i+80)
	if l.i+1 < limit && (isLetter(l.text[l.i+1]) || l.text[l.i+1] == '/') {
		rest := l.text[l.i:limit]
		end := strings.IndexAny(rest, ">\n\r")
		if end > 0 && rest[end] == '>' {
			if startsLine(rest) {
				l.emit(token{kind: newline, start: l.i, end: l.i + end + 1})
			} else {
				l.i += end + 1
			}
			l.spaced = true
			return
		}
	}
	l.emit(token{kind: mark, mark: '<', start: l.i, end: l.i + 1})
}

// startsLine reports whether a tag begins a new line of its page.
func startsLine(tag string) bool {
	for _, name := range []string{"<br", "<li", "<tr", "<p>", "<div"} {
		if strings.HasPrefix(tag, name) {
			return true
		}
	}
	return false
}

// wordOrMark reads a word, or one mark beyond ASCII.
func (l *lexer) wordOrMark() {
	r, size := utf8.DecodeRuneInString(l.text[l.i:])
	if !unicode.IsLetter(r) {
		if unicode.IsSpace(r) {
			l.i += size
			l.spaced = true
			return
		}
		l.emit(token{kind: mark, mark: r, start: l.i, end: l.i + size})
		return
	}
	end := l.wordEnd()
	t := token{kind: word, start: l.i, end: end}
	t.id = l.vocab.find(l.text[t.start:end])
	if t.id == 0 && isDigit(l.text[end-1]) {
		if v, ok := l.vocab.keyedNumber(l.text[t.start:end]); ok {
			t.kind, t.value = keyed, v
		}
	}
	l.emit(t)
}

// wordEnd returns the end of the word that starts here: letters, combining
// marks, digits, and underscores between them. A word of a spaceless script
// ends before a digit.
func (l *lexer) wordEnd() int {
	i := l.i
	solid := false
	for i < len(l.text) {
		b := l.text[i]
		if b < utf8.RuneSelf {
			under := b == '_' && i+1 < len(l.text) && (isLetter(l.text[i+1]) || isDigit(l.text[i+1]))
			if !isLetter(b) && !under && !(isDigit(b) && !solid) {
				break
			}
			solid = false
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(l.text[i:])
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			break
		}
		solid = spaceless(r)
		i += size
	}
	return i
}
