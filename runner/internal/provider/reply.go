package provider

import (
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

// known turns a count that may be missing into a number.
func known(n *int) int {
	if n == nil || *n < 0 {
		return completion.Unknown
	}
	return *n
}

// sum adds counts that were reported; Unknown if none was.
func sum(ns ...*int) int {
	total := completion.Unknown
	for _, n := range ns {
		if v := known(n); v != completion.Unknown {
			total = max(total, 0) + v
		}
	}
	return total
}
