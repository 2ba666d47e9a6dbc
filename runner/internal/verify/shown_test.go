package verify_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"circumplex.example/runner/internal/cli"
)

// shown is an experiment whose items stand in two wordings and whose scale is
// turned round, with replies in words.
const shown = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study"
	seed: 1
	n:    20
	instrument: instruments.ten & {
		wordings: other_words: {
			source: "this test"
			labels: {"1": "Never", "2": "Seldom", "3": "Sometimes", "4": "Often", "5": "Always"}
			items: {for i in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] {"\(i)": neutral: "Thing \(i)."}}
		}
	}
	factors: {
		model: "sim-a": {provider: "simulated", simulated: quirks: {words_rate: 0.5, prose_rate: 0.2}}
		prompt: basic: template: "Rate each description from {scale_min} to {scale_max}: {scale_labels}."
		temperature: "0.7": value: 0.7
		administration: {batch: {}, sequential: {}}
		direction: {rising: scale: "fixed", falling: scale: "reversed"}
		words: {own: {}, other: wording: "other_words"}
	}
}
`

func TestRepliesAreReadAsTheyWereShown(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "experiment.cue"), []byte(shown), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := cli.Main([]string{"apply", dir, "--no-analysis", "--store", filepath.Join(dir, "store")}, &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s%s", code, &out, &errs)
	}
	at := filepath.Join(dir, "results", "study")
	if got := run(t, at, false).Differences; len(got) > 0 {
		t.Errorf("%d differences, the first: %+v", len(got), got[0])
	}
	// The words of a wording stand in the experiment beside the tables.
	to := another(t, at)
	if err := os.Remove(filepath.Join(to, "experiment.json")); err != nil {
		t.Fatal(err)
	}
	if len(run(t, to, false).Differences) == 0 {
		t.Error("the words of the wording are gone, and nothing is told")
	}
}
