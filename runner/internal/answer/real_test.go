package answer

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var (
	header = regexp.MustCompile(`^(ten|pvq57) (neutral|male|female) (batch|sequential) (\d+) (stop|length): (.*)$`)
	times  = regexp.MustCompile(`\w+ x\d+`)
	forms  = regexp.MustCompile(`(?m)^\s*(neutral|male|female):\s*"(.*)"$`)
)

// sheetOf is an instrument's sheet in one of its forms. The texts are read off its
// file, since this package knows no CUE.
func sheetOf(t *testing.T, instrument, form string) Sheet {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "..", "experiments", "instruments", instrument+".cue"))
	if err != nil {
		t.Fatal(err)
	}
	s := Sheet{Scale: pvq}
	if instrument == "ten" {
		s.Scale = likert.Scale
	}
	for _, m := range forms.FindAllSubmatch(src, -1) {
		if string(m[1]) == form {
			s.Items = append(s.Items, string(m[2]))
		}
	}
	if want := map[string]int{"ten": 10, "pvq57": 57}[instrument]; len(s.Items) != want {
		t.Fatalf("%s has %d items, want %d", instrument, len(s.Items), want)
	}
	return s
}

// What a real model wrote reads as a person judged it. testdata/smollm2.txt says
// which model, how it was asked, and when.
func TestRepliesOfARealModel(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "smollm2.txt"))
	if err != nil {
		t.Fatal(err)
	}
	replies := strings.Split(string(src), "\n== ")[2:] // before them the format
	if len(replies) < 20 {
		t.Fatalf("%d replies", len(replies))
	}
	for _, reply := range replies {
		first, rest, _ := strings.Cut(reply, "\n")
		want, text, _ := strings.Cut(rest, "\n")
		m := header.FindStringSubmatch(first)
		if m == nil {
			t.Fatalf("no header: %q", first)
		}
		t.Run(first, func(t *testing.T) {
			finish := FinishStop
			if m[5] == "length" {
				finish = FinishLength
			}
			text = strings.TrimSuffix(text, "\n")
			parser := NewParser(sheetOf(t, m[1], m[2]))
			got := parser.Batch(text, finish)
			if m[3] == "sequential" {
				position, err := strconv.Atoi(m[4])
				if err != nil {
					t.Fatal(err)
				}
				got = []Answer{parser.Single(position, text, finish)}
			}
			want = times.ReplaceAllStringFunc(want, func(s string) string {
				status, n, _ := strings.Cut(s, " x")
				count, err := strconv.Atoi(n)
				if err != nil {
					t.Fatal(err)
				}
				return strings.TrimSuffix(strings.Repeat(status+" ", count), " ")
			})
			if o := outcome(got); o != want {
				t.Errorf("got  %s\nwant %s\nin\n%s", o, want, text)
			}
		})
	}
}
