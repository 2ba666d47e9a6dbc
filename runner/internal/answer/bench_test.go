package answer

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// replies57 are fixed replies to 57 items, by form.
func replies57() (Sheet, map[string]string) {
	sheet := sheets()["57 of 1..6"]
	rng := rand.New(rand.NewPCG(57, 1))
	v := make([]int, len(sheet.Items))
	for i := range v {
		v[i] = 1 + rng.IntN(6)
	}
	out := make(map[string]string)
	for _, f := range renders {
		out[f.name] = f.write(sheet, v)
	}
	return sheet, out
}

func BenchmarkBatch57(b *testing.B) {
	sheet, replies := replies57()
	p := NewParser(sheet)
	for _, name := range []string{"dot", "colon", "bold", "text first", "number and words", "table", "objects", "commas"} {
		text := replies[name]
		b.Run(strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				p.Batch(text, FinishStop)
			}
		})
	}
}

func BenchmarkSingle(b *testing.B) {
	sheet, _ := replies57()
	p := NewParser(sheet)
	for name, text := range map[string]string{
		"plain": "4", "numbered": "12. 4", "words": "4 - Somewhat like me",
		"sentence": "I would rate this statement as a 4 on the scale from 1 to 6.",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Single(12, text, FinishStop)
			}
		})
	}
}

func BenchmarkNewParser57(b *testing.B) {
	sheet, _ := replies57()
	for b.Loop() {
		NewParser(sheet)
	}
}

// adversarial pieces, repeated to a megabyte, must not take more than linear time.
var adversarial = []string{
	"1", "1 ", "1.", "1. ", "1-", "-1 ", "1.1.", "1,", "1, 2; ", "1\n", "1. 4\n", "0. 4\n", "1 4\n", "1-4\n", "4 - Like me\n",
	"[", "]", "{", "[[", "[1,", "{\"", "{\"1\":", "{\"1\":{", "{'1':[", "[\"", "{\"1\": 4, ", "[1,2],", "{1:2}", "\"", "'", "\\",
	"|", "| ", "|1", "| 1 | 4 |\n", "|-", "item ", "item 1 ", "Q1", "q1 ", "rate ", "is ", "a is ", "rate a ", "rating: ", ":", ": 4 ",
	"like me ", "not like me at ", "Not like me at all, ", "It is important to him ", "It is important to him\n", item[0] + " ", item[0] + "\n",
	"<", "<b>", "<a ", "<think>", "</think>", "~", "4~", "4/", "4 to ", "4 or 5 ", "- ", "-", "*", "**", "* 4 ", "(", "(1) ", "(1", "> ",
	"\u200b", "\u0301", "e\u0301", "½", "²", "①", "\ufdfa", "\u0344", "４", "٤", "的", "的4", "\u00a0", "\xff", "\xff4", "\r", "\r\n", "\u2028", "\U0001D7D4",
	"i can t ", "i cannot ", "i prefer not to ", "as an ai ", "of ", "4 of ", "4 out of 6 ", "a", "a ", "4a", "_", "4_", "a_", "4.0", "4. Like me\n",
}

// A reply takes linear time to read. 64 kB are enough to tell: what is
// quadratic takes 2³² steps, many seconds, where these readings take some
// hundredths of one. BenchmarkMegabyte has the full size.
func TestAdversarialReplyTakesLinearTime(t *testing.T) {
	p, q := NewParser(long), NewParser(sheets()["200 of 0..10"])
	for _, piece := range adversarial {
		text := strings.Repeat(piece, 1<<16/len(piece))
		start := time.Now()
		p.Batch(text, FinishStop)
		q.Batch(text, FinishLength)
		p.Single(3, text, FinishStop)
		if d := time.Since(start); d > 4*time.Second {
			t.Errorf("three readings of 64 kB of %q took %v", piece, d)
		}
	}
}

func BenchmarkMegabyte(b *testing.B) {
	p := NewParser(long)
	for _, piece := range []string{"1 4\n", "[1,", "{\"1\":{", "①", "\ufdfa", "It is important to him "} {
		text := strings.Repeat(piece, 1<<20/len(piece))
		b.Run(fmt.Sprintf("%.8q", piece), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				p.Batch(text, FinishStop)
			}
		})
	}
}
