package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"circumplex.example/runner/internal/cli"
)

// benchmarkApply applies the quickstart (13,600 completions, 125,400 responses)
// with a store and results of its own each time, or the same each time.
func benchmarkApply(b *testing.B, again bool, args ...string) {
	b.Helper()
	run := func(dir string) {
		all := append([]string{"apply", experiments + "/quickstart", "--store", filepath.Join(dir, "store"), "--results", filepath.Join(dir, "results")}, args...)
		var out bytes.Buffer
		if code := cli.Main(all, &out, &out); code != 0 {
			b.Fatalf("exit %d\n%s", code, out.String())
		}
	}
	dir := b.TempDir()
	if again {
		run(dir)
	}
	for b.Loop() {
		if !again {
			dir = b.TempDir()
		}
		run(dir)
	}
	b.ReportMetric(13600*float64(b.N)/b.Elapsed().Seconds(), "completions/s")
}

func BenchmarkApplyCold13600(b *testing.B)         { benchmarkApply(b, false, "--no-analysis") }
func BenchmarkApplyColdAnalyzed13600(b *testing.B) { benchmarkApply(b, false) }

// BenchmarkApplyNothingToDo13600 finds everything stored and the tables right.
func BenchmarkApplyNothingToDo13600(b *testing.B) { benchmarkApply(b, true) }

// BenchmarkDiff293400 compares the paper's design with a copy of it.
func BenchmarkDiff293400(b *testing.B) {
	dir := filepath.Join(b.TempDir(), "paper")
	if err := os.CopyFS(dir, os.DirFS(experiments+"/paper")); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var out bytes.Buffer
		if code := cli.Main([]string{"diff", "--store", filepath.Join(dir, "store"), experiments + "/paper", dir}, &out, &out); code != 0 {
			b.Fatalf("exit %d\n%s", code, out.String())
		}
	}
}
