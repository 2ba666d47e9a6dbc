package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// catchUp is for how long calls may be made up after a delay.
const catchUp = 250 * time.Millisecond

// spacing spreads requests over time so that no window of the given length
// holds more than n of them.
//
// A token bucket of size b that fills at r a second lets at most b + r·w through
// in a closed window of w seconds. With b + r·w = n + 1 - r·ε the bound holds for
// every shorter window, so the bucket needs no record of what was sent. The usual
// bucket, which holds n and fills at n in w, would let nearly 2n through.
type spacing struct{ bucket *rate.Limiter }

func newSpacing(n int, window time.Duration) *spacing {
	size := 1 + int(float64(n)*catchUp.Seconds()/window.Seconds())
	return &spacing{rate.NewLimiter(rate.Limit(float64(n-size+1)/window.Seconds()), size)}
}

// wait returns how long until the next request.
func (s *spacing) wait(now time.Time) time.Duration {
	missing := 1 - s.bucket.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	// Rounded up: a timer that fires a fraction early would find nothing.
	return time.Duration(math.Ceil(missing/float64(s.bucket.Limit())*1e9)) + 1
}

func (s *spacing) take(now time.Time) { s.bucket.AllowN(now, 1) }
