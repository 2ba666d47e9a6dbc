package pace

import (
	"context"
	"sync"
	"time"
)

// Limits is what is declared of an account; 0 is not declared.
type Limits struct {
	RequestsPerMinute, TokensPerMinute, MaxInFlight int
}

// Options sets an account apart from the defaults.
type Options struct {
	// Transit is by how much the way from the return of Acquire to the server's
	// count may differ between requests; 0 is 2 s.
	Transit time.Duration
	// MaxPause bounds a pause that a server asks for; 0 is 5 min.
	MaxPause time.Duration
}

const (
	defaultTransit  = 2 * time.Second
	defaultMaxPause = 5 * time.Minute
)

// Verdict is how a try ended, as far as pacing is concerned.
type Verdict uint8

// The verdicts.
const (
	// OK: the server answered; also where the answer is of no use.
	OK Verdict = iota
	// Limited: it was turned away for calling too fast (429, or a header that
	// says so).
	Limited
	// Overloaded: the server had no room (503, 529), or did not answer in time.
	Overloaded
	// Failed: anything else. It says nothing about pace.
	Failed
	// Canceled: the caller gave up. It says nothing about pace.
	Canceled
)

var verdicts = [...]string{"ok", "limited", "overloaded", "failed", "canceled"}

// String is the verdict's word.
func (v Verdict) String() string {
	if int(v) < len(verdicts) {
		return verdicts[v]
	}
	return "unknown"
}

// Kind is what a rate-limit header counts.
type Kind uint8

// The kinds.
const (
	Requests Kind = iota
	Tokens
)

// Window is one rate limit as a response's headers report it.
type Window struct {
	Kind Kind
	// Remaining is what may still be used before the window is full again.
	Remaining int
	// Reset is how long until then; 0 or less is not known.
	Reset time.Duration
}

// Outcome is what a try taught.
type Outcome struct {
	Verdict Verdict
	// RetryAfter is how long the server asks to be left alone; below 0 it does
	// not say.
	RetryAfter time.Duration
	// Tokens is what the request took; -1 is not known.
	Tokens  int
	Windows []Window
}

// Bare is an outcome that teaches nothing but its verdict. (A literal without
// RetryAfter and Tokens says: come back at once, and it took none.)
func Bare(v Verdict) Outcome { return Outcome{Verdict: v, RetryAfter: -1, Tokens: -1} }

// State is how an account stands, for progress and tests.
type State struct {
	InFlight, Waiting int
	// Ceiling is how many may be in flight now.
	Ceiling int
	// Sent and Tokens count the last minute, to the second below.
	Sent, Tokens int
	// Pause is how long the account is still paused.
	Pause time.Duration
}

// Account paces the calls of one provider account. It is safe for concurrent
// use.
type Account struct {
	maxPause time.Duration

	mu      sync.Mutex
	ceiling ceiling
	spacing *spacing // nil: no requests per minute declared
	budget  *budget  // nil: no tokens per minute declared
	sent    ledger
	paused  time.Time // until when
	left    left
	queue   queue
	timer   *time.Timer
	armed   time.Time // when the timer fires; zero: it is not set
}

// left is what a server said last about how many requests remain.
type left struct {
	serial   uint64 // of the slot that was told
	requests int
	until    time.Time
}

// NewAccount returns an account that nothing was sent on yet.
func NewAccount(l Limits, o Options) *Account {
	if o.Transit <= 0 {
		o.Transit = defaultTransit
	}
	if o.MaxPause <= 0 {
		o.MaxPause = defaultMaxPause
	}
	now := time.Now()
	a := &Account{maxPause: o.MaxPause, ceiling: newCeiling(l.MaxInFlight), sent: newLedger(now, time.Minute)}
	if l.RequestsPerMinute > 0 {
		a.spacing = newSpacing(l.RequestsPerMinute, time.Minute+o.Transit)
	}
	if l.TokensPerMinute > 0 {
		a.budget = newBudget(now, l.TokensPerMinute, time.Minute+o.Transit)
	}
	return a
}

// Slot is the leave to send one request.
type Slot struct {
	account *Account
	serial  uint64 // in the order of granting, from 1
	sec     int64  // second of the account's ledger
	held    hold   // tokens reserved
	done    bool
}

// Acquire waits until one more request of about that many tokens may be sent.
// Requests are let through in the order in which they asked. The end of ctx ends
// the wait, with its cause; a request that was not let through counts for
// nothing. The slot must be given back by Done, once the outcome is known.
func (a *Account) Acquire(ctx context.Context, tokens int) (*Slot, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	tokens = max(tokens, 0)
	a.mu.Lock()
	if now := time.Now(); a.queue.first == nil && a.wait(now, tokens) == 0 {
		s := a.grant(now, tokens)
		a.mu.Unlock()
		return s, nil
	}
	w := &waiter{tokens: tokens, ready: make(chan struct{})}
	if a.queue.push(w); a.queue.first == w { // else another waits for what this one waits for
		a.dispatch(time.Now())
	}
	a.mu.Unlock()
	select {
	case <-w.ready:
		return w.slot, nil
	case <-ctx.Done():
		a.leave(w)
		return nil, context.Cause(ctx)
	}
}

// leave takes a waiter out of the queue, or gives its slot back if it was let
// through at the same moment.
func (a *Account) leave(w *waiter) {
	a.mu.Lock()
	if w.slot == nil {
		a.queue.remove(w)
		a.dispatch(time.Now()) // who comes next may need less
		a.mu.Unlock()
		return
	}
	a.mu.Unlock()
	w.slot.Done(Outcome{Verdict: Canceled, RetryAfter: -1, Tokens: 0})
}

// wait returns how long a request must wait that is the next: 0 is not at all,
// below 0 until another ends.
func (a *Account) wait(now time.Time, tokens int) time.Duration {
	if a.ceiling.inFlight >= a.ceiling.now() {
		return -1
	}
	d := max(0, a.paused.Sub(now))
	// Those in flight may not be counted yet in what remained.
	if a.ceiling.inFlight >= max(1, a.left.requests) {
		d = max(d, a.left.until.Sub(now))
	}
	if a.spacing != nil {
		d = max(d, a.spacing.wait(now))
	}
	if a.budget != nil {
		d = max(d, a.budget.wait(now, tokens))
	}
	return d
}

// grant lets a request through.
func (a *Account) grant(now time.Time, tokens int) *Slot {
	if a.spacing != nil {
		a.spacing.take(now)
	}
	s := &Slot{account: a, serial: a.ceiling.enter(), sec: a.sent.roll(now), held: hold{estimate: tokens}}
	a.sent.add(s.sec, 1, tokens)
	if a.budget != nil {
		s.held = a.budget.reserve(now, tokens)
	}
	return s
}

// dispatch lets through who may, in order, and sets the timer for who is next.
func (a *Account) dispatch(now time.Time) {
	for w := a.queue.first; w != nil; w = a.queue.first {
		d := a.wait(now, w.tokens)
		if d > 0 {
			a.arm(now, now.Add(d))
			return
		}
		if d < 0 {
			break
		}
		a.queue.remove(w)
		w.slot = a.grant(now, w.tokens)
		close(w.ready)
	}
	a.disarm()
}

// arm sets the one timer of the account.
func (a *Account) arm(now, at time.Time) {
	switch {
	case a.armed.Equal(at):
		return
	case a.timer == nil:
		a.timer = time.AfterFunc(at.Sub(now), a.tick)
	default:
		a.timer.Reset(at.Sub(now))
	}
	a.armed = at
}

func (a *Account) disarm() {
	if !a.armed.IsZero() {
		a.timer.Stop()
		a.armed = time.Time{}
	}
}

func (a *Account) tick() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.armed = time.Time{}
	a.dispatch(time.Now())
}

// Done gives the slot back and says what the try taught. It panics if the slot
// was given back before.
func (s *Slot) Done(o Outcome) {
	a := s.account
	a.mu.Lock()
	defer a.mu.Unlock()
	if s.done {
		panic("pace: Done was called twice for one slot")
	}
	s.done = true
	now := time.Now()
	if o.Tokens >= 0 {
		a.settle(now, s, o)
	}
	a.learn(now, s, o)
	a.ceiling.leave()
	a.dispatch(now)
}

// settle puts the actual tokens in the place of the estimate.
func (a *Account) settle(now time.Time, s *Slot, o Outcome) {
	a.sent.roll(now)
	a.sent.add(s.sec, 0, o.Tokens-s.held.estimate)
	if a.budget != nil {
		a.budget.settle(now, s.held, o.Tokens, o.Verdict == OK)
	}
}

// learn moves the ceiling and pauses the account.
func (a *Account) learn(now time.Time, s *Slot, o Outcome) {
	if o.Verdict == Canceled {
		return
	}
	told := a.heed(now, s, o)
	a.pause(now, a.ceiling.learn(s.serial, o.Verdict, told))
}

// heed pauses for as long as the server asks, and reports whether it asked.
func (a *Account) heed(now time.Time, s *Slot, o Outcome) bool {
	told := o.Verdict == Limited && o.RetryAfter > 0
	if told {
		a.pause(now, o.RetryAfter)
	}
	for _, w := range o.Windows {
		if w.Reset <= 0 {
			continue
		}
		need := 1
		if w.Kind == Tokens {
			need = max(1, s.held.estimate)
		} else if s.serial > a.left.serial {
			a.left = left{s.serial, w.Remaining, now.Add(min(w.Reset, a.maxPause))}
		}
		if w.Remaining < need {
			told = true
			a.pause(now, w.Reset)
		}
	}
	return told
}

func (a *Account) pause(now time.Time, d time.Duration) {
	if until := now.Add(min(d, a.maxPause)); until.After(a.paused) {
		a.paused = until
	}
}

// State returns how the account stands.
func (a *Account) State() State {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	a.sent.roll(now)
	return State{InFlight: a.ceiling.inFlight, Waiting: a.queue.length, Ceiling: a.ceiling.now(),
		Sent: a.sent.requests, Tokens: a.sent.tokens, Pause: max(0, a.paused.Sub(now))}
}
