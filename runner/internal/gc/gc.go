// Package gc chooses which stored completions may be removed: what is asked
// for, less what known experiments use, less the turns that others follow from.
//
// It knows stores; experiments are its caller's business. It removes nothing.
package gc

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

// Wish is what is to go. Of several, all must hold; the zero value is
// everything.
type Wish struct {
	// Keys and Origins are the first digits of keys and of origins' digests.
	Keys, Origins []string
	// Before admits completions made before it, if it is not zero.
	Before time.Time
}

// Keep collects the keys that stay.
type Keep = map[completion.Key]bool

// Choice is what may go.
type Choice struct {
	Keys []completion.Key
	// Protected counts completions that were asked for and stay; Damaged those
	// that go and cannot be read; Simulated those that no model wrote.
	Protected, Damaged, Simulated  int
	Origins                        []store.OriginStats
	Oldest, Newest                 time.Time
	PromptTokens, CompletionTokens int64
	// Spent is what the ledger says of them.
	Spent store.Spending
}

// WishError is a wish that fits nothing or too much.
type WishError struct{ What string }

// Error returns what is wrong.
func (e *WishError) Error() string { return e.What }

// Choose finds what a wish means. known is asked to fill in what known
// experiments use, unless all that goes is damaged, which nobody can use.
func Choose(ctx context.Context, s *store.Store, w Wish, known func(Keep) error) (*Choice, error) {
	all, err := outlines(ctx, s)
	if err != nil {
		return nil, err
	}
	wanted, err := w.match(s, all)
	if err != nil {
		return nil, err
	}
	c := &Choice{}
	damaged, err := c.damaged(ctx, s, w, wanted)
	if err != nil {
		return nil, err
	}
	keep := Keep{}
	if len(damaged) < len(wanted) {
		if err := known(keep); err != nil {
			return nil, err
		}
	}
	if err := c.settle(ctx, s, w, all, wanted, damaged, keep); err != nil {
		return nil, err
	}
	return c, c.describe(ctx, s, all)
}

// outlines reads all stored requests, without their texts.
func outlines(ctx context.Context, s *store.Store) (map[completion.Key]store.Outline, error) {
	all := map[completion.Key]store.Outline{}
	err := s.Outlines(ctx, nil, func(o *store.Outline) error {
		one := *o
		one.New = nil
		all[o.Key] = one
		return nil
	})
	return all, err
}

// match lists what fits keys and origins. What was made when is looked at
// later, where the rows are read.
func (w Wish) match(s *store.Store, all map[completion.Key]store.Outline) (Keep, error) {
	out := Keep{}
	for _, prefix := range w.Keys {
		var found []completion.Key
		for k := range all {
			if strings.HasPrefix(k.String(), strings.ToLower(prefix)) {
				found = append(found, k)
			}
		}
		switch {
		case len(found) == 0:
			return nil, &WishError{fmt.Sprintf("--key %s: nothing is stored under it in %s\n    mend: runner cache ls --json, or the tables' column key, have the keys; those of the simulated respondent need --simulate", prefix, s.Path())}
		case len(found) > 1:
			return nil, &WishError{fmt.Sprintf("--key %s: %d keys begin with it\n    mend: give more digits", prefix, len(found))}
		}
		out[found[0]] = true
	}
	if len(w.Keys) == 0 {
		for k := range all {
			out[k] = true
		}
	}
	for _, prefix := range w.Origins {
		n := 0
		for _, o := range all {
			if strings.HasPrefix(o.Origin.Digest().String(), strings.ToLower(prefix)) {
				n++
			}
		}
		if n == 0 {
			return nil, &WishError{fmt.Sprintf("--origin %s: no origin begins with it in %s\n    mend: runner cache ls  lists the origins; those of the simulated respondent need --simulate", prefix, s.Path())}
		}
	}
	for k := range out {
		if !w.admits(all[k].Origin) {
			delete(out, k)
		}
	}
	return out, nil
}

func (w Wish) admits(o *completion.Origin) bool {
	for _, prefix := range w.Origins {
		if strings.HasPrefix(o.Digest().String(), strings.ToLower(prefix)) {
			return true
		}
	}
	return len(w.Origins) == 0
}

// damaged tells which completions that were named by key cannot be read; and
// takes those that are too young out of what is wanted.
func (c *Choice) damaged(ctx context.Context, s *store.Store, w Wish, wanted Keep) (Keep, error) {
	damaged := Keep{}
	if len(w.Keys) > 0 {
		for k := range wanted {
			if _, err := s.Get(ctx, k); errors.Is(err, store.ErrCorrupt) {
				damaged[k] = true
			} else if err != nil {
				return nil, err
			}
		}
	}
	if w.Before.IsZero() {
		return damaged, nil
	}
	for k := range wanted {
		if damaged[k] {
			continue
		}
		x, err := s.Lookup(ctx, []completion.Key{k})
		if err != nil {
			return nil, err
		}
		if b, ok := x.Get(k); !ok || !b.StartedAt.Before(w.Before) {
			delete(wanted, k)
		}
	}
	return damaged, nil
}

// settle decides what goes: of what is wanted all that is not kept and that no
// turn follows from that stays; with what is named by key, the turns that follow.
func (c *Choice) settle(ctx context.Context, s *store.Store, w Wish, all map[completion.Key]store.Outline, wanted, damaged, keep Keep) error {
	going, lost := Keep{}, Keep{}
	for k := range wanted {
		going[k] = true
	}
	if len(w.Keys) > 0 {
		for from, into := range map[*Keep]Keep{&wanted: going, &damaged: lost} {
			later, err := s.Descendants(ctx, list(*from))
			if err != nil {
				return err
			}
			for _, k := range later {
				into[k] = true
			}
		}
	}
	for k := range all {
		if going[k] && (!keep[k] || lost[k]) {
			continue
		}
		// It stays, and needs the turns before it. (A damaged store may turn in
		// a circle, hence the count.)
		for at, n := k, 0; at != (completion.Key{}) && n <= len(all); at, n = all[at].Prev, n+1 {
			if going[at] && !lost[at] {
				delete(going, at)
				c.Protected++
			}
		}
	}
	c.Keys, c.Damaged = list(going), len(damaged)
	return nil
}

func list(keys Keep) []completion.Key {
	out := make([]completion.Key, 0, len(keys))
	for k := range keys {
		out = append(out, k)
	}
	return out
}

// describe sums up what goes.
func (c *Choice) describe(ctx context.Context, s *store.Store, all map[completion.Key]store.Outline) error {
	going := Keep{}
	at := map[completion.Digest]int{}
	for _, k := range c.Keys {
		going[k] = true
		o := all[k].Origin
		i, ok := at[o.Digest()]
		if !ok {
			i = len(c.Origins)
			at[o.Digest()] = i
			c.Origins = append(c.Origins, store.OriginStats{Origin: o})
		}
		c.Origins[i].Completions++
		x, err := s.Lookup(ctx, []completion.Key{k})
		if errors.Is(err, store.ErrCorrupt) {
			continue // it goes because of that
		}
		if err != nil {
			return err
		}
		if b, found := x.Get(k); found {
			c.count(b)
		}
	}
	var err error
	c.Spent, err = s.SpentOn(ctx, func(k completion.Key) bool { return going[k] })
	return err
}

func (c *Choice) count(b store.Brief) {
	if b.Simulated {
		c.Simulated++
	}
	c.PromptTokens += int64(max(0, b.PromptTokens))
	c.CompletionTokens += int64(max(0, b.CompletionTokens))
	if c.Oldest.IsZero() || b.StartedAt.Before(c.Oldest) {
		c.Oldest = b.StartedAt
	}
	if b.StartedAt.After(c.Newest) {
		c.Newest = b.StartedAt
	}
}
