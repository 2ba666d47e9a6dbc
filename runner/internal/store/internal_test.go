package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
)

func sample(text string) *completion.Completion {
	o, err := completion.NewOrigin("openai", "", "m", nil, "", nil)
	if err != nil {
		panic(err)
	}
	return &completion.Completion{
		Request: completion.Request{Origin: o, Thread: (*completion.Thread)(nil).Append(completion.User, text)},
		Text:    "reply to " + text, Status: completion.OK, Usage: completion.UnknownUsage(), StartedAt: time.Unix(1, 0).UTC(), Tries: 1,
	}
}

// A full disk is an error, nothing is acknowledged that is not there, and
// writing goes on when there is room.
func TestFullDisk(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "store.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	limit := func(pages string) {
		t.Helper()
		if err := s.writer.do(func(c *conn) error { return c.script(`PRAGMA max_page_count=` + pages) }); err != nil {
			t.Fatal(err)
		}
	}
	limit("50")
	var stored, lost []*completion.Completion
	for i := range 30 {
		c := sample(strings.Repeat("x", i))
		c.Text += strings.Repeat("y", 5000)
		_, err := s.Submit(ctx, Batch{Put: []*completion.Completion{c}})
		switch {
		case err == nil:
			stored = append(stored, c)
		case errors.Is(err, ErrUnusable) && strings.Contains(err.Error(), "make room"):
			lost = append(lost, c)
		default:
			t.Fatal(err)
		}
	}
	if len(stored) == 0 || len(lost) == 0 {
		t.Fatalf("%d stored, %d refused: want some of both", len(stored), len(lost))
	}
	for _, c := range lost {
		if _, err := s.Get(ctx, c.Request.Key()); !errors.Is(err, ErrNotFound) {
			t.Errorf("refused, but: %v", err)
		}
	}
	limit("1000000")
	if _, err := s.Submit(ctx, Batch{Put: lost}); err != nil {
		t.Fatal(err)
	}
	for _, c := range append(stored, lost...) {
		if _, err := s.Get(ctx, c.Request.Key()); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Verify(ctx, func(err error) { t.Error(err) }, nil); err != nil {
		t.Fatal(err)
	}
}

// One bad op in a group does not take its companions down.
func TestCompanionsOfAFailedOpAreCommitted(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "store.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	bad := errors.New("bad")
	c := sample("a")
	e, err := newEntry(c)
	if err != nil {
		t.Fatal(err)
	}
	good := &op{run: func(c *conn) error { _, err := s.writer.put(c, e); return err }, done: make(chan error, 1)}
	fail := &op{run: func(*conn) error { return bad }, done: make(chan error, 1)}
	// While the writer is held up both wait, and so come into one group.
	started, hold := make(chan struct{}), make(chan struct{})
	go func() { _ = s.writer.do(func(*conn) error { close(started); <-hold; return nil }) }()
	<-started
	s.writer.ops <- good
	s.writer.ops <- fail
	close(hold)
	if err := <-good.done; err != nil {
		t.Errorf("companion: %v", err)
	}
	if err := <-fail.done; !errors.Is(err, bad) {
		t.Errorf("failed op: %v", err)
	}
	if _, err := s.Get(ctx, c.Request.Key()); err != nil {
		t.Error(err)
	}
}

func TestIndexIsCompact(t *testing.T) {
	x := new(Index)
	const n = 300_000
	for i := range n {
		k := completion.TextDigest(string(rune(i)) + "k")
		x.add(record{key: k})
	}
	bytes := len(x.chunks)*chunkSize*96 + 4*cap(x.table)
	if bytes > 40<<20 {
		t.Errorf("%d bytes for %d completions, want below 40 MB", bytes, n)
	}
}

func FuzzDecodeDetail(f *testing.F) {
	for _, d := range []detail{
		{},
		{lineage: []completion.Key{{1}, {2}}, responseID: "id", mends: []string{"a", ""}, header: []string{"A: b"}, sent: []byte{}, body: []byte("{}")},
		{body: []byte(strings.Repeat("long ", 100))},
	} {
		f.Add(d.append(nil))
	}
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{1, 0, 0x80, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decodeDetail(b)
		if err != nil {
			return
		}
		if again := d.append(nil); string(again) != string(b) {
			t.Errorf("decoded and encoded again: %x, want %x", again, b)
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{plain, 1, 2})
	f.Add(pack([]byte(strings.Repeat("text ", 100)), nil))
	f.Add([]byte{compressed, 0x28, 0xb5, 0x2f, 0xfd})
	f.Add([]byte{folded, 1, 3, 4, 'a', 'b'})
	f.Add([]byte{folded, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Add(pack([]byte(`{"content":"text text text text"}`), []string{"text text text text"}))
	texts := []string{"text text text text", "a\"b\n \u2028 and more of it"}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := unpack(b, func() []string { return texts })
		if err != nil {
			return
		}
		back, err := unpack(pack(got, texts), func() []string { return texts })
		if err != nil || string(back) != string(got) {
			t.Errorf("packed and unpacked again: %x, %v; want %x", back, err, got)
		}
	})
}

// One absurd line of the ledger, or count of tokens, closes the store to nobody.
func TestAbsurdNumbersDoNotCloseTheStore(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "store.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, text := range []string{"a", "b"} {
		c := sample(text)
		c.Usage.Prompt = 9_000_000_000_000_000_000
		try := Try{At: time.Unix(1, 0), Experiment: "study", Origin: c.Request.Origin, Key: c.Request.Key(), Tries: 1, Usage: c.Usage, Micros: 9_000_000_000_000_000_000, Outcome: "ok"}
		if _, err := s.Submit(ctx, Batch{Put: []*completion.Completion{c}, Tries: []Try{try}}); err != nil {
			t.Fatal(err)
		}
	}
	if sp, err := s.Spent(ctx, "study", time.Time{}); err != nil || sp.Tries != 2 || sp.Micros <= 0 {
		t.Errorf("spent %+v, %v", sp, err)
	}
	if _, err := s.Stats(ctx); err != nil {
		t.Error(err)
	}
	x, err := s.Lookup(ctx, []completion.Key{sample("a").Request.Key()})
	if err != nil {
		t.Fatal(err)
	}
	if b, ok := x.Get(sample("a").Request.Key()); !ok || b.PromptTokens != completion.Unknown {
		t.Errorf("%d prompt tokens, want unknown", b.PromptTokens)
	}
}

// A server may name another system with each reply.
func TestManyEndingsStayApart(t *testing.T) {
	x := new(Index)
	const n = 70_000
	key := func(i int) completion.Key { return completion.TextDigest(fmt.Sprint(i)) }
	for i := range n {
		x.add(record{key: key(i), end: x.endOf(ending{fingerprint: fmt.Sprint("fp_", i)})})
	}
	for _, i := range []int{0, 65_535, 65_536, n - 1} {
		if b, ok := x.Get(key(i)); !ok || b.Fingerprint != fmt.Sprint("fp_", i) {
			t.Errorf("%d: %q", i, b.Fingerprint)
		}
	}
}
