package cli

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"circumplex.example/runner/internal/diff"
	"circumplex.example/schema"
)

// manyChanges is a view of more changes than a comment holds.
func manyChanges(n int) *diffView {
	d := &diff.Diff{Changed: true, Sessions: diff.Count{Added: 1}, Requests: diff.Count{Added: 1}}
	f := diff.Factor{Name: "prompt"}
	for i := range n {
		f.Levels = append(f.Levels, diff.Change{Level: fmt.Sprintf("prompt %d", i), Kind: diff.Changed,
			Fields: []diff.Field{{Path: "template", Old: "a", New: "b", Words: []diff.Word{{Op: "-", Text: strings.Repeat("wörd `` ", 30)}, {Op: "+", Text: fmt.Sprint(i)}}}}})
		d.Levels = append(d.Levels, diff.Level{Factor: "prompt", Level: fmt.Sprintf("prompt %d", i), Added: 1, Make: 1})
	}
	d.Factors = []diff.Factor{f}
	d.Harmless = []diff.Field{{Path: "title", Old: "a", New: "b"}}
	side := &diffSide{label: "a", exp: &schema.Experiment{Name: "study"}}
	return newDiffView(side, side, d)
}

// A comment holds 65,536 characters. What is left out is said, what is folded is
// closed again, and the verdict stays.
func TestMarkdownFitsAComment(t *testing.T) {
	for _, n := range []int{1, 100, 300, 2000} {
		v := manyChanges(n)
		got := v.markdown(commentLimit)
		if c := utf8.RuneCountInString(got); c > commentLimit || n >= 300 && c < commentLimit*3/4 {
			t.Errorf("%d prompts: %d characters", n, c)
		}
		if open, closed := strings.Count(got, "<details"), strings.Count(got, "</details>"); open != closed || open != 3 {
			t.Errorf("%d prompts: %d sections opened, %d closed", n, open, closed)
		}
		if strings.Count(got, "\n    ```")%2 != 0 {
			t.Errorf("%d prompts: a block of code is left open", n)
		}
		if !strings.Contains(got, v.verdict.markdown()) {
			t.Errorf("%d prompts: the verdict is gone", n)
		}
		said := strings.Contains(got, "left out, because a comment holds 65,536 characters; runner diff on a terminal shows all.")
		if said != (n >= 300) {
			t.Errorf("%d prompts: said that something is left out: %v", n, said)
		}
	}
}

// Whatever an author writes is code in Markdown, with a fence longer than any
// within, and prints on a terminal.
func FuzzAuthorsText(f *testing.F) {
	for _, s := range []string{"", "`", "``` x ````", "\x01said\x02", "a\x03\x02<b>", "\u202e\u2066", "\xff\xfe", " ` ", strings.Repeat("x", 500), "\x1b[31m"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range []marked{marked(said(s)), marked(named(s))} {
			for _, r := range m.text() {
				if !unicode.IsPrint(r) {
					t.Fatalf("%q prints %U", s, r)
				}
			}
			md := m.markdown()
			if s == "" {
				continue
			}
			fence := md[:len(md)-len(strings.TrimLeft(md, "`"))]
			inner := md[len(fence) : len(md)-len(fence)]
			if fence == "" || !strings.HasSuffix(md, fence) || longestRun(inner) >= len(fence) && strings.Contains(inner, fence) {
				t.Fatalf("%q became %q", s, md)
			}
			if strings.HasPrefix(inner, "`") || strings.HasSuffix(inner, "`") || strings.ContainsAny(inner, "\n\r") {
				t.Fatalf("%q became %q, which ends elsewhere", s, md)
			}
		}
		block := fenced(wordDiff([]diff.Word{{Op: "+", Text: s}}), "")
		fence, _, _ := strings.Cut(block, "text\n")
		if body := strings.TrimSuffix(strings.TrimPrefix(block, fence+"text\n"), fence+"\n"); longestRun(body) >= len(fence) {
			t.Fatalf("%q ends its block: %q", s, block)
		}
	})
}

func TestMoneyAndPlurals(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{{0, 0.001, "less than $0.01"}, {1.204, 2.1, "about $1.20-2.10"}, {0.051, 0.052, "about $0.05"}, {1234.4, 98765.6, "about $1,234-98,766"}} {
		if got := dollarRange(c.low, c.high); got != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, got, c.want)
		}
	}
	for want, got := range map[string]string{"1 entry": count(1, "entry"), "2 entries": count(2, "entry"), "3 boxes": count(3, "boxe"), "1,000 cells": count(1000, "cell")} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
