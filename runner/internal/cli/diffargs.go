package cli

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"circumplex.example/runner/internal/revision"
)

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
		cue, _ := fs.Glob(os.DirFS(arg), "*.cue")
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

// directoryOf is the directory whose repository is meant.
func directoryOf(args ...sideArg) string {
	for _, x := range args {
		if x.kind == inDirectory && x.where != "" {
			return x.where
		}
	}
	return "."
}

// otherDirectory fills in a directory that was not given from that of the other side.
func otherDirectory(x, other *sideArg, repo *revision.Repo) {
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
