package apply

import (
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// spare is how much garbage may pile up while requests are sent.
	spare = 64 << 20
	// spareEvery is how often the collector's pace is fitted to the live heap.
	spareEvery = 250 * time.Millisecond
)

// spareCollector makes the garbage collector wait for a fixed amount of garbage
// rather than for as much as is live, and returns what ends that. Little is live
// while requests are sent and much garbage is made: the collector took a fifth of
// the processors.
func spareCollector() (end func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	was := debug.SetGCPercent(percent())
	go func() {
		defer close(stopped)
		tick := time.NewTicker(spareEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				debug.SetGCPercent(percent())
			case <-stop:
				return
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
		debug.SetGCPercent(was)
	}
}

// percent is the percentage of the live heap that spare is, but not less than
// Go's own choice.
func percent() int {
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	if live[0].Value.Kind() != metrics.KindUint64 {
		return 100
	}
	return int(max(100, min(1000, 100*spare/max(1, live[0].Value.Uint64()))))
}
