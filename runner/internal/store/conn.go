package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	sqlite "modernc.org/sqlite"
)

// conn is one connection to the file with its prepared statements. It stands
// on the driver itself: database/sql's pool and its conversions would cost
// more than SQLite does. It serves one goroutine at a time.
type conn struct {
	dc    driver.Conn
	stmts map[string]*stmt
}

// stmt is a prepared statement with the buffers of its arguments and row.
type stmt struct {
	driver.Stmt
	args []driver.NamedValue
	row  []driver.Value
}

// dial opens a connection with the given URI parameters, without making a file.
func dial(path, params string) (*conn, error) {
	dsn := ":memory:"
	if path != "" {
		p := filepath.ToSlash(path)
		if !strings.HasPrefix(p, "/") {
			p = "/" + p // a drive letter
		}
		dsn = (&url.URL{Scheme: "file", Path: p, RawQuery: params}).String()
	}
	dc, err := new(sqlite.Driver).Open(dsn)
	if err != nil {
		return nil, err
	}
	return &conn{dc: dc, stmts: map[string]*stmt{}}, nil
}

func (c *conn) close() error {
	var err error
	for _, s := range c.stmts {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.dc.Close())
}

// prepare returns the statement of this text, with the arguments set.
func (c *conn) prepare(query string, args []any) (*stmt, error) {
	s := c.stmts[query]
	if s == nil {
		ds, err := c.dc.Prepare(query)
		if err != nil {
			return nil, fmt.Errorf("prepare %q: %w", query, err)
		}
		s = &stmt{Stmt: ds}
		c.stmts[query] = s
	}
	s.args = s.args[:0]
	for i, a := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return s, nil
}

// exec runs a statement and returns how many rows it changed and the id of the
// row it inserted last. Arguments are int64, string, []byte or nil.
func (c *conn) exec(query string, args ...any) (changed, id int64, err error) {
	s, err := c.prepare(query, args)
	if err != nil {
		return 0, 0, err
	}
	// The context has no end on purpose: the driver would start a goroutine a
	// statement to watch it.
	r, err := s.Stmt.(driver.StmtExecContext).ExecContext(context.Background(), s.args)
	if err != nil {
		return 0, 0, err
	}
	changed, _ = r.RowsAffected()
	id, _ = r.LastInsertId()
	return changed, id, nil
}

// script runs statements that are not worth keeping.
func (c *conn) script(query string) error {
	_, err := c.dc.(driver.ExecerContext).ExecContext(context.Background(), query, nil)
	return err
}

// query calls row for each row of the answer. The slice is reused; texts and
// blobs in it are the caller's to keep.
func (c *conn) query(query string, row func([]driver.Value) error, args ...any) error {
	s, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	rows, err := s.Stmt.(driver.StmtQueryContext).QueryContext(context.Background(), s.args)
	if err != nil {
		return err
	}
	if s.row == nil {
		s.row = make([]driver.Value, len(rows.Columns()))
	}
	for {
		if err = rows.Next(s.row); err != nil {
			break
		}
		if err = row(s.row); err != nil {
			break
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, rows.Close())
}

// one returns the first column of the first row, and whether there is a row.
func (c *conn) one(query string, args ...any) (v driver.Value, ok bool, err error) {
	err = c.query(query, func(row []driver.Value) error {
		if !ok {
			v, ok = row[0], true
		}
		return nil
	}, args...)
	return v, ok, err
}

// number returns the integer a query with one row and column gives.
func (c *conn) number(query string, args ...any) (int64, error) {
	v, ok, err := c.one(query, args...)
	if err != nil {
		return 0, err
	}
	n, isInt := v.(int64)
	if !ok || !isInt {
		return 0, fmt.Errorf("%s: got %v, want an integer", query, v)
	}
	return n, nil
}
