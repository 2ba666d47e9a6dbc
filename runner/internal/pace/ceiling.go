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

	inFlight int
	serial   uint64 // of the slot granted last, from 1

	// Slots up to begin were granted before refusals that were heeded, and teach
	// nothing more. The round ends with the first outcome of a slot after end; 0
	// is before its first outcome.
	begin, end uint64
	round      round

	hold time.Duration // the last pause of the account's own accord
}

// round counts the outcomes of a round.
type round struct {
	outcomes, ok int
	denied       int // Limited or Overloaded
	limited      int // of denied: Limited, and not told for how long
	peak         int // the most in flight
}

func newCeiling(declared int) ceiling {
	highest := defaultHighest
	if declared > 0 {
		highest = declared
	}
	return ceiling{limit: float64(min(firstCeiling, highest)), highest: float64(highest), slow: true, step: 1}
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
		r.denied++
		if v == Limited && !told {
			r.limited++
		}
	}
	if serial > c.end || c.slow && r.denied > 0 {
		return c.turn()
	}
	return 0
}

// turn ends a round.
func (c *ceiling) turn() time.Duration {
	r := c.round
	c.round = round{peak: c.inFlight}
	c.end = c.serial
	switch {
	case r.denied > 0:
		share := float64(r.denied) / float64(r.outcomes)
		if c.slow {
			share = 1 // how many more will be turned away is not known yet
		}
		// A ceiling that was not reached is no measure.
		c.limit = max(1, min(c.limit, float64(r.peak))*(1-share/2))
		c.slow, c.step, c.begin, c.end = false, 1, c.serial, 0
	case !c.slow && r.peak >= c.now() && 2*r.ok > r.outcomes:
		c.limit = min(c.limit+c.step, c.highest)
		c.step = min(2*c.step, max(1, c.highest/16))
	}
	return c.rest(2*r.limited > r.outcomes)
}

// rest returns for how long the account pauses after a round, given whether it
// was mostly turned away with no word on when to come back.
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
