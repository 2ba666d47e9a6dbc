package store

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"hash/crc32"
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

// briefColumns are those that rowCRC covers, with the text and the crc.
const briefColumns = `key, digest, text, crc, origin, served, started_us, prompt_tokens, completion_tokens`

// scanColumns are those of an entry.
const scanColumns = briefColumns + `, sample, attempt, latency_ns, tries, reasoning_tokens, cached_tokens`

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// rowCRC guards the columns that an index is made of and that no digest covers
// in a scan, the key above all: a completion under a damaged key would read as
// a missing one.
func rowCRC(e *Entry, origin, served int64) uint32 {
	var b [2*sha256.Size + 5*8]byte
	n := copy(b[:], e.Key[:])
	n += copy(b[n:], e.TextDigest[:])
	for _, v := range [...]int64{origin, served, e.StartedAt.UnixMicro(), int64(e.Usage.Prompt), int64(e.Usage.Completion)} {
		binary.LittleEndian.PutUint64(b[n:], uint64(v))
		n += 8
	}
	return crc32.Checksum(b[:], castagnoli)
}

// Scan calls each for every completion of these origins, in the order in which
// they were stored, every text checked against its digest. The entry is reused:
// each must copy what it keeps (the texts in it may be kept). Scan ends with
// the first error of each, or ErrCorrupt.
func (s *Store) Scan(ctx context.Context, origins []*completion.Origin, each func(*Entry) error) error {
	return s.scan(ctx, scanColumns, origins, each)
}

func (s *Store) scan(ctx context.Context, columns string, origins []*completion.Origin, each func(*Entry) error) error {
	return s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		in := inList(s.names.originIDs(origins))
		return c.query(`SELECT `+columns+` FROM completion NOT INDEXED WHERE origin IN `+in, s.scanner(ctx, each))
	})
}

// scanner returns a function that turns a row of briefColumns, or of those and
// more, into an entry.
func (s *Store) scanner(ctx context.Context, each func(*Entry) error) func([]driver.Value) error {
	origins, ends := map[int64]*completion.Origin{}, map[int64]*served{}
	var e Entry
	n := 0
	return func(r []driver.Value) error {
		if n++; n%1024 == 1 && ctx.Err() != nil {
			return ctx.Err()
		}
		origin, end := number(r[4]), number(r[5])
		e.Key, e.TextDigest, e.Text = digestOf(r[0]), digestOf(r[1]), text(r[2])
		e.StartedAt = time.UnixMicro(number(r[6])).UTC()
		e.Usage.Prompt, e.Usage.Completion = countOf(r[7]), countOf(r[8])
		if completion.TextDigest(e.Text) != e.TextDigest {
			return s.corrupt(e.Key, "reply does not match its digest")
		}
		if int64(rowCRC(&e, origin, end)) != number(r[3]) {
			return s.corrupt(e.Key, "its row does not match its checksum")
		}
		if len(r) > 9 {
			e.Sample, e.Attempt, e.Latency, e.Tries = int(number(r[9])), int(number(r[10])), time.Duration(number(r[11])), int(number(r[12]))
			e.Usage.Reasoning, e.Usage.Cached = countOf(r[13]), countOf(r[14])
		}
		if origins[origin] == nil {
			origins[origin] = s.names.origin(origin)
		}
		if ends[end] == nil {
			ends[end] = s.names.servedAs(end)
		}
		if e.Origin = origins[origin]; e.Origin == nil || ends[end] == nil {
			return s.corrupt(e.Key, fmt.Sprintf("row %d of table origin or %d of table served is missing", origin, end))
		}
		ends[end].fill(&e)
		return each(&e)
	}
}

func (v *served) fill(e *Entry) {
	e.Status, e.FinishReason, e.ModelServed, e.Fingerprint = completion.Status(v.status), v.finish, v.model, v.fingerprint
	e.HTTPStatus, e.Version, e.Simulated = v.http, v.version, v.simulated
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
