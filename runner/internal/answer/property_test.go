package answer

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// render writes answers in one of the forms models use; k is the position.
type render struct {
	name string
	line func(s Sheet, k, v int) string // one line an item
	text func(s Sheet, v []int) string  // or the whole text
	// words: needs labels. texts: needs item texts. many: the numbers must go
	// beyond the scale to show that they are no answers.
	words, texts, many bool
}

func joined(sep string) func(Sheet, []int) string {
	return func(_ Sheet, v []int) string {
		return strings.Trim(strings.ReplaceAll(fmt.Sprint(v), " ", sep), "[]")
	}
}

var renders = []render{
	{name: "dot", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("%d. %d", k, v) }},
	{name: "colon", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("%d: %d", k, v) }},
	{name: "bracket", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("%d) %d", k, v) }},
	{name: "Q", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("Q%d = %d", k, v) }},
	{name: "Item", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("Item %d: %d", k, v) }},
	{name: "bold", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("- **%d.** **%d**", k, v) }},
	{name: "next line", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("### Item %d\nRating: %d", k, v) }},
	{name: "columns", many: true, line: func(_ Sheet, k, v int) string { return fmt.Sprintf("%d\t%d", k, v) }},
	{name: "csv", many: true, line: func(_ Sheet, k, v int) string { return fmt.Sprintf("%d,%d", k, v) }},
	{name: "dash", many: true, line: func(_ Sheet, k, v int) string { return fmt.Sprintf("%d - %d", k, v) }},
	{name: "zero", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("%d. %d", k-1, v) }},
	{name: "of max", line: func(s Sheet, k, v int) string { return fmt.Sprintf("%d. %d/%d", k, v, s.Scale.Max) }},
	{name: "table", line: func(_ Sheet, k, v int) string { return fmt.Sprintf("| %d | %d |", k, v) },
		text: func(_ Sheet, v []int) string { return "| Item | Rating |\n|---|---|\n" }},
	{name: "bare", line: func(_ Sheet, _, v int) string { return fmt.Sprint(v) }},
	{name: "commas", text: joined(", ")},
	{name: "spaces", text: joined(" ")},
	{name: "heading", text: func(s Sheet, v []int) string { return "Here are my answers: " + joined(", ")(s, v) }},
	{name: "array", text: func(_ Sheet, v []int) string { b, _ := json.Marshal(v); return string(b) }},
	{name: "object", text: func(_ Sheet, v []int) string {
		m := make(map[int]int)
		for i, x := range v {
			m[i+1] = x
		}
		b, _ := json.Marshal(map[string]any{"answers": m})
		return string(b)
	}},
	{name: "objects", text: func(_ Sheet, v []int) string {
		type row struct {
			Item   int `json:"item"`
			Rating int `json:"rating"`
		}
		rows := make([]row, len(v))
		for i, x := range v {
			rows[i] = row{i + 1, x}
		}
		b, _ := json.MarshalIndent(rows, "", "  ")
		return "```json\n" + string(b) + "\n```"
	}},
	{name: "words", words: true, line: func(s Sheet, k, v int) string { return fmt.Sprintf("%d. %s", k, s.Scale.Labels[v]) }},
	{name: "number and words", words: true, line: func(s Sheet, k, v int) string { return fmt.Sprintf("%d. %d - %s", k, v, s.Scale.Labels[v]) }},
	{name: "words and number", words: true, line: func(s Sheet, k, v int) string { return fmt.Sprintf("%d: %s (%d)", k, s.Scale.Labels[v], v) }},
	{name: "bare words", words: true, line: func(s Sheet, _, v int) string { return s.Scale.Labels[v] }},
	{name: "bare number and words", words: true, line: func(s Sheet, _, v int) string { return fmt.Sprintf("%d - %s", v, s.Scale.Labels[v]) }},
	{name: "text first", texts: true, line: func(s Sheet, k, v int) string { return fmt.Sprintf("%d. %s %d", k, s.Items[k-1], v) }},
	{name: "text last", texts: true, line: func(s Sheet, k, v int) string { return fmt.Sprintf("%d. %d - %s", k, v, s.Items[k-1]) }},
	{name: "text alone", texts: true, line: func(s Sheet, k, v int) string { return fmt.Sprintf("%s: %d", s.Items[k-1], v) }},
}

func (f render) write(s Sheet, v []int) string {
	var b strings.Builder
	if f.text != nil {
		b.WriteString(f.text(s, v))
	}
	if f.line != nil {
		for i, x := range v {
			b.WriteString(f.line(s, i+1, x) + "\n")
		}
	}
	return b.String()
}

// sheets are of the sizes and scales that questionnaires have.
func sheets() map[string]Sheet {
	texts := func(n int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("It is important to %s to have at least %d of the %s things.", []string{"him", "her", "them"}[i%3], i%7, []string{"good", "new", "safe", "wild"}[i/3%4]+strings.Repeat("er", i/12))
		}
		return out
	}
	return map[string]Sheet{
		"57 of 1..6":   {Scale: pvq, Items: texts(57)},
		"10 of 1..5":   {Scale: likert.Scale, Items: texts(10)},
		"200 of 0..10": {Scale: Scale{Min: 0, Max: 10}, Items: texts(200)},
		"20 of -3..3":  {Scale: Scale{Min: -3, Max: 3}, Items: texts(20)},
		"30 of 0..100": {Scale: Scale{Min: 0, Max: 100}, Items: texts(30)},
		"40 of 1..2":   {Scale: Scale{Min: 1, Max: 2, Labels: map[int]string{1: "No", 2: "Yes"}}, Items: texts(40)},
	}
}

// What is rendered from answers parses to the same answers.
func TestRenderParseIsIdentity(t *testing.T) {
	rng := rand.New(rand.NewPCG(57, 6))
	for size, sheet := range sheets() {
		p := NewParser(sheet)
		for _, f := range renders {
			if f.words && len(sheet.Scale.Labels) == 0 || f.many && len(sheet.Items) <= sheet.Scale.Max {
				continue
			}
			if f.many && sheet.Scale.Min < 0 || f.name == "of max" && sheet.Scale.Min < 0 {
				continue
			}
			t.Run(size+"/"+f.name, func(t *testing.T) {
				for range 40 {
					want := make([]int, len(sheet.Items))
					for i := range want {
						want[i] = sheet.Scale.Min + rng.IntN(sheet.Scale.Max-sheet.Scale.Min+1)
					}
					text := f.write(sheet, want)
					for i, a := range p.Batch(text, FinishStop) {
						if a.Status != OK || a.Response != want[i] || !strings.Contains(text, a.Raw) {
							t.Fatalf("item %d: got %+v, want %d in\n%s", i+1, a, want[i], text)
						}
					}
				}
			})
		}
	}
}

// The fast path and the general path agree, on plain replies and on replies
// that differ from them in one byte.
func TestFastPathAgreesWithGeneral(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for size, sheet := range sheets() {
		p := NewParser(sheet)
		fast := 0
		for range 400 {
			v := make([]int, p.n)
			for i := range v {
				v[i] = sheet.Scale.Min + rng.IntN(sheet.Scale.Max-sheet.Scale.Min+1)
			}
			text := []byte(strings.TrimSuffix(renders[0].write(sheet, v), "\n"))
			if rng.IntN(2) == 0 {
				text[rng.IntN(len(text))] = "0123456789-. \n:a"[rng.IntN(16)]
			}
			got, want := make([]Answer, p.n), make([]Answer, p.n)
			if !p.fastBatch(string(text), FinishStop, got) {
				continue
			}
			fast++
			p.readBatch(string(text), FinishStop, want)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%s: fast path differs (-general +fast):\n%s\nin\n%s", size, d, text)
			}
		}
		if fast < 100 {
			t.Errorf("%s: the fast path read %d texts of 400, too few to tell", size, fast)
		}
		for v := sheet.Scale.Min - 2; v <= sheet.Scale.Max+2; v++ {
			for _, f := range []string{"%d", "%d\n", " %d", "%d.", "0%d"} {
				text := fmt.Sprintf(f, v)
				if a, ok := p.fastSingle(text, FinishStop); ok {
					if b := p.readSingle(3, text, FinishStop); a != b {
						t.Errorf("%s: %q: fast %v, general %v", size, text, a, b)
					}
				}
			}
		}
	}
}

// A parser may be used by many goroutines at once.
func TestParserIsSafeForConcurrentUse(t *testing.T) {
	p := NewParser(four)
	done := make(chan string)
	for g := range 8 {
		go func() {
			for i := range 200 {
				c := batchCases[(g*31+i)%len(batchCases)]
				if c.sheet != nil {
					continue
				}
				if got := outcome(p.Batch(c.text, c.finish)); got != c.want {
					done <- c.name + ": " + got
					return
				}
			}
			done <- ""
		}()
	}
	for range 8 {
		if msg := <-done; msg != "" {
			t.Error(msg)
		}
	}
}
