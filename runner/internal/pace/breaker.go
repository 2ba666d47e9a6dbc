package pace

import (
	"context"
	"fmt"
	"sync"
)

// BreakerOptions sets a breaker apart from the defaults.
type BreakerOptions struct {
	// Permanent is how many failures in a row that no retry mends give the model
	// up; 0 is 5.
	Permanent int
	// Exhausted is how many requests in a row that used up all their tries give
	// it up; 0 is 2.
	Exhausted int
}

// TrippedError says that a model was given up.
type TrippedError struct{ Reason string }

func (e *TrippedError) Error() string { return e.Reason }

// Breaker gives one model up, for the rest of the run, so that a dead one does
// not hold the others back. It is safe for concurrent use.
//
// In a row means that no request of the model succeeded between them, and, for
// requests that used up their tries, none since the first of them began. So a
// model that answers at all stays, however much it limits or fails: where one try
// in five fails and there are 6 tries, two such requests in a row are met once in
// 200 million, even if they are sent one at a time (1 / 0.2^12).
type Breaker struct {
	permanentLimit, exhaustedLimit int

	mu        sync.Mutex
	successes uint64
	permanent int // since the last success
	exhausted int // since the last success
	tripped   context.Context
	trip      context.CancelCauseFunc
}

// NewBreaker returns the breaker of a model that nothing is known of.
func NewBreaker(o BreakerOptions) *Breaker {
	b := &Breaker{permanentLimit: o.Permanent, exhaustedLimit: o.Exhausted}
	if b.permanentLimit <= 0 {
		b.permanentLimit = 5
	}
	if b.exhaustedLimit <= 0 {
		b.exhaustedLimit = 2
	}
	b.tripped, b.trip = context.WithCancelCause(context.Background())
	return b
}

// Trial is one request, over all of its tries. It ends with Succeeded or Failed,
// once; one that is canceled is dropped.
type Trial struct {
	breaker *Breaker
	// before is how many had succeeded when it began.
	before uint64
}

// Begin begins a request.
func (b *Breaker) Begin() *Trial {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &Trial{b, b.successes}
}

// Succeeded says that the model answered, whatever it wrote.
func (t *Trial) Succeeded() {
	b := t.breaker
	b.mu.Lock()
	defer b.mu.Unlock()
	b.successes++
	b.permanent, b.exhausted = 0, 0
}

// Failed says that the request is given up: its tries are used up or, if
// permanent, the error is one that a retry cannot mend. The reason of the
// failure that gives the model up is kept.
func (t *Trial) Failed(reason string, permanent bool) {
	b := t.breaker
	b.mu.Lock()
	defer b.mu.Unlock()
	if permanent {
		if b.permanent++; b.permanent >= b.permanentLimit {
			b.give(inARow(b.permanent, "failed for good", "failed for good", reason))
		}
		return
	}
	if b.successes != t.before {
		return
	}
	if b.exhausted++; b.exhausted >= b.exhaustedLimit {
		b.give(inARow(b.exhausted, "used up its tries", "used up their tries", reason))
	}
}

func inARow(n int, one, several, reason string) string {
	if n == 1 {
		return fmt.Sprintf("a request %s: %s", one, reason)
	}
	return fmt.Sprintf("%d requests in a row %s, the last: %s", n, several, reason)
}

// Trip gives the model up at once: for an error that needs no second, such as a
// key that is refused. Later reasons are not kept.
func (b *Breaker) Trip(reason string) { b.give(reason) }

// give needs no lock: the first cause stays.
func (b *Breaker) give(reason string) { b.trip(&TrippedError{reason}) }

// Tripped is closed when the model is given up.
func (b *Breaker) Tripped() <-chan struct{} { return b.tripped.Done() }

// Reason says why the model was given up, "" if it was not.
func (b *Breaker) Reason() string {
	if err := context.Cause(b.tripped); err != nil {
		return err.Error()
	}
	return ""
}

// Context returns a context that ends when the model is given up, too, with a
// *TrippedError as its cause: for [Account.Acquire] and [Wait]. A request on its
// way is better left to finish, since it may be paid for.
func (b *Breaker) Context(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(parent)
	stop := context.AfterFunc(b.tripped, func() { cancel(context.Cause(b.tripped)) })
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}
