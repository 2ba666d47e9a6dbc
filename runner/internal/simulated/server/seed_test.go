package server

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/simulated"
)

const (
	key1 = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	key2 = "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
)

func manyKeys(n int) []string {
	out := make([]string, n)
	for i := range out {
		d := hashed("test", fmt.Sprint(i))
		out[i] = hex.EncodeToString(d[:])
	}
	return out
}

func plan(t testing.TB, text string) Plan {
	t.Helper()
	p, err := ParsePlan(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestOneKeyGetsOneTextAlsoFromAnotherServer(t *testing.T) {
	a, b, texts := New(Options{}), New(Options{}), map[string]bool{}
	ask(t, b, wires[0], openAIBody, idempotencyHeader, key2) // b has another past
	for _, k := range manyKeys(60) {
		first := ask(t, a, wires[0], openAIBody, idempotencyHeader, k)
		again, other := ask(t, a, wires[0], openAIBody, idempotencyHeader, k), ask(t, b, wires[0], openAIBody, idempotencyHeader, strings.ToUpper(k))
		if first != again || first != other {
			t.Fatalf("key %s: %q, again %q, elsewhere %q", k, first, again, other)
		}
		texts[first] = true
	}
	if len(texts) < 10 {
		t.Errorf("60 keys got %d texts", len(texts))
	}
}

// With seed 0 a key of 64 hexadecimal digits seeds the respondent as it does
// inside the program; another seed gives other replies.
func TestReplyIsTheOneInsideTheProgram(t *testing.T) {
	var seed simulated.Seed
	if _, err := hex.Decode(seed.Request[:], []byte(key1)); err != nil {
		t.Fatal(err)
	}
	seed.Session = seed.Request
	prompt := strings.ReplaceAll(batch, `\n`, "\n")
	out, err := simulated.New("m", simulated.Options{}).GenerateContent(simulated.WithSeed(context.Background(), seed),
		[]llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, prompt)}, llms.WithTemperature(0.7))
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, New(Options{}), wires[0], openAIBody, idempotencyHeader, key1); got != out.Choices[0].Content {
		t.Errorf("served %q, inside %q", got, out.Choices[0].Content)
	}
	differ := 0
	for _, k := range manyKeys(40) {
		if ask(t, New(Options{}), wires[0], openAIBody, idempotencyHeader, k) != ask(t, New(Options{Seed: 7}), wires[0], openAIBody, idempotencyHeader, k) {
			differ++
		}
	}
	if differ < 20 {
		t.Errorf("another seed changed %d of 40 replies", differ)
	}
}

// Without a key the n-th identical body gets the n-th sample.
func TestIdenticalBodiesGetSamples(t *testing.T) {
	for _, ignore := range []bool{false, true} {
		a, b, texts := New(Options{IgnoreKeys: ignore}), New(Options{IgnoreKeys: ignore}), map[string]bool{}
		var header []string
		if ignore {
			header = []string{idempotencyHeader, key1}
		}
		for i := range 20 {
			x, y := ask(t, a, wires[0], openAIBody, header...), ask(t, b, wires[0], openAIBody, header...)
			if x != y {
				t.Fatalf("sample %d: %q and %q", i, x, y)
			}
			texts[x] = true
		}
		if len(texts) < 5 {
			t.Errorf("20 samples are %d texts", len(texts))
		}
		if c := a.Counters(); c.Keys != 0 || c.Duplicates != 0 {
			t.Errorf("keys were counted: %+v", c)
		}
	}
}

// What seeds the respondent's deviation is steady from the fourth turn on, the
// same for every key, and differs between conversations that began alike.
func TestConversationIsSeededByWhatItBeganWith(t *testing.T) {
	s := New(Options{})
	session := func(id digest, conversation string, texts ...string) digest {
		c := &chat{model: "m"}
		for i, text := range texts {
			c.messages = append(c.messages, message{[]string{roleUser, roleAssistant}[i%2], text})
		}
		r := wires[0].post("")
		if conversation != "" {
			r.Header.Set(conversationHeader, conversation)
		}
		return s.seedOf(r, c, identity{digest: id}).Session
	}
	one, two := keyOf(key1), keyOf(key2)
	if session(one, "", "u1") != one {
		t.Error("the first turn is not seeded by its own key")
	}
	fourth := session(one, "", "u1", "1", "u2", "2", "u3", "3", "u4")
	for name, c := range map[string]struct {
		got  digest
		same bool
	}{
		"fifth turn":               {session(two, "", "u1", "1", "u2", "2", "u3", "3", "u4", "4", "u5"), true},
		"another question at last": {session(one, "", "u1", "1", "u2", "2", "u3", "3", "u4b"), true},
		"another first reply":      {session(one, "", "u1", "6", "u2", "2", "u3", "3", "u4"), false},
		"another third reply":      {session(one, "", "u1", "1", "u2", "2", "u3", "6", "u4"), false},
		"another first message":    {session(one, "", "v1", "1", "u2", "2", "u3", "3", "u4"), false},
	} {
		if (c.got == fourth) != c.same {
			t.Errorf("%s: same session is %v, want %v", name, c.got == fourth, c.same)
		}
	}
	if session(one, "", "u1", "1", "u2") != session(two, "", "u1", "1", "another") {
		t.Error("what is asked now is part of what the conversation began with")
	}
	if session(two, key1, "u1", "1", "u2") != one {
		t.Error("X-Conversation-Key is not heeded")
	}
}
