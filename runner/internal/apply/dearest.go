package apply

import (
	"sync"

	"circumplex.example/runner/internal/plan"
)

// dearest remembers the most that a request of a model has cost, by the number
// of tokens that its reply was expected to have. An estimate knows nothing of
// thinking; without this a budget could be overshot by all that is in flight.
type dearest struct {
	mu   sync.Mutex
	most map[int64]int64
}

func (d *dearest) learn(expect, micros int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.most == nil {
		d.most = map[int64]int64{}
	}
	d.most[expect] = max(d.most[expect], micros)
}

func (d *dearest) of(expect int64) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.most[expect]
}

// worst is what one request may cost, in millionths of a dollar: the upper end
// of the estimate, or what one like it has cost; 0 where there is no price.
func (l *lane) worst(prompt, expect int64) int64 {
	if l.free {
		return 0
	}
	return max(int64(plan.Estimate(l.Model.Price, prompt, expect, 1).High*1e6), l.dearest.of(expect))
}
