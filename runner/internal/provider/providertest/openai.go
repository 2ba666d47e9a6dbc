package providertest

import (
	"encoding/json"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// OpenAI is POST /v1/chat/completions at OpenAI's own endpoint.
// Looked up 2026-11-28: https://platform.openai.com/docs/api-reference/chat/create,
// /chat/object and https://platform.openai.com/docs/guides/error-codes.
func OpenAI() Format {
	return Format{
		Provider: "openai", Model: "gpt-4.1-mini", Path: "/chat/completions", KeyHeader: "Authorization", KeyPrefix: "Bearer ",
		Always: []string{"model", "messages"}, Warmest: 2,
		Places: map[string]string{
			"temperature": "temperature", "top_p": "top_p", "max_tokens": "max_completion_tokens", "seed": "seed", "stop": "stop",
			"frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty", "reasoning_effort": "reasoning_effort",
		},
		Conversation: chatMessages,
		Reply: func(text string) string {
			return `{"id":"chatcmpl-1","model":"gpt-4.1-mini","choices":[{"index":0,"message":{"role":"assistant","content":` + quote(text) + `},"finish_reason":"stop"}]}`
		},
		Replies: chatReplies, Faults: chatFaults,
		Failures: []Failure{
			{"wrong key", 401, `{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`, provider.Credentials},
			{"no money", 429, `{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}`, provider.Quota},
			{"too fast", 429, `{"error":{"message":"Rate limit reached for requests","type":"requests","param":null,"code":"rate_limit_exceeded"}}`, provider.RateLimited},
			{"no such model", 404, `{"error":{"message":"The model gpt-9 does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}}`, provider.NotFound},
			{"too long", 400, `{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}`, provider.TooLong},
			{"refused value", 400, `{"error":{"message":"Unsupported value: temperature","type":"invalid_request_error","param":"temperature","code":"unsupported_value"}}`, provider.Invalid},
			{"server", 500, `{"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}`, provider.Server},
			{"overloaded", 503, `{"error":{"message":"The engine is currently overloaded","type":"service_unavailable","param":null,"code":null}}`, provider.Overloaded},
		},
	}
}

// Compatible is the same format at another server: vLLM, llama.cpp, OpenRouter,
// LM Studio and Together. Looked up 2026-11-28:
// https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html,
// https://openrouter.ai/docs/api/reference/errors-and-debugging,
// https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md.
func Compatible() Format {
	f := OpenAI()
	f.Identity, f.Model = "lab-server", "o3-mini" // a name the client treats in its own way
	f.Places = map[string]string{
		"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "max_tokens": "max_tokens", "seed": "seed", "stop": "stop",
		"frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty", "reasoning_effort": "reasoning_effort",
	}
	f.Failures = []Failure{
		{"vLLM, too long", 400, `{"object":"error","message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens","type":"BadRequestError","param":null,"code":400}`, provider.TooLong},
		{"vLLM, no such model", 404, `{"error":{"message":"The model x does not exist.","type":"NotFoundError","param":null,"code":404}}`, provider.NotFound},
		{"llama.cpp, loading", 503, `{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}`, provider.Overloaded},
		{"llama.cpp, too long", 400, `{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}`, provider.TooLong},
		{"OpenRouter, no credits", 402, `{"error":{"code":402,"message":"Insufficient credits"}}`, provider.Quota},
		{"FastAPI", 422, `{"detail":[{"loc":["body","top_k"],"msg":"field not allowed"}]}`, provider.Invalid},
		{"text", 400, `{"error":"no such field"}`, provider.Invalid},
	}
	return f
}

// Mistral is Mistral's own endpoint, which has another name for the seed.
// Looked up 2026-11-28: https://docs.mistral.ai/api/.
func Mistral() Format {
	f := OpenAI()
	f.Identity, f.Model = "https://api.mistral.ai/v1", "mistral-small"
	f.Places = map[string]string{
		"temperature": "temperature", "top_p": "top_p", "max_tokens": "max_tokens", "seed": "random_seed", "stop": "stop",
		"frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty", "reasoning_effort": "reasoning_effort",
	}
	f.Failures = []Failure{
		{"wrong key", 401, `{"message":"Unauthorized","request_id":"1"}`, provider.Credentials},
		{"no such model", 400, `{"object":"error","message":"Invalid model: x","type":"invalid_model","param":null,"code":"1500"}`, provider.Invalid},
	}
	return f
}

var chatReplies = []Reply{
	{Name: "plain", Body: `{"id":"chatcmpl-7","object":"chat.completion","created":1700000000,"model":"gpt-4.1-mini-2025-04-14","system_fingerprint":"fp_44","choices":[{"index":0,"message":{"role":"assistant","content":"1. 4","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":31,"completion_tokens":4,"total_tokens":35,"prompt_tokens_details":{"cached_tokens":16},"completion_tokens_details":{"reasoning_tokens":0}}}`,
		Text: "1. 4", Finish: "stop", Served: "gpt-4.1-mini-2025-04-14", Fingerprint: "fp_44", Response: "chatcmpl-7", Status: completion.OK, Usage: usage(31, 4, 0, 16)},
	{Name: "reasoning apart", Body: `{"id":"c","model":"m","choices":[{"message":{"role":"assistant","content":"5","reasoning_content":"let me think: 6","reasoning":"7"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":90,"total_tokens":100,"completion_tokens_details":{"reasoning_tokens":80}}}`,
		Text: "5", Finish: "stop", Served: "m", Response: "c", Status: completion.OK, Usage: usage(10, 90, 80, -1)},
	{Name: "reasoning counted beside the completion", Body: `{"id":"c","model":"m","choices":[{"message":{"content":"5"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":95,"completion_tokens_details":{"reasoning_tokens":80}}}`,
		Text: "5", Finish: "stop", Served: "m", Response: "c", Status: completion.OK, Usage: usage(10, 85, 80, -1)},
	{Name: "parts, with thinking apart", Body: `{"id":"c","model":"m","choices":[{"message":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"1. 4\n"},{"type":"text","text":"2. 5"}]},"finish_reason":"stop"}]}`,
		Text: "1. 4\n2. 5", Finish: "stop", Served: "m", Response: "c", Status: completion.OK, Usage: usage(-1, -1, -1, -1)},
	{Name: "cut by max_tokens", Body: `{"id":"c","model":"m","choices":[{"message":{"content":"1. 4\n2."},"finish_reason":"length"}]}`,
		Text: "1. 4\n2.", Finish: "length", Served: "m", Response: "c", Status: completion.Truncated, Usage: usage(-1, -1, -1, -1)},
	{Name: "all thinking, no answer", Body: `{"id":"c","model":"m","choices":[{"message":{"content":""},"finish_reason":"length"}]}`,
		Finish: "length", Served: "m", Response: "c", Status: completion.Truncated, Usage: usage(-1, -1, -1, -1)},
	{Name: "filtered", Body: `{"id":"c","model":"m","choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}`,
		Finish: "content_filter", Served: "m", Response: "c", Status: completion.Refusal, Usage: usage(-1, -1, -1, -1)},
	{Name: "refused in its own field", Body: `{"id":"c","model":"m","choices":[{"message":{"content":null,"refusal":"I will not say."},"finish_reason":"stop"}]}`,
		Text: "I will not say.", Finish: "stop", Served: "m", Response: "c", Status: completion.Refusal, Usage: usage(-1, -1, -1, -1)},
	{Name: "refused in a part", Body: `{"id":"c","model":"m","choices":[{"message":{"content":[{"type":"refusal","refusal":"No."}]},"finish_reason":"stop"}]}`,
		Text: "No.", Finish: "stop", Served: "m", Response: "c", Status: completion.Refusal, Usage: usage(-1, -1, -1, -1)},
	{Name: "empty", Body: `{"id":"c","model":"m","choices":[{"message":{"content":"\n "},"finish_reason":"stop"}]}`,
		Text: "\n ", Finish: "stop", Served: "m", Response: "c", Status: completion.Empty, Usage: usage(-1, -1, -1, -1)},
}

var chatFaults = []Fault{
	{Name: "no choices", Body: `{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":3}}`, Class: provider.Malformed, Usage: &completion.Usage{Prompt: 3, Completion: -1, Reasoning: -1, Cached: -1}},
	{Name: "no message", Body: `{"id":"c","choices":[{"finish_reason":"stop"}]}`, Class: provider.Malformed},
	{Name: "no finish reason", Body: `{"id":"c","choices":[{"message":{"content":"1. 4"},"finish_reason":null}]}`, Class: provider.Malformed},
	{Name: "content of another type", Body: `{"choices":[{"message":{"content":4},"finish_reason":"stop"}]}`, Class: provider.Malformed},
	{Name: "message of another type", Body: `{"choices":[{"message":"4","finish_reason":"stop"}]}`, Class: provider.Malformed},
	{Name: "error", Body: `{"error":{"message":"boom","code":502}}`, Class: provider.Server},
	{Name: "error of the rate", Body: `{"error":{"message":"slow down","code":429}}`, Class: provider.RateLimited},
	{Name: "error as text", Body: `{"error":"boom"}`, Class: provider.Server},
	{Name: "broken off", Body: `{"choices":[{"message":{"content":"1."},"finish_reason":"error"}]}`, Class: provider.Server},
	{Name: "two values", Body: `{"choices":[{"message":{"content":"1."},"finish_reason":"stop"}]}{}`, Class: provider.Malformed},
}

// chatMessages reads OpenAI's and Ollama's messages.
func chatMessages(body map[string]any) []completion.Message {
	var out []completion.Message
	list, _ := body["messages"].([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		text, _ := m["content"].(string)
		out = append(out, completion.Message{Role: role(m["role"]), Text: text})
	}
	return out
}

// role reads a role's name.
func role(v any) completion.Role {
	switch v {
	case "system":
		return completion.System
	case "user":
		return completion.User
	case "assistant", "model":
		return completion.Assistant
	}
	return '?'
}

// quote writes a text as JSON.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("providertest: a text does not encode: " + err.Error())
	}
	return string(b)
}
