package pace_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"circumplex.example/runner/internal/pace"
)

// FuzzAccount plays any sequence of requests, outcomes, cancellations and waits
// on a virtual clock. What State says is what is so, the ceiling stays between 1
// and what is declared, no minute holds more than is declared, and whoever waits
// is let through in the end (if not, synctest reports a deadlock).
func FuzzAccount(f *testing.F) {
	f.Add([]byte{0, 0, 0})
	f.Add([]byte("\x1e\x40\x04" + "\x00\x10\x00\x20\x03\x00\x03\x09\x00\xff\x04\x80\x03\x12\x05\x00\x00\x01\x03\x1b"))
	f.Add([]byte("\x01\x01\x01" + "\x00\xff\x00\xff\x00\xff\x05\x01\x03\x01\x04\xff\x03\x02"))
	f.Add([]byte("\x00\x00\x40" + "\x00\x01\x00\x01\x00\x01\x03\x01\x03\x09\x03\x19\x00\x01\x00\x01\x04\xff\x03\x03"))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) < 3 || len(script) > 400 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			p := &player{limits: pace.Limits{RequestsPerMinute: int(script[0]), TokensPerMinute: 100 * int(script[1]), MaxInFlight: int(script[2])}}
			p.account, p.start = pace.NewAccount(p.limits, pace.Options{}), time.Now()
			for script = script[3:]; len(script) >= 2; script = script[2:] {
				p.play(t, script[0], int(script[1]))
			}
			p.drain(t)
		})
	})
}

type player struct {
	limits  pace.Limits
	account *pace.Account
	start   time.Time

	mu      sync.Mutex
	slots   []*pace.Slot
	cancel  map[int]context.CancelFunc // of those who wait
	asked   int
	granted []time.Duration
}

func (p *player) play(t *testing.T, op byte, arg int) {
	switch op % 6 {
	case 0, 1, 2:
		p.ask(arg * 20)
	case 3:
		p.end(arg)
	case 4:
		time.Sleep(time.Duration(arg*arg) * time.Millisecond)
	case 5:
		if stop := p.cancel[arg%max(1, p.asked)]; stop != nil {
			stop()
		}
	}
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.account.State()
	highest := p.limits.MaxInFlight
	if highest == 0 {
		highest = 256
	}
	if s.InFlight != len(p.slots) || s.Waiting != len(p.cancel) || s.Ceiling < 1 || s.Ceiling > highest || s.InFlight > highest {
		t.Fatalf("%+v with %d in flight and %d waiting of %+v", s, len(p.slots), len(p.cancel), p.limits)
	}
	if r := p.limits.RequestsPerMinute; r > 0 && s.Sent > r || s.Sent < 0 || s.Tokens < 0 || s.Pause > 5*time.Minute {
		t.Fatalf("%+v of %+v", s, p.limits)
	}
}

// ask has one more caller ask.
func (p *player) ask(tokens int) {
	ctx, cancel := context.WithCancel(context.Background())
	id := p.asked
	p.asked++
	p.mu.Lock()
	if p.cancel == nil {
		p.cancel = map[int]context.CancelFunc{}
	}
	p.cancel[id] = cancel
	p.mu.Unlock()
	go func() {
		defer cancel()
		s, err := p.account.Acquire(ctx, tokens)
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.cancel, id)
		if err == nil {
			p.slots = append(p.slots, s)
			p.granted = append(p.granted, time.Since(p.start))
		}
	}()
}

// end ends one of the requests in flight, in one way or another.
func (p *player) end(arg int) {
	if len(p.slots) == 0 {
		return
	}
	i := arg % len(p.slots)
	s := p.slots[i]
	p.slots = append(p.slots[:i:i], p.slots[i+1:]...)
	o := pace.Outcome{Verdict: pace.Verdict(arg % 5), RetryAfter: -1, Tokens: arg*30 - 1}
	switch arg / 5 % 4 {
	case 1:
		o.RetryAfter = time.Duration(arg) * time.Second
	case 2:
		o.Windows = []pace.Window{{Kind: pace.Requests, Remaining: arg % 7, Reset: time.Duration(arg) * time.Second}}
	case 3:
		o.Windows = []pace.Window{{Kind: pace.Tokens, Remaining: arg * 10, Reset: time.Duration(arg) * time.Second}}
	}
	s.Done(o)
}

// drain answers every request until nobody waits any more.
func (p *player) drain(t *testing.T) {
	waiting := func() (slots, all int) {
		synctest.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		return len(p.slots), len(p.slots) + len(p.cancel)
	}
	for slots, all := waiting(); all > 0; slots, all = waiting() {
		if slots > 0 {
			p.end(0)
			continue
		}
		time.Sleep(time.Second)
		if time.Since(p.start) > 100*time.Hour {
			t.Fatalf("still waiting: %+v of %+v", p.account.State(), p.limits)
		}
	}
	if r := p.limits.RequestsPerMinute; r > 0 {
		if got := most(p.granted, nil, time.Minute+2*time.Second); got > r {
			t.Errorf("%d requests in 62 s, want at most %d", got, r)
		}
	}
}
