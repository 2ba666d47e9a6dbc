package pace_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circumplex.example/runner/internal/pace"
)

// TestPauses: what pauses the whole account, and for how long.
func TestPauses(t *testing.T) {
	requests := func(remaining int, reset time.Duration) []pace.Window {
		return []pace.Window{{Kind: pace.Requests, Remaining: remaining, Reset: reset}}
	}
	tokens := func(remaining int, reset time.Duration) []pace.Window {
		return []pace.Window{{Kind: pace.Tokens, Remaining: remaining, Reset: reset}}
	}
	for _, c := range []struct {
		name    string
		outcome pace.Outcome
		want    time.Duration
	}{
		{"ok", pace.Outcome{Verdict: pace.OK, RetryAfter: -1}, 0},
		{"limited with a time", pace.Outcome{Verdict: pace.Limited, RetryAfter: 7 * time.Second}, 7 * time.Second},
		{"limited without", pace.Outcome{Verdict: pace.Limited, RetryAfter: -1}, 500 * time.Millisecond},
		{"limited, come back at once", pace.Outcome{Verdict: pace.Limited, RetryAfter: 0}, 500 * time.Millisecond},
		{"limited for a day", pace.Outcome{Verdict: pace.Limited, RetryAfter: 24 * time.Hour}, 5 * time.Minute},
		{"overloaded concerns the request", pace.Outcome{Verdict: pace.Overloaded, RetryAfter: 7 * time.Second}, 0},
		{"failed teaches nothing", pace.Outcome{Verdict: pace.Failed, RetryAfter: 7 * time.Second}, 0},
		{"canceled teaches nothing", pace.Outcome{Verdict: pace.Canceled, RetryAfter: 7 * time.Second, Windows: requests(0, time.Second)}, 0},
		{"the last request", pace.Outcome{Verdict: pace.OK, RetryAfter: -1, Windows: requests(0, 9*time.Second)}, 9 * time.Second},
		{"one request left", pace.Outcome{Verdict: pace.OK, RetryAfter: -1, Windows: requests(1, 9*time.Second)}, 0},
		{"none left until nobody knows when", pace.Outcome{Verdict: pace.OK, RetryAfter: -1, Windows: requests(0, 0)}, 0},
		{"too few tokens for one more", pace.Outcome{Verdict: pace.OK, RetryAfter: -1, Windows: tokens(99, 4*time.Second)}, 4 * time.Second},
		{"enough tokens for one more", pace.Outcome{Verdict: pace.OK, RetryAfter: -1, Windows: tokens(100, 4*time.Second)}, 0},
		{"the longer of two", pace.Outcome{Verdict: pace.Limited, RetryAfter: 3 * time.Second, Windows: tokens(0, 4*time.Second)}, 4 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := pace.NewAccount(pace.Limits{}, pace.Options{})
				s := acquire(t, a, 100)
				s.Done(c.outcome)
				if got := a.State().Pause; got != c.want {
					t.Errorf("State says %v, want %v", got, c.want)
				}
				start := time.Now()
				var all sync.WaitGroup
				for range 5 {
					all.Go(func() {
						s := acquire(t, a, 100)
						if got := time.Since(start); got != c.want {
							t.Errorf("another request waited %v, want %v", got, c.want)
						}
						s.Done(pace.Bare(pace.OK))
					})
				}
				all.Wait()
			})
		})
	}
}

// TestPauseGrowsWhileNothingIsSaid: 0.5 s, 1 s, 2 s ... 15 s while every request
// is refused with no word on when to come back; successes take it back.
func TestPauseGrowsWhileNothingIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{}, pace.Options{})
		refuse := func() time.Duration {
			acquire(t, a, 0).Done(pace.Bare(pace.Limited))
			return a.State().Pause
		}
		for _, want := range []time.Duration{500, 1000, 2000, 4000, 8000, 15000, 15000} {
			if got := refuse(); got != want*time.Millisecond {
				t.Errorf("paused for %v, want %v", got, want*time.Millisecond)
			}
		}
		for range 10 {
			acquire(t, a, 0).Done(pace.Bare(pace.OK))
		}
		if got := refuse(); got != 500*time.Millisecond {
			t.Errorf("after successes paused for %v, want 500ms", got)
		}
	})
}

// TestWhatRemainsBoundsWhatIsInFlight: with 3 requests left no more than 3 are in
// flight, until the window is full again.
func TestWhatRemainsBoundsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{}, pace.Options{})
		acquire(t, a, 0).Done(pace.Outcome{RetryAfter: -1, Tokens: -1, Windows: []pace.Window{{Kind: pace.Requests, Remaining: 3, Reset: 10 * time.Second}}})
		start := time.Now()
		for range 3 {
			acquire(t, a, 0)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("three requests waited %v", d)
		}
		acquire(t, a, 0)
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("the fourth waited %v, want 10s", d)
		}
	})
}

// TestOlderHeadersDoNotCount: replies overtake each other; what the request sent
// last was told holds.
func TestOlderHeadersDoNotCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{}, pace.Options{})
		told := func(remaining int) pace.Outcome {
			return pace.Outcome{RetryAfter: -1, Tokens: -1, Windows: []pace.Window{{Kind: pace.Requests, Remaining: remaining, Reset: time.Minute}}}
		}
		first, second := acquire(t, a, 0), acquire(t, a, 0)
		second.Done(told(100))
		first.Done(told(1))
		start := time.Now()
		for range 5 {
			acquire(t, a, 0)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("waited %v for what an older reply says", d)
		}
	})
}

// TestOrderOfAsking: 2,000 waiters are let through in the order in which they
// asked, however much each needs, and those who leave leave no gap.
func TestOrderOfAsking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{RequestsPerMinute: 6000, TokensPerMinute: 1_000_000, MaxInFlight: 8}, pace.Options{})
		random := rand.New(rand.NewPCG(1, 2))
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 2000 {
			tokens, leaves, takes := random.IntN(500), random.IntN(5) == 0, time.Duration(random.IntN(50))*time.Millisecond
			all.Go(func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if leaves {
					time.AfterFunc(time.Duration(i)*time.Millisecond/4, cancel)
				}
				s, err := a.Acquire(ctx, tokens)
				if err != nil {
					return
				}
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
				time.Sleep(takes)
				s.Done(pace.Bare(pace.OK))
			})
			synctest.Wait() // asked in this order
		}
		all.Wait()
		// Those let through at one moment may note it in any order.
		for i := 1; i < len(order); i++ {
			if order[i] < order[i-1]-8 {
				t.Fatalf("%d was let through after %d", order[i], order[i-1])
			}
		}
		if len(order) < 1600 || len(order) == 2000 {
			t.Errorf("%d were let through of 2,000 of whom a fifth leaves", len(order))
		}
		if s := a.State(); s.InFlight != 0 || s.Waiting != 0 {
			t.Errorf("left behind: %+v", s)
		}
	})
}

// TestAcquireEnds: by its context only, with the cause of that, and without a
// trace.
func TestAcquireEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("the model was given up")
		a := pace.NewAccount(pace.Limits{MaxInFlight: 1}, pace.Options{})
		ctx, cancel := context.WithCancelCause(context.Background())
		held := acquire(t, a, 0)
		time.AfterFunc(time.Second, func() { cancel(cause) })
		start := time.Now()
		if _, err := a.Acquire(ctx, 0); !errors.Is(err, cause) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		held.Done(pace.Bare(pace.OK))
		if _, err := a.Acquire(ctx, 0); !errors.Is(err, cause) {
			t.Errorf("with an ended context: %v", err)
		}
		if s := a.State(); s.InFlight != 0 || s.Waiting != 0 || s.Sent != 1 {
			t.Errorf("left behind: %+v", s)
		}
	})
}

// TestTheNextMayNeedLess: when the first waiter leaves, the one behind it is
// looked at again at once.
func TestTheNextMayNeedLess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{TokensPerMinute: 60_000}, pace.Options{})
		acquire(t, a, 1000)
		time.Sleep(5 * time.Second) // paid off
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		go func() {
			if _, err := a.Acquire(ctx, 60_000); err == nil {
				t.Error("60,000 tokens were let through beside 1,000")
			}
		}()
		synctest.Wait()
		start := time.Now()
		acquire(t, a, 1000)
		if d := time.Since(start); d != time.Second {
			t.Errorf("waited %v, want 1s", d)
		}
	})
}

func TestDoneTwice(t *testing.T) {
	defer func() {
		if got := fmt.Sprint(recover()); got != "pace: Done was called twice for one slot" {
			t.Errorf("panic %q", got)
		}
	}()
	s := acquire(t, pace.NewAccount(pace.Limits{}, pace.Options{}), 0)
	s.Done(pace.Bare(pace.OK))
	s.Done(pace.Bare(pace.OK))
}

// TestInvariants has many callers do everything at once, in real time so that the
// race detector sees it: never more in flight than declared, and nothing left.
func TestInvariants(t *testing.T) {
	for seed := range uint64(2) {
		a := pace.NewAccount(pace.Limits{MaxInFlight: 20, TokensPerMinute: 1 << 30, RequestsPerMinute: 1 << 30}, pace.Options{MaxPause: 50 * time.Microsecond})
		var all sync.WaitGroup
		for i := range 64 {
			random := rand.New(rand.NewPCG(seed, uint64(i)))
			all.Go(func() {
				for range 100 {
					once(t, a, random)
				}
			})
		}
		all.Wait()
		if s := a.State(); s.InFlight != 0 || s.Waiting != 0 || s.Ceiling < 1 {
			t.Errorf("left behind: %+v", s)
		}
	}
}

func once(t *testing.T, a *pace.Account, random *rand.Rand) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if random.IntN(4) == 0 {
		time.AfterFunc(time.Duration(random.IntN(1000))*time.Microsecond, cancel)
	}
	s, err := a.Acquire(ctx, random.IntN(1000))
	if err != nil {
		return
	}
	runtime.Gosched()
	if st := a.State(); st.InFlight > 20 || st.Ceiling > 20 || st.Ceiling < 1 || st.Waiting > 64 {
		t.Errorf("%+v", st)
	}
	o := pace.Outcome{Verdict: pace.Verdict(random.IntN(5)), RetryAfter: time.Duration(random.IntN(3)-1) * time.Microsecond, Tokens: random.IntN(1000) - 1}
	if random.IntN(2) == 0 {
		o.Windows = []pace.Window{{Kind: pace.Kind(random.IntN(2)), Remaining: random.IntN(5), Reset: time.Microsecond}}
	}
	s.Done(o)
}
