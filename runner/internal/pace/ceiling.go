package pace

import "time"

const (
	firstCeiling   = 16
	defaultHighest = 256
	firstHold      = 500 * time.Millisecond
	longestHold    = 15 * time.Second
)

// ceiling is how many requests may be in flight: slow start, then rounds that
// add or multiply (see the package comment). It goes by the share of a round that
// was turned away, as DCTCP does (Alizadeh et al. 2010): one in a hundred is no
// reason to halve.
type ceiling struct {
	limit, highest float64
	slow           bool    // slow start
	step           float64 // what the next clean round adds
	calm           float64 // up to where the step doubles

	inFlight int
	serial   uint64 // of the slot granted last, from 1

	// Slots up to begin were granted before refusals that were heeded, and teach
	// nothing more. The round ends with the outcome of the slot end or a later
	// one; 0 is before its first outcome.
	begin, end uint64
	round      round

	hold time.Duration // the last pause of the account's own accord
}

// round counts the outcomes of a round.
type round struct {
	outcomes, ok int
	denied       int // Limited or Overloaded
	limited      int // of denied: Limited, and not told for how long
	since        int // outcomes since the first of limited
	peak         int // the most in flight
}

func newCeiling(declared int) ceiling {
	highest := defaultHighest
	if declared > 0 {
		highest = declared
	}
	first := max(min(firstCeiling, highest), highest/16)
	return ceiling{limit: float64(first), highest: float64(highest), slow: true, step: 1, calm: float64(highest)}
}

func (c *ceiling) now() int { return int(c.limit) }

// enter counts a slot in and returns its serial number.
func (c *ceiling) enter() uint64 {
	c.inFlight++
	c.round.peak = max(c.round.peak, c.inFlight)
	c.serial++
	return c.serial
}

func (c *ceiling) leave() { c.inFlight-- }

// learn counts the outcome of a slot that is still in flight, and returns for
// how long the account should pause. told is whether the server said for how
// long to wait.
func (c *ceiling) learn(serial uint64, v Verdict, told bool) time.Duration {
	if serial <= c.begin {
		return 0
	}
	if c.end == 0 {
		c.end = c.serial
	}
	r := &c.round
	r.outcomes++
	switch v {
	case OK:
		r.ok++
		if c.slow && r.peak >= c.now() {
			c.limit = min(c.limit+1, c.highest)
		}
	case Limited, Overloaded:
		c.slow = false
		r.denied++
		if v == Limited && !told {
			r.limited++
		}
	}
	if r.limited > 0 {
		r.since++
	}
	if serial >= c.end || c.mostly() {
		return c.turn()
	}
	return 0
}

// used is what was made use of: a ceiling that was not reached is no measure.
func (c *ceiling) used() float64 { return min(c.limit, float64(c.round.peak)) }

// load is what refusals are a share of. Where they come faster than answers they
// are few of those in flight, though they may be all outcomes so far.
func (c *ceiling) load() float64 { return max(c.used(), float64(c.round.outcomes)) }

// mostly reports whether the round is mostly turned away since that began, with no
// word on when to come back.
func (c *ceiling) mostly() bool {
	return float64(c.round.limited) > max(c.used(), float64(c.round.since))/2
}

// turn ends a round and returns for how long the account should pause.
func (c *ceiling) turn() time.Duration {
	r, used, load, mostly := c.round, c.used(), c.load(), c.mostly()
	c.round = round{peak: c.inFlight}
	c.end = c.serial
	switch {
	case mostly:
		// It is not how many there are at a time, but in a minute: what brings them
		// down is the pause, and half as many next time.
		if c.hold == 0 {
			c.calm = used / 2
		}
		c.limit = 1
	case r.denied > 0:
		share := float64(r.denied) / load
		c.limit = min(max(1, used*(1-share/2)+1-share), c.highest)
	case !c.slow && r.peak >= c.now() && 2*r.ok > r.outcomes:
		c.limit = min(c.limit+c.step, c.highest)
		if c.step = min(2*c.step, max(1, c.highest/16)); c.limit >= c.calm {
			c.step = 1
		}
	}
	if r.denied > 0 {
		c.step, c.begin, c.end = 1, c.serial, 0
	}
	return c.rest(mostly)
}

// rest returns for how long the account pauses after a round.
func (c *ceiling) rest(mostly bool) time.Duration {
	if !mostly {
		if c.hold /= 2; c.hold < firstHold {
			c.hold = 0
		}
		return 0
	}
	c.hold = min(max(firstHold, 2*c.hold), longestHold)
	return c.hold
}
