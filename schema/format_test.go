package schema_test

import (
	"testing"

	"circumplex.example/schema"
)

// Format is that of the stock cue fmt, changes nothing a second time, and tells
// what is no CUE at its place.
func TestFormat(t *testing.T) {
	for _, c := range []struct{ name, src, want, problem string }{
		{name: "blanks", src: "package a\nx:   {b:1,c:  2}\n", want: "package a\n\nx: {b: 1, c: 2}\n"},
		{name: "comments stay", src: "// Head.\npackage a\nx: 1 // beside\n", want: "// Head.\npackage a\n\nx: 1 // beside\n"},
		{name: "numbers keep their spelling", src: "package a\n\nx: 0.70\n", want: "package a\n\nx: 0.70\n"},
		{name: "lines that end in CRLF", src: "package a\r\n\r\nx: 1\r\n", want: "package a\n\nx: 1\n"},
		{name: "broken", src: "package a\n\nx: {\n", problem: "a.cue:3:6: this is no CUE: expected '}', found the end of the file\n    mend: look here and just above for a comma, quote, bracket or brace too few or too many"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := schema.Format("a.cue", []byte(c.src))
			if c.problem != "" {
				if err == nil || err.Error() != c.problem {
					t.Errorf("got %v, want %s", err, c.problem)
				}
				return
			}
			if err != nil || string(got) != c.want {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
			if again, err := schema.Format("a.cue", got); err != nil || string(again) != c.want {
				t.Errorf("a second time %q, %v", again, err)
			}
		})
	}
}
