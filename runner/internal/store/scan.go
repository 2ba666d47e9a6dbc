package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"circumplex.example/runner/internal/completion"
)

// Entry is a completion without its request and bodies: what the tables need.
type Entry struct {
	Key    completion.Key
	Origin *completion.Origin
	// Sample and Attempt are those of the request.
	Sample, Attempt int
	Text            string
	TextDigest      completion.Digest
	Status          completion.Status
	FinishReason    string
	ModelServed     string
	Fingerprint     string
	Usage           completion.Usage
	StartedAt       time.Time
	Latency         time.Duration
	Tries           int
	HTTPStatus      int
	Version         string
	Simulated       bool
}

const scanColumns = `key, origin, served, sample, attempt, started_us, latency_ns, tries,
	prompt_tokens, completion_tokens, reasoning_tokens, cached_tokens, digest, text`

// Scan calls each for every completion of these origins, in the order in which
// they were stored, every text checked against its digest. The entry is reused:
// each must copy what it keeps (the texts in it may be kept). Scan ends with
// the first error of each, or ErrCorrupt.
func (s *Store) Scan(ctx context.Context, origins []*completion.Origin, each func(*Entry) error) error {
	return s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		in := inList(s.names.originIDs(origins))
		return c.query(`SELECT `+scanColumns+` FROM completion NOT INDEXED WHERE origin IN `+in, s.scanner(ctx, each))
	})
}

// scanner returns a function that turns a row of scanColumns into an entry.
func (s *Store) scanner(ctx context.Context, each func(*Entry) error) func([]driver.Value) error {
	origins, ends := map[int64]*completion.Origin{}, map[int64]*served{}
	var e Entry
	n := 0
	return func(r []driver.Value) error {
		if n++; n%1024 == 1 && ctx.Err() != nil {
			return ctx.Err()
		}
		e.Key, e.TextDigest, e.Text = digestOf(r[0]), digestOf(r[12]), text(r[13])
		if completion.TextDigest(e.Text) != e.TextDigest {
			return s.corrupt(e.Key, "reply does not match its digest")
		}
		origin, end := number(r[1]), number(r[2])
		if origins[origin] == nil {
			origins[origin] = s.names.origin(origin)
		}
		if ends[end] == nil {
			ends[end] = s.names.servedAs(end)
		}
		v := ends[end]
		if e.Origin = origins[origin]; e.Origin == nil || v == nil {
			return s.corrupt(e.Key, fmt.Sprintf("row %d of table origin or %d of table served is missing", origin, end))
		}
		e.Status, e.FinishReason, e.ModelServed, e.Fingerprint = completion.Status(v.status), v.finish, v.model, v.fingerprint
		e.HTTPStatus, e.Version, e.Simulated = v.http, v.version, v.simulated
		e.Sample, e.Attempt = int(number(r[3])), int(number(r[4]))
		e.StartedAt, e.Latency, e.Tries = time.UnixMicro(number(r[5])).UTC(), time.Duration(number(r[6])), int(number(r[7]))
		e.Usage = completion.Usage{Prompt: countOf(r[8]), Completion: countOf(r[9]), Reasoning: countOf(r[10]), Cached: countOf(r[11])}
		return each(&e)
	}
}

// Texts returns the replies under these keys, checked, to continue their
// conversations. A key that is not stored is ErrNotFound.
func (s *Store) Texts(ctx context.Context, keys []completion.Key) ([]string, error) {
	texts := make([]string, len(keys))
	err := s.read(ctx, "cannot be read", func(c *conn) error {
		for i := range keys {
			found := false
			err := c.query(`SELECT digest, text FROM completion WHERE key = ?`, func(r []driver.Value) error {
				found, texts[i] = true, text(r[1])
				if completion.TextDigest(texts[i]) != digestOf(r[0]) {
					return s.corrupt(keys[i], "reply does not match its digest")
				}
				return nil
			}, keys[i][:])
			if err != nil {
				return err
			}
			if !found {
				return s.notFound(keys[i])
			}
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	return texts, nil
}

func (s *Store) notFound(k completion.Key) error {
	return &Error{Kind: ErrNotFound, Path: s.path, Key: k, What: "is not in the store",
		Mend: fmt.Sprintf("runner cache explain %s", k)}
}
