package server

import (
	"sync"
	"time"
)

// span is the length of the limiter's window. A window holds its beginning and
// not its end: a request may follow another after exactly so long.
const span = time.Minute

// limiter accepts at most limit requests of an account in any window, strictly:
// no bucket lets a burst at the border of two minutes through.
type limiter struct {
	mu       sync.Mutex
	limit    int // 0 is none
	accounts map[string]*account
	violated int
	most     int
}

// account is one API key. Times count from the server's start.
type account struct{ accepted, arrived queue }

// queue holds rising times.
type queue struct {
	times []time.Duration
	head  int
}

func (q *queue) len() int             { return len(q.times) - q.head }
func (q *queue) first() time.Duration { return q.times[q.head] }

func (q *queue) push(t time.Duration) {
	if q.head > len(q.times)/2 {
		q.times, q.head = append(q.times[:0], q.times[q.head:]...), 0
	}
	q.times = append(q.times, t)
}

// drop forgets what lies a window or more before t.
func (q *queue) drop(t time.Duration) {
	for q.len() > 0 && t-q.first() >= span {
		q.head++
	}
}

// admission is the limiter's word on one request.
type admission struct {
	ok        bool
	remaining int
	wait      time.Duration // until a request would be accepted, or the window is empty
}

// arrive counts a request and says whether it is accepted.
func (l *limiter) arrive(key string, t time.Duration) admission {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.accounts[key]
	if a == nil {
		l.forget(t)
		a = &account{}
		l.accounts[key] = a
	}
	a.arrived.drop(t)
	a.arrived.push(t)
	l.most = max(l.most, a.arrived.len())
	if l.limit == 0 {
		return admission{ok: true}
	}
	a.accepted.drop(t)
	if a.accepted.len() >= l.limit {
		l.violated++
		return admission{wait: a.accepted.first() + span - t}
	}
	a.accepted.push(t)
	return admission{ok: true, remaining: l.limit - a.accepted.len(), wait: a.accepted.first() + span - t}
}

// keptAccounts is how many accounts are kept before idle ones are forgotten.
const keptAccounts = 1024

func (l *limiter) forget(t time.Duration) {
	if len(l.accounts) < keptAccounts {
		return
	}
	for key, a := range l.accounts {
		a.arrived.drop(t)
		if a.arrived.len() == 0 {
			delete(l.accounts, key)
		}
	}
}
