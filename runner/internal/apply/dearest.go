package apply

import (
	"sync"

	"circumplex.example/runner/internal/completion"
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

// worst is what one request may cost, in millionths of a dollar: by max_tokens where
// that is declared, else the upper end of the estimate; or what one like it has cost.
// It is 0 where there is no price.
func (l *lane) worst(prompt int64, st *step) int64 {
	if l.free {
		return 0
	}
	most := plan.Estimate(l.Model.Price, prompt, st.expect, 1).High
	if n, ok := maxTokens(st.req.Origin); ok {
		most = plan.AtMost(l.Model.Price, prompt, n)
	}
	return max(int64(most*1e6), l.dearest.of(st.expect))
}

// maxTokens is how long a reply may be, if that is declared.
func maxTokens(o *completion.Origin) (n int64, ok bool) {
	v, ok := o.Parameter("max_tokens")
	f, isNumber := v.(float64)
	return int64(f), ok && isNumber
}
