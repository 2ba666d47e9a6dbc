// Package storetest holds what the store is held to: a conformance suite,
// benchmarks, and the fixed inputs of both.
package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"circumplex.example/runner/internal/completion"
)

// Items is the number of questions of the invented questionnaire.
const Items = 57

// Origins returns n origins that differ in model and temperature.
func Origins(n int) []*completion.Origin {
	out := make([]*completion.Origin, n)
	for i := range out {
		o, err := completion.NewOrigin("openai", "https://llm.example/v1", fmt.Sprintf("model-%d", i/2),
			[]completion.Parameter{{Name: "temperature", Value: 0.7 * float64(i%2)}, {Name: "stop", Value: []string{"\n\n", "END"}}}, "", nil)
		if err != nil {
			panic("storetest: " + err.Error()) // constant inputs
		}
		out[i] = o
	}
	return out
}

// Item is the n-th question as it is sent.
func Item(n int) string {
	return fmt.Sprintf("%d. It is important to me to have a good time and to think of number %d.", n+1, n*n)
}

// Completion returns a batch completion of about 1 kB, the same for the same
// arguments: numbered answers, and a raw body with some numbers in it.
func Completion(origin *completion.Origin, i int) *completion.Completion {
	rng := rand.New(rand.NewPCG(1, uint64(i)))
	var text strings.Builder
	for n := range Items {
		fmt.Fprintf(&text, "%d. %d\n", n+1, 1+rng.IntN(6))
	}
	question := fmt.Sprintf("For each of the following statements, rate it. Answer as person %d.", i%300)
	th := (*completion.Thread)(nil).Append(completion.User, question)
	return finish(completion.Request{Origin: origin, Sample: i / 300, Thread: th}, strings.TrimSpace(text.String()), i, rng)
}

// Turn returns one turn of a sequential conversation: prev is the turn before,
// nil for the first.
func Turn(origin *completion.Origin, conversation int, prev *completion.Completion) *completion.Completion {
	r := completion.Request{Origin: origin, Sample: conversation}
	turn := 0
	if prev != nil {
		turn = prev.Request.Thread.Len()/2 + 1
		r.Prev = prev.Request.Key()
		r.Thread = prev.Request.Thread.Append(completion.Assistant, prev.Text)
	}
	r.Thread = r.Thread.Append(completion.User, Item(turn))
	rng := rand.New(rand.NewPCG(2, uint64(conversation)<<16|uint64(turn)))
	c := finish(r, fmt.Sprint(1+rng.IntN(6)), turn, rng)
	c.Sent, c.Body, c.Header = nil, nil, nil
	return c
}

func finish(r completion.Request, text string, i int, rng *rand.Rand) *completion.Completion {
	id := fmt.Sprintf("chatcmpl-%016x", rng.Uint64())
	return &completion.Completion{
		Request: r, Text: text, Status: completion.OK, FinishReason: "stop",
		ModelServed: r.Origin.Model + "-2026-01-01", Fingerprint: "fp_" + fmt.Sprint(i%3), ResponseID: id,
		Usage:     completion.Usage{Prompt: 100 + i%50, Completion: 171, Reasoning: completion.Unknown, Cached: i % 7},
		StartedAt: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 1234567 * time.Microsecond),
		Latency:   time.Duration(300+rng.IntN(900)) * time.Millisecond, Tries: 1, HTTPStatus: 200, Version: "storetest",
		Sent:   fmt.Appendf(nil, `{"model":%q,"temperature":0.7,"messages":[{"role":"user","content":%q}]}`, r.Origin.Model, r.Thread.New()[0].Text),
		Body:   fmt.Appendf(nil, `{"id":%q,"object":"chat.completion","created":%d,"choices":[{"index":0,"message":{"role":"assistant","content":%q},"finish_reason":"stop"}],"usage":{"prompt_tokens":%d,"completion_tokens":171}}`, id, 1767225600+i, text, 100+i%50),
		Header: []string{"X-Request-Id: " + id},
	}
}
