package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/diff"
	"circumplex.example/runner/internal/revision"
	"circumplex.example/runner/internal/session"
	tables "circumplex.example/runner/internal/table"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// diffSide is one side of a comparison, with how it was named.
type diffSide struct {
	diff.Side
	label    string
	exp      *schema.Experiment
	warnings diag.List
	// absent: the revision does not hold the directory.
	absent bool
	// from is where files of a revision were written, and prefix what is shown in
	// place of that.
	from, prefix string
}

// diffSides loads both sides, at the same time.
func (a *app) diffSides(ctx context.Context, args []string, tmp string) (old, now *diffSide, err error) {
	x, y, err := diffArgs(ctx, args)
	if err != nil {
		return nil, nil, err
	}
	var repo *revision.Repo
	if x.kind == inRevision || y.kind == inRevision {
		if repo, err = revision.Open(ctx, directoryOf(x, y)); err != nil {
			return nil, nil, err
		}
	}
	otherDirectory(&x, &y, repo)
	otherDirectory(&y, &x, repo)
	var g errgroup.Group
	var failed error
	g.Go(func() error {
		var serr error
		old, serr = a.diffSide(ctx, x, repo, filepath.Join(tmp, "old"))
		return serr
	})
	g.Go(func() error {
		now, failed = a.diffSide(ctx, y, repo, filepath.Join(tmp, "new"))
		return nil // what is wrong with the old side is told first
	})
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	return old, now, failed
}

// diffSide loads one side.
func (a *app) diffSide(ctx context.Context, arg sideArg, repo *revision.Repo, tmp string) (*diffSide, error) {
	s := &diffSide{label: arg.shown}
	switch arg.kind {
	case inDirectory:
		return s, s.load(a, arg.where, "")
	case inResults:
		return s, s.declared(a, arg.where)
	}
	commit := arg.commit
	if commit == "" {
		var err error
		if commit, err = repo.Commit(ctx, arg.rev); err != nil {
			return nil, notThere(err, arg)
		}
	}
	if err := os.Mkdir(tmp, 0o700); err != nil {
		return nil, err
	}
	s.from, s.prefix = tmp, arg.rev+":"
	dir, err := repo.Extract(ctx, commit, underRoot(arg.where, repo), tmp)
	if errors.Is(err, revision.ErrNoDirectory) {
		if s.absent = arg.absentAllowed; s.absent {
			return s, nil
		}
		return nil, fmt.Errorf("git revision %q has no directory %s\n    mend: git ls-tree -d -r --name-only %s  lists what it has", arg.rev, arg.where, arg.rev)
	}
	if err != nil {
		return nil, err
	}
	return s, s.load(a, dir, tmp)
}

// notThere is for an argument that is no revision: it may have been meant as a
// directory.
func notThere(err error, arg sideArg) error {
	if strings.Contains(arg.shown, ":") || !strings.Contains(arg.shown, "/") {
		return err
	}
	_, mend, _ := strings.Cut(err.Error(), "\n")
	return fmt.Errorf("there is neither a directory nor a git revision %q\n%s", arg.shown, mend)
}

// load reads an experiment from a directory.
func (s *diffSide) load(a *app, dir, tmp string) error {
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		return s.relabel(problems, tmp)
	}
	s.warnings = problems
	return s.expand(a, exp, tmp)
}

// declared reads the experiment that a results folder was made from.
func (s *diffSide) declared(a *app, dir string) error {
	m, err := tables.ReadManifest(dir)
	if err != nil {
		return err
	}
	exp, err := m.Declared(dir)
	if err != nil {
		return fmt.Errorf("%w\n    mend: runner apply  on the experiment writes it beside the tables", err)
	}
	return s.expand(a, exp, "")
}

func (s *diffSide) expand(a *app, exp *schema.Experiment, tmp string) error {
	d, err := design.New(exp)
	if err != nil {
		return s.relabel(err, tmp)
	}
	s.exp = exp
	s.Design, s.Builder = d, session.NewBuilder(d, session.Options{Simulate: a.flags.simulate})
	s.Valid = tables.NewReader(exp.Instrument).Valid
	s.Simulated = a.flags.simulate || allSimulated(exp)
	return nil
}

// relabel gives the files of a revision the names that they have there.
func (s *diffSide) relabel(err error, tmp string) error {
	var list diag.List
	if s.from == "" || !errors.As(err, &list) {
		return err
	}
	pairs := []string{s.from + string(filepath.Separator), s.prefix, s.from, strings.TrimSuffix(s.prefix, ":")}
	if wd, werr := os.Getwd(); werr == nil {
		if rel, rerr := filepath.Rel(wd, s.from); rerr == nil {
			pairs = append(pairs, filepath.ToSlash(rel)+"/", s.prefix)
		}
	}
	r := strings.NewReplacer(pairs...)
	out := make(diag.List, len(list))
	for i, p := range list {
		p.Place.File, p.What, p.Why, p.Mend = r.Replace(p.Place.File), r.Replace(p.What), r.Replace(p.Why), r.Replace(p.Mend)
		out[i] = p
	}
	return out
}
