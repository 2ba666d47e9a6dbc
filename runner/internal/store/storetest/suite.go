package storetest

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

// Opener opens the store at path and closes it when the test ends.
type Opener func(tb testing.TB, path string, opts store.Options) *store.Store

// Run holds a store to its contract.
func Run(t *testing.T, open Opener) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Opener)
	}{
		{"what is put comes back whole", testRoundTrip},
		{"a conversation is told from its turns", testConversation},
		{"index, lookup, scan and texts agree", testBulk},
		{"a completion is never overwritten", testNeverOverwritten},
		{"what cannot be told later is refused", testRefused},
		{"what was copied by All is the same", testAll},
		{"delete takes what is named and nothing that others need", testDelete},
		{"the ledger sums what was billed", testLedger},
		{"mishaps are told from what came of it", testMishaps},
		{"stats count", testStats},
		{"reading only changes nothing", testReadOnly},
		{"a context that ended stops before anything is done", testContext},
		{"claims", testClaims},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

func submit(t *testing.T, s *store.Store, b store.Batch) store.Receipt {
	t.Helper()
	r, err := s.Submit(t.Context(), b)
	must(t, err)
	return r
}

func put(t *testing.T, s *store.Store, cs ...*completion.Completion) []store.PutState {
	t.Helper()
	return submit(t, s, store.Batch{Put: cs}).Put
}

func keys(cs ...*completion.Completion) []completion.Key {
	var ks []completion.Key
	for _, c := range cs {
		ks = append(ks, c.Request.Key())
	}
	return ks
}

// Diff compares completions, their requests by key and by messages.
func Diff(want, got *completion.Completion) string {
	return cmp.Diff(want, got,
		cmp.Comparer(func(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }), // megabytes of them
		cmp.Comparer(func(a, b *completion.Origin) bool { return a.Digest() == b.Digest() }),
		cmp.Comparer(func(a, b *completion.Thread) bool {
			return a.Digest() == b.Digest() && cmp.Equal(a.Messages(), b.Messages())
		}))
}

func same(t *testing.T, s *store.Store, want *completion.Completion) {
	t.Helper()
	got, err := s.Get(t.Context(), want.Request.Key())
	must(t, err)
	if d := Diff(want, got); d != "" {
		t.Errorf("stored and read back differ (-want +got):\n%s", d)
	}
}

// odd returns completions at the edges of what can be stored.
func odd() []*completion.Completion {
	o := Origins(1)[0]
	pooled, err := completion.NewOrigin("google", "", "gemini \"x\" 日本", []completion.Parameter{
		{Name: "temperature", Value: 0.0}, {Name: "top_p", Value: 1e-9}, {Name: "seed", Value: float64(completion.MaxInteger)},
		{Name: "logprobs", Value: false}, {Name: "stop", Value: []string{}}, {Name: "format", Value: "1"}}, "again", []string{"wording=b", "a=1"})
	if err != nil {
		panic("storetest: " + err.Error()) // constant inputs
	}
	th := (*completion.Thread)(nil).Append(completion.System, "").Append(completion.User, "Grüße \x00 ☃").
		Append(completion.Assistant, "an example").Append(completion.User, "go on")
	at := time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC)
	empty := &completion.Completion{Request: completion.Request{Origin: pooled, Thread: th}, Status: completion.Empty, Usage: completion.UnknownUsage(), StartedAt: at}
	rich := Completion(o, 7)
	rich.Request = completion.Request{Origin: pooled, Sample: 3, Attempt: 2, Lineage: []completion.Key{{1}, {2}}, Thread: th}
	rich.Text, rich.Status, rich.FinishReason = "NUL \x00, line\r\nend, \U0010FFFF", completion.Refusal, "SAFETY"
	rich.Usage = completion.Usage{}
	rich.Mends, rich.Header = []string{"added temperature 0", ""}, []string{"A: b", "C: d"}
	rich.Sent, rich.Body = []byte{}, []byte{0xff, 0, 0xfe}
	rich.Simulated, rich.Tries, rich.Latency = true, 4, 1
	long := Completion(o, 8)
	long.Request.Thread = (*completion.Thread)(nil).Append(completion.User, string(make([]byte, 1<<20)))
	long.Text, long.Body = string(make([]byte, 3<<20)), make([]byte, 5<<20)
	return []*completion.Completion{empty, rich, long, Completion(o, 1)}
}

func testRoundTrip(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "made, with its directory", "50% off?#.db")
	s := open(t, path, store.Options{})
	for i, state := range put(t, s, odd()...) {
		if state != store.Added {
			t.Errorf("completion %d: state %d, want Added", i, state)
		}
	}
	for _, c := range odd() {
		same(t, s, c)
	}
	must(t, s.Close())
	s = open(t, path, store.Options{})
	for _, c := range odd() {
		same(t, s, c)
	}
	if _, err := s.Get(t.Context(), completion.Key{9}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a key that is not there: got %v, want ErrNotFound", err)
	}
}

// Conversation returns all turns of a sequential questionnaire.
func Conversation(origin *completion.Origin, number, turns int) []*completion.Completion {
	var out []*completion.Completion
	var prev *completion.Completion
	for range turns {
		prev = Turn(origin, number, prev)
		out = append(out, prev)
	}
	return out
}

func testConversation(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path, store.Options{})
	turns := Conversation(Origins(1)[0], 0, Items)
	put(t, s, turns[:20]...)
	for _, c := range turns[20:40] {
		put(t, s, c)
	}
	must(t, s.Close())
	s = open(t, path, store.Options{}) // a run that was killed goes on here
	for _, c := range turns[40:] {
		put(t, s, c)
	}
	for _, c := range turns {
		same(t, s, c)
	}
	// A re-ask has the same turn before it; a turn of which only digests are
	// known but for its own question is as good as one with all texts.
	last := turns[Items-1]
	again := *last
	again.Request.Attempt = 1
	var th *completion.Thread
	ms := last.Request.Thread.Messages()
	for _, m := range ms[:len(ms)-1] {
		th = th.AppendDigest(m.Role, completion.TextDigest(m.Text))
	}
	again.Request.Thread = th.Append(completion.User, ms[len(ms)-1].Text)
	put(t, s, &again)
	want := again
	want.Request.Thread = last.Request.Thread
	same(t, s, &want)
}

func testBulk(t *testing.T, open Opener) {
	ctx := t.Context()
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	origins := Origins(4)
	Fill(t, s, origins[:3], 9000) // more than a chunk of the index
	put(t, s, Completion(origins[3], 1))
	asked := origins[:2]
	want := map[completion.Key]*completion.Completion{}
	var ks []completion.Key
	for i := range 9000 {
		if i%3 < 2 {
			c := Completion(origins[i%3], i)
			want[c.Request.Key()] = c
			ks = append(ks, c.Request.Key())
		}
	}
	x, err := s.Index(ctx, asked)
	must(t, err)
	l, err := s.Lookup(ctx, append(ks, ks[0], completion.Key{1}))
	must(t, err)
	texts, err := s.Texts(ctx, ks)
	must(t, err)
	if x.Len() != len(want) || l.Len() != len(want) {
		t.Fatalf("index has %d, lookup %d, want %d", x.Len(), l.Len(), len(want))
	}
	for i, k := range ks {
		c := want[k]
		b := store.Brief{TextDigest: completion.TextDigest(c.Text), StartedAt: c.StartedAt, Status: c.Status,
			PromptTokens: c.Usage.Prompt, CompletionTokens: c.Usage.Completion, Simulated: c.Simulated,
			ModelServed: c.ModelServed, Fingerprint: c.Fingerprint}
		inIndex, _ := x.Get(k)
		inLookup, _ := l.Get(k)
		if inIndex != b || inLookup != b || texts[i] != c.Text {
			t.Fatalf("%v: index %v, lookup %v, want %v", k, inIndex, inLookup, b)
		}
	}
	if _, ok := x.Get(keys(Completion(origins[3], 1))[0]); ok {
		t.Error("index holds an origin that was not asked for")
	}
	n := 0
	for k := range x.All() {
		if k != ks[n] {
			t.Fatalf("All: entry %d is out of order", n)
		}
		n++
	}
	n = 0
	must(t, s.Scan(ctx, asked, func(e *store.Entry) error {
		c := want[e.Key]
		got := store.Entry{Key: ks[n], Origin: c.Request.Origin, Sample: c.Request.Sample, Text: c.Text, TextDigest: completion.TextDigest(c.Text),
			Status: c.Status, FinishReason: c.FinishReason, ModelServed: c.ModelServed, Fingerprint: c.Fingerprint, Usage: c.Usage,
			StartedAt: c.StartedAt, Latency: c.Latency, Tries: c.Tries, HTTPStatus: c.HTTPStatus, Version: c.Version}
		if n++; e.Origin.Digest() != got.Origin.Digest() {
			t.Fatalf("%v: another origin", e.Key)
		}
		if got.Origin = e.Origin; got != *e {
			t.Fatalf("scan: got %+v, want %+v", *e, got)
		}
		return nil
	}))
	stop := errors.New("stop")
	if err := s.Scan(ctx, asked, func(*store.Entry) error { return stop }); !errors.Is(err, stop) || n != len(want) {
		t.Errorf("scan of %d of %d; a callback's error came back as %v", n, len(want), err)
	}
	if _, err := s.Texts(ctx, []completion.Key{{1}}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("text that is not there: got %v, want ErrNotFound", err)
	}
	if empty, err := s.Index(ctx, nil); err != nil || empty.Len() != 0 {
		t.Errorf("index of no origin: %v, %v", empty, err)
	}
}

func testNeverOverwritten(t *testing.T, open Opener) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	first := Completion(Origins(1)[0], 1)
	other := *first
	other.Text = "another reply"
	later := *first
	later.StartedAt = first.StartedAt.Add(time.Microsecond)
	got := put(t, s, first, first, &other, &later)
	if d := cmp.Diff([]store.PutState{store.Added, store.Same, store.Kept, store.Kept}, got); d != "" {
		t.Errorf("states (-want +got):\n%s", d)
	}
	same(t, s, first)
}

func testRefused(t *testing.T, open Opener) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	turns := Conversation(Origins(1)[0], 0, 3)
	change := func(f func(*completion.Completion)) *completion.Completion {
		c := *turns[0]
		f(&c)
		return &c
	}
	badOrigin, err := completion.NewOrigin("openai", "", "m", []completion.Parameter{{Name: "stop", Value: "\xff"}}, "", nil)
	must(t, err)
	elsewhere := *turns[1]
	elsewhere.Request.Thread = (*completion.Thread)(nil).Append(completion.User, Item(0)).Append(completion.Assistant, "not what was said").Append(completion.User, Item(1))
	for what, c := range map[string]*completion.Completion{
		"no thread": change(func(c *completion.Completion) { c.Request.Thread = nil }),
		"text not at hand": change(func(c *completion.Completion) {
			c.Request.Thread = (*completion.Thread)(nil).AppendDigest(completion.User, completion.Digest{})
		}),
		"invalid UTF-8":    change(func(c *completion.Completion) { c.Text = "\xff" }),
		"no status":        change(func(c *completion.Completion) { c.Status = "" }),
		"nanoseconds":      change(func(c *completion.Completion) { c.StartedAt = c.StartedAt.Add(1) }),
		"impossible usage": change(func(c *completion.Completion) { c.Usage.Prompt = -2 }),
		"bad origin":       change(func(c *completion.Completion) { c.Request.Origin = badOrigin }),
		"no turn before":   turns[2],
	} {
		if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}}); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", what, err)
		}
	}
	put(t, s, turns[0])
	if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{&elsewhere}}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a turn that does not continue: got %v, want ErrInvalid", err)
	}
	// A batch with one bad element does nothing, and its companions in a commit
	// do not suffer.
	_, err = s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{turns[1], turns[2], Conversation(Origins(1)[0], 5, 3)[2]}})
	if !errors.Is(err, store.ErrInvalid) {
		t.Errorf("batch with a bad element: got %v, want ErrInvalid", err)
	}
	if _, err := s.Get(t.Context(), turns[1].Request.Key()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of a refused batch something is stored: %v", err)
	}
	put(t, s, turns[1], turns[2])
	same(t, s, turns[2])
}

func testAll(t *testing.T, open Opener) {
	ctx := t.Context()
	from := open(t, filepath.Join(t.TempDir(), "from.db"), store.Options{})
	to := open(t, filepath.Join(t.TempDir(), "to.db"), store.Options{})
	origins := Origins(3)
	Fill(t, from, origins, 100)
	a, b := Conversation(origins[0], 1, 30), Conversation(origins[0], 2, 30)
	for i := range a {
		put(t, from, a[i], b[i])
	}
	put(t, from, odd()...)
	must(t, from.All(ctx, nil, func(c *completion.Completion) error {
		_, err := to.Submit(ctx, store.Batch{Put: []*completion.Completion{c}})
		return err
	}))
	for _, c := range append(append(odd(), a...), b...) {
		same(t, to, c)
	}
	n, err := to.Verify(ctx, func(err error) { t.Error(err) }, nil)
	must(t, err)
	if want := 100 + 60 + len(odd()); n != want {
		t.Errorf("%d completions in the copy, want %d", n, want)
	}
	n = 0
	must(t, from.All(ctx, origins[1:2], func(*completion.Completion) error { n++; return nil }))
	if n != 33 {
		t.Errorf("%d completions of one origin, want 33", n)
	}
}

func testContext(t *testing.T, open Opener) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	c := Completion(Origins(1)[0], 1)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Submit(ctx, store.Batch{Put: []*completion.Completion{c}}); !errors.Is(err, context.Canceled) {
		t.Errorf("submit: got %v, want context.Canceled", err)
	}
	if _, err := s.Index(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("index: got %v, want context.Canceled", err)
	}
	if _, err := s.Get(t.Context(), c.Request.Key()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get: got %v, want ErrNotFound", err)
	}
	must(t, s.Close())
	must(t, s.Close())
	if _, err := s.Submit(t.Context(), store.Batch{}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("closed: got %v, want ErrClosed", err)
	}
	if _, err := s.Index(t.Context(), nil); !errors.Is(err, store.ErrClosed) {
		t.Errorf("closed: got %v, want ErrClosed", err)
	}
}
