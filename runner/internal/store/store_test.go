package store_test

import (
	"context"
	"testing"

	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

func open(tb testing.TB, path string) *store.Store {
	tb.Helper()
	s, err := store.Open(context.Background(), path, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }
