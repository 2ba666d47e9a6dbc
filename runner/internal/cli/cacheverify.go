package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/store"
)

func (a *app) cacheVerifyCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check every stored reply against its digests",
		Long: `Check every stored reply against its digests.

All texts are hashed anew: each request against its key, each reply and message
against its digest, each entry as a whole, and the file as a database.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.cacheVerify(c.Context()) },
	}
	a.cacheFlags(c)
	return c
}

// maxProblems is how many problems are printed one by one.
const maxProblems = 20

// verified is what checking one store brought up.
type verified struct {
	Path        string   `json:"path"`
	Completions int      `json:"completions"`
	Problems    []string `json:"problems"`
	// Count counts all problems.
	Count int `json:"count"`
}

func (a *app) cacheVerify(ctx context.Context) error {
	return a.withCache(ctx, nil, func(l *apply.Library, _ apply.Paths) error {
		var list []*verified
		damaged := 0
		for _, s := range []*store.Store{l.Real, l.Simulated} {
			v, err := a.verifyStore(ctx, s)
			if err != nil {
				return err
			}
			damaged += v.Count
			list = append(list, v)
		}
		code := exitDone
		if damaged > 0 {
			code = exitStore
		}
		if a.flags.json {
			a.printJSON(a.stdout, map[string]any{"ok": damaged == 0, "exit_code": code, "stores": list})
		} else {
			a.printVerified(list)
		}
		if damaged > 0 {
			return quiet(code)
		}
		return nil
	})
}

func (a *app) verifyStore(ctx context.Context, s *store.Store) (*verified, error) {
	v := &verified{Path: s.Path(), Problems: []string{}}
	st, err := s.Stats(ctx)
	if err != nil && !errors.Is(err, store.ErrCorrupt) {
		return nil, err
	}
	p := newProgress(a.stderr)
	p.phase("checked")
	if st != nil {
		p.total(int(st.Completions))
	}
	v.Completions, err = s.Verify(ctx, func(problem error) {
		if v.Count++; len(v.Problems) < maxProblems {
			v.Problems = append(v.Problems, problem.Error())
		}
	}, func() { p.add(1) })
	p.close()
	if errors.Is(err, store.ErrCorrupt) { // so damaged that checking cannot go on
		v.Count++
		v.Problems = append(v.Problems, err.Error())
		err = nil
	}
	return v, err
}

func (a *app) printVerified(list []*verified) {
	for _, v := range list {
		for _, problem := range v.Problems {
			fmt.Fprintln(a.stderr, plain(problem))
		}
		if v.Count > len(v.Problems) {
			fmt.Fprintf(a.stderr, "and %s more\n", num(v.Count-len(v.Problems)))
		}
		switch {
		case v.Count > 0:
			fmt.Fprintf(a.stdout, "%s: %s found in %s\n", v.Path, count(v.Count, "problem"), count(v.Completions, "completion"))
		case v.Completions == 0:
			fmt.Fprintf(a.stdout, "%s: empty\n", v.Path)
		default:
			fmt.Fprintf(a.stdout, "%s: %s, all as they were written\n", v.Path, count(v.Completions, "completion"))
		}
	}
}
