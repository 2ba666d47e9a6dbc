package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Each reply has the fields that the pages named at the format's type document,
// and no others.
func TestRepliesAreShapedAsDocumented(t *testing.T) {
	patterns := map[string]string{
		"openai": `{"id": "<any>", "object": "chat.completion", "created": "<n>", "model": "m", "system_fingerprint": "<any>", "service_tier": "default",
			"choices": [{"index": 0, "message": {"role": "assistant", "content": "<any>", "refusal": null, "annotations": []}, "logprobs": null, "finish_reason": "stop"}],
			"usage": {"prompt_tokens": "<n>", "completion_tokens": "<n>", "total_tokens": "<n>",
				"prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
				"completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}}}`,
		"anthropic": `{"id": "<any>", "type": "message", "role": "assistant", "model": "m", "content": [{"type": "text", "text": "<any>"}],
			"stop_reason": "end_turn", "stop_sequence": null,
			"usage": {"input_tokens": "<n>", "output_tokens": "<n>", "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "service_tier": "standard"}}`,
		"gemini": `{"candidates": [{"content": {"role": "model", "parts": [{"text": "<any>"}]}, "finishReason": "STOP", "index": 0}],
			"usageMetadata": {"promptTokenCount": "<n>", "candidatesTokenCount": "<n>", "totalTokenCount": "<n>",
				"promptTokensDetails": [{"modality": "TEXT", "tokenCount": "<n>"}], "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": "<n>"}]},
			"modelVersion": "m", "responseId": "<any>"}`,
		"ollama": `{"model": "m", "created_at": "<any>", "message": {"role": "assistant", "content": "<any>"}, "done_reason": "stop", "done": true,
			"total_duration": "<n>", "load_duration": "<n>", "prompt_eval_count": "<n>", "prompt_eval_duration": "<n>", "eval_count": "<n>", "eval_duration": 0}`,
	}
	for _, w := range wires {
		t.Run(w.name, func(t *testing.T) {
			status, body, h := record(New(Options{}), w.post(w.body))
			if status != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), "application/json") {
				t.Errorf("status %d, content type %q", status, h.Get("Content-Type"))
			}
			like(t, body, patterns[w.name])
		})
	}
}

// One key gets one text in every format, which is the one inside the program.
func TestTextIsTheSameInEveryFormat(t *testing.T) {
	s := New(Options{})
	want := ask(t, s, wires[0], wires[0].body, idempotencyHeader, key1)
	if strings.Count(want, "\n") != 2 {
		t.Fatalf("three items got %q", want)
	}
	for _, w := range wires[1:] {
		if got := ask(t, s, w, w.body, idempotencyHeader, key1); got != want {
			t.Errorf("%s: %q, openai: %q", w.name, got, want)
		}
	}
}

func TestStreamsHoldTheSameText(t *testing.T) {
	stream := strings.NewReplacer(`"stream": false`, `"stream": true`, `"temperature": 0.7}`, `"temperature": 0.7, "stream": true}`)
	for _, c := range []struct {
		wire       int
		path, body string
		kind       string
		want       string
	}{
		{0, "", stream.Replace(strings.Replace(openAIBody, "{", `{"stream_options": {"include_usage": true}, `, 1)), "text/event-stream",
			`data: {"choices":[{"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":C,"id":"ID","model":"m","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":"FP","usage":null}

data: {"choices":[{"delta":{"content":TEXT},"finish_reason":null,"index":0,"logprobs":null}],"created":C,"id":"ID","model":"m","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":"FP","usage":null}

data: {"choices":[{"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":C,"id":"ID","model":"m","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":"FP","usage":null}

data: {"choices":[],"created":C,"id":"ID","model":"m","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":"FP","usage":USAGE}

data: [DONE]

`},
		{1, "", stream.Replace(anthropicBody), "text/event-stream", `event: message_start
data: {"message":{"content":[],"id":"ID","model":"m","role":"assistant","stop_reason":null,"stop_sequence":null,"type":"message","usage":USAGE},"type":"message_start"}

event: content_block_start
data: {"content_block":{"text":"","type":"text"},"index":0,"type":"content_block_start"}

event: content_block_delta
data: {"delta":{"text":TEXT,"type":"text_delta"},"index":0,"type":"content_block_delta"}

event: content_block_stop
data: {"index":0,"type":"content_block_stop"}

event: message_delta
data: {"delta":{"stop_reason":"end_turn","stop_sequence":null},"type":"message_delta","usage":USAGE}

event: message_stop
data: {"type":"message_stop"}

`},
		{2, "/v1beta/models/m:streamGenerateContent?alt=sse", geminiBody, "text/event-stream", "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":TEXT}],\"role\":\"model\"},\"finishReason\":\"STOP\",\"index\":0}],\"modelVersion\":\"m\",\"responseId\":\"ID\",\"usageMetadata\":USAGE}\r\n\r\n"},
		{2, "/v1beta/models/m:streamGenerateContent?$alt=json%3Benum-encoding%3Dint", geminiBody, "application/json",
			"[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":TEXT}],\"role\":\"model\"},\"finishReason\":1,\"index\":0}],\"modelVersion\":\"m\",\"responseId\":\"ID\",\"usageMetadata\":USAGE}\n]"},
		{3, "", stream.Replace(ollamaBody), "application/x-ndjson", `{"created_at":"AT","done":false,"message":{"content":TEXT,"role":"assistant"},"model":"m"}
{"created_at":"AT","done":true,"done_reason":"stop","eval_count":N,"eval_duration":0,"load_duration":1,"message":{"content":"","role":"assistant"},"model":"m","prompt_eval_count":N,"prompt_eval_duration":1,"total_duration":2}
`},
	} {
		w := wires[c.wire]
		s := New(Options{})
		text := ask(t, s, w, w.body, idempotencyHeader, key1)
		if c.path != "" {
			w.path = c.path
		}
		status, got, h := record(s, w.post(c.body, idempotencyHeader, key1))
		if status != http.StatusOK || !strings.HasPrefix(h.Get("Content-Type"), c.kind) {
			t.Errorf("%s: status %d, content type %q", w.path, status, h.Get("Content-Type"))
		}
		if got = blank(got); got != strings.ReplaceAll(c.want, "TEXT", string(encode(text))) {
			t.Errorf("%s: got\n%s\nwant\n%s", w.path, got, c.want)
		}
	}
}

func TestListsOfModels(t *testing.T) {
	for _, c := range []struct {
		name, method, path, body string
		header                   string
		want                     string
	}{
		{"openai", "GET", "/v1/models", "", "", `{"object": "list", "data": [{"id": "a", "object": "model", "created": "<n>", "owned_by": "simulated"}, {"id": "b/c", "object": "model", "created": "<n>", "owned_by": "simulated"}]}`},
		{"openai one", "GET", "/v1/models/b/c", "", "", `{"id": "b/c", "object": "model", "created": "<n>", "owned_by": "simulated"}`},
		{"anthropic", "GET", "/v1/models", "", anthropicVersion, `{"data": [{"type": "model", "id": "a", "display_name": "a", "created_at": "<any>"}, {"type": "model", "id": "b/c", "display_name": "b/c", "created_at": "<any>"}], "has_more": false, "first_id": "a", "last_id": "b/c"}`},
		{"anthropic one", "GET", "/v1/models/a", "", anthropicVersion, `{"type": "model", "id": "a", "display_name": "a", "created_at": "<any>"}`},
		{"gemini one", "GET", "/v1beta/models/a", "", "", `{"name": "models/a", "baseModelId": "a", "version": "<any>", "displayName": "a", "description": "<any>", "inputTokenLimit": 4096, "outputTokenLimit": 8192, "supportedGenerationMethods": ["generateContent"], "temperature": 1, "maxTemperature": 2, "topP": 0.95}`},
		{"ollama version", "GET", "/api/version", "", "", `{"version": "<any>"}`},
		{"ollama show", "POST", "/api/show", `{"model": "a"}`, "", `{"license": "", "modelfile": "<any>", "parameters": "", "template": "<any>", "modified_at": "<any>", "capabilities": ["completion"],
			"details": {"parent_model": "", "format": "none", "family": "simulated", "families": ["simulated"], "parameter_size": "0", "quantization_level": "none"},
			"model_info": {"general.architecture": "simulated", "general.parameter_count": 0, "simulated.context_length": 4096}}`},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		if c.header != "" {
			r.Header.Set(c.header, "2023-06-01")
		}
		status, body, h := record(New(Options{Models: []string{"a", "b/c"}, Context: 4096}), r)
		if status != http.StatusOK || h.Get(Header) != respondent {
			t.Errorf("%s: status %d, header %q", c.name, status, h.Get(Header))
		}
		like(t, body, c.want)
	}
	s := New(Options{Models: []string{"a", "b/c"}})
	_, body, _ := record(s, httptest.NewRequest("GET", "/v1beta/models", nil))
	if got := find(document(t, body), "models", 1, "name"); got != "models/b/c" {
		t.Errorf("gemini's second model is %v", got)
	}
	_, body, _ = record(s, httptest.NewRequest("GET", "/api/tags", nil))
	if got := find(document(t, body), "models", 1, "model"); got != "b/c" {
		t.Errorf("ollama's second model is %v", got)
	}
}

// Ollama tells with which context a model is loaded, once it has been asked.
func TestLoadedModels(t *testing.T) {
	s := New(Options{Context: 4096})
	ps := func() string {
		_, body, _ := record(s, httptest.NewRequest("GET", "/api/ps", nil))
		return body
	}
	like(t, ps(), `{"models": []}`)
	ask(t, s, wires[0], openAIBody)
	ask(t, s, wires[3], strings.Replace(ollamaBody, `"options": {`, `"options": {"num_ctx": 2048, `, 1))
	like(t, ps(), `{"models": [{"name": "m", "model": "m", "size": 0, "digest": "<any>", "expires_at": "<any>", "size_vram": 0, "context_length": 2048,
		"details": {"parent_model": "", "format": "none", "family": "simulated", "families": ["simulated"], "parameter_size": "0", "quantization_level": "none"}}]}`)
}

// A server that serves every name lists those that were asked.
func TestNamesThatWereAskedAreListed(t *testing.T) {
	s := New(Options{})
	ask(t, s, wires[0], openAIBody)
	_, body, _ := record(s, httptest.NewRequest("GET", "/v1/models", nil))
	if a, b := find(document(t, body), "data", 0, "id"), find(document(t, body), "data", 1, "id"); a != "simulated-respondent" || b != "m" {
		t.Errorf("listed %v and %v", a, b)
	}
}

// How a reply ended is told in each format's words.
func TestFinishReasons(t *testing.T) {
	paths := [][]any{{"choices", 0, "finish_reason"}, {"stop_reason"}, {"candidates", 0, "finishReason"}, {"done_reason"}}
	for _, c := range []struct {
		plan string
		want []string
	}{
		{"", []string{"stop", "end_turn", "STOP", "stop"}},
		{"length=100%", []string{"length", "max_tokens", "MAX_TOKENS", "length"}},
		{"filter=100%", []string{"content_filter", "refusal", "SAFETY", "stop"}},
	} {
		for i, w := range wires {
			_, body, _ := record(New(Options{Faults: plan(t, c.plan)}), w.post(w.body))
			if got := find(document(t, body), paths[i]...); got != c.want[i] {
				t.Errorf("%s, %q: finish reason %v, want %s", w.name, c.plan, got, c.want[i])
			}
		}
	}
}

// Parameters of the body are heeded: bounds, stop words, JSON, context.
func TestParametersAreHeeded(t *testing.T) {
	for _, c := range []struct {
		name       string
		wire       int
		old, new   string
		want       string
		path       []any
		wantReason string
	}{
		{"max_tokens", 0, `"temperature": 0.7`, `"max_tokens": 1`, "1. ", []any{"choices", 0, "finish_reason"}, "length"},
		{"max_completion_tokens", 0, `"temperature": 0.7`, `"max_completion_tokens": 1`, "1. ", []any{"choices", 0, "finish_reason"}, "length"},
		{"stop", 0, `"temperature": 0.7`, `"stop": "2."`, "1. ", []any{"choices", 0, "finish_reason"}, "stop"},
		{"json_object", 0, `"temperature": 0.7`, `"response_format": {"type": "json_object"}`, `{"1": `, []any{"choices", 0, "finish_reason"}, "stop"},
		{"max_tokens", 1, `"max_tokens": 600`, `"max_tokens": 1`, "1. ", []any{"stop_reason"}, "max_tokens"},
		{"stop_sequences", 1, `"temperature": 0.7`, `"stop_sequences": ["x", "2."]`, "1. ", []any{"stop_sequence"}, "2."},
		{"maxOutputTokens", 2, `"temperature": 0.7`, `"maxOutputTokens": 1`, "1. ", []any{"candidates", 0, "finishReason"}, "MAX_TOKENS"},
		{"responseMimeType", 2, `"temperature": 0.7`, `"responseMimeType": "application/json"`, `{"1": `, []any{"candidates", 0, "finishReason"}, "STOP"},
		{"num_predict", 3, `"temperature": 0.7`, `"num_predict": 1`, "1. ", []any{"done_reason"}, "length"},
		{"num_predict -1", 3, `"temperature": 0.7`, `"num_predict": -1`, "1. ", []any{"done_reason"}, "stop"},
		{"format", 3, `"stream": false`, `"stream": false, "format": "json"`, `{"1": `, []any{"done_reason"}, "stop"},
	} {
		w := wires[c.wire]
		body := strings.Replace(w.body, c.old, c.new, 1)
		if body == w.body {
			t.Fatalf("%s: nothing was replaced", c.name)
		}
		_, got, _ := record(New(Options{}), w.post(body))
		if text := w.text(t, got); !strings.HasPrefix(text, c.want) {
			t.Errorf("%s %s: text %q, want it to begin with %q", w.name, c.name, text, c.want)
		}
		if reason := find(document(t, got), c.path...); reason != c.wantReason {
			t.Errorf("%s %s: %v is %v, want %s", w.name, c.name, c.path, reason, c.wantReason)
		}
	}
	s, differ := New(Options{}), 0
	for _, k := range manyKeys(50) {
		a := ask(t, s, wires[0], openAIBody, idempotencyHeader, k)
		if b := ask(t, s, wires[0], strings.Replace(openAIBody, "0.7", "2", 1), idempotencyHeader, k); a != b {
			differ++
		}
	}
	if differ < 10 {
		t.Errorf("the temperature changed %d of 50 replies", differ)
	}
}

// Ollama drops the oldest messages of a conversation that is too long, and its
// count of tokens shows it.
func TestOllamaTruncatesSilently(t *testing.T) {
	long := `{"model": "m", "stream": false, "options": {"num_ctx": 40}, "messages": [{"role": "user", "content": "` + batch + `"}, {"role": "assistant", "content": "1. 4"}, {"role": "user", "content": "4. She likes to win."}]}`
	tokens := func(body string) float64 {
		_, got, _ := record(New(Options{}), wires[3].post(body))
		n, _ := find(document(t, got), "prompt_eval_count").(float64)
		return n
	}
	system := strings.Replace(long, `[{`, `[{"role": "system", "content": "`+strings.Repeat("You are a person. ", 10)+`"}, {`, 1)
	if got := tokens(system); got < 45 || got > 55 {
		t.Errorf("%v tokens with a system prompt of 45, which stays", got)
	}
	if full, short := tokens(strings.Replace(long, "40", "4000", 1)), tokens(long); full < 45 || short > 10 {
		t.Errorf("%v tokens of the whole conversation, %v of what fits into 40", full, short)
	}
	if got := ask(t, New(Options{}), wires[3], `{"model": "m", "messages": []}`); got != "" {
		t.Errorf("loading a model wrote %q", got)
	}
}
