package store

import (
	"context"
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"circumplex.example/runner/internal/completion"
)

// owner is this process, or rather this open store.
type owner struct {
	id   int64
	name string
}

func newOwner() owner {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails, by its documentation
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return owner{int64(binary.BigEndian.Uint64(b[:]) >> 1), fmt.Sprintf("%s, process %d", host, os.Getpid())}
}

// join writes the owner's row and removes those of the long dead.
func (s *Store) join(ctx context.Context) error {
	return s.writer.do(func(c *conn) error {
		if _, _, err := c.exec(`DELETE FROM owner WHERE seen_us < ? AND id NOT IN (SELECT owner FROM claim)`, s.dead()); err != nil {
			return err
		}
		return s.seen(c)
	})
}

// seen shows that this process lives, and counts the others. It inserts, because another process may
// have removed the row of one that seemed dead (a laptop that slept).
func (s *Store) seen(c *conn) error {
	_, _, err := c.exec(`INSERT INTO owner (id, name, seen_us) VALUES (?,?,?) ON CONFLICT (id) DO UPDATE SET seen_us = excluded.seen_us`,
		s.owner.id, s.owner.name, s.opts.Now().UnixMicro())
	if err != nil {
		return err
	}
	n, err := s.alive(c)
	s.others.Store(n)
	return err
}

// alive counts the other processes that live.
func (s *Store) alive(c *conn) (int64, error) {
	return c.number(`SELECT count(*) FROM owner WHERE id <> ? AND seen_us >= ?`, s.owner.id, s.dead())
}

// dead is the heartbeat before which an owner counts as dead.
func (s *Store) dead() int64 { return s.opts.Now().Add(-s.opts.Expiry).UnixMicro() }

func (s *Store) heartbeat(ctx context.Context) {
	t := time.NewTicker(s.opts.Heartbeat)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			// A failure shows in the next Submit; a missed beat is made up by
			// the next one.
			_ = s.writer.do(s.seen)
		}
	}
}

// leave gives all claims back and removes the owner.
func (s *Store) leave() error {
	return s.writer.do(func(c *conn) error {
		if _, _, err := c.exec(`DELETE FROM claim WHERE owner = ?`, s.owner.id); err != nil {
			return err
		}
		_, _, err := c.exec(`DELETE FROM owner WHERE id = ?`, s.owner.id)
		return err
	})
}

// Release gives claims of this process back, so that another may send those
// requests. Keys that are not held are passed over.
func (s *Store) Release(ctx context.Context, keys []completion.Key) error {
	_, err := s.Submit(ctx, Batch{Release: keys})
	return err
}

func (w *writer) release(c *conn, k completion.Key) error {
	_, _, err := c.exec(`DELETE FROM claim WHERE key = ? AND owner = ?`, k[:], w.s.owner.id)
	return err
}

func (w *writer) claimAll(c *conn, keys []completion.Key, states []ClaimState) error {
	for i := range keys {
		var err error
		if states[i], err = w.claim(c, keys[i]); err != nil {
			return err
		}
	}
	return nil
}

// claim takes a request for this process unless it is stored or a live process
// holds it.
func (w *writer) claim(c *conn, k completion.Key) (ClaimState, error) {
	added, _, err := c.exec(`INSERT INTO claim (key, owner) SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM completion WHERE key = ?1) ON CONFLICT DO NOTHING`, k[:], w.s.owner.id)
	if err != nil || added > 0 {
		return Granted, err
	}
	if _, ok, err := find(c, `SELECT id FROM completion WHERE key = ?`, k[:]); err != nil || ok {
		return Stored, err
	}
	taken, _, err := c.exec(`UPDATE claim SET owner = ?1 WHERE key = ?2 AND
		(owner = ?1 OR owner NOT IN (SELECT id FROM owner WHERE seen_us >= ?3))`, w.s.owner.id, k[:], w.s.dead())
	if err != nil || taken > 0 {
		return Granted, err
	}
	return Held, nil
}

// Await waits until one of the keys at least is no longer held by a live
// process, and returns the state of each: Stored, Free or Held. A free key has
// to be claimed by Submit before it is sent; another process may be faster.
func (s *Store) Await(ctx context.Context, keys []completion.Key) ([]ClaimState, error) {
	wait := s.opts.Poll
	for {
		states, changed, err := s.look(ctx, keys)
		if err != nil || changed || len(keys) == 0 {
			return states, err
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil, ctx.Err()
		case <-t.C:
		}
		wait = min(wait*3/2, 20*s.opts.Poll)
	}
}

// look returns the state of each key now, and whether one is not Held.
func (s *Store) look(ctx context.Context, keys []completion.Key) (states []ClaimState, changed bool, err error) {
	err = s.read(ctx, "cannot be read", func(c *conn) error {
		for i := range keys {
			state := Held
			stored, free := int64(0), int64(0)
			qerr := c.query(`SELECT EXISTS (SELECT 1 FROM completion WHERE key = ?1),
				NOT EXISTS (SELECT 1 FROM claim JOIN owner ON owner.id = claim.owner WHERE key = ?1 AND seen_us >= ?2)`,
				func(r []driver.Value) error { stored, free = number(r[0]), number(r[1]); return nil }, keys[i][:], s.dead())
			switch {
			case qerr != nil:
				return qerr
			case stored != 0:
				state = Stored
			case free != 0:
				state = Free
			}
			changed = changed || state != Held
			states = append(states, state)
		}
		return nil
	})
	return states, changed, err
}
