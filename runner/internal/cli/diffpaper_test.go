package cli_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/runner/internal/cli"
	"circumplex.example/runner/internal/diff"
)

// replicates is the N of the paper's design in the test below; 300 is that of the
// paper, which takes minutes:  go test ./runner/internal/cli -run Paper -replicates 300
var replicates = flag.Int("replicates", 20, "replicates of the paper's design in the tests of diff; a multiple of 20")

const (
	batchCells, sequentialCells, itemsOfPaper = 60, 16, 57
	modelsOfPaper                             = 6
)

// With the paper's design applied, each change asks for what is new and for
// nothing else; diff says so before, and apply does so after.
func TestDiffOfTheAppliedPaper(t *testing.T) {
	t.Parallel()
	slow(t)
	if testing.Short() {
		t.Skip("applies some 20,000 requests")
	}
	n := *replicates
	more := max(2, n/30)
	base := paperOf(t, n, 0)
	library := filepath.Join(t.TempDir(), "store")
	run(t, "apply", "--simulate", "--no-analysis", "--json", "--store", library, base)
	perReplicate := batchCells + sequentialCells*itemsOfPaper

	for _, c := range []struct {
		name   string
		names  int
		change func(t *testing.T, dir string)
		// want is the number of completions to be made.
		want  func(d *paperDiff) int
		check func(t *testing.T, d *paperDiff)
	}{
		{"more replicates and names", more, func(t *testing.T, dir string) { edit(t, dir, "experiment.cue", nLine(n), nLine(n+more)) },
			func(*paperDiff) int { return more * (perReplicate + modelsOfPaper) }, keepsAll},
		{"a model", 0, addModel, func(*paperDiff) int { return n * (5*2 + 1) }, keepsAll},
		{"lists in another order", 0, func(t *testing.T, dir string) {
			reverseLines(t, dir, "names.cue", "{title:")
			reverseLines(t, dir, "hobbies.cue", "\t\"")
		}, func(*paperDiff) int { return 0 }, func(t *testing.T, d *paperDiff) {
			if d.Changed {
				t.Errorf("it says %q", d.Verdict)
			}
		}},
		{"anchors in another order", 0, reverseAnchors, func(*paperDiff) int { return 0 }, func(t *testing.T, d *paperDiff) {
			keepsAll(t, d)
			want := diff.Redraw{Prompt: "value_anchor", Variable: "anchor", Draw: "cycle", Changed: n, Of: n, Why: []string{diff.ByOrder}}
			if len(d.Draws) != 1 || fmt.Sprint(d.Draws[0]) != fmt.Sprint(want) {
				t.Errorf("draws: %v, want %v", d.Draws, want)
			}
		}},
		{"all of that", more, func(t *testing.T, dir string) {
			edit(t, dir, "experiment.cue", nLine(n), nLine(n+more))
			addModel(t, dir)
			reverseLines(t, dir, "names.cue", "{title:")
		}, func(*paperDiff) int { return more*(perReplicate+modelsOfPaper) + (n+more)*(5*2+1) }, keepsAll},
		{"a hobby in the middle", 0, func(t *testing.T, dir string) {
			edit(t, dir, "hobbies.cue", "\t\"Taking a rest\",", "\t\"Taking a rest\",\n\t\"Topiary\",")
		}, func(d *paperDiff) int { return changedReplicates(d) * (12 + 4*itemsOfPaper) }, func(t *testing.T, d *paperDiff) {
			k := changedReplicates(d)
			if len(d.Draws) != 1 || d.Draws[0].Variable != "hobby" || k == 0 || k > n/2 {
				t.Errorf("draws: %v", d.Draws)
			}
			if d.Sessions.Added != k*16 || d.Sessions.Removed != k*16 {
				t.Errorf("sessions: %+v for %d replicates", d.Sessions, k)
			}
		}},
		{"a name more, no more replicates", 1, func(*testing.T, string) {},
			func(d *paperDiff) int { return d.Sessions.Added / (12 + 4) * (12 + 4*itemsOfPaper) }, func(t *testing.T, d *paperDiff) {
				// 12 batch and 4 sequential cells have the names.
				if d.Sessions.Added > 16 || d.Sessions.Removed != d.Sessions.Added {
					t.Errorf("sessions: %+v; want at most one new one a cell", d.Sessions)
				}
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := paperOf(t, n, c.names)
			c.change(t, dir)
			store := filepath.Join(t.TempDir(), "store")
			if err := os.CopyFS(store, os.DirFS(library)); err != nil {
				t.Fatal(err)
			}
			var d paperDiff
			decode(t, run(t, "diff", "--simulate", "--json", "--store", store, base, dir), &d)
			c.check(t, &d)
			want := c.want(&d)
			if d.Stored == nil || d.Stored.Make.Completions != want || d.Requests.Added != want || d.Stored.MissingBefore != 0 {
				t.Errorf("to make: %+v, added %d; want %d", d.Stored, d.Requests.Added, want)
			}
			if d.Stored.Kept+d.Stored.Orphaned != n*(perReplicate+modelsOfPaper) {
				t.Errorf("%d kept and %d orphaned of %d", d.Stored.Kept, d.Stored.Orphaned, n*(perReplicate+modelsOfPaper))
			}
			var a struct {
				Run struct{ Made, Reused int } `json:"run"`
			}
			decode(t, run(t, "apply", "--simulate", "--no-analysis", "--json", "--store", store, dir), &a)
			if a.Run.Made != want || a.Run.Reused != d.Stored.Kept {
				t.Errorf("apply made %d and reused %d; diff said %d and %d", a.Run.Made, a.Run.Reused, want, d.Stored.Kept)
			}
		})
	}
}

type paperDiff struct {
	Verdict string
	*diff.Diff
}

func keepsAll(t *testing.T, d *paperDiff) {
	t.Helper()
	if d.Stored.Orphaned != 0 || d.Sessions.Removed != 0 || !strings.HasSuffix(d.Verdict, "nothing stored is lost.") && !strings.HasSuffix(d.Verdict, "nothing lost.") {
		t.Errorf("%q\n%+v %+v", d.Verdict, d.Stored, d.Sessions)
	}
}

func changedReplicates(d *paperDiff) int {
	k := 0
	for _, r := range d.Draws {
		k += r.Changed
	}
	return k
}

// paperOf copies the experiment of the paper with another n, and as many names
// as that needs, and some more.
func paperOf(t *testing.T, n, more int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "paper")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(experiments, "paper"))); err != nil {
		t.Fatal(err)
	}
	edit(t, dir, "experiment.cue", nLine(300), nLine(n))
	kept := map[string]int{}
	var last string
	rewrite(t, dir, "names.cue", func(lines []string) []string {
		lines = slices.DeleteFunc(lines, func(l string) bool {
			_, group, is := strings.Cut(l, "ethnic_group: ")
			if !is || !strings.Contains(l, "{title:") {
				return false
			}
			last = l
			kept[group[:8]]++
			return kept[group[:8]] > n/5
		})
		for i := range more {
			name := strings.SplitN(last, `"`, 5)
			name[3] = fmt.Sprintf("Newcomer%c", 'a'+i)
			at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "{title:") }) + 3*i + 2
			lines = slices.Insert(lines, at, strings.Join(name, `"`))
		}
		return lines
	})
	return dir
}

func nLine(n int) string { return fmt.Sprintf("n:           %d", n) }

func addModel(t *testing.T, dir string) {
	edit(t, dir, "models.cue", "models: {\n", "models: {\n\t\"another\": {provider: \"openai\", model: \"another\"}\n")
}

// reverseAnchors puts the anchors into the reverse order.
func reverseAnchors(t *testing.T, dir string) { reverseLines(t, dir, "anchors.cue", "{anchor_value:") }

// reverseLines reverses the order of the lines that hold an entry.
func reverseLines(t *testing.T, dir, file, entry string) {
	t.Helper()
	rewrite(t, dir, file, func(lines []string) []string {
		var at []int
		for i, l := range lines {
			if strings.Contains(l, entry) {
				at = append(at, i)
			}
		}
		if len(at) < 2 {
			t.Fatalf("%s holds %d entries", file, len(at))
		}
		for i, j := 0, len(at)-1; i < j; i, j = i+1, j-1 {
			lines[at[i]], lines[at[j]] = lines[at[j]], lines[at[i]]
		}
		return lines
	})
}

func rewrite(t *testing.T, dir, file string, f func([]string) []string) {
	t.Helper()
	path := filepath.Join(dir, file)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Join(f(strings.Split(string(b), "\n")), "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// edit replaces a text that stands in a file once.
func edit(t *testing.T, dir, file, old, now string) {
	t.Helper()
	rewrite(t, dir, file, func(lines []string) []string {
		src := strings.Join(lines, "\n")
		if n := strings.Count(src, old); n != 1 {
			t.Fatalf("%s holds %q %d times", file, old, n)
		}
		return strings.Split(strings.Replace(src, old, now, 1), "\n")
	})
}

// run runs the program, which must end well, and returns what it printed.
func run(t testing.TB, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	if code := cli.Main(args, &out, &errs); code != 0 {
		t.Fatalf("runner %s: exit %d\n%s%s", strings.Join(args, " "), code, &out, &errs)
	}
	return out.Bytes()
}

func decode(t *testing.T, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
}
