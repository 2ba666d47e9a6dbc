// Package reftest gives tests the reference data and the numbers that
// independent tools compute from them. Its testdata/README.md says where they
// come from. Nothing but tests may import it.
package reftest

import (
	"bytes"
	"embed"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"testing"

	"circumplex.example/analysis/score"
	"gonum.org/v1/gonum/mat"
)

//go:embed testdata
var files embed.FS

// Sets names the sets of synthetic answers.
func Sets() []string {
	return []string{"A300_anchored", "B60_missing", "B60_zerovar", "G300_distorted"}
}

// Read returns a file of testdata.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := files.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// JSON decodes a file of testdata.
func JSON(t testing.TB, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(Read(t, name), into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// Records returns the rows of a CSV file of testdata, each a map from column
// name to cell.
func Records(t testing.TB, name string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(Read(t, name))).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		rec := make(map[string]string, len(row))
		for i, cell := range row {
			rec[rows[0][i]] = cell
		}
		out = append(out, rec)
	}
	return out
}

// Float reads a cell.
func Float(t testing.TB, cell string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// Key returns the scoring key of the 57 items.
func Key(t testing.TB) *score.Key {
	t.Helper()
	var values []string
	for _, rec := range Records(t, "values.csv") {
		values = append(values, rec["value"])
	}
	var items []score.Item
	for _, rec := range Records(t, "items.csv") {
		items = append(items, score.Item{Value: slices.Index(values, rec["value"])})
	}
	key, err := score.NewKey(values, items, 1, 6)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// HumanMeans returns the human column printed in the paper, in the order of
// the key's values.
func HumanMeans(t testing.TB) []float64 {
	t.Helper()
	var out []float64
	for _, rec := range Records(t, "values.csv") {
		out = append(out, Float(t, rec["paper_human_mean"]))
	}
	return out
}

// Answers returns the answers of a set, and for each session its anchor as a
// name, empty where it has none.
func Answers(t testing.TB, set string) (answers *score.Answers, anchors []string) {
	t.Helper()
	recs := Records(t, set+".csv")
	answers = score.NewAnswers(len(recs), 57)
	for i, rec := range recs {
		anchors = append(anchors, rec["anchor"])
		for j := range 57 {
			name := "q" + strconv.Itoa(101 + j)[1:]
			if rec[name] != "" {
				answers.Row(i)[j] = int16(Float(t, rec[name]))
			}
		}
	}
	return answers, anchors
}

// Scores returns the scores of a set under the rules of the reference: every
// session that has an answer is kept.
func Scores(t testing.TB, set string) *score.Scores {
	t.Helper()
	a, _ := Answers(t, set)
	s, err := score.Score(a, Key(t), score.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Benchmark returns the synthetic benchmark correlations for "raw" or
// "centred" scores, in the order of the key's values.
func Benchmark(t testing.TB, scoring string) *mat.SymDense {
	t.Helper()
	key := Key(t)
	recs := Records(t, "benchmark_corr_"+scoring+".csv")
	r := mat.NewSymDense(len(recs), nil)
	for i, rec := range recs {
		for j, name := range key.Values() {
			r.SetSym(i, j, Float(t, rec[name]))
		}
	}
	return r
}

// Circle returns theory circle "A" or "B" as a configuration in the order of
// the key's values.
func Circle(t testing.TB, which string) *mat.Dense {
	t.Helper()
	file := map[string]string{"A": "theory_circle_A_2012_bwvr.csv", "B": "theory_circle_B_scoringkey.csv"}[which]
	values := Key(t).Values()
	x := mat.NewDense(len(values), 2, nil)
	for _, rec := range Records(t, file) {
		i := slices.Index(values, rec["value"])
		x.SetRow(i, []float64{Float(t, rec["x"]), Float(t, rec["y"])})
	}
	return x
}
