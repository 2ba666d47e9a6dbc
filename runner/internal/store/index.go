package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
	"time"

	"circumplex.example/runner/internal/completion"
)

// Brief is what planning needs to know of a stored completion.
type Brief struct {
	// TextDigest is the digest of the reply, checked against the text. With it
	// the keys of later turns can be computed.
	TextDigest completion.Digest
	// StartedAt is when it was made.
	StartedAt time.Time
	Status    completion.Status
	// PromptTokens and CompletionTokens are completion.Unknown where they were
	// not reported.
	PromptTokens, CompletionTokens int
	// Simulated is true for a reply that no model wrote.
	Simulated bool
	// ModelServed and Fingerprint name who answered, as far as the provider said.
	ModelServed, Fingerprint string
}

// Index tells what is stored. It is compact (about 100 bytes a completion) and
// does not change; reading it from several goroutines is allowed.
type Index struct {
	chunks [][]record
	n      int
	// table is an open-addressed hash table of record numbers + 1. Keys are
	// digests, so their first bytes are as good as a hash.
	table []uint32
	ends  []ending
	byEnd map[ending]uint32
}

type record struct {
	key, text     completion.Key
	startedUS     int64
	prompt, reply int32
	end           uint32 // into ends
}

// ending is the part of served that a brief shows.
type ending struct {
	status             completion.Status
	simulated          bool
	model, fingerprint string
}

const chunkSize = 4096

// Len is the number of completions.
func (x *Index) Len() int { return x.n }

// Get returns what is stored under the key, and whether anything is.
func (x *Index) Get(k completion.Key) (Brief, bool) {
	if x.n == 0 {
		return Brief{}, false
	}
	for i := slot(k, len(x.table)); x.table[i] != 0; i = (i + 1) & (len(x.table) - 1) {
		if r := x.at(int(x.table[i] - 1)); r.key == k {
			return x.brief(r), true
		}
	}
	return Brief{}, false
}

// All goes over all completions in the order in which they were stored.
func (x *Index) All() iter.Seq2[completion.Key, Brief] {
	return func(yield func(completion.Key, Brief) bool) {
		for i := range x.n {
			if r := x.at(i); !yield(r.key, x.brief(r)) {
				return
			}
		}
	}
}

func (x *Index) at(i int) *record { return &x.chunks[i/chunkSize][i%chunkSize] }

func (x *Index) brief(r *record) Brief {
	e := x.ends[r.end]
	return Brief{TextDigest: r.text, StartedAt: time.UnixMicro(r.startedUS).UTC(), Status: e.status, Simulated: e.simulated,
		PromptTokens: int(r.prompt), CompletionTokens: int(r.reply), ModelServed: e.model, Fingerprint: e.fingerprint}
}

func slot(k completion.Key, size int) int {
	return int(binary.LittleEndian.Uint64(k[:]) & uint64(size-1))
}

func (x *Index) add(r record) {
	if x.n%chunkSize == 0 {
		size := chunkSize
		if x.n == 0 {
			size = 8 // a lookup of a few keys stays small
		}
		x.chunks = append(x.chunks, make([]record, 0, size))
	}
	last := &x.chunks[len(x.chunks)-1]
	*last = append(*last, r)
	x.n++
	if 2*x.n > len(x.table) {
		x.table = make([]uint32, max(64, 2*len(x.table)))
		for i := range x.n {
			x.enter(i)
		}
		return
	}
	x.enter(x.n - 1)
}

func (x *Index) enter(n int) {
	i := slot(x.at(n).key, len(x.table))
	for x.table[i] != 0 {
		i = (i + 1) & (len(x.table) - 1)
	}
	x.table[i] = uint32(n + 1)
}

func (x *Index) endOf(e ending) uint32 {
	i, ok := x.byEnd[e]
	if !ok {
		if x.byEnd == nil {
			x.byEnd = map[ending]uint32{}
		}
		i = uint32(len(x.ends))
		x.ends, x.byEnd[e] = append(x.ends, e), i
	}
	return i
}

// Index tells what is stored for these origins, by one scan. Every text is
// checked against its digest; the first that does not match is ErrCorrupt.
func (s *Store) Index(ctx context.Context, origins []*completion.Origin) (*Index, error) {
	x := new(Index)
	if err := s.scan(ctx, briefColumns, origins, x.addEntry); err != nil {
		return nil, err
	}
	return x, nil
}

// Lookup tells what is stored under these keys, each by itself: better than
// Index where they are few.
func (s *Store) Lookup(ctx context.Context, keys []completion.Key) (*Index, error) {
	x := new(Index)
	err := s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		add := s.scanner(ctx, x.addEntry)
		for i := range keys {
			if _, twice := x.Get(keys[i]); twice {
				continue
			}
			if err := c.query(`SELECT `+briefColumns+` FROM completion WHERE key = ?`, add, keys[i][:]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return x, nil
}

func (x *Index) addEntry(e *Entry) error {
	x.add(record{key: e.Key, text: e.TextDigest, startedUS: e.StartedAt.UnixMicro(),
		prompt: Narrow(e.Usage.Prompt), reply: Narrow(e.Usage.Completion), end: x.endOf(ending{e.Status, e.Simulated, e.ModelServed, e.Fingerprint})})
	return nil
}

// Narrow makes a count of tokens smaller to hold; what does not fit is no count.
func Narrow(n int) int32 {
	if n > math.MaxInt32 {
		return completion.Unknown
	}
	return int32(n)
}

// inList writes ids as the right side of IN. They are our own row ids.
func inList[V any](ids map[int64]V) string {
	list := make([]int64, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	slices.Sort(list)
	return "(" + strings.Trim(strings.ReplaceAll(fmt.Sprint(list), " ", ","), "[]") + ")"
}
