package pace_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"circumplex.example/runner/internal/pace"
)

const nearlyOne = 1 - 1./(1<<53)

// TestRetryNext: the longest wait by tries, what Retry-After adds, and the end.
func TestRetryNext(t *testing.T) {
	for _, c := range []struct {
		name       string
		retry      pace.Retry
		tried      int
		retryAfter time.Duration
		least      time.Duration
		most       time.Duration
		reason     string
	}{
		{name: "default, first", tried: 1, retryAfter: -1, most: time.Second},
		{name: "default, second", tried: 2, retryAfter: -1, most: 2 * time.Second},
		{name: "default, fifth", tried: 5, retryAfter: -1, most: 16 * time.Second},
		{name: "default, sixth", tried: 6, retryAfter: -1, reason: "tried 6 times"},
		{name: "default, beyond", tried: 7, retryAfter: -1, reason: "tried 7 times"},
		{name: "capped", retry: pace.Retry{MaxTries: 10, Base: 3 * time.Second, Cap: 10 * time.Second}, tried: 3, retryAfter: -1, most: 10 * time.Second},
		{name: "capped at a minute", retry: pace.Retry{MaxTries: 100}, tried: 7, retryAfter: -1, most: time.Minute},
		{name: "no overflow", retry: pace.Retry{MaxTries: 1000}, tried: 35, retryAfter: -1, most: time.Minute},
		{name: "no overflow at 64", retry: pace.Retry{MaxTries: 1000}, tried: 64, retryAfter: -1, most: time.Minute},
		{name: "no overflow at 65", retry: pace.Retry{MaxTries: 1000}, tried: 65, retryAfter: -1, most: time.Minute},
		{name: "no overflow at 999", retry: pace.Retry{MaxTries: 1000, Base: time.Hour, Cap: 24 * time.Hour}, tried: 999, retryAfter: -1, most: 24 * time.Hour},
		{name: "retry-after is a floor", tried: 1, retryAfter: 20 * time.Second, least: 20 * time.Second, most: 21 * time.Second},
		{name: "retry-after at once", tried: 3, retryAfter: 0, most: 4 * time.Second},
		{name: "retry-after as long as it may be", tried: 2, retryAfter: 5 * time.Minute, least: 5 * time.Minute, most: 5*time.Minute + 2*time.Second},
		{name: "retry-after too long", tried: 1, retryAfter: 86400 * time.Second, reason: "the server asks to wait for 24h0m0s, which is longer than 5m0s"},
		{name: "retry-after too long for this one", retry: pace.Retry{Longest: time.Second}, tried: 1, retryAfter: 1500 * time.Millisecond, reason: "the server asks to wait for 2s, which is longer than 1s"},
		{name: "one try", retry: pace.Retry{MaxTries: 1}, tried: 1, retryAfter: -1, reason: "tried once"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, draw := range []struct{ number, share float64 }{{0, 0}, {.5, .5}, {nearlyOne, 1}} {
				c.retry.Rand = func() float64 { return draw.number }
				wait, again := c.retry.Next(c.tried, c.retryAfter)
				want := c.least + time.Duration(draw.share*float64(c.most-c.least))
				if again != (c.reason == "") || (wait-want).Abs() > time.Microsecond {
					t.Errorf("at %v: %v, %v, want %v", draw.number, wait, again, want)
				}
			}
			if got := c.retry.Reason(c.tried, c.retryAfter); got != c.reason {
				t.Errorf("reason %q, want %q", got, c.reason)
			}
		})
	}
}

// TestHerdDoesNotComeBackAtOnce: 1,000 requests that were told to wait for 30 s
// come back over a second, none before.
func TestHerdDoesNotComeBackAtOnce(t *testing.T) {
	retry := pace.Retry{Rand: rand.New(rand.NewPCG(3, 3)).Float64}
	tenths := make([]int, 10)
	for range 1000 {
		wait, _ := retry.Next(1, 30*time.Second)
		tenths[(wait-30*time.Second)/(100*time.Millisecond)]++
	}
	for i, n := range tenths {
		if n < 70 || n > 130 {
			t.Errorf("%d of 1,000 in the tenth %d of the second, want about 100: %v", n, i, tenths)
		}
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := pace.NewBreaker(pace.BreakerOptions{})
		ctx, cancel := b.Context(context.Background())
		defer cancel()
		start := time.Now()
		if err := pace.Wait(ctx, 3*time.Second); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if err := pace.Wait(ctx, 0); err != nil || time.Since(start) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		time.AfterFunc(time.Second, func() { b.Trip("the key is refused") })
		err := pace.Wait(ctx, time.Hour)
		var tripped *pace.TrippedError
		if !errors.As(err, &tripped) || fmt.Sprint(err) != "the key is refused" || time.Since(start) != 4*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if err := pace.Wait(ctx, 0); !errors.As(err, &tripped) {
			t.Errorf("after the end: %v", err)
		}
	})
}
