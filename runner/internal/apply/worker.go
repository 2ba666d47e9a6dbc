package apply

import (
	"context"
	"errors"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/session"
)

// worker conducts sessions, one after the other. While the last reply of one is
// stored it claims the first request of the next, so that a request costs one
// durable step and not two.
type worker struct {
	c *collector
	q *queue
	// ahead is the session that comes next, if it was prepared already.
	ahead *prepared
}

// prepared is a session as far as replies are stored.
type prepared struct {
	seat    Seat
	visit   session.Visit
	session *session.Session // nil if there is nothing to ask
	replies map[completion.Key]session.Reply
	// counted is how many replies progress was told of: a session that another
	// process overtakes is gone through again.
	counted int
	// first is the request that the session begins with; nil if its reply is
	// stored, or once it was asked.
	first *step
}

// step returns the request of a turn and attempt.
func (p *prepared) step(s *session.Session, turn, attempt int) *step {
	if st := p.first; st != nil && turn == 1 && attempt == 0 {
		p.first = nil
		return st
	}
	return newStep(s, turn, attempt)
}

// work does what is in the queue, until it is empty.
func (w *worker) work(ctx context.Context, do job) (err error) {
	defer func() {
		if w.ahead != nil {
			err = errors.Join(err, w.c.returnAhead(w.ahead))
		}
	}()
	for {
		seat, late, ok := w.next()
		if !ok || w.c.stopped() || ctx.Err() != nil {
			return ctx.Err()
		}
		err := do(ctx, w, seat, late)
		switch {
		case errors.Is(err, errHeld):
			w.q.later(seat)
		case err != nil && !errors.Is(err, errStopped) && !errors.Is(err, errHalted):
			return err
		}
	}
}

// next is the seat that comes next.
func (w *worker) next() (s Seat, late, ok bool) {
	if w.ahead != nil {
		return w.ahead.seat, false, true
	}
	return w.q.take()
}

// lookAhead prepares the next session and returns the request it begins with, nil
// if there is none to claim, with the replies that are known. What goes wrong here
// goes wrong again, and is told, when its turn comes.
func (w *worker) lookAhead(ctx context.Context) (*step, map[completion.Key]session.Reply) {
	if w.ahead != nil || w.c.stopped() || ctx.Err() != nil {
		return nil, nil
	}
	seat, ok := w.q.takeFresh()
	if !ok {
		return nil, nil
	}
	p, err := w.c.prepare(ctx, seat)
	if err != nil {
		w.ahead = &prepared{seat: seat}
		return nil, nil
	}
	w.ahead = p
	return p.first, p.replies
}

// session asks a respondent what is still missing.
func (c *collector) session(ctx context.Context, w *worker, seat Seat, patient bool) error {
	p := w.ahead
	w.ahead = nil
	if p == nil || p.replies == nil {
		var err error
		if p, err = c.prepare(ctx, seat); err != nil {
			return err
		}
	}
	if p.session == nil {
		return nil // its persona is missing or failed
	}
	fresh := p.session
	for {
		err := c.interview(ctx, w, p, fresh, patient)
		if !errors.Is(err, errDisplaced) {
			return errors.Join(err, c.returnAhead(p))
		}
		if fresh, err = c.b.Session(p.visit.Respondent, p.visit.Generated); err != nil {
			return errors.Join(err, c.returnAhead(p))
		}
	}
}

// prepare goes through a respondent's session as far as replies are stored.
func (c *collector) prepare(ctx context.Context, seat Seat) (*prepared, error) {
	origin, err := c.b.Origin(seat.Cell)
	if err != nil {
		return nil, err
	}
	if err := c.send.halted(seat.Cell.Index, origin); err != nil {
		return nil, err
	}
	p := &prepared{seat: seat, replies: map[completion.Key]session.Reply{}}
	walk := &session.Walker{Builder: c.b, Replies: c, Valid: c.valid}
	if err := walk.Visit(c.d.Respondent(seat.Cell, seat.Replicate), &p.visit); err != nil {
		return nil, err
	}
	if p.visit.Session == nil {
		return p, nil
	}
	if p.replies, err = c.texts(ctx, &p.visit); err != nil {
		return nil, err
	}
	if first := p.visit.Turns[0]; !first.Stored {
		p.session = p.visit.Session // nothing was said in it yet
		p.first = stepOf(p.session, first.Request, first.Key, 1)
		return p, nil
	}
	p.session, err = c.b.Session(p.visit.Respondent, p.visit.Generated)
	return p, err
}

// returnAhead gives a request back that was claimed ahead and not asked.
func (c *collector) returnAhead(p *prepared) error {
	st := p.first
	if st == nil || !st.claimed {
		return nil
	}
	p.first = nil
	defer c.flights.end(st.key)
	return c.giveBack(st, nil)
}
