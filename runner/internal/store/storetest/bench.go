package storetest

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

// Benchmark measures a store made by open: what a run does (each completion
// claimed before, durable after) and what planning and tables do.
func Benchmark(b *testing.B, open Opener) {
	for _, inFlight := range []int{8, 64} {
		b.Run(fmt.Sprintf("batch_1KB/in_flight=%d", inFlight), func(b *testing.B) { benchBatch(b, open, inFlight) })
		b.Run(fmt.Sprintf("sequential/in_flight=%d", inFlight), func(b *testing.B) { benchSequential(b, open, inFlight) })
	}
	for _, n := range []int{30_000, 300_000} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) { benchRead(b, open, n) })
	}
}

// perSecond reports b.N things a second.
func perSecond(b *testing.B) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "completions/s")
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// benchBatch has each of the callers claim 16 requests, as a run claims in
// groups, and then store them one by one.
func benchBatch(b *testing.B, open Opener, inFlight int) {
	ctx := context.Background()
	s := open(b, filepath.Join(b.TempDir(), "store.db"), store.Options{})
	origins := Origins(6)
	all := make([]*completion.Completion, b.N)
	for i := range all {
		all[i] = Completion(origins[i%len(origins)], i)
	}
	var next atomic.Int64
	const group = 16
	b.ResetTimer()
	var wg sync.WaitGroup
	for range inFlight {
		wg.Go(func() {
			for {
				from := int(next.Add(group)) - group
				if from >= len(all) {
					return
				}
				mine := all[from:min(from+group, len(all))]
				keys := make([]completion.Key, len(mine))
				for i, c := range mine {
					keys[i] = c.Request.Key()
				}
				if _, err := s.Submit(ctx, store.Batch{Claim: keys}); err != nil {
					b.Error(err)
					return
				}
				for _, c := range mine {
					if _, err := s.Submit(ctx, store.Batch{Put: []*completion.Completion{c}}); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	perSecond(b)
}

// benchSequential has each caller hold a conversation: one step stores a turn
// and claims the next.
func benchSequential(b *testing.B, open Opener, inFlight int) {
	ctx := context.Background()
	s := open(b, filepath.Join(b.TempDir(), "store.db"), store.Options{})
	origin := Origins(1)[0]
	conversations := (b.N + Items - 1) / Items
	turns := make([][]*completion.Completion, conversations)
	for i := range turns {
		var prev *completion.Completion
		for range min(Items, b.N-i*Items) {
			prev = Turn(origin, i, prev)
			turns[i] = append(turns[i], prev)
		}
	}
	var next atomic.Int64
	b.ResetTimer()
	var wg sync.WaitGroup
	for range inFlight {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= conversations {
					return
				}
				for t, c := range turns[i] {
					var claim []completion.Key
					if t+1 < len(turns[i]) {
						claim = []completion.Key{turns[i][t+1].Request.Key()}
					}
					if _, err := s.Submit(ctx, store.Batch{Put: []*completion.Completion{c}, Claim: claim}); err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	perSecond(b)
}

// Fill stores n batch completions over the origins.
func Fill(tb testing.TB, s *store.Store, origins []*completion.Origin, n int) {
	for from := 0; from < n; from += 2000 {
		var put []*completion.Completion
		for i := from; i < min(n, from+2000); i++ {
			put = append(put, Completion(origins[i%len(origins)], i))
		}
		_, err := s.Submit(context.Background(), store.Batch{Put: put})
		must(tb, err)
	}
}

func benchRead(b *testing.B, open Opener, n int) {
	ctx := context.Background()
	s := open(b, filepath.Join(b.TempDir(), "store.db"), store.Options{})
	origins := Origins(6)
	Fill(b, s, origins, n)
	b.Run("Index", func(b *testing.B) {
		for b.Loop() {
			x, err := s.Index(ctx, origins)
			must(b, err)
			if x.Len() != n {
				b.Fatalf("got %d of %d", x.Len(), n)
			}
		}
	})
	b.Run("Scan", func(b *testing.B) {
		for b.Loop() {
			got := 0
			must(b, s.Scan(ctx, origins, func(*store.Entry) error { got++; return nil }))
			if got != n {
				b.Fatalf("got %d of %d", got, n)
			}
		}
	})
	key := Completion(origins[0], 0).Request.Key()
	b.Run("Get", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Get(ctx, key)
			must(b, err)
		}
	})
	b.Run("Lookup", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Lookup(ctx, []completion.Key{key})
			must(b, err)
		}
	})
}
