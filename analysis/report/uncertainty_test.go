package report

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/tabular"
	"github.com/google/go-cmp/cmp"
)

var quickly = Overrides{"bootstrap": "60", "permutations": "0", "restarts": "2"}

// rowsOf reads columns of a table of the analysis, as text, numbers in full.
func rowsOf(t *testing.T, dir, name string, columns ...string) [][]any {
	t.Helper()
	tab, err := tabular.Open(filepath.Join(dir, "analysis", name+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	out := make([][]any, tab.NumRows)
	for _, c := range columns {
		switch tab.Schema.Columns[tab.Schema.Index(c)].Type {
		case tabular.String:
			v, err := tab.Strings(c)
			if err != nil {
				t.Fatal(err)
			}
			for i := range out {
				out[i] = append(out[i], v.At(i))
			}
		case tabular.Float64:
			v, err := tab.Float64s(c)
			if err != nil {
				t.Fatal(err)
			}
			for i := range out {
				if v.Null(i) {
					out[i] = append(out[i], nil)
				} else {
					out[i] = append(out[i], v.Values[i])
				}
			}
		case tabular.Int32:
			v, err := tab.Int32s(c)
			if err != nil {
				t.Fatal(err)
			}
			for i := range out {
				if v.Null(i) {
					out[i] = append(out[i], nil)
				} else {
					out[i] = append(out[i], int(v.Values[i]))
				}
			}
		}
	}
	return out
}

// Every null interval has a reason, every interval is finite and holds its
// estimate where it is symmetric.
func TestIntervalsOrReasons(t *testing.T) {
	dir, _ := run(t, degenerateSpec(), quickly)
	reasons := map[string]string{}
	for _, r := range rowsOf(t, dir, "intervals", "prompt", "statistic", "value", "estimate", "low", "high", "strata", "na_reason") {
		prompt, statistic, na := r[0].(string), r[1].(string), r[7].(string)
		if (r[4] == nil) != (na != "") || (r[4] == nil) != (r[5] == nil) {
			t.Fatalf("%v", r)
		}
		if na != "" {
			if statistic != "mean" || reasons[prompt] == "" {
				reasons[prompt+" "+statistic] = na
			}
			continue
		}
		low, high, x := r[4].(float64), r[5].(float64), r[3].(float64)
		if math.IsNaN(low+high) || math.IsInf(low+high, 0) || low > high || statistic != "mean" && (x < low-1e-5 || x > high+1e-5) {
			t.Errorf("%v", r)
		}
		if want := map[bool]string{true: "anchor_value"}[prompt == "anchored"]; r[6] != want {
			t.Errorf("strata %q: %v", r[6], r)
		}
	}
	copies := "1 of 20 answer vectors are distinct, fewer than 10 %: the sessions are near-copies, and resampling them says nothing"
	for key, want := range map[string]string{
		"flat ssd": "no variance in value HUM", "none mean": "no session can be used (0 planned)", "one mean": "an interval needs at least two sessions, 1 can be used",
		"two ssd": "correlations need 3 sessions, 2 can be used", "constant mean": copies, "constant rho": "all values have the same mean",
		"refusing mean": "no session can be used (5 planned)", "clear ssd": "", "anchored rho": "", "holes ssd": "",
	} {
		if reasons[key] != want {
			t.Errorf("%s: %q, want %q", key, reasons[key], want)
		}
	}
}

// pairs has conditions with the same anchors at two temperatures, one of which
// copies the other, and one without a persona.
func pairs() ingesttest.Spec {
	s := ingesttest.PVQ()
	add := func(prompt, administration string, temperature float64, answer func(int, []int16), anchor func(int) string) {
		s.Conditions = append(s.Conditions, ingesttest.Condition{Model: "m", Prompt: prompt, Temperature: temperature, Administration: administration, N: 57, Answer: answer, Anchor: anchor})
	}
	a := ingesttest.Anchored(3, 1)
	add("anchored", "sequential", 0, ingesttest.Anchored(4, 1), ingesttest.InTurn)
	add("anchored", "batch", 0, a, ingesttest.InTurn)
	add("anchored", "batch", 0.7, a, ingesttest.InTurn)
	add("plain", "batch", 0, ingesttest.Circular(5, 1), nil)
	add("plain", "batch", 0.7, ingesttest.Circular(5, 1), nil)
	return s
}

// Conditions with the same personas are resampled alike, so copies of each
// other differ by nothing; those without are resampled independently.
func TestSamePersonasArePaired(t *testing.T) {
	dir, _ := run(t, pairs(), nil)
	for _, r := range rowsOf(t, dir, "differences", "factor", "prompt", "pairing", "low") {
		if want := map[bool]string{true: "paired", false: "independent"}[r[1] == "anchored" && r[0] != "prompt"]; r[2] != want || r[3] != nil {
			t.Errorf("without resamples: %v", r)
		}
	}
	dir, _ = run(t, pairs(), quickly)
	seen := map[string]int{}
	for _, r := range rowsOf(t, dir, "differences", "factor", "level_1", "level_2", "prompt", "pairing", "low", "high", "se", "statistic", "fisher_z", "difference") {
		factor, prompt, pairing := r[0].(string), r[3].(string), r[4].(string)
		seen[factor+" "+prompt+" "+pairing]++
		switch {
		case factor == "temperature" && prompt == "anchored":
			if pairing != "paired" || r[7].(float64) > 1e-9 {
				t.Errorf("copies with the same personas: %v", r)
			}
		case factor == "temperature" && prompt == "plain", factor == "prompt":
			if pairing != "independent" || r[7].(float64) == 0 {
				t.Errorf("no personas in common: %v", r)
			}
		case factor == "administration":
			if r[1] != "batch" || r[2] != "sequential" || pairing != "paired" {
				t.Errorf("batch stands first, paired: %v", r)
			}
		}
		if (r[9] != nil) != (r[8] == "rho") {
			t.Errorf("Fisher's z: %v", r)
		}
	}
	want := map[string]int{"temperature anchored paired": 21, "temperature plain independent": 21, "administration anchored paired": 21, "prompt anchored independent": 42}
	for k, n := range want {
		if seen[k] != n {
			t.Errorf("%s: %d rows, want %d", k, seen[k], n)
		}
	}
}

// The analysis has the same bytes whatever the number of processors.
func TestResamplingIsTheSameOnAnyNumberOfProcessors(t *testing.T) {
	one, _ := run(t, pairs(), quickly)
	old := runtime.GOMAXPROCS(5)
	other, _ := run(t, pairs(), quickly)
	runtime.GOMAXPROCS(old)
	want := tree(t, filepath.Join(one, "analysis"))
	for name, data := range tree(t, filepath.Join(other, "analysis")) {
		if !bytes.Equal(data, want[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// A run without resampling leaves the intervals that stand there and still
// hold; one with it makes them.
func TestQuickRunKeepsIntervals(t *testing.T) {
	s := pairs()
	s.Options["bootstrap"] = "40"
	dir, _ := run(t, s, nil)
	ctx := context.Background()
	calls, last := 0, 0
	full, err := RunWith(ctx, dir, nil, Settings{Resample: true, Progress: func(done, total int) {
		calls++
		if done < last || done > total {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	}})
	if err != nil || full.Unchanged || calls == 0 || last != 5*(40+splits) {
		t.Errorf("unchanged %v, %d calls, the last %d: %v", full.Unchanged, calls, last, err)
	}
	quick, err := Run(ctx, dir, nil)
	if err != nil || !quick.Unchanged {
		t.Errorf("a quick run made the analysis anew: %v", err)
	}
	for _, r := range rowsOf(t, dir, "split_half", "n_half", "ssd", "na_reason") {
		if r[0] != 29 || !(r[1].(float64) > 0 && r[1].(float64) < 1) {
			t.Errorf("split half: %v", r)
		}
	}
}

func TestStrataOfOneGiveNoInterval(t *testing.T) {
	s := pairs()
	s.Conditions = s.Conditions[1:2]
	s.Conditions[0].N = 20 // the first anchor twice, the others once
	dir, _ := run(t, s, quickly)
	for _, r := range rowsOf(t, dir, "intervals", "na_reason") {
		if r[0] != "a stratum holds one session, whose spread cannot be estimated" {
			t.Fatalf("%v", r)
		}
	}
	dir, _ = run(t, s, Overrides{"bootstrap": "40", "strata": "none"})
	for _, r := range rowsOf(t, dir, "intervals", "na_reason", "strata") {
		if r[0] != "" || r[1] != "" {
			t.Fatalf("simple resampling: %v", r)
		}
	}
}

// Centred scores and rank correlations are resampled too.
func TestOtherScoresAndCorrelationsHaveIntervals(t *testing.T) {
	s := pairs()
	s.Conditions = s.Conditions[1:4]
	over := Overrides{"bootstrap": "40", "scores": "centred", "correlation": "spearman", "restarts": "0", "permutations": "0"}
	dir, _ := run(t, s, over)
	for _, r := range rowsOf(t, dir, "intervals", "statistic", "na_reason", "se") {
		if r[1] != "" || r[2] == 0 {
			t.Errorf("%v", r)
		}
	}
}

func TestMissingnessThatStandsOutIsFlagged(t *testing.T) {
	dir, _ := run(t, degenerateSpec(), Overrides{"permutations": "0", "restarts": "0"})
	for _, r := range rowsOf(t, dir, "quality", "prompt", "missing_flag", "straight_lining", "distinct", "most_frequent", "refused", "sessions_with_missing") {
		switch prompt := r[0]; {
		case (r[1] != "") != (prompt == "refusing"),
			prompt == "constant" && (r[2] != 20 || r[3] != 1 || r[4] != 20),
			prompt == "refusing" && (r[5] != 5 || r[6] != 5),
			prompt == "holes" && (r[5] != 1 || r[6] != 3):
			t.Errorf("%v", r)
		}
	}
	missing := 0
	for _, r := range rowsOf(t, dir, "quality_items", "prompt", "missing") {
		if r[0] == "holes" {
			missing += r[1].(int)
		}
	}
	if missing != 57+28+3 {
		t.Errorf("%d answers are missing, want 88", missing)
	}
}

func TestCoverageIsPrinted(t *testing.T) {
	a := &analysis{means: &ingest.Benchmark{}}
	for _, want := range []string{"500 samples of each, 399 resamples", "value means", "approximate"} {
		if s := a.coverageNote(); !strings.Contains(s, want) {
			t.Errorf("no %q in: %s", want, s)
		}
	}
	// Where nothing is compared with a benchmark, that of the means alone.
	if s := (&analysis{}).coverageNote(); strings.Contains(s, "rho") || !strings.Contains(s, "500 samples of each") {
		t.Errorf("coverage of means alone: %s", s)
	}
	if approximate("mean") || !approximate("rho") || !approximate("ssd") {
		t.Error("means hold the truth in 90 % or more of the samples everywhere, rho and SSD do not")
	}
}

// The pages with intervals, as a reader sees them.
func TestGoldenIntervals(t *testing.T) {
	dir, _ := run(t, pairs(), quickly)
	for _, name := range []string{"uncertainty.md", "differences.md", "table5_batch_sequential.md", "figure6_batch_sequential.md"} {
		got, err := os.ReadFile(filepath.Join(dir, "analysis", "tables", name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "intervals", name)
		if *update {
			if err := tabular.WriteFile(path, got); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), string(got)); d != "" {
			t.Errorf("%s (go test -update rewrites it): %s", name, d)
		}
	}
}
