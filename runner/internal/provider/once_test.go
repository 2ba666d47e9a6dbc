package provider

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/completion"
)

// eager is a client that asks again by itself, as Gemini's did after a 503.
type eager struct {
	rt   http.RoundTripper
	errs []error
}

func (e *eager) GenerateContent(ctx context.Context, _ []llms.MessageContent, _ ...llms.CallOption) (*llms.ContentResponse, error) {
	for range 3 {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:1/", strings.NewReader("{}"))
		if err != nil {
			return nil, err
		}
		_, err = e.rt.RoundTrip(req)
		e.errs = append(e.errs, err)
	}
	return nil, e.errs[0]
}

func (*eager) Call(context.Context, string, ...llms.CallOption) (string, error) {
	return "", errors.New("not asked for")
}

// counting counts what is sent and answers that it has no room.
type counting struct{ n int }

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n++
	return &http.Response{StatusCode: 503, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// wiredTo makes a caller whose client is replaced.
func wiredTo(t *testing.T, rt http.RoundTripper, model func(http.RoundTripper) llms.Model) (*wired, completion.Request) {
	t.Helper()
	o, err := completion.NewOrigin("ollama", "", "m", nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &Pool{Transport: rt}
	w, err := p.newWired(o)
	if err != nil {
		t.Fatal(err)
	}
	w.model = model(audited{p})
	return w, completion.Request{Origin: o, Thread: (*completion.Thread)(nil).Append(completion.User, "1. a")}
}

// TestOneCallSendsOneRequest also where the client would send more.
func TestOneCallSendsOneRequest(t *testing.T) {
	var sent counting
	var e *eager
	w, req := wiredTo(t, &sent, func(rt http.RoundTripper) llms.Model { e = &eager{rt: rt}; return e })
	_, err := w.Call(t.Context(), req, req.Key())
	var failed *Error
	if !errors.As(err, &failed) || failed.Class != Overloaded {
		t.Errorf("%v, want the first failure", err)
	}
	if sent.n != 1 || len(e.errs) != 3 || !errors.Is(e.errs[0], errRead) || !errors.Is(e.errs[1], errAgain) {
		t.Errorf("%d requests were sent; the client saw %v", sent.n, e.errs)
	}
	stray, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1:1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.rt.RoundTrip(stray); !errors.Is(err, errNoCall) || sent.n != 1 {
		t.Errorf("a request of no call: %v after %d", err, sent.n)
	}
}

// broken is a client that panics, or gives up before it sends.
type broken struct{ eager }

func (*broken) GenerateContent(context.Context, []llms.MessageContent, ...llms.CallOption) (*llms.ContentResponse, error) {
	panic("index out of range [-1]")
}

func TestAClientThatPanicsIsAnError(t *testing.T) {
	var sent counting
	w, req := wiredTo(t, &sent, func(http.RoundTripper) llms.Model { return &broken{} })
	_, err := w.Call(t.Context(), req, req.Key())
	want := `ollama model "m" at 127.0.0.1:11434: invalid: not sent, because the client refuses: the client panicked: index out of range [-1]`
	if err == nil || err.Error() != want || sent.n != 0 {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// TestASeedForEachSample reaches the simulated respondent too.
func TestASeedForEachSample(t *testing.T) {
	req := request(t, completion.Parameter{Name: "seed", Value: "per_sample"})
	seeds := map[int]bool{}
	for attempt := range 3 {
		req.Attempt = attempt
		m := &model{choice: llms.ContentChoice{Content: "5", StopReason: "stop"}}
		if _, err := (&chat{model: m, options: callOptions(req.Origin), now: (&Pool{}).clock()}).Call(t.Context(), req, req.Key()); err != nil {
			t.Fatal(err)
		}
		seeds[m.options.Seed] = true
	}
	if len(seeds) != 3 {
		t.Errorf("three attempts have the seeds %v", seeds)
	}
}

// filter answers as Azure's content filter does to a prompt.
type filter struct {
	status int
	body   string
}

func (b filter) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: b.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(b.body)), Request: r}, nil
}

// TestAFilteredPromptIsARefusal and every other error of status 400 is one.
func TestAFilteredPromptIsARefusal(t *testing.T) {
	for _, c := range []struct {
		provider, body string
		status         int
		refused        bool
	}{
		{"openai", `{"error":{"code":"content_filter","message":"m","status":400}}`, 400, true},
		{"openai", `{"error":{"code":null,"message":"m","innererror":{"code":"ResponsibleAIPolicyViolation"}}}`, 400, true},
		{"openai", `{"error":{"code":"content_filter","message":"m"}}`, 500, false},
		{"openai", `{"error":{"code":"invalid_request","message":"a content_filter"}}`, 400, false},
		{"openai", `{"error":{"type":"content_filter","code":"other","message":"m"}}`, 400, false},
		{"openai", `content_filter`, 400, false},
		{"anthropic", `{"error":{"code":"content_filter","message":"m"}}`, 400, false},
	} {
		o, err := completion.NewOrigin(c.provider, "", "m", []completion.Parameter{{Name: "max_tokens", Value: 9.}}, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		p := &Pool{Transport: filter{c.status, c.body}, Endpoint: func(*completion.Origin) (Endpoint, error) { return Endpoint{Key: "sk-0123456789"}, nil }}
		w, err := p.newWired(o)
		if err != nil {
			t.Fatal(err)
		}
		req := completion.Request{Origin: o, Thread: (*completion.Thread)(nil).Append(completion.User, "1. a")}
		got, err := w.Call(t.Context(), req, req.Key())
		if c.refused != (err == nil) {
			t.Errorf("%s, status %d, %s: got %v", c.provider, c.status, c.body, err)
			continue
		}
		if c.refused && (got.Status != completion.Refusal || got.FinishReason != "content_filter" || got.Text != "" || got.HTTPStatus != 400 || string(got.Body) != c.body) {
			t.Errorf("%s: %+v", c.body, got)
		}
		var e *Error
		if errors.As(err, &e) && e.Unsent {
			t.Errorf("%s: %v counts as not sent", c.body, err)
		}
	}
}
