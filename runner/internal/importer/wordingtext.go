package importer

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// mojibake is what UTF-8 looks like that was read in an encoding of one byte a
// letter, and written again.
var mojibake = regexp.MustCompile(`[ÃÂ][\x{80}-\x{BF}\x{152}\x{153}\x{160}\x{161}\x{178}\x{17D}\x{17E}\x{192}\x{2C6}\x{2DC}\x{2013}-\x{203A}\x{20AC}\x{2122}]|â€`)

// text checks one text, character by character: what stands there is sent to
// models as it is. With Clean, what can be mended without a loss is.
func (w *wording) text(it *wordingItem, form, s string) string {
	if w.job.Clean {
		if clean := cleaned(s); clean != s {
			w.cleaned++
			s = clean
		}
	}
	if strings.TrimSpace(s) == "" {
		return ""
	}
	fail := func(what, mend string) {
		w.fail(it.place[form], fmt.Sprintf("item %d, %s text: %s", it.number, form, what), "", mend)
	}
	const clean = "mend the cell, or let --clean mend all such cells"
	if strings.TrimSpace(s) != s {
		fail("blanks at the beginning or end", clean)
	}
	if i := strings.IndexFunc(strings.TrimSpace(s), odd); i >= 0 {
		r := []rune(strings.TrimSpace(s)[i:])[0]
		mend := clean
		if cleaned(string([]rune{'a', r, 'b'})) == string([]rune{'a', r, 'b'}) {
			mend = "remove the character from the cell"
		}
		fail(fmt.Sprintf("it holds %s", called(r)), mend)
	}
	if m := mojibake.FindString(s); m != "" {
		fail(fmt.Sprintf("%q looks like UTF-8 that was read as windows-1252", m), "export the file again, as UTF-8")
	}
	return s
}

// odd are characters that a text of one line does not need, or that nobody
// sees.
func odd(r rune) bool {
	switch {
	case r == ' ':
		return false
	case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.IsSpace(r), unicode.Is(unicode.Zs, r), unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
		return true
	}
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || unicode.Is(unicode.Cn, r)
}

// called names a character for a message.
func called(r rune) string {
	names := map[rune]string{'\n': "a line break", '\r': "a line break", '\t': "a tab", '\u00a0': "a no-break space", '\u00ad': "a soft hyphen",
		'\u200b': "a zero-width space", '\ufeff': "a byte order mark", unicode.ReplacementChar: "a character that was lost in an earlier conversion"}
	if n := names[r]; n != "" {
		return fmt.Sprintf("%s (U+%04X)", n, r)
	}
	return fmt.Sprintf("the invisible character U+%04X", r)
}

// invisible are the characters that Clean leaves out.
const invisible = "\u00ad\u200b\u2060\ufeff"

// cleaned trims a text, makes every run of blanks, line breaks and tabs one
// blank, and leaves invisible characters out. A text without such is unchanged,
// also where it has two blanks in a row.
func cleaned(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(invisible, r) {
			return -1
		}
		return r
	}, s)
	trimmed := strings.TrimSpace(s)
	if !strings.ContainsFunc(trimmed, func(r rune) bool { return r != ' ' && unicode.IsSpace(r) }) {
		return trimmed
	}
	return strings.Join(strings.Fields(trimmed), " ")
}
