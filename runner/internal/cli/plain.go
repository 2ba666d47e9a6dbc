package cli

import (
	"fmt"
	"strings"
	"unicode"
)

// plain makes text that an author or a model wrote safe for a terminal:
// control sequences and characters that hide or reorder text are spelled out,
// as \x1b or \u202e, so that what was written can still be seen. Line ends and
// tabs stay.
func plain(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			b.WriteRune(r)
		case r < 0x80 && unicode.IsControl(r):
			fmt.Fprintf(&b, `\x%02x`, r)
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// oneLine is plain for a place where a line end would break the layout.
func oneLine(s string) string {
	return strings.NewReplacer("\n", `\n`, "\t", `\t`).Replace(plain(s))
}
