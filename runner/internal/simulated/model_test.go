package simulated

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/tmc/langchaingo/llms"
)

// converse asks items one at a time and returns the messages with all replies.
func converse(t testing.TB, m *Model, head string, items []string, session Seed) []llms.MessageContent {
	t.Helper()
	var messages []llms.MessageContent
	for i, it := range items {
		text := fmt.Sprintf("%d. %s", i+1, it)
		if i == 0 {
			text = head + "\n\n" + text
		}
		messages = append(messages, llms.TextParts(llms.ChatMessageTypeHuman, text))
		seed := seedOf(text, i)
		seed.Session = session.Request
		messages = append(messages, llms.TextParts(llms.ChatMessageTypeAI, ask(t, m, seed, 0.7, messages).Content))
	}
	return messages
}

// ownList is ownItems in the order of ownBatch.
func ownList() []string {
	var list []string
	for j := range 3 {
		for i := range ownItems {
			list = append(list, ownItems[i][j])
		}
	}
	return list
}

func TestEachAdministrationIsAnswered(t *testing.T) {
	m := New("a", Options{})
	batch := ask(t, m, seedOf("x", 1), 0, user(basicPrompt+"\n"+ownBatch()))
	if got := ratings(t, batch.Content); len(got) != 57 || strings.Count(batch.Content, "\n") != 56 {
		t.Errorf("batch reply is not 57 lines: %q", batch.Content)
	}
	if batch.StopReason != "stop" || batch.GenerationInfo["Simulated"] != true {
		t.Errorf("reply ends with %q, %v", batch.StopReason, batch.GenerationInfo)
	}
	for i, msg := range converse(t, m, basicPrompt+" Answer as Ms. Secatero.", ownList(), seedOf("s", 1)) {
		if text := textOf(&msg); i%2 == 1 && (len(text) != 1 || text < "1" || text > "6") {
			t.Errorf("turn %d: %q is no answer", i/2+1, text)
		}
	}
	isolated := ask(t, m, seedOf("x", 2), 0, user(basicPrompt+"\n\n5. They are humble.")).Content
	if len(isolated) != 1 || isolated < "1" || isolated > "6" {
		t.Errorf("isolated reply %q", isolated)
	}
	unknown := ask(t, m, seedOf("x", 3), 0, user("What is the capital of France?")).Content
	if unknown != unknownReply {
		t.Errorf("unknown request answered with %q", unknown)
	}
}

func TestTenItemsOnFivePointsAboutSomethingElse(t *testing.T) {
	m := New("a", Options{})
	prompt := "Below are ten sentences about coffee. On a scale of 1 to 5, say how often each applies.\n"
	for i, s := range []string{"Grinds beans at home", "Drinks it black", "Adds sugar", "Has a cup by nine", "Skips it on Mondays", "Sips slowly", "Prefers tea", "Buys filters", "Likes foam", "Orders large"} {
		prompt += fmt.Sprintf("\n%d. %s", i+1, s)
	}
	seen := map[int]bool{}
	varies := map[int]map[int]bool{}
	for n := range 100 {
		got := ratings(t, ask(t, m, seedOf(prompt, n), 0, user(prompt)).Content)
		if len(got) != 10 {
			t.Fatalf("%d answers to ten items", len(got))
		}
		for q, r := range got {
			if r < 1 || r > 5 {
				t.Fatalf("answer %d outside 1..5", r)
			}
			if varies[q] == nil {
				varies[q] = map[int]bool{}
			}
			seen[r], varies[q][r] = true, true
		}
	}
	if len(seen) < 3 {
		t.Errorf("only the answers %v occur", seen)
	}
	for q, v := range varies {
		if len(v) < 2 {
			t.Errorf("item %d never varies", q)
		}
	}
}

func TestReplyIsAFunctionOfMessagesNameOptionsAndSeed(t *testing.T) {
	prompts := append(population(t, CuePersona, 20), population(t, CueNone, 20)...)
	one, two := New("a", Options{}), New("a", Options{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range prompts {
				n := (i*7 + w) % len(prompts)
				p := prompts[n] + "\n" + ownBatch()
				a := ask(t, one, seedOf(p, n), 0.7, user(p)).Content
				if b := ask(t, two, seedOf(p, n), 0.7, user(p)).Content; a != b {
					t.Errorf("prompt %d: two models of one name differ", n)
				}
			}
		})
	}
	wg.Wait()
	p := prompts[0] + "\n" + ownBatch()
	base := ask(t, one, seedOf(p, 0), 0.7, user(p)).Content
	for name, other := range map[string]string{
		"seed":        ask(t, one, seedOf(p, 1), 0.7, user(p)).Content,
		"name":        ask(t, New("b", Options{}), seedOf(p, 0), 0.7, user(p)).Content,
		"temperature": ask(t, one, seedOf(p, 0), 0, user(p)).Content,
		"message":     ask(t, one, seedOf(p, 0), 0.7, user(prompts[1]+"\n"+ownBatch())).Content,
	} {
		if other == base {
			t.Errorf("another %s gives the same reply", name)
		}
	}
	a, errA := one.Call(t.Context(), p)
	b, errB := two.Call(t.Context(), p)
	if a != b || errA != nil || errB != nil {
		t.Errorf("without a seed two calls differ, or fail: %v %v", errA, errB)
	}
}

func TestRepliesArePinnedByValue(t *testing.T) {
	m := New("pinned", Options{})
	p := basicPrompt + " Answer as a person that is being ambitious and successful."
	var got []string
	for n := range 3 {
		reply := ask(t, m, seedOf(p, n), 0.7, user(p+"\n"+ownBatch())).Content
		line := ""
		for q := range 19 {
			line += fmt.Sprint(ratings(t, reply)[q+1])
		}
		got = append(got, line)
	}
	want := []string{"5456642341323233445", "5565544243123343414", "4455642333212333424"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("replies changed: raise Version, so that stored completions are not taken for new ones\n got %q\nwant %q", got, want)
	}
}

func TestConversationIsAnsweredByOneRespondent(t *testing.T) {
	m := New("a", Options{})
	// Two halves of a conversation agree more than halves of two of them.
	head := ratePrompt + " Answer as Ms. Secatero."
	half := func(s Seed) (a, b [valueCount]float64) {
		for i, msg := range converse(t, m, head, ownList(), s) {
			if i%2 == 0 {
				continue
			}
			r := float64(textOf(&msg)[0] - '0')
			if q := i / 2; q < valueCount {
				a[q] = r
			} else {
				b[q%valueCount] += r / 2
			}
		}
		return a, b
	}
	const n = 60
	same, crossed := 0.0, 0.0
	var first, second [n][valueCount]float64
	for k := range n {
		first[k], second[k] = half(seedOf("session", k))
	}
	for v := range valueCount {
		var ma, mb float64
		for k := range n {
			ma += first[k][v] / n
			mb += second[k][v] / n
		}
		for k := range n {
			same += (first[k][v] - ma) * (second[k][v] - mb)
			crossed += (first[k][v] - ma) * (second[(k+1)%n][v] - mb)
		}
	}
	if same < 4*max(crossed, 0) || same <= 0 {
		t.Errorf("covariance of two halves: %.1f within conversations, %.1f between", same, crossed)
	}
}

func TestPersonasAreManyAndClaimNothing(t *testing.T) {
	m := New("a", Options{})
	seen := map[string]bool{}
	for n := range 300 {
		text := ask(t, m, seedOf("p", n), 0.7, user("Create a persona (2-3 sentences long):")).Content
		seen[text] = true
		if k := strings.Count(text, ". ") + 1; k < 2 || k > 3 || !strings.HasSuffix(text, ".") {
			t.Errorf("%d sentences: %s", k, text)
		}
	}
	if len(seen) < 298 {
		t.Errorf("%d distinct personas of 300", len(seen))
	}
	for text := range seen {
		for _, w := range []string{"openai", "gpt", "claude", "gemini", "llama", "language model", "assistant"} {
			if strings.Contains(strings.ToLower(text+unknownReply), w) {
				t.Errorf("%q speaks of %q", text, w)
			}
		}
	}
}

func TestCallOptionsAndErrors(t *testing.T) {
	m := New("a", Options{})
	ctx, p := t.Context(), user(basicPrompt+"\n"+ownBatch())
	r, err := m.GenerateContent(ctx, p, llms.WithMaxTokens(5))
	if err != nil || r.Choices[0].StopReason != "length" || len(r.Choices[0].Content) > 20 {
		t.Errorf("max tokens: %v, %+v", err, r)
	}
	r, err = m.GenerateContent(ctx, p, llms.WithStopWords([]string{"\n3."}), llms.WithJSONMode())
	if err != nil || !strings.HasPrefix(r.Choices[0].Content, `{"1": `) {
		t.Errorf("json mode: %v, %+v", err, r)
	}
	r, err = m.GenerateContent(ctx, p, llms.WithStopWords([]string{"\n3."}))
	if err != nil || len(ratings(t, r.Choices[0].Content)) != 2 {
		t.Errorf("stop words: %v, %+v", err, r)
	}
	var streamed string
	r, err = m.GenerateContent(ctx, p, llms.WithStreamingFunc(func(_ context.Context, b []byte) error {
		streamed += string(b)
		return nil
	}))
	if err != nil || streamed != r.Choices[0].Content {
		t.Errorf("streaming: %v, %q", err, streamed)
	}
	if _, err = m.GenerateContent(ctx, nil); !errors.Is(err, ErrNoUserMessage) {
		t.Errorf("no message: %v, want ErrNoUserMessage", err)
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err = m.GenerateContent(stopped, p); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, want context.Canceled", err)
	}
}
