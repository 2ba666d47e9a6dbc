package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest"
)

// TestFiguresAreListedAndStaleOnesRemoved: a run writes every figure as SVG, PNG
// and vega-lite, lists it, and removes the figures that it does not make any more.
func TestFiguresAreListedAndStaleOnesRemoved(t *testing.T) {
	dir, sum := run(t, degenerateSpec(), nil)
	for _, want := range []string{"figure2a_spearman", "figure2b_means_batch", "figure2b_means_sequential", "figure3_map_m1_clear_T0.7_batch",
		"figure3_map_m2_constant_T0.7_batch", "figure4_anchor_shift", "figure6_batch_sequential", "figure7_12_maps_m1", "figure7_12_maps_m2"} {
		for _, ending := range []string{".svg", ".png", ".vl.json"} {
			name := "figures/" + want + ending
			if !slices.Contains(sum.Files, name) {
				t.Errorf("%s is not listed", name)
			}
			if _, err := os.Stat(filepath.Join(dir, "analysis", name)); err != nil {
				t.Error(err)
			}
		}
	}
	svg, err := os.ReadFile(filepath.Join(dir, "analysis", "figures", "figure3_map_m2_constant_T0.7_batch.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(svg, []byte("no variance in")) {
		t.Error("the figure of a condition without a map does not say why")
	}
	again, err := Run(t.Context(), dir, Overrides{"figures": "false"})
	if err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "analysis", "figures", "*"))
	if err != nil {
		t.Fatal(err)
	}
	listed := slices.ContainsFunc(again.Files, func(f string) bool { return strings.HasPrefix(f, "figures/") })
	if len(left) > 0 || listed {
		t.Errorf("without figures there are still %v", left)
	}
}

// TestSpecificationsUseColumnsThatAreThere: every field that a vega-lite
// specification encodes is a column of its own data.
func TestSpecificationsUseColumnsThatAreThere(t *testing.T) {
	dir, sum := run(t, degenerateSpec(), Overrides{"bootstrap": "40"})
	seen := 0
	for _, name := range sum.Files {
		if !strings.HasSuffix(name, ".vl.json") {
			continue
		}
		seen++
		b, err := os.ReadFile(filepath.Join(dir, "analysis", name))
		if err != nil {
			t.Fatal(err)
		}
		var spec map[string]any
		if err := json.Unmarshal(b, &spec); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		columns := map[string]bool{}
		for _, row := range spec["data"].(map[string]any)["values"].([]any) {
			for c := range row.(map[string]any) {
				columns[c] = true
			}
		}
		delete(spec, "data")
		var fields func(x any)
		fields = func(x any) {
			switch x := x.(type) {
			case []any:
				for _, e := range x {
					fields(e)
				}
			case map[string]any:
				if f, ok := x["field"].(string); ok && !columns[f] {
					t.Errorf("%s: no column %q among %v", name, f, columns)
				}
				for _, e := range x {
					fields(e)
				}
			}
		}
		fields(spec)
		if spec["$schema"] != vegaSchema || !strings.Contains(fmt.Sprint(spec["title"]), "SIMULATED") {
			t.Errorf("%s: schema %v, title %v", name, spec["$schema"], spec["title"])
		}
	}
	if seen < 15 {
		t.Errorf("%d specifications", seen)
	}
}

// TestSpecificationWithoutRows: where every condition is NA the data are an empty
// list, since null is no data in vega-lite.
func TestSpecificationWithoutRows(t *testing.T) {
	out, err := (&analysis{d: &ingest.Data{}}).specification("t", nil, nil, chart{})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(out, []byte(`"values": []`)) {
		t.Errorf("got %s", out)
	}
}

// TestFiguresAreTheSameEachTime: the bytes do not depend on the run or on which
// condition is drawn first.
func TestFiguresAreTheSameEachTime(t *testing.T) {
	first, sum := run(t, degenerateSpec(), nil)
	second, _ := run(t, degenerateSpec(), nil)
	for _, name := range sum.Files {
		if !strings.HasPrefix(name, "figures/") {
			continue
		}
		a, err := os.ReadFile(filepath.Join(first, "analysis", name))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(filepath.Join(second, "analysis", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("%s differs between two runs", name)
		}
	}
}

// TestFileNamesStayApart: names that differ only in what a file name cannot
// hold, in case or in their end do not share a file.
func TestFileNamesStayApart(t *testing.T) {
	names := fileNames{}
	seen := map[string]bool{}
	for _, s := range []string{"a b", "a/b", "A-B", "../..", "", strings.Repeat("x", 50) + "1", strings.Repeat("x", 50) + "2"} {
		got := names.unique(slug(s))
		if seen[strings.ToLower(got)] || strings.ContainsAny(got, `/\ `) || strings.HasPrefix(got, ".") {
			t.Errorf("%q becomes %q", s, got)
		}
		seen[strings.ToLower(got)] = true
	}
}
