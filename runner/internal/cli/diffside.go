package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
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

// sideKind is what an argument names.
type sideKind int

const (
	inDirectory sideKind = iota
	inRevision
	inResults
)

// sideArg is an argument, not looked at yet. where is the directory, for a
// revision relative to the top of its repository; "" is that of the other side.
type sideArg struct {
	kind          sideKind
	shown         string
	rev, where    string
	commit        string // known already
	absentAllowed bool
}

func parseSide(arg string) (sideArg, error) {
	st, err := os.Stat(arg)
	switch {
	case err == nil && st.IsDir():
		cue, _ := filepath.Glob(filepath.Join(arg, "*.cue"))
		if _, merr := os.Stat(filepath.Join(arg, "manifest.json")); merr == nil && len(cue) == 0 {
			return sideArg{kind: inResults, shown: filepath.ToSlash(arg), where: arg}, nil
		}
		return sideArg{kind: inDirectory, shown: shownDir(arg), where: arg}, nil
	case err == nil && filepath.Base(arg) == "manifest.json":
		return sideArg{kind: inResults, shown: filepath.ToSlash(arg), where: filepath.Dir(arg)}, nil
	case err == nil:
		return sideArg{}, &exitError{code: exitUsage, err: fmt.Errorf("%s is a file, and a side is a directory, a git revision or a results folder\n    mend: name the directory:  %s", filepath.ToSlash(arg), filepath.ToSlash(filepath.Dir(arg)))}
	}
	rev, where, has := strings.Cut(arg, ":")
	if has && where == "" {
		where = "."
	}
	return sideArg{kind: inRevision, shown: shownRevision(rev, has, where), rev: rev, where: where}, nil
}

var commitID = regexp.MustCompile(`^[0-9a-f]{40,64}$`)

// shownRevision is a revision as a label: the beginning of a commit's id.
func shownRevision(rev string, has bool, where string) string {
	if commitID.MatchString(rev) {
		rev = rev[:7]
	}
	if !has {
		return rev
	}
	return rev + ":" + strings.TrimPrefix(where, "./")
}

// shownDir is a directory as a label: relative to the working directory.
func shownDir(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = shown(abs)
	}
	if dir == "." {
		return "the working directory"
	}
	return filepath.ToSlash(dir)
}

// diffArgs reads the arguments; what is not given is the directory of the other
// side, or the merge base.
func diffArgs(ctx context.Context, args []string) (old, now sideArg, err error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	first, err := parseSide(args[0])
	if err != nil {
		return old, now, err
	}
	if len(args) == 2 {
		now, err = parseSide(args[1])
		return first, now, err
	}
	if first.kind != inDirectory {
		return first, sideArg{kind: inDirectory}, nil
	}
	repo, err := revision.Open(ctx, first.where)
	if err != nil {
		return old, now, err
	}
	commit, branch, err := repo.Base(ctx)
	if err != nil {
		return old, now, err
	}
	shown := fmt.Sprintf("%s (%s)", branch, commit[:min(7, len(commit))])
	return sideArg{kind: inRevision, shown: shown, rev: branch, commit: commit, where: repo.Below, absentAllowed: true}, first, nil
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
	complete(&x, &y, repo)
	complete(&y, &x, repo)
	var g errgroup.Group
	g.Go(func() (err error) { old, err = a.diffSide(ctx, x, repo, filepath.Join(tmp, "old")); return err })
	var nerr error
	g.Go(func() error { now, nerr = a.diffSide(ctx, y, repo, filepath.Join(tmp, "new")); return nil })
	if err := errors.Join(g.Wait(), nerr); err != nil {
		return nil, nil, firstOf(err)
	}
	return old, now, nil
}

// firstOf keeps the old side's problems from standing among the new one's.
func firstOf(err error) error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		return many.Unwrap()[0]
	}
	return err
}

// directoryOf is the directory whose repository is meant.
func directoryOf(args ...sideArg) string {
	for _, x := range args {
		if x.kind == inDirectory && x.where != "" {
			return x.where
		}
	}
	return "."
}

// complete fills in a directory that was not given from that of the other side.
func complete(x, other *sideArg, repo *revision.Repo) {
	if x.where != "" {
		return
	}
	switch {
	case x.kind == inRevision && other.kind == inRevision && other.where != "":
		x.where = other.where
	case x.kind == inRevision:
		x.where = repo.Below
	case other.kind == inRevision && other.where != "":
		x.where = filepath.Join(repo.Root, filepath.FromSlash(underRoot(other.where, repo)))
	default:
		x.where = "."
	}
	if x.kind == inDirectory {
		x.shown = shownDir(x.where)
	}
}

// underRoot is a path of a revision from the top: ./ and ../ begin at the working
// directory, as git has it.
func underRoot(where string, repo *revision.Repo) string {
	if !strings.HasPrefix(where, "./") && !strings.HasPrefix(where, "../") && where != ".." {
		return where
	}
	wd, err := os.Getwd()
	if err == nil {
		wd, err = filepath.EvalSymlinks(wd)
	}
	if err == nil {
		wd, err = filepath.Rel(repo.Root, wd)
	}
	if err != nil {
		return where
	}
	return path.Join(filepath.ToSlash(wd), where)
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
