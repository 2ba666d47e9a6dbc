package provider_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

func TestWhereRequestsGo(t *testing.T) {
	for _, c := range []struct{ provider, base, url, host string }{
		{"openai", "", "https://api.openai.com/v1", "api.openai.com"},
		{"openai", "http://127.0.0.1:8000/v1/", "http://127.0.0.1:8000/v1", "127.0.0.1:8000"},
		{"google", "", "https://generativelanguage.googleapis.com/v1beta", "generativelanguage.googleapis.com"},
		{"google", "http://127.0.0.1:9", "http://127.0.0.1:9/v1beta", "127.0.0.1:9"},
		{"google", "http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1", "127.0.0.1:9"},
		{"ollama", "", "http://127.0.0.1:11434", "127.0.0.1:11434"},
		{"anthropic", "", "https://api.anthropic.com/v1", "api.anthropic.com"},
		{"anthropic", "https://proxy.example/anthropic", "https://proxy.example/anthropic/v1", "proxy.example"},
		{"anthropic", "https://proxy.example/v1/", "https://proxy.example/v1", "proxy.example"},
	} {
		e := provider.Endpoint{BaseURL: c.base}
		if url, err := e.URL(c.provider); err != nil || url != c.url || e.Host(c.provider) != c.host {
			t.Errorf("%s %s: %s (%v) at %s", c.provider, c.base, url, err, e.Host(c.provider))
		}
	}
	for _, base := range []string{"ftp://x/v1", "x/v1", "http://", "http://user:pass@x/v1", "http://x/v1?key=1", "http://x/#f", "http://a b/"} {
		if url, err := (provider.Endpoint{BaseURL: base}).URL("openai"); err == nil || strings.Contains(err.Error(), "pass") {
			t.Errorf("%s is taken as %s (%v)", base, url, err)
		}
	}
}

func TestAKeyOverPlainHTTP(t *testing.T) {
	for base, want := range map[string]bool{
		"http://10.0.0.7:8000/v1": true, "http://lab.example/v1": true, "https://lab.example/v1": false,
		"http://127.0.0.1:1/v1": false, "http://[::1]:1/v1": false, "http://localhost:1/v1": false, "": false,
	} {
		if got := (provider.Endpoint{BaseURL: base, Key: "k"}).PlainKey("openai"); got != want {
			t.Errorf("%q: %v", base, got)
		}
	}
	if (provider.Endpoint{BaseURL: "http://lab.example/v1"}).PlainKey("openai") {
		t.Error("no key, and yet it goes over plain http")
	}
}

func TestAnEndpointNeverShowsItsKey(t *testing.T) {
	const key = "sk-secret-123456"
	e := provider.Endpoint{BaseURL: "http://x/" + key, Key: key, KeyEnv: "K"}
	b, err := json.Marshal(map[string]any{"e": e, "p": &e})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{string(b), e.String(), e.LogValue().String(), fmt.Sprintf("%v %+v %#v %s %q %d %x", e, e, e, e, e, e, e), fmt.Sprintf("%v %+v %#v", &e, &e, &e),
		fmt.Sprintf("%v", []provider.Endpoint{e}), fmt.Sprintf("%+v", struct{ E provider.Endpoint }{e})} {
		if strings.Contains(s, key) || strings.Contains(s, fmt.Sprintf("%x", key)) || !strings.Contains(s, "from $K") {
			t.Errorf("shown as %s", s)
		}
	}
}

func origin(t testing.TB, prov, identity, model string, params ...completion.Parameter) *completion.Origin {
	t.Helper()
	o, err := completion.NewOrigin(prov, identity, model, params, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func ask(t testing.TB, p *provider.Pool, o *completion.Origin) (*completion.Completion, error) {
	t.Helper()
	var th *completion.Thread
	req := completion.Request{Origin: o, Thread: th.Append(completion.User, "1. a")}
	c, err := p.For(o)
	if err != nil {
		return nil, err
	}
	return c.Call(t.Context(), req, req.Key())
}

// TestWithoutAKeyNothingIsSent: at a provider's own endpoint; a request can be
// shown all the same.
func TestWithoutAKeyNothingIsSent(t *testing.T) {
	for _, name := range []string{"openai", "google", "anthropic"} {
		p := &provider.Pool{Transport: refusing{t}, Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
			return provider.Endpoint{KeyEnv: "THE_KEY"}, nil
		}}
		o := origin(t, name, "", "m", completion.Parameter{Name: "max_tokens", Value: 10.0})
		_, err := ask(t, p, o)
		var e *provider.Error
		if !errors.As(err, &e) || e.Class != provider.Credentials || e.Message != "no key in $THE_KEY" || e.Mend != "export THE_KEY=..." || e.Retryable() {
			t.Errorf("%s: %v", name, err)
		}
		var th *completion.Thread
		if sent, err := p.Render(t.Context(), completion.Request{Origin: o, Thread: th.Append(completion.User, "1. a")}); err != nil || len(sent.Body) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestAKeyThatNoHeaderCarries: a line end out of a file of keys, say.
func TestAKeyThatNoHeaderCarries(t *testing.T) {
	for _, key := range []string{"sk-0123456789\n", "sk 0123456789", "sk-0123456789\u00e9"} {
		p := &provider.Pool{Transport: refusing{t}, Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
			return provider.Endpoint{Key: key, KeyEnv: "THE_KEY"}, nil
		}}
		_, err := ask(t, p, origin(t, "openai", "", "m"))
		var e *provider.Error
		if !errors.As(err, &e) || e.Class != provider.Credentials || !strings.Contains(e.Mend, "$THE_KEY") || strings.Contains(err.Error(), "0123456789") {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// refusing fails a test in which something is sent.
type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	r.t.Errorf("sent to %s", req.URL)
	return nil, errors.New("refused")
}

// TestWhatCannotBeMadeTrueIsNotSent: the reason and the mend are those of wire.
func TestWhatCannotBeMadeTrueIsNotSent(t *testing.T) {
	p := &provider.Pool{Transport: refusing{t}}
	_, err := ask(t, p, origin(t, "anthropic", "", "claude-sonnet-4-0", completion.Parameter{Name: "temperature", Value: 0.7}))
	want := `anthropic model "claude-sonnet-4-0" at api.anthropic.com: invalid: not sent, because it cannot carry what is declared: the Anthropic API needs max_tokens, and none is declared`
	var e *provider.Error
	if !errors.As(err, &e) || err.Error() != want || e.Mend != "max_tokens: 1024" || e.Retryable() || e.Billed {
		t.Errorf("got %v\nwant %s", err, want)
	}
	th := (*completion.Thread)(nil).Append(completion.User, "a").Append(completion.System, "late")
	o := origin(t, "google", "", "gemini-2.5-flash")
	if _, err := p.Render(t.Context(), completion.Request{Origin: o, Thread: th}); err == nil || !strings.Contains(err.Error(), "message 2 is a system prompt") {
		t.Errorf("a system prompt behind a question: %v", err)
	}
}

// TestMessagesNameWhatToDo compares whole messages.
func TestMessagesNameWhatToDo(t *testing.T) {
	for _, c := range []struct {
		provider, base string
		status         int
		body           string
		want, mend     string
	}{
		{"openai", "http://lab.example/v1", 401, `{"error":{"message":"no\nsuch \u0007key"}}`, `openai model "m" at lab.example: credentials (status 401): no such key`, "put a key that lab.example takes into $K"},
		{"ollama", "", 404, `{"error":"model 'm' not found"}`, `ollama model "m" at 127.0.0.1:11434: not found (status 404): model 'm' not found`, "ollama pull m"},
		{"openai", "http://lab.example", 404, "", `openai model "m" at lab.example: not found (status 404): not found`, `correct model "m", or the path of base_url: requests go to http://lab.example/chat/completions`},
		{"openai", "", 429, `{"error":{"message":"slow down","code":"rate_limit_exceeded"}}`, `openai model "m" at api.openai.com: rate limit (status 429): slow down`, ""},
	} {
		p := &provider.Pool{Transport: playing{c.status, c.body}, Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
			return provider.Endpoint{BaseURL: c.base, Key: "key-0123456789", KeyEnv: "K"}, nil
		}}
		_, err := ask(t, p, origin(t, c.provider, c.base, "m"))
		var e *provider.Error
		if !errors.As(err, &e) {
			t.Fatal(err)
		}
		if err.Error() != c.want || e.Mend != c.mend {
			t.Errorf("got  %v\nwant %s\nmend %q", err, c.want, e.Mend)
		}
	}
}

// playing answers without a network.
type playing struct {
	status int
	body   string
}

func (p playing) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: p.status, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(strings.NewReader(p.body)), Request: r}, nil
}

// TestTheBodyMayAskToWait: Gemini says how long in the body alone.
func TestTheBodyMayAskToWait(t *testing.T) {
	p := &provider.Pool{Transport: playing{429, `{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"37.5s"}]}}`}, Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
		return provider.Endpoint{Key: "key-0123456789"}, nil
	}}
	_, err := ask(t, p, origin(t, "google", "", "gemini-2.5-flash"))
	var e *provider.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	if e.RetryAfter != 37500*time.Millisecond {
		t.Errorf("%v, to wait %v", err, e.RetryAfter)
	}
}

// TestAReplyWithoutEndIsGivenUp: a body is read up to a limit.
func TestAReplyWithoutEndIsGivenUp(t *testing.T) {
	read := 0
	p := &provider.Pool{Transport: endless{&read}}
	_, err := ask(t, p, origin(t, "ollama", "", "m"))
	var e *provider.Error
	if !errors.As(err, &e) || e.Class != provider.Malformed || e.Message != "the reply is longer than 64 MiB" || !e.Billed {
		t.Errorf("%v", err)
	}
	if read < provider.MaxBody || read > 2*provider.MaxBody {
		t.Errorf("%d bytes were read", read)
	}
}

type endless struct{ read *int }

func (e endless) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Header: http.Header{}, ContentLength: -1, Body: io.NopCloser(e), Request: r}, nil
}

func (e endless) Read(b []byte) (int, error) {
	clear(b)
	*e.read += len(b)
	return len(b), nil
}

func TestRateLimits(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	got := provider.RateLimits([]string{
		"Anthropic-Ratelimit-Input-Tokens-Limit: 40000",
		"Anthropic-Ratelimit-Input-Tokens-Remaining: 39000",
		"Anthropic-Ratelimit-Input-Tokens-Reset: 2026-01-02T03:04:35Z",
		"Anthropic-Ratelimit-Unified-Status: allowed",
		"Retry-After: 7",
		"X-Ratelimit-Limit-Requests: 5000", "X-Ratelimit-Remaining-Requests: 0", "X-Ratelimit-Reset-Requests: 6m0.5s",
		"X-Ratelimit-Limit-Tokens: many", "X-Ratelimit-Reset-Tokens: 20ms",
		"no header",
	}, now)
	want := []provider.RateLimit{
		{Kind: "input_tokens", Limit: 40000, Remaining: 39000, Reset: 30 * time.Second},
		{Kind: "requests", Limit: 5000, Remaining: 0, Reset: 6*time.Minute + 500*time.Millisecond},
		{Kind: "tokens", Limit: -1, Remaining: -1, Reset: 20 * time.Millisecond},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	// OpenRouter counts requests and gives an instant in milliseconds.
	got = provider.RateLimits([]string{"X-Ratelimit-Limit: 20", "X-Ratelimit-Remaining: 3", fmt.Sprintf("X-Ratelimit-Reset: %d", now.Add(time.Minute).UnixMilli())}, now)
	want = []provider.RateLimit{{Kind: "requests", Limit: 20, Remaining: 3, Reset: time.Minute}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := provider.RateLimits([]string{"X-Ratelimit-Reset-Requests: -5", "X-Ratelimit-Remaining-Requests: -1"}, now); got[0] != (provider.RateLimit{Kind: "requests", Limit: -1, Remaining: -1, Reset: -1}) {
		t.Errorf("nonsense is read as %+v", got)
	}
}

// TestEveryClassIsListed: what is written in tables is one of these.
func TestEveryClassIsListed(t *testing.T) {
	retry := map[provider.Class]bool{}
	for _, c := range provider.Classes() {
		retry[c] = (&provider.Error{Class: c}).Retryable()
	}
	want := map[provider.Class]bool{"credentials": false, "quota": false, "rate_limit": true, "overloaded": true, "server": true, "timeout": true,
		"connection": true, "malformed": true, "invalid": false, "not_found": false, "too_long": false, "canceled": false}
	if diff := cmp.Diff(want, retry); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestASimulatedRequestHasNoWire(t *testing.T) {
	var th *completion.Thread
	_, err := (&provider.Pool{}).Render(t.Context(), completion.Request{Origin: origin(t, "simulated", "respondent-1", "m"), Thread: th.Append(completion.User, "a")})
	if err == nil || err.Error() != `provider "simulated" has no wire: its respondent is part of the program` {
		t.Errorf("%v", err)
	}
}
