// Package providertest is the conformance suite of the wire formats: what a
// provider must send, what it must make of each reply and of each failure, and
// that a changed client is noticed.
//
// A format runs it in one line:
//
//	func TestOllama(t *testing.T) { providertest.Run(t, providertest.Ollama()) }
//
// The fixtures are written after the providers' own pages of their interfaces;
// each group names its page and the day it was looked up. The values are made up.
package providertest

import (
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// Format is what the suite has to know of a wire format.
type Format struct {
	// Provider, Identity and Model say who is asked. The identity is an address whose
	// dialect is spoken too; empty for the provider's own.
	Provider, Identity, Model string
	// Path is where its requests must arrive, KeyHeader what carries the key,
	// KeyPrefix what stands before it.
	Path, KeyHeader, KeyPrefix string
	// Always lists the paths that stand in every body.
	Always []string
	// Places has the path of each parameter that the format carries.
	Places map[string]string
	// Required are the parameters without which nothing is sent.
	Required []completion.Parameter
	// Warmest is the highest temperature taken.
	Warmest float64
	// Conversation reads the messages back out of a body.
	Conversation func(body map[string]any) []completion.Message
	// Reply gives a body that says a text and ends regularly.
	Reply func(text string) string
	// Replies are bodies of status 200 that are completions.
	Replies []Reply
	// Faults are bodies of status 200 that are none.
	Faults []Fault
	// Failures are answers of other statuses.
	Failures []Failure
}

// Reply is a body and what has to be read from it.
type Reply struct {
	Name, Body                                  string
	Text, Finish, Served, Fingerprint, Response string
	Status                                      completion.Status
	Usage                                       completion.Usage
}

// Fault is a body of status 200 that must be an error of a class. Usage is
// what it says it used; nil if nothing.
type Fault struct {
	Name, Body string
	Class      provider.Class
	Usage      *completion.Usage
}

// Failure is an answer that must be an error of a class.
type Failure struct {
	Name   string
	Status int
	Body   string
	Class  provider.Class
}

// usage writes a completion.Usage, -1 being unknown.
func usage(prompt, output, reasoning, cached int) completion.Usage {
	return completion.Usage{Prompt: prompt, Completion: output, Reasoning: reasoning, Cached: cached}
}

// common are failures that do not depend on the format: gateways and proxies
// stand before every server.
var common = []Failure{
	{"gateway page", 502, "<html><body>502 Bad Gateway</body></html>", provider.Server},
	{"empty 503", 503, "", provider.Overloaded},
	{"empty 504", 504, "", provider.Timeout},
	{"empty 408", 408, "", provider.Timeout},
	{"empty 409", 409, "", provider.Server},
	{"empty 500", 500, "", provider.Server},
	{"empty 529", 529, "", provider.Overloaded},
	{"empty 429", 429, "", provider.RateLimited},
	{"empty 401", 401, "", provider.Credentials},
	{"empty 403", 403, "", provider.Credentials},
	{"empty 402", 402, "", provider.Quota},
	{"empty 404", 404, "", provider.NotFound},
	{"empty 413", 413, "", provider.TooLong},
	{"empty 400", 400, "", provider.Invalid},
	{"empty 422", 422, "", provider.Invalid},
	{"no content", 204, "", provider.Malformed},
	{"truncated error", 500, `{"error": {"mess`, provider.Server},
	{"not modified", 304, "", provider.Invalid},
}

// Dialect is the address whose dialect the format is, for an endpoint elsewhere.
func (f Format) Dialect() string {
	if f.Identity == "" && f.Provider == "openai" {
		return "https://api.openai.com/v1"
	}
	return f.Identity
}
