package apply

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

// Caps bound what is spent; 0 is no bound. USD caps hold only where every model
// has a price.
type Caps struct {
	USD      float64
	Requests int
}

func (c Caps) any() bool { return c.USD > 0 || c.Requests > 0 }

// budget counts what a run spends against the caps of the run and, with what all
// runs and processes spent before and meanwhile, against those of the experiment.
type budget struct {
	run, all Caps
	// spent asks the store what the experiment cost so far.
	spent func(context.Context) (store.Spending, error)
	now   func() time.Time

	mu     sync.Mutex
	base   sum // of the experiment before this run
	own    sum // of this run
	others sum // what other processes spent since, when the store was last asked
	held   sum // reserved for what is in flight
	asked  time.Time
	freed  chan struct{} // closed when something is settled
}

// sum is money in millionths of a dollar, and sendings.
type sum struct{ micros, requests int64 }

func (s sum) plus(o sum) sum { return sum{s.micros + o.micros, s.requests + o.requests} }

// lookEvery is how often the spending of other processes is looked at, and lookNear
// how often when little is left: they may be as fast as this one.
const (
	lookEvery = time.Second
	lookNear  = 20 * time.Millisecond
)

func newBudget(ctx context.Context, run, all Caps, spent func(context.Context) (store.Spending, error)) (*budget, error) {
	b := &budget{run: run, all: all, spent: spent, now: time.Now, freed: make(chan struct{})}
	if all.any() {
		var err error
		if b.base, err = b.look(ctx); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// look reads the experiment's spending from the store.
func (b *budget) look(ctx context.Context) (sum, error) {
	sp, err := b.spent(ctx)
	if err != nil {
		return sum{}, err
	}
	b.asked = b.now()
	return sum{sp.Micros, sp.Tries}, nil
}

// lookAtOthers brings what other processes spent up to date. What this run has
// settled may not be in the ledger yet, so it may take the others' part for less than
// it is, and never for more.
func (b *budget) lookAtOthers(ctx context.Context) error {
	ledger, err := b.look(ctx)
	if err != nil {
		return err
	}
	mine := b.base.plus(b.own)
	b.others = sum{max(b.others.micros, ledger.micros-mine.micros), max(b.others.requests, ledger.requests-mine.requests)}
	return nil
}

// total is what the experiment spent, as far as is known.
func (b *budget) total() sum { return b.base.plus(b.own).plus(b.others) }

// due says whether the store is to be asked again.
func (b *budget) due() bool {
	if !b.all.any() {
		return false
	}
	since := b.now().Sub(b.asked)
	total := b.total().plus(b.held)
	near := b.all.Requests > 0 && int64(b.all.Requests)-total.requests < 1000 || b.all.USD > 0 && float64(total.micros) > 0.8*b.all.USD*1e6
	return since > lookEvery || near && since > lookNear
}

// reserve sets aside what one more sending may cost. It waits while what is in
// flight decides whether there is room, and returns a reason once there is none;
// free tells that requests which cost nothing still have room.
func (b *budget) reserve(ctx context.Context, micros int64) (refused string, free bool, err error) {
	for {
		b.mu.Lock()
		if b.due() {
			if err := b.lookAtOthers(ctx); err != nil {
				b.mu.Unlock()
				if ctx.Err() != nil { // a stop or a halt, and no fault of the store
					return "", false, context.Cause(ctx)
				}
				return "", false, err
			}
		}
		next := sum{micros, 1}
		reason := b.exceeds(b.held.plus(next), micros > 0)
		if reason == "" {
			b.held = b.held.plus(next)
			b.mu.Unlock()
			return "", false, nil
		}
		free = b.exceeds(b.held.plus(sum{requests: 1}), false) == ""
		// Those that cost nothing make no room for one that does.
		idle, freed := b.held == sum{} || free && b.held.micros == 0, b.freed
		b.mu.Unlock()
		if idle {
			return reason, free, nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return "", false, context.Cause(ctx)
		}
	}
}

// exceeds says which cap does not allow more to be spent; those of money concern
// only what costs.
func (b *budget) exceeds(more sum, costs bool) string {
	total := b.total()
	for _, c := range []struct {
		caps  Caps
		spent sum
		whose string
	}{{b.run, b.own, "this run"}, {b.all, total, "the experiment"}} {
		after := c.spent.plus(more)
		if costs && c.caps.USD > 0 && float64(after.micros) > c.caps.USD*1e6 {
			return fmt.Sprintf("%s may cost %s and has cost %s; one more request may cost %s", c.whose, dollars(c.caps.USD), dollars(float64(c.spent.micros)/1e6), dollars(float64(more.micros-b.held.micros)/1e6))
		}
		if c.caps.Requests > 0 && after.requests > int64(c.caps.Requests) {
			return fmt.Sprintf("%s may send %d requests and has sent %d", c.whose, c.caps.Requests, c.spent.requests)
		}
	}
	return ""
}

// raise sets aside more for a sending that has its place already, if there is
// room; it does not wait.
func (b *budget) raise(micros int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.exceeds(b.held.plus(sum{micros: micros}), true) != "" {
		return false
	}
	b.held.micros += micros
	return true
}

// settle puts what a sending cost in the place of what was set aside for it;
// sent is false for one that never left.
func (b *budget) settle(reserved, actual int64, sent bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.held = b.held.plus(sum{-reserved, -1})
	if sent {
		b.own = b.own.plus(sum{actual, 1})
	}
	close(b.freed)
	b.freed = make(chan struct{})
}

// spentByRun returns what this run has cost and sent.
func (b *budget) spentByRun() sum {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.own
}

// micros is what a reply of a model cost, in millionths of a dollar, or Unknown.
func micros(m *schema.Model, u completion.Usage) int64 {
	p := m.Price
	if m.Free() {
		return 0
	}
	if p == nil || u.Prompt == completion.Unknown || u.Completion == completion.Unknown {
		return completion.Unknown
	}
	cost := p.USD(u.Prompt, u.Completion, u.Cached) * 1e6
	if !(cost >= 0 && cost < 1<<53) {
		return completion.Unknown // no bill of this world
	}
	return int64(cost + 0.5)
}

// dollars writes an amount with at least the cents, and all of it: a limit of
// $0.003 is not one of $0.00.
func dollars(usd float64) string {
	s := strings.TrimRight(strconv.FormatFloat(usd, 'f', 6, 64), "0")
	for len(s)-strings.IndexByte(s, '.') <= 2 {
		s += "0"
	}
	return "$" + s
}
