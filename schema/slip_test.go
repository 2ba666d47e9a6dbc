package schema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/schema/diag"
)

// Whatever stands in a file and wherever CUE says it is wrong, looking for the
// slip ends, and its place lies in the file.
func FuzzSlip(f *testing.F) {
	for _, src := range []string{
		"n = 4\nm: 1\n", "# it's\n", "a: {sim-a: \"x\", 0.7: value: 0,7}", `a: "\(b) \(c(1)) (`, "a: “b’c”\r\nn =\r\n", "#\"\\#(a)\"# (", "x: 'a\\(b", "\x00\xff\ufeff", "x: \"\\(a) \\\\(\ny: (1)\n",
	} {
		f.Add(src, uint(1), uint(4))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, src string, line, col uint) {
		file := filepath.Join(dir, "x.cue")
		if err := os.WriteFile(file, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, what := range []string{"expected label or ':', found newline", "missing ',' in struct literal", "string literal not terminated", "illegal character U+201C '“'"} {
			lines := uint(strings.Count(src, "\n") + 1)
			p := diag.Problem{Place: diag.Place{File: file, Line: int(line%lines) + 1, Col: int(col % 100)}, What: what}
			if slip(&p) && (p.Place.Line > int(lines) || p.Mend == "") {
				t.Errorf("%q: %+v", src, p)
			}
			hideKey(&p)
		}
	})
}
