package published_test

import (
	"flag"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/published"
)

var update = flag.Bool("update", false, "rewrite docs/published-numbers.md")

const page = "../../docs/published-numbers.md"

func TestPageIsWhatTheTablesSay(t *testing.T) {
	got := published.Page()
	if *update {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("docs/published-numbers.md is stale (go test ./analysis/published -update): %s", diff)
	}
}

// Sizes and single cells, read off the paper's pages.
func TestTablesAsPrinted(t *testing.T) {
	table1, table5 := published.SSDs()
	if len(table1) != 60 || len(table5) != 32 || len(published.Columns()) != 24 {
		t.Errorf("%d, %d, %d cells; want 60, 32, 24", len(table1), len(table5), len(published.Columns()))
	}
	for _, c := range []struct {
		cell published.Cell
		want float64
	}{
		{published.Cell{Model: "gpt-4-0314", Prompt: "basic", Administration: "batch", Temperature: 0}, 0.92},
		{published.Cell{Model: "gemma-2-27b", Prompt: "demographic", Administration: "batch", Temperature: 0.7}, 0.15},
		{published.Cell{Model: "llama-3.1-70b", Prompt: "names", Administration: "sequential", Temperature: 0.7}, 0.69},
	} {
		f, ok := published.SSD(c.cell)
		if !ok || f.Value == nil || *f.Value != c.want {
			t.Errorf("%+v: %+v, want %v", c.cell, f, c.want)
		}
	}
	na, ok := published.SSD(published.Cell{Model: "gemma-2-27b", Prompt: "demographic", Administration: "batch"})
	if !ok || na.Value != nil || na.Erratum != "E9" {
		t.Errorf("gemma-2-27b demographic 0.0: %+v, want NA with erratum E9", na)
	}
	if _, ok := published.SSD(published.Cell{Model: "sim-a", Prompt: "basic", Administration: "batch"}); ok {
		t.Error("a model that the paper does not have has a printed SSD")
	}
}

// Every cell of Table 1, and r = sqrt(1 - SSD), as computed elsewhere from the
// printed table.
func TestTable1AndItsR(t *testing.T) {
	models := map[string]string{"GPT-4-0314": "gpt-4-0314", "Gemini 1.0 Pro": "gemini-1.0-pro", "Llama 3.1 8B": "llama-3.1-8b",
		"Llama 3.1 70B": "llama-3.1-70b", "Gemma 2 9B": "gemma-2-9b", "Gemma 2 27B": "gemma-2-27b"}
	prompts := map[string]string{"Basic": "basic", "Value Anchor": "value_anchor", "Demographic": "demographic", "Persona": "generated_persona", "Names": "names"}
	recs := reftest.Records(t, "paper_table1_with_r.csv")
	if len(recs) != 60 {
		t.Fatalf("%d cells, want 60", len(recs))
	}
	for _, rec := range recs {
		c := published.Cell{Model: models[rec["model"]], Prompt: prompts[rec["prompt"]], Administration: "batch", Temperature: reftest.Float(t, rec["temperature"])}
		f, ok := published.SSD(c)
		if !ok || (f.Value == nil) != (rec["r"] == "") {
			t.Errorf("%v: %+v, %v", rec, f, ok)
			continue
		}
		if f.Value != nil {
			reftest.Near(t, "SSD of "+rec["model"]+" "+rec["prompt"], *f.Value, reftest.Float(t, rec["ssd"]), 0)
			reftest.Near(t, "r of "+rec["model"]+" "+rec["prompt"], math.Sqrt(1-*f.Value), reftest.Float(t, rec["r"]), 1e-6)
		}
	}
}

// Batch rows of Table 5 repeat cells of Table 1.
func TestTable5RepeatsTable1(t *testing.T) {
	_, table5 := published.SSDs()
	for _, c := range table5 {
		if c.Administration != "batch" {
			continue
		}
		five, _ := published.Table5(c)
		one, ok := published.SSD(c)
		if !ok || one.Value == nil || *one.Value != *five.Value {
			t.Errorf("%+v: Table 1 prints %+v, Table 5 %v", c, one, *five.Value)
		}
	}
}

// paper/derived_spearman_tables2_4.csv gives these two ends to four decimals.
func TestValueAnchorRange(t *testing.T) {
	low, high := 1.0, -1.0
	for _, c := range published.Columns() {
		r, err := published.Rho(c)
		if err != nil {
			t.Fatal(err)
		}
		if c.Prompt == "value_anchor" {
			low, high = min(low, r.Rho), max(high, r.Rho)
		}
	}
	if math.Abs(low-0.7456) > 5e-5 || math.Abs(high-0.8456) > 5e-5 {
		t.Errorf("value_anchor: %.4f to %.4f, want 0.7456 to 0.8456", low, high)
	}
}
