package report

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/tabular"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// degenerate is a directory with every way in which a statistic can be missing.
func degenerateSpec() ingesttest.Spec {
	s := ingesttest.PVQ()
	s.Options["permutations"], s.Options["restarts"] = "99", "2"
	clear := ingesttest.Circular(1, 0.5)
	flat := func(r int, a []int16) { // HUM is always 4
		clear(r, a)
		for i, it := range s.Items {
			if it.Value == "HUM" {
				a[i] = 4
			}
		}
	}
	holes := func(r int, a []int16) {
		clear(r, a)
		switch r {
		case 1: // nothing
			for i := range a {
				a[i] = -int16(ingest.Refusal)
			}
		case 2: // half
			for i := range len(a) / 2 {
				a[i] = 0
			}
		case 3: // TR unanswered
			for i, it := range s.Items {
				if it.Value == "TR" {
					a[i] = -int16(ingest.Ambiguous)
				}
			}
		}
	}
	add := func(model, prompt, administration string, n int, answer func(int, []int16), anchor func(int) string) {
		s.Conditions = append(s.Conditions, ingesttest.Condition{Model: model, Prompt: prompt, Temperature: 0.7, Administration: administration, N: n, Answer: answer, Anchor: anchor})
	}
	add("m1", "clear", "batch", 40, clear, nil)
	add("m1", "clear", "sequential", 40, ingesttest.Circular(2, 1), nil)
	add("m1", "anchored", "batch", 57, ingesttest.Anchored(3, 0.5), ingesttest.InTurn)
	add("m1", "flat", "batch", 40, flat, nil)
	add("m2", "none", "batch", 0, clear, nil)
	add("m2", "one", "batch", 1, clear, ingesttest.InTurn)
	add("m2", "two", "batch", 2, clear, nil)
	add("m2", "constant", "batch", 20, ingesttest.Constant(4), nil)
	add("m2", "refusing", "batch", 5, ingesttest.Constant(-int16(ingest.Refusal)), nil)
	add("m2", "holes", "batch", 40, holes, nil)
	return s
}

// run writes a directory and analyses it.
func run(t testing.TB, s ingesttest.Spec, over Overrides) (string, *Summary) {
	t.Helper()
	dir := t.TempDir()
	ingesttest.Write(t, dir, s)
	sum, err := Run(context.Background(), dir, over)
	if err != nil {
		t.Fatal(err)
	}
	return dir, sum
}

// tree reads all files below a directory.
func tree(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		out[filepath.ToSlash(rel)], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestGoldenTables(t *testing.T) {
	dir, sum := run(t, degenerateSpec(), nil)
	golden := filepath.Join("testdata", "golden")
	got := tree(t, filepath.Join(dir, "analysis"))
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(golden, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for name, data := range got {
		base := filepath.Base(name)
		if !strings.HasPrefix(name, "tables/") && name != "codebook.md" {
			continue
		}
		seen[base] = true
		path := filepath.Join(golden, base)
		if *update {
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if d := cmp.Diff(string(want), string(data)); d != "" {
			t.Errorf("%s (go test -update rewrites it): %s", name, d)
		}
	}
	left, err := os.ReadDir(golden)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if !seen[e.Name()] {
			t.Errorf("no table is compared with %s", e.Name())
		}
	}
	if len(sum.Files) != len(got) {
		t.Errorf("the summary lists %d files, there are %d", len(sum.Files), len(got))
	}
}

func TestReasonsNameTheValue(t *testing.T) {
	_, sum := run(t, degenerateSpec(), nil)
	want := map[string][2]string{ // rho, SSD
		"clear": {"", ""}, "anchored": {"", ""}, "holes": {"", ""},
		"flat":     {"", "no variance in value HUM"},
		"none":     {"no session can be used (0 planned)", "correlations need 3 sessions, 0 can be used"},
		"one":      {"", "correlations need 3 sessions, 1 can be used"},
		"two":      {"", "correlations need 3 sessions, 2 can be used"},
		"constant": {"all values have the same mean", "no variance in any of the 19 values, SDT among them"},
		"refusing": {"no session can be used (5 planned)", "correlations need 3 sessions, 0 can be used"},
	}
	for _, h := range sum.Headlines {
		w := want[h.Prompt]
		if h.RhoNA != w[0] || h.NA != w[1] || (h.Rho == nil) != (w[0] != "") || (h.SSD == nil) != (w[1] != "") {
			t.Errorf("%s: rho %q, ssd %q; want %q, %q", h.Prompt, h.RhoNA, h.NA, w[0], w[1])
		}
	}
}

func TestSameInputsSameBytesAndNothingRewritten(t *testing.T) {
	s := degenerateSpec()
	dir, first := run(t, s, nil)
	other, _ := run(t, s, nil)
	before := tree(t, filepath.Join(dir, "analysis"))
	for name, data := range tree(t, filepath.Join(other, "analysis")) {
		if !bytes.Equal(data, before[name]) {
			t.Errorf("%s differs between two runs over the same tables", name)
		}
	}
	stat := func() map[string]int64 {
		out := map[string]int64{}
		for name := range before {
			st, err := os.Stat(filepath.Join(dir, "analysis", name))
			if err != nil {
				t.Fatal(err)
			}
			out[name] = st.ModTime().UnixNano()
		}
		return out
	}
	times := stat()
	again, err := Run(context.Background(), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Unchanged || first.Unchanged {
		t.Errorf("Unchanged is %v after the first run, %v after the second", first.Unchanged, again.Unchanged)
	}
	if d := cmp.Diff(times, stat()); d != "" {
		t.Errorf("files were rewritten: %s", d)
	}
	again.Unchanged = false
	if d := cmp.Diff(first, again); d != "" {
		t.Errorf("the summary of an unchanged analysis differs: %s", d)
	}
	// A file that was touched, other options and other tables each make it new.
	if err := os.WriteFile(filepath.Join(dir, "analysis", "tables", "spearman.md"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, over := range []Overrides{nil, {"restarts": "0"}} {
		if sum, err := Run(context.Background(), dir, over); err != nil || sum.Unchanged {
			t.Errorf("%v: unchanged, or %v", over, err)
		}
	}
	s.Conditions = s.Conditions[:1]
	ingesttest.Write(t, dir, s)
	sum, err := Run(context.Background(), dir, Overrides{"restarts": "0"})
	if err != nil || sum.Unchanged {
		t.Errorf("other tables: unchanged, or %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "analysis", "tables", "table5_batch_sequential.md")); err == nil {
		t.Error("Table 5 is still there although nothing was administered sequentially")
	}
}

func TestParquetTablesFollowTheirSchemas(t *testing.T) {
	dir, _ := run(t, degenerateSpec(), nil)
	rows := map[string]int{}
	for _, s := range Schemas(nil) {
		if s.Name == "printed" {
			continue // only where a condition is the paper's, see beside_test.go
		}
		tab, err := tabular.Open(filepath.Join(dir, "analysis", s.Name+".parquet"))
		if err != nil {
			t.Fatal(err)
		}
		defer tab.Close()
		rows[s.Name] = tab.NumRows
		if len(tab.Schema.Columns) != len(s.Columns) || tab.Meta["simulated"] != "true" {
			t.Errorf("%s: %d columns, simulated %q", s.Name, len(tab.Schema.Columns), tab.Meta["simulated"])
		}
	}
	want := map[string]int{"scores": 245 * 19, "value_summary": 190, "correlations": 10 * 361, "mds": 190, "fit": 10,
		"anchor_curve": 2 * 20 * 19, "sensitivity": 160, "intervals": 10 * 21, "differences": 19 * 21, "split_half": 10,
		"quality": 10, "quality_items": 10 * 57, "quality_values": 190, "served": 0}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
	// Every null number has a reason beside it.
	tab, err := tabular.Open(filepath.Join(dir, "analysis", "fit.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	ssd, err := tab.Float64s("ssd")
	if err != nil {
		t.Fatal(err)
	}
	why, err := tab.Strings("na_reason")
	if err != nil {
		t.Fatal(err)
	}
	for i := range tab.NumRows {
		if ssd.Null(i) == why.Null(i) {
			t.Errorf("fit, row %d: ssd null is %v, reason is %q", i, ssd.Null(i), why.At(i))
		}
	}
}

func TestInstrumentWithoutCircle(t *testing.T) {
	s := ingesttest.Spec{Values: []string{"A", "B"}, Low: 1, High: 5, Options: map[string]string{"instrument_structure": "none"}}
	for i := range 4 {
		s.Items = append(s.Items, ingesttest.Item{Value: s.Values[i%2]})
	}
	answer := func(r int, a []int16) {
		for i := range a {
			a[i] = int16(1 + (r*r+i*r+i)%5)
		}
	}
	s.Conditions = []ingesttest.Condition{{Model: "m", Prompt: "p", Administration: "batch", N: 10, Answer: answer, Anchor: func(int) string { return "A" }},
		{Model: "n", Prompt: "p", Administration: "batch", N: 10, Answer: answer}}
	dir, sum := run(t, s, Overrides{"bootstrap": "100"})
	if h := sum.Headlines[0]; h.NA != "the instrument declares no circular structure" || h.RhoNA != "there is no benchmark of means" {
		t.Errorf("headline: %+v", h)
	}
	files := tree(t, filepath.Join(dir, "analysis", "tables"))
	for name := range files {
		for _, of := range []string{"table1", "table5", "sensitivity", "structure", "spearman", "figure6", "anchor_shift"} {
			if strings.HasPrefix(name, of) {
				t.Errorf("%s was written", name)
			}
		}
		if b := string(files[name]); strings.HasSuffix(name, ".md") && (strings.Contains(b, "SSD") || strings.Contains(b, "rho") || strings.Contains(b, "NA [")) {
			t.Errorf("%s speaks of what there is not:\n%s", name, b)
		}
	}
	for name, want := range map[string]string{
		"table2_4_means.md":  "# Means of the raw value scores, with their ranks\n",
		"uncertainty.md":     "# Uncertainty: means of the raw value scores with 95 % intervals\n",
		"differences.md":     "| m     | n      | p, T 0.0, batch | A     |",
		"correlations.md":    "# Correlations of the raw value scores\n",
		"cronbach_alpha.csv": ",alpha,",
	} {
		if !strings.Contains(string(files[name]), want) {
			t.Errorf("%s does not say %q:\n%s", name, want, files[name])
		}
	}
	means, sum2 := valueMeans(t, dir), 0.0
	for _, x := range means {
		sum2 += x
	}
	if len(means) != 4 || sum2 < 4*2 {
		t.Errorf("the means that are ranked and have intervals are %v, want raw ones", means)
	}
}

// valueMeans are the means that intervals.parquet has.
func valueMeans(t *testing.T, dir string) []float64 {
	t.Helper()
	tab, err := tabular.Open(filepath.Join(dir, "analysis", "intervals.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	statistic, err := tab.Strings("statistic")
	if err != nil {
		t.Fatal(err)
	}
	estimate, err := tab.Float64s("estimate")
	if err != nil {
		t.Fatal(err)
	}
	var out []float64
	for i := range tab.NumRows {
		if statistic.At(i) == "mean" {
			out = append(out, estimate.Values[i])
		}
	}
	return out
}

func TestOverridesAreChecked(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"mds", "cubic", `option mds: "cubic" is none of classical, interval, ordinal, ratio`},
		{"restarts", "-1", `option restarts: "-1" is not a whole number from 0 to 1000000`},
		{"colour", "red", `there is no option "colour" of the analysis; there are alpha_benchmark, anchor_circle, `},
	}
	for _, test := range tests {
		if _, err := Run(context.Background(), "nowhere", Overrides{test.name: test.value}); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got  %v\nwant %s", err, test.want)
		}
	}
	dir := t.TempDir()
	ingesttest.Write(t, dir, degenerateSpec())
	_, err := Run(context.Background(), dir, Overrides{"structure_benchmark": "schwartz"})
	want := "options.parquet: structure_benchmark: no benchmark \"schwartz\" with correlations or coordinates\n    mend: structure_benchmark is one of theory_a"
	if err == nil || strings.TrimPrefix(err.Error(), dir+string(filepath.Separator)) != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestCancelledRunStops(t *testing.T) {
	dir := t.TempDir()
	ingesttest.Write(t, dir, degenerateSpec())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, dir, nil); err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("got %v", err)
	}
}

// TestAnchoredPeakIsAtTheAnchor checks the whole way from Parquet to the curve
// against the truth that the answers were made from.
func TestAnchoredPeakIsAtTheAnchor(t *testing.T) {
	dir, _ := run(t, degenerateSpec(), nil)
	csv, err := os.ReadFile(filepath.Join(dir, "analysis", "tables", "anchor_shift.csv"))
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Split(strings.Split(string(csv), "\n")[1], ",")
	var phi, r2 float64
	fmt.Sscan(line[7], &phi)
	fmt.Sscan(line[8], &r2)
	if math.Abs(phi) > 0.1 || r2 < 0.95 {
		t.Errorf("phi %v, R2 %v: %v", phi, r2, line)
	}
}
