package diag

import "unicode/utf8"

// InvalidUTF8 returns the offset of the first byte that is no UTF-8, the length of
// the text if there is none.
func InvalidUTF8(text []byte) int {
	at := 0
	for at < len(text) {
		r, n := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
	}
	return at
}
