package server

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// openAI is the format of POST /v1/chat/completions, as documented in the API
// reference at https://platform.openai.com/docs/api-reference/chat (objects
// "chat completion" and "chat completion chunk") and in the guides "Error codes"
// and "Rate limits" there; as of November 2026. Fields of servers that speak the
// same format (vLLM, llama.cpp, OpenRouter) are accepted too.
type openAI struct{}

func (openAI) name() string { return "openai" }

func (openAI) key(r *http.Request) string { return bearer(r) }

// bearer returns the token of the Authorization header.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

type openAIRequest struct {
	Model    *string `json:"model"`
	Messages []struct {
		Role       string  `json:"role"`
		Content    text    `json:"content"`
		Name       ignored `json:"name"`
		Refusal    ignored `json:"refusal"`
		Reasoning  ignored `json:"reasoning_content"`
		ToolCalls  ignored `json:"tool_calls"`
		ToolCallID ignored `json:"tool_call_id"`
	} `json:"messages"`
	Temperature         *float64 `json:"temperature"`
	TopP                *float64 `json:"top_p"`
	FrequencyPenalty    *float64 `json:"frequency_penalty"`
	PresencePenalty     *float64 `json:"presence_penalty"`
	MaxTokens           *int     `json:"max_tokens"`
	MaxCompletionTokens *int     `json:"max_completion_tokens"`
	N                   *int     `json:"n"`
	Seed                *int64   `json:"seed"`
	Stop                texts    `json:"stop"`
	Stream              bool     `json:"stream"`
	StreamOptions       *struct {
		IncludeUsage       bool    `json:"include_usage"`
		IncludeObfuscation ignored `json:"include_obfuscation"`
	} `json:"stream_options"`
	ResponseFormat *struct {
		Type       string  `json:"type"`
		JSONSchema ignored `json:"json_schema"`
	} `json:"response_format"`
	ReasoningEffort *string `json:"reasoning_effort"`
	TopK            *int    `json:"top_k"` // not OpenAI's own
	openAIIgnored
}

// openAIIgnored are fields that do not change what the respondent writes.
type openAIIgnored struct {
	A1 ignored `json:"audio"`
	A2 ignored `json:"function_call"`
	A3 ignored `json:"functions"`
	A4 ignored `json:"logit_bias"`
	A5 ignored `json:"logprobs"`
	A6 ignored `json:"metadata"`
	A7 ignored `json:"modalities"`
	A8 ignored `json:"parallel_tool_calls"`
	A9 ignored `json:"prediction"`
	B1 ignored `json:"prompt_cache_key"`
	B2 ignored `json:"prompt_cache_retention"`
	B3 ignored `json:"safety_identifier"`
	B4 ignored `json:"service_tier"`
	B5 ignored `json:"store"`
	B6 ignored `json:"tool_choice"`
	B7 ignored `json:"tools"`
	B8 ignored `json:"top_logprobs"`
	B9 ignored `json:"user"`
	C1 ignored `json:"verbosity"`
	C2 ignored `json:"web_search_options"`
	// Of servers that speak the same format.
	D1 ignored `json:"chat_template_kwargs"`
	D2 ignored `json:"guided_json"`
	D3 ignored `json:"include_reasoning"`
	D4 ignored `json:"min_p"`
	D5 ignored `json:"min_tokens"`
	D6 ignored `json:"provider"`
	D7 ignored `json:"reasoning"`
	D8 ignored `json:"repeat_penalty"`
	D9 ignored `json:"repetition_penalty"`
}

func (openAI) read(_ *http.Request, _ string, body []byte) (*chat, *failure) {
	var q openAIRequest
	if f := decode(body, &q, true); f != nil {
		return nil, f
	}
	if f := q.check(); f != nil {
		return nil, f
	}
	c := &chat{
		model: *q.Model, temperature: or(q.Temperature, 1), stop: q.Stop,
		maxTokens: or(q.MaxCompletionTokens, or(q.MaxTokens, 0)),
		json:      q.ResponseFormat != nil && q.ResponseFormat.Type != "text",
		usage:     q.StreamOptions != nil && q.StreamOptions.IncludeUsage,
	}
	if q.Stream {
		c.stream = events
	}
	for i, m := range q.Messages {
		role := m.Role
		switch role {
		case "developer":
			role = roleSystem
		case roleSystem, roleUser, roleAssistant:
		default:
			return nil, badRequest(fmt.Sprintf("messages[%d].role", i), fmt.Sprintf("Invalid value: '%s'. Supported values are: 'system', 'developer', 'user', 'assistant'.", role))
		}
		if !m.Content.set && role != roleAssistant {
			return nil, badRequest(fmt.Sprintf("messages[%d].content", i), fmt.Sprintf("Missing required parameter: 'messages[%d].content'.", i))
		}
		c.messages = append(c.messages, message{role, m.Content.value})
	}
	return c, nil
}

func (q *openAIRequest) check() *failure {
	switch {
	case q.Model == nil || *q.Model == "":
		return badRequest("model", "you must provide a model parameter")
	case q.Messages == nil:
		return badRequest("messages", "Missing required parameter: 'messages'.")
	case len(q.Messages) == 0:
		return badRequest("messages", "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.")
	case q.MaxTokens != nil && q.MaxCompletionTokens != nil:
		return badRequest("max_tokens", "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
	case q.N != nil && *q.N != 1:
		return badRequest("n", fmt.Sprintf("Invalid 'n': the simulated respondent writes one choice, not %d.", *q.N))
	case len(q.Stop) > 4:
		return badRequest("stop", fmt.Sprintf("Invalid 'stop': array too long. Expected an array with maximum length 4, but got an array with length %d instead.", len(q.Stop)))
	case q.StreamOptions != nil && !q.Stream:
		return badRequest("stream_options", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	if q.ResponseFormat != nil {
		switch q.ResponseFormat.Type {
		case "text", "json_object", "json_schema":
		default:
			return badRequest("response_format.type", fmt.Sprintf("Invalid value: '%s'. Supported values are: 'text', 'json_object', and 'json_schema'.", q.ResponseFormat.Type))
		}
	}
	return first(
		outside(bound{"temperature", q.Temperature, 0, 2}, bound{"top_p", q.TopP, 0, 1},
			bound{"frequency_penalty", q.FrequencyPenalty, -2, 2}, bound{"presence_penalty", q.PresencePenalty, -2, 2}),
		atLeastOne("max_tokens", q.MaxTokens), atLeastOne("max_completion_tokens", q.MaxCompletionTokens), atLeastOne("top_k", q.TopK))
}

type object = map[string]any

func (openAI) reply(p *reply) (string, []byte) {
	usage := object{
		"prompt_tokens": p.prompt, "completion_tokens": p.used, "total_tokens": p.prompt + p.used,
		"prompt_tokens_details":     object{"cached_tokens": 0, "audio_tokens": 0},
		"completion_tokens_details": object{"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
	}
	document := func(kind string, choice object) object {
		return object{
			"id": "chatcmpl-" + p.id[:29], "object": kind, "created": p.at.Unix(), "model": p.served,
			"system_fingerprint": p.fingerprint, "service_tier": "default", "choices": []object{choice},
		}
	}
	if p.stream == whole {
		d := document("chat.completion", object{
			"index": 0, "finish_reason": p.finish, "logprobs": nil,
			"message": object{"role": roleAssistant, "content": p.text, "refusal": nil, "annotations": []any{}},
		})
		d["usage"] = usage
		return "application/json", encode(d)
	}
	var b []byte
	chunk := func(delta object, finish any) {
		d := document("chat.completion.chunk", object{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": nil})
		if p.usage {
			d["usage"] = nil
		}
		b = event(b, "", encode(d))
	}
	chunk(object{"role": roleAssistant, "content": "", "refusal": nil}, nil)
	chunk(object{"content": p.text}, nil)
	chunk(object{}, p.finish)
	if p.usage {
		d := document("chat.completion.chunk", nil)
		d["choices"], d["usage"] = []object{}, usage
		b = event(b, "", encode(d))
	}
	return "text/event-stream; charset=utf-8", event(b, "", []byte("[DONE]"))
}

func (openAI) fail(f *failure, _ string) (int, []byte) {
	kind, code := "invalid_request_error", any(nil)
	switch {
	case f.quota:
		kind, code = "insufficient_quota", "insufficient_quota"
	case f.status == http.StatusUnauthorized:
		code = "invalid_api_key"
	case f.status == http.StatusNotFound && f.param == "model":
		code = "model_not_found"
	case f.status == http.StatusTooManyRequests:
		kind, code = "requests", "rate_limit_exceeded"
	case f.status == http.StatusRequestTimeout || f.status == http.StatusGatewayTimeout:
		kind = "timeout"
	case f.status >= 500:
		kind = "server_error"
	}
	var param any
	if f.param != "" {
		param = f.param
	}
	return f.status, encode(object{"error": object{"message": f.message, "type": kind, "param": param, "code": code}})
}

func (openAI) limits(h http.Header, limit int, a admission, _ time.Time) {
	h.Set("x-ratelimit-limit-requests", strconv.Itoa(limit))
	h.Set("x-ratelimit-remaining-requests", strconv.Itoa(a.remaining))
	h.Set("x-ratelimit-reset-requests", a.wait.Round(time.Millisecond).String())
}
