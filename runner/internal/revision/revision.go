// Package revision reads a directory as it stands in a git revision, with the
// CUE module around it, and leaves the work tree alone.
//
// It calls git and nothing else; it knows no experiment. What it reads are
// objects, so neither attributes nor filters of the repository change a byte.
//
//	repo, err := revision.Open(ctx, ".")
//	commit, err := repo.Commit(ctx, "HEAD~3")
//	dir, err := repo.Extract(ctx, commit, "experiments/paper", tmp)
package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNoDirectory is wrapped where a revision does not hold the directory.
var ErrNoDirectory = errors.New("the revision has no such directory")

// Repo is a git repository with a work tree.
type Repo struct {
	// Root is the top of the work tree, Below the directory it was opened with,
	// relative to Root, with slashes; "." for Root itself.
	Root, Below string
}

// Open finds the repository that a directory lies in.
func Open(ctx context.Context, dir string) (*Repo, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git is not installed, which revisions are read with\n    mend: install git, or give two directories")
	}
	r := &Repo{Root: dir}
	out, err := r.git(ctx, nil, "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("%s lies in no git repository, so there is no revision to compare with\n    mend: give two directories, or  git init  and commit", show(dir))
	}
	top, prefix, _ := strings.Cut(string(out), "\n")
	r.Root = filepath.FromSlash(top)
	r.Below = strings.TrimSuffix(strings.TrimSuffix(prefix, "\n"), "/")
	if r.Below == "" {
		r.Below = "."
	}
	return r, nil
}

func show(dir string) string {
	if dir == "." {
		return "the working directory"
	}
	return filepath.ToSlash(dir)
}

// git runs git in the repository.
func (r *Repo) git(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, "git", append([]string{"--no-optional-locks", "-C", r.Root}, args...)...)
	c.Stdin = bytes.NewReader(stdin)
	var errs bytes.Buffer
	c.Stderr = &errs
	out, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(errs.String()))
	}
	return out, nil
}

// Commit returns the full id of the commit that a revision names.
func (r *Repo) Commit(ctx context.Context, rev string) (string, error) {
	if strings.HasPrefix(rev, "-") {
		return "", fmt.Errorf("%q is no git revision\n    mend: name a branch, a tag or a commit, such as  main  or  HEAD~3", rev)
	}
	out, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err == nil {
		return strings.TrimSpace(string(out)), nil
	}
	mend := "git log --oneline --all  lists what there is"
	if r.shallow(ctx) {
		mend = "this clone is shallow:  git fetch --unshallow  brings the rest (in GitHub Actions  fetch-depth: 0)"
	}
	return "", fmt.Errorf("git knows no revision %q here\n    mend: %s", rev, mend)
}

func (r *Repo) shallow(ctx context.Context) bool {
	out, err := r.git(ctx, nil, "rev-parse", "--is-shallow-repository")
	return err == nil && strings.TrimSpace(string(out)) == "true"
}

// bases are the names that a default branch goes by, the surest first.
var bases = []string{"refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master"}

// Base returns the commit at which the work here left the default branch, and
// the branch's name.
func (r *Repo) Base(ctx context.Context) (commit, branch string, err error) {
	if _, err := r.Commit(ctx, "HEAD"); err != nil {
		return "", "", errors.New("the repository has no commit yet, so there is nothing to compare with\n    mend: commit first, or give two directories")
	}
	for _, ref := range bases {
		if _, err := r.git(ctx, nil, "rev-parse", "--verify", "--quiet", ref); err != nil {
			continue
		}
		branch = strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/remotes/")
		if name, nerr := r.git(ctx, nil, "rev-parse", "--abbrev-ref", ref); nerr == nil {
			branch = strings.TrimSpace(string(name)) // of origin/HEAD, what it stands for
		}
		out, err := r.git(ctx, nil, "merge-base", "HEAD", ref)
		if err == nil {
			return strings.TrimSpace(string(out)), branch, nil
		}
		mend := fmt.Sprintf("say what to compare with, such as  %s:DIR DIR", branch)
		if r.shallow(ctx) {
			mend = "this clone is shallow:  git fetch --unshallow  brings the rest (in GitHub Actions  fetch-depth: 0)"
		}
		return "", "", fmt.Errorf("the work here and %s have no commit in common\n    mend: %s", branch, mend)
	}
	return "", "", errors.New("there is no branch main or master to compare with\n    mend: say what to compare with, such as  HEAD:DIR DIR")
}
