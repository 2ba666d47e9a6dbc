package report

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest/ingesttest"
	"github.com/google/go-cmp/cmp"
)

// servedSpec has a condition that a snapshot of its model answered, one of two
// snapshots, one of two fingerprints, one of another model, one whose provider
// names nothing, and one of a model that the experiment allows.
func servedSpec(t *testing.T) (ingesttest.Spec, []ingesttest.Reply) {
	t.Helper()
	s := ingesttest.PVQ()
	var replies []ingesttest.Reply
	for i, c := range []struct {
		prompt  string
		skipped string
		replies [2]ingesttest.Reply
	}{
		{"snapshot", "", [2]ingesttest.Reply{{Served: "gpt-4o-2024-08-06", Fingerprint: "fp_1"}, {Served: "gpt-4o-2024-08-06", Fingerprint: "fp_1"}}},
		{"two", "top_k, seed", [2]ingesttest.Reply{{Served: "gpt-4o-2024-05-13"}, {Served: "gpt-4o-2024-08-06"}}},
		{"prints", "top_k, seed", [2]ingesttest.Reply{{Served: "gpt-4o", Fingerprint: "fp_1"}, {Served: "gpt-4o", Fingerprint: "fp_2"}}},
		{"other", "", [2]ingesttest.Reply{{Served: "gpt-4o-mini"}, {Served: "gpt-4o-mini"}}},
		{"silent", "", [2]ingesttest.Reply{{}, {Served: "gpt-4o"}}},
		{"allowed", "", [2]ingesttest.Reply{{Served: "gpt-4-turbo"}, {Served: "gpt-4-turbo"}}},
	} {
		s.Conditions = append(s.Conditions, ingesttest.Condition{Model: "m", Prompt: c.prompt, Temperature: 0.7, Administration: "batch", N: 2,
			Answer: ingesttest.Circular(1, 0.3), Skipped: c.skipped, AsAsked: c.prompt == "allowed"})
		for k, r := range c.replies {
			r.Condition, r.Replicate, r.Requested = i, k, "gpt-4o"
			replies = append(replies, r)
		}
	}
	return s, replies
}

func TestDriftAndOtherModelsAreFlagged(t *testing.T) {
	s, replies := servedSpec(t)
	dir := t.TempDir()
	ingesttest.Write(t, dir, s)
	ingesttest.WriteReplies(t, dir, replies...)
	if _, err := Run(context.Background(), dir, Overrides{"permutations": "0", "restarts": "0", "bootstrap": "0", "figures": "false"}); err != nil {
		t.Fatal(err)
	}
	got := rowsOf(t, dir, "quality", "prompt", "drift", "served_unexpected", "params_skipped")
	want := [][]any{
		{"snapshot", "", "", ""},
		{"two", "2 models served: gpt-4o-2024-05-13 (1), gpt-4o-2024-08-06 (1)", "", "top_k, seed"},
		{"prints", "2 system fingerprints: fp_1 (1), fp_2 (1)", "", "top_k, seed"},
		{"other", "", "gpt-4o-mini for gpt-4o (2)", ""},
		{"silent", "", "", ""},
		{"allowed", "", "", ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([][]any{
		{"snapshot", "gpt-4o-2024-08-06", "fp_1", 2}, {"two", "gpt-4o-2024-05-13", "", 1}, {"two", "gpt-4o-2024-08-06", "", 1},
		{"prints", "gpt-4o", "fp_1", 1}, {"prints", "gpt-4o", "fp_2", 1}, {"other", "gpt-4o-mini", "", 2}, {"silent", "", "", 1}, {"silent", "gpt-4o", "", 1}, {"allowed", "gpt-4-turbo", "", 2},
	}, rowsOf(t, dir, "served", "prompt", "model_served", "system_fingerprint", "replies")); d != "" {
		t.Error(d)
	}
	for file, wants := range map[string][]string{
		"served_models.md": {"| other    | 0.7 | gpt-4o    | gpt-4o-mini       | not said    |       2 |    ! |",
			"| two      | 0.7 | gpt-4o    | gpt-4o-2024-05-13 | not said    |       1 |    ~ |",
			"Found in 2 of 6 conditions.", "was served in 1 of 6 conditions."},
		"data_quality.md": {"- ~ model=m, prompt=two,", "- ! model=m, prompt=other,"},
		"table1_ssd.md":   {"Parameters declared and not sent, since the provider does not take them: m: top_k, seed (2 of 6"},
	} {
		b, err := os.ReadFile(filepath.Join(dir, "analysis", "tables", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wants {
			if !strings.Contains(string(b), w) {
				t.Errorf("%s does not say %q:\n%s", file, w, b)
			}
		}
	}
}

// Alphas are set beside those of a benchmark, where it has the value.
func TestAlphasBesideABenchmark(t *testing.T) {
	s := ingesttest.PVQ()
	s.Conditions = []ingesttest.Condition{{Model: "m", Prompt: "p", Administration: "batch", N: 40, Answer: ingesttest.Circular(1, 0.3)}}
	s.Benchmarks = append(s.Benchmarks, ingesttest.Number{Name: "people", Kind: "human", Statistic: "alpha", Value: "POD", Number: 0.5, Label: "alphas of a study"})
	dir, _ := run(t, s, Overrides{"permutations": "0", "restarts": "0", "bootstrap": "0", "figures": "false"})
	for _, r := range rowsOf(t, dir, "quality_values", "value", "alpha", "alpha_benchmark", "alpha_difference") {
		switch {
		case r[0] != "POD" && (r[2] != nil || r[3] != nil):
			t.Errorf("a value without an alpha in the benchmark: %v", r)
		case r[0] == "POD" && (r[2] != 0.5 || r[3] != r[1].(float64)-0.5):
			t.Errorf("%v", r)
		}
	}
	if _, err := Run(context.Background(), dir, Overrides{"alpha_benchmark": "human_medians"}); err == nil ||
		!strings.Contains(err.Error(), `alpha_benchmark: no benchmark "human_medians" with Cronbach's alpha`) {
		t.Errorf("a benchmark without alphas: %v", err)
	}
}
