// Package completion holds what is asked of a model and what came back: the
// request, its key, and the completion stored under that key.
//
// It is pure: it knows neither providers nor the store, does no I/O and reads
// no clock. The identity rules it implements are those of runner/DESIGN.md,
// "Identity": the key hashes everything that makes a request another request,
// and nothing else.
//
//	origin := completion.NewOrigin("openai", "", "gpt-4-0314", params, "", nil)
//	thread := (*completion.Thread)(nil).Append(completion.User, "Hello")
//	key := completion.Request{Origin: origin, Sample: 0, Thread: thread}.Key()
package completion

import (
	"time"
)

// Status says how a completion ended. Every status is data: none is asked for
// again unless the experiment says so (on_invalid).
type Status string

// The statuses of a completion.
const (
	// OK is a reply that ended by itself and holds text.
	OK Status = "ok"
	// Refusal is a reply that the provider marked as refused or blocked.
	Refusal Status = "refusal"
	// Truncated is a reply cut off by a token limit.
	Truncated Status = "truncated"
	// Empty is a reply without text that ended regularly.
	Empty Status = "empty"
)

// Unknown stands for a count that the provider did not report. Tables show it
// as null, never as a number.
const Unknown = -1

// Usage counts tokens as the provider reported them; Unknown where it did not.
type Usage struct {
	Prompt, Completion, Reasoning, Cached int
}

// UnknownUsage is a usage of which nothing was reported.
func UnknownUsage() Usage { return Usage{Unknown, Unknown, Unknown, Unknown} }

// Completion is one stored reply, with everything needed to explain it later.
type Completion struct {
	// Request is what was sent. Its key is the completion's key.
	Request Request
	// Text is the reply as the model wrote it, made valid UTF-8; the bytes as
	// they came are in Body.
	Text string
	// Status says how the reply ended.
	Status Status
	// FinishReason is the provider's own word for it.
	FinishReason string
	// ModelServed is the model that answered, as the provider named it; empty
	// where it did not say.
	ModelServed string
	// Fingerprint is the provider's system fingerprint, if any.
	Fingerprint string
	// ResponseID is the provider's id of the response, if any.
	ResponseID string
	// Usage counts tokens.
	Usage Usage
	// StartedAt is when the sending that succeeded began (UTC, microseconds).
	StartedAt time.Time
	// Latency is the time from there to the last byte of the reply.
	Latency time.Duration
	// Tries counts sendings over the network, 1 for a request that succeeded at
	// once. (Attempt, part of the request, counts re-asks of an invalid reply.)
	Tries int
	// HTTPStatus is the status code, 0 where there was no HTTP.
	HTTPStatus int
	// Mends lists what the transport changed in the body to make it say what
	// was declared.
	Mends []string
	// Version is the program version that made the completion.
	Version string
	// Simulated is true for a reply that no model wrote.
	Simulated bool
	// Sent is the body as it went over the wire; nil where there was no wire.
	Sent []byte
	// Body is the raw response body; nil where there was no wire.
	Body []byte
	// Header holds the response headers of interest, as lines "Name: value".
	Header []string
}
