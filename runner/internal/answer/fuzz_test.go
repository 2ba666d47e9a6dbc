package answer

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// fuzzSheets are small, so that the fuzzer meets their edges, but for one.
var fuzzSheets = []Sheet{
	four, long, bipolar, eleven, likert,
	{Scale: pvq, Items: []string{"one item"}},
	{Scale: Scale{Min: 0, Max: 100}, Items: make([]string, 3)},
	{Scale: pvq, Items: nil},
}

var fuzzParsers = func() []*Parser {
	out := make([]*Parser, len(fuzzSheets))
	for i, s := range fuzzSheets {
		out[i] = NewParser(s)
	}
	return out
}()

// check holds one answer to what is promised of every answer.
func check(t *testing.T, p *Parser, s Sheet, text string, a Answer) {
	t.Helper()
	if !slices.Contains(Statuses(), a.Status) || slices.Contains([]Status{NotRun, Failed, PersonaFailed}, a.Status) {
		t.Fatalf("status %q", a.Status)
	}
	valid := strings.ToValidUTF8(text, "\uFFFD")
	if len(a.Raw) > MaxRaw || !utf8.ValidString(a.Raw) || !strings.Contains(valid, a.Raw) {
		t.Fatalf("raw %q is not a piece of %q", a.Raw, text)
	}
	if a.Status != OK {
		if a.Response != 0 {
			t.Fatalf("response %d beside status %s", a.Response, a.Status)
		}
		return
	}
	if !p.inScale(a.Response) {
		t.Fatalf("response %d is not on the scale", a.Response)
	}
	if a.Raw == "" || !stands(s, text, a.Response) {
		t.Fatalf("response %d, raw %q: neither its digits nor its words are in %q", a.Response, a.Raw, text)
	}
}

// stands reports whether the digits or the words of a scale point are in text.
func stands(s Sheet, text string, v int) bool {
	c := clean(text)
	digits := strings.TrimPrefix(strconv.Itoa(v), "-")
	return strings.Contains(c.text, digits) || s.Scale.Labels[v] != "" && strings.Contains(wordsOnly(c.text), wordsOnly(s.Scale.Labels[v]))
}

func wordsOnly(s string) string {
	return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
}

func FuzzBatch(f *testing.F) {
	for i, c := range batchCases {
		f.Add(c.text, uint8(c.finish), uint8(i))
	}
	f.Fuzz(func(t *testing.T, text string, finish, sheet uint8) {
		k := int(sheet) % len(fuzzSheets)
		s, p := fuzzSheets[k], fuzzParsers[k]
		answers := p.Batch(text, Finish(finish%3))
		if len(answers) != len(s.Items) {
			t.Fatalf("%d answers to %d items", len(answers), len(s.Items))
		}
		for _, a := range answers {
			check(t, p, s, text, a)
		}
		general := make([]Answer, p.n)
		if p.n > 0 {
			p.readBatch(text, Finish(finish%3), general)
			if !slices.Equal(general, answers) {
				t.Fatalf("fast %v, general %v", answers, general)
			}
		}
	})
}

func FuzzSingle(f *testing.F) {
	for i, c := range singleCases {
		f.Add(c.text, uint8(c.finish), uint8(i), c.position)
	}
	f.Fuzz(func(t *testing.T, text string, finish, sheet uint8, position int) {
		k := int(sheet) % len(fuzzSheets)
		s, p := fuzzSheets[k], fuzzParsers[k]
		a := p.Single(position, text, Finish(finish%3))
		check(t, p, s, text, a)
		if general := p.readSingle(position, text, Finish(finish%3)); general != a {
			t.Fatalf("fast %v, general %v", a, general)
		}
	})
}
