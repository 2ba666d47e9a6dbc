package report

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/tabular"
)

func TestNoConditions(t *testing.T) {
	dir, sum := run(t, ingesttest.PVQ(), nil)
	if len(sum.Headlines) != 0 {
		t.Errorf("%d headlines", len(sum.Headlines))
	}
	page, err := os.ReadFile(filepath.Join(dir, "analysis", "tables", "table1_ssd.md"))
	if err != nil || !strings.Contains(string(page), "Sessions: 0 planned, 0 used") {
		t.Errorf("%v\n%s", err, page)
	}
}

// TestSimulatedIsSaid: a table says SIMULATED when all answers are, and not
// when none is.
func TestSimulatedIsSaid(t *testing.T) {
	for _, simulated := range []bool{true, false} {
		s := degenerateSpec()
		s.Simulated = simulated
		dir, sum := run(t, s, nil)
		if want := strconv.FormatBool(simulated); sum.Simulated != want {
			t.Errorf("simulated is %q, want %q", sum.Simulated, want)
		}
		for name, page := range tree(t, filepath.Join(dir, "analysis", "tables")) {
			if strings.HasSuffix(name, ".md") && strings.Contains(string(page), "SIMULATED") != simulated {
				t.Errorf("%s: simulated %v is not what it says", name, simulated)
			}
		}
	}
}

// TestTheoryIsNamedAndHumanMeansLabelled looks for the sentences that must
// stand under the tables.
func TestTheoryIsNamedAndHumanMeansLabelled(t *testing.T) {
	dir, _ := run(t, degenerateSpec(), nil)
	pages := tree(t, filepath.Join(dir, "analysis", "tables"))
	said := func(name, sentence string) {
		if !strings.Contains(strings.Join(strings.Fields(string(pages[name])), " "), sentence) {
			t.Errorf("%s does not say %q", name, sentence)
		}
	}
	for _, name := range []string{"table1_ssd.md", "table5_batch_sequential.md", "structure_fit.md", "sensitivity.md"} {
		said(name, "Benchmark (theory)")
		said(name, "cannot be compared with those of the paper's Table 1")
	}
	for _, name := range []string{"table2_4_means.md", "spearman.md"} {
		said(name, "medians over 49 groups of centred group means")
	}
	for name := range pages {
		if strings.HasSuffix(name, ".md") {
			said(name, "Unvalidated, not the PVQ-RR")
			said(name, "245 planned, 237 used")
		}
	}
}

// TestPagesKeepToTheirWidth holds for prompts and models of the paper's length.
func TestPagesKeepToTheirWidth(t *testing.T) {
	dir, _ := run(t, ingesttest.Paper(4), Overrides{"restarts": "0", "permutations": "9"})
	for name, page := range tree(t, filepath.Join(dir, "analysis", "tables")) {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		for i, line := range strings.Split(string(page), "\n") {
			if n := utf8.RuneCountInString(line); n > 100 {
				t.Errorf("%s, line %d has %d columns: %s", name, i+1, n, line)
			}
		}
	}
}

// TestAnalysisImportsNothingOfRunner reads every Go file below analysis.
func TestAnalysisImportsNothingOfRunner(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		files++
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			p, _ := strconv.Unquote(imp.Path.Value)
			for _, half := range []string{"circumplex.example/runner", "circumplex.example/schema", "cuelang.org/", "github.com/tmc/"} {
				if strings.HasPrefix(p, half) {
					t.Errorf("%s imports %s", path, p)
				}
			}
		}
		return nil
	})
	if err != nil || files < 20 {
		t.Errorf("%d files read, %v", files, err)
	}
}

// A temperature that nobody stated is a word to readers, an empty field in CSV
// and null in Parquet: never a number.
func TestUnstatedTemperature(t *testing.T) {
	s := ingesttest.PVQ()
	a := ingesttest.Condition{Model: "m", Prompt: "p", Administration: "batch", N: 12, NoTemperature: true, Answer: ingesttest.Circular(1, 1)}
	b := a
	b.NoTemperature, b.Answer = false, ingesttest.Circular(2, 1)
	s.Conditions = []ingesttest.Condition{a, b}
	dir, sum := run(t, s, Overrides{"restarts": "0", "permutations": "0", "bootstrap": "0"})
	if sum.Headlines[0].Temperature != nil || sum.Headlines[1].Temperature == nil || *sum.Headlines[1].Temperature != 0 {
		t.Errorf("headlines: %+v", sum.Headlines)
	}
	files := tree(t, filepath.Join(dir, "analysis"))
	for name, want := range map[string]string{
		"tables/table1_ssd.md":                          "| m     | not stated | ",
		"tables/table1_ssd.csv":                         "\nm,,p,batch,",
		"tables/table1_ssd.tex":                         "m & not stated & ",
		"tables/differences.md":                         "| not stated | 0.0    | m, p, batch",
		"figures/figure3_map_m_p_Tnot-stated_batch.svg": "T = not stated",
	} {
		if !strings.Contains(string(files[filepath.FromSlash(name)]), want) {
			t.Errorf("%s does not say %q:\n%.600s", name, want, files[filepath.FromSlash(name)])
		}
	}
	tab, err := tabular.Open(filepath.Join(dir, "analysis", "scores.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	temperature, err := tab.Float64s("temperature")
	if err != nil {
		t.Fatal(err)
	}
	if !temperature.Null(0) || temperature.Null(tab.NumRows-1) {
		t.Error("the temperature that is not stated is a number in scores, or the one that is, is not")
	}
}
