package apply

import (
	"context"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/table"
)

// briefs are the stored completions of a design as planning needs them: digests
// of answers, texts of personas.
type briefs struct {
	indexes []*store.Index
	texts   *entries
}

// loadBriefs reads what is stored for a design in bulk. Where invalid replies
// are asked for again, answers are read with their texts.
func loadBriefs(ctx context.Context, l *Library, answers, generations []*completion.Origin, withTexts bool) (*briefs, error) {
	b := &briefs{}
	scan := generations
	if withTexts {
		scan = append(append([]*completion.Origin(nil), generations...), answers...)
		answers = nil
	}
	var err error
	if b.texts, err = loadEntries(ctx, l, scan); err != nil {
		return nil, err
	}
	err = l.each(answers, func(s *store.Store, own []*completion.Origin) error {
		x, err := s.Index(ctx, own)
		b.indexes = append(b.indexes, x)
		return err
	})
	return b, err
}

// Find implements session.Replies.
func (b *briefs) Find(k completion.Key) (session.Reply, bool) {
	if r, ok := b.texts.Find(k); ok {
		return r, true
	}
	for _, x := range b.indexes {
		if brief, ok := x.Get(k); ok {
			return session.Reply{Sum: brief.TextDigest, Status: brief.Status, At: brief.StartedAt.UnixMicro()}, true
		}
	}
	return session.Reply{}, false
}

// entries are stored completions with all that the tables show of them.
type entries struct {
	byKey   map[completion.Key]int32
	records []table.Record
	sums    []completion.Digest
}

func loadEntries(ctx context.Context, l *Library, origins []*completion.Origin) (*entries, error) {
	e := &entries{byKey: map[completion.Key]int32{}}
	err := l.each(origins, func(s *store.Store, own []*completion.Origin) error {
		return s.Scan(ctx, own, func(x *store.Entry) error {
			e.byKey[x.Key] = int32(len(e.records))
			e.sums = append(e.sums, x.TextDigest)
			e.records = append(e.records, table.Record{
				Text: x.Text, Status: x.Status, FinishReason: x.FinishReason, ModelServed: x.ModelServed,
				Fingerprint: x.Fingerprint, Usage: x.Usage, StartedAt: x.StartedAt, Latency: x.Latency,
				Tries: x.Tries, HTTPStatus: x.HTTPStatus, Simulated: x.Simulated,
			})
			return nil
		})
	})
	return e, err
}

// Find implements session.Replies.
func (e *entries) Find(k completion.Key) (session.Reply, bool) {
	i, ok := e.byKey[k]
	if !ok {
		return session.Reply{}, false
	}
	r := &e.records[i]
	return session.Reply{Sum: e.sums[i], Status: r.Status, Text: r.Text, Known: true, At: r.StartedAt.UnixMicro(), Ref: int(i)}, true
}

// Record implements table.Records.
func (e *entries) Record(ref int) table.Record { return e.records[ref] }

// add makes a completion that was just obtained known.
func (e *entries) add(k completion.Key, sum completion.Digest, r table.Record) {
	if _, ok := e.byKey[k]; ok {
		return
	}
	e.byKey[k] = int32(len(e.records))
	e.sums = append(e.sums, sum)
	e.records = append(e.records, r)
}

// span tracks the times of stored completions.
type span struct{ oldest, newest int64 }

func (s *span) add(us int64) {
	if s.oldest == 0 || us < s.oldest {
		s.oldest = us
	}
	s.newest = max(s.newest, us)
}

func (s *span) times() (oldest, newest time.Time) {
	if s.oldest == 0 {
		return time.Time{}, time.Time{}
	}
	return time.UnixMicro(s.oldest).UTC(), time.UnixMicro(s.newest).UTC()
}
