package providertest

import (
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// Ollama is POST /api/chat. Looked up 2026-11-28: https://docs.ollama.com/api/chat,
// https://docs.ollama.com/api/errors, https://docs.ollama.com/capabilities/thinking.
func Ollama() Format {
	return Format{
		Provider: "ollama", Model: "llama3.1:8b", Path: "/api/chat", KeyHeader: "Authorization", KeyPrefix: "Bearer ",
		Always: []string{"model", "messages", "stream"}, Warmest: 2,
		Places: map[string]string{
			"temperature": "options.temperature", "top_p": "options.top_p", "top_k": "options.top_k", "max_tokens": "options.num_predict",
			"frequency_penalty": "options.frequency_penalty", "presence_penalty": "options.presence_penalty", "seed": "options.seed",
			"stop": "options.stop", "num_ctx": "options.num_ctx", "reasoning_effort": "think",
		},
		Conversation: chatMessages,
		Reply: func(text string) string {
			return `{"model":"llama3.1:8b","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":` + quote(text) + `},"done":true,"done_reason":"stop"}`
		},
		Replies: []Reply{
			{Name: "plain", Body: `{"model":"llama3.1:8b","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"1. 4"},"done":true,"done_reason":"stop","total_duration":5,"prompt_eval_count":26,"eval_count":4}`,
				Text: "1. 4", Finish: "stop", Served: "llama3.1:8b", Status: completion.OK, Usage: usage(26, 4, -1, -1)},
			{Name: "thinking apart", Body: `{"model":"q","message":{"role":"assistant","content":"5","thinking":"hm 3"},"done":true,"done_reason":"stop","eval_count":40}`,
				Text: "5", Finish: "stop", Served: "q", Status: completion.OK, Usage: usage(-1, 40, -1, -1)},
			{Name: "streamed all the same", Body: "{\"model\":\"q\",\"message\":{\"content\":\"1. \"},\"done\":false}\n{\"model\":\"q\",\"message\":{\"content\":\"4\"},\"done\":false}\n{\"model\":\"q\",\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":2,\"eval_count\":3}\n",
				Text: "1. 4", Finish: "stop", Served: "q", Status: completion.OK, Usage: usage(2, 3, -1, -1)},
			{Name: "cut by num_predict", Body: `{"model":"q","message":{"content":"1."},"done":true,"done_reason":"length"}`,
				Text: "1.", Finish: "length", Served: "q", Status: completion.Truncated, Usage: usage(-1, -1, -1, -1)},
			{Name: "empty", Body: `{"model":"q","message":{"content":""},"done":true,"done_reason":"stop"}`,
				Finish: "stop", Served: "q", Status: completion.Empty, Usage: usage(-1, -1, -1, -1)},
			{Name: "an older server, which gives no reason", Body: `{"model":"q","message":{"content":"4"},"done":true}`,
				Text: "4", Served: "q", Status: completion.OK, Usage: usage(-1, -1, -1, -1)},
		},
		Faults: []Fault{
			{Name: "not done", Body: `{"model":"q","message":{"content":"1."},"done":false}`, Class: provider.Malformed},
			{Name: "stream without its end", Body: "{\"message\":{\"content\":\"1.\"},\"done\":false}\n{\"message\":{\"content\":\"2.\"},\"done\":false}\n", Class: provider.Malformed},
			{Name: "only loaded", Body: `{"model":"q","message":{"content":""},"done":true,"done_reason":"load"}`, Class: provider.Malformed},
			{Name: "empty without a reason", Body: `{"model":"q","message":{"content":""},"done":true}`, Class: provider.Malformed},
			{Name: "error", Body: `{"error":"llama runner process has terminated"}`, Class: provider.Server},
			{Name: "error in the stream", Body: "{\"message\":{\"content\":\"1.\"},\"done\":false}\n{\"error\":\"boom\"}\n", Class: provider.Server},
			{Name: "goes on after its end", Body: "{\"message\":{\"content\":\"1.\"},\"done\":true,\"done_reason\":\"stop\"}\n{\"done\":true}", Class: provider.Malformed},
			{Name: "no message", Body: `{"done":true,"done_reason":"stop"}`, Class: provider.Malformed},
		},
		Failures: []Failure{
			{"no such model", 404, `{"error":"model 'llama9' not found"}`, provider.NotFound},
			{"bad option", 400, `{"error":"invalid options: seed"}`, provider.Invalid},
			{"server", 500, `{"error":"boom"}`, provider.Server},
			{"busy", 503, `{"error":"server busy, please try again.  maximum pending requests exceeded"}`, provider.Overloaded},
		},
	}
}
