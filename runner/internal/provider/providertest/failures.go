package providertest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"circumplex.example/runner/internal/provider"
)

// retryable are the classes that another try may mend.
var retryable = []provider.Class{provider.RateLimited, provider.Overloaded, provider.Server, provider.Timeout, provider.Connection, provider.Malformed}

// failures: each status and body has its class, after exactly one request.
func (b *bench) failures(t *testing.T) {
	for _, f := range append(b.Failures, common...) {
		t.Run(f.Name, func(t *testing.T) {
			b.server.will(plays(f.Status, f.Body, "X-Request-Id", "req-1"))
			e := b.failed(t, b.request(t, nil))
			if e.Class != f.Class || e.Status != f.Status || e.Billed != (f.Status < 300) {
				t.Errorf("class %s, status %d, billed %v: %v; want %s", e.Class, e.Status, e.Billed, e, f.Class)
			}
			if e.Retryable() != slices.Contains(retryable, e.Class) {
				t.Errorf("class %s retryable: %v", e.Class, e.Retryable())
			}
			if !slices.Contains(e.Header, "X-Request-Id: req-1") {
				t.Errorf("kept headers %q", e.Header)
			}
		})
	}
	for _, c := range []struct {
		name, header, value string
		least, most         time.Duration
	}{
		{"seconds", "Retry-After", "7", 7 * time.Second, 7 * time.Second},
		{"milliseconds", "Retry-After-Ms", "250", 250 * time.Millisecond, 250 * time.Millisecond},
		{"a date", "Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), time.Second, time.Minute},
		{"a date that is over", "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT", 0, 0},
		{"nothing", "X-None", "", -1, -1},
		{"nonsense", "Retry-After", "soon", -1, -1},
	} {
		t.Run("wait: "+c.name, func(t *testing.T) {
			b.server.will(plays(429, "", c.header, c.value))
			if e := b.failed(t, b.request(t, nil)); e.RetryAfter < c.least || e.RetryAfter > c.most {
				t.Errorf("to wait %v, want %v to %v", e.RetryAfter, c.least, c.most)
			}
		})
	}
}

// connections: what breaks on the way is an error, and billed once a status of
// 200 was seen.
func (b *bench) connections(t *testing.T) {
	t.Run("cut in the middle", func(t *testing.T) {
		b.server.will(cuts(b.Reply("4")[:20]))
		if e := b.failed(t, b.request(t, nil)); e.Class != provider.Connection || !e.Billed {
			t.Errorf("class %s, billed %v", e.Class, e.Billed)
		}
	})
	t.Run("cut behind a whole reply", func(t *testing.T) {
		b.server.will(cuts(b.Reply("4")))
		if e := b.failed(t, b.request(t, nil)); e.Class != provider.Connection || !e.Billed {
			t.Errorf("class %s, billed %v", e.Class, e.Billed)
		}
	})
	t.Run("reset before an answer", func(t *testing.T) {
		for range 3 { // also over a connection that was used before
			b.server.will(resets)
			if e := b.failed(t, b.request(t, nil)); e.Class != provider.Connection || e.Billed || !e.Reached || e.Status != 0 {
				t.Errorf("class %s, billed %v, reached %v, status %d", e.Class, e.Billed, e.Reached, e.Status)
			}
			b.ask(t, b.request(t, nil))
		}
	})
	t.Run("no server", func(t *testing.T) {
		gone := newServer(t)
		gone.Close()
		away := *b
		away.server = gone
		away.pool = poolOf(&away)
		_, err := away.call(t.Context(), t, away.request(t, nil))
		var e *provider.Error
		if !errors.As(err, &e) || e.Class != provider.Connection || e.Billed || e.Reached || !strings.HasPrefix(e.Mend, "start the server at ") {
			t.Errorf("%v", err)
		}
	})
}

// times: a canceled call ends at once, a slow reply at its limit.
func (b *bench) times(t *testing.T) {
	block := func(first string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if first != "" {
				if _, err := w.Write([]byte(first)); err != nil {
					return
				}
				w.(http.Flusher).Flush()
			}
			<-r.Context().Done() // the client hangs up
		}
	}
	t.Run("canceled", func(t *testing.T) {
		for _, first := range []string{"", b.Reply("4")[:10]} {
			arrived := make(chan struct{})
			hang := block(first)
			b.server.will(func(w http.ResponseWriter, r *http.Request) { close(arrived); hang(w, r) })
			ctx, cancel := context.WithCancel(t.Context())
			go func() { <-arrived; cancel() }()
			c, err := b.call(ctx, t, b.request(t, nil))
			var e *provider.Error
			if c != nil || !errors.Is(err, context.Canceled) || !errors.As(err, &e) || e.Class != provider.Canceled || e.Retryable() {
				t.Errorf("got %+v, %v", c, err)
			}
		}
	})
	t.Run("canceled before", func(t *testing.T) {
		b.server.will(plays(200, b.Reply("4")))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := b.call(ctx, t, b.request(t, nil)); !errors.Is(err, context.Canceled) || len(b.server.requests()) != 0 {
			t.Errorf("%v after %d requests", err, len(b.server.requests()))
		}
	})
	t.Run("deadline of the caller", func(t *testing.T) {
		b.server.will(block(""))
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
		defer cancel()
		_, err := b.call(ctx, t, b.request(t, nil))
		var e *provider.Error
		if !errors.As(err, &e) || e.Class != provider.Timeout || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
	slow := *b
	slow.timeout = 50 * time.Millisecond
	slow.pool = poolOf(&slow)
	t.Run("timeout", func(t *testing.T) {
		slow.server.will(block(""))
		if e := slow.failed(t, slow.request(t, nil)); e.Class != provider.Timeout || e.Billed || !strings.Contains(e.Message, "50ms") {
			t.Errorf("class %s, billed %v: %v", e.Class, e.Billed, e)
		}
	})
	slow.timeout, slow.idle = 0, 50*time.Millisecond
	slow.pool = poolOf(&slow)
	t.Run("stalled", func(t *testing.T) {
		slow.server.will(block(b.Reply("4")[:10]))
		if e := slow.failed(t, slow.request(t, nil)); e.Class != provider.Timeout || !e.Billed || !strings.Contains(e.Message, "stopped coming") {
			t.Errorf("class %s, billed %v: %v", e.Class, e.Billed, e)
		}
	})
}
