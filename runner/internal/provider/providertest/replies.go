package providertest

import (
	"strings"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// replies: everything in a completion comes from the body, and the body is kept.
func (b *bench) replies(t *testing.T) {
	for _, r := range b.Replies {
		t.Run(r.Name, func(t *testing.T) {
			b.server.will(plays(200, r.Body, "X-Request-Id", "req-1", "X-Ratelimit-Remaining-Requests", "3", "X-Other", "no"))
			req := b.request(t, nil)
			c, err := b.call(t.Context(), t, req)
			if err != nil {
				t.Fatal(err)
			}
			got := Reply{r.Name, string(c.Body), c.Text, c.FinishReason, c.ModelServed, c.Fingerprint, c.ResponseID, c.Status, c.Usage}
			if got != r {
				t.Errorf("got  %+v\nwant %+v", got, r)
			}
			if c.HTTPStatus != 200 || c.Tries != 1 || c.Version != "test" || c.Simulated || c.Request.Key() != req.Key() || c.Latency < 0 {
				t.Errorf("completion %+v", c)
			}
			if c.StartedAt.Location() != time.UTC || !c.StartedAt.Equal(c.StartedAt.Truncate(time.Microsecond)) {
				t.Errorf("started at %v, want whole microseconds in UTC", c.StartedAt)
			}
			h := strings.Join(c.Header, "\n")
			if !strings.Contains(h, "X-Request-Id: req-1") || !strings.Contains(h, "X-Ratelimit-Remaining-Requests: 3") || strings.Contains(h, "X-Other") {
				t.Errorf("kept headers %q", c.Header)
			}
		})
	}
	t.Run("awkward text", func(t *testing.T) {
		b.server.will(plays(200, b.Reply(awkward)))
		if c, err := b.call(t.Context(), t, b.request(t, nil)); err != nil || c.Text != awkward {
			t.Errorf("got %+v, %v", c, err)
		}
	})
	t.Run("bytes that are no UTF-8", func(t *testing.T) {
		body := strings.Replace(b.Reply("4X5"), "X", "\xff", 1)
		b.server.will(plays(200, body))
		c, err := b.call(t.Context(), t, b.request(t, nil))
		if err != nil || c.Text != "4\uFFFD5" || string(c.Body) != body {
			t.Errorf("got %+v, %v; want the replacement character in the text and the bytes in the body", c, err)
		}
	})
	t.Run("a simulated respondent is no model", func(t *testing.T) {
		b.server.will(plays(200, b.Reply("4"), "X-Simulated-Respondent", "1"))
		if c, err := b.call(t.Context(), t, b.request(t, nil)); err != nil || !c.Simulated {
			t.Errorf("got %+v, %v", c, err)
		}
	})
}

// faults: what is no reply is never a completion, whatever its status.
func (b *bench) faults(t *testing.T) {
	list := append([]Fault{
		{Name: "empty", Class: provider.Malformed},
		{Name: "blank", Body: " \n", Class: provider.Malformed},
		{Name: "null", Body: "null", Class: provider.Malformed},
		{Name: "empty object", Body: "{}", Class: provider.Malformed},
		{Name: "list", Body: "[]", Class: provider.Malformed},
		{Name: "number", Body: "4", Class: provider.Malformed},
		{Name: "page", Body: "<html><body>Sign in</body></html>", Class: provider.Malformed},
		{Name: "text", Body: "1. 4", Class: provider.Malformed},
		{Name: "stream of events", Body: "data: " + b.Reply("4") + "\n\ndata: [DONE]\n\n", Class: provider.Malformed},
		{Name: "more behind it", Body: b.Reply("4") + "x", Class: provider.Malformed},
	}, b.Faults...)
	for _, f := range list {
		t.Run(f.Name, func(t *testing.T) {
			b.server.will(plays(200, f.Body))
			e := b.failed(t, b.request(t, nil))
			want := completion.UnknownUsage()
			if f.Usage != nil {
				want = *f.Usage
			}
			if e.Class != f.Class || !e.Billed || e.Status != 200 || e.Usage != want {
				t.Errorf("class %s, billed %v, status %d, usage %+v; want %s, billed, 200, %+v", e.Class, e.Billed, e.Status, e.Usage, f.Class, want)
			}
		})
	}
	t.Run("every beginning of a reply", func(t *testing.T) {
		whole := b.Reply("1. 4\n2. 5")
		for n := range len(whole) {
			b.server.will(plays(200, whole[:n]))
			if e := b.failed(t, b.request(t, nil)); e.Class != provider.Malformed || !e.Billed {
				t.Errorf("the first %d bytes: class %s, billed %v", n, e.Class, e.Billed)
			}
		}
	})
}
