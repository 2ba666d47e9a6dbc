package mds_test

import (
	"testing"

	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/mds"
	"gonum.org/v1/gonum/mat"
)

// benchDissimilarities are 1 − r of the raw scores of a reference set, 19
// points.
func benchDissimilarities(b *testing.B, set string) *mat.SymDense {
	b.Helper()
	r, err := corr.Correlate(reftest.Scores(b, set).Raw, corr.Options{})
	if err != nil {
		b.Fatal(err)
	}
	d, err := mds.Dissimilarities(r.R, mds.OneMinusR)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// BenchmarkFit19 fits 19 points from Torgerson's start to full convergence;
// A300 converges fast, B60_missing slowly.
func BenchmarkFit19(b *testing.B) {
	for _, set := range []string{"A300_anchored", "G300_distorted", "B60_missing"} {
		d := benchDissimilarities(b, set)
		for _, level := range []mds.Level{mds.Classical, mds.Ratio, mds.Interval, mds.Ordinal} {
			b.Run(set+"/"+level.String(), func(b *testing.B) {
				b.ReportAllocs()
				iterations := 0
				for b.Loop() {
					res, err := mds.Fit(d, mds.Options{Level: level})
					if err != nil {
						b.Fatal(err)
					}
					iterations = res.Iterations
				}
				b.ReportMetric(float64(iterations), "iterations")
			})
		}
	}
}

// BenchmarkRestarts19 is the fit that is printed: 20 random starts besides
// Torgerson's.
func BenchmarkRestarts19(b *testing.B) {
	d := benchDissimilarities(b, "G300_distorted")
	for b.Loop() {
		if _, err := mds.Fit(d, mds.Options{Restarts: 20, Seed: 1}); err != nil {
			b.Fatal(err)
		}
	}
}
