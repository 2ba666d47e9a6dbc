package cli_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

const pullRequest = "../../../docs/examples/pull-request"

// changedRepository is a repository with experiments that a branch changes: one
// as anyone would, one with texts that would be more than text in a comment, one
// not at all, and one that is new.
func changedRepository(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"git", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	t.Setenv("HOME", t.TempDir())
	for _, who := range []string{"AUTHOR", "COMMITTER"} {
		t.Setenv("GIT_"+who+"_NAME", "Author")
		t.Setenv("GIT_"+who+"_EMAIL", "author@study.example")
	}
	dir := t.TempDir()
	for _, name := range []string{"usual", "hostile", "same"} {
		writeStudy(t, dir, name)
	}
	git := func(args ...string) {
		if out, err := command(t, dir, append([]string{"git"}, args...)...); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git("init", "-q", "-b", "main")
	git("add", ".")
	git("commit", "-q", "-m", "base")
	git("checkout", "-q", "-b", "work")
	edit(t, filepath.Join(dir, "usual"), "study.cue", "n: 3", "n: 4")
	edit(t, filepath.Join(dir, "hostile"), "study.cue", "\"jazz\"", "\"@org/team </details><script>alert(1)</script> ![](http://x.example) \\u001b]0;x\\u0007 `````` #1 <!-- \"")
	edit(t, filepath.Join(dir, "hostile"), "study.cue", "from 1 to 5.", "from 1 to 5. @someone <img src=x> [a](http://x.example)")
	writeStudy(t, dir, "new")
	return dir
}

func writeStudy(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
		t.Fatal(err)
	}
	src := `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "NAME"
	seed: 1
	n: 3
	instrument: instruments.ten
	factors: {
		model: "gpt": {provider: "openai", model: "gpt-x", api_key_env: "OPENAI_API_KEY"}
		prompt: hobby: {template: "Rate each description from 1 to 5. You enjoy {hobby}.", variables: hobby: {from: ["chess", "jazz", "bread"], draw: "shuffle"}}
		temperature: "0.7": value: 0.7
		administration: batch: {}
	}
}
`
	src = strings.Replace(src, "NAME", name, 1)
	if name == "usual" || name == "new" {
		src = strings.Replace(src, `draw: "shuffle"`, `draw: "cycle"`, 1)
	}
	if err := os.WriteFile(filepath.Join(dir, name, "study.cue"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
}

func command(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	c := exec.Command(args[0], args[1:]...)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err
}

// review runs the example's script and returns the comment.
func review(t *testing.T, dir string, args ...string) (comment, log string, err error) {
	t.Helper()
	script, err := filepath.Abs(filepath.Join(pullRequest, "review.sh"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "comment.md")
	log, err = command(t, dir, append([]string{"sh", script, "--comment", file}, args...)...)
	b, rerr := os.ReadFile(file)
	if rerr != nil {
		t.Fatalf("no comment: %v\n%s", rerr, log)
	}
	return string(b), log, err
}

// outsideOfCode is what is left of Markdown without its blocks and spans of
// code, which end, as CommonMark has it, at a run of as many backticks.
func outsideOfCode(md string) string {
	var b strings.Builder
	fence := ""
	for line := range strings.Lines(md) {
		mark := strings.TrimSpace(line)
		switch {
		case fence == "" && strings.HasPrefix(mark, "```"):
			fence = strings.TrimSuffix(mark, "text")
		case fence != "" && mark == fence:
			fence = ""
		case fence == "":
			b.WriteString(line)
		}
	}
	rest, out := b.String(), ""
	for {
		at := strings.IndexByte(rest, '`')
		if at < 0 {
			return out + rest
		}
		out, rest = out+rest[:at], rest[at:]
		run := backticks(rest)
		end := len(run)
		for end < len(rest) {
			if rest[end] != '`' {
				end++
				continue
			}
			n := len(backticks(rest[end:]))
			end += n
			if n == len(run) {
				break
			}
		}
		rest = rest[end:]
	}
}

func backticks(s string) string { return s[:len(s)-len(strings.TrimLeft(s, "`"))] }

// The example's script says in one comment what a branch changes, and leaves the
// repository as it is.
func TestPullRequestReview(t *testing.T) {
	dir := changedRepository(t)
	before, _ := command(t, dir, "git", "status", "--porcelain", "--ignored")
	comment, log, err := review(t, dir)
	if err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	for _, want := range []string{
		"<!-- runner review -->\n", "### `usual`: `main (", "**1 new session, 1 completion to make, cost unknown; all that was asked for before is kept.**",
		"### `hostile`: `main (", "### `new`: `main (", "**A new experiment: 1 cell, 3 sessions, 3 completions to make, cost unknown.**",
		"\nExperiments without a change: 1.\n", "\nAll experiments are sound, and a simulated run of two respondents a cell goes through.\n",
	} {
		if !strings.Contains(comment, want) {
			t.Errorf("the comment does not say %q:\n%s", want, comment)
		}
	}
	if strings.Count(log, "\nmade 2 completions, 0 stored before\n") != 4 {
		t.Errorf("the runs: %s", log)
	}
	if after, _ := command(t, dir, "git", "status", "--porcelain", "--ignored"); after != before {
		t.Errorf("the repository is another:\n%s\nbefore:\n%s", after, before)
	}
	checkPlain(t, comment)
}

// checkPlain takes out what is code, and demands that nothing of the hostile
// texts is left.
func checkPlain(t *testing.T, comment string) {
	t.Helper()
	if !strings.Contains(comment, "@org/team") || !strings.Contains(comment, "@someone") {
		t.Errorf("the texts are not shown:\n%s", comment)
	}
	rest := outsideOfCode(comment)
	if !strings.Contains(rest, "</details>\n\n<sub>") {
		t.Errorf("code does not end where it should:\n%s", rest)
	}
	for _, bad := range []string{"@org", "@someone", "<script", "<img", "![", "](", "#1", "x.example"} {
		if strings.Contains(rest, bad) {
			t.Errorf("%q stands outside of code:\n%s", bad, rest)
		}
	}
	for _, r := range comment {
		if r != '\n' && (r < ' ' || r == 0x7f || r == utf8.RuneError) {
			t.Errorf("the comment holds %U", r)
		}
	}
}

// An experiment that is not sound fails the review, and the comment says where.
func TestPullRequestReviewOfAnUnsoundExperiment(t *testing.T) {
	dir := changedRepository(t)
	edit(t, filepath.Join(dir, "usual"), "study.cue", "{hobby}", "{hoby} @someone")
	comment, log, err := review(t, dir, "--base", "main", "usual", "new")
	if err == nil {
		t.Errorf("the review passes:\n%s", log)
	}
	for _, want := range []string{"### An experiment is not sound\n", "\n    usual/study.cue:15:", "### A new experiment\n\n    new is sound: 3 sessions in 1 cell, 3 completions\n"} {
		if !strings.Contains(comment, want) {
			t.Errorf("the comment does not say %q:\n%s", want, comment)
		}
	}
	if strings.Contains(comment, "All experiments are sound") {
		t.Errorf("and it says that all are sound:\n%s", comment)
	}
}

// What the workflow runs is there.
func TestPullRequestWorkflowRunsTheScript(t *testing.T) {
	b, err := os.ReadFile(filepath.Join(pullRequest, "experiments.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte("sh docs/examples/pull-request/review.sh --base ")) || bytes.Contains(b, []byte("pull_request_target")) || bytes.Contains(b, []byte("secrets.")) {
		t.Errorf("the workflow:\n%s", b)
	}
}
