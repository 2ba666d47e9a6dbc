package archive

import (
	"context"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

// Target finds the store that a completion belongs to: those of the simulated
// respondent inside the program are kept apart from those that came over a
// network.
type Target func(simulated bool) (*store.Store, error)

// Report is what an import did.
type Report struct {
	// Read counts completions; Added are new, Same were there already.
	Read  int `json:"read"`
	Added int `json:"added"`
	Same  int `json:"same"`
	// Conflicts counts those under whose key another reply is stored, or that
	// go on from one. The stored ones stay; Keys are the first of them.
	Conflicts int              `json:"conflicts"`
	Keys      []completion.Key `json:"-"`

	lost map[completion.Key]bool
	// mishaps are the errors that came before replies; they go into the ledger.
	mishaps map[completion.Key]string
}

// maxKeys is how many conflicts are named.
const maxKeys = 5

// batchSize is how many completions one durable step holds.
const batchSize = 256

// Import puts an archive into stores. Interrupted and run again it goes on
// where it was: what is there is left as it is. progress is told how many
// completions have been read.
func Import(ctx context.Context, r *Reader, target Target, progress func(n int)) (*Report, error) {
	rep := &Report{mishaps: r.mishaps}
	for i := range r.Parts {
		all, err := r.Part(i)
		if err != nil {
			return rep, err
		}
		for len(all) > 0 {
			n := min(batchSize, len(all))
			if err := rep.put(ctx, target, all[:n]); err != nil {
				return rep, err
			}
			progress(n)
			all = all[n:]
		}
	}
	return rep, nil
}

// Copy puts all completions of one store, such as a backup, into others.
func Copy(ctx context.Context, from *store.Store, target Target, progress func(n int)) (*Report, error) {
	rep := &Report{}
	var err error
	if rep.mishaps, err = Mishaps(ctx, from); err != nil {
		return rep, err
	}
	var batch []*completion.Completion
	flush := func() error {
		n := len(batch)
		perr := rep.put(ctx, target, batch)
		batch = batch[:0]
		progress(n)
		return perr
	}
	err = from.All(ctx, nil, func(c *completion.Completion) error {
		if batch = append(batch, c); len(batch) < batchSize {
			return nil
		}
		return flush()
	})
	if err != nil {
		return rep, err
	}
	return rep, flush()
}

// put stores a batch, those of each store in a step of its own.
func (rep *Report) put(ctx context.Context, target Target, batch []*completion.Completion) error {
	for _, simulated := range []bool{false, true} {
		var own []*completion.Completion
		for _, c := range batch {
			if inProgram(c) == simulated {
				own = append(own, c)
			}
		}
		if len(own) == 0 {
			continue
		}
		s, err := target(simulated)
		if err != nil {
			return err
		}
		rep.Read += len(own)
		var tries []store.Try
		if own, tries, err = rep.apart(ctx, s, own); err != nil {
			return err
		}
		receipt, err := s.Submit(ctx, store.Batch{Put: own, Tries: tries})
		if err != nil {
			return err
		}
		for i, state := range receipt.Put {
			rep.note(own[i].Request.Key(), state)
		}
	}
	return nil
}

// apart takes out what cannot be stored because another reply is: completions
// whose key is taken by one with another text, and all later turns of their
// conversations, which go on from a reply that is not there. tries are the lines
// of the ledger that tell of the errors before those that are new: nothing is
// sent or paid here.
func (rep *Report) apart(ctx context.Context, s *store.Store, own []*completion.Completion) (out []*completion.Completion, tries []store.Try, err error) {
	keys := make([]completion.Key, len(own))
	for i, c := range own {
		keys[i] = c.Request.Key()
	}
	stored, err := s.Lookup(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	out = own[:0]
	for i, c := range own {
		brief, taken := stored.Get(keys[i])
		if rep.lost[c.Request.Prev] || taken && brief.TextDigest != completion.TextDigest(c.Text) {
			if rep.lost == nil {
				rep.lost = map[completion.Key]bool{}
			}
			rep.lost[keys[i]] = true
			rep.note(keys[i], store.Kept)
			continue
		}
		out = append(out, c)
		if class := rep.mishaps[keys[i]]; class != "" && !taken {
			tries = append(tries, store.Try{At: c.StartedAt, Origin: c.Request.Origin, Key: keys[i], Usage: completion.UnknownUsage(), Outcome: store.Mishap + class})
		}
	}
	return out, tries, nil
}

// Mishaps are the classes of the last errors before the replies of a store, by
// key.
func Mishaps(ctx context.Context, s *store.Store) (map[completion.Key]string, error) {
	st, err := s.Stats(ctx)
	if err != nil {
		return nil, err
	}
	origins := make([]*completion.Origin, len(st.Origins))
	for i := range st.Origins {
		origins[i] = st.Origins[i].Origin
	}
	return s.Mishaps(ctx, origins)
}

func (rep *Report) note(k completion.Key, state store.PutState) {
	switch state {
	case store.Added:
		rep.Added++
	case store.Same:
		rep.Same++
	default:
		if rep.Conflicts++; len(rep.Keys) < maxKeys {
			rep.Keys = append(rep.Keys, k)
		}
	}
}
