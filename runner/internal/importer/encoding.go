package importer

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"circumplex.example/schema/diag"
)

// encodings are those a caller may name, besides utf-8.
var encodings = []struct {
	name string
	enc  encoding.Encoding
}{
	{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
	{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
	{"windows-1252", charmap.Windows1252},
	{"latin-1", charmap.ISO8859_1},
	{"mac-roman", charmap.Macintosh},
}

// Encodings lists the names of encodings a caller may give.
func Encodings() []string {
	out := []string{"utf-8"}
	for _, e := range encodings {
		out = append(out, e.name)
	}
	return out
}

// toUTF8 returns a text file as UTF-8, and the name of what it was. Byte order
// marks are believed; anything else that is not UTF-8 has to be named, because
// encodings of one byte a letter cannot be told apart.
func toUTF8(path string, data []byte, given string) ([]byte, string, error) {
	name := strings.ToLower(given)
	switch {
	case name != "" && !slices.Contains(Encodings(), name):
		return nil, "", usagef(diag.DidYouMean(given, Encodings()), "--encoding %q is not known", given)
	case name == "" && bytes.HasPrefix(data, []byte("\xff\xfe")):
		name = "utf-16le"
	case name == "" && bytes.HasPrefix(data, []byte("\xfe\xff")):
		name = "utf-16be"
	}
	for _, e := range encodings {
		if e.name == name {
			out, err := e.enc.NewDecoder().Bytes(data)
			if err != nil {
				return nil, "", problem(path, diag.Problem{What: fmt.Sprintf("the file is not %s: %v", name, err), Mend: "save it as CSV in UTF-8"})
			}
			return out, name, checkText(path, out)
		}
	}
	text := bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.ContainsRune(text, 0) && foreign(text) == nil {
		return nil, "", problem(path, diag.Problem{What: "the file holds bytes of 0, as UTF-16 without its mark does",
			Mend: "save it as CSV in UTF-8, or try  --encoding utf-16le"})
	}
	if err := notUTF8(path, text); name == "" && err != nil {
		return nil, "", err
	}
	return text, "utf-8", checkText(path, text)
}

// notUTF8 shows how the first line that is no UTF-8 would read in the encoding
// that spreadsheets use most, so that its author can say whether that is it.
func notUTF8(path string, text []byte) error {
	if utf8.Valid(text) || foreign(text) != nil {
		return nil
	}
	at, line := invalidAt(text)
	begin := bytes.LastIndexByte(text[:at], '\n') + 1
	whole, _, _ := bytes.Cut(text[begin:], []byte("\n"))
	shown, err := charmap.Windows1252.NewDecoder().String(string(whole))
	if err != nil {
		return err
	}
	if r := []rune(strings.TrimSpace(shown)); len(r) > 70 {
		shown = string(r[:70]) + "..."
	}
	return problem(path, diag.Problem{Place: diag.Place{File: absolute(path), Line: line}, What: "this line is not UTF-8",
		Why:  fmt.Sprintf("read as windows-1252 it is %q", Printable(strings.TrimSpace(shown))),
		Mend: "if that is right:  --encoding windows-1252 . Otherwise save it as CSV in UTF-8"})
}
