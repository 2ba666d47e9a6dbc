package apply

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/pace"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

// errHalted ends a session of a cell, model or account that is asked no more.
var errHalted = errors.New("halted")

// The kinds of a Halt, from the narrowest.
const (
	HaltCell    = "cell"
	HaltModel   = "model"
	HaltAccount = "account"
	HaltBudget  = "budget"
)

// Halt is a part of the design that a run stopped asking, while the rest went on.
type Halt struct {
	// Kind says what is halted: cell, model, account or budget, which is
	// everything that costs.
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Class is the class of the error, or "served" or "budget".
	Class  string `json:"class"`
	Reason string `json:"reason"`
	Mend   string `json:"mend,omitempty"`
}

// sender sends requests over networks: paced by account, repeated where that may
// help, within the budget, every sending in the ledger.
type sender struct {
	experiment string
	lib        *Library
	callers    Callers
	budget     *budget
	lanes      map[completion.Digest]*lane
	accounts   map[string]*account
	now        func() time.Time
	cost       atomic.Int64 // of this run as far as it is known, in millionths of a dollar
	unpriced   atomic.Int64 // sendings whose cost is not known
	// waits ends every wait when the run is asked to stop; calls go on.
	waits context.Context
	end   context.CancelCauseFunc

	mu    sync.Mutex
	halts []Halt
	cells map[int]bool // halted, by index
}

// account is one account's pace. Its context ends when it is halted.
type account struct {
	name   string
	limits schema.Limits
	pace   *pace.Account
	waits  context.Context
	end    context.CancelCauseFunc
}

// lane is one model's way: its account, and whether it still answers.
type lane struct {
	*Route
	free    bool // Model.Free, which reads an address
	account *account
	breaker *pace.Breaker
	retry   pace.Retry
	waits   context.Context
	end     context.CancelCauseFunc
	dearest dearest
}

// newSender makes the lanes of the routes. waits ends the waits of all of them.
func newSender(waits context.Context, j *Job, b *budget) *sender {
	s := &sender{experiment: j.Design.Experiment.Name, lib: j.Library, callers: j.Callers, budget: b, now: time.Now,
		lanes: map[completion.Digest]*lane{}, accounts: map[string]*account{}, cells: map[int]bool{}}
	s.waits, s.end = context.WithCancelCause(waits)
	models := map[*Route]*lane{}
	for digest, r := range j.Routes {
		if models[r] == nil {
			models[r] = s.lane(r, j.Backoff)
		}
		s.lanes[digest] = models[r]
	}
	return s
}

func (s *sender) lane(r *Route, backoff pace.Retry) *lane {
	a := s.accounts[r.Account]
	if a == nil {
		a = &account{name: r.Account, limits: r.Limits, pace: pace.NewAccount(pace.Limits{RequestsPerMinute: r.Limits.RequestsPerMinute,
			TokensPerMinute: r.Limits.TokensPerMinute, MaxInFlight: r.Limits.MaxInFlight}, pace.Options{})}
		a.waits, a.end = context.WithCancelCause(s.waits)
		s.accounts[r.Account] = a
	}
	l := &lane{Route: r, free: r.Model.Free(), account: a, breaker: pace.NewBreaker(pace.BreakerOptions{}), retry: backoff}
	if r.Limits.MaxTries > 0 {
		l.retry.MaxTries = r.Limits.MaxTries
	}
	l.waits, l.end = context.WithCancelCause(a.waits)
	return l
}

// send obtains one reply. The line of the ledger it returns, nil for a request
// that went over no network, is to be stored with the completion. first is the
// key of the conversation's first request.
func (s *sender) send(ctx context.Context, st *step) (*completion.Completion, *store.Try, error) {
	caller, err := s.callers.For(st.req.Origin)
	if err != nil {
		return nil, nil, err
	}
	l := s.lanes[st.req.Origin.Digest()]
	if l == nil {
		done, err := caller.Call(ctx, st.req, st.first)
		return done, nil, err
	}
	trial := l.breaker.Begin()
	for tried := 1; ; tried++ {
		done, entry, err := s.once(ctx, l, caller, st)
		if err == nil {
			trial.Succeeded()
			done.Tries = tried
			return done, entry, nil
		}
		if err := s.again(ctx, l, trial, tried, err); err != nil {
			return nil, nil, err
		}
	}
}

// once sends the request once, when there is leave to.
func (s *sender) once(ctx context.Context, l *lane, caller provider.Caller, st *step) (*completion.Completion, *store.Try, error) {
	prompt := session.TextTokens(st.req.Thread.Bytes())
	worst := l.worst(prompt, st)
	refused, free, err := s.budget.reserve(l.waits, worst)
	if err != nil {
		return nil, nil, err
	}
	if refused != "" {
		s.exhausted(refused, free)
		return nil, nil, errHalted
	}
	slot, err := l.account.pace.Acquire(l.waits, int(prompt+st.expect))
	if err != nil {
		s.budget.settle(worst, 0, false)
		return nil, nil, err
	}
	// While this one waited others may have cost more than was thought.
	if more := l.worst(prompt, st) - worst; more > 0 {
		if !s.budget.raise(more) {
			slot.Done(pace.Outcome{Verdict: pace.Canceled, RetryAfter: -1})
			s.budget.settle(worst, 0, false)
			return s.once(ctx, l, caller, st)
		}
		worst += more
	}
	done, err := caller.Call(ctx, st.req, st.first)
	now := s.now()
	slot.Done(outcome(done, err, now))
	entry := line(s.experiment, l.Model, st.req, st.key, done, err, now)
	cost := entry.Micros
	if cost == completion.Unknown {
		s.unpriced.Add(1)
		cost = worst // it may have cost that much; 0 without a price
	} else {
		s.cost.Add(cost)
		l.dearest.learn(st.expect, cost)
	}
	s.budget.settle(worst, cost, entry.Tries > 0) // what is refused here goes nowhere
	if err == nil {
		return done, entry, nil
	}
	_, serr := s.lib.For(st.req.Origin).Submit(context.WithoutCancel(ctx), store.Batch{Tries: []store.Try{*entry}})
	return nil, nil, errors.Join(err, serr)
}

// Bill puts one sending of a request, that belongs to no session, into the ledger.
func Bill(ctx context.Context, l *Library, experiment string, m *schema.Model, req completion.Request, done *completion.Completion, err error) error {
	t := line(experiment, m, req, req.Key(), done, err, time.Now())
	_, serr := l.For(req.Origin).Submit(context.WithoutCancel(ctx), store.Batch{Tries: []store.Try{*t}})
	return serr
}

// line is what a sending adds to the ledger.
func line(experiment string, m *schema.Model, req completion.Request, key completion.Key, done *completion.Completion, err error, at time.Time) *store.Try {
	t := &store.Try{At: at.UTC().Truncate(time.Microsecond), Experiment: experiment, Origin: req.Origin, Key: key, Tries: 1, Usage: completion.UnknownUsage()}
	if err == nil {
		t.Usage, t.Outcome, t.Micros = done.Usage, string(done.Status), micros(m, done.Usage)
		return t
	}
	t.Outcome = store.Canceled
	t.Micros = micros(m, t.Usage) // the provider may have answered, and charge for it
	if pe := problem(err); pe != nil {
		t.Outcome = store.Mishap + string(pe.Class)
		switch {
		case pe.Unsent:
			t.Tries, t.Micros = 0, 0
		case pe.Billed:
			t.Usage, t.Micros = pe.Usage, micros(m, pe.Usage)
		case !pe.Reached, pe.Class != provider.Canceled && pe.Class != provider.Timeout && pe.Class != provider.Connection:
			t.Micros = 0
		}
	}
	return t
}

// problem is the provider's error in err, or nil.
func problem(err error) *provider.Error {
	var pe *provider.Error
	if errors.As(err, &pe) {
		return pe
	}
	return nil
}

// outcome is what a sending teaches about the pace.
func outcome(done *completion.Completion, err error, now time.Time) pace.Outcome {
	o := pace.Outcome{Verdict: pace.OK, RetryAfter: -1, Tokens: -1}
	var header []string
	if err == nil {
		header = done.Header
		if u := done.Usage; u.Prompt != completion.Unknown && u.Completion != completion.Unknown {
			o.Tokens = u.Prompt + u.Completion
		}
	} else {
		o.Verdict = pace.Failed
		if pe := problem(err); pe != nil {
			o.RetryAfter, header = pe.RetryAfter, pe.Header
			switch pe.Class {
			case provider.RateLimited:
				o.Verdict = pace.Limited
			case provider.Overloaded, provider.Timeout:
				o.Verdict = pace.Overloaded
			case provider.Canceled:
				o.Verdict = pace.Canceled
			default:
			}
		}
	}
	for _, r := range provider.RateLimits(header, now) {
		if r.Remaining < 0 {
			continue
		}
		kind := pace.Tokens
		if r.Kind == "requests" {
			kind = pace.Requests
		}
		o.Windows = append(o.Windows, pace.Window{Kind: kind, Remaining: r.Remaining, Reset: r.Reset})
	}
	return o
}

// exhausted halts what the budget does not allow: all, or what costs money where
// free requests have room.
func (s *sender) exhausted(reason string, free bool) {
	end := s.end
	if free {
		end = func(cause error) {
			for _, l := range s.lanes {
				if !l.free {
					l.end(cause)
				}
			}
		}
	}
	s.halt(end, Halt{Kind: HaltBudget, Class: "budget", Reason: reason,
		Mend: "raise it (--max-cost, --max-requests, or budget in the experiment) and apply again: what is stored is kept"})
}

// again decides what follows from an error: it returns nil after the wait for
// another try, else the error that ends the request.
func (s *sender) again(ctx context.Context, l *lane, trial *pace.Trial, tried int, err error) error {
	pe := problem(err)
	var se *store.Error
	switch {
	case ctx.Err() != nil, errors.Is(err, errStopped), errors.Is(err, errHalted), errors.As(err, &se):
		return err
	case pe == nil:
		s.failed(l, trial, err.Error(), "", true)
		return err
	case pe.Class == provider.Credentials || pe.Class == provider.Quota:
		s.halt(l.account.end, Halt{Kind: HaltAccount, Name: l.account.name, Class: string(pe.Class), Reason: pe.Error(), Mend: pe.Mend})
		return err
	case !pe.Retryable():
		s.failed(l, trial, pe.Error(), pe.Mend, true)
		return err
	}
	wait, more := l.retry.Next(tried, pe.RetryAfter)
	if !more {
		s.failed(l, trial, pe.Error(), pe.Mend, false)
		return fmt.Errorf("%w; %s", err, l.retry.Reason(tried, pe.RetryAfter))
	}
	return pace.Wait(l.waits, wait)
}

// failed gives a request up, and with it the model once that was too often.
func (s *sender) failed(l *lane, trial *pace.Trial, reason, mend string, permanent bool) {
	trial.Failed(reason, permanent)
	select {
	case <-l.breaker.Tripped():
		s.halt(l.end, Halt{Kind: HaltModel, Name: l.Model.Name, Class: "failing", Reason: l.breaker.Reason(), Mend: mend})
	default:
	}
}

// halt records a halt once and ends the waits that it concerns.
func (s *sender) halt(end context.CancelCauseFunc, h Halt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if end != nil {
		end(errHalted) // also if it is told already: a second limit may halt more than the first
	}
	for _, old := range s.halts {
		if old.Kind == h.Kind && old.Name == h.Name {
			return
		}
	}
	s.halts = append(s.halts, h)
}

// haltCell stops asking a cell.
func (s *sender) haltCell(index int, h Halt) {
	s.halt(nil, h)
	s.mu.Lock()
	s.cells[index] = true
	s.mu.Unlock()
}

// halted returns why a request need not be begun: nil, errHalted or errStopped.
func (s *sender) halted(cell int, o *completion.Origin) error {
	s.mu.Lock()
	halted := s.cells[cell]
	s.mu.Unlock()
	if halted {
		return errHalted
	}
	if l := s.lanes[o.Digest()]; l != nil && l.waits.Err() != nil {
		return context.Cause(l.waits)
	}
	return nil
}
