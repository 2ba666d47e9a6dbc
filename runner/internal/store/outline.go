package store

import (
	"context"
	"database/sql/driver"
	"encoding/binary"

	"circumplex.example/runner/internal/completion"
)

// Outline is a stored request without its texts.
type Outline struct {
	Key, Prev       completion.Key
	Origin          *completion.Origin
	Sample, Attempt int
	// New are the digests of the messages since the turn before. The slice is
	// used again for the next outline.
	New []completion.Digest
}

// Outlines calls each for every stored request, to find those that are like
// another one without reading what they say: nothing is checked. message, if
// not nil, is called before with every text that was sent, once.
func (s *Store) Outlines(ctx context.Context, message func(completion.Digest, string), each func(*Outline) error) error {
	return s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		sums := map[int64]completion.Digest{}
		err := c.query(`SELECT id, digest, text FROM message`, func(r []driver.Value) error {
			sums[number(r[0])] = digestOf(r[1])
			if message == nil {
				return nil
			}
			// A text that cannot be unpacked is near to nothing; verify names it.
			if b, uerr := unpack(blob(r[2]), nil); uerr == nil {
				message(digestOf(r[1]), string(b))
			}
			return ctx.Err()
		})
		if err != nil {
			return err
		}
		var o Outline
		return c.query(`SELECT key, prev, origin, sample, attempt, messages FROM completion JOIN detail USING (id) ORDER BY id`, func(r []driver.Value) error {
			o.Key, o.Prev, o.Origin = digestOf(r[0]), digestOf(r[1]), s.names.origin(number(r[2]))
			o.Sample, o.Attempt, o.New = int(number(r[3])), int(number(r[4])), o.New[:0]
			for packed := blob(r[5]); len(packed) > 1; {
				id, n := binary.Uvarint(packed[1:])
				if n <= 0 {
					break
				}
				o.New = append(o.New, sums[int64(id)])
				packed = packed[1+n:]
			}
			if o.Origin == nil {
				return nil
			}
			return each(&o)
		})
	})
}
