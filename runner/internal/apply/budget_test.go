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
		{"no reply in time", &provider.Error{Class: provider.Timeout}, completion.Unknown},
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
