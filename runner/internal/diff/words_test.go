package diff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           []Word
	}{
		{"one word", "rate the person", "rate each person", []Word{{"=", "rate "}, {"-", "the"}, {"+", "each"}, {"=", " person"}}},
		{"two words in a row are one change", "a big dog ran", "a small cat ran", []Word{{"=", "a "}, {"-", "big dog"}, {"+", "small cat"}, {"=", " ran"}}},
		{"an added ending", "from 1 to 5", "from 1 to 5, please", []Word{{"=", "from 1 to 5"}, {"+", ", please"}}},
		{"a full stop", "so it is.", "so it is", []Word{{"=", "so it is"}, {"-", "."}}},
		{"a placeholder", "as {name}.", "as {title} {name}.", []Word{{"=", "as {"}, {"+", "title} {"}, {"=", "name}."}}},
		{"a line end", "a b", "a\nb", []Word{{"=", "a"}, {"-", " "}, {"+", "\n"}, {"=", "b"}}},
		{"all", "one", "two", []Word{{"-", "one"}, {"+", "two"}}},
		{"nothing before", "", "two", []Word{{"+", "two"}}},
		{"alike", "the same", "the same", []Word{{"=", "the same"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if d := cmp.Diff(c.want, words(c.old, c.new)); d != "" {
				t.Errorf("- want, + got:\n%s", d)
			}
		})
	}
}

// texts puts both texts together from the runs.
func bothTexts(words []Word) (old, now string) {
	for _, w := range words {
		if w.Op != "+" {
			old += w.Text
		}
		if w.Op != "-" {
			now += w.Text
		}
	}
	return old, now
}

// A text of very many words is shown whole, and still is itself.
func TestWordsOfLongTexts(t *testing.T) {
	a, b := strings.Repeat("a b ", 3000), strings.Repeat("c d ", 3000)
	got := words(a, b)
	if old, now := bothTexts(got); old != a || now != b || len(got) != 3 {
		t.Errorf("%d runs", len(got))
	}
}

// The runs of a comparison make the two texts again, whatever they hold.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"", "a b c", "one, two.", "{x} \u001b[0m", "a\xffb \xc3", "  "} {
		f.Add(s, "a b d")
		f.Add("one two", s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		got := words(a, b)
		if old, now := bothTexts(got); old != a || now != b {
			t.Fatalf("%q and %q became %q and %q", a, b, old, now)
		}
		for i := range got {
			if got[i].Text == "" || i > 0 && got[i].Op == got[i-1].Op {
				t.Fatalf("a run too many: %v", got)
			}
		}
	})
}
