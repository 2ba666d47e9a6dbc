package store

import (
	"context"
	"database/sql/driver"
	"os"
	"slices"
	"time"

	"circumplex.example/runner/internal/completion"
)

// Stats tell what a store holds.
type Stats struct {
	Completions int64
	// Oldest and Newest are when completions were made, zero if there is none.
	Oldest, Newest time.Time
	// Bytes is the size on disk, the log included.
	Bytes   int64
	Origins []OriginStats
	Owners  []OwnerStats
}

// OriginStats counts the completions of one origin.
type OriginStats struct {
	Origin         *completion.Origin
	Completions    int64
	Oldest, Newest time.Time
	// PromptTokens and CompletionTokens are sums of what was reported;
	// Unreported counts completions for which one of them was not.
	PromptTokens, CompletionTokens, Unreported int64
	// Bytes is the size of replies and details, messages not counted: those are
	// shared.
	Bytes int64
	// Simulated counts replies that no model wrote.
	Simulated int64
	// Micros is what the ledger says was paid, in millionths of a dollar;
	// Unpriced counts its lines without a price, Billed all its lines.
	Micros, Unpriced, Billed int64
}

// OwnerStats tells of a process that has the store open for writing, or had
// when it died.
type OwnerStats struct {
	// Name is host and process id.
	Name string
	// Seen is its last heartbeat; Alive is whether that is recent enough for
	// its claims to hold.
	Seen  time.Time
	Alive bool
	// Self is true for the store that is asked.
	Self   bool
	Claims int64
}

// Stats counts what is stored, for each origin, and what is claimed. Origins
// stand in the order in which they were first used.
func (s *Store) Stats(ctx context.Context) (*Stats, error) {
	st := new(Stats)
	err := s.read(ctx, "cannot be read", func(c *conn) error {
		if err := s.names.load(s, c); err != nil {
			return err
		}
		if err := s.countOrigins(c, st); err != nil {
			return err
		}
		return s.countOwners(c, st)
	})
	if err != nil {
		return nil, err
	}
	for _, suffix := range []string{"", "-wal"} {
		if info, err := os.Stat(s.path + suffix); err == nil {
			st.Bytes += info.Size()
		}
	}
	return st, nil
}

func (s *Store) countOrigins(c *conn, st *Stats) error {
	at := map[int64]int{}
	err := c.query(`SELECT origin, count(*), min(started_us), max(started_us), `+summed("prompt_tokens")+`, `+summed("completion_tokens")+`,
		sum(prompt_tokens IS NULL OR completion_tokens IS NULL), coalesce(sum(length(text) + length(data)), 0),
		coalesce(sum((SELECT simulated FROM served WHERE id = completion.served)), 0)
		FROM completion LEFT JOIN detail USING (id) GROUP BY origin ORDER BY origin`, func(r []driver.Value) error {
		o := OriginStats{Origin: s.names.origin(number(r[0])), Completions: number(r[1]),
			Oldest: time.UnixMicro(number(r[2])).UTC(), Newest: time.UnixMicro(number(r[3])).UTC(),
			PromptTokens: number(r[4]), CompletionTokens: number(r[5]), Unreported: number(r[6]), Bytes: number(r[7]), Simulated: number(r[8])}
		at[number(r[0])] = len(st.Origins)
		st.Origins = append(st.Origins, o)
		if st.Completions == 0 || o.Oldest.Before(st.Oldest) {
			st.Oldest = o.Oldest
		}
		if st.Completions == 0 || o.Newest.After(st.Newest) {
			st.Newest = o.Newest
		}
		st.Completions += o.Completions
		return nil
	})
	if err != nil {
		return err
	}
	return c.query(`SELECT origin, `+summed("cost_micros")+`, count(*) - count(cost_micros), count(*) FROM ledger GROUP BY origin`, func(r []driver.Value) error {
		if i, ok := at[number(r[0])]; ok {
			o := &st.Origins[i]
			o.Micros, o.Unpriced, o.Billed = number(r[1]), number(r[2]), number(r[3])
		}
		return nil
	})
}

func (s *Store) countOwners(c *conn, st *Stats) error {
	dead := s.dead()
	err := c.query(`SELECT id, name, seen_us, (SELECT count(*) FROM claim WHERE owner = owner.id) FROM owner`, func(r []driver.Value) error {
		st.Owners = append(st.Owners, OwnerStats{Name: text(r[1]), Seen: time.UnixMicro(number(r[2])).UTC(),
			Alive: number(r[2]) >= dead, Self: number(r[0]) == s.owner.id, Claims: number(r[3])})
		return nil
	})
	slices.SortFunc(st.Owners, func(a, b OwnerStats) int { return a.Seen.Compare(b.Seen) })
	return err
}
