package revision_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/runner/internal/revision"
)

// repository makes one with these files, committed on main, and returns its top.
func repository(t *testing.T, files map[string]string) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("HOME", t.TempDir())
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "Author")
		t.Setenv("GIT_"+who+"_EMAIL", "author@study.example")
	}
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if target, link := strings.CutPrefix(text, "-> "); link {
		if err := os.Symlink(target, path); err != nil {
			t.Skip("no symbolic links here")
		}
		return
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	c := exec.Command("git", args...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return string(out)
}

func commit(t *testing.T, dir string) {
	t.Helper()
	git(t, dir, "add", "-A", "-f")
	git(t, dir, "commit", "-q", "--allow-empty", "-m", "x")
}

// extract reads HEAD and lists what was written.
func extract(t *testing.T, top, dir string) (files map[string]string, where string) {
	t.Helper()
	repo, err := revision.Open(t.Context(), top)
	if err != nil {
		t.Fatal(err)
	}
	id, err := repo.Commit(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	into := t.TempDir()
	where, err = repo.Extract(t.Context(), id, dir, into)
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	err = filepath.WalkDir(into, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(into, p)
		files[filepath.ToSlash(rel)] = string(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	where, err = filepath.Rel(into, where)
	if err != nil {
		t.Fatal(err)
	}
	return files, filepath.ToSlash(where)
}

// The whole module is read, byte for byte as it was committed, and nothing that
// is no part of an experiment.
func TestExtractReadsTheModuleAsCommitted(t *testing.T) {
	top := repository(t, map[string]string{
		"other/a.cue":                     "no part of the module",
		"m/cue.mod/module.cue":            `module: "m.example"`,
		"m/lists/names.cue":               "list: []\r\n",
		"m/study/experiment.cue":          "$Id$ {}",
		"m/study/names with ä space.cue":  "x",
		"m/study/link.cue":                "-> ../lists/names.cue",
		"m/study/secret.cue":              "-> ../../../../../../etc/passwd",
		"m/study/absolute.cue":            "-> /etc/passwd",
		"m/results/study/answers.parquet": "a table",
		".gitattributes":                  "*.cue export-ignore ident text eol=crlf\n",
	})
	commit(t, top)
	write(t, filepath.Join(top, "m", "study", "experiment.cue"), "edited")
	write(t, filepath.Join(top, "m", "study", "new.cue"), "not committed")
	before := git(t, top, "status", "--porcelain")

	files, where := extract(t, top, "m/study")
	if where != "m/study" {
		t.Errorf("it lies in %s", where)
	}
	want := []string{"m/cue.mod/module.cue", "m/lists/names.cue", "m/study/experiment.cue", "m/study/link.cue", "m/study/names with ä space.cue"}
	var got []string
	for name := range files {
		got = append(got, name)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if files["m/study/experiment.cue"] != "$Id$ {}" || files["m/study/link.cue"] != "list: []\n" {
		t.Errorf("read %q", files)
	}
	if after := git(t, top, "status", "--porcelain"); after != before {
		t.Errorf("the work tree is another:\n%s", after)
	}
}

// Without a cue.mod the directory stands alone.
func TestExtractWithoutAModule(t *testing.T) {
	top := repository(t, map[string]string{"a/experiment.cue": "x", "b/experiment.cue": "y"})
	commit(t, top)
	if files, _ := extract(t, top, "a"); len(files) != 1 || files["a/experiment.cue"] != "x" {
		t.Errorf("read %q", files)
	}
}

func TestBaseIsWhereTheWorkLeftTheDefaultBranch(t *testing.T) {
	top := repository(t, map[string]string{"a.cue": "1"})
	commit(t, top)
	base := strings.TrimSpace(git(t, top, "rev-parse", "HEAD"))
	git(t, top, "checkout", "-q", "-b", "work")
	write(t, filepath.Join(top, "a.cue"), "2")
	commit(t, top)
	git(t, top, "checkout", "-q", "main")
	write(t, filepath.Join(top, "b.cue"), "3")
	commit(t, top)
	git(t, top, "checkout", "-q", "work")
	repo, err := revision.Open(t.Context(), top)
	if err != nil {
		t.Fatal(err)
	}
	id, branch, err := repo.Base(t.Context())
	if err != nil || id != base || branch != "main" {
		t.Errorf("got %s of %s (%v), want %s of main", id, branch, err, base)
	}
	// A clone has the branch of the other side.
	clone := filepath.Join(t.TempDir(), "clone")
	git(t, top, "clone", "-q", top, clone)
	git(t, clone, "checkout", "-q", "-b", "mine", "origin/work")
	git(t, clone, "branch", "-q", "-D", "work")
	if repo, err = revision.Open(t.Context(), clone); err != nil {
		t.Fatal(err)
	}
	if _, branch, err = repo.Base(t.Context()); err != nil || branch != "origin/work" {
		t.Errorf("base of %q, %v", branch, err)
	}
}

func TestExtractSaysThatADirectoryIsMissing(t *testing.T) {
	top := repository(t, map[string]string{"a/x.cue": "1"})
	commit(t, top)
	repo, err := revision.Open(t.Context(), top)
	if err != nil {
		t.Fatal(err)
	}
	id, err := repo.Commit(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"b", "a/x.cue", "a/x"} {
		if _, err := repo.Extract(t.Context(), id, dir, t.TempDir()); !errors.Is(err, revision.ErrNoDirectory) {
			t.Errorf("%s: %v", dir, err)
		}
	}
}
