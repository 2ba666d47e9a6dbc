package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

func poolOf(b *bench) *provider.Pool {
	return &provider.Pool{Version: "test", Endpoint: func(*completion.Origin) (provider.Endpoint, error) { return b.endpoint(), nil }}
}

// secrets: the key goes to its host in one header, and stands nowhere else.
func (b *bench) secrets(t *testing.T) {
	echo := []string{"X-Request-Id", secret, "X-Ratelimit-Limit-Requests", secret}
	t.Run("echoed in a reply", func(t *testing.T) {
		b.server.will(plays(200, b.Reply("4 "+secret), echo...))
		c, err := b.call(t.Context(), t, b.request(t, nil))
		if err != nil {
			t.Fatal(err)
		}
		clean(t, c, string(c.Sent), string(c.Body), c.Text)
		if c.Text != "4 (from $PLANTED_KEY)" {
			t.Errorf("text %q", c.Text)
		}
	})
	t.Run("echoed in escapes", func(t *testing.T) {
		var hidden strings.Builder
		for _, r := range secret {
			fmt.Fprintf(&hidden, `\u%04x`, r)
		}
		b.server.will(plays(200, strings.Replace(b.Reply("MARK"), "MARK", hidden.String(), 1)))
		if c, err := b.call(t.Context(), t, b.request(t, nil)); err != nil || strings.Contains(c.Text, secret) {
			t.Errorf("got %+v, %v", c, err)
		}
	})
	t.Run("echoed in errors", func(t *testing.T) {
		for _, status := range []int{200, 302, 400, 401, 429, 500} {
			b.server.will(plays(status, `{"error":{"message":"bad key `+secret+`","code":"`+secret+`"}}`, append(echo, "Location", "http://127.0.0.1:1/"+secret)...))
			e := b.failed(t, b.request(t, nil))
			clean(t, e, e.Error(), e.Message, e.Mend, fmt.Sprint(e.Header), fmt.Sprint(errors.Unwrap(e)))
		}
	})
	t.Run("echoed where the message is cut", func(t *testing.T) {
		for n := 440; n < 520; n += 3 {
			for _, status := range []int{200, 400} {
				b.server.will(plays(status, `{"error":{"message":"`+strings.Repeat("x", n)+`\u0073`+secret[1:]+`"}}`))
				if e := b.failed(t, b.request(t, nil)); strings.Contains(e.Error(), secret[:6]) {
					t.Fatalf("half a key stands in %v", e)
				}
			}
		}
	})
	t.Run("shown", func(t *testing.T) {
		sent, err := b.pool.Render(t.Context(), b.request(t, nil))
		if err != nil {
			t.Fatal(err)
		}
		clean(t, sent, sent.URL, string(sent.Body), strings.Join(sent.Header, "\n"), strings.Join(sent.Mends, "\n"))
		if want := b.KeyHeader + ": " + b.KeyPrefix + "(from $PLANTED_KEY)"; !strings.Contains(strings.Join(sent.Header, "\n"), want) {
			t.Errorf("headers %q lack %q", sent.Header, want)
		}
		caller, err := b.pool.For(b.request(t, nil).Origin)
		if err != nil {
			t.Fatal(err)
		}
		e := b.endpoint()
		var log strings.Builder
		slog.New(slog.NewTextHandler(&log, nil)).Info("x", "endpoint", e, "pointer", &e)
		clean(t, e, log.String(), e.String(), fmt.Sprintf("%+v %#v", caller, caller))
	})
	t.Run("sent on", func(t *testing.T) {
		other := newServer(t)
		other.will(plays(200, b.Reply("4")))
		for _, status := range []int{301, 302, 303, 307, 308} {
			b.server.will(plays(status, "", "Location", other.URL+"/elsewhere"))
			if e := b.failed(t, b.request(t, nil)); e.Class != provider.Invalid || e.Retryable() || !strings.Contains(e.Message, other.URL) {
				t.Errorf("status %d: %v", status, e)
			}
		}
		if n := len(other.requests()); n != 0 {
			t.Errorf("%d requests went to the other host", n)
		}
	})
	t.Run("environment", func(t *testing.T) {
		other := newServer(t)
		other.will(plays(200, b.Reply("4")))
		for _, name := range []string{"OPENAI_BASE_URL", "OPENAI_API_BASE", "OLLAMA_HOST", "ANTHROPIC_BASE_URL", "HTTP_PROXY", "http_proxy", "GOOGLE_GEMINI_BASE_URL"} {
			t.Setenv(name, other.URL)
		}
		for _, name := range []string{"OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "OPENAI_MODEL", "OPENAI_ORGANIZATION"} {
			t.Setenv(name, "from-the-environment")
		}
		away := *b
		away.pool = poolOf(&away)
		_, body := away.ask(t, away.request(t, nil))
		r := away.server.requests()[0]
		if len(other.requests()) != 0 || strings.Contains(fmt.Sprint(r.header, body), "from-the-environment") {
			t.Errorf("the environment reached the wire: %v %v", r.header, body)
		}
	})
	t.Run("without a key", func(t *testing.T) {
		away := *b
		away.pool = &provider.Pool{Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
			return provider.Endpoint{BaseURL: b.server.URL, Dialect: b.Dialect()}, nil
		}}
		away.ask(t, away.request(t, nil))
		h := away.server.requests()[0].header
		for _, name := range []string{"Authorization", "X-Api-Key", "X-Goog-Api-Key", "Idempotency-Key"} {
			if h.Get(name) != "" {
				t.Errorf("header %s: %s", name, h.Get(name))
			}
		}
	})
}

// clean fails where the key stands in a value printed in any way, or in texts.
func clean(t testing.TB, v any, texts ...string) {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Error(err)
	}
	for _, s := range append(texts, string(b), fmt.Sprint(v), fmt.Sprintf("%+v", v), fmt.Sprintf("%#v", v), fmt.Sprintf("%q", v), fmt.Sprintf("%x", v)) {
		if strings.Contains(s, secret) || strings.Contains(s, fmt.Sprintf("%x", secret)) {
			t.Errorf("the key stands in %s", s)
		}
	}
}
