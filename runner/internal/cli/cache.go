package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/known"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

func (a *app) cacheCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "cache",
		Short: "Look at the stored replies, check, publish and rebuild them",
		Long: `Look at the stored replies, check, publish and rebuild them.

The store holds every reply that was ever paid for. Nothing here changes a
reply: export copies, import adds, and only gc removes, when it is asked to and
after it has shown what.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.cacheLsCmd(), a.cacheExplainCmd(), a.cacheVerifyCmd(), a.cacheExportCmd(), a.cacheImportCmd(), a.cacheGCCmd())
	return c
}

// cacheFlags gives a command the flags that say which store.
func (a *app) cacheFlags(c *cobra.Command) {
	c.Flags().StringVar(&a.flags.store, "store", "", "`DIR` of the stores (default: the user's data and cache directories; RUNNER_STORE)")
	c.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
}

// cachePaths says where the stores are: those of an experiment, or those that
// flags and environment name.
func (a *app) cachePaths(exp *schema.Experiment) (apply.Paths, error) {
	if exp == nil {
		exp = &schema.Experiment{}
	}
	return a.storePaths(exp)
}

// openCache opens both stores for reading. One that is not there reads as
// empty.
func openCache(ctx context.Context, p apply.Paths) (*apply.Library, error) {
	l := &apply.Library{}
	var err error
	if l.Real, err = store.Open(ctx, p.Real, store.Options{ReadOnly: true}); err != nil {
		return nil, err
	}
	if l.Simulated, err = store.Open(ctx, p.Simulated, store.Options{ReadOnly: true}); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// withCache calls f with both stores open for reading.
func (a *app) withCache(ctx context.Context, exp *schema.Experiment, f func(*apply.Library, apply.Paths) error) error {
	paths, err := a.cachePaths(exp)
	if err != nil {
		return err
	}
	l, err := openCache(ctx, paths)
	if err != nil {
		return err
	}
	return errors.Join(f(l, paths), l.Close())
}

// remember notes beside each store that an experiment uses it, so that nothing
// it uses is ever deleted.
func (a *app) remember(o *opened) error {
	use := known.Use{Directory: o.exp.Dir, Experiment: o.exp.Name, Simulate: a.flags.simulate}
	for _, s := range o.library.Stores() {
		if err := known.Add(s.Path(), use); err != nil {
			return &exitError{code: exitStore, err: fmt.Errorf("the list of experiments beside the store cannot be kept: %w", err)}
		}
	}
	return nil
}

// sharesBudget warns of other experiments whose spending counts against the budget
// of this one: the ledger goes by the name, so that an experiment can be moved.
func (a *app) sharesBudget(o *opened) error {
	if b := o.exp.Budget; b.USD == 0 && b.Requests == 0 || o.library.Real == nil {
		return nil
	}
	uses, err := known.List(o.library.Real.Path())
	if err != nil {
		return err
	}
	for _, u := range uses {
		if u.Experiment == o.exp.Name && u.Directory != o.exp.Dir && !u.Simulate {
			fmt.Fprintf(a.stderr, "warning: what %s spent counts against this budget too: both are named %q\n    mend: give one of them another name, unless it is the same experiment that was moved\n", shown(u.Directory), o.exp.Name)
		}
	}
	return nil
}

// loadUse opens a known experiment, as it was when it was applied: its design,
// with the library in place of stores of its own.
func (a *app) loadUse(u known.Use) (*opened, error) {
	was := a.flags
	defer func() { a.flags = was }()
	a.flags.simulate, a.flags.only, a.flags.first = u.Simulate, nil, 0
	return a.design(u.Directory)
}

// bytesWord renders a size.
func bytesWord(n int64) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GB", n>>30)
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%s kB", num(int((n+512)>>10)))
	}
	return fmt.Sprintf("%d B", n)
}

// moneyWord renders a sum of the ledger.
func moneyWord(micros, unpriced, billed int64) string {
	switch {
	case billed == 0:
		return "-"
	case unpriced == billed:
		return "unknown"
	}
	s := dollars(float64(micros) / 1e6)
	if unpriced > 0 {
		s += "+"
	}
	return s
}
