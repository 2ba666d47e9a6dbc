package cli

import (
	"bytes"
	"strings"
	"testing"
)

// A person chooses by number or name; an empty line is the first, and what is
// neither is asked again.
func TestAskForATemplate(t *testing.T) {
	for said, want := range map[string]string{"\n": "minimal", "2\n": "paper", " Local \n": "local", "9\nno\n3\n": "local"} {
		var out bytes.Buffer
		got, err := ask(strings.NewReader(said), &out)
		if err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", said, got, err, want)
		}
		if n := strings.Count(out.String(), "which one? [1] "); n != strings.Count(said, "\n") {
			t.Errorf("%q: asked %d times\n%s", said, n, &out)
		}
	}
	var out bytes.Buffer
	want := "no template was chosen\n    mend: runner init --template minimal"
	if _, err := ask(strings.NewReader(""), &out); err == nil || err.Error() != want || exitCode(err) != exitUsage {
		t.Errorf("at the end of the input: %v", err)
	}
}
