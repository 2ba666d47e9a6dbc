package pace_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"circumplex.example/runner/internal/pace"
)

// TestBreaker plays a script: a letter begins a trial, the same letter with a
// sign ends it (+ success, - tries used up, ! permanent).
func TestBreaker(t *testing.T) {
	for _, c := range []struct {
		name, script string
		options      pace.BreakerOptions
		want         string
	}{
		{name: "nothing"},
		{name: "one request used up its tries", script: "a a-"},
		{name: "two at a time", script: "a b a- b-", want: "2 requests in a row used up their tries, the last: b is down"},
		{name: "two, one after the other", script: "a a- b b-", want: "2 requests in a row used up their tries, the last: b is down"},
		{name: "a success between them", script: "a a- b b+ c c-"},
		{name: "a success since the second began", script: "a b c c+ a- b-"},
		{name: "a success before they began", script: "c c+ a b a- b-", want: "2 requests in a row used up their tries, the last: b is down"},
		{name: "a success while the first was under way", script: "a b c c+ a- d d-"},
		{name: "one is enough", script: "a a-", options: pace.BreakerOptions{Exhausted: 1}, want: "a request used up its tries: a is down"},
		{name: "one is enough, but another succeeded", script: "a b b+ a-", options: pace.BreakerOptions{Exhausted: 1}},
		{name: "four for good", script: "a a! b b! c c! d d!"},
		{name: "five for good", script: "a a! b b! c c! d d! e e!", want: "5 requests in a row failed for good, the last: e is down"},
		{name: "five for good with a success between", script: "a a! b b! c c! d d! x x+ e e!"},
		{name: "five for good and one that used up its tries", script: "a a! b b! x x- c c! d d! e e!", want: "5 requests in a row failed for good, the last: e is down"},
		{name: "first reason stays", script: "a b c a- b- c-", want: "2 requests in a row used up their tries, the last: b is down"},
		{name: "a later success does not bring it back", script: "a b c a- b- c+", want: "2 requests in a row used up their tries, the last: b is down"},
		{name: "two for good", script: "a a! b b!", options: pace.BreakerOptions{Permanent: 2}, want: "2 requests in a row failed for good, the last: b is down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := pace.NewBreaker(c.options)
			play(b, c.script)
			if got := b.Reason(); got != c.want {
				t.Errorf("reason %q, want %q", got, c.want)
			}
			select {
			case <-b.Tripped():
				if c.want == "" {
					t.Error("tripped")
				}
			default:
				if c.want != "" {
					t.Error("did not trip")
				}
			}
		})
	}
}

func play(b *pace.Breaker, script string) {
	trials := map[string]*pace.Trial{}
	for _, word := range strings.Fields(script) {
		switch name := word[:1]; word[1:] {
		case "":
			trials[name] = b.Begin()
		case "+":
			trials[name].Succeeded()
		case "-":
			trials[name].Failed(name+" is down", false)
		case "!":
			trials[name].Failed(name+" is down", true)
		}
	}
}

// TestTripAtOnce: one refused key needs no second, and the first reason stays.
func TestTripAtOnce(t *testing.T) {
	b := pace.NewBreaker(pace.BreakerOptions{})
	b.Trip("the key is refused")
	b.Trip("another reason")
	<-b.Tripped()
	if got := b.Reason(); got != "the key is refused" {
		t.Errorf("reason %q", got)
	}
}

// model is a model under test: trouble says how a try ends.
type model struct {
	account *pace.Account
	breaker *pace.Breaker
	trouble func(r *rand.Rand) pace.Outcome

	served, tries, lost atomic.Int64
}

// ask is a request over all of its tries, as runner/internal/apply makes it.
func (m *model) ask(r *rand.Rand, retry pace.Retry) {
	ctx, cancel := m.breaker.Context(context.Background())
	defer cancel()
	trial := m.breaker.Begin()
	for tried := 1; ; tried++ {
		s, err := m.account.Acquire(ctx, 0)
		if err != nil {
			return
		}
		m.tries.Add(1)
		o := m.trouble(r)
		time.Sleep(200*time.Millisecond + time.Duration(r.Int64N(int64(time.Second))))
		s.Done(o)
		if o.Verdict == pace.OK {
			m.served.Add(1)
			trial.Succeeded()
			return
		}
		wait, again := retry.Next(tried, o.RetryAfter)
		if !again {
			m.lost.Add(1)
			trial.Failed("503 Service Unavailable", false)
			return
		}
		if pace.Wait(ctx, wait) != nil {
			return
		}
	}
}

// run sends n requests by that many callers.
func (m *model) run(n, callers int) {
	var next atomic.Int64
	var all sync.WaitGroup
	for i := range callers {
		r := rand.New(rand.NewPCG(20, uint64(i)))
		all.Go(func() {
			for next.Add(1) <= int64(n) && m.breaker.Reason() == "" {
				m.ask(r, pace.Retry{Rand: r.Float64})
			}
		})
	}
	all.Wait()
}

// faulty ends a share of the tries badly: with a fault that says nothing about
// pace, an overload, or a limit.
func faulty(share float64) func(*rand.Rand) pace.Outcome {
	return func(r *rand.Rand) pace.Outcome {
		if r.Float64() >= share {
			return pace.Bare(pace.OK)
		}
		return pace.Bare([]pace.Verdict{pace.Failed, pace.Failed, pace.Failed, pace.Overloaded, pace.Limited}[r.IntN(5)])
	}
}

// TestOneFaultInFiveNeverTrips sends 100,000 requests of which each try fails
// with a chance of 20 %, one at a time or 64 at a time. Some use up their 6 tries
// (0.2^6, 6 of 100,000); the model stays.
func TestOneFaultInFiveNeverTrips(t *testing.T) {
	for _, callers := range []int{1, 64} {
		t.Run(fmt.Sprint(callers), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := &model{account: pace.NewAccount(pace.Limits{}, pace.Options{}), breaker: pace.NewBreaker(pace.BreakerOptions{}), trouble: faulty(.2)}
				n := 100_000
				if quick() {
					n = 10_000
				}
				m.run(n, callers)
				t.Logf("%d served, %d used up their tries", m.served.Load(), m.lost.Load())
				if r := m.breaker.Reason(); r != "" {
					t.Errorf("tripped: %s", r)
				}
				if got := m.lost.Load(); n == 100_000 && got == 0 || got > 30 {
					t.Errorf("%d used up their tries, want about 6", got)
				}
				if m.served.Load()+m.lost.Load() != int64(n) {
					t.Errorf("%d served, %d lost of %d", m.served.Load(), m.lost.Load(), n)
				}
			})
		})
	}
}

// TestDeadModelStopsAloneAndQuickly: two models on one account, one of which is
// dead. It is given up within a minute, after few tries a request; the other
// finishes.
func TestDeadModelStopsAloneAndQuickly(t *testing.T) {
	for _, verdict := range []pace.Verdict{pace.Failed, pace.Overloaded} {
		t.Run(fmt.Sprint(verdict), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				account := pace.NewAccount(pace.Limits{MaxInFlight: 64}, pace.Options{})
				dead := &model{account: account, breaker: pace.NewBreaker(pace.BreakerOptions{}), trouble: func(*rand.Rand) pace.Outcome { return pace.Bare(verdict) }}
				alive := &model{account: account, breaker: pace.NewBreaker(pace.BreakerOptions{}), trouble: faulty(.02)}
				start := time.Now()
				var all sync.WaitGroup
				all.Go(func() {
					dead.run(10_000, 32)
					if d := time.Since(start); d > time.Minute {
						t.Errorf("given up after %v", d)
					}
					t.Logf("given up after %v and %d tries: %s", time.Since(start).Round(time.Second), dead.tries.Load(), dead.breaker.Reason())
				})
				all.Go(func() { alive.run(10_000, 32) })
				all.Wait()
				if dead.tries.Load() > 32*6 || dead.breaker.Reason() != "2 requests in a row used up their tries, the last: 503 Service Unavailable" {
					t.Errorf("%d tries: %q", dead.tries.Load(), dead.breaker.Reason())
				}
				if alive.served.Load() < 9_990 || alive.breaker.Reason() != "" {
					t.Errorf("the other served %d of 10,000: %q", alive.served.Load(), alive.breaker.Reason())
				}
			})
		})
	}
}

// TestDeadModelOneAtATime: a lone caller finds out after two requests.
func TestDeadModelOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &model{account: pace.NewAccount(pace.Limits{MaxInFlight: 1}, pace.Options{}), breaker: pace.NewBreaker(pace.BreakerOptions{}),
			trouble: func(*rand.Rand) pace.Outcome { return pace.Bare(pace.Failed) }}
		m.run(1000, 1)
		if m.tries.Load() != 12 {
			t.Errorf("%d tries, want 12", m.tries.Load())
		}
	})
}

// TestBreakerConcurrently is for the race detector.
func TestBreakerConcurrently(t *testing.T) {
	b := pace.NewBreaker(pace.BreakerOptions{Exhausted: 1 << 30, Permanent: 1 << 30})
	var all sync.WaitGroup
	for i := range 16 {
		r := rand.New(rand.NewPCG(2, uint64(i)))
		all.Go(func() {
			for range 200 {
				trial := b.Begin()
				ctx, cancel := b.Context(context.Background())
				switch r.IntN(3) {
				case 0:
					trial.Succeeded()
				case 1:
					trial.Failed("down", r.IntN(2) == 0)
				}
				if ctx.Err() != nil && b.Reason() == "" {
					t.Error("a context ended before the breaker tripped")
				}
				if i == 0 && r.IntN(200) == 0 {
					b.Trip("enough")
				}
				cancel()
			}
		})
	}
	all.Wait()
	b.Trip("enough")
	if got := b.Reason(); got != "enough" {
		t.Errorf("reason %q", got)
	}
}
