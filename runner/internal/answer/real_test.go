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
	header  = regexp.MustCompile(`^(ten|pvq57) (batch|sequential) (\d+) (stop|length): (.*)$`)
	neutral = regexp.MustCompile(`(?m)^\s*neutral:\s*"(.*)"$`)
)

// sheetOf is an instrument's sheet in its neutral form. The texts are read off its
// file, since this package knows no CUE.
func sheetOf(t *testing.T, instrument string) Sheet {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", "..", "experiments", "instruments", instrument+".cue"))
	if err != nil {
		t.Fatal(err)
	}
	s := Sheet{Scale: pvq}
	if instrument == "ten" {
		s.Scale = likert.Scale
	}
	for _, m := range neutral.FindAllSubmatch(src, -1) {
		s.Items = append(s.Items, string(m[1]))
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
	parsers := map[string]*Parser{"ten": NewParser(sheetOf(t, "ten")), "pvq57": NewParser(sheetOf(t, "pvq57"))}
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
		t.Run(m[1]+" "+m[2]+" "+m[3]+" "+m[5], func(t *testing.T) {
			finish := FinishStop
			if m[4] == "length" {
				finish = FinishLength
			}
			text = strings.TrimSuffix(text, "\n")
			got := parsers[m[1]].Batch(text, finish)
			if m[2] == "sequential" {
				position, err := strconv.Atoi(m[3])
				if err != nil {
					t.Fatal(err)
				}
				got = []Answer{parsers[m[1]].Single(position, text, finish)}
			}
			if status, n, ok := strings.Cut(want, " x"); ok {
				times, err := strconv.Atoi(n)
				if err != nil {
					t.Fatal(err)
				}
				want = strings.TrimSuffix(strings.Repeat(status+" ", times), " ")
			}
			if o := outcome(got); o != want {
				t.Errorf("got  %s\nwant %s\nin\n%s", o, want, text)
			}
		})
	}
}
