package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"unicode/utf8"
)

// The bodies of a completion repeat what stands in the store already: the texts of
// its conversation, which each turn sends again from the beginning, and the reply.
// Where a body has such a text as a JSON string, packing puts its number. The
// bodies of 57 turns are then as long as the questions, not as their square.

// minQuoted is the length of a JSON string below which a number does not pay.
const minQuoted = 16

// fold replaces the texts that b holds as JSON strings, in this order, by their
// numbers; it returns nil if there is none.
func fold(b []byte, texts []string) []byte {
	quoted := getBuffer()
	defer putBuffer(quoted)
	var out []byte
	from := 0
	for i, text := range texts {
		if len(text) < minQuoted-2 {
			continue
		}
		*quoted = appendQuoted((*quoted)[:0], text)
		at := index(b[from:], *quoted)
		if at < 0 {
			continue
		}
		out = appendLiteral(out, b[from:from+at])
		out = binary.AppendUvarint(out, uint64(i)<<1|1)
		from += at + len(*quoted)
	}
	if out == nil {
		return nil
	}
	return appendLiteral(out, b[from:])
}

// index is bytes.Index, which is many times faster where it looks for a few bytes
// than for a whole text.
func index(b, text []byte) int {
	beginning := text[:min(len(text), 48)]
	from := 0
	for range 32 {
		at := bytes.Index(b[from:], beginning)
		if at < 0 {
			return -1
		}
		if from += at; bytes.HasPrefix(b[from:], text) {
			return from
		}
		from++
	}
	// Many texts begin alike, or one is full of its own beginning: this takes no more
	// than the length of both.
	if at := bytes.Index(b[from:], text); at >= 0 {
		return from + at
	}
	return -1
}

func appendLiteral(out, b []byte) []byte {
	if len(b) == 0 {
		return out
	}
	out = binary.AppendUvarint(out, uint64(len(b))<<1)
	return append(out, b...)
}

var errFolded = errors.New("a text that is not there")

// unfold returns what fold was given, with the same texts.
func unfold(b []byte, texts []string) ([]byte, error) {
	var out []byte
	r := reader{b: b}
	for len(r.b) > 0 {
		head := r.uvarint()
		switch n, literal := head>>1, head&1 == 0; {
		case r.err != nil:
			return nil, r.err
		case literal && (n == 0 || n > uint64(len(r.b))):
			return nil, errShort
		case literal:
			out = append(out, r.bytes(int(n))...)
		case n >= uint64(len(texts)):
			return nil, errFolded
		default:
			out = appendQuoted(out, texts[n])
		}
		if len(out) > maxUnpacked {
			return nil, errors.New("too long")
		}
	}
	return out, nil
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends a text as a JSON string, as our own bodies have it. Stored
// bodies depend on it, so that it must never change: encoding/json's own form did,
// from one version of Go to the next.
func appendQuoted(b []byte, s string) []byte {
	b = slices.Grow(b, len(s)+len(s)/16+2)
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && c != 0xe2 {
			continue
		}
		if c == 0xe2 { // U+2028 and U+2029 end lines in JavaScript
			r, _ := utf8.DecodeRuneInString(s[i:])
			if r != '\u2028' && r != '\u2029' {
				continue
			}
			b = append(b, s[from:i]...)
			b = append(b, `\u202`...)
			b = append(b, hexDigits[r&0xf])
			i += 2
			from = i + 1
			continue
		}
		b = append(b, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
		}
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}
