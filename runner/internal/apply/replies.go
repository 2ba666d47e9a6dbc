package apply

import (
	"context"
	"maps"
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
	mishaps map[completion.Key]string
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
	if b.mishaps, err = loadMishaps(ctx, l, append(append([]*completion.Origin(nil), answers...), scan...)); err != nil {
		return nil, err
	}
	if b.texts, err = loadEntries(ctx, l, scan); err != nil {
		return nil, err
	}
	err = l.each(answers, func(s *store.Store, own []*completion.Origin) error {
		x, ierr := s.Index(ctx, own)
		b.indexes = append(b.indexes, x)
		return ierr
	})
	return b, err
}

// loadMishaps reads which requests were ever sent in vain.
func loadMishaps(ctx context.Context, l *Library, origins []*completion.Origin) (map[completion.Key]string, error) {
	out := map[completion.Key]string{}
	err := l.each(origins, func(s *store.Store, own []*completion.Origin) error {
		if s == l.Simulated {
			return nil // it is asked over no network
		}
		m, err := s.Mishaps(ctx, own)
		maps.Copy(out, m)
		return err
	})
	return out, err
}

// Find implements session.Replies.
func (b *briefs) Find(k completion.Key) (session.Reply, bool) {
	if r, ok := b.texts.Find(k); ok {
		return r, true
	}
	for _, x := range b.indexes {
		if brief, ok := x.Get(k); ok {
			return session.Reply{Sum: brief.TextDigest, Status: brief.Status, At: brief.StartedAt.UnixMicro(),
				ModelServed: brief.ModelServed, Fingerprint: brief.Fingerprint, Simulated: brief.Simulated}, true
		}
	}
	return session.Reply{}, false
}

// entries are stored completions with all that the tables show of them. They
// are many, so what most of them have in common is kept once.
type entries struct {
	byKey   map[completion.Key]int32
	records []record
	ends    []ending
	endOf   map[ending]uint32
	mishaps map[completion.Key]string
}

// record is an entry without its ending.
type record struct {
	text          string
	sum           completion.Digest
	startedUS     int64
	latency       time.Duration
	prompt, reply int32
	// reasoning and cached are parts of reply and prompt.
	reasoning, cached int32
	tries             int32
	end               uint32
}

// ending is how a reply ended and who gave it.
type ending struct {
	status                     completion.Status
	finish, model, fingerprint string
	http                       int
	simulated                  bool
}

func newEntries() *entries {
	return &entries{byKey: map[completion.Key]int32{}, endOf: map[ending]uint32{}}
}

func loadEntries(ctx context.Context, l *Library, origins []*completion.Origin) (*entries, error) {
	e := newEntries()
	err := l.each(origins, func(s *store.Store, own []*completion.Origin) error {
		return s.Scan(ctx, own, func(x *store.Entry) error {
			return e.add(x.Key, record{text: x.Text, sum: x.TextDigest, startedUS: x.StartedAt.UnixMicro(), latency: x.Latency,
				prompt: store.Narrow(x.Usage.Prompt), reply: store.Narrow(x.Usage.Completion),
				reasoning: store.Narrow(x.Usage.Reasoning), cached: store.Narrow(x.Usage.Cached), tries: int32(x.Tries)},
				ending{x.Status, x.FinishReason, x.ModelServed, x.Fingerprint, x.HTTPStatus, x.Simulated})
		})
	})
	return e, err
}

// add makes a completion known; one that is known already stays.
func (e *entries) add(k completion.Key, r record, end ending) error {
	if _, ok := e.byKey[k]; ok {
		return nil
	}
	i, ok := e.endOf[end]
	if !ok {
		i = uint32(len(e.ends))
		e.ends = append(e.ends, end)
		e.endOf[end] = i
	}
	r.end = i
	e.byKey[k] = int32(len(e.records))
	e.records = append(e.records, r)
	return nil
}

// Find implements session.Replies.
func (e *entries) Find(k completion.Key) (session.Reply, bool) {
	i, ok := e.byKey[k]
	if !ok {
		return session.Reply{}, false
	}
	r := &e.records[i]
	end := &e.ends[r.end]
	return session.Reply{Sum: r.sum, Status: end.status, Text: r.text, Known: true, At: r.startedUS, Ref: int(i),
		ModelServed: end.model, Fingerprint: end.fingerprint, Simulated: end.simulated}, true
}

// Record implements table.Records.
func (e *entries) Record(ref int) table.Record {
	r := &e.records[ref]
	end := e.ends[r.end]
	usage := completion.Usage{Prompt: int(r.prompt), Completion: int(r.reply), Reasoning: int(r.reasoning), Cached: int(r.cached)}
	return table.Record{
		Text: r.text, Status: end.status, FinishReason: end.finish, ModelServed: end.model, Fingerprint: end.fingerprint,
		Usage: usage, StartedAt: time.UnixMicro(r.startedUS).UTC(), Latency: r.latency,
		Tries: int(r.tries), HTTPStatus: end.http, Simulated: end.simulated,
	}
}

// Mishap implements table.Records.
func (e *entries) Mishap(k completion.Key) string { return e.mishaps[k] }

// simulated tells whether no reply, every reply or some are the simulated
// respondent's: "false", "true" or "mixed".
func (e *entries) simulated() string {
	some, all := false, true
	for i := range e.ends {
		some, all = some || e.ends[i].simulated, all && e.ends[i].simulated
	}
	switch {
	case !some:
		return "false"
	case all:
		return "true"
	}
	return "mixed"
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

// Stored finds what a library holds for the origins of answers and generations,
// and says how many completions that is. Where replies have to be read again,
// such as to see whether they are valid, withTexts brings their texts too.
func Stored(ctx context.Context, l *Library, answers, generations []*completion.Origin, withTexts bool) (session.Replies, int, error) {
	b, err := loadBriefs(ctx, l, answers, generations, withTexts)
	if err != nil {
		return nil, 0, err
	}
	n := len(b.texts.records)
	for _, x := range b.indexes {
		n += x.Len()
	}
	return b, n, nil
}
