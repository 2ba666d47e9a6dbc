package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/gc"
	"circumplex.example/runner/internal/known"
	"circumplex.example/runner/internal/store"
)

// gcFlags are those of gc.
type gcFlags struct {
	keys, origins    []string
	olderThan        string
	unusedBy, forget []string
	yes              bool
}

func (a *app) cacheGCCmd() *cobra.Command {
	var f gcFlags
	c := &cobra.Command{
		Use:   "gc",
		Short: "Remove replies that no known experiment uses, after showing them",
		Long: `Remove replies that no known experiment uses, after showing them.

At least one of --key, --origin, --older-than and --unused-by says what is to
go; of several, all must hold. What a known experiment uses never goes: an
experiment is known if it was applied with this store (the list lies beside it,
see cache ls) or if --unused-by names it. A known experiment that cannot be read
any more stops gc; --forget DIR takes it off the list. A reply that is damaged
and named by --key can always go, with the turns that follow from it.

Replies that were paid for are lost for good: export them first.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return a.cacheGC(c.Context(), f) },
	}
	a.cacheFlags(c)
	fl := c.Flags()
	fl.StringArrayVar(&f.keys, "key", nil, "this reply and the turns that follow from it (the first digits are enough)")
	fl.StringArrayVar(&f.origins, "origin", nil, "replies of this origin (the first digits, as cache ls shows them)")
	fl.StringVar(&f.olderThan, "older-than", "", "replies made before this `DATE` (2026-01-31) or this long ago (90d)")
	fl.StringArrayVar(&f.unusedBy, "unused-by", nil, "replies that this experiment does not use either")
	fl.StringArrayVar(&f.forget, "forget", nil, "take the experiment in this directory off the list of known ones")
	fl.BoolVar(&f.yes, "yes", false, "do it without asking; needed where nobody can be asked")
	fl.BoolVar(&a.flags.simulate, "simulate", false, "the store of simulated replies")
	return c
}

func (a *app) cacheGC(ctx context.Context, f gcFlags) error {
	if len(f.keys)+len(f.origins)+len(f.unusedBy) == 0 && f.olderThan == "" && len(f.forget) == 0 {
		return &exitError{code: exitUsage, err: errors.New("gc removes only what it is told to\n    mend: say what may go:  --key, --origin, --older-than or --unused-by")}
	}
	paths, err := a.cachePaths(nil)
	if err != nil {
		return err
	}
	path := paths.Real
	if a.flags.simulate {
		path = paths.Simulated
	}
	if err := a.forget(path, f.forget); err != nil || len(f.keys)+len(f.origins)+len(f.unusedBy) == 0 && f.olderThan == "" {
		return err
	}
	before, err := olderThan(f.olderThan, time.Now())
	if err != nil {
		return err
	}
	var chosen *gc.Choice
	err = a.withCache(ctx, nil, func(l *apply.Library, _ apply.Paths) error {
		s := l.Real
		if a.flags.simulate {
			s = l.Simulated
		}
		chosen, err = gc.Choose(ctx, s, gc.Wish{Keys: f.keys, Origins: f.origins, Before: before}, func(keep gc.Keep) error {
			return a.keepKnown(ctx, l, s, f.unusedBy, keep)
		})
		return err
	})
	if err != nil {
		var wrong *gc.WishError
		if errors.As(err, &wrong) {
			return &exitError{code: exitUsage, err: err}
		}
		return err
	}
	if !a.flags.json {
		a.printChoice(path, chosen)
	}
	return a.collectGarbage(ctx, path, chosen, f.yes)
}

func (a *app) forget(path string, dirs []string) error {
	for _, dir := range dirs {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return err
		}
		n, err := known.Forget(path, abs)
		if err != nil {
			return &exitError{code: exitStore, err: err}
		}
		if n == 0 {
			return &exitError{code: exitUsage, err: fmt.Errorf("--forget %s: no such experiment is known\n    mend: runner cache ls  lists the known ones with their directories", dir)}
		}
		fmt.Fprintf(a.stderr, "forgotten: %s\n", abs)
	}
	return nil
}

// keepKnown hands over what the known experiments use.
func (a *app) keepKnown(ctx context.Context, l *apply.Library, s *store.Store, unusedBy []string, keep gc.Keep) error {
	uses, err := known.List(s.Path())
	if err != nil {
		return &exitError{code: exitStore, err: err}
	}
	for _, dir := range unusedBy {
		uses = append(uses, known.Use{Directory: dir}, known.Use{Directory: dir, Simulate: true})
	}
	for _, u := range uses {
		o, err := a.loadUse(u)
		if err != nil {
			if !filepath.IsAbs(u.Directory) || u.Experiment == "" {
				return err
			}
			return fmt.Errorf("the known experiment %s cannot be read: %s\n    why:  what it uses must not be removed, and cannot be told\n    mend: bring it back, or  runner cache gc --forget %s", u.Experiment, firstLine(err), u.Directory)
		}
		if err := apply.Uses(ctx, l, o.design, o.builder, keep); err != nil {
			return err
		}
	}
	return nil
}

// olderThan reads a date or a number of days.
func olderThan(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(day, s); err == nil {
		return t, nil
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(s, "d")); err == nil && n >= 0 && strings.HasSuffix(s, "d") {
		return now.AddDate(0, 0, -n), nil
	}
	return time.Time{}, &exitError{code: exitUsage, err: fmt.Errorf("--older-than %q: want a date such as 2026-01-31, or days such as 90d", s)}
}

func (a *app) printChoice(path string, c *gc.Choice) {
	w := a.stdout
	fmt.Fprintf(w, "%s\n", path)
	if c.Protected > 0 {
		fmt.Fprintf(w, "stays:     %s that a known experiment uses, or a turn needs that does\n", count(c.Protected, "completion"))
	}
	if len(c.Keys) == 0 {
		fmt.Fprintln(w, "to remove: nothing")
		return
	}
	fmt.Fprintf(w, "to remove: %s", count(len(c.Keys), "completion"))
	if c.Damaged > 0 {
		fmt.Fprintf(w, ", %s of them damaged", num(c.Damaged))
	}
	fmt.Fprintln(w)
	for _, o := range c.Origins {
		fmt.Fprintf(w, "           %s of %s %s (%s)\n", num(int(o.Completions)), o.Origin.Provider, plain(o.Origin.Model), o.Origin.Digest().String()[:8])
	}
	if !c.Oldest.IsZero() {
		fmt.Fprintf(w, "made:      from %s to %s\n", c.Oldest.Format(day), c.Newest.Format(day))
	}
	fmt.Fprintf(w, "tokens:    %s sent, %s received\n", short(c.PromptTokens), short(c.CompletionTokens))
	switch {
	case c.Simulated == len(c.Keys):
		fmt.Fprintln(w, "cost:      nothing was paid: they are simulated")
	case c.Spent.Lines == 0:
		fmt.Fprintln(w, "cost:      not known: the ledger has no line about them")
	default:
		fmt.Fprintf(w, "cost:      %s was paid for them\n", moneyWord(c.Spent.Micros, c.Spent.Unpriced, c.Spent.Lines))
	}
	if c.Simulated < len(c.Keys) {
		fmt.Fprintln(w, "first:     runner cache export OUT  keeps a copy of all that is stored")
	}
}

// collectGarbage removes what was shown, if it is agreed to.
func (a *app) collectGarbage(ctx context.Context, path string, c *gc.Choice, yes bool) error {
	removed := 0
	if len(c.Keys) > 0 {
		if !yes {
			ok, err := a.agreed()
			if err != nil || !ok {
				return err
			}
		}
		s, err := store.Open(ctx, path, store.Options{})
		if err != nil {
			return err
		}
		removed, err = s.Delete(ctx, c.Keys)
		if err = errors.Join(err, s.Close()); err != nil {
			return err
		}
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "store": path, "removed": removed, "protected": c.Protected})
	} else if removed > 0 {
		fmt.Fprintf(a.stdout, "removed:   %s\n", count(removed, "completion"))
	}
	return nil
}

// agreed asks on a terminal; elsewhere nothing is removed.
func (a *app) agreed() (bool, error) {
	if !term.IsTerminal(int(os.Stdin.Fd())) || a.flags.json {
		return false, &exitError{code: exitFailed, err: errors.New("nothing was removed: nobody can be asked here\n    mend: --yes  removes what is listed")}
	}
	fmt.Fprint(a.stderr, "Remove them for good? Only \"yes\" does: ")
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	if err != nil && line == "" {
		return false, nil
	}
	if strings.TrimSpace(line) == "yes" {
		return true, nil
	}
	fmt.Fprintln(a.stderr, "nothing was removed")
	return false, nil
}
