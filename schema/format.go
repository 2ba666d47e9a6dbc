package schema

import (
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/parser"
)

// Format returns a CUE file in the standard form, as the stock cue fmt writes
// it. A file that is no CUE is a problem with its place.
func Format(path string, src []byte) ([]byte, error) {
	f, err := parser.ParseFile(path, src, parser.ParseComments)
	if err == nil {
		var out []byte
		if out, err = format.Node(f); err == nil {
			return out, nil
		}
	}
	l := &loader{dir: path}
	l.cueErrors(err)
	return nil, l.problems.Sorted()
}
