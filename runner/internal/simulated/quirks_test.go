package simulated

import (
	"regexp"
	"strings"
	"testing"
)

func TestQuirksWriteWhatTheySay(t *testing.T) {
	three := basicPrompt + "\n\n1. They are humble.\n2. They are rich.\n3. They obey the laws."
	one := basicPrompt + "\n\n2. They are rich."
	persona := "Create a persona (2-3 sentences long):"
	tests := []struct {
		name   string
		quirks Quirks
		prompt string
		want   string // regular expression
		stop   string
	}{
		{"empty", Quirks{EmptyRate: 1}, three, `^$`, "content_filter"},
		{"refusal", Quirks{RefusalRate: 1}, three, `(?i)^(i'm sorry|i do not have|i would prefer)[^0-9]*$`, "stop"},
		{"refusal leaves personas alone", Quirks{RefusalRate: 1}, persona, `year-old`, "stop"},
		{"persona refusal", Quirks{PersonaRefusalRate: 1}, persona, `^I'm sorry`, "stop"},
		{"persona refusal leaves items alone", Quirks{PersonaRefusalRate: 1}, three, `^1\. \d\n2\. \d\n3\. \d$`, "stop"},
		{"truncate", Quirks{TruncateRate: 1}, basicPrompt + "\n" + ownBatch(), `^1\. \d\n(\d+\. \d\n)+[\d. ]*$`, "length"},
		{"truncate one", Quirks{TruncateRate: 1}, one, `^Looking[^0-9]*that$`, "length"},
		{"truncate persona", Quirks{TruncateRate: 1}, persona, `[^.]$|\.$`, "length"},
		{"skip", Quirks{SkipRate: 1}, three, `^\d\. \d\n\d\. \d$`, "stop"},
		{"skip one", Quirks{SkipRate: 1}, one, `^I would rather not`, "stop"},
		{"out of range", Quirks{OutOfRangeRate: 1}, three, `(?m)^\d\. [07]$`, "stop"},
		{"range", Quirks{RangeRate: 1}, three, `(?m)^\d\. \d-\d$`, "stop"},
		{"range one", Quirks{RangeRate: 1}, one, `^\d-\d$`, "stop"},
		{"decimal", Quirks{DecimalRate: 1}, three, `(?m)^\d\. \d\.5$`, "stop"},
		{"duplicate", Quirks{DuplicateRate: 1}, three, `^1\. \d\n2\. \d\n3\. \d\n[123]\. \d$`, "stop"},
		{"too few", Quirks{TooFewRate: 1}, three, `^\d\n\d$`, "stop"},
		{"too many", Quirks{TooManyRate: 1}, three, `^\d\n\d\n\d\n\d$`, "stop"},
		{"zero based", Quirks{ZeroBasedRate: 1}, three, `^0\. \d\n1\. \d\n2\. \d$`, "stop"},
		{"words", Quirks{WordsRate: 1}, three, `^1\. .*ike me.*\n2\. .*ike me.*\n3\. .*ike me.*$`, "stop"},
		{"words one", Quirks{WordsRate: 1}, one, `ike me`, "stop"},
		{"table", Quirks{MarkdownTableRate: 1}, three, `^\| Item \| Rating \|\n.*\n\| 1 \| \d \|\n\| 2 \| \d \|\n\| 3 \| \d \|$`, "stop"},
		{"json", Quirks{JSONRate: 1}, three, `^\{"1": \d, "2": \d, "3": \d\}$`, "stop"},
		{"json of words", Quirks{JSONRate: 1, WordsRate: 1}, one, `^\{"2": ".*ike me.*"\}$`, "stop"},
		{"prose", Quirks{ProseRate: 1}, three, `(?s)^[A-Z].*\n\n1\. \d\n2\. \d\n3\. \d`, "stop"},
		{"prose one", Quirks{ProseRate: 1}, one, `^[A-Z][^0-9]* \d\.$`, "stop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := New("a", Options{Quirks: tt.quirks})
			want := regexp.MustCompile(tt.want)
			for n := range 30 {
				c := ask(t, m, seedOf(tt.name, n), 0.7, user(tt.prompt))
				if !want.MatchString(c.Content) || c.StopReason != tt.stop {
					t.Fatalf("seed %d: %q, stop %q; want %s, %q", n, c.Content, c.StopReason, tt.want, tt.stop)
				}
			}
		})
	}
}

func TestQuirksStrikeAtTheirRateAndMoveNoOtherAnswer(t *testing.T) {
	p := basicPrompt + "\n" + ownBatch()
	plain, prone := New("a", Options{}), New("a", Options{Quirks: Quirks{RefusalRate: 0.2}})
	struck := 0
	for n := range 1000 {
		want := ask(t, plain, seedOf(p, n), 0, user(p)).Content
		got := ask(t, prone, seedOf(p, n), 0, user(p)).Content
		if strings.HasPrefix(got, "I") {
			struck++
		} else if got != want {
			t.Fatalf("seed %d: the quirk changed an answer that it did not strike", n)
		}
	}
	if struck < 160 || struck > 240 {
		t.Errorf("a rate of 0.2 struck %d of 1000", struck)
	}
}
