package provider

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// redactor strikes a key out of what a server sent, also where the server wrote
// it otherwise than it came: in base64, alone or after "Bearer ", and with the
// escapes of JSON and of addresses. A nil one strikes nothing out.
type redactor struct {
	with  string
	forms []string
	// escaped finds the key with any of its characters escaped. It is slow, so it
	// is asked only where there are escapes.
	escaped *regexp.Regexp
}

// redactor makes the redactor of the endpoint's key; nil if it is no secret.
func (e Endpoint) redactor() *redactor {
	if !e.secret() {
		return nil
	}
	r := &redactor{with: e.keySource(), forms: []string{e.Key}}
	var pattern strings.Builder
	for _, c := range []byte(e.Key) {
		before := ""
		if strings.IndexByte(slashed, c) >= 0 {
			before = `\\?`
		}
		fmt.Fprintf(&pattern, `(?:%s%s|(?i:\\u00%02x|%%%02[3]x))`, before, regexp.QuoteMeta(string(rune(c))), c)
	}
	r.escaped = regexp.MustCompile(pattern.String())
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			if f := inBase64(encoding, e.Key, offset); !slices.Contains(r.forms, f) {
				r.forms = append(r.forms, f)
			}
		}
	}
	return r
}

// inBase64 is what stands for the key in the base64 of any text that holds it
// after a multiple of three bytes and offset more: the digits that no neighbour
// has a part in.
func inBase64(encoding *base64.Encoding, key string, offset int) string {
	whole := encoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + key))
	from := (offset*8 + 5) / 6
	to := (offset + len(key)) * 8 / 6
	return whole[from:to]
}

// slashed are the characters that JSON may write with a backslash before them.
const slashed = `/"\`

// escapes are what a key may hide behind. Almost every body has a line break,
// which is none of them.
var escapes = [][]byte{[]byte(`\u`), []byte(`\/`), []byte(`\"`), []byte(`\\`), []byte("%")}

// bytes strikes the key out of a body.
func (r *redactor) bytes(b []byte) []byte {
	if r == nil {
		return b
	}
	for _, f := range r.forms {
		if bytes.Contains(b, []byte(f)) {
			b = bytes.ReplaceAll(b, []byte(f), []byte(r.with))
		}
	}
	if slices.ContainsFunc(escapes, func(e []byte) bool { return bytes.Contains(b, e) }) && r.escaped.Match(b) {
		b = r.escaped.ReplaceAllLiteral(b, []byte(r.with))
	}
	return b
}

// text strikes the key out of a text.
func (r *redactor) text(s string) string {
	if r == nil {
		return s
	}
	return string(r.bytes([]byte(s)))
}

// sent strikes the key out of a body of ours, which escapes nothing of it.
func (r *redactor) sent(b []byte) []byte {
	if r == nil || !bytes.Contains(b, []byte(r.forms[0])) {
		return b
	}
	return r.bytes(b)
}
