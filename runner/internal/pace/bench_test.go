package pace_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circumplex.example/runner/internal/pace"
)

var everything = pace.Limits{RequestsPerMinute: 1 << 40, TokensPerMinute: 1 << 50, MaxInFlight: 1024}

// BenchmarkAcquireDone is what pacing adds to a request that need not wait.
func BenchmarkAcquireDone(b *testing.B) {
	for name, limits := range map[string]pace.Limits{"unlimited": {}, "limited": everything} {
		b.Run(name, func(b *testing.B) {
			a, ctx := pace.NewAccount(limits, pace.Options{}), context.Background()
			outcome := pace.Outcome{RetryAfter: -1, Tokens: 900, Windows: []pace.Window{{Remaining: 1 << 20, Reset: time.Minute}}}
			b.ReportAllocs()
			for b.Loop() {
				s, err := a.Acquire(ctx, 1000)
				if err != nil {
					b.Fatal(err)
				}
				s.Done(outcome)
			}
		})
	}
}

// BenchmarkCallers is the same with callers that wait for each other: more of
// them than the ceiling lets through.
func BenchmarkCallers(b *testing.B) {
	for _, callers := range []int{64, 1024, 8192} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			a := pace.NewAccount(pace.Limits{MaxInFlight: 32}, pace.Options{})
			var left atomic.Int64
			left.Store(int64(b.N))
			b.ReportAllocs()
			b.ResetTimer()
			var all sync.WaitGroup
			for range callers {
				all.Go(func() {
					for left.Add(-1) >= 0 {
						acquire(b, a, 0).Done(pace.Bare(pace.OK))
					}
				})
			}
			all.Wait()
		})
	}
}

// TestAcquireDoneIsCheap guards the order of magnitude, on a loaded machine too:
// the best of ten rounds is below 10 us (the benchmark says 1), with one allocation.
func TestAcquireDoneIsCheap(t *testing.T) {
	a := pace.NewAccount(everything, pace.Options{})
	best := time.Hour
	for range 10 {
		start := time.Now()
		for range 2000 {
			acquire(t, a, 1000).Done(pace.Bare(pace.OK))
		}
		best = min(best, time.Since(start)/2000)
	}
	if best > 10*time.Microsecond && !raceDetector {
		t.Errorf("Acquire and Done take %v, want 10us at most", best)
	}
	if n := testing.AllocsPerRun(1000, func() { acquire(t, a, 1000).Done(pace.Bare(pace.OK)) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
