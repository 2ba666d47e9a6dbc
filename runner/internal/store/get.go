package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"fmt"

	"circumplex.example/runner/internal/completion"
)

// Get returns everything stored under the key: the request with its whole
// conversation, the reply, the bodies. All of it is checked: the text and each
// message against their digests, the request against the key, the rest against
// the entry's digest.
func (s *Store) Get(ctx context.Context, key completion.Key) (*completion.Completion, error) {
	var got *completion.Completion
	err := s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		l := loader{s: s, c: c, texts: map[int64]message{}}
		var err error
		got, err = l.load(key)
		return err
	})
	if err != nil {
		return nil, err
	}
	return got, nil
}

const detailColumns = `, prev, messages, entry, data`

const selectFull = `SELECT ` + scanColumns + detailColumns + ` FROM completion LEFT JOIN detail USING (id)`

// message is a text sent, checked.
type message struct {
	text string
	sum  completion.Digest
}

// loader reads whole completions in one view of the file.
type loader struct {
	s     *Store
	c     *conn
	texts map[int64]message
	// threads are conversations up to and with the reply under the key, for a
	// loader that reads many completions; nil otherwise.
	threads map[completion.Key]*completion.Thread
}

// row is a completion as it stands in the file.
type row struct {
	c        completion.Completion
	key      completion.Key
	messages []byte
	text     completion.Digest
	digest   completion.Digest
	data     []byte // packed
}

func (l *loader) load(key completion.Key) (*completion.Completion, error) {
	c, _, err := l.whole(key)
	return c, err
}

// complete adds the conversation and the detail, and checks the whole against the
// entry's digest and the request against the key.
func (l *loader) complete(r *row) error {
	th, err := l.thread(r.key, r.c.Request.Prev, r.messages)
	if err != nil {
		return err
	}
	r.c.Request.Thread = th
	data, err := unpack(r.data, func() []string { return quotable(&r.c) })
	var d detail
	if err == nil {
		d, err = decodeDetail(data)
	}
	if err != nil {
		return l.s.corrupt(r.key, fmt.Sprintf("its detail cannot be read (%v)", err))
	}
	r.c.Request.Lineage, r.c.ResponseID, r.c.Mends, r.c.Header, r.c.Sent, r.c.Body = d.lineage, d.responseID, d.mends, d.header, d.sent, d.body
	if entryDigest(r.key, r.text, &r.c, data) != r.digest {
		return l.s.corrupt(r.key, "entry does not match its digest")
	}
	if r.c.Request.Key() != r.key {
		return l.s.corrupt(r.key, "request does not match its key")
	}
	if l.threads != nil {
		if len(l.threads) >= maxThreads {
			clear(l.threads)
		}
		l.threads[r.key] = th.Append(completion.Assistant, r.c.Text)
	}
	return nil
}

// row reads a completion without conversation and detail.
func (l *loader) row(v []driver.Value) (*row, error) {
	r := new(row)
	var e Entry
	err := l.s.scanner(context.Background(), func(got *Entry) error { e = *got; return nil })(v)
	if err != nil {
		return nil, err
	}
	r.key, r.text, r.c = e.Key, e.TextDigest, e.completion()
	r.c.Request.Prev = digestOf(v[15])
	r.messages, r.digest, r.data = blob(v[16]), digestOf(v[17]), blob(v[18])
	return r, nil
}

func (e *Entry) completion() completion.Completion {
	return completion.Completion{
		Request: completion.Request{Origin: e.Origin, Sample: e.Sample, Attempt: e.Attempt},
		Text:    e.Text, Status: e.Status, FinishReason: e.FinishReason, ModelServed: e.ModelServed, Fingerprint: e.Fingerprint,
		Usage: e.Usage, StartedAt: e.StartedAt, Latency: e.Latency, Tries: e.Tries,
		HTTPStatus: e.HTTPStatus, Version: e.Version, Simulated: e.Simulated,
	}
}

// turn is what one turn adds to a conversation.
type turn struct {
	messages []byte
	reply    string
	sum      completion.Digest
}

// thread puts the conversation together by walking back to its first turn.
func (l *loader) thread(key, prev completion.Key, messages []byte) (*completion.Thread, error) {
	var turns []turn
	var th *completion.Thread
	seen := map[completion.Key]bool{key: true}
	for at := prev; at != (completion.Key{}); {
		if th = l.threads[at]; th != nil {
			break
		}
		if seen[at] {
			return nil, l.s.corrupt(key, "its conversation turns in a circle")
		}
		seen[at] = true
		t, before, err := l.turn(at)
		if err != nil {
			if errors.Is(err, ErrNotFound) {
				return nil, l.s.corrupt(key, fmt.Sprintf("turn %s before it is missing", at))
			}
			return nil, err
		}
		turns = append(turns, t)
		at = before
	}
	for i := len(turns) - 1; i >= 0; i-- {
		var err error
		if th, err = l.extend(th, key, turns[i].messages); err != nil {
			return nil, err
		}
		th = th.AppendHashed(completion.Assistant, turns[i].reply, turns[i].sum)
	}
	return l.extend(th, key, messages)
}

func (l *loader) turn(key completion.Key) (turn, completion.Key, error) {
	var t turn
	var prev completion.Key
	found := false
	err := l.c.query(`SELECT prev, messages, digest, text FROM completion JOIN detail USING (id) WHERE key = ?`, func(v []driver.Value) error {
		found = true
		prev = digestOf(v[0])
		t = turn{blob(v[1]), text(v[3]), digestOf(v[2])}
		if completion.TextDigest(t.reply) != t.sum {
			return l.s.corrupt(key, "reply does not match its digest")
		}
		return nil
	}, key[:])
	if err == nil && !found {
		err = l.s.notFound(key)
	}
	return t, prev, err
}

// extend appends packed messages to a conversation.
func (l *loader) extend(th *completion.Thread, key completion.Key, packed []byte) (*completion.Thread, error) {
	for len(packed) > 0 {
		id, n := binary.Uvarint(packed[1:])
		if n <= 0 {
			return nil, l.s.corrupt(key, "its list of messages is cut off")
		}
		m, err := l.message(key, int64(id))
		if err != nil {
			return nil, err
		}
		th = th.AppendHashed(completion.Role(packed[0]), m.text, m.sum)
		packed = packed[1+n:]
	}
	return th, nil
}

func (l *loader) message(key completion.Key, id int64) (message, error) {
	if m, ok := l.texts[id]; ok {
		return m, nil
	}
	var m message
	found := false
	err := l.c.query(`SELECT digest, text FROM message WHERE id = ?`, func(v []driver.Value) error {
		found = true
		b, err := unpack(blob(v[1]), nil)
		if m = (message{string(b), digestOf(v[0])}); err != nil || completion.TextDigest(m.text) != m.sum {
			return l.s.corrupt(key, fmt.Sprintf("its message %d does not match its digest", id))
		}
		return nil
	}, id)
	if err == nil && !found {
		err = l.s.corrupt(key, fmt.Sprintf("its message %d is missing", id))
	}
	if err != nil {
		return message{}, err
	}
	if len(l.texts) >= maxIDs {
		clear(l.texts)
	}
	l.texts[id] = m
	return m, nil
}
