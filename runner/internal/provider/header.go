package provider

import (
	"net/http"
	"slices"
	"strings"
)

// simulatedHeader is sent by `runner simulate --listen`: its replies are no
// model's, whatever format they come in.
const simulatedHeader = "X-Simulated-Respondent"

// kept and keptPrefixes name the response headers of interest: what a provider
// needs to find a request again, what it says of its limits, and who answered.
var (
	kept = []string{"Cf-Ray", "Date", "Openai-Processing-Ms", "Openai-Version", "Request-Id", "Retry-After", "Retry-After-Ms", "Server",
		simulatedHeader, "X-Request-Id", "X-Goog-Request-Id", "Location"}
	keptPrefixes = []string{"X-Ratelimit-", "Anthropic-Ratelimit-"}
)

// setKey sets the header that carries a key, if there is one.
func setKey(h http.Header, name, before, key string) {
	if key != "" {
		h.Set(name, before+key)
	}
}

// interesting returns the headers of interest as sorted lines "Name: value".
func interesting(h http.Header, secret *redactor) []string {
	var out []string
	for name, values := range h {
		of := slices.Contains(kept, name) || slices.ContainsFunc(keptPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
		if !of {
			continue
		}
		for _, v := range values {
			out = append(out, name+": "+secret.text(strings.ToValidUTF8(v, "\uFFFD")))
		}
	}
	slices.Sort(out)
	return out
}

// shownHeader returns the headers of a request with the key as its variable.
func shownHeader(h http.Header, e Endpoint) []string {
	var out []string
	for name, values := range h {
		for _, v := range values {
			if e.Key != "" {
				v = strings.ReplaceAll(v, e.Key, e.keySource())
			}
			out = append(out, http.CanonicalHeaderKey(name)+": "+v)
		}
	}
	slices.Sort(out)
	return out
}
