package pace

import (
	"math"
	"time"
)

// budget keeps the tokens of a sliding window below a limit and spreads them.
type budget struct {
	limit  int
	window time.Duration
	taken  ledger
	// next is when the tokens granted so far are paid off at the declared rate.
	next time.Time
	// ratio is what requests were found to take, by what they were estimated at.
	ratio float64
}

// hold is what one request has reserved.
type hold struct {
	estimate int // as given to Acquire
	tokens   int // in the window
	gap      time.Duration
	sec      int64
}

const (
	// ratioWeight is the weight of the newest request in the learned ratio.
	ratioWeight = 1. / 16
	minRatio    = 1. / 64
	maxRatio    = 16
)

func newBudget(now time.Time, limit int, window time.Duration) *budget {
	// A second more, because the ledger forgets whole seconds.
	return &budget{limit: limit, window: window, taken: newLedger(now, window+time.Second), next: now, ratio: 1}
}

// gap is the time that so many tokens are worth.
func (b *budget) gap(tokens float64) time.Duration {
	return time.Duration(min(1, tokens/float64(b.limit)) * float64(b.window))
}

// need is what a request reserves: its estimate, more if estimates proved too
// low, and never more than the limit.
func (b *budget) need(estimate int) int {
	return int(min(float64(b.limit), math.Ceil(float64(estimate)*max(1, b.ratio))))
}

// wait returns how long until a request may be sent.
func (b *budget) wait(now time.Time, estimate int) time.Duration {
	b.taken.roll(now)
	d := max(0, b.next.Add(-catchUp).Sub(now))
	if over := b.taken.tokens + b.need(estimate) - b.limit; over > 0 && b.taken.tokens > 0 {
		d = max(d, b.taken.until(min(over, b.taken.tokens)).Sub(now))
	}
	return d
}

func (b *budget) reserve(now time.Time, estimate int) hold {
	h := hold{estimate: estimate, tokens: b.need(estimate), gap: b.gap(float64(estimate) * b.ratio), sec: b.taken.roll(now)}
	b.taken.add(h.sec, 0, h.tokens)
	b.pay(now, h.gap)
	return h
}

// pay moves the time of the next request, at most a window ahead and never
// further back than what may be made up.
func (b *budget) pay(now time.Time, gap time.Duration) {
	if earliest := now.Add(-catchUp); b.next.Before(earliest) {
		b.next = earliest
	}
	b.next = b.next.Add(gap)
	if latest := now.Add(b.window); b.next.After(latest) {
		b.next = latest
	}
}

// settle puts what a request took in the place of what it reserved.
func (b *budget) settle(now time.Time, h hold, actual int, learn bool) {
	b.taken.roll(now)
	b.taken.add(h.sec, 0, actual-h.tokens)
	b.pay(now, b.gap(float64(actual))-h.gap)
	if learn && h.estimate > 0 {
		found := min(maxRatio, max(minRatio, float64(actual)/float64(h.estimate)))
		b.ratio += ratioWeight * (found - b.ratio)
	}
}
