package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/archive"
	"circumplex.example/runner/internal/store"
)

func (a *app) cacheImportCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "import FROM",
		Short: "Add the replies of an export or a backup to the store",
		Long: `Add the replies of an export or a backup to the store.

FROM is a directory that cache export wrote, or a copy of a store (store.db or
simulated.db). Each reply is checked against its digests. Nothing stored is
overwritten: another reply to the same request is reported and left out (exit
code 1). Interrupted and run again, import goes on where it was.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.cacheImport(c.Context(), args[0]) },
	}
	a.cacheFlags(c)
	return c
}

// targets opens the stores that an import needs, when it needs them.
type targets struct {
	ctx   context.Context
	paths apply.Paths
	lib   apply.Library
}

func (t *targets) open(simulated bool) (*store.Store, error) {
	target, path := &t.lib.Real, t.paths.Real
	if simulated {
		target, path = &t.lib.Simulated, t.paths.Simulated
	}
	if *target == nil {
		s, err := store.Open(t.ctx, path, store.Options{})
		if err != nil {
			return nil, err
		}
		*target = s
	}
	return *target, nil
}

func (a *app) cacheImport(ctx context.Context, from string) error {
	paths, err := a.cachePaths(nil)
	if err != nil {
		return err
	}
	t := &targets{ctx: ctx, paths: paths}
	p := newProgress(a.stderr)
	p.phase("imported")
	rep, err := a.importFrom(ctx, from, t, p)
	p.close()
	if err = errors.Join(err, t.lib.Close()); err != nil {
		if rep != nil && rep.Added > 0 {
			err = fmt.Errorf("%w\n%s added before that; run the same command again once it is mended", err, count(rep.Added, "completion"))
		}
		return err
	}
	return a.imported(t, rep)
}

func (a *app) importFrom(ctx context.Context, from string, t *targets, p *progress) (*archive.Report, error) {
	info, err := os.Stat(from)
	if err != nil {
		return nil, &exitError{code: exitUsage, err: fmt.Errorf("%s: there is nothing here\n    mend: name a directory that  runner cache export  wrote, or a copy of store.db", from)}
	}
	if info.IsDir() {
		r, oerr := archive.Open(from)
		if oerr != nil {
			return nil, oerr
		}
		p.total(r.Completions)
		return archive.Import(ctx, r, t.open, p.add)
	}
	abs, err := filepath.Abs(from)
	if err != nil {
		return nil, err
	}
	if abs == t.paths.Real || abs == t.paths.Simulated {
		return nil, &exitError{code: exitUsage, err: fmt.Errorf("%s: is the store itself\n    mend: name a backup of it, or another store with  --store DIR", from)}
	}
	s, err := store.Open(ctx, abs, store.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	st, err := s.Stats(ctx)
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	p.total(int(st.Completions))
	rep, err := archive.Copy(ctx, s, t.open, p.add)
	return rep, errors.Join(err, s.Close())
}

func (a *app) imported(t *targets, rep *archive.Report) error {
	code := exitDone
	if rep.Conflicts > 0 {
		code = exitFailed
	}
	if a.flags.json {
		keys := make([]string, len(rep.Keys))
		for i, k := range rep.Keys {
			keys[i] = k.String()
		}
		a.printJSON(a.stdout, map[string]any{"ok": code == exitDone, "exit_code": code, "import": rep, "conflicting_keys": keys, "store": t.paths})
	} else {
		fmt.Fprintf(a.stdout, "%s read: %s added, %s there already\n", count(rep.Read, "completion"), num(rep.Added), num(rep.Same))
		for _, s := range t.lib.Stores() {
			fmt.Fprintln(a.stdout, "store:     "+s.Path())
		}
	}
	if code == exitDone {
		return nil
	}
	msg := fmt.Sprintf("%s left out: the store has another reply to the same request, which stays\n", areLeft(rep.Conflicts))
	for _, k := range rep.Keys {
		msg += "    " + k.String() + "\n"
	}
	if n := rep.Conflicts - len(rep.Keys); n > 0 {
		msg += fmt.Sprintf("    and %s more\n", num(n))
	}
	fmt.Fprint(a.stderr, "runner: "+msg+"    mend: import into a store of its own:  --store DIR\n")
	return quiet(code)
}

func areLeft(n int) string {
	if n == 1 {
		return "1 completion is"
	}
	return count(n, "completion") + " are"
}

// shownArg is a path as the user typed it, relative where that is shorter.
func shownArg(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return shown(abs)
}
