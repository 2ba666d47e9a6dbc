package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"

	"circumplex.example/runner/internal/completion"
)

// Sorted calls each for the completions that want admits (nil: for all), whole
// and checked as by Get, with the digest of the whole entry. The order depends
// on what is stored alone, not on when it came: origin by origin, sample by
// sample, conversation by conversation, a turn after the turn before it. The
// turns before one that is wanted come too, since it cannot be told without.
func (s *Store) Sorted(ctx context.Context, want func(completion.Key) bool, each func(*completion.Completion, completion.Digest) error) error {
	var own error // of each, which is no error of the store
	err := s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		places, err := s.places(c, want)
		if err != nil {
			return err
		}
		l := loader{s: s, c: c, texts: map[int64]message{}, threads: map[completion.Key]*completion.Thread{}}
		for i := range places {
			if err := ctx.Err(); err != nil {
				return err
			}
			if i > 0 && places[i].root != places[i-1].root {
				clear(l.threads)
			}
			got, digest, err := l.whole(places[i].key)
			if err != nil {
				return err
			}
			if own = each(got, digest); own != nil {
				return own
			}
		}
		return nil
	})
	if own != nil {
		return own
	}
	return err
}

// place is where a completion comes in the order of Sorted.
type place struct {
	key, prev, root completion.Key
	origin          completion.Digest
	sample, depth   int64
}

func comparePlaces(a, b place) int {
	return cmp.Or(bytes.Compare(a.origin[:], b.origin[:]), cmp.Compare(a.sample, b.sample),
		bytes.Compare(a.root[:], b.root[:]), cmp.Compare(a.depth, b.depth), bytes.Compare(a.key[:], b.key[:]))
}

// places lists what is wanted, with all earlier turns, in order.
func (s *Store) places(c *conn, want func(completion.Key) bool) ([]place, error) {
	all := map[completion.Key]place{}
	err := c.query(`SELECT key, origin, sample, prev FROM completion LEFT JOIN detail USING (id)`, func(r []driver.Value) error {
		p := place{key: digestOf(r[0]), prev: digestOf(r[3]), sample: number(r[2])}
		o := s.names.origin(number(r[1]))
		if o == nil {
			return s.corrupt(p.key, fmt.Sprintf("row %d of table origin is missing", number(r[1])))
		}
		p.origin = o.Digest()
		all[p.key] = p
		return nil
	})
	if err != nil {
		return nil, err
	}
	chosen := map[completion.Key]bool{}
	var out []place
	for k := range all {
		if want != nil && !want(k) {
			continue
		}
		for at := k; at != (completion.Key{}) && !chosen[at]; at = all[at].prev {
			if _, ok := all[at]; !ok {
				return nil, s.corrupt(k, fmt.Sprintf("turn %s before it is missing", at))
			}
			chosen[at] = true
			out = append(out, all[at])
		}
	}
	for i := range out {
		if err := s.descend(all, &out[i]); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, comparePlaces)
	return out, nil
}

// descend finds a turn's first turn and how far it is from there.
func (s *Store) descend(all map[completion.Key]place, p *place) error {
	p.root = p.key
	for at := p.prev; at != (completion.Key{}); at = all[at].prev {
		if p.depth++; p.depth > int64(len(all)) {
			return s.corrupt(p.key, "its conversation turns in a circle")
		}
		p.root = at
	}
	return nil
}

// whole is load with the entry's digest.
func (l *loader) whole(key completion.Key) (*completion.Completion, completion.Digest, error) {
	var r *row
	err := l.c.query(selectFull+` WHERE key = ?`, func(v []driver.Value) (err error) {
		r, err = l.row(v)
		return err
	}, key[:])
	if err == nil && r == nil {
		err = l.s.notFound(key)
	}
	if err == nil {
		err = l.complete(r)
	}
	if err != nil {
		return nil, completion.Digest{}, err
	}
	return &r.c, r.digest, nil
}

// EntryDigest is the SHA-256 over all of a completion: what was sent, by its
// key, the reply, the bodies and how it went. The same digest stands beside
// every stored completion, so a copy can be told from one that was changed.
func EntryDigest(c *completion.Completion) (completion.Digest, error) {
	if err := check(c); err != nil {
		return completion.Digest{}, err
	}
	buf := getBuffer()
	defer putBuffer(buf)
	d := detailOf(c)
	*buf = d.append((*buf)[:0])
	return entryDigest(c.Request.Key(), completion.TextDigest(c.Text), c, *buf), nil
}
