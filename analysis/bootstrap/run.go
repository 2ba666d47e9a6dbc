package bootstrap

import (
	"context"
	"math"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Statistic computes statistics of weighted units into out. A statistic that
// is not defined for a resample is NaN; nothing but the functions of this
// package sees it. One Statistic is called by one goroutine at a time, so it
// may keep buffers.
type Statistic func(w, out []float64)

// chunk is how many resamples a goroutine takes at a time.
const chunk = 16

// Run computes k statistics of each of the resamples: out[j][b] is statistic j
// of resample b. newStatistic is called once a goroutine; workers 0 stands for
// GOMAXPROCS. progress, if it is not nil, is called with the number of
// resamples that were finished since its last call, from any goroutine. The
// result does not depend on the number of goroutines.
//
// Run returns the error of ctx if it is cancelled, and no result then.
func (d *Design) Run(ctx context.Context, resamples, k, workers int, newStatistic func() Statistic, progress func(int)) ([][]float64, error) {
	out := make([][]float64, k)
	for j := range out {
		out[j] = make([]float64, resamples)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(workers, (resamples+chunk-1)/chunk) {
		g.Go(func() error {
			stat, w, row := newStatistic(), make([]float64, d.n), make([]float64, k)
			for {
				from := int(next.Add(chunk)) - chunk
				if from >= resamples {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				to := min(from+chunk, resamples)
				for b := from; b < to; b++ {
					d.Weights(w, b)
					stat(w, row)
					for j, v := range row {
						out[j][b] = v
					}
				}
				if progress != nil {
					progress(to - from)
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// Differences returns x − y, replicate by replicate; not defined where either
// is not. It panics if their lengths differ. The replicates are paired if both
// come from designs of one seed over the same units and strata, independent if
// the seeds differ.
func Differences(x, y []float64) []float64 {
	if len(x) != len(y) {
		panic("bootstrap: differences of unequal numbers of resamples")
	}
	out := make([]float64, len(x))
	for b := range out {
		out[b] = x[b] - y[b]
	}
	return out
}

// defined returns the replicates that are, sorted by the caller if need be.
func defined(x []float64) []float64 {
	out := make([]float64, 0, len(x))
	for _, v := range x {
		if !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}
