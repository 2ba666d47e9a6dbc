package store

import (
	"context"
	"database/sql/driver"
	"strings"
	"time"

	"circumplex.example/runner/internal/completion"
)

// Try is a line of the ledger: sendings of one request over a network, whether
// or not a completion came of them. What cannot have been billed costs 0, what
// may have been and at what price is not known costs Unknown.
type Try struct {
	At         time.Time
	Experiment string
	Origin     *completion.Origin
	Key        completion.Key
	// Tries counts the sendings.
	Tries int
	Usage completion.Usage
	// Micros is what they cost in millionths of a dollar, completion.Unknown
	// where the price is not known.
	Micros int64
	// Outcome says what became of them: the completion's status, or the class of
	// the error after Mishap.
	Outcome string
}

// Mishap begins the outcome of a sending that brought no completion; Canceled is the
// outcome of one that whoever ran the program stopped.
const (
	Mishap   = "error: "
	Canceled = Mishap + "canceled"
)

// Spending sums lines of the ledger.
type Spending struct {
	Lines, Tries int64
	// Micros is the sum of the known costs, in millionths of a dollar.
	Micros int64
	// Unpriced counts lines whose cost is not known; they are not in Micros.
	Unpriced int64
	// Tokens as far as they were reported.
	PromptTokens, CompletionTokens int64
}

func (w *writer) bill(c *conn, t *Try) error {
	origin, err := w.originID(c, t.Origin)
	if err != nil {
		return err
	}
	var micros any
	if t.Micros != completion.Unknown {
		micros = t.Micros
	}
	u := t.Usage
	_, _, err = c.exec(`INSERT INTO ledger (at_us, experiment, origin, key, tries, prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, cost_micros, outcome)
		VALUES (?,?,?,?,?,?,?,?,?,?,?)`, t.At.UnixMicro(), t.Experiment, origin, t.Key[:], int64(t.Tries),
		count(u.Prompt), count(u.Completion), count(u.Reasoning), count(u.Cached), micros, t.Outcome)
	return err
}

// summed adds up a column. SQLite's own sum is an error where it overflows, and one
// absurd line, of an earlier version or another's hand, must not close the store.
func summed(column string) string { return `CAST(total(` + column + `) AS INTEGER)` }

// Spent sums the ledger of an experiment ("" for all) since a time, over all
// processes that wrote it.
func (s *Store) Spent(ctx context.Context, experiment string, since time.Time) (Spending, error) {
	var sp Spending
	us := int64(-1 << 63)
	if !since.IsZero() {
		us = since.UnixMicro()
	}
	err := s.read(ctx, "ledger cannot be read", func(c *conn) error {
		return c.query(`SELECT count(*), `+summed("tries")+`, `+summed("cost_micros")+`, count(*) - count(cost_micros),
			`+summed("prompt_tokens")+`, `+summed("completion_tokens")+`
			FROM ledger WHERE (?1 = '' OR experiment = ?1) AND at_us >= ?2`, func(r []driver.Value) error {
			sp = Spending{number(r[0]), number(r[1]), number(r[2]), number(r[3]), number(r[4]), number(r[5])}
			return nil
		}, experiment, us)
	})
	return sp, err
}

// Mishaps returns, for requests of these origins that were ever sent in vain, the
// class of the last error. One that was Canceled is no error.
func (s *Store) Mishaps(ctx context.Context, origins []*completion.Origin) (map[completion.Key]string, error) {
	out := map[completion.Key]string{}
	err := s.read(ctx, "ledger cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		return c.query(`SELECT key, outcome FROM ledger WHERE outcome LIKE '`+Mishap+`%' AND outcome <> '`+Canceled+`' AND origin IN `+inList(s.names.originIDs(origins))+` ORDER BY id`,
			func(r []driver.Value) error {
				out[digestOf(r[0])] = strings.TrimPrefix(text(r[1]), Mishap)
				return ctx.Err()
			})
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// SpentOn sums the lines of the ledger whose requests want admits.
func (s *Store) SpentOn(ctx context.Context, want func(completion.Key) bool) (Spending, error) {
	var sp Spending
	err := s.read(ctx, "ledger cannot be read", func(c *conn) error {
		return c.query(`SELECT key, tries, cost_micros, prompt_tokens, completion_tokens FROM ledger`, func(r []driver.Value) error {
			if !want(digestOf(r[0])) {
				return nil
			}
			sp.Lines++
			sp.Tries += number(r[1])
			sp.Micros += number(r[2])
			if r[2] == nil {
				sp.Unpriced++
			}
			sp.PromptTokens += number(r[3])
			sp.CompletionTokens += number(r[4])
			return nil
		})
	})
	return sp, err
}
