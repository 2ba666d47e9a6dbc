package providertest

import (
	"fmt"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
)

// awkward is a text that careless code alters: markup, quotes, line ends,
// characters beyond the basic plane, joined ones, right-to-left, a no-break
// space, a line separator and a control character.
const awkward = "1. \"Größe\" <b>&amp;</b> \\n \r\n\t👩‍🔬 שלום \u00a0 \u2028 \u0001 ſ İ e\u0301 {name} `x` $5 %s"

func user(s string) completion.Message { return completion.Message{Role: completion.User, Text: s} }

func assistant(s string) completion.Message {
	return completion.Message{Role: completion.Assistant, Text: s}
}

func system(s string) completion.Message {
	return completion.Message{Role: completion.System, Text: s}
}

// conversations: messages arrive with their roles, in order, byte for byte.
func (b *bench) conversations(t *testing.T) {
	items := make([]string, 57)
	for i := range items {
		items[i] = fmt.Sprintf("%d. item number %d, of some length so that it is like a real one", i+1, i+1)
	}
	long := []completion.Message{system("Du bist Köchin.")}
	for i := range items {
		if i > 0 {
			long = append(long, assistant(fmt.Sprint(i%6+1)))
		}
		long = append(long, user(items[i]))
	}
	for _, c := range []struct {
		name     string
		messages []completion.Message
	}{
		{"one message", []completion.Message{user("1. a")}},
		{"system prompt", []completion.Message{system("You are a teacher."), user("1. a")}},
		{"awkward text", []completion.Message{system(awkward), user(awkward), assistant(awkward), user(awkward)}},
		{"history", []completion.Message{user("1. a"), assistant("4"), user("2. b")}},
		{"an empty reply in the history", []completion.Message{user("1. a"), assistant(""), user("2. b")}},
		{"57 items", []completion.Message{user("Answer each.\n\n" + strings.Join(items, "\n"))}},
		{"57 turns", long},
		{"two questions in a row", []completion.Message{user("1. a"), user("2. b")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			done, body := b.ask(t, b.request(t, nil, c.messages...))
			got := b.Conversation(body)
			if len(got) != len(c.messages) {
				t.Fatalf("%d messages arrived, want %d", len(got), len(c.messages))
			}
			for i := range got {
				if got[i] != c.messages[i] {
					t.Errorf("message %d arrived as %s %q, want %s %q", i+1, got[i].Role, got[i].Text, c.messages[i].Role, c.messages[i].Text)
				}
			}
			if err := habits(done); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("where it goes", func(t *testing.T) {
		req := b.request(t, nil, user("1. a"), assistant("4"), user("2. b"))
		b.ask(t, req)
		r := b.server.requests()[0]
		if r.method != "POST" || r.path != b.Path || r.query != "" {
			t.Errorf("%s %s?%s, want POST %s", r.method, r.path, r.query, b.Path)
		}
		for name, want := range map[string]string{b.KeyHeader: b.KeyPrefix + secret, "Content-Type": "application/json", "Idempotency-Key": req.Key().String(), "User-Agent": "circumplex-runner/test"} {
			if got := r.header.Get(name); got != want {
				t.Errorf("header %s is %q, want %q", name, got, want)
			}
		}
	})
	t.Run("nobody asked", func(t *testing.T) {
		b.server.will(plays(200, b.Reply("4")))
		if c, err := b.call(t.Context(), t, b.request(t, nil, system("You are a teacher."))); err == nil || len(b.server.requests()) != 0 {
			t.Errorf("a system prompt alone gives %+v, %v after %d requests", c, err, len(b.server.requests()))
		}
	})
}
