package provider

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"circumplex.example/runner/internal/completion"
)

// complaint is what the body of a failed response says, whatever its shape.
type complaint struct {
	message string
	// words has the types, codes and reasons it names, in lower case.
	words string
	// code and inner are its code and that of the error within, as they stand there.
	code, inner string
	// flagged says that a moderator names what it objects to in the prompt.
	flagged bool
	// status is a status code that stands in the body, 0 if none does.
	status int
	// wait is a delay the body asks for, -1 if it does not.
	wait time.Duration
}

// readComplaint reads the error shapes of the providers and of the servers that
// imitate them: {"error": {...}}, {"error": "..."}, a list of one, {"message":
// ...} and {"detail": ...}. What is no JSON says nothing.
func readComplaint(body []byte) complaint {
	c := complaint{wait: -1}
	body = bytes.TrimSpace(body)
	var list []json.RawMessage
	if json.Unmarshal(body, &list) == nil && len(list) > 0 {
		body = list[0]
	}
	var outer struct {
		Error   json.RawMessage `json:"error"`
		Choices []struct {
			Error json.RawMessage `json:"error"`
		} `json:"choices"`
	}
	inner := json.RawMessage(body)
	if json.Unmarshal(body, &outer) == nil {
		switch {
		case filled(outer.Error):
			inner = outer.Error
		case len(outer.Choices) > 0 && filled(outer.Choices[0].Error):
			inner = outer.Choices[0].Error
		}
	}
	var text string
	if json.Unmarshal(inner, &text) == nil {
		c.message = text
		return c
	}
	var e struct {
		Message json.RawMessage `json:"message"`
		Detail  json.RawMessage `json:"detail"`
		Type    json.RawMessage `json:"type"`
		Code    json.RawMessage `json:"code"`
		Status  json.RawMessage `json:"status"`
		Inner   struct {
			Code json.RawMessage `json:"code"`
		} `json:"innererror"`
		Metadata aside[struct {
			Flagged json.RawMessage `json:"flagged_input"`
			Reasons json.RawMessage `json:"reasons"`
		}] `json:"metadata"`
		Details []struct {
			Reason     string `json:"reason"`
			RetryDelay string `json:"retryDelay"`
			Violations []struct {
				QuotaID string `json:"quotaId"`
			} `json:"violations"`
		} `json:"details"`
	}
	if json.Unmarshal(inner, &e) != nil {
		// A field of an odd type, such as details that are no list: what was read counts.
		if e.Message == nil && e.Type == nil && e.Code == nil {
			return c
		}
	}
	if c.message = plain(e.Message); c.message == "" {
		c.message = plain(e.Detail)
	}
	c.code, c.inner = plain(e.Code), plain(e.Inner.Code)
	if m := e.Metadata.in; m != nil {
		c.flagged = filled(m.Flagged) || filled(m.Reasons)
	}
	words := []string{plain(e.Type), c.code, plain(e.Status)}
	for _, d := range e.Details {
		words = append(words, d.Reason)
		for _, v := range d.Violations {
			words = append(words, v.QuotaID)
		}
		if wait, err := time.ParseDuration(d.RetryDelay); err == nil && wait >= 0 {
			c.wait = min(wait, maxWait)
		}
	}
	c.words = strings.ToLower(strings.Join(words, " "))
	if n, err := strconv.Atoi(c.code); err == nil && n >= 400 && n < 600 {
		c.status = n
	}
	return c
}

// plain gives a JSON text as text and another value as its JSON.
func plain(raw json.RawMessage) string {
	var s string
	if !isSet(raw) || json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// rules give a class to what a complaint says, before its status is looked at.
// The first that fits holds. "You exceeded your current quota" tells nothing:
// OpenAI says it of an empty account, Gemini of a limit a minute. Sources, looked up 2026-11-28:
// https://platform.openai.com/docs/guides/error-codes,
// https://ai.google.dev/gemini-api/docs/troubleshooting,
// https://platform.claude.com/docs/en/api/errors.
var rules = []struct {
	class          Class
	words, message *regexp.Regexp
}{
	{Quota, regexp.MustCompile(`insufficient_quota|billing|insufficient_credits|perday`), regexp.MustCompile(`credit balance|insufficient (credits|balance)`)},
	{Credentials, regexp.MustCompile(`api_key_invalid|invalid_api_key|authentication_error|unauthenticated`), regexp.MustCompile(`api key not valid|incorrect api key|invalid api key`)},
	{TooLong, regexp.MustCompile(`context_length_exceeded|request_too_large|exceed_context_size_error`), regexp.MustCompile(`maximum context length|prompt is too long|exceeds the maximum number of tokens|context size`)},
	{NotFound, regexp.MustCompile(`model_not_found|not_found_error|deploymentnotfound`), regexp.MustCompile(`model .*(does not exist|not found)`)},
	{Overloaded, regexp.MustCompile(`overloaded|unavailable`), regexp.MustCompile(`model is (currently )?overloaded|no slot available`)},
	{RateLimited, regexp.MustCompile(`rate_limit|resource_exhausted|too_many_requests`), nil},
	{Credentials, regexp.MustCompile(`permission_error|permission_denied`), nil},
}

// classify gives the class of a response that is no completion, by its body
// first and then by its status. What a server that fails says in prose tells of the
// server: "the model runner process was not found" is no wrong name of a model.
func classify(status int, c complaint) Class {
	message := strings.ToLower(c.message)
	for _, r := range rules {
		if r.words.MatchString(c.words) || status < 500 && r.message != nil && r.message.MatchString(message) {
			return r.class
		}
	}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Credentials
	case status == http.StatusPaymentRequired:
		return Quota
	case status == http.StatusNotFound:
		return NotFound
	case status == http.StatusRequestTimeout, status == http.StatusGatewayTimeout:
		return Timeout
	case status == http.StatusRequestEntityTooLarge:
		return TooLong
	case status == http.StatusTooManyRequests:
		return RateLimited
	case status == http.StatusServiceUnavailable, status == 529:
		return Overloaded
	case status == http.StatusConflict, status == http.StatusTooEarly, status >= 500:
		return Server
	case status >= 300:
		return Invalid
	}
	return Malformed
}

// behind200 is the fault of a body that is an error though its status was 200.
func behind200(body []byte, usage completion.Usage) *fault {
	c := readComplaint(body)
	class := classify(c.status, c)
	if class == Malformed {
		class = Server
	}
	message := "an error behind status 200"
	if c.message != "" {
		message += ": " + c.message
	}
	return &fault{class, message, usage}
}

// longestMessage bounds what an error repeats of a body.
const longestMessage = 500

// tidy makes foreign text fit for one line of a message.
func tidy(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if len(s) > longestMessage {
		s = strings.ToValidUTF8(s[:longestMessage], "") + "..."
	}
	return s
}
