package providertest

import (
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// Google is the Gemini API's POST models/MODEL:generateContent. Looked up
// 2026-11-28: https://ai.google.dev/api/generate-content,
// https://ai.google.dev/gemini-api/docs/thinking,
// https://ai.google.dev/gemini-api/docs/troubleshooting.
func Google() Format {
	return Format{
		Provider: "google", Model: "gemini-2.5-flash", Path: "/v1beta/models/gemini-2.5-flash:generateContent", KeyHeader: "X-Goog-Api-Key",
		Always: []string{"contents"}, Warmest: 2,
		Places: map[string]string{
			"temperature": "generationConfig.temperature", "top_p": "generationConfig.topP", "top_k": "generationConfig.topK",
			"max_tokens": "generationConfig.maxOutputTokens", "frequency_penalty": "generationConfig.frequencyPenalty",
			"presence_penalty": "generationConfig.presencePenalty", "seed": "generationConfig.seed", "stop": "generationConfig.stopSequences",
			"thinking_tokens": "generationConfig.thinkingConfig.thinkingBudget",
		},
		Conversation: func(body map[string]any) []completion.Message {
			var out []completion.Message
			if s, ok := body["systemInstruction"].(map[string]any); ok {
				out = parted([]any{map[string]any{"role": "system", "parts": s["parts"]}}, "parts")
			}
			return append(out, parted(body["contents"], "parts")...)
		},
		Reply: func(text string) string {
			return `{"candidates":[{"content":{"role":"model","parts":[{"text":` + quote(text) + `}]},"finishReason":"STOP","index":0}],"modelVersion":"gemini-2.5-flash"}`
		},
		Replies: []Reply{
			{Name: "plain", Body: `{"candidates":[{"content":{"parts":[{"text":"1. 4"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13,"cachedContentTokenCount":2},"modelVersion":"gemini-2.5-flash","responseId":"r-7"}`,
				Text: "1. 4", Finish: "STOP", Served: "gemini-2.5-flash", Response: "r-7", Status: completion.OK, Usage: usage(9, 4, -1, 2)},
			{Name: "thoughts apart, parts joined", Body: `{"candidates":[{"content":{"parts":[{"text":"hm 3","thought":true},{"text":"1. 4\n"},{"text":"2. 5","thoughtSignature":"x"}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":8,"thoughtsTokenCount":120,"totalTokenCount":137},"modelVersion":"g","responseId":"r"}`,
				Text: "1. 4\n2. 5", Finish: "STOP", Served: "g", Response: "r", Status: completion.OK, Usage: usage(9, 128, 120, -1)},
			{Name: "all thoughts, no answer", Body: `{"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS"}],"usageMetadata":{"promptTokenCount":9,"thoughtsTokenCount":200,"totalTokenCount":209},"modelVersion":"g"}`,
				Finish: "MAX_TOKENS", Served: "g", Status: completion.Truncated, Usage: usage(9, 200, 200, -1)},
			{Name: "prompt blocked", Body: `{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"g"}`,
				Finish: "PROHIBITED_CONTENT", Served: "g", Status: completion.Refusal, Usage: usage(9, 0, -1, -1)},
			{Name: "reply blocked", Body: `{"candidates":[{"finishReason":"SAFETY","index":0}],"modelVersion":"g"}`,
				Finish: "SAFETY", Served: "g", Status: completion.Refusal, Usage: usage(-1, -1, -1, -1)},
			{Name: "recitation", Body: `{"candidates":[{"content":{"parts":[{"text":"1."}]},"finishReason":"RECITATION"}]}`,
				Text: "1.", Finish: "RECITATION", Status: completion.Refusal, Usage: usage(-1, -1, -1, -1)},
			{Name: "empty", Body: `{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}]}`,
				Finish: "STOP", Status: completion.Empty, Usage: usage(-1, -1, -1, -1)},
			{Name: "ended for another reason", Body: `{"candidates":[{"content":{},"finishReason":"OTHER"}]}`,
				Finish: "OTHER", Status: completion.Empty, Usage: usage(-1, -1, -1, -1)},
		},
		Faults: []Fault{
			{Name: "nothing", Body: `{"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}}`, Class: provider.Malformed, Usage: &completion.Usage{Prompt: 9, Completion: 0, Reasoning: -1, Cached: -1}},
			{Name: "no finish reason", Body: `{"candidates":[{"content":{"parts":[{"text":"1."}]}}]}`, Class: provider.Malformed},
			{Name: "unspecified reason", Body: `{"candidates":[{"content":{"parts":[{"text":"1."}]},"finishReason":"FINISH_REASON_UNSPECIFIED"}]}`, Class: provider.Malformed},
			{Name: "a list, as from a stream", Body: `[{"candidates":[{"content":{"parts":[{"text":"1."}]},"finishReason":"STOP"}]}]`, Class: provider.Malformed},
			{Name: "error", Body: `{"error":{"code":500,"message":"boom","status":"INTERNAL"}}`, Class: provider.Server},
			{Name: "error of the rate", Body: `{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}`, Class: provider.RateLimited},
		},
		Failures: []Failure{
			{"wrong key", 400, `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}`, provider.Credentials},
			{"not allowed", 403, `{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}`, provider.Credentials},
			{"too fast", 429, `{"error":{"code":429,"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37s"}]}}`, provider.RateLimited},
			{"too fast, without details", 429, `{"error":{"code":429,"message":"Resource has been exhausted (e.g. check quota).","status":"RESOURCE_EXHAUSTED"}}`, provider.RateLimited},
			{"nothing left today", 429, `{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED","details":[{"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}]}}`, provider.Quota},
			{"no such model", 404, `{"error":{"code":404,"message":"models/x is not found for API version v1beta","status":"NOT_FOUND"}}`, provider.NotFound},
			{"too long", 400, `{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}`, provider.TooLong},
			{"refused value", 400, `{"error":{"code":400,"message":"Unable to submit request","status":"INVALID_ARGUMENT"}}`, provider.Invalid},
			{"server", 500, `{"error":{"code":500,"message":"boom","status":"INTERNAL"}}`, provider.Server},
			{"overloaded", 503, `{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}`, provider.Overloaded},
			{"late", 504, `{"error":{"code":504,"message":"late","status":"DEADLINE_EXCEEDED"}}`, provider.Timeout},
			{"in a list", 503, `[{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}]`, provider.Overloaded},
		},
	}
}
