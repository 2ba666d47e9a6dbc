package server

import (
	"io"
	"time"

	"circumplex.example/runner/internal/simulated"
)

// Options says how a server answers. The zero value answers every model at
// once and without a fault.
type Options struct {
	// Seed is part of every draw. With 0 the text of a reply is the one that the
	// respondent gives inside the program for the same key.
	Seed uint64
	// Models are the names that are served; none serves every name.
	Models []string
	// Quirks are those of every model.
	Quirks simulated.Quirks
	// Faults is what goes wrong, and how often.
	Faults Plan
	// RetryAfter bounds what a 429 of the fault plan asks to wait. Headers carry
	// whole seconds, so both ends are rounded up.
	RetryAfter Range
	// Limit is how many requests an API key may have accepted in any 60 seconds;
	// 0 is no limit.
	Limit int
	// Latency is how long each reply takes.
	Latency time.Duration
	// MaxInFlight is how many requests are answered at once; 0 is no bound.
	MaxInFlight int
	// IgnoreKeys lets the server take no notice of Idempotency-Key.
	IgnoreKeys bool
	// RequireKey is the API key that every request must carry; empty for none.
	RequireKey string
	// Context is the context length in tokens that Ollama's models have; 0 is
	// DefaultContext. A longer conversation loses its oldest messages without a
	// word, as it does with Ollama.
	Context int
	// MaxBody is the largest request in bytes; 0 is DefaultMaxBody.
	MaxBody int64
	// Log gets one Entry a request as a line of JSON, in one Write each.
	Log io.Writer
	// Now is the clock; nil means time.Now. Latency, slow and stalled replies wait
	// on the runtime's timers, which testing/synctest makes virtual too.
	Now func() time.Time
}

// Range is a span of durations, both ends included.
type Range struct{ Min, Max time.Duration }

// Defaults of Options.
const (
	DefaultContext = 131072
	DefaultMaxBody = 8 << 20
)

func (o Options) withDefaults() Options {
	if o.Context == 0 {
		o.Context = DefaultContext
	}
	if o.MaxBody == 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}
