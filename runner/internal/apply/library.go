// Package apply carries a plan out: it claims what is missing, asks for it,
// stores it, and writes the tables. Killed at any moment and run again it makes
// only what is missing.
//
// It knows stores, providers and sessions. It prints nothing and reads no
// flags; what happens is reported through callbacks and the result.
package apply

import (
	"context"
	"errors"
	"slices"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

// Library is where completions are: those of models in one store, simulated
// ones in another, so that nobody takes one for the other.
type Library struct {
	Real, Simulated *store.Store
}

// Paths are the files of a library.
type Paths struct {
	Real      string `json:"real"`
	Simulated string `json:"simulated"`
}

// OpenLibrary opens the stores that the origins need. A store that is opened
// for reading only and does not exist reads as empty.
func OpenLibrary(ctx context.Context, p Paths, origins []*completion.Origin, opts store.Options) (*Library, error) {
	l := &Library{}
	for _, o := range origins {
		target, path := &l.Real, p.Real
		if o.Provider == session.Simulated {
			target, path = &l.Simulated, p.Simulated
		}
		if *target != nil {
			continue
		}
		s, err := store.Open(ctx, path, opts)
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		*target = s
	}
	return l, nil
}

// Stores are those that are open.
func (l *Library) Stores() []*store.Store {
	return slices.DeleteFunc([]*store.Store{l.Real, l.Simulated}, func(s *store.Store) bool { return s == nil })
}

// Close closes the stores and gives this process's claims back.
func (l *Library) Close() error {
	var errs []error
	for _, s := range l.Stores() {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// For returns the store that holds an origin's completions.
func (l *Library) For(o *completion.Origin) *store.Store {
	if o.Provider == session.Simulated {
		return l.Simulated
	}
	return l.Real
}

// each calls f for each open store with those of the origins that it holds.
func (l *Library) each(origins []*completion.Origin, f func(*store.Store, []*completion.Origin) error) error {
	for _, s := range l.Stores() {
		var own []*completion.Origin
		for _, o := range origins {
			if l.For(o) == s {
				own = append(own, o)
			}
		}
		if len(own) == 0 {
			continue
		}
		if err := f(s, own); err != nil {
			return err
		}
	}
	return nil
}

// Origins lists the origins of a design, each once: those of the answers, and
// those of the generated variables.
func Origins(d *design.Design, b *session.Builder) (answers, generations []*completion.Origin, err error) {
	seen := map[completion.Digest]bool{}
	add := func(list *[]*completion.Origin, o *completion.Origin) {
		if !seen[o.Digest()] {
			seen[o.Digest()] = true
			*list = append(*list, o)
		}
	}
	for _, c := range d.Cells() {
		for _, v := range c.Prompt.Variables {
			if v.Draw != schema.Generate {
				continue
			}
			req, err := b.Generation(c.Model, c.Prompt, v, 1)
			if err != nil {
				return nil, nil, err
			}
			add(&generations, req.Origin)
		}
	}
	for _, c := range d.Cells() {
		o, err := b.Origin(c)
		if err != nil {
			return nil, nil, err
		}
		if !slices.Contains(generations, o) {
			add(&answers, o)
		}
	}
	return answers, generations, nil
}
