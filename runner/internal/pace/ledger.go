package pace

import "time"

// ledger counts what was granted in the last while, second by second.
type ledger struct {
	start   time.Time
	sec     int64 // the newest second
	seconds []second
	// requests and tokens are the sums over seconds.
	requests, tokens int
}

type second struct{ requests, tokens int }

// newLedger remembers for at least the span, less a second, and at most for it.
func newLedger(now time.Time, span time.Duration) ledger {
	return ledger{start: now, seconds: make([]second, int((span+time.Second-1)/time.Second))}
}

func (l *ledger) at(sec int64) *second { return &l.seconds[sec%int64(len(l.seconds))] }

// roll forgets what is too old and returns the present second.
func (l *ledger) roll(now time.Time) int64 {
	sec := max(l.sec, int64(now.Sub(l.start)/time.Second))
	if sec-l.sec >= int64(len(l.seconds)) {
		clear(l.seconds)
		l.sec, l.requests, l.tokens = sec, 0, 0
		return sec
	}
	for l.sec < sec {
		l.sec++
		s := l.at(l.sec)
		l.requests -= s.requests
		l.tokens -= s.tokens
		*s = second{}
	}
	return sec
}

// add counts in a second; what was forgotten stays so.
func (l *ledger) add(sec int64, requests, tokens int) {
	if l.sec-sec >= int64(len(l.seconds)) {
		return
	}
	s := l.at(sec)
	s.requests += requests
	s.tokens += tokens
	l.requests += requests
	l.tokens += tokens
}

// until returns when so many tokens will be forgotten; they must be there.
func (l *ledger) until(tokens int) time.Time {
	length := int64(len(l.seconds))
	sec := max(0, l.sec-length+1)
	for ; sec < l.sec; sec++ {
		if tokens -= l.at(sec).tokens; tokens <= 0 {
			break
		}
	}
	return l.start.Add(time.Duration(sec+length) * time.Second)
}
