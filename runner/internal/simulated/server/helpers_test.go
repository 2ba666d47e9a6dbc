package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

const (
	batch = "Rate each description from 1 (not like me at all) to 6 (very much like me).\\n\\n" +
		"1. It is important to her to be rich.\\n2. She thinks nature should be protected.\\n3. She likes to be safe."
	openAIBody    = `{"model": "m", "messages": [{"role": "user", "content": "` + batch + `"}], "temperature": 0.7}`
	anthropicBody = `{"model": "m", "max_tokens": 600, "messages": [{"role": "user", "content": "` + batch + `"}], "temperature": 0.7}`
	geminiBody    = `{"contents": [{"role": "user", "parts": [{"text": "` + batch + `"}]}], "generationConfig": {"temperature": 0.7}}`
	ollamaBody    = `{"model": "m", "stream": false, "messages": [{"role": "user", "content": "` + batch + `"}], "options": {"temperature": 0.7}}`
)

// wire is how a format is asked in these tests.
type wire struct {
	name, path, body string
	header           http.Header
	text             func(t *testing.T, body string) string
}

var wires = []wire{
	{"openai", "/v1/chat/completions", openAIBody, nil, at("choices", 0, "message", "content")},
	{"anthropic", "/v1/messages", anthropicBody, http.Header{"Anthropic-Version": {"2023-06-01"}}, at("content", 0, "text")},
	{"gemini", "/v1beta/models/m:generateContent", geminiBody, nil, at("candidates", 0, "content", "parts", 0, "text")},
	{"ollama", "/api/chat", ollamaBody, nil, at("message", "content")},
}

// post makes a request of a wire with more headers, given as names and values.
func (w wire) post(body string, headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, w.path, strings.NewReader(body))
	for k, v := range w.header {
		r.Header[k] = v
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

// at returns a reader of one text in a document.
func at(path ...any) func(*testing.T, string) string {
	return func(t *testing.T, body string) string {
		t.Helper()
		v := find(document(t, body), path...)
		text, ok := v.(string)
		if !ok {
			t.Fatalf("no text at %v in %s", path, body)
		}
		return text
	}
}

func document(t *testing.T, body string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("not one JSON document: %v\n%s", err, body)
	}
	return v
}

func find(v any, path ...any) any {
	for _, p := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[fmt.Sprint(p)]
		case []any:
			i, _ := p.(int)
			if i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// record serves one request without a network.
func record(s *Server, r *http.Request) (status int, body string, h http.Header) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	b, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(b), w.Header()
}

// ask serves a request that must be answered, and returns the text.
func ask(t *testing.T, s *Server, w wire, body string, headers ...string) string {
	t.Helper()
	status, got, _ := record(s, w.post(body, headers...))
	if status != http.StatusOK {
		t.Fatalf("%s: status %d: %s", w.name, status, got)
	}
	return w.text(t, got)
}

// like compares a document with a pattern in which "<any>" stands for any text
// that is not empty, and "<n>" for any number above 0.
func like(t *testing.T, got, pattern string) {
	t.Helper()
	if diff := unlike("", document(t, got), document(t, pattern)); diff != "" {
		t.Errorf("%s\nin %s", diff, got)
	}
}

func unlike(path string, got, want any) string {
	switch w := want.(type) {
	case string:
		if n, ok := got.(float64); w == "<n>" && ok && n > 0 {
			return ""
		}
		if s, ok := got.(string); w == "<any>" && ok && s != "" {
			return ""
		}
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		for k := range g {
			if _, known := w[k]; !known {
				return fmt.Sprintf("%s.%s is not in the pattern", path, k)
			}
		}
		for k := range w {
			if _, there := g[k]; !there {
				return fmt.Sprintf("%s.%s is missing", path, k)
			}
			if d := unlike(path+"."+k, g[k], w[k]); d != "" {
				return d
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			if d := unlike(fmt.Sprintf("%s[%d]", path, i), g[i], w[i]); d != "" {
				return d
			}
		}
		return ""
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}

var requestID = regexp.MustCompile(`"request_id":"req_[0-9a-f]+"`)

var blanks = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`"created":\d+`), `"created":C`},
	{regexp.MustCompile(`"created_at":"[^"]+"`), `"created_at":"AT"`},
	{regexp.MustCompile(`"(id|responseId)":"[^"]+"`), `"$1":"ID"`},
	{regexp.MustCompile(`"system_fingerprint":"[^"]+"`), `"system_fingerprint":"FP"`},
	{regexp.MustCompile(`"(eval_count|prompt_eval_count)":[1-9]\d*`), `"$1":N`},
	{regexp.MustCompile(`"(usage|usageMetadata)":\{([^{}]|\{[^{}]*\})*\}`), `"$1":USAGE`},
}

// blank puts words in place of what differs from reply to reply.
func blank(s string) string {
	for _, b := range blanks {
		s = b.pattern.ReplaceAllString(s, b.with)
	}
	return s
}
