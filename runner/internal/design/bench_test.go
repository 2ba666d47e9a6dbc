package design_test

import (
	"testing"

	"circumplex.example/runner/internal/design"
	"circumplex.example/schema"
)

// BenchmarkLoadPaper reads and checks the paper's CUE files.
func BenchmarkLoadPaper(b *testing.B) {
	for b.Loop() {
		if _, problems := schema.Load("../../../experiments/paper"); problems.HasErrors() {
			b.Fatal(problems)
		}
	}
}

// BenchmarkExpand22800 expands the paper's design: 76 cells of 300 respondents,
// personas drawn.
func BenchmarkExpand22800(b *testing.B) {
	exp, problems := schema.Load("../../../experiments/paper")
	if problems.HasErrors() {
		b.Fatal(problems)
	}
	n := 0
	for b.Loop() {
		d, err := design.New(exp)
		if err != nil {
			b.Fatal(err)
		}
		for _, c := range d.Cells() {
			for range d.Respondents(c) {
				n++
			}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "respondents/s")
}
