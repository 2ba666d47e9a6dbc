package apply_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

// What another process is about to send is put off: with one session at a time,
// all the others are made while that process still holds the first.
func TestWhatAnotherProcessHoldsIsPutOff(t *testing.T) {
	one := strings.Replace(wired, "seed: 7", `seed: 7, call_order: "listed", limits: max_in_flight: 1, where: [{model: ["a"], administration: ["batch"]}]`, 1)
	var keys []completion.Key
	n := &network{}
	n.answer = func(req completion.Request, _ int) (*completion.Completion, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		keys = append(keys, req.Key())
		return reply(req), nil
	}
	newBench(t, one).must(n)
	if len(keys) != 4 {
		t.Fatalf("%d requests, want 4", len(keys))
	}
	first := keys[0]
	keys = nil

	b := newBench(t, one)
	other, err := store.Open(context.Background(), b.paths().Real, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if r, err := other.Submit(context.Background(), store.Batch{Claim: []completion.Key{first}}); err != nil || r.Claim[0] != store.Granted {
		t.Fatalf("%v, %v", r, err)
	}
	n.answer = func(req completion.Request, _ int) (*completion.Completion, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		keys = append(keys, req.Key())
		if len(keys) == 3 {
			if err := other.Release(context.Background(), []completion.Key{first}); err != nil {
				t.Error(err)
			}
		}
		return reply(req), nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	res, err := b.run(ctx, n)
	if err != nil || res.Made != 4 || res.Missing != 0 {
		t.Fatalf("made %d, missing %d, %v; want all 4: nothing is held up", res.Made, res.Missing, err)
	}
	if len(keys) != 4 || keys[3] != first {
		t.Errorf("what was held came as number %d of %d, want last", slices.Index(keys, first)+1, len(keys))
	}
}

// With the last reply of a session the first request of the next is claimed. A run
// that stops at that moment gives the claim back before it writes its tables, so
// that another process need not wait for its end.
func TestWhatWasClaimedAheadIsGivenBack(t *testing.T) {
	one := strings.Replace(wired, "seed: 7", `seed: 7, call_order: "listed", limits: max_in_flight: 1, where: [{model: ["a"], administration: ["batch"]}]`, 1)
	var keys []completion.Key
	n := &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		keys = append(keys, req.Key())
		return reply(req), nil
	}}
	newBench(t, one).must(n)
	all := slices.Clone(keys)

	b := newBench(t, one)
	other, err := store.Open(context.Background(), b.paths().Real, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	states := func() []store.ClaimState {
		t.Helper()
		got, err := other.Await(context.Background(), all)
		if err != nil {
			t.Error(err)
		}
		return got
	}
	b.done = func(int) {
		if got, want := states(), []store.ClaimState{store.Stored, store.Held, store.Free, store.Free}; !slices.Equal(got, want) {
			t.Errorf("after the first reply %v, want %v", got, want)
		}
		close(b.stop)
	}
	b.phase = func(name string) {
		if name != "tables" {
			return
		}
		if got, want := states(), []store.ClaimState{store.Stored, store.Free, store.Free, store.Free}; !slices.Equal(got, want) {
			t.Errorf("after the stop %v, want %v", got, want)
		}
	}
	if res := b.must(n); res.Made != 1 || !res.Stopped {
		t.Errorf("made %d, stopped %v; want 1, true", res.Made, res.Stopped)
	}
}
