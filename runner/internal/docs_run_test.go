package internal_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"circumplex.example/runner/internal/cli"
)

// asProgram lets the test binary be the program that the pages call runner.
const asProgram = "RUNNER_TEST_IS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// awaited are verbs that pages show and the program need not have yet: a block
// that calls one is left out until the verb is there.
var awaited = []string{"show"}

// TestPagesRun follows the tutorial and the how-tos literally, each in an empty
// directory outside this repository. In the order of the page,
//
//   - a block of sh is run and must succeed;
//   - a block of console is run, line by line after "$ ", and must print what
//     stands there, "..." alone on a line being any lines;
//   - a block of diff is made in the file that its first line names;
//   - a block after <!-- file: NAME --> is written into that file;
//   - the commands in <!-- run first: ... --> are run, unseen by readers;
//   - a block after <!-- not run: REASON --> is left out.
func TestPagesRun(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the pages are written for a shell")
	}
	if testing.Short() {
		t.Skip("it runs many programs")
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "howto", "*.md"))
	if err != nil || len(pages) < 7 {
		t.Fatalf("%d how-tos, %v", len(pages), err)
	}
	ran := 0
	for _, page := range append([]string{filepath.Join("..", "..", "docs", "tutorial.md")}, pages...) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			if followedElsewhere(page) {
				t.Skip("cli/howto_test.go follows this page")
			}
			src, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			f := newFollower(t, bash)
			for _, s := range stepsOf(string(src)) {
				f.follow(s)
			}
			ran += f.ran
		})
	}
	if ran < 40 && !t.Failed() {
		t.Errorf("ran %d commands only", ran)
	}
}

// followedElsewhere reports whether a test of the command line follows a page,
// with an experiment of its own.
func followedElsewhere(page string) bool {
	src, err := os.ReadFile(filepath.Join("cli", "howto_test.go"))
	return err == nil && bytes.Contains(src, []byte(`"`+filepath.Base(page)+`"`))
}

// step is one thing that a page does: kind is the language of a block, or
// "file: NAME", or "run first".
type step struct {
	line       int
	kind, text string
}

var (
	blockStart = regexp.MustCompile("^```([a-z]+)$")
	comment    = regexp.MustCompile(`(?s)^<!-- (file|run first|not run): (.*?) ?-->$`)
)

// stepsOf reads a page. A comment stands on lines of its own, directly above
// the block that it is about.
func stepsOf(page string) []step {
	var out []step
	lines := strings.Split(page, "\n")
	about := ""
	for i := 0; i < len(lines); i++ {
		begin := i
		switch m := blockStart.FindStringSubmatch(lines[i]); {
		case m != nil:
			for i++; i < len(lines) && lines[i] != "```"; i++ {
			}
			kind := m[1]
			if strings.HasPrefix(about, "file: ") {
				kind = about
			}
			if !strings.HasPrefix(about, "not run: ") {
				out = append(out, step{begin + 1, kind, strings.Join(lines[begin+1:min(i, len(lines))], "\n") + "\n"})
			}
			about = ""
		case strings.HasPrefix(lines[i], "<!-- "):
			for i < len(lines)-1 && !strings.HasSuffix(lines[i], "-->") {
				i++
			}
			c := comment.FindStringSubmatch(strings.Join(lines[begin:i+1], "\n"))
			switch {
			case c == nil:
				out = append(out, step{begin + 1, "comment", lines[begin]})
			case c[1] == "run first":
				out = append(out, step{begin + 1, "run first", c[2] + "\n"})
			default:
				about = c[1] + ": " + c[2]
			}
		case strings.TrimSpace(lines[i]) != "":
			about = ""
		}
	}
	return out
}

// follower does what a page says.
type follower struct {
	t         *testing.T
	bash, dir string
	env       []string
	verbs     []string
	ran       int
}

func newFollower(t *testing.T, bash string) *follower {
	root := t.TempDir()
	f := &follower{t: t, bash: bash, dir: filepath.Join(root, "here")}
	bin, home := filepath.Join(root, "bin"), filepath.Join(root, "home")
	for _, d := range []string{f.dir, bin, home} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program := fmt.Sprintf("#!%s\n%s=1 exec %q \"$@\"\n", bash, asProgram, self)
	if err := os.WriteFile(filepath.Join(bin, "runner"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); !slices.Contains([]string{"PATH", "HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "RUNNER_STORE"}, name) {
			f.env = append(f.env, v)
		}
	}
	f.env = append(f.env, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "HOME="+home,
		"XDG_DATA_HOME="+filepath.Join(home, "data"), "XDG_CACHE_HOME="+filepath.Join(home, "cache"), "NO_COLOR=1")
	f.verbs = subcommands(helpOf(t, nil))
	return f
}

func (f *follower) follow(s step) {
	f.t.Helper()
	switch {
	case s.kind == "sh" || s.kind == "run first":
		if f.callsAwaited(s.text) {
			f.t.Logf("line %d is left out: it calls a verb that is not there yet", s.line)
			return
		}
		f.dir = f.run(s, s.text, true).dir
	case s.kind == "console":
		f.console(s)
	case s.kind == "diff":
		f.edit(s)
	case s.kind == "comment":
		f.t.Errorf("line %d: a comment that this test does not know: %s", s.line, s.text)
	case strings.HasPrefix(s.kind, "file: "):
		name := filepath.Join(f.dir, filepath.FromSlash(strings.TrimPrefix(s.kind, "file: ")))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			f.t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(s.text), 0o644); err != nil {
			f.t.Fatal(err)
		}
	}
}

var calls = regexp.MustCompile(`(?m)\brunner ([a-z]+)`)

// callsAwaited reports whether a command needs a verb that the program has not.
func (f *follower) callsAwaited(text string) bool {
	for _, m := range calls.FindAllStringSubmatch(text, -1) {
		if slices.Contains(awaited, m[1]) && !slices.Contains(f.verbs, m[1]) {
			return true
		}
	}
	return false
}

// outcome is what a command printed, on both streams, and where it left the
// shell.
type outcome struct{ out, dir string }

// run runs commands in the directory in which those before left the shell.
func (f *follower) run(s step, text string, mustSucceed bool) outcome {
	f.t.Helper()
	f.ran += len(calls.FindAllString(text, -1))
	where := filepath.Join(f.t.TempDir(), "where")
	cmd := exec.Command(f.bash, "-eu", "-o", "pipefail", "-c", fmt.Sprintf("trap 'pwd >%q' EXIT\n%s", where, text))
	var out bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = f.dir, f.env, &out, &out
	if err := cmd.Run(); err != nil && mustSucceed {
		f.t.Fatalf("line %d: %v\n%s\n%s", s.line, err, text, &out)
	}
	pwd, err := os.ReadFile(where)
	if err != nil {
		f.t.Fatal(err)
	}
	return outcome{out.String(), strings.TrimSpace(string(pwd))}
}

// console runs the commands of a block and compares what they print.
func (f *follower) console(s step) {
	f.t.Helper()
	for i, part := range strings.Split("\n"+s.text, "\n$ ") {
		if i == 0 {
			continue
		}
		command, want, _ := strings.Cut(part, "\n")
		if f.callsAwaited(command) {
			f.t.Logf("line %d is left out: it calls a verb that is not there yet", s.line)
			continue
		}
		want = strings.TrimRight(want, "\n")
		got := f.run(s, command, want == "")
		f.dir = got.dir
		if want != "" && !printed(want).MatchString(strings.TrimRight(got.out, "\n")+"\n") {
			f.t.Errorf("line %d: %s printed\n%s\nnot what the page says:\n%s", s.line, command, got.out, want)
		}
	}
}

// printed is an expression for an output in which "..." alone on a line stands
// for any lines.
func printed(want string) *regexp.Regexp {
	var b strings.Builder
	for line := range strings.SplitSeq(want, "\n") {
		if line == "..." {
			b.WriteString(`(.*\n)*`)
		} else {
			b.WriteString(regexp.QuoteMeta(line) + `\n`)
		}
	}
	return regexp.MustCompile(`^` + b.String() + `$`)
}

// edit makes the change of a diff block: its lines stand in the file once.
func (f *follower) edit(s step) {
	f.t.Helper()
	head, body, _ := strings.Cut(s.text, "\n")
	name, ok := strings.CutPrefix(head, "--- ")
	if !ok {
		f.t.Fatalf("line %d: a diff begins with  --- FILE", s.line)
	}
	var before, after strings.Builder
	for line := range strings.Lines(body) {
		if !strings.HasPrefix(line, "+") {
			before.WriteString(line[1:])
		}
		if !strings.HasPrefix(line, "-") {
			after.WriteString(line[1:])
		}
	}
	path := filepath.Join(f.dir, name)
	src, err := os.ReadFile(path)
	if err != nil {
		f.t.Fatal(err)
	}
	if n := strings.Count(string(src), before.String()); n != 1 {
		f.t.Fatalf("line %d: the lines to change stand in %s %d times:\n%s", s.line, name, n, before.String())
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(src), before.String(), after.String(), 1)), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

// The reader of pages sees every kind of step, and the comparison of outputs
// finds what is wrong.
func TestStepsOfPages(t *testing.T) {
	page := "# A\n\n<!-- run first: one\ntwo -->\n```sh\nthree\n```\n\n<!-- not run: no -->\n```sh\nfour\n```\n\n<!-- file: a.cue -->\n```cue\nfive\n```\n\nText.\n\n```console\n$ six\nseven\n```\n"
	var got []string
	for _, s := range stepsOf(page) {
		got = append(got, fmt.Sprintf("%d %s %q", s.line, s.kind, s.text))
	}
	want := []string{`3 run first "one\ntwo\n"`, `5 sh "three\n"`, `15 file: a.cue "five\n"`, `21 console "$ six\nseven\n"`}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, c := range []struct {
		want, out string
		same      bool
	}{
		{"a\n...\nb", "a\nx\ny\nb", true}, {"a\n...\nb", "a\nb", true}, {"...\nb", "x\nb", true}, {"...\nb", "b", true}, {"a\n...", "a\nx", true},
		{"a", "a\nb", false}, {"a\n...\nb", "a\nx\nbc", false}, {"a.", "ab", false},
	} {
		if printed(c.want).MatchString(c.out+"\n") != c.same {
			t.Errorf("%q against %q: want %v", c.want, c.out, c.same)
		}
	}
}
