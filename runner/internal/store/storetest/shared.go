package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

func claim(t *testing.T, s *store.Store, ks ...completion.Key) []store.ClaimState {
	t.Helper()
	return submit(t, s, store.Batch{Claim: ks}).Claim
}

func wantStates(t *testing.T, what string, got []store.ClaimState, want ...store.ClaimState) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// clock can be set forward by a test.
type clock struct{ us atomic.Int64 }

func (c *clock) now() time.Time          { return time.UnixMicro(c.us.Load()) }
func (c *clock) forward(d time.Duration) { c.us.Add(d.Microseconds()) }

func testClaims(t *testing.T, open Opener) {
	t.Run("one owner at a time", func(t *testing.T) { testOneOwner(t, open) })
	t.Run("a dead owner's claims are taken over", func(t *testing.T) { testTakeOver(t, open) })
	t.Run("await ends when a key is stored or free", func(t *testing.T) { testAwait(t, open) })
	t.Run("each key is granted once", func(t *testing.T) { testGrantedOnce(t, open) })
}

func testOneOwner(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "store.db")
	a, b := open(t, path, store.Options{}), open(t, path, store.Options{})
	c := []*completion.Completion{Completion(Origins(1)[0], 1), Completion(Origins(1)[0], 2), Completion(Origins(1)[0], 3)}
	ks := keys(c...)
	wantStates(t, "first come", claim(t, a, ks[:2]...), store.Granted, store.Granted)
	wantStates(t, "again", claim(t, a, ks[0], ks[0]), store.Granted, store.Granted)
	wantStates(t, "the other", claim(t, b, ks...), store.Held, store.Held, store.Granted)
	wantStates(t, "stored and next claimed in one step", submit(t, a, store.Batch{Put: c[:1], Claim: ks}).Claim, store.Stored, store.Granted, store.Held)
	wantStates(t, "after that", claim(t, b, ks...), store.Stored, store.Held, store.Granted)
	must(t, b.Release(t.Context(), ks)) // not a's
	wantStates(t, "another's is not released", claim(t, b, ks[1]), store.Held)
	must(t, a.Release(t.Context(), ks[1:2]))
	wantStates(t, "after release", claim(t, b, ks[1]), store.Granted)
	must(t, b.Close())
	wantStates(t, "after the other's end", claim(t, a, ks...), store.Stored, store.Granted, store.Granted)
}

func testTakeOver(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "store.db")
	var now clock
	now.forward(1000 * time.Hour)
	// a's heart does not beat while the test lasts.
	a := open(t, path, store.Options{Now: now.now, Heartbeat: time.Hour})
	b := open(t, path, store.Options{Now: now.now, Heartbeat: time.Millisecond})
	mine, theirs := Completion(Origins(1)[0], 1), Completion(Origins(1)[0], 1)
	theirs.Text = "of the one that took over"
	ks := keys(mine, Completion(Origins(1)[0], 2))
	claim(t, a, ks...)
	now.forward(14 * time.Second)
	wantStates(t, "within the expiry", claim(t, b, ks...), store.Held, store.Held)
	now.forward(2 * time.Second)
	wantStates(t, "after it", claim(t, b, ks...), store.Granted, store.Granted)
	time.Sleep(20 * time.Millisecond) // b's heart beats
	wantStates(t, "for the one that was dead", claim(t, a, ks...), store.Held, store.Held)
	// Its reply was paid, so it is stored; the claim ends.
	if got := put(t, a, mine); got[0] != store.Added {
		t.Errorf("put after take-over: state %d, want Added", got[0])
	}
	if got := put(t, b, theirs); got[0] != store.Kept {
		t.Errorf("second reply: state %d, want Kept", got[0])
	}
	same(t, b, mine)
	now.forward(time.Hour)
	open(t, path, store.Options{Now: now.now})
	st, err := b.Stats(t.Context())
	must(t, err)
	for _, o := range st.Owners {
		if o.Claims == 0 && !o.Alive {
			t.Errorf("the dead owner %v without a claim is still listed", o)
		}
	}
}

func testAwait(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "store.db")
	a, b := open(t, path, store.Options{}), open(t, path, store.Options{Poll: time.Millisecond})
	c := Completion(Origins(1)[0], 1)
	ks := keys(c, Completion(Origins(1)[0], 2))
	claim(t, a, ks...)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := b.Await(ctx, ks); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("nothing happens: got %v, want context.DeadlineExceeded", err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		time.Sleep(10 * time.Millisecond)
		if _, err := a.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}}); err != nil {
			t.Error(err)
		}
	})
	states, err := b.Await(t.Context(), ks)
	must(t, err)
	wg.Wait()
	wantStates(t, "one stored", states, store.Stored, store.Held)
	must(t, a.Release(t.Context(), ks[1:]))
	states, err = b.Await(t.Context(), ks[1:])
	must(t, err)
	wantStates(t, "one free", states, store.Free)
}

func testGrantedOnce(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "store.db")
	stores := []*store.Store{open(t, path, store.Options{}), open(t, path, store.Options{})}
	const n, callers = 200, 8
	origin := Origins(1)[0]
	var granted [n]atomic.Int32
	var wg sync.WaitGroup
	for g := range callers {
		wg.Go(func() {
			s := stores[g%2]
			for i := range n {
				c := Completion(origin, (i*7+g*25)%n)
				r, err := s.Submit(t.Context(), store.Batch{Claim: keys(c)})
				if err != nil {
					t.Error(err)
					return
				}
				// Callers of one store share its claims and keep apart among
				// themselves; here the first of them to see it sends.
				if r.Claim[0] == store.Granted && granted[(i*7+g*25)%n].Add(1) == 1 {
					if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}}); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	for _, s := range stores {
		x, err := s.Index(t.Context(), []*completion.Origin{origin})
		must(t, err)
		if x.Len() != n {
			t.Errorf("%d stored, want %d", x.Len(), n)
		}
	}
}

func testLedger(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "store.db")
	a, b := open(t, path, store.Options{}), open(t, path, store.Options{})
	o := Origins(2)
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	try := func(minute int, experiment string, micros int64, usage completion.Usage) store.Try {
		return store.Try{At: at.Add(time.Duration(minute) * time.Minute), Experiment: experiment, Origin: o[minute%2], Key: completion.Key{byte(minute)}, Tries: 2, Usage: usage, Micros: micros, Outcome: "ok"}
	}
	submit(t, a, store.Batch{Tries: []store.Try{try(0, "paper", 1500, completion.Usage{Prompt: 10, Completion: 5}), try(1, "other", 1, completion.UnknownUsage())}})
	submit(t, b, store.Batch{Tries: []store.Try{try(2, "paper", completion.Unknown, completion.UnknownUsage())}})
	for _, c := range []struct {
		experiment string
		since      time.Time
		want       store.Spending
	}{
		{"paper", time.Time{}, store.Spending{Lines: 2, Tries: 4, Micros: 1500, Unpriced: 1, PromptTokens: 10, CompletionTokens: 5}},
		{"", time.Time{}, store.Spending{Lines: 3, Tries: 6, Micros: 1501, Unpriced: 1, PromptTokens: 10, CompletionTokens: 5}},
		{"", at.Add(time.Minute), store.Spending{Lines: 2, Tries: 4, Micros: 1, Unpriced: 1}},
		{"none", time.Time{}, store.Spending{}},
	} {
		got, err := b.Spent(t.Context(), c.experiment, c.since)
		must(t, err)
		if got != c.want {
			t.Errorf("spent by %q since %v: got %+v, want %+v", c.experiment, c.since, got, c.want)
		}
	}
}

func testMishaps(t *testing.T, open Opener) {
	s := open(t, filepath.Join(t.TempDir(), "store.db"), store.Options{})
	o := Origins(2)
	line := func(key byte, origin int, outcome string) store.Try {
		return store.Try{At: time.UnixMicro(int64(key)), Experiment: "e", Origin: o[origin], Key: completion.Key{key}, Tries: 1, Usage: completion.UnknownUsage(), Outcome: outcome}
	}
	submit(t, s, store.Batch{Tries: []store.Try{
		line(1, 0, store.Mishap+"server"), line(1, 0, store.Mishap+"rate_limit"), line(1, 0, store.Canceled), line(1, 0, "ok"),
		line(2, 0, "ok"), line(4, 0, store.Canceled), line(3, 1, store.Mishap+"timeout"),
	}})
	got, err := s.Mishaps(t.Context(), o[:1])
	must(t, err)
	if len(got) != 1 || got[completion.Key{1}] != "rate_limit" {
		t.Errorf("got %v, want the last error of the one request of this origin that was sent in vain", got)
	}
}

func testStats(t *testing.T, open Opener) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path, store.Options{})
	origins := Origins(3)
	Fill(t, s, origins[:2], 100)
	claim(t, s, completion.Key{1}, completion.Key{2})
	st, err := s.Stats(t.Context())
	must(t, err)
	if st.Completions != 100 || len(st.Origins) != 2 || st.Origins[1].Completions != 50 || st.Bytes == 0 {
		t.Errorf("got %+v", st)
	}
	if want := Completion(origins[0], 0).StartedAt; !st.Oldest.Equal(want) || !st.Origins[0].Oldest.Equal(want) {
		t.Errorf("oldest %v, want %v", st.Oldest, want)
	}
	if want := Completion(origins[0], 99).StartedAt; !st.Newest.Equal(want) {
		t.Errorf("newest %v, want %v", st.Newest, want)
	}
	if len(st.Owners) != 1 || st.Owners[0].Claims != 2 || !st.Owners[0].Self || !st.Owners[0].Alive {
		t.Errorf("owners %+v", st.Owners)
	}
}

func testReadOnly(t *testing.T, open Opener) {
	dir := t.TempDir()
	missing := open(t, filepath.Join(dir, "none", "store.db"), store.Options{ReadOnly: true})
	if x, err := missing.Index(t.Context(), Origins(1)); err != nil || x.Len() != 0 {
		t.Errorf("a store that is not there: %v, %v; want an empty index", x, err)
	}
	if _, err := missing.Get(t.Context(), completion.Key{1}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("get from it: %v, want ErrNotFound", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); !os.IsNotExist(err) {
		t.Error("reading only made a directory")
	}
	path := filepath.Join(dir, "store.db")
	w := open(t, path, store.Options{})
	r := open(t, path, store.Options{ReadOnly: true})
	c := Completion(Origins(1)[0], 1)
	put(t, w, c)
	same(t, r, c) // a reader sees what was written since it opened
	if _, err := r.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}}); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("submit: got %v, want ErrReadOnly", err)
	}
}

func testDelete(t *testing.T, open Opener) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "store.db")
	a, b := open(t, path, store.Options{}), open(t, path, store.Options{})
	origin := Origins(1)[0]
	turns, others := Conversation(origin, 0, 5), Conversation(origin, 1, 5)
	single := Completion(origin, 7)
	put(t, b, append(append([]*completion.Completion{single}, turns...), others...)...) // b remembers rows
	if _, err := a.Delete(ctx, keys(turns[2])); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a turn in the middle: got %v, want ErrInvalid", err)
	}
	gone, err := a.Descendants(ctx, append(keys(turns[2], single), completion.Key{1}))
	must(t, err)
	if d := cmp.Diff(keys(turns[2], single, turns[3], turns[4]), gone); d != "" {
		t.Errorf("descendants (-want +got):\n%s", d)
	}
	n, err := a.Delete(ctx, append(gone, completion.Key{1}))
	must(t, err)
	if n != 4 {
		t.Errorf("deleted %d, want 4", n)
	}
	for _, k := range gone {
		if _, err := b.Get(ctx, k); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("deleted, but: %v", err)
		}
	}
	for _, c := range append(turns[:2:2], others...) {
		same(t, b, c)
	}
	if _, err := b.Submit(ctx, store.Batch{Put: []*completion.Completion{turns[4]}}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a turn after a deleted one: got %v, want ErrInvalid", err)
	}
	put(t, b, append(turns[2:5:5], single)...) // its message went too
	for _, c := range append(turns[:5:5], single) {
		same(t, a, c)
	}
	_, err = a.Verify(ctx, func(err error) { t.Error(err) }, nil)
	must(t, err)
}
