package apply

import (
	"context"
	"errors"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

func TestALookCutShortByAStopIsNoFaultOfTheStore(t *testing.T) {
	b, err := newBudget(t.Context(), Caps{}, Caps{USD: 1}, func(ctx context.Context) (store.Spending, error) { return store.Spending{}, ctx.Err() })
	if err != nil {
		t.Fatal(err)
	}
	b.now = func() time.Time { return b.asked.Add(2 * lookEvery) }
	ctx, end := context.WithCancelCause(t.Context())
	end(errStopped)
	if _, _, err := b.reserve(ctx, 1); !errors.Is(err, errStopped) {
		t.Errorf("%v, want %v", err, errStopped)
	}
}

func TestARequestThatMayHaveBeenAnsweredHasNoKnownCost(t *testing.T) {
	m := &schema.Model{Provider: "openai", Price: &schema.Price{Prompt: 1, Completion: 1}}
	o, err := completion.NewOrigin("openai", "", "m", nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	req := completion.Request{Origin: o}
	for _, c := range []struct {
		name string
		err  *provider.Error
		want int64
	}{
		{"nobody there", &provider.Error{Class: provider.Connection}, 0},
		{"reset after it was sent", &provider.Error{Class: provider.Connection, Reached: true}, completion.Unknown},
		{"turned away", &provider.Error{Class: provider.RateLimited, Status: 429, Reached: true}, 0},
		{"no reply in time", &provider.Error{Class: provider.Timeout, Reached: true}, completion.Unknown},
		{"no connection in time", &provider.Error{Class: provider.Timeout}, 0},
		{"a gateway's own time is up", &provider.Error{Class: provider.Timeout, Status: 504, Reached: true}, completion.Unknown},
		{"unusable", &provider.Error{Class: provider.Malformed, Status: 200, Billed: true, Usage: completion.Usage{Prompt: 3, Completion: 4}}, 7},
	} {
		if got := line("study", m, req, completion.Key{}, nil, c.err, time.Unix(0, 0)); got.Micros != c.want {
			t.Errorf("%s: %d, want %d", c.name, got.Micros, c.want)
		}
	}
}

// The store knows no providers, and both have a word for a canceled request.
func TestACanceledRequestHasOneName(t *testing.T) {
	if got := store.Mishap + string(provider.Canceled); got != store.Canceled {
		t.Errorf("the ledger has %q, the store looks for %q", got, store.Canceled)
	}
}

// What others spent counts from the moment that it is in the ledger, beside what this
// process spent since it began.
func TestOthersSpendingIsAddedToOnesOwn(t *testing.T) {
	now := time.Unix(0, 0)
	ledger := store.Spending{Tries: 10}
	b, err := newBudget(t.Context(), Caps{}, Caps{Requests: 50}, func(context.Context) (store.Spending, error) { return ledger, nil })
	if err != nil {
		t.Fatal(err)
	}
	b.now, b.asked = func() time.Time { return now }, now
	sent := 0
	for ; sent < 100; sent++ {
		refused, _, err := b.reserve(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if refused != "" {
			break
		}
		b.settle(0, 0, true)
		ledger.Tries += 2 // this one's line, and one of another process as fast as this
		now = now.Add(lookNear + 1)
	}
	if sent != 20 {
		t.Errorf("sent %d, want 20: 50 less 10 before, shared with another as fast", sent)
	}
}

// Where max_tokens bounds a reply, what it may cost is set aside.
func TestMaxTokensBoundWhatARequestMayCost(t *testing.T) {
	m := &schema.Model{Provider: "openai", Price: &schema.Price{Prompt: 1, Completion: 10}}
	o, err := completion.NewOrigin("openai", "", "m", []completion.Parameter{{Name: "max_tokens", Value: 16000.0}}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	l := &lane{Route: &Route{Model: m}}
	if got := l.worst(0, &step{req: completion.Request{Origin: o}, expect: 10}); got != 160_000 {
		t.Errorf("with max_tokens %d, want 160,000", got)
	}
	if o, err = completion.NewOrigin("openai", "", "m", nil, "", nil); err != nil {
		t.Fatal(err)
	}
	if got := l.worst(0, &step{req: completion.Request{Origin: o}, expect: 10}); got <= 0 || got > 1000 {
		t.Errorf("without %d, want the estimate", got)
	}
}

// A bill that no one can have is no bill.
func TestAnAbsurdCostIsUnknown(t *testing.T) {
	m := &schema.Model{Provider: "openai", Price: &schema.Price{Prompt: 1e12, Completion: 1}}
	if got := micros(m, completion.Usage{Prompt: 100_000_000, Completion: 1}); got != completion.Unknown {
		t.Errorf("%d, want unknown", got)
	}
}
