package report

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/tabular"
	"github.com/google/go-cmp/cmp"
)

// besideSpec is six conditions named as the paper's and one that is not.
func besideSpec() ingesttest.Spec {
	s := ingesttest.PVQ()
	s.Options["permutations"], s.Options["restarts"], s.Options["bootstrap"], s.Options["instrument"] = "0", "0", "0", "pvqrr_self"
	s.Options["instrument_notice"] = ""
	s.Simulated = false
	add := func(model, prompt, administration string, t float64, n int) {
		s.Conditions = append(s.Conditions, ingesttest.Condition{Model: model, Prompt: prompt, Temperature: t, Administration: administration, N: n,
			Answer: ingesttest.Circular(1, 0.5)})
	}
	add("gpt-4-0314", "value_anchor", "batch", 0, 300)
	add("gemma-2-27b", "demographic", "batch", 0, 300) // the paper prints NA
	add("llama-3.1-8b", "names", "batch", 0, 280)
	add("llama-3.1-8b", "names", "sequential", 0, 300)
	add("llama-3.1-70b", "names", "sequential", 0.7, 20) // too few
	add("gpt-4-0314", "basic", "batch", 0, 2)            // NA
	add("gpt-5", "basic", "batch", 0, 10)
	return s
}

// people adds a human matrix of a perfect circle.
func people(s *ingesttest.Spec) {
	s.Options["structure_benchmark"] = "people"
	for i, v := range s.Values {
		for j, w := range s.Values {
			s.Benchmarks = append(s.Benchmarks, ingesttest.Number{Name: "people", Kind: "human", Statistic: "correlation", Value: v, Value2: w,
				Number: 0.9*math.Cos(2*math.Pi*float64(i-j)/float64(len(s.Values))) + 0.1*map[bool]float64{true: 1}[i == j]})
		}
	}
}

func TestBesidePaperGolden(t *testing.T) {
	s := besideSpec()
	people(&s)
	dir, _ := run(t, s, Overrides{"figures": "false"})
	golden := filepath.Join("testdata", "beside")
	if *update {
		if err := os.MkdirAll(golden, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "analysis", "tables", "*_beside_paper.*"))
	if len(files) != 9 {
		t.Errorf("%d files, want three documents in three formats: %q", len(files), files)
	}
	for _, f := range files {
		got, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(golden, filepath.Base(f))
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s (go test -update rewrites it): %s", path, d)
		}
	}
}

// printedRows reads printed.parquet: condition and statistic to fair and why.
func printedRows(t *testing.T, dir string) (rows int, fair map[string]string) {
	t.Helper()
	tab, err := tabular.Open(filepath.Join(dir, "analysis", "printed.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	read := func(name string) *tabular.Strings {
		s, serr := tab.Strings(name)
		if serr != nil {
			t.Fatal(serr)
		}
		return s
	}
	model, statistic, table, why := read("model"), read("statistic"), read("table"), read("why_not_fair")
	isFair, err := tab.Bools("fair")
	if err != nil {
		t.Fatal(err)
	}
	fair = map[string]string{}
	for i := range tab.NumRows {
		if isFair.Values[i] != why.Null(i) {
			t.Errorf("row %d: fair is %v, the reason %q", i, isFair.Values[i], why.At(i))
		}
		fair[fmt.Sprint(model.At(i), " ", table.At(i), " ", statistic.At(i))] = why.At(i)
	}
	return tab.NumRows, fair
}

func TestFairOnlyWhereTheSameThingWasMeasured(t *testing.T) {
	key, mean := "gpt-4-0314 Table 1 ssd", "gpt-4-0314 Table 2 mean"
	theory := "the benchmark is a theory circle, not the answers of people"
	wording := "the instrument is pvq57 and has other wording than the PVQ-RR"
	fake := "no model was asked: the answers are simulated"
	few := "N is 60, not 300 as in the paper"
	tests := []struct {
		name      string
		change    func(*ingesttest.Spec)
		ssd, mean string
	}{
		{"theory", func(*ingesttest.Spec) {}, theory, ""},
		{"people", people, "", ""},
		{"wording", func(s *ingesttest.Spec) { people(s); s.Options["instrument"] = "pvq57" }, wording, wording},
		{"simulated", func(s *ingesttest.Spec) { people(s); s.Simulated = true }, fake, fake},
		{"few", func(s *ingesttest.Spec) { s.Conditions[0].N = 60 }, theory + "; " + few, few},
	}
	for _, test := range tests {
		spec := besideSpec()
		spec.Conditions = spec.Conditions[:1]
		test.change(&spec)
		dir, _ := run(t, spec, Overrides{"figures": "false"})
		rows, fair := printedRows(t, dir)
		if rows != 1+2*19 || fair[key] != test.ssd || fair[mean] != test.mean {
			t.Errorf("%s: %d rows, SSD %q, mean %q; want 39, %q, %q", test.name, rows, fair[key], fair[mean], test.ssd, test.mean)
		}
	}
}

func TestNothingBesideWhereNoConditionIsThePapers(t *testing.T) {
	s := besideSpec()
	s.Conditions = s.Conditions[len(s.Conditions)-1:]
	_, sum := run(t, s, Overrides{"figures": "false"})
	for _, f := range sum.Files {
		if strings.Contains(f, "beside") || strings.Contains(f, "printed") {
			t.Errorf("%s was written", f)
		}
	}
}
