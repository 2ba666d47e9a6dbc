package simulated

import (
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
)

// FuzzReading holds that any text is answered without a panic, the same twice,
// within the scale that was read, and with one line an item. Run it with
// -fuzzminimizetime=1x: the caches make coverage differ from run to run, and the
// default spends its time on minimising.
func FuzzReading(f *testing.F) {
	f.Add(basicPrompt+" Answer as Ms. Secatero.\n\n1. They are rich.\n2. They are humble.", "3. They obey.", 0.7)
	f.Add("You are Mr. X. On a scale of 10 to 0\n1 = no\n5 = yes\n\n- a\n- b", "", 0.0)
	f.Add("Create a persona", "-1 to 7\n\n(1) a*b", 2.0)
	f.Add("aged \x00 years old as if you were from − to +", "Q. 1. \xff", -1.0)
	f.Fuzz(func(t *testing.T, first, last string, temperature float64) {
		m := New("fuzz", Options{})
		messages := user(first)
		if last != "" {
			messages = append(messages, llms.TextParts(llms.ChatMessageTypeAI, "4"), llms.TextParts(llms.ChatMessageTypeHuman, last))
		}
		c := readConversation(messages)
		if c.last == "" {
			t.Skip()
		}
		r := m.read(&c)
		if len(r.items) > 0 && r.scale.low >= r.scale.high {
			t.Fatalf("scale %d to %d", r.scale.low, r.scale.high)
		}
		seed := seedOf(first, 1)
		a := ask(t, m, seed, temperature, messages).Content
		if b := ask(t, New("fuzz", Options{}), seed, temperature, messages).Content; a != b {
			t.Fatalf("%q and then %q", a, b)
		}
		if n := len(r.items); n > 0 && !r.wantsJSON && strings.Count(a, "\n") != n-1 {
			t.Fatalf("%d items answered with %q", n, a)
		}
		everyQuirk := Quirks{OutOfRangeRate: 1, RangeRate: 1, DecimalRate: 1, WordsRate: 1, DuplicateRate: 1, SkipRate: 1, TooFewRate: 0.5, TooManyRate: 0.5, ZeroBasedRate: 0.5, MarkdownTableRate: 0.5, TruncateRate: 0.5, ProseRate: 0.5}
		ask(t, New("fuzz", Options{Quirks: everyQuirk}), seed, temperature, messages)
	})
}
