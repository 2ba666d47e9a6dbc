package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A client's mistake gets the provider's own error body.
func TestMistakesAreRefused(t *testing.T) {
	for _, c := range []struct {
		name     string
		wire     int
		old, new string // replaced in the wire's body
		want     string // the error body
	}{
		{"malformed", 0, `"messages"`, `messages`, `{"error":{"code":null,"message":"We could not parse the JSON body of your request: invalid character 'm' looking for beginning of object key string","param":null,"type":"invalid_request_error"}}`},
		{"empty", 0, openAIBody, ``, `{"error":{"code":null,"message":"the request has no body","param":null,"type":"invalid_request_error"}}`},
		{"two documents", 0, openAIBody, openAIBody + `{}`, `{"error":{"code":null,"message":"the body goes on after the JSON document","param":null,"type":"invalid_request_error"}}`},
		{"bytes", 0, `"m"`, "\"\xff\"", `{"error":{"code":null,"message":"the body is not valid UTF-8","param":null,"type":"invalid_request_error"}}`},
		{"no model", 0, `"model": "m", `, ``, `{"error":{"code":null,"message":"you must provide a model parameter","param":"model","type":"invalid_request_error"}}`},
		{"no messages", 0, `"messages"`, `"user": "u", "store"`, `{"error":{"code":null,"message":"Missing required parameter: 'messages'.","param":"messages","type":"invalid_request_error"}}`},
		{"unknown field", 0, `"temperature"`, `"temprature"`, `{"error":{"code":null,"message":"Unknown name \"temprature\": cannot find field.","param":"temprature","type":"invalid_request_error"}}`},
		{"type", 0, `0.7`, `"0.7"`, `{"error":{"code":null,"message":"Invalid type for 'temperature': got string.","param":"temperature","type":"invalid_request_error"}}`},
		{"whole number", 0, `"temperature": 0.7`, `"max_tokens": 1.5`, `{"error":{"code":null,"message":"Invalid type for 'max_tokens': got number 1.5.","param":"max_tokens","type":"invalid_request_error"}}`},
		{"bounds", 0, `0.7`, `2.1`, `{"error":{"code":null,"message":"Invalid 'temperature': want a number from 0 to 2, got 2.1.","param":"temperature","type":"invalid_request_error"}}`},
		{"role", 0, `"user"`, `"human"`, `{"error":{"code":null,"message":"Invalid value: 'human'. Supported values are: 'system', 'developer', 'user', 'assistant'.","param":"messages[0].role","type":"invalid_request_error"}}`},
		{"image", 0, `"content": "` + batch + `"`, `"content": [{"type": "image_url", "image_url": {}}]`, `{"error":{"code":null,"message":"Invalid 'content': part 0 is of type \"image_url\"; the simulated respondent reads text only.","param":"content","type":"invalid_request_error"}}`},
		{"no content", 0, `, "content": "` + batch + `"`, ``, `{"error":{"code":null,"message":"Missing required parameter: 'messages[0].content'.","param":"messages[0].content","type":"invalid_request_error"}}`},
		{"both bounds", 0, `"temperature"`, `"max_tokens": 5, "max_completion_tokens": 5, "temperature"`, `{"error":{"code":null,"message":"Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.","param":"max_tokens","type":"invalid_request_error"}}`},
		{"no question", 0, `"user"`, `"system"`, `{"error":{"code":null,"message":"simulated: no user message with text to answer","param":"messages","type":"invalid_request_error"}}`},
		{"no max_tokens", 1, `"max_tokens": 600, `, ``, `{"error":{"message":"max_tokens: Field required","type":"invalid_request_error"},"request_id":"ID","type":"error"}`},
		{"system role", 1, `"user"`, `"system"`, `{"error":{"message":"messages.0.role: Input should be 'user' or 'assistant'","type":"invalid_request_error"},"request_id":"ID","type":"error"}`},
		{"bounds", 1, `0.7`, `1.1`, `{"error":{"message":"Invalid 'temperature': want a number from 0 to 1, got 1.1.","type":"invalid_request_error"},"request_id":"ID","type":"error"}`},
		{"empty reply", 1, `"}]`, `"}, {"role": "assistant", "content": ""}, {"role": "user", "content": "2. b"}]`, `{"error":{"message":"messages.1: all messages must have non-empty content except for the optional final assistant message","type":"invalid_request_error"},"request_id":"ID","type":"error"}`},
		{"unknown field", 1, `"temperature"`, `"presence_penalty"`, `{"error":{"message":"Unknown name \"presence_penalty\": cannot find field.","type":"invalid_request_error"},"request_id":"ID","type":"error"}`},
		{"no contents", 2, `"contents"`, `"tools"`, `{"error":{"code":400,"message":"* GenerateContentRequest.contents: contents is not specified","status":"INVALID_ARGUMENT"}}`},
		{"role", 2, `"user"`, `"assistant"`, `{"error":{"code":400,"message":"Please use a valid role: user, model.","status":"INVALID_ARGUMENT"}}`},
		{"two models", 2, `{"contents"`, `{"model": "models/other", "contents"`, `{"error":{"code":400,"message":"The model in the body, \"models/other\", is not the one of the path, \"m\".","status":"INVALID_ARGUMENT"}}`},
		{"unknown field", 2, `"temperature"`, `"maxTokens": 5, "temperature"`, `{"error":{"code":400,"message":"Unknown name \"maxTokens\": cannot find field.","status":"INVALID_ARGUMENT"}}`},
		{"parts", 2, `{"text": "` + batch + `"}`, ``, `{"error":{"code":400,"message":"* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.","status":"INVALID_ARGUMENT"}}`},
		{"no model", 3, `"model": "m", `, ``, `{"error":"model is required"}`},
		{"no messages", 3, `"messages"`, `"message"`, `{"error":"messages is required"}`},
		{"type", 3, `0.7`, `"warm"`, `{"error":"Invalid type for 'options.temperature': got string."}`},
	} {
		t.Run(wires[c.wire].name+" "+c.name, func(t *testing.T) {
			w := wires[c.wire]
			body := strings.Replace(w.body, c.old, c.new, 1)
			if body == w.body {
				t.Fatal("nothing was replaced")
			}
			s := New(Options{})
			status, got, h := record(s, w.post(body))
			if status != http.StatusBadRequest || h.Get(Header) != respondent {
				t.Errorf("status %d, header %q", status, h.Get(Header))
			}
			if got = requestID.ReplaceAllString(got, `"request_id":"ID"`); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if n := s.Counters().ByOutcome[OutcomeBadRequest]; n != 1 {
				t.Errorf("%d bad requests counted", n)
			}
		})
	}
}

// Both spellings of a protocol buffer's field, lists of parts and the older
// roles are understood.
func TestOtherSpellingsAreUnderstood(t *testing.T) {
	want := ask(t, New(Options{}), wires[0], openAIBody, idempotencyHeader, key1)
	for _, c := range []struct {
		wire     int
		old, new string
	}{
		{0, `"content": "` + batch + `"`, `"content": [{"type": "text", "text": "` + batch + `"}]`},
		{1, `"content": "` + batch + `"`, `"content": [{"type": "text", "text": "` + batch + `"}]`},
		{2, `generationConfig`, `generation_config`},
		{2, `"role": "user", `, ``},
		{2, `{"contents"`, `{"model": "models/m", "contents"`},
	} {
		w := wires[c.wire]
		if got := ask(t, New(Options{}), w, strings.Replace(w.body, c.old, c.new, 1), idempotencyHeader, key1); got != want {
			t.Errorf("%s with %s: %q, want %q", w.name, c.new, got, want)
		}
	}
	system := func(w wire, old, new string) string {
		return ask(t, New(Options{}), w, strings.Replace(w.body, old, new, 1), idempotencyHeader, key1)
	}
	const someone = "Answer as somebody who wants to be rich above all."
	a := system(wires[0], `[{"role"`, `[{"role": "developer", "content": "`+someone+`"}, {"role"`)
	for _, got := range []string{
		system(wires[0], `[{"role"`, `[{"role": "system", "content": "`+someone+`"}, {"role"`),
		system(wires[1], `{"model"`, `{"system": [{"type": "text", "text": "`+someone+`"}], "model"`),
		system(wires[2], `{"contents"`, `{"system_instruction": {"parts": [{"text": "`+someone+`"}]}, "contents"`),
		system(wires[2], `{"contents"`, `{"systemInstruction": {"parts": [{"text": "`+someone+`"}]}, "contents"`),
		system(wires[3], `[{"role"`, `[{"role": "system", "content": "`+someone+`"}, {"role"`),
	} {
		if got != a {
			t.Errorf("with a system prompt: %q and %q", got, a)
		}
	}
}

func TestPathsMethodsAndModels(t *testing.T) {
	for _, c := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"POST", "/v1/completions", 404, `{"error":{"code":null,"message":"Invalid URL (POST /v1/completions)","param":null,"type":"invalid_request_error"}}`},
		{"POST", "/api/generate", 404, `{"error":"Invalid URL (POST /api/generate)"}`},
		{"POST", "/v1beta/models/m:countTokens", 405, `{"error":{"code":405,"message":"Not allowed to POST on /v1beta/models/m:countTokens","status":"INVALID_ARGUMENT"}}`},
		{"POST", "/v1beta/other", 404, `{"error":{"code":404,"message":"Invalid URL (POST /v1beta/other)","status":"NOT_FOUND"}}`},
		{"GET", "/v1/chat/completions", 405, `{"error":{"code":null,"message":"Not allowed to GET on /v1/chat/completions","param":null,"type":"invalid_request_error"}}`},
		{"GET", "/v1/models/none", 404, `{"error":{"code":"model_not_found","message":"The model 'none' does not exist or you do not have access to it.","param":"model","type":"invalid_request_error"}}`},
	} {
		status, got, h := record(New(Options{Models: []string{"a"}}), httptest.NewRequest(c.method, c.path, strings.NewReader("{}")))
		if status != c.status || got != c.want || h.Get(Header) != respondent {
			t.Errorf("%s %s: %d %s\nwant %d %s", c.method, c.path, status, got, c.status, c.want)
		}
	}
	for _, w := range wires {
		if status, got, _ := record(New(Options{Models: []string{"a"}}), w.post(w.body)); status != http.StatusNotFound {
			t.Errorf("%s: a model that is not served: %d %s", w.name, status, got)
		}
	}
	r := wires[1].post(anthropicBody)
	r.Header.Del(anthropicVersion)
	status, got, _ := record(New(Options{}), r)
	if status != http.StatusBadRequest || !strings.Contains(got, "anthropic-version: header is required") {
		t.Errorf("without a version: %d %s", status, got)
	}
	status, got, _ = record(New(Options{MaxBody: 100}), wires[0].post(openAIBody))
	if status != http.StatusRequestEntityTooLarge || !strings.Contains(got, "Request exceeds the maximum size of 100 bytes.") {
		t.Errorf("a large body: %d %s", status, got)
	}
}

func TestRequiredKey(t *testing.T) {
	headers := [][2]string{{"Authorization", "Bearer K"}, {"x-api-key", "K"}, {"x-goog-api-key", "K"}, {"Authorization", "Bearer K"}}
	wrong := []string{
		`{"error":{"code":"invalid_api_key","message":"API key not valid. Please pass a valid API key.","param":null,"type":"invalid_request_error"}}`,
		`{"error":{"message":"API key not valid. Please pass a valid API key.","type":"authentication_error"},"request_id":"ID","type":"error"}`,
		`{"error":{"code":400,"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"},"reason":"API_KEY_INVALID"}],"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT"}}`,
		`{"error":"API key not valid. Please pass a valid API key."}`,
	}
	for i, w := range wires {
		s := New(Options{RequireKey: "K"})
		if status, _, _ := record(s, w.post(w.body, headers[i][0], headers[i][1])); status != http.StatusOK {
			t.Errorf("%s: right key: %d", w.name, status)
		}
		_, got, _ := record(s, w.post(w.body, headers[i][0], headers[i][1]+"x"))
		if got = requestID.ReplaceAllString(got, `"request_id":"ID"`); got != wrong[i] {
			t.Errorf("%s: wrong key: got %s\nwant %s", w.name, got, wrong[i])
		}
		want := map[string]int{"gemini": 403}[w.name]
		if want == 0 {
			want = 401
		}
		if status, _, _ := record(s, w.post(w.body)); status != want {
			t.Errorf("%s: no key: %d, want %d", w.name, status, want)
		}
		if c := s.Counters(); c.ByOutcome[OutcomeUnauthorized] != 2 || c.Made != 1 {
			t.Errorf("%s: %+v", w.name, c)
		}
	}
	w := wires[2]
	w.path += "?key=K"
	if status, got, _ := record(New(Options{RequireKey: "K"}), w.post(w.body)); status != http.StatusOK {
		t.Errorf("gemini's key in the query: %d %s", status, got)
	}
}
