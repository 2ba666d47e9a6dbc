package apply

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

// step is one request on its way.
type step struct {
	req        completion.Request
	key, first completion.Key
	// worker goes on with another session after the last step of this one; nil
	// where it does not.
	worker *worker
	// cell is the cell that the request belongs to, nil for a persona's.
	cell *design.Cell
	// expect is about how many tokens the reply will have.
	expect int64
	// claimed is set once the store granted the claim; the request is then also
	// in this process's flights.
	claimed bool
	// patient waits for another process that holds the claim.
	patient bool
}

func newStep(s *session.Session, turn, attempt int) *step {
	req := s.Request(turn, attempt)
	return stepOf(s, req, req.Key(), turn)
}

func stepOf(s *session.Session, req completion.Request, key completion.Key, turn int) *step {
	first, last := s.Positions(turn)
	return &step{req: req, key: key, cell: s.Respondent.Cell, expect: session.AnswerTokens(last - first + 1)}
}

// index is the number of the request's cell, -1 for a persona's request.
func (st *step) index() int {
	if st.cell == nil {
		return -1
	}
	return st.cell.Index
}

// got is a reply as the session goes on with it.
type got struct {
	sum    completion.Digest
	text   string
	status completion.Status
}

func (g got) reply() session.Reply {
	return session.Reply{Sum: g.sum, Text: g.text, Known: true, Status: g.status}
}

// flights keeps two goroutines of this process from sending one request: the
// store's claims tell processes apart, not goroutines.
type flights struct {
	mu sync.Mutex
	m  map[completion.Key]chan struct{}
}

// begin reports whether the caller may go ahead; if not, the channel closes
// when the other is done.
func (f *flights) begin(k completion.Key) (wait <-chan struct{}, mine bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ch, busy := f.m[k]; busy {
		return ch, false
	}
	if f.m == nil {
		f.m = map[completion.Key]chan struct{}{}
	}
	f.m[k] = make(chan struct{})
	return nil, true
}

func (f *flights) end(k completion.Key) {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.m[k])
	delete(f.m, k)
}

// obtain gets one reply that nothing follows from.
func (c *collector) obtain(ctx context.Context, st *step) (got, error) {
	for {
		var g got
		once := *st
		_, err := c.ask(ctx, &once, func(r session.Reply) *step {
			g = got{r.Sum, r.Text, r.Status}
			return nil
		}, nil)
		if errors.Is(err, errDisplaced) {
			continue
		}
		if err == nil {
			c.done(1)
		}
		return g, err
	}
}

// errDisplaced tells that another process stored a reply to the request first.
// That one stays, so the session is gone through again with it.
var errDisplaced = errors.New("another reply to the request is stored")

// ask obtains the reply of a step and returns the step that follows from it:
// by sending the request, or from whoever did so meanwhile.
func (c *collector) ask(ctx context.Context, st *step, decide func(session.Reply) *step, replies map[completion.Key]session.Reply) (*step, error) {
	for !st.claimed {
		state, err := c.claim(ctx, st)
		if err != nil {
			return nil, err
		}
		if state == store.Stored {
			g, err := c.fetch(ctx, st)
			if err != nil {
				return nil, err
			}
			return decide(g.reply()), nil
		}
	}
	defer c.flights.end(st.key)
	if c.stopped() {
		return nil, c.giveBack(st, errStopped)
	}
	// The request may have been claimed together with the reply before it.
	if err := c.send.halted(st.index(), st.req.Origin); err != nil {
		return nil, c.giveBack(st, err)
	}
	done, line, err := c.send.send(ctx, st)
	if err != nil {
		return nil, c.giveBack(st, err)
	}
	c.served(st, done)
	g := got{completion.TextDigest(done.Text), done.Text, done.Status}
	next := decide(g.reply())
	if next == nil && st.worker != nil {
		// The last reply of a session: the next session begins in the same step.
		ahead, known := st.worker.lookAhead(ctx)
		return nil, c.keep(ctx, done, line, ahead, known)
	}
	return next, c.keep(ctx, done, line, next, replies)
}

// claim tries to make a request this goroutine's. It returns Stored if somebody
// made it meanwhile; otherwise st.claimed tells whether to try again.
func (c *collector) claim(ctx context.Context, st *step) (store.ClaimState, error) {
	if c.stopped() {
		return 0, errStopped
	}
	if err := c.send.halted(st.index(), st.req.Origin); err != nil {
		return 0, err
	}
	if wait, mine := c.flights.begin(st.key); !mine {
		select {
		case <-wait:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		return c.lookup(ctx, st)
	}
	s := c.lib.For(st.req.Origin)
	receipt, err := s.Submit(ctx, store.Batch{Claim: []completion.Key{st.key}})
	if err == nil && receipt.Claim[0] == store.Granted {
		st.claimed = true
		return store.Granted, nil
	}
	c.flights.end(st.key)
	if err != nil || receipt.Claim[0] == store.Stored {
		return store.Stored, err
	}
	if !st.patient {
		return 0, errHeld
	}
	return c.await(ctx, st)
}

func (c *collector) lookup(ctx context.Context, st *step) (store.ClaimState, error) {
	x, err := c.lib.For(st.req.Origin).Lookup(ctx, []completion.Key{st.key})
	if err != nil {
		return 0, err
	}
	if _, ok := x.Get(st.key); ok {
		return store.Stored, nil
	}
	return store.Free, nil
}

// await waits for another process; a run that is asked to stop waits no longer.
func (c *collector) await(ctx context.Context, st *step) (store.ClaimState, error) {
	ctx, cancel := Unless(ctx, c.stop)
	defer cancel()
	states, err := c.lib.For(st.req.Origin).Await(ctx, []completion.Key{st.key})
	if err != nil {
		if c.stopped() {
			return 0, errStopped
		}
		return 0, err
	}
	return states[0], nil
}

func (c *collector) fetch(ctx context.Context, st *step) (got, error) {
	full, err := c.lib.For(st.req.Origin).Get(ctx, st.key)
	if err != nil {
		return got{}, err
	}
	return got{completion.TextDigest(full.Text), full.Text, full.Status}, nil
}

// served halts a cell that another model answers than was asked. The reply is
// stored: it was paid for, and the tables mark it.
func (c *collector) served(st *step, done *completion.Completion) {
	l := c.send.lanes[st.req.Origin.Digest()]
	if l == nil || completion.ServedAs(st.req.Origin.Model, done.ModelServed, l.Model.AllowServed) {
		return
	}
	h := servedHalt(c.d, st.cell, l.Model, done.ModelServed)
	if st.cell == nil {
		c.send.halt(l.end, h)
		return
	}
	c.send.haltCell(st.cell.Index, h)
}

// servedHalt describes a halt because another model answered; cell is nil for
// the generation of personas.
func servedHalt(d *design.Design, cell *design.Cell, m *schema.Model, served string) Halt {
	h := Halt{Kind: HaltModel, Name: m.Name, Class: "served",
		Reason: fmt.Sprintf("model %q was asked and %q answered", m.Model, served),
		Mend:   fmt.Sprintf("if that is the model you mean, add  allow_served: [%q]  to model %q; else name another model", served, m.Name)}
	if cell != nil {
		h.Kind, h.Name = HaltCell, d.Describe(cell)
	}
	return h
}

// giveBack releases a claim, so that another process need not wait for this
// one's end, and returns the error that led here.
func (c *collector) giveBack(st *step, cause error) error {
	// Not the run's context: that may be what ended.
	ctx, cancel := context.WithTimeout(context.Background(), releaseTimeout)
	defer cancel()
	if err := c.lib.For(st.req.Origin).Release(ctx, []completion.Key{st.key}); err != nil {
		return err
	}
	return cause
}

// releaseTimeout bounds how long giving a claim back may take at the end.
const releaseTimeout = 5 * time.Second

// keep stores a completion and, in the same durable step, claims the request
// that follows from it. A reply that came is stored even if the run is being
// canceled: it was paid for.
func (c *collector) keep(ctx context.Context, done *completion.Completion, line *store.Try, next *step, replies map[completion.Key]session.Reply) error {
	batch := store.Batch{Put: []*completion.Completion{done}}
	if line != nil {
		batch.Tries = []store.Try{*line}
	}
	if next != nil && !c.stopped() {
		if _, stored := replies[next.key]; !stored {
			if _, mine := c.flights.begin(next.key); mine {
				batch.Claim = []completion.Key{next.key}
			}
		}
	}
	receipt, err := c.lib.For(done.Request.Origin).Submit(context.WithoutCancel(ctx), batch)
	if len(batch.Claim) > 0 {
		next.claimed = err == nil && receipt.Claim[0] == store.Granted
		if !next.claimed {
			c.flights.end(next.key)
		}
	}
	if err != nil {
		return c.bill(ctx, done.Request.Origin, batch.Tries, err)
	}
	if receipt.Put[0] == store.Kept {
		return c.displaced(next)
	}
	c.made.Add(1)
	return nil
}

// bill writes the ledger's line of a reply that could not be stored: it was
// paid for all the same.
func (c *collector) bill(ctx context.Context, o *completion.Origin, tries []store.Try, cause error) error {
	if len(tries) == 0 {
		return cause
	}
	_, err := c.lib.For(o).Submit(context.WithoutCancel(ctx), store.Batch{Tries: tries})
	return errors.Join(cause, err)
}

// displaced counts a reply that came too late, and gives back the request that
// was to follow from it: it would go on from a reply that is not stored.
func (c *collector) displaced(next *step) error {
	c.mu.Lock()
	c.lost++
	c.mu.Unlock()
	if next == nil || !next.claimed {
		return errDisplaced
	}
	next.claimed = false
	defer c.flights.end(next.key)
	return c.giveBack(next, errDisplaced)
}
