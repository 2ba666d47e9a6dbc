package provider

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"circumplex.example/runner/internal/completion"
)

// reply is what a response body says.
type reply struct {
	text, finish, model, fingerprint, id string
	status                               completion.Status
	usage                                completion.Usage
}

// fault is why a body is no reply.
type fault struct {
	class   Class
	message string
	usage   completion.Usage
}

// malformed says that a body is not what the provider's format promises.
func malformed(message string) *fault {
	return &fault{class: Malformed, message: message, usage: completion.UnknownUsage()}
}

// ended gives the status of a reply by its finish reason: a refusal or a cut
// wins over what the text looks like.
func ended(finish, text string, refusals, cuts []string) completion.Status {
	for _, r := range refusals {
		if finish == r {
			return completion.Refusal
		}
	}
	for _, c := range cuts {
		if finish == c {
			return completion.Truncated
		}
	}
	if strings.TrimSpace(text) == "" {
		return completion.Empty
	}
	return completion.OK
}

// mostTokens is more than any reply counts; what is above it is no count.
const mostTokens = 100_000_000

// tally is a count of tokens. What is no whole number of them, or is quoted, does not
// make the reply worthless that it stands beside.
type tally int

// UnmarshalJSON reads 12, 12.0 and "12"; all else is unknown.
func (n *tally) UnmarshalJSON(b []byte) error {
	*n = completion.Unknown
	x, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err == nil && x >= 0 && x <= mostTokens && x == math.Trunc(x) {
		*n = tally(x)
	}
	return nil
}

// word is a name such as the id of a reply, "" where something else stands.
type word string

// UnmarshalJSON reads a text; all else is none.
func (w *word) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		s = ""
	}
	*w = word(s)
	return nil
}

// aside is an object that a reply can do without: empty where something else stands.
type aside[T any] struct{ in *T }

// UnmarshalJSON reads an object; all else is none.
func (a *aside[T]) UnmarshalJSON(b []byte) error {
	a.in = new(T)
	if string(b) == "null" || json.Unmarshal(b, a.in) != nil {
		a.in = nil
	}
	return nil
}

// known turns a count that may be missing into a number.
func known(n *tally) int {
	if n == nil {
		return completion.Unknown
	}
	return int(*n)
}

// sum adds counts that were reported; Unknown if none was.
func sum(ns ...*tally) int {
	total := completion.Unknown
	for _, n := range ns {
		if v := known(n); v != completion.Unknown {
			total = max(total, 0) + v
		}
	}
	return total
}
