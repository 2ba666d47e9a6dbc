package provider

import (
	"fmt"
	"strings"
	"time"

	"circumplex.example/runner/internal/completion"
)

// Class says what kind of failure an Error is.
type Class string

// The classes of an Error. Timeout to Malformed and RateLimited, Overloaded and
// Server are worth another try; the others are not.
const (
	// Credentials means that the key is missing, wrong or not allowed to do this.
	Credentials Class = "credentials"
	// Quota means that the account has no money or allowance left.
	Quota Class = "quota"
	// RateLimited means that too much was asked in too short a time.
	RateLimited Class = "rate_limit"
	// Overloaded means that the provider has no room at the moment.
	Overloaded Class = "overloaded"
	// Server means that the provider failed.
	Server Class = "server"
	// Timeout means that no whole reply came in time.
	Timeout Class = "timeout"
	// Connection means that the server was not reached or broke off.
	Connection Class = "connection"
	// Malformed means that what came is no reply of this provider.
	Malformed Class = "malformed"
	// Invalid means that the provider, or the audit, refuses the request.
	Invalid Class = "invalid"
	// NotFound means that the model or the address does not exist.
	NotFound Class = "not_found"
	// TooLong means that the conversation does not fit the model's context.
	TooLong Class = "too_long"
	// Canceled means that the caller gave up.
	Canceled Class = "canceled"
)

// Classes lists every class.
func Classes() []Class {
	return []Class{Credentials, Quota, RateLimited, Overloaded, Server, Timeout, Connection, Malformed, Invalid, NotFound, TooLong, Canceled}
}

// Error is why a request has no completion. Nothing in it holds the key.
type Error struct {
	Class Class
	// Status is the HTTP status, 0 where there was none.
	Status int
	// RetryAfter is how long the provider asks to wait; negative where it did
	// not say.
	RetryAfter time.Duration
	// Provider, Model and Host say who was asked.
	Provider, Model, Host string
	// Message is what the provider said, or what is wrong.
	Message string
	// Mend is what to do about it, where that is known.
	Mend string
	// Unsent is true for a request that was refused before it left.
	Unsent bool
	// Billed is true once a status of 200 was seen: the provider may charge for
	// a reply that nobody could use.
	Billed bool
	// Reached is true once a connection to the server stood: the request may have
	// come there, and been answered and charged for, though no reply came back.
	Reached bool
	// Usage is what such a reply says it used.
	Usage completion.Usage
	// Header holds the response headers of interest, as lines "Name: value".
	Header []string
	// Err is the cause, if there is one.
	Err error
}

// Error names who was asked, what happened and what the provider said.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s model %q", e.Provider, e.Model)
	if e.Host != "" {
		fmt.Fprintf(&b, " at %s", e.Host)
	}
	fmt.Fprintf(&b, ": %s", strings.ReplaceAll(string(e.Class), "_", " "))
	if e.Status != 0 {
		fmt.Fprintf(&b, " (status %d)", e.Status)
	}
	if e.Message != "" {
		fmt.Fprintf(&b, ": %s", e.Message)
	}
	return b.String()
}

// Unwrap returns the cause: for a canceled request errors.Is finds
// context.Canceled.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether the same request may succeed at another time.
func (e *Error) Retryable() bool {
	switch e.Class {
	case RateLimited, Overloaded, Server, Timeout, Connection, Malformed:
		return true
	case Credentials, Quota, Invalid, NotFound, TooLong, Canceled:
	}
	return false
}
