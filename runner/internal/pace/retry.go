package pace

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"
)

// Retry decides on another try of a request. The zero value is ready: 6 tries,
// waits that begin at 1 s and double up to 60 s, a Retry-After of up to 5 min.
type Retry struct {
	// MaxTries counts all tries, the first too.
	MaxTries int
	// Base is the longest wait after the first try; it doubles with each further
	// one, up to Cap.
	Base, Cap time.Duration
	// Longest is the longest Retry-After that is waited for.
	Longest time.Duration
	// Rand gives numbers in [0, 1); nil is math/rand/v2. It is called from several
	// goroutines.
	Rand func() float64
}

const (
	defaultTries = 6
	defaultBase  = time.Second
	defaultCap   = time.Minute
)

func (r Retry) withDefaults() Retry {
	if r.MaxTries <= 0 {
		r.MaxTries = defaultTries
	}
	if r.Base <= 0 {
		r.Base = defaultBase
	}
	if r.Cap <= 0 {
		r.Cap = max(defaultCap, r.Base)
	}
	if r.Longest <= 0 {
		r.Longest = defaultMaxPause
	}
	if r.Rand == nil {
		r.Rand = rand.Float64
	}
	return r
}

// Next returns how long to wait before another try and whether there should be
// one, after that many tries. retryAfter is what the server asked for, below 0
// if nothing.
//
// The wait is uniform between 0 and min(Cap, Base·2^(tried-1)), "full jitter"
// (Brooker, Exponential Backoff And Jitter, 2015), on top of retryAfter: it is
// never shorter than the server asked, and those who were sent away together do
// not come back together.
func (r Retry) Next(tried int, retryAfter time.Duration) (wait time.Duration, again bool) {
	if r.Reason(tried, retryAfter) != "" {
		return 0, false
	}
	r = r.withDefaults()
	most := min(float64(r.Cap), math.Ldexp(float64(r.Base), tried-1))
	return max(0, retryAfter) + time.Duration(r.Rand()*most), true
}

// Reason says why Next gives up, "" if it does not.
func (r Retry) Reason(tried int, retryAfter time.Duration) string {
	r = r.withDefaults()
	switch {
	case retryAfter > r.Longest:
		return fmt.Sprintf("the server asks to wait for %v, which is longer than %v", retryAfter.Round(time.Second), r.Longest)
	case tried >= r.MaxTries && tried == 1:
		return "tried once"
	case tried >= r.MaxTries:
		return fmt.Sprintf("tried %d times", tried)
	}
	return ""
}

// Wait sleeps between two tries. It returns the cause of ctx if that ends first.
func Wait(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
