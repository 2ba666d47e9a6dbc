package providertest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// secret is the key planted in every test; where it turns up, a key would leak.
const secret = "sk-planted-0123456789"

// Run holds a format to the contract of provider.Caller.
func Run(t *testing.T, f Format) {
	s := newServer(t)
	b := &bench{Format: f, server: s, pool: &provider.Pool{Version: "test"}}
	b.pool.Endpoint = func(*completion.Origin) (provider.Endpoint, error) { return b.endpoint(), nil }
	t.Run("parameters", b.parameters)
	t.Run("conversations", b.conversations)
	t.Run("replies", b.replies)
	t.Run("faults", b.faults)
	t.Run("failures", b.failures)
	t.Run("connections", b.connections)
	t.Run("secrets", b.secrets)
	t.Run("times", b.times)
	t.Run("parallel", b.parallel)
	t.Run("regression", b.regression)
}

// bench is a format at a server.
type bench struct {
	Format
	server *server
	pool   *provider.Pool
	// timeout and idle of the endpoint, for the tests of times.
	timeout, idle time.Duration
}

func (b *bench) endpoint() provider.Endpoint {
	return provider.Endpoint{BaseURL: b.server.URL, Dialect: b.Dialect(), Key: secret, KeyEnv: "PLANTED_KEY", Idempotent: true, Timeout: b.timeout, Idle: b.idle}
}

// request makes a request of parameters and messages; without messages of one
// question.
func (b *bench) request(t testing.TB, params []completion.Parameter, messages ...completion.Message) completion.Request {
	t.Helper()
	declared := slices.Clone(b.Required)
	for _, p := range params {
		declared = slices.DeleteFunc(declared, func(r completion.Parameter) bool { return r.Name == p.Name })
		declared = append(declared, p)
	}
	o, err := completion.NewOrigin(b.Provider, b.Identity, b.Model, declared, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(messages) == 0 {
		messages = []completion.Message{{Role: completion.User, Text: "1. a"}}
	}
	var th *completion.Thread
	for _, m := range messages {
		th = th.Append(m.Role, m.Text)
	}
	return completion.Request{Origin: o, Thread: th}
}

// call sends a request once.
func (b *bench) call(ctx context.Context, t testing.TB, req completion.Request) (*completion.Completion, error) {
	t.Helper()
	caller, err := b.pool.For(req.Origin)
	if err != nil {
		t.Fatal(err)
	}
	return caller.Call(ctx, req, req.Key())
}

// ask sends a request to a server that answers regularly, and gives the
// completion and the body that arrived.
func (b *bench) ask(t testing.TB, req completion.Request) (*completion.Completion, map[string]any) {
	t.Helper()
	b.server.will(plays(200, b.Reply("1. 4")))
	c, err := b.call(t.Context(), t, req)
	if err != nil {
		t.Fatal(err)
	}
	seen := b.server.requests()
	if len(seen) != 1 {
		t.Fatalf("%d requests arrived, want 1", len(seen))
	}
	if !bytes.Equal(seen[0].body, c.Sent) {
		t.Errorf("recorded as sent: %s\narrived: %s", c.Sent, seen[0].body)
	}
	return c, decode(t, seen[0].body)
}

func decode(t testing.TB, body []byte) map[string]any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	var m map[string]any
	if err := dec.Decode(&m); err != nil {
		t.Fatalf("body %s: %v", body, err)
	}
	return m
}

// at follows a dotted path; nil if there is nothing.
func at(body map[string]any, path string) any {
	var v any = body
	for name := range strings.SplitSeq(path, ".") {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[name]
	}
	return v
}

// leaves lists the paths of all values that are no objects, sorted.
func leaves(prefix string, m map[string]any) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if sub, ok := m[name].(map[string]any); ok && prefix+name != "systemInstruction" {
			out = append(out, leaves(prefix+name+".", sub)...)
			continue
		}
		out = append(out, prefix+name)
	}
	return out
}

// habits fails for mends that the table does not declare: the client changed,
// and somebody has to look at how.
func habits(c *completion.Completion) error {
	if bad := provider.Undeclared(c.Mends); len(bad) > 0 {
		return errors.New("mends that are not declared:\n" + strings.Join(bad, "\n"))
	}
	return nil
}

// failed calls and expects an *Error, after exactly one request.
func (b *bench) failed(t testing.TB, req completion.Request) *provider.Error {
	t.Helper()
	c, err := b.call(t.Context(), t, req)
	var e *provider.Error
	if !errors.As(err, &e) {
		t.Fatalf("got completion %+v and error %v, want an *Error", c, err)
	}
	if n := len(b.server.requests()); n != 1 {
		t.Errorf("%d requests were sent, want 1", n)
	}
	if u, err := url.Parse(b.server.URL); err != nil || e.Host != u.Host || e.Provider != b.Provider || e.Model != b.Model {
		t.Errorf("the error names %q %q at %q", e.Provider, e.Model, e.Host)
	}
	return e
}
