package pace_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circumplex.example/runner/internal/pace"
)

// quick tells to leave out simulations that only repeat what smaller ones show.
func quick() bool { return testing.Short() || raceDetector }

func acquire(t testing.TB, a *pace.Account, tokens int) *pace.Slot {
	t.Helper()
	s, err := a.Acquire(context.Background(), tokens)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// most returns the most events in a window of that length that holds its
// beginning and not its end. Weights may be nil, for 1 each.
func most(at []time.Duration, weights []int, window time.Duration) int {
	type event struct {
		at     time.Duration
		weight int
	}
	events := make([]event, len(at))
	for i := range at {
		events[i] = event{at[i], 1}
		if weights != nil {
			events[i].weight = weights[i]
		}
	}
	slices.SortFunc(events, func(a, b event) int { return int(a.at - b.at) })
	best, sum, first := 0, 0, 0
	for _, e := range events {
		for sum += e.weight; events[first].at <= e.at-window; first++ {
			sum -= events[first].weight
		}
		best = max(best, sum)
	}
	return best
}

// during drops what is later.
func during(at []time.Duration, end time.Duration) []time.Duration {
	return slices.DeleteFunc(slices.Clone(at), func(d time.Duration) bool { return d >= end })
}

// TestRequestsPerMinuteStrictAndReached sends for 30 virtual minutes through a
// network that takes up to 1 s. The server never counts more than R in any 60 s,
// counts at least 96 % of R all in all (100 % where R is small, since the first
// request is free), and neither bursts nor silence.
func TestRequestsPerMinuteStrictAndReached(t *testing.T) {
	const minutes = 30
	for _, r := range []int{1, 3, 10, 60, 500, 3000, 30000} {
		t.Run(fmt.Sprint(r), func(t *testing.T) {
			if t.Parallel(); quick() && r > 500 {
				t.Skip("up to 900,000 requests")
			}
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(4, uint64(r)))
				a := pace.NewAccount(pace.Limits{RequestsPerMinute: r}, pace.Options{})
				start := time.Now()
				var sent, received []time.Duration
				for time.Since(start) < minutes*time.Minute {
					s := acquire(t, a, 0)
					at := time.Since(start)
					sent = append(sent, at)
					received = append(received, at+time.Duration(random.Int64N(int64(time.Second))))
					s.Done(pace.Bare(pace.OK))
				}
				check(t, r, minutes, sent, received)
			})
		})
	}
}

func check(t *testing.T, r, minutes int, sent, received []time.Duration) {
	t.Helper()
	end := time.Duration(minutes) * time.Minute
	if got := most(received, nil, time.Minute); got > r {
		t.Errorf("the server counts %d in a window of 60 s, want at most %d", got, r)
	}
	got, want := len(during(received, end)), r*minutes*96/100
	t.Logf("%d of %d: %.1f %%", got, r*minutes, 100*float64(got)/float64(r*minutes))
	if got < want {
		t.Errorf("%d requests in %d min, want at least %d", got, minutes, want)
	}
	// Sent: in a second what belongs there, a quarter as much again and one.
	if got, want := most(sent, nil, time.Second), 2+r*5/4/60; got > want {
		t.Errorf("%d requests in one second, want at most %d", got, want)
	}
	for i, longest := 1, 63*time.Second/time.Duration(r); i < len(sent); i++ {
		if gap := sent[i] - sent[i-1]; gap > longest {
			t.Fatalf("silence of %v after request %d, want at most %v", gap, i, longest)
		}
	}
}

// TestRequestsPerMinuteConcurrently has 400 callers whose requests take up to
// 1 s on the way and up to 20 s to answer, and timers that fire up to 50 ms late.
func TestRequestsPerMinuteConcurrently(t *testing.T) {
	for _, r := range []int{60, 500, 1000} {
		t.Run(fmt.Sprint(r), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const minutes = 20
				a := pace.NewAccount(pace.Limits{RequestsPerMinute: r, MaxInFlight: 400}, pace.Options{})
				var mu sync.Mutex
				var received []time.Duration
				start := time.Now()
				var all sync.WaitGroup
				for i := range 400 {
					random := rand.New(rand.NewPCG(5, uint64(i)))
					late := func(most time.Duration) { time.Sleep(time.Duration(random.Int64N(int64(most)))) }
					all.Go(func() {
						for time.Since(start) < minutes*time.Minute {
							s := acquire(t, a, 0)
							late(50 * time.Millisecond)
							late(time.Second)
							mu.Lock()
							received = append(received, time.Since(start))
							mu.Unlock()
							late(20 * time.Second)
							s.Done(pace.Bare(pace.OK))
						}
					})
				}
				all.Wait()
				if got := most(received, nil, time.Minute); got > r {
					t.Errorf("the server counts %d in a window of 60 s, want at most %d", got, r)
				}
				if got, want := len(during(received, minutes*time.Minute)), r*minutes*94/100; got < want {
					t.Errorf("%d requests, want at least %d", got, want)
				}
				if s := a.State(); s.InFlight != 0 || s.Waiting != 0 {
					t.Errorf("left behind: %+v", s)
				}
			})
		})
	}
}

// TestIdleBuysNoBurst: an hour of silence is not made up.
func TestIdleBuysNoBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{RequestsPerMinute: 600}, pace.Options{})
		var sent []time.Duration
		start := time.Now()
		for range 3 {
			for range 600 {
				acquire(t, a, 0).Done(pace.Bare(pace.OK))
				sent = append(sent, time.Since(start))
			}
			time.Sleep(time.Hour)
		}
		if got := most(sent, nil, time.Second); got > 14 {
			t.Errorf("%d requests in one second of 600 a minute", got)
		}
		if got := most(sent, nil, time.Minute); got > 600 {
			t.Errorf("%d requests in a minute, want at most 600", got)
		}
	})
}

// TestUnlimited: what is not declared does not hold anything back.
func TestUnlimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{}, pace.Options{})
		start := time.Now()
		for range 10_000 {
			acquire(t, a, 1_000_000).Done(pace.Bare(pace.OK))
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("took %v", d)
		}
		if s := a.State(); s.Sent != 10_000 || s.Tokens != 10_000_000_000 {
			t.Errorf("state %+v", s)
		}
		time.Sleep(time.Minute)
		if s := a.State(); s.Sent != 0 || s.Tokens != 0 {
			t.Errorf("a minute later: %+v", s)
		}
	})
}
