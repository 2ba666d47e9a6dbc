package answer

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// cleaned is a reply in one spelling: NFKC, ASCII digits and dashes, no
// invisible characters. It remembers where each byte came from, so that Raw
// can quote what the model wrote.
type cleaned struct {
	orig string
	text string
	offs []int32 // offs[i] is the offset in orig of text[i]; nil if text is orig
	from int     // reading starts here: after the model's thinking, if marked as such
}

// clean brings text into one spelling. An ASCII text is its own.
func clean(text string) *cleaned {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	c := &cleaned{orig: text, text: text}
	if !isASCII(text) {
		c.fold()
	}
	c.dropThinking()
	return c
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// fold fills text and offs from orig, one normalisation segment at a time.
func (c *cleaned) fold() {
	buf := make([]byte, 0, len(c.orig)+len(c.orig)/8)
	offs := make([]int32, 0, cap(buf))
	var folded []byte
	emit := func(s string, at int) {
		buf = append(buf, s...)
		for range len(s) {
			offs = append(offs, int32(at))
		}
	}
	for i := 0; i < len(c.orig); {
		if b := c.orig[i]; b < utf8.RuneSelf && (i+1 == len(c.orig) || c.orig[i+1] < utf8.RuneSelf) {
			buf, offs = append(buf, b), append(offs, int32(i))
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(c.orig[i:])
		if s, ok := special(r, endsInDigit(buf)); ok {
			emit(s, i)
			i += size
			continue
		}
		end := i + segment(c.orig[i:])
		folded = norm.NFKC.AppendString(folded[:0], c.orig[i:end])
		for j := 0; j < len(folded); {
			r, size := utf8.DecodeRune(folded[j:])
			if s, same := spell(r); same {
				for range size {
					offs = append(offs, int32(i))
				}
				buf = append(buf, folded[j:j+size]...)
			} else {
				emit(s, i)
			}
			j += size
		}
		i = end
	}
	c.text, c.offs = string(buf), offs
}

// segment returns the length of the first normalisation segment of s, at most
// 64 bytes, at least one rune.
func segment(s string) int {
	limit := min(len(s), 64)
	for limit < len(s) && !utf8.RuneStart(s[limit]) {
		limit--
	}
	_, size := utf8.DecodeRuneInString(s)
	for i := size; i < limit; {
		if _, bad := special(firstRune(s[i:])); bad {
			return i
		}
		if norm.NFKC.PropertiesString(s[i:]).BoundaryBefore() {
			return i
		}
		_, next := utf8.DecodeRuneInString(s[i:])
		i += next
	}
	return max(size, limit)
}

func firstRune(s string) (rune, bool) {
	r, _ := utf8.DecodeRuneInString(s)
	return r, false
}

func endsInDigit(b []byte) bool {
	return len(b) > 0 && b[len(b)-1] >= '0' && b[len(b)-1] <= '9'
}

// special spells the runes that NFKC would turn into something that looks like
// another number: "3½" is not 31/2, "4²" is not 42, "①4" is not 14.
func special(r rune, afterDigit bool) (string, bool) {
	switch {
	case r < utf8.RuneSelf:
		return "", false
	case r >= 0xBC && r <= 0xBE, r >= 0x2150 && r <= 0x215F, r == 0x2189: // vulgar fractions
		if afterDigit {
			return ".5", true
		}
		return "0.5", true
	case r == 0xB2, r == 0xB3, r == 0xB9, r == 0x2070, r >= 0x2074 && r <= 0x2079, r >= 0x2080 && r <= 0x2089:
		return "^", true // superscripts and subscripts
	case r >= 0x2460 && r <= 0x2473: // circled 1 to 20
		return "(" + norm.NFKC.String(string(r)) + ")", true
	case r == 0x24EA, r == 0x24FF:
		return "(0)", true
	case r >= 0x2776 && r <= 0x277F:
		return "(" + strconv.Itoa(int(r-0x2776)+1) + ")", true
	case r >= 0x2780 && r <= 0x2789:
		return "(" + strconv.Itoa(int(r-0x2780)+1) + ")", true
	case r >= 0x278A && r <= 0x2793:
		return "(" + strconv.Itoa(int(r-0x278A)+1) + ")", true
	case r == 0x1F51F: // keycap ten
		return "10", true
	case r >= 0xFDFA && r <= 0xFDFB: // whole phrases, the longest expansions there are
		return " ", true
	}
	return "", false
}

// spell writes one normalised rune: digits, dashes, quotes and white space in
// ASCII, invisible characters not at all; same says that the rune stays.
func spell(r rune) (s string, same bool) {
	if r < utf8.RuneSelf {
		return "", true
	}
	switch r {
	case 0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE58, 0xFE63, 0x2E3A:
		return "-", false
	case 0x2018, 0x2019, 0x201A, 0x201B, 0x2032:
		return "'", false
	case 0x201C, 0x201D, 0x201E, 0x201F, 0xAB, 0xBB, 0x300C, 0x300D, 0x300E, 0x300F:
		return `"`, false
	case 0x2192, 0x21D2, 0x27A1, 0x2794, 0x27F6:
		return "=>", false
	case 0x2028, 0x2029, 0x85:
		return "\n", false
	case 0x3001, 0x060C:
		return ",", false
	case 0x3002:
		return ".", false
	case 0x066B: // Arabic decimal separator
		return ".", false
	case 0x301C, 0x2053: // wave dash, swung dash
		return "~", false
	case 0x2502, 0x2503:
		return "|", false
	case 0x20E3, 0x034F: // enclosing keycap, grapheme joiner
		return "", false
	}
	switch {
	case unicode.Is(unicode.Nd, r):
		return string(rune('0' + digitValue(r))), false
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r):
		return "", false
	case unicode.IsSpace(r), unicode.IsControl(r):
		return " ", false
	}
	return "", true
}

// digitValue returns the value of a decimal digit of any script: those come in
// runs of ten, from zero up.
func digitValue(r rune) int {
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return int(r-rune(t.Lo)) % 10
		}
	}
	return 0
}

// dropThinking leaves out what stands between marks of thinking, such as
// <think> and </think>: a reasoning model's notes are not its answer.
func (c *cleaned) dropThinking() {
	if !strings.Contains(c.text, "<") {
		return
	}
	for _, tag := range []string{"think", "thinking", "reasoning"} {
		if i := strings.LastIndex(c.text, "</"+tag+">"); i >= 0 {
			c.from = max(c.from, i+len(tag)+3)
		}
		if i := strings.Index(c.text[c.from:], "<"+tag+">"); i >= 0 {
			c.text = c.text[:c.from+i]
		}
	}
}

// raw quotes orig for text[start:end], trimmed and at most MaxRaw bytes long.
func (c *cleaned) raw(start, end int) string {
	if start >= end {
		return ""
	}
	if c.offs != nil {
		start, end = int(c.offs[start]), c.originEnd(end)
	}
	s := strings.TrimSpace(c.orig[start:end])
	if len(s) <= MaxRaw {
		return s
	}
	cut := MaxRaw
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimSpace(s[:cut])
}

// originEnd returns the end in orig of the segment that text[end-1] came from.
func (c *cleaned) originEnd(end int) int {
	last := c.offs[end-1]
	for end < len(c.offs) && c.offs[end] == last {
		end++
	}
	if end == len(c.offs) {
		return len(c.orig)
	}
	return int(c.offs[end])
}
