package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"slices"

	"circumplex.example/runner/internal/completion"
)

// Descendants returns the keys and those of all later turns of their
// conversations: what can no longer be told once they are deleted. Keys that
// are not stored are left out.
func (s *Store) Descendants(ctx context.Context, keys []completion.Key) ([]completion.Key, error) {
	var out []completion.Key
	err := s.read(ctx, "cannot be read", func(c *conn) error {
		next, err := following(c)
		if err != nil {
			return err
		}
		seen := map[completion.Key]bool{}
		for queue := slices.Clone(keys); len(queue) > 0; queue = queue[1:] {
			k := queue[0]
			if seen[k] {
				continue
			}
			seen[k] = true
			if _, ok, err := find(c, `SELECT id FROM completion WHERE key = ?`, k[:]); err != nil {
				return err
			} else if ok {
				out = append(out, k)
			}
			queue = append(queue, next[k]...)
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// following returns the turns that come right after each key.
func following(c *conn) (map[completion.Key][]completion.Key, error) {
	next := map[completion.Key][]completion.Key{}
	err := c.query(`SELECT prev, key FROM detail JOIN completion USING (id) WHERE prev IS NOT NULL`, func(r []driver.Value) error {
		prev := digestOf(r[0])
		next[prev] = append(next[prev], digestOf(r[1]))
		return nil
	})
	return next, err
}

// Delete removes completions, and messages that no other one uses, and returns
// how many completions it removed. It is refused with ErrInvalid if a turn that
// stays would lose a turn before it; see Descendants. The ledger keeps what was
// paid. Nothing else in this package removes a completion.
func (s *Store) Delete(ctx context.Context, keys []completion.Key) (removed int, err error) {
	if err := s.mayWrite(ctx); err != nil {
		return 0, err
	}
	err = s.writer.do(func(c *conn) error {
		removed, err = s.writer.remove(c, keys)
		return err
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

func (w *writer) remove(c *conn, keys []completion.Key) (removed int, err error) {
	next, err := following(c)
	if err != nil {
		return 0, err
	}
	going := make(map[completion.Key]bool, len(keys))
	for _, k := range keys {
		going[k] = true
	}
	for _, k := range keys {
		for _, later := range next[k] {
			if !going[later] {
				return 0, w.s.invalid(k, fmt.Errorf("turn %s comes after it and would lose it: delete both or neither", later))
			}
		}
	}
	for k := range going {
		id, ok, ferr := find(c, `SELECT id FROM completion WHERE key = ?`, k[:])
		if ferr != nil {
			return 0, ferr
		}
		if !ok {
			continue
		}
		removed++
		for _, q := range []string{`DELETE FROM completion WHERE id = ?`, `DELETE FROM detail WHERE id = ?`} {
			if _, _, err := c.exec(q, id); err != nil {
				return 0, err
			}
		}
	}
	if err := removeMessages(c); err != nil {
		return 0, err
	}
	// Row ids and keys that processes remember may be gone.
	_, _, err = c.exec(`UPDATE generation SET n = n + 1`)
	return removed, err
}

// removeMessages deletes the messages that no completion uses.
func removeMessages(c *conn) error {
	used := map[int64]bool{}
	err := c.query(`SELECT messages FROM detail`, func(r []driver.Value) error {
		for b := blob(r[0]); len(b) > 0; {
			id, n := binary.Uvarint(b[1:])
			if n <= 0 {
				break // damaged; verify says so
			}
			used[int64(id)] = true
			b = b[1+n:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	var unused []int64
	err = c.query(`SELECT id FROM message`, func(r []driver.Value) error {
		if id := number(r[0]); !used[id] {
			unused = append(unused, id)
		}
		return nil
	})
	for _, id := range unused {
		if err == nil {
			_, _, err = c.exec(`DELETE FROM message WHERE id = ?`, id)
		}
	}
	return err
}

// refresh forgets what the writer remembers if something was deleted since.
func (w *writer) refresh() error {
	n, err := w.c.number(`SELECT n FROM generation`)
	if err == nil && n != w.generation {
		w.ids, w.generation = newIDs(), n
		w.s.recent.clear()
	}
	return err
}
