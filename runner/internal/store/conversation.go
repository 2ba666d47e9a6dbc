package store

import (
	"context"
	"errors"
	"sync"

	"circumplex.example/runner/internal/completion"
)

// recent remembers the conversations, by digest only, that end with a reply
// stored lately. It has two generations; the older is dropped when the younger
// is full.
type recent struct {
	mu         sync.Mutex
	young, old map[completion.Key]*completion.Thread
}

// maxRecent is well above the conversations in flight at a time.
const maxRecent = 4096

func (r *recent) get(k completion.Key) *completion.Thread {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := r.young[k]; t != nil {
		return t
	}
	return r.old[k]
}

func (r *recent) put(k completion.Key, t *completion.Thread) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.young == nil || len(r.young) >= maxRecent {
		r.old, r.young = r.young, make(map[completion.Key]*completion.Thread)
	}
	r.young[k] = t
}

func (r *recent) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.young, r.old = nil, nil
}

func (r *recent) forget(entries []*entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range entries {
		delete(r.young, e.key)
		delete(r.old, e.key)
	}
}

// follows checks that an entry continues the turn before it as that is stored:
// only messages new since then are written, so the request could not be told
// later if it did not.
func (s *Store) follows(ctx context.Context, e *entry) error {
	th, err := s.before(ctx, e.prev)
	if err != nil || th == nil && e.prev != (completion.Key{}) {
		return err
	}
	for i, m := range e.messages {
		th = th.AppendDigest(m.Role, e.sums[i])
	}
	if th.Digest() != e.c.Request.Thread.Digest() {
		return errors.New("its conversation does not continue the turn before it as that is stored")
	}
	s.recent.put(e.key, th.AppendDigest(completion.Assistant, e.textSum))
	return nil
}

// before returns the conversation up to and with the reply under the key, nil
// if that is not stored (the writer will say so).
func (s *Store) before(ctx context.Context, prev completion.Key) (*completion.Thread, error) {
	if prev == (completion.Key{}) {
		return nil, nil
	}
	if th := s.recent.get(prev); th != nil {
		return th, nil
	}
	c, err := s.Get(ctx, prev)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return c.Request.Thread.Append(completion.Assistant, c.Text), nil
}
