package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
)

// errStopped ends a session that was asked to stop between two requests.
var errStopped = errors.New("stopped")

// errHeld puts a session off whose request another process is about to send.
var errHeld = errors.New("held by another process")

// Failure is a request that brought no reply.
type Failure struct {
	// Place names the respondent: cell, replicate, turn.
	Place string `json:"place"`
	Error string `json:"error"`
}

// maxFailures is how many failures are kept for the report; all are counted.
const maxFailures = 20

// collector makes what is missing.
type collector struct {
	d       *design.Design
	b       *session.Builder
	lib     *Library
	send    *sender
	reader  *table.Reader
	briefs  *briefs
	known   sync.RWMutex // guards briefs.texts while personas are generated
	flights flights
	// accounts names the account of each model, "" for the simulated respondent.
	accounts map[string]string
	inFlight int             // of the simulated respondent
	stop     <-chan struct{} // closed: finish what is in flight and begin nothing
	done     func(n int)     // progress

	made     atomic.Int64
	failed   atomic.Int64
	mu       sync.Mutex
	failures []Failure
	readerMu sync.Mutex // a table.Reader is for one goroutine
	lost     int        // replies that another process's entry displaced
}

func (c *collector) stopped() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

// job is what a worker does for a seat. A patient one waits for another process
// that holds its request; else it returns errHeld.
type job func(ctx context.Context, w *worker, s Seat, patient bool) error

// run does a job for each seat, those of one account with at most so many at once
// as it may take: a slow account holds up nobody else. It returns the first error
// of the store; a failed request is counted and the rest goes on.
func (c *collector) run(ctx context.Context, seats []Seat, do job) error {
	queues := map[string]*queue{}
	var names []string
	for _, s := range seats {
		name := c.accounts[s.Cell.Model.Name]
		if queues[name] == nil {
			queues[name] = &queue{}
			names = append(names, name)
		}
		queues[name].seats = append(queues[name].seats, s)
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, name := range names {
		q := queues[name]
		for range min(c.workers(name), len(q.seats)) {
			w := &worker{c: c, q: q}
			g.Go(func() error { return w.work(ctx, do) })
		}
	}
	return g.Wait()
}

// queue is what is to be done for an account. What another process holds is put
// off until the rest is done: claims of one that was killed take a while to
// expire, and two processes on one design keep out of each other's way.
type queue struct {
	mu          sync.Mutex
	seats, held []Seat
}

func (q *queue) take() (s Seat, late, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	from := &q.seats
	if late = len(q.seats) == 0; late {
		from = &q.held
	}
	if len(*from) == 0 {
		return s, late, false
	}
	s, *from = (*from)[0], (*from)[1:]
	return s, late, true
}

// takeFresh is take without what was put off.
func (q *queue) takeFresh() (s Seat, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.seats) == 0 {
		return s, false
	}
	s, q.seats = q.seats[0], q.seats[1:]
	return s, true
}

func (q *queue) later(s Seat) {
	q.mu.Lock()
	q.held = append(q.held, s)
	q.mu.Unlock()
}

// workers is how many sessions of an account are held at once: what may be in
// flight, which its pace bounds further. The simulated respondent has no account.
func (c *collector) workers(account string) int {
	if a := c.send.accounts[account]; a != nil {
		return cmp.Or(a.limits.MaxInFlight, manyInFlight)
	}
	return c.inFlight
}

// manyInFlight is how many sessions are held at once where nothing is declared;
// the account's pace finds out how many of them may send.
const manyInFlight = 256

// fail records a request that brought no reply. A canceled run is no failure.
func (c *collector) fail(ctx context.Context, place string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.failed.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.failures) < maxFailures {
		c.failures = append(c.failures, Failure{Place: place, Error: err.Error()})
	}
	return nil
}

// persona generates the texts that a respondent needs.
func (c *collector) persona(ctx context.Context, _ *worker, s Seat, patient bool) error {
	for _, v := range s.Cell.Prompt.Variables {
		if v.Draw != schema.Generate {
			continue
		}
		req, err := c.b.Generation(s.Cell.Model, s.Cell.Prompt, v, s.Replicate)
		if err != nil {
			return err
		}
		key := req.Key()
		if _, ok := c.Find(key); ok {
			continue
		}
		got, err := c.obtain(ctx, &step{req: req, key: key, first: key, expect: session.PersonaTokens, patient: patient})
		if err != nil {
			place := fmt.Sprintf("model=%s, prompt=%s, replicate %d, generating %s", s.Cell.Model.Name, s.Cell.Prompt.Name, s.Replicate, v.Name)
			if err := c.orFail(ctx, place, err); err != nil {
				return err
			}
			continue
		}
		c.known.Lock()
		err = c.briefs.texts.add(key, record{text: got.text, sum: got.sum}, ending{status: got.status})
		c.known.Unlock()
		if err != nil {
			return err
		}
	}
	return nil
}

// orFail passes on what ends the run and counts what does not.
func (c *collector) orFail(ctx context.Context, place string, err error) error {
	var se *store.Error
	if errors.Is(err, errStopped) || errors.Is(err, errHalted) || errors.Is(err, errHeld) || errors.Is(err, errDisplaced) || errors.As(err, &se) {
		return err
	}
	return c.fail(ctx, place, err)
}

// Find implements session.Replies for the collector's walkers.
func (c *collector) Find(k completion.Key) (session.Reply, bool) {
	c.known.RLock()
	defer c.known.RUnlock()
	return c.briefs.Find(k)
}

func (c *collector) valid(s *session.Session, turn int, r session.Reply) bool {
	c.readerMu.Lock()
	defer c.readerMu.Unlock()
	return c.reader.Valid(s, turn, r)
}

// texts fetches the replies a conversation holds so far: later turns repeat
// them word for word.
func (c *collector) texts(ctx context.Context, v *session.Visit) (map[completion.Key]session.Reply, error) {
	out := map[completion.Key]session.Reply{}
	var keys []completion.Key
	for _, t := range v.Turns {
		if !t.Stored {
			continue
		}
		out[t.Key] = t.Reply
		if !t.Reply.Known && v.Session.Mode == schema.Sequential {
			keys = append(keys, t.Key)
		}
	}
	if len(keys) == 0 {
		return out, nil
	}
	texts, err := c.lib.For(v.Turns[0].Request.Origin).Texts(ctx, keys)
	if err != nil {
		return nil, err
	}
	for i, k := range keys {
		r := out[k]
		r.Text, r.Known = texts[i], true
		out[k] = r
	}
	return out, nil
}

// interview goes through the session's turns, asking what has no reply yet. It is
// put off before its first request only.
func (c *collector) interview(ctx context.Context, w *worker, p *prepared, s *session.Session, patient bool) error {
	reask := c.d.Experiment.Reask
	var first completion.Key
	var st *step
	n := 0 // replies that were asked for
	for turn, attempt := 1, 0; turn <= s.Turns; {
		if st == nil {
			st = p.step(s, turn, attempt)
		}
		if turn == 1 && attempt == 0 || s.Mode == schema.Isolated {
			first = st.key
		}
		st.first, st.patient, st.worker = first, patient, w
		r, stored := p.replies[st.key]
		// decide says what follows from a reply; it is called before the reply is
		// stored, so that storing it and claiming the next request is one step.
		decide := func(r session.Reply) *step {
			if attempt < reask && !c.valid(s, turn, r) {
				attempt++
			} else {
				s.Reply(st.req, st.key, r.Sum, r.Text, r.Known)
				turn, attempt = turn+1, 0
			}
			if turn > s.Turns {
				return nil
			}
			return newStep(s, turn, attempt)
		}
		if stored {
			st = decide(r)
			continue
		}
		next, err := c.ask(ctx, st, decide, p.replies)
		if err != nil {
			place := fmt.Sprintf("cell (%s), replicate %d, turn %d", c.d.Describe(s.Respondent.Cell), s.Respondent.Replicate, turn)
			return c.orFail(ctx, place, err)
		}
		if n++; n > p.counted {
			p.counted = n
			c.done(1)
		}
		st, patient = next, true
	}
	return nil
}
