package tabular

import (
	"fmt"
	"path/filepath"
	"testing"
)

// responses is a table of the size and shape of the paper's.
var responses = Schema{Name: "responses", Doc: "one row a respondent and item", Columns: []Column{
	{Name: "respondent_id", Type: String}, {Name: "condition_id", Type: String},
	{Name: "model", Type: String}, {Name: "prompt", Type: String}, {Name: "temperature", Type: Float64},
	{Name: "administration", Type: String}, {Name: "language", Type: String},
	{Name: "replicate", Type: Int32}, {Name: "item", Type: Int32}, {Name: "value", Type: String},
	{Name: "position", Type: Int32}, {Name: "response", Type: Int32, Nullable: true},
	{Name: "raw_answer", Type: String, Nullable: true}, {Name: "status", Type: String},
	{Name: "extra_a", Type: String}, {Name: "extra_b", Type: Int32}, {Name: "extra_c", Type: Float64},
}}

// writeResponses writes cells x replicates x 57 rows.
func writeResponses(b *testing.B, path string, cells, replicates int) int {
	w, err := Create(path, responses, map[string]string{"table_version": "1"})
	if err != nil {
		b.Fatal(err)
	}
	answers := []string{"1", "2", "3", "4 - Somewhat like me", "5", "6"}
	values := make([]string, 19)
	for i := range values {
		values[i] = fmt.Sprintf("V%d", i)
	}
	for cell := range cells {
		condition := fmt.Sprintf("%016x", cell*7919)
		model, temperature := fmt.Sprintf("model-%d", cell/10), float64(cell%2)*0.7
		for r := range replicates {
			id := fmt.Sprintf("%032x", (cell*replicates+r)*104729)
			for item := range 57 {
				answer := (cell + r*item + item*item) % 6
				w.Col(0).AppendString(id)
				w.Col(1).AppendString(condition)
				w.Col(2).AppendString(model)
				w.Col(3).AppendString("value_anchor")
				w.Col(4).AppendFloat64(temperature)
				w.Col(5).AppendString("batch")
				w.Col(6).AppendString("en")
				w.Col(7).AppendInt32(int32(r + 1))
				w.Col(8).AppendInt32(int32(item + 1))
				w.Col(9).AppendString(values[item%19])
				w.Col(10).AppendInt32(int32(item + 1))
				if answer == 5 && r%9 == 0 {
					w.Col(11).AppendNull()
					w.Col(12).AppendNull()
					w.Col(13).AppendString("missing")
				} else {
					w.Col(11).AppendInt32(int32(answer + 1))
					w.Col(12).AppendString(answers[answer])
					w.Col(13).AppendString("ok")
				}
				w.Col(14).AppendString("x")
				w.Col(15).AppendInt32(1)
				w.Col(16).AppendFloat64(0.5)
				if err := w.EndRow(); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return cells * replicates * 57
}

// BenchmarkWrite1026000x17 writes the paper's 1,026,000 batch responses. The
// issue asks for 500,000 rows a second.
func BenchmarkWrite1026000x17(b *testing.B) {
	path := filepath.Join(b.TempDir(), "responses.parquet")
	rows := 0
	for b.Loop() {
		rows += writeResponses(b, path, 60, 300)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRead1026000x4 reads the four columns that the analysis needs.
func BenchmarkRead1026000x4(b *testing.B) {
	path := filepath.Join(b.TempDir(), "responses.parquet")
	writeResponses(b, path, 60, 300)
	for b.Loop() {
		tab, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		for _, name := range []string{"respondent_id", "status"} {
			if _, err := tab.Strings(name); err != nil {
				b.Fatal(err)
			}
		}
		for _, name := range []string{"item", "response"} {
			if _, err := tab.Int32s(name); err != nil {
				b.Fatal(err)
			}
		}
		tab.Close()
	}
}
