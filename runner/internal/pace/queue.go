package pace

// waiter is one Acquire that waits. All fields are guarded by the account.
type waiter struct {
	tokens         int
	ready          chan struct{} // closed once slot is set
	slot           *Slot
	previous, next *waiter
}

// queue holds the waiters in the order in which they came. Anyone may leave at
// any time without a search.
type queue struct {
	first, last *waiter
	length      int
}

func (q *queue) push(w *waiter) {
	w.previous = q.last
	if q.last == nil {
		q.first = w
	} else {
		q.last.next = w
	}
	q.last = w
	q.length++
}

func (q *queue) remove(w *waiter) {
	if w.previous == nil {
		q.first = w.next
	} else {
		w.previous.next = w.next
	}
	if w.next == nil {
		q.last = w.previous
	} else {
		w.next.previous = w.previous
	}
	w.previous, w.next = nil, nil
	q.length--
}
