package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"circumplex.example/runner/internal/completion"
)

// All calls each for every completion of these origins (nil: of all), whole and
// checked as by Get, in the order in which they were stored: a turn comes after
// the turn before it, so that they can be submitted to another store in this
// order. It ends with the first error of each, or ErrCorrupt.
func (s *Store) All(ctx context.Context, origins []*completion.Origin, each func(*completion.Completion) error) error {
	return s.read(ctx, "cannot be read", func(c *conn) error {
		return s.walk(ctx, c, origins, func(_ completion.Key, got *completion.Completion, err error) error {
			if err != nil {
				return err
			}
			return each(got)
		})
	})
}

// Verify checks the whole file: SQLite's own structure, and every completion as
// Get does. Each problem is given to report as an *Error of kind ErrCorrupt;
// the error returned says only that checking itself failed. It returns how many
// completions there are. done, if not nil, is called after each.
func (s *Store) Verify(ctx context.Context, report func(error), done func()) (completions int, err error) {
	err = s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.checkStructure(c, report); err != nil {
			return err
		}
		return s.walk(ctx, c, nil, func(_ completion.Key, _ *completion.Completion, err error) error {
			completions++
			if err != nil {
				report(err)
			}
			if done != nil {
				done()
			}
			return nil
		})
	})
	return completions, err
}

// checkStructure looks for what checking single entries cannot find: damaged
// pages, and rows that miss their other half.
func (s *Store) checkStructure(c *conn, report func(error)) error {
	problem := func(what string) {
		report(&Error{Kind: ErrCorrupt, Path: s.path, What: what, Why: "it was changed after it was written",
			Mend: "put a backup in its place, or move it away and  runner cache import BACKUP"})
	}
	err := c.query(`PRAGMA integrity_check(20)`, func(r []driver.Value) error {
		if text(r[0]) != "ok" {
			problem(text(r[0]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, table := range []string{"origin", "served"} {
		lost, nerr := c.number(`SELECT count(*) FROM completion WHERE ` + table + ` NOT IN (SELECT id FROM ` + table + `)`)
		if nerr != nil {
			return nerr
		}
		if lost > 0 {
			problem(fmt.Sprintf("%d completions have no row in table %s", lost, table))
		}
	}
	n, err := c.number(`SELECT count(*) FROM detail WHERE id NOT IN (SELECT id FROM completion)`)
	if err == nil && n > 0 {
		problem(fmt.Sprintf("%d completions have lost their reply", n))
	}
	return err
}

// maxThreads bounds the conversations that walk remembers.
const maxThreads = 1 << 17

// walk reads all completions of the origins (nil: all) and gives each, or the
// reason why it cannot be trusted, to visit.
func (s *Store) walk(ctx context.Context, c *conn, origins []*completion.Origin, visit func(completion.Key, *completion.Completion, error) error) error {
	if err := s.names.load(s, c); err != nil {
		return err
	}
	where := ""
	if origins != nil {
		where = ` WHERE origin IN ` + inList(s.names.originIDs(origins))
	}
	l := loader{s: s, c: c, texts: map[int64]message{}, threads: map[completion.Key]*completion.Thread{}}
	return c.query(selectFull+where+` ORDER BY id`, func(v []driver.Value) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, err := l.row(v)
		if err == nil {
			err = l.complete(r)
		}
		if err != nil && !errors.Is(err, ErrCorrupt) {
			return err
		}
		if err != nil {
			return visit(digestOf(v[0]), nil, err)
		}
		return visit(r.key, &r.c, nil)
	})
}
