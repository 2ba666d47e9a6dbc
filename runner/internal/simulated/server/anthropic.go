package server

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// anthropic is the format of POST /v1/messages, as documented at
// https://platform.claude.com/docs/en/api/messages (Create a Message), with the
// pages Errors, Rate limits, Versions and Streaming Messages there; as of November
// 2026.
type anthropic struct{}

const anthropicVersion = "anthropic-version"

func (anthropic) name() string { return "anthropic" }

func (anthropic) key(r *http.Request) string {
	if k := r.Header.Get("x-api-key"); k != "" {
		return k
	}
	return bearer(r)
}

type anthropicRequest struct {
	Model    *string `json:"model"`
	Messages []struct {
		Role    string `json:"role"`
		Content text   `json:"content"`
	} `json:"messages"`
	MaxTokens     *int     `json:"max_tokens"`
	System        text     `json:"system"`
	Temperature   *float64 `json:"temperature"`
	TopP          *float64 `json:"top_p"`
	TopK          *int     `json:"top_k"`
	StopSequences []string `json:"stop_sequences"`
	Stream        bool     `json:"stream"`
	Thinking      *struct {
		Type         string `json:"type"`
		BudgetTokens *int   `json:"budget_tokens"`
	} `json:"thinking"`
	A1 ignored `json:"container"`
	A2 ignored `json:"context_management"`
	A3 ignored `json:"mcp_servers"`
	A4 ignored `json:"metadata"`
	A5 ignored `json:"output_config"`
	A6 ignored `json:"service_tier"`
	A7 ignored `json:"tool_choice"`
	A8 ignored `json:"tools"`
}

func (anthropic) read(r *http.Request, _ string, body []byte) (*chat, *failure) {
	if r.Header.Get(anthropicVersion) == "" {
		return nil, badRequest(anthropicVersion, "anthropic-version: header is required")
	}
	var q anthropicRequest
	if f := decode(body, &q, true); f != nil {
		return nil, f
	}
	if f := q.check(); f != nil {
		return nil, f
	}
	c := &chat{model: *q.Model, temperature: or(q.Temperature, 1), maxTokens: *q.MaxTokens, stop: q.StopSequences}
	if q.Stream {
		c.stream = events
	}
	if q.System.value != "" {
		c.messages = append(c.messages, message{roleSystem, q.System.value})
	}
	for i, m := range q.Messages {
		switch {
		case m.Role != roleUser && m.Role != roleAssistant:
			return nil, badRequest("messages", fmt.Sprintf("messages.%d.role: Input should be 'user' or 'assistant'", i))
		case m.Content.value == "" && !(m.Role == roleAssistant && i == len(q.Messages)-1):
			return nil, badRequest("messages", fmt.Sprintf("messages.%d: all messages must have non-empty content except for the optional final assistant message", i))
		}
		c.messages = append(c.messages, message{m.Role, m.Content.value})
	}
	return c, nil
}

func (q *anthropicRequest) check() *failure {
	switch {
	case q.Model == nil || *q.Model == "":
		return badRequest("model", "model: Field required")
	case q.MaxTokens == nil:
		return badRequest("max_tokens", "max_tokens: Field required")
	case q.Messages == nil:
		return badRequest("messages", "messages: Field required")
	case len(q.Messages) == 0:
		return badRequest("messages", "messages: at least one message is required")
	case q.Messages[0].Role == roleAssistant:
		return badRequest("messages", `messages: first message must use the "user" role`)
	}
	return first(atLeastOne("max_tokens", q.MaxTokens), outside(bound{"temperature", q.Temperature, 0, 1}, bound{"top_p", q.TopP, 0, 1}), q.checkStop())
}

func (q *anthropicRequest) checkStop() *failure {
	for i, s := range q.StopSequences {
		if s == "" {
			return badRequest("stop_sequences", fmt.Sprintf("stop_sequences.%d: stop sequences must be non-empty", i))
		}
	}
	if q.TopK != nil && *q.TopK < 0 {
		return badRequest("top_k", "top_k: Input should be greater than or equal to 0")
	}
	return nil
}

func (anthropic) reply(p *reply) (string, []byte) {
	reason, sequence, content := "end_turn", any(nil), []object{{"type": "text", "text": p.text}}
	switch {
	case p.finish == finishFiltered:
		reason = "refusal"
	case p.finish == finishLength:
		reason = "max_tokens"
	case p.stopped != "":
		reason, sequence = "stop_sequence", p.stopped
	}
	if p.text == "" {
		content = []object{}
	}
	usage := func(output int) object {
		return object{"input_tokens": p.prompt, "output_tokens": output, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "service_tier": "standard"}
	}
	d := object{
		"id": "msg_01" + p.id[:22], "type": "message", "role": roleAssistant, "model": p.served,
		"content": content, "stop_reason": reason, "stop_sequence": sequence, "usage": usage(p.used),
	}
	if p.stream == whole {
		return "application/json", encode(d)
	}
	var b []byte
	send := func(kind string, fields object) {
		fields["type"] = kind
		b = event(b, kind, encode(fields))
	}
	d["content"], d["stop_reason"], d["stop_sequence"], d["usage"] = []object{}, nil, nil, usage(1)
	send("message_start", object{"message": d})
	if p.text != "" {
		send("content_block_start", object{"index": 0, "content_block": object{"type": "text", "text": ""}})
		send("content_block_delta", object{"index": 0, "delta": object{"type": "text_delta", "text": p.text}})
		send("content_block_stop", object{"index": 0})
	}
	send("message_delta", object{"delta": object{"stop_reason": reason, "stop_sequence": sequence}, "usage": object{"output_tokens": p.used}})
	send("message_stop", object{})
	return "text/event-stream; charset=utf-8", b
}

func (anthropic) fail(f *failure, requestID string) (int, []byte) {
	kind := "api_error"
	switch f.status {
	case http.StatusBadRequest, http.StatusMethodNotAllowed:
		kind = "invalid_request_error"
	case http.StatusUnauthorized:
		kind = "authentication_error"
	case http.StatusNotFound:
		kind = "not_found_error"
	case http.StatusConflict:
		kind = "conflict_error"
	case http.StatusRequestEntityTooLarge:
		kind = "request_too_large"
	case http.StatusTooManyRequests:
		kind = "rate_limit_error"
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		kind = "timeout_error"
	case 529:
		kind = "overloaded_error"
	}
	e := object{"type": kind, "message": f.message}
	if f.quota {
		e["details"] = object{"error_code": "enforced_spend_limit_reached"}
	}
	return f.status, encode(object{"type": "error", "error": e, "request_id": "req_" + requestID})
}

func (anthropic) limits(h http.Header, limit int, a admission, now time.Time) {
	h.Set("anthropic-ratelimit-requests-limit", strconv.Itoa(limit))
	h.Set("anthropic-ratelimit-requests-remaining", strconv.Itoa(a.remaining))
	h.Set("anthropic-ratelimit-requests-reset", now.Add(a.wait).UTC().Format(time.RFC3339))
}
