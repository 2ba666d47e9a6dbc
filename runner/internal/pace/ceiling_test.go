package pace_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"circumplex.example/runner/internal/pace"
)

// crowd has callers send until the time is over, each request until the server
// takes it; serve is called when a request arrives and says how it ends and
// after what latency.
type crowd struct {
	account *pace.Account
	serve   func(inFlight int) (pace.Outcome, time.Duration)
	retry   pace.Retry

	start              time.Time
	served, turnedAway atomic.Int64
	givenUp            atomic.Int64
	inFlight           atomic.Int64
}

func (c *crowd) run(t *testing.T, callers int, d time.Duration) {
	t.Helper()
	if c.start.IsZero() {
		c.start = time.Now()
	}
	var all sync.WaitGroup
	for i := range callers {
		random := rand.New(rand.NewPCG(8, uint64(i)))
		retry := c.retry
		retry.Rand = random.Float64
		all.Go(func() {
			for time.Since(c.start) < d {
				c.request(retry)
			}
		})
	}
	all.Wait()
	if s := c.account.State(); s.InFlight != 0 || s.Waiting != 0 {
		t.Errorf("left behind: %+v", s)
	}
}

func (c *crowd) request(retry pace.Retry) {
	for tried := 1; ; tried++ {
		s, err := c.account.Acquire(context.Background(), 0)
		if err != nil {
			panic(err)
		}
		o, latency := c.serve(int(c.inFlight.Add(1)))
		time.Sleep(latency)
		c.inFlight.Add(-1)
		s.Done(o)
		if o.Verdict == pace.OK {
			c.served.Add(1)
			return
		}
		c.turnedAway.Add(1)
		wait, again := retry.Next(tried, o.RetryAfter)
		if !again {
			c.givenUp.Add(1)
			return
		}
		time.Sleep(wait)
	}
}

const latency = 200 * time.Millisecond

func well(int) (pace.Outcome, time.Duration) { return pace.Bare(pace.OK), latency }

// TestDeclaredCeilingReachedQuickly: 1,024 in flight at 200 ms could be 5,120
// requests a second; the first 10 s, ramp included, reach 4,000, and the ceiling
// is there after 1.4 s.
func TestDeclaredCeilingReachedQuickly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{MaxInFlight: 1024}, pace.Options{})
		c := &crowd{account: a, serve: well}
		time.AfterFunc(1400*time.Millisecond, func() {
			if s := a.State(); s.Ceiling != 1024 || s.InFlight != 1024 {
				t.Errorf("after 1.4 s: %+v", s)
			}
		})
		c.run(t, 1500, 10*time.Second)
		if got := c.served.Load(); got < 40_000 {
			t.Errorf("%d requests in 10 s, want 40,000", got)
		}
	})
}

// TestCeilingBegins begins at 16, or at a sixteenth of what is declared, doubles
// with every round, and grows to what is declared or 256.
func TestCeilingBegins(t *testing.T) {
	for _, c := range []struct {
		declared int
		want     []int
	}{{0, []int{16, 32, 64, 128, 256, 256}}, {100, []int{16, 32, 64, 100, 100, 100}}, {480, []int{30, 60, 120, 240, 480, 480}}, {4, []int{4, 4, 4, 4, 4, 4}}, {1, []int{1, 1, 1, 1, 1, 1}}} {
		t.Run(fmt.Sprint(c.declared), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := pace.NewAccount(pace.Limits{MaxInFlight: c.declared}, pace.Options{})
				var got []int
				var watch sync.WaitGroup
				watch.Go(func() {
					time.Sleep(latency / 2)
					for range c.want {
						got = append(got, a.State().InFlight)
						time.Sleep(latency)
					}
				})
				(&crowd{account: a, serve: well}).run(t, 600, 2*time.Second)
				watch.Wait()
				if fmt.Sprint(got) != fmt.Sprint(c.want) {
					t.Errorf("in flight by round %v, want %v", got, c.want)
				}
			})
		})
	}
}

// TestCeilingThatIsNotReachedStays: who sends one request at a time earns no room
// for 256 at once.
func TestCeilingThatIsNotReachedStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{}, pace.Options{})
		(&crowd{account: a, serve: well}).run(t, 3, time.Minute)
		if got := a.State().Ceiling; got != 16 {
			t.Errorf("ceiling %d, want 16", got)
		}
	})
}

// TestServersOwnCeilingIsFound: a server that takes 50 at a time and turns the
// others away at once is kept at 90 % of what it can do, and turns away one in ten at most.
func TestServersOwnCeilingIsFound(t *testing.T) {
	for _, verdict := range []pace.Verdict{pace.Overloaded, pace.Limited} {
		t.Run(fmt.Sprint(verdict), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const room = 50
				var taken atomic.Int64
				c := &crowd{account: pace.NewAccount(pace.Limits{}, pace.Options{})}
				c.serve = func(int) (pace.Outcome, time.Duration) {
					if taken.Add(1) > room {
						taken.Add(-1)
						return pace.Bare(verdict), time.Millisecond
					}
					time.AfterFunc(latency, func() { taken.Add(-1) })
					return pace.Bare(pace.OK), latency
				}
				c.run(t, 300, 2*time.Minute)
				got, best := c.served.Load(), int64(2*60*5*room)
				t.Logf("%.1f %% of what the server can do, %.1f %% turned away, %d given up", 100*float64(got)/float64(best),
					100*float64(c.turnedAway.Load())/float64(got), c.givenUp.Load())
				if got < best*90/100 {
					t.Errorf("%d requests of %d", got, best)
				}
				if away := c.turnedAway.Load(); away > got/10 {
					t.Errorf("%d turned away for %d served", away, got)
				}
				if n := c.givenUp.Load(); n > 0 {
					t.Errorf("%d requests given up", n)
				}
			})
		})
	}
}

// TestStorm: while a server turns everything away for 20 s the ceiling falls to
// 1 and is never lower; 15 s after the storm it is nearly where it was.
func TestStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := pace.NewAccount(pace.Limits{MaxInFlight: 512}, pace.Options{})
		c := &crowd{account: a, retry: pace.Retry{MaxTries: 1000}}
		c.serve = func(int) (pace.Outcome, time.Duration) {
			if since := time.Since(c.start); since > 10*time.Second && since < 30*time.Second {
				return pace.Bare(pace.Overloaded), latency
			}
			return pace.Bare(pace.OK), latency
		}
		at := func(d time.Duration) int {
			time.Sleep(time.Until(c.start.Add(d)))
			return a.State().Ceiling
		}
		var got []int
		var watch sync.WaitGroup
		c.start = time.Now()
		watch.Go(func() {
			got = append(got, at(9*time.Second), at(20*time.Second), at(29*time.Second), at(55*time.Second))
		})
		c.run(t, 600, time.Minute)
		watch.Wait()
		t.Logf("ceiling before, in and after the storm: %v", got)
		if got[0] != 512 || got[2] != 1 || got[3] < 400 {
			t.Errorf("ceiling before, in and after the storm: %v, want 512, .., 1, 400 or more", got)
		}
	})
}

// TestSporadicRefusalsDoNotStrangle: refusals that say nothing about load leave
// room for a rate, in requests a second at 200 ms. Halving at each would leave
// about 70 a second at one in a hundred (the square root of 2/p in flight).
func TestSporadicRefusalsDoNotStrangle(t *testing.T) {
	for _, c := range []struct {
		share float64
		least int64
	}{{.01, 800}, {.05, 200}, {.2, 40}} {
		t.Run(fmt.Sprint(c.share), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				random := rand.New(rand.NewPCG(9, 9))
				cr := &crowd{account: pace.NewAccount(pace.Limits{}, pace.Options{})}
				cr.serve = func(int) (pace.Outcome, time.Duration) {
					mu.Lock()
					defer mu.Unlock()
					if random.Float64() < c.share {
						return pace.Bare(pace.Overloaded), latency
					}
					return pace.Bare(pace.OK), latency
				}
				cr.run(t, 300, time.Minute)
				perSecond := cr.served.Load() / 60
				t.Logf("%d requests a second", perSecond)
				if perSecond < c.least {
					t.Errorf("%d requests a second, want %d", perSecond, c.least)
				}
			})
		})
	}
}

// window is a server's strict limiter: at most limit requests in any 60 s, others
// are turned away at once.
type window struct {
	mu    sync.Mutex
	limit int
	taken []time.Time
}

// take returns how many remain, below 0 if the request is turned away, and how
// long until one more does, and until all do.
func (w *window) take() (left int, one, all time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	for len(w.taken) > 0 && now.Sub(w.taken[0]) >= time.Minute {
		w.taken = w.taken[1:]
	}
	if left = w.limit - len(w.taken) - 1; left >= 0 {
		w.taken = append(w.taken, now)
	}
	return left, w.taken[0].Add(time.Minute).Sub(now), w.taken[len(w.taken)-1].Add(time.Minute).Sub(now)
}

// TestUndeclaredLimitIsFound: a server of 120 requests in any 60 s, which nobody
// declared, told by Retry-After, by headers, or by nothing but the refusal. Nearly
// all of it is used and no request uses up its tries. For four served at most one
// is turned away where the server says how long, and three where it does not.
func TestUndeclaredLimitIsFound(t *testing.T) {
	for name, tell := range map[string]func(v pace.Verdict, left int, one, all time.Duration) pace.Outcome{
		"retry-after": func(v pace.Verdict, _ int, one, _ time.Duration) pace.Outcome {
			return pace.Outcome{Verdict: v, RetryAfter: one.Truncate(time.Second) + time.Second, Tokens: -1}
		},
		"headers": func(v pace.Verdict, left int, _, all time.Duration) pace.Outcome {
			return pace.Outcome{Verdict: v, RetryAfter: -1, Tokens: -1, Windows: []pace.Window{{Kind: pace.Requests, Remaining: max(0, left), Reset: all}}}
		},
		"nothing": func(v pace.Verdict, _ int, _, _ time.Duration) pace.Outcome { return pace.Bare(v) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const limit, minutes = 120, 20
				w := &window{limit: limit}
				c := &crowd{account: pace.NewAccount(pace.Limits{}, pace.Options{})}
				c.serve = func(int) (pace.Outcome, time.Duration) {
					left, one, all := w.take()
					if left < 0 {
						return tell(pace.Limited, left, one, all), 30 * time.Millisecond
					}
					return tell(pace.OK, left, one, all), latency
				}
				c.run(t, 64, minutes*time.Minute)
				share := float64(c.served.Load()) / (limit * minutes)
				t.Logf("%.1f %% of the limit, %d turned away, %d given up", 100*share, c.turnedAway.Load(), c.givenUp.Load())
				if share < .9 {
					t.Errorf("reached %.1f %% of the limit", 100*share)
				}
				most := int64(limit * minutes / 4)
				if name == "nothing" {
					most *= 3
				}
				if away := c.turnedAway.Load(); away > most {
					t.Errorf("%d turned away", away)
				}
				if n := c.givenUp.Load(); n > 0 {
					t.Errorf("%d requests given up", n)
				}
			})
		})
	}
}
