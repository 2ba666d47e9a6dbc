package internal_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"circumplex.example/runner/internal/cli"
)

var (
	fence = regexp.MustCompile("(?ms)^```cue\n(.*?)^```")
	link  = regexp.MustCompile(`\]\(([^)#:\s]+)(?:#[^)]*)?\)`)
)

// cueBlocks are the CUE examples of a page.
func cueBlocks(t *testing.T, page string) []string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(page)))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range fence.FindAllSubmatch(src, -1) {
		out = append(out, string(m[1]))
	}
	if len(out) == 0 {
		t.Fatalf("%s has no CUE example", page)
	}
	return out
}

// validated runs runner validate in an empty directory with these files.
func validated(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs bytes.Buffer
	if code := cli.Main([]string{"validate", dir}, &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s", code, &errs)
	}
	return out.String()
}

// The examples of the how-tos are sound in an experiment that uses them.
func TestHowtoExamples(t *testing.T) {
	experiment := func(pkg, instrument, prompts string) string {
		return "package " + pkg + `

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "howto"
	seed: 1
	n: 3
	instrument: ` + instrument + `
	factors: {
		model: models
		prompt: ` + prompts + `
		temperature: "0.7": value: 0.7
		administration: batch: {}
	}
}
_used: instruments
`
	}
	const plain = `plain: template: "From 1 to 5, how much is each of these people like you?"`
	const models = "\nmodels: \"sim-a\": {provider: \"simulated\"}\n"
	t.Run("instrument", func(t *testing.T) {
		validated(t, map[string]string{"mood.cue": cueBlocks(t, "docs/howto/use-your-own-instrument.md")[0], "experiment.cue": experiment("study", "mood", "{"+plain+"}") + models})
	})
	t.Run("model", func(t *testing.T) {
		validated(t, map[string]string{"experiment.cue": experiment("a", "instruments.pvq57", "{"+plain+"}") + cueBlocks(t, "docs/howto/add-a-model.md")[0]})
	})
	t.Run("simulate", func(t *testing.T) {
		validated(t, map[string]string{"experiment.cue": experiment("a", "instruments.pvq57", "{"+plain+"}") + cueBlocks(t, "docs/howto/try-without-paying.md")[0]})
	})
	t.Run("prompt", func(t *testing.T) {
		validated(t, map[string]string{"experiment.cue": experiment("a", "instruments.pvq57", "prompts") + models + cueBlocks(t, "docs/howto/add-a-prompt.md")[0]})
	})
}

// Each recipe of the page on what is beyond the paper is sound inside an
// experiment, and makes the cells that it speaks of.
func TestBeyondThePaper(t *testing.T) {
	const frame = `package howto

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name:       "howto"
	seed:       1
	n:          4
	instrument: instruments.ten
	factors: {
		model: "sim-a": provider: "simulated"
		prompt: {%s}
		temperature: "0.7": value: 0.7
		administration: {%s}
	}
}
`
	const basic = `basic: template: "From {scale_min} ({scale_min_label}) to {scale_max} ({scale_max_label})?"`
	const batch = `batch: {}`
	cases := []struct{ prompt, administration, want string }{
		{"", batch, "4 sessions in 1 cell, 4 completions"},
		{basic, batch + ", sequential: {}", "24 sessions in 6 cells, 132 completions"},
		{basic, batch, "8 sessions in 2 cells, 8 completions"},
		{"", batch, "8 sessions in 2 cells, 8 completions"},
		{basic, batch, "8 sessions in 2 cells, 8 completions"},
		{"", batch, "8 sessions in 2 cells, 8 completions"},
		{"", batch, "8 sessions in 2 cells, 8 completions"},
		{basic, "", "8 sessions in 2 cells, 80 completions"},
	}
	blocks := cueBlocks(t, "docs/howto/beyond-the-paper.md")
	if len(blocks) != len(cases) {
		t.Fatalf("%d recipes, %d cases", len(blocks), len(cases))
	}
	for i, c := range cases {
		got := validated(t, map[string]string{
			"experiment.cue": fmt.Sprintf(frame, c.prompt, c.administration),
			"recipe.cue":     "package howto\n\nimport \"circumplex.example/experiments/instruments\"\n\nexperiment: {\n" + blocks[i] + "}\n_used: instruments\n",
		})
		if want := "howto is sound: " + c.want + "\n"; got != want {
			t.Errorf("recipe %d:\n%s\ngot %q, want %q", i+1, blocks[i], got, want)
		}
	}
}

// Links from one page to a file of the repository lead somewhere.
func TestLinksOfPages(t *testing.T) {
	root, seen := filepath.Join("..", ".."), 0
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && p != root && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".." || d.Name() == "testdata" || d.Name() == "dist"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(p) != ".md":
			return nil
		case filepath.Base(filepath.Dir(p)) != "results" && strings.Contains(filepath.ToSlash(p), "/results/"):
			return nil
		}
		src, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, m := range link.FindAllSubmatch(src, -1) {
			seen++
			if _, err := os.Stat(filepath.Join(filepath.Dir(p), filepath.FromSlash(string(m[1])))); err != nil {
				t.Errorf("%s: %s leads nowhere", filepath.ToSlash(p), m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 20 {
		t.Errorf("found %d links only", seen)
	}
}

// Every package has its sentence in runner/DESIGN.md, and its table names no other.
// Helpers of tests have none.
func TestPackagesHaveTheirSentence(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "DESIGN.md"))
	if err != nil {
		t.Fatal(err)
	}
	var said, there []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(runner/internal/[a-z/]+)` \\|").FindAllSubmatch(page, -1) {
		said = append(said, string(m[1]))
	}
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "testdata":
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		if dir := filepath.ToSlash(filepath.Dir(path)); !strings.HasSuffix(dir, "test") {
			there = append(there, "runner/internal/"+dir)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(said)
	slices.Sort(there)
	if there = slices.Compact(there); !slices.Equal(said, there) {
		t.Errorf("runner/DESIGN.md, Packages: %q\nthere are: %q", said, there)
	}
}

// The exit codes of README.md and runner/DESIGN.md are those of the program, each
// once.
func TestExitCodesAreDescribedOnce(t *testing.T) {
	source, err := os.ReadFile(filepath.Join("cli", "exit.go"))
	if err != nil {
		t.Fatal(err)
	}
	codes := func(text []byte, pattern string) []string {
		var out []string
		for _, m := range regexp.MustCompile(pattern).FindAllSubmatch(text, -1) {
			out = append(out, string(m[1]))
		}
		slices.Sort(out)
		return out
	}
	want := codes(source, `(?m)^\s+exit[A-Z]\w*\s+= (\d+)`)
	if len(want) < 9 {
		t.Fatalf("codes in exit.go: %q", want)
	}
	for _, page := range []string{"README.md", "runner/DESIGN.md"} {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(page)))
		if err != nil {
			t.Fatal(err)
		}
		_, section, _ := bytes.Cut(text, []byte("\n## Exit codes\n"))
		section, _, _ = bytes.Cut(section, []byte("\n## "))
		if got := codes(section, `(?m)^\| (\d+) \|`); !slices.Equal(got, want) {
			t.Errorf("%s: exit codes %q, want %q", page, got, want)
		}
	}
}
