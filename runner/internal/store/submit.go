package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"circumplex.example/runner/internal/completion"
)

// PutState says what became of a completion that was to be stored.
type PutState byte

const (
	// Added: it is stored now.
	Added PutState = iota + 1
	// Same: the very same was stored already.
	Same
	// Kept: another one is stored under its key; the first stays, this one is
	// lost. It was paid for, so a caller should say so.
	Kept
)

// ClaimState says whose a request is.
type ClaimState byte

const (
	// Granted: it is this process's to send.
	Granted ClaimState = iota + 1
	// Stored: somebody completed it meanwhile.
	Stored
	// Held: another live process is about to send it; see Await.
	Held
	// Free: nobody holds it. Only Await says so.
	Free
)

// Batch is what is done in one durable step, in the order of its fields.
type Batch struct {
	// Put are completions to be stored. Claims on them end, whoever held them:
	// a completion that was paid is kept even if its claim was taken over.
	Put []*completion.Completion
	// Release are claims of this process to be given back.
	Release []completion.Key
	// Claim are requests that this process is about to send.
	Claim []completion.Key
	// Tries are billed tries for the ledger.
	Tries []Try
}

// Receipt answers a batch, element by element.
type Receipt struct {
	Put   []PutState
	Claim []ClaimState
}

// Submit stores, releases and claims in one durable step: when it returns
// without error all of it is on disk, and with an error nothing is; only where the
// file was taken away (ErrGone) or the disk failed in the end may it be there after
// all. Steps of callers at the same time share a commit. A context that ends while the
// step is being written does not interrupt it.
//
// A completion whose Prev is not zero must come after that turn, in the store
// or in the batch. The completions must not be changed any more.
func (s *Store) Submit(ctx context.Context, b Batch) (Receipt, error) {
	if err := s.mayWrite(ctx); err != nil {
		return Receipt{}, err
	}
	entries, err := s.entries(ctx, b.Put)
	if err != nil {
		return Receipt{}, err
	}
	r := Receipt{Put: make([]PutState, len(b.Put)), Claim: make([]ClaimState, len(b.Claim))}
	err = s.writer.do(func(c *conn) error { return s.writer.submit(c, entries, b, r) })
	if err != nil {
		s.recent.forget(entries)
		return Receipt{}, err
	}
	for i, state := range r.Put {
		if state == Kept { // the conversation goes on from the reply that stays
			s.recent.forget(entries[i : i+1])
		}
	}
	return r, nil
}

// entries makes completions ready to be written, in the caller's goroutine.
func (s *Store) entries(ctx context.Context, put []*completion.Completion) ([]*entry, error) {
	entries := make([]*entry, len(put))
	for i, c := range put {
		e, err := newEntry(c)
		if err != nil {
			return nil, s.invalid(completion.Key{}, err)
		}
		if err := s.follows(ctx, e); err != nil {
			var known *Error
			if !errors.As(err, &known) && ctx.Err() == nil {
				err = s.invalid(e.key, err)
			}
			return nil, err
		}
		entries[i] = e
	}
	return entries, nil
}

func (s *Store) mayWrite(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case s.closed.Load():
		return ErrClosed
	case s.writer == nil:
		return ErrReadOnly
	}
	return nil
}

func (s *Store) invalid(k completion.Key, err error) error {
	return &Error{Kind: ErrInvalid, Path: s.path, Key: k, What: "cannot be stored", Err: err}
}

func (w *writer) submit(c *conn, entries []*entry, b Batch, r Receipt) error {
	for i, e := range entries {
		var err error
		if r.Put[i], err = w.put(c, e); err != nil {
			return err
		}
	}
	for i := range b.Release {
		if err := w.release(c, b.Release[i]); err != nil {
			return err
		}
	}
	if err := w.claimAll(c, b.Claim, r.Claim); err != nil {
		return err
	}
	for i := range b.Tries {
		if err := w.bill(c, &b.Tries[i]); err != nil {
			return err
		}
	}
	return nil
}

// put stores one completion unless its key is taken.
func (w *writer) put(c *conn, e *entry) (PutState, error) {
	origin, err := w.originID(c, e.origin)
	if err != nil {
		return 0, err
	}
	served, err := w.servedID(c, e.served)
	if err != nil {
		return 0, err
	}
	if err := w.checkPrev(c, e); err != nil {
		return 0, err
	}
	q, u := e.c, e.c.Usage
	crc := rowCRC(&Entry{Key: e.key, TextDigest: e.textSum, StartedAt: q.StartedAt, Usage: u}, origin, served)
	added, id, err := c.exec(`INSERT INTO completion (key, origin, served, sample, attempt, started_us, latency_ns, tries,
		prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, digest, text, crc) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING`,
		e.key[:], origin, served, int64(q.Request.Sample), int64(q.Request.Attempt), q.StartedAt.UnixMicro(), int64(q.Latency), int64(q.Tries),
		count(u.Prompt), count(u.Completion), count(u.Reasoning), count(u.Cached), e.textSum[:], q.Text, int64(crc))
	if err != nil {
		return 0, err
	}
	if added == 0 {
		return w.compare(c, e)
	}
	if err := w.putDetail(c, id, e); err != nil {
		return 0, err
	}
	w.ids.stored[e.key] = struct{}{}
	_, _, err = c.exec(`DELETE FROM claim WHERE key = ?`, e.key[:])
	return Added, err
}

func (w *writer) putDetail(c *conn, id int64, e *entry) error {
	packed := make([]byte, 0, 16)
	for i, m := range e.messages {
		mid, err := w.messageID(c, e.sums[i], m.Text)
		if err != nil {
			return err
		}
		packed = append(packed, byte(m.Role))
		packed = binary.AppendUvarint(packed, uint64(mid))
	}
	var prev any
	if e.prev != (completion.Key{}) {
		prev = e.prev[:]
	}
	data, err := w.data(c, e)
	if err != nil {
		return err
	}
	_, _, err = c.exec(`INSERT INTO detail (id, prev, messages, entry, data) VALUES (?,?,?,?,?)`, id, prev, packed, e.digest[:], data)
	return err
}

// data is the packed detail, as the format of the file allows.
func (w *writer) data(c *conn, e *entry) ([]byte, error) {
	if e.packed[0]&folded == 0 {
		return e.packed, nil
	}
	may, err := w.mayFold(c)
	if err != nil || may {
		return e.packed, err
	}
	d := detailOf(e.c)
	return pack(d.append(nil), nil), nil
}

// mayFold reports whether texts may be left out. A file of format 1 becomes one of
// format 2 with the first that are, so that programs which do not know of it refuse
// it, but not as long as another process has it open, which may be such a program.
func (w *writer) mayFold(c *conn) (bool, error) {
	if w.format == userVersion {
		return true, nil
	}
	version, err := c.number(`PRAGMA user_version`)
	if err == nil {
		err = checkFormat(w.s.path, applicationID, version)
	}
	if err != nil {
		return false, err
	}
	if version < userVersion {
		others, err := w.s.alive(c)
		if err != nil || others > 0 {
			return false, err
		}
		if err := c.script(fmt.Sprintf(`PRAGMA user_version=%d`, userVersion)); err != nil {
			return false, err
		}
	}
	w.format = userVersion
	return true, nil
}

// checkPrev makes sure that the request can be told in full later.
func (w *writer) checkPrev(c *conn, e *entry) error {
	if e.prev == (completion.Key{}) {
		return nil
	}
	if _, ok := w.ids.stored[e.prev]; ok {
		return nil
	}
	_, ok, err := find(c, `SELECT id FROM completion WHERE key = ?`, e.prev[:])
	if err == nil && !ok {
		err = w.s.invalid(e.key, fmt.Errorf("the turn before it, %s, is not in the store", e.prev))
	}
	return err
}

// compare tells whether what is stored under the key is this very entry.
func (w *writer) compare(c *conn, e *entry) (PutState, error) {
	v, ok, err := c.one(`SELECT entry FROM completion JOIN detail USING (id) WHERE key = ?`, e.key[:])
	if err != nil {
		return 0, err
	}
	if ok && digestOf(v) == e.digest {
		return Same, nil
	}
	return Kept, nil
}

// count is a number of tokens as it is stored: NULL where it is not known.
func count(n int) any {
	if n == completion.Unknown {
		return nil
	}
	return int64(n)
}

func countOf(n any) int {
	if v, ok := n.(int64); ok {
		return int(v)
	}
	return completion.Unknown
}
