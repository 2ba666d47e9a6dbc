package importer_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"circumplex.example/analysis/report"
	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
)

// realAnswers lie beside the repository where it is developed; they are other
// people's and no part of it.
const realAnswers = "../../../../shared/data"

// Real answers of two models to the PVQ-RR, imported and analysed like collected
// ones, give the rank correlations with people that their README states.
func TestRealAnswers(t *testing.T) {
	if _, err := os.Stat(filepath.FromSlash(realAnswers)); err != nil {
		t.Skipf("the real answers are not here (%s, looked for from this test's directory); they are no part of the project", realAnswers)
	}
	for _, c := range []struct {
		file    string
		missing int     // over all 90 rows
		rho     float64 // of the 75 rows
	}{
		{"llm_pvqrr_brucewlee_claude3sonnet.csv", 17, 0.768},
		{"llm_pvqrr_brucewlee_gpt35.csv", 2, 0.533},
	} {
		t.Run(c.file, func(t *testing.T) {
			j := pvqJob(t, filepath.Join(filepath.FromSlash(realAnswers), c.file))
			res := run(t, j)
			if res.Respondents != 90 || res.Counts.Responses["missing"] != c.missing || res.BadTotal != 0 || res.Counts.Responses["ok"] != 90*57-c.missing {
				t.Errorf("%d respondents, %d bad cells, answers %v; want %d missing", res.Respondents, res.BadTotal, res.Counts.Responses, c.missing)
			}
			j.Drop = []importer.Drop{{Column: "run_personas", Value: "5"}}
			if res = run(t, j); res.Respondents != 75 || res.Dropped[0].Rows != 15 {
				t.Errorf("%d respondents, dropped %+v", res.Respondents, res.Dropped)
			}
			sum, err := report.Run(context.Background(), j.Dir, report.Overrides{"restarts": "0", "permutations": "0"})
			if err != nil {
				t.Fatal(err)
			}
			h := sum.Headlines
			if len(h) != 1 || h[0].Used != 75 || h[0].Dropped != 0 || h[0].Rho == nil || math.Abs(*h[0].Rho-c.rho) > 0.0005 {
				t.Errorf("headlines %+v, want rho %.3f of 75", h, c.rho)
			}
			if h[0].SSD == nil || sum.Simulated != "false" {
				t.Errorf("SSD %v (%s), simulated %s", h[0].SSD, h[0].NA, sum.Simulated)
			}
		})
	}
}

// pvqJob imports answers to the PVQ-RR.
func pvqJob(t testing.TB, file string) importer.Job {
	t.Helper()
	j := importer.Job{File: file, Name: "real", Items: "q%d", NA: []string{"NA"}, Instrument: instrument(t, "pvqrr_key"), Analysis: defaults(t),
		Set: map[string]string{"model": "a model"}, Dir: filepath.Join(t.TempDir(), "real"), ProgramVersion: "test"}
	all, err := schema.ShippedBenchmarks()
	if err != nil {
		t.Fatal(err)
	}
	j.Benchmarks = all
	return j
}
