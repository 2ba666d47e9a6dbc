package providertest

import (
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// Anthropic is POST /v1/messages. Looked up 2026-11-28 under
// https://platform.claude.com/docs/en: api/messages/create, api/errors,
// build-with-claude/extended-thinking, build-with-claude/effort.
func Anthropic() Format {
	return Format{
		Provider: "anthropic", Model: "claude-sonnet-4-20250514", Path: "/v1/messages", KeyHeader: "X-Api-Key",
		Always: []string{"model", "messages", "max_tokens"}, Warmest: 1,
		Required: []completion.Parameter{{Name: "max_tokens", Value: 4096.0}},
		Places: map[string]string{
			"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "max_tokens": "max_tokens", "stop": "stop_sequences",
			"thinking_tokens": "thinking.budget_tokens", "reasoning_effort": "output_config.effort",
		},
		Conversation: func(body map[string]any) []completion.Message {
			var out []completion.Message
			if s, ok := body["system"].(string); ok {
				out = append(out, completion.Message{Role: completion.System, Text: s})
			}
			return append(out, parted(body["messages"], "content")...)
		},
		Reply: func(text string) string {
			return `{"type":"message","id":"msg_1","role":"assistant","model":"claude-sonnet-4-20250514","content":[{"type":"text","text":` + quote(text) + `}],"stop_reason":"end_turn","usage":{"input_tokens":1,"output_tokens":1}}`
		},
		Replies: []Reply{
			{Name: "plain", Body: `{"id":"msg_7","type":"message","role":"assistant","model":"claude-sonnet-4-20250514","content":[{"type":"text","text":"1. 4"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":20,"cache_creation_input_tokens":5,"cache_read_input_tokens":7,"output_tokens":4}}`,
				Text: "1. 4", Finish: "end_turn", Served: "claude-sonnet-4-20250514", Response: "msg_7", Status: completion.OK, Usage: usage(32, 4, -1, 7)},
			{Name: "several blocks, thinking apart", Body: `{"id":"m","type":"message","model":"c","content":[{"type":"thinking","thinking":"hm 3","signature":"x"},{"type":"redacted_thinking","data":"y"},{"type":"text","text":"1. 4\n"},{"type":"text","text":"2. 5"}],"stop_reason":"stop_sequence","usage":{"input_tokens":20,"output_tokens":400}}`,
				Text: "1. 4\n2. 5", Finish: "stop_sequence", Served: "c", Response: "m", Status: completion.OK, Usage: usage(20, 400, -1, -1)},
			{Name: "cut by max_tokens", Body: `{"id":"m","type":"message","model":"c","content":[{"type":"text","text":"1."}],"stop_reason":"max_tokens"}`,
				Text: "1.", Finish: "max_tokens", Served: "c", Response: "m", Status: completion.Truncated, Usage: usage(-1, -1, -1, -1)},
			{Name: "context full", Body: `{"id":"m","type":"message","model":"c","content":[],"stop_reason":"model_context_window_exceeded"}`,
				Finish: "model_context_window_exceeded", Served: "c", Response: "m", Status: completion.Truncated, Usage: usage(-1, -1, -1, -1)},
			{Name: "refused", Body: `{"id":"m","type":"message","model":"c","content":[],"stop_reason":"refusal"}`,
				Finish: "refusal", Served: "c", Response: "m", Status: completion.Refusal, Usage: usage(-1, -1, -1, -1)},
			{Name: "empty", Body: `{"id":"m","type":"message","model":"c","content":[],"stop_reason":"end_turn"}`,
				Finish: "end_turn", Served: "c", Response: "m", Status: completion.Empty, Usage: usage(-1, -1, -1, -1)},
		},
		Faults: []Fault{
			{Name: "error", Body: `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, Class: provider.Overloaded},
			{Name: "another error", Body: `{"type":"error","error":{"type":"api_error","message":"boom"}}`, Class: provider.Server},
			{Name: "no stop reason", Body: `{"id":"m","type":"message","content":[{"type":"text","text":"1."}],"stop_reason":null,"usage":{"input_tokens":2,"output_tokens":1}}`, Class: provider.Malformed,
				Usage: &completion.Usage{Prompt: 2, Completion: 1, Reasoning: -1, Cached: -1}},
			{Name: "no content", Body: `{"id":"m","type":"message","stop_reason":"end_turn"}`, Class: provider.Malformed},
			{Name: "text without text", Body: `{"type":"message","content":[{"type":"text"}],"stop_reason":"end_turn"}`, Class: provider.Malformed},
			{Name: "content of another type", Body: `{"type":"message","content":"1.","stop_reason":"end_turn"}`, Class: provider.Malformed},
			{Name: "no message", Body: `{"type":"completion","content":[],"stop_reason":"end_turn"}`, Class: provider.Malformed},
		},
		Failures: []Failure{
			{"wrong key", 401, `{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"},"request_id":"req_1"}`, provider.Credentials},
			{"not allowed", 403, `{"type":"error","error":{"type":"permission_error","message":"no"}}`, provider.Credentials},
			{"no money", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the API."}}`, provider.Quota},
			{"billing", 402, `{"type":"error","error":{"type":"billing_error","message":"there is an issue with your billing"}}`, provider.Quota},
			{"too fast", 429, `{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}`, provider.RateLimited},
			{"no such model", 404, `{"type":"error","error":{"type":"not_found_error","message":"model: x"}}`, provider.NotFound},
			{"too long", 400, `{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}`, provider.TooLong},
			{"too large", 413, `{"type":"error","error":{"type":"request_too_large","message":"big"}}`, provider.TooLong},
			{"server", 500, `{"type":"error","error":{"type":"api_error","message":"boom"}}`, provider.Server},
			{"late", 504, `{"type":"error","error":{"type":"timeout_error","message":"late"}}`, provider.Timeout},
			{"overloaded", 529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}`, provider.Overloaded},
		},
	}
}

// parted reads messages whose text stands in one part of a list.
func parted(list any, key string) []completion.Message {
	var out []completion.Message
	messages, _ := list.([]any)
	for _, v := range messages {
		m, _ := v.(map[string]any)
		parts, _ := m[key].([]any)
		text := "(no single part)"
		if len(parts) == 1 {
			p, _ := parts[0].(map[string]any)
			text, _ = p["text"].(string)
		}
		out = append(out, completion.Message{Role: role(m["role"]), Text: text})
	}
	return out
}
