package pace_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"circumplex.example/runner/internal/pace"
)

// spend sends requests one after the other for so long and returns when each
// was received, and what it took. Estimates are off by the factor.
func spend(t *testing.T, a *pace.Account, d time.Duration, factor float64, take func() int) (at []time.Duration, took []int) {
	random := rand.New(rand.NewPCG(6, 1))
	start := time.Now()
	for time.Since(start) < d {
		n := take()
		s := acquire(t, a, int(float64(n)*factor))
		at = append(at, time.Since(start)+time.Duration(random.Int64N(int64(time.Second))))
		took = append(took, n)
		time.Sleep(100 * time.Millisecond)
		s.Done(pace.Outcome{RetryAfter: -1, Tokens: n})
	}
	return at, took
}

func total(took []int) (sum int) {
	for _, n := range took {
		sum += n
	}
	return sum
}

// TestTokensPerMinuteStrict: where estimates are not too low, no 60 s hold more
// than T, and the run reaches 93 % of it. Estimates that are four times too high
// still reach 85 %: the reservation is given back by Done.
func TestTokensPerMinuteStrict(t *testing.T) {
	const minutes = 30
	for _, c := range []struct {
		limit  int
		factor float64
		reach  float64
	}{{10_000, 1, .93}, {10_000, 4, .85}, {200_000, 1, .94}, {200_000, 4, .88}, {2_000_000, 1, .94}} {
		t.Run(fmt.Sprintf("%d/%v", c.limit, c.factor), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(7, 7))
				a := pace.NewAccount(pace.Limits{TokensPerMinute: c.limit}, pace.Options{})
				at, took := spend(t, a, minutes*time.Minute, c.factor, func() int { return 100 + random.IntN(c.limit/50) })
				if got := most(at, took, time.Minute); got > c.limit {
					t.Errorf("%d tokens in a window of 60 s, want at most %d", got, c.limit)
				}
				share := float64(total(took)) / float64(minutes*c.limit)
				t.Logf("%d requests, %.1f %% of the limit", len(took), 100*share)
				if share < c.reach {
					t.Errorf("reached %.1f %% of the limit, want %.0f %%", 100*share, 100*c.reach)
				}
				// A quarter of a second is made up, and one request lies across.
				if got, want := most(at, took, 5*time.Second), c.limit/12*13/10+c.limit/12; got > want {
					t.Errorf("%d tokens in 5 s, want at most %d", got, want)
				}
			})
		})
	}
}

// TestTokensEstimatedTooLow: what is learned keeps the overshoot small. Estimates
// are a third of what requests take; after the first minute the limit is kept.
func TestTokensEstimatedTooLow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 60_000
		a := pace.NewAccount(pace.Limits{TokensPerMinute: limit}, pace.Options{})
		at, took := spend(t, a, 20*time.Minute, 1./3, func() int { return 300 })
		for len(at) > 0 && at[0] < time.Minute {
			at, took = at[1:], took[1:]
		}
		if got := most(at, took, time.Minute); got > limit {
			t.Errorf("%d tokens in a window of 60 s, want at most %d", got, limit)
		}
		if got, want := total(took), 19*limit*9/10; got < want {
			t.Errorf("%d tokens in 19 min, want at least %d", got, want)
		}
	})
}

// TestTokensUnknownBeforehand: with no estimates at all calls are still spread by
// what they were found to take.
func TestTokensUnknownBeforehand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 60_000
		a := pace.NewAccount(pace.Limits{TokensPerMinute: limit}, pace.Options{})
		at, took := spend(t, a, 20*time.Minute, 0, func() int { return 300 })
		if got := most(at, took, time.Minute); got > limit+300 {
			t.Errorf("%d tokens in a window of 60 s, want at most %d", got, limit+300)
		}
		if got, want := total(took), 20*limit*9/10; got < want {
			t.Errorf("%d tokens in 20 min, want at least %d", got, want)
		}
	})
}

// TestRequestLargerThanLimit passes alone, once nothing else is reserved.
func TestRequestLargerThanLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{TokensPerMinute: 1000}, pace.Options{})
		start := time.Now()
		var at []time.Duration
		for _, n := range []int{5000, 100, 5000, 1 << 60} {
			s := acquire(t, a, n)
			at = append(at, time.Since(start).Round(time.Second))
			s.Done(pace.Bare(pace.OK))
		}
		// At once; when the first is forgotten; when the second is; the same again.
		want := []time.Duration{0, 63 * time.Second, 126 * time.Second, 189 * time.Second}
		if fmt.Sprint(at) != fmt.Sprint(want) {
			t.Errorf("sent after %v, want %v", at, want)
		}
	})
}

// TestCorrectionLetsWaitersThrough: a reservation that proves too high is given
// back at once, not at the end of its minute.
func TestCorrectionLetsWaitersThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{TokensPerMinute: 1000}, pace.Options{})
		first := acquire(t, a, 1000)
		start := time.Now()
		go func() {
			time.Sleep(3 * time.Second)
			first.Done(pace.Outcome{RetryAfter: -1, Tokens: 10})
		}()
		acquire(t, a, 900)
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("waited %v, want 3s", d)
		}
	})
}

// TestTokensTakenBackOnlyWhereCounted: corrections that come after the minute is
// over neither go below zero nor count twice.
func TestTokensTakenBackOnlyWhereCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{TokensPerMinute: 1000}, pace.Options{})
		s := acquire(t, a, 800)
		time.Sleep(10 * time.Minute)
		s.Done(pace.Outcome{RetryAfter: -1, Tokens: 5})
		if got := a.State().Tokens; got != 0 {
			t.Errorf("%d tokens in the last minute, want 0", got)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		if _, err := a.Acquire(ctx, 1000); err != nil {
			t.Errorf("nothing is reserved, and yet: %v", err)
		}
	})
}
