package report

import (
	"context"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/score"
	"circumplex.example/analysis/tabular"
)

// referenceSpec is a reference data set as a results directory, with the
// synthetic benchmark correlations for the scoring.
func referenceSpec(t *testing.T, set, scoring string) ingesttest.Spec {
	answers, anchors := reftest.Answers(t, set)
	key := reftest.Key(t)
	n, _ := answers.Dims()
	s := ingesttest.Spec{Values: key.Values(), Low: 1, High: 6, Circles: map[string][]string{"a": reftest.Expect(t, set).Circle},
		Options: map[string]string{"scores": scoring, "restarts": "0", "min_answered": "0", "require_all_values": "false", "permutations": "99"}}
	for _, it := range key.Items() {
		s.Items = append(s.Items, ingesttest.Item{Value: s.Values[it.Value]})
	}
	r := reftest.Benchmark(t, scoring)
	for i, m := range reftest.HumanMeans(t) {
		s.Benchmarks = append(s.Benchmarks, ingesttest.Number{Name: "means", Kind: "human", Statistic: "median", Value: s.Values[i], Number: m})
		for j := range s.Values {
			s.Benchmarks = append(s.Benchmarks, ingesttest.Number{Name: "matrix", Kind: "human", Statistic: "correlation",
				Value: s.Values[i], Value2: s.Values[j], Number: r.At(i, j)})
		}
	}
	s.Conditions = []ingesttest.Condition{{Model: "m", Prompt: set, Administration: "batch", N: n,
		Answer: func(r int, a []int16) {
			for i, x := range answers.Row(r) {
				if a[i] = x; x == score.Missing {
					a[i] = 0
				}
			}
		},
		Anchor: func(r int) string { return anchors[r] }}}
	return s
}

// TestReferenceNumbersFromParquet compares rho and all SSDs of the sensitivity
// table, computed from a results directory, with the numbers of independent
// tools. The tolerance of 1e-4 is that of the reference for SSDs.
func TestReferenceNumbersFromParquet(t *testing.T) {
	for _, set := range []string{"A300_anchored", "B60_missing", "G300_distorted"} {
		want := reftest.Expect(t, set)
		for _, scoring := range []string{"raw", "centred"} {
			dir := t.TempDir()
			ingesttest.Write(t, dir, referenceSpec(t, set, scoring))
			sum, err := Run(context.Background(), dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			h := sum.Headlines[0]
			if h.Rho == nil || h.SSD == nil {
				t.Fatalf("%s: %+v", set, h)
			}
			reftest.Near(t, set+" rho", *h.Rho, want.Spearman.Rho, 1e-9)
			maps := want.Raw.MDS
			if scoring == "centred" {
				maps = want.Centred.MDS
			}
			compareSSDs(t, set+" "+scoring, dir, scoring, maps)
		}
	}
}

// compareSSDs compares the half of the sensitivity table with this scoring.
func compareSSDs(t *testing.T, what, dir, scoring string, want map[string]map[string]reftest.Map) {
	t.Helper()
	tab, err := tabular.Open(filepath.Join(dir, "analysis", "sensitivity.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	scores, _ := tab.Strings("scores")
	levels, _ := tab.Strings("mds")
	kinds, _ := tab.Strings("dissimilarity")
	ssd, err := tab.Float64s("ssd")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for i := range tab.NumRows {
		if scores.At(i) != scoring {
			continue
		}
		for name, m := range want[kinds.At(i)] {
			level := strings.TrimPrefix(name, "smacof_")
			if level == "torgerson" {
				level = "classical"
			}
			if level != levels.At(i) || m.Comparable != nil && !*m.Comparable {
				continue
			}
			compared++
			if math.Abs(ssd.Values[i]-m.SSD) > 1e-4 {
				t.Errorf("%s %s %s: SSD %v, want %v", what, kinds.At(i), name, ssd.Values[i], m.SSD)
			}
		}
	}
	if compared < 6 {
		t.Errorf("%s: only %d of 8 SSDs were compared", what, compared)
	}
}
