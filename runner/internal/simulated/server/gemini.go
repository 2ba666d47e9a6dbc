package server

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"
)

// gemini is the format of POST /v1beta/models/{model}:generateContent and
// :streamGenerateContent, as documented at https://ai.google.dev/api/generate-content
// and https://ai.google.dev/api/models, with error bodies as in Google's AIP-193
// (https://google.aip.dev/193); as of November 2026. A stream is an array unless
// the query says alt=sse, and $alt=json;enum-encoding=int, which Google's Go
// client sends, asks for enumerations as numbers.
type gemini struct{}

func (gemini) name() string { return "gemini" }

func (gemini) key(r *http.Request) string {
	if k := r.Header.Get("x-goog-api-key"); k != "" {
		return k
	}
	return r.URL.Query().Get("key")
}

type geminiContent struct {
	Role  string `json:"role"`
	Parts []struct {
		Text             *string `json:"text"`
		Thought          ignored `json:"thought"`
		ThoughtSignature ignored `json:"thoughtSignature"`
	} `json:"parts"`
}

// geminiRequest has both spellings that protocol buffers accept in JSON.
type geminiRequest struct {
	Model               string          `json:"model"`
	Contents            []geminiContent `json:"contents"`
	SystemInstruction   *geminiContent  `json:"systemInstruction"`
	SystemInstructionSn *geminiContent  `json:"system_instruction"`
	GenerationConfig    *geminiConfig   `json:"generationConfig"`
	GenerationConfigSn  *geminiConfig   `json:"generation_config"`
	A1                  ignored         `json:"safetySettings"`
	A2                  ignored         `json:"safety_settings"`
	A3                  ignored         `json:"tools"`
	A4                  ignored         `json:"toolConfig"`
	A5                  ignored         `json:"tool_config"`
	A6                  ignored         `json:"cachedContent"`
	A7                  ignored         `json:"serviceTier"`
	A8                  ignored         `json:"store"`
}

type geminiConfig struct {
	Temperature        *float64 `json:"temperature"`
	TopP               *float64 `json:"topP"`
	TopPSn             *float64 `json:"top_p"`
	TopK               *int     `json:"topK"`
	TopKSn             *int     `json:"top_k"`
	MaxOutputTokens    *int     `json:"maxOutputTokens"`
	MaxOutputTokensSn  *int     `json:"max_output_tokens"`
	CandidateCount     *int     `json:"candidateCount"`
	CandidateCountSn   *int     `json:"candidate_count"`
	StopSequences      []string `json:"stopSequences"`
	StopSequencesSn    []string `json:"stop_sequences"`
	ResponseMimeType   string   `json:"responseMimeType"`
	ResponseMimeTypeSn string   `json:"response_mime_type"`
	Seed               *int32   `json:"seed"`
	FrequencyPenalty   *float64 `json:"frequencyPenalty"`
	PresencePenalty    *float64 `json:"presencePenalty"`
	A1                 ignored  `json:"responseSchema"`
	A2                 ignored  `json:"response_schema"`
	A3                 ignored  `json:"responseJsonSchema"`
	A4                 ignored  `json:"responseModalities"`
	A5                 ignored  `json:"responseLogprobs"`
	A6                 ignored  `json:"logprobs"`
	A7                 ignored  `json:"thinkingConfig"`
	A8                 ignored  `json:"thinking_config"`
	A9                 ignored  `json:"mediaResolution"`
	B1                 ignored  `json:"speechConfig"`
	B2                 ignored  `json:"enableEnhancedCivicAnswers"`
}

func (gemini) read(r *http.Request, rest string, body []byte) (*chat, *failure) {
	var q geminiRequest
	if f := decode(body, &q, true); f != nil {
		return nil, f
	}
	model, method, _ := strings.Cut(rest, ":")
	c := &chat{model: model, temperature: 1}
	query := r.URL.Query()
	c.numbers = strings.Contains(query.Get("$alt"), "enum-encoding=int")
	if method == "streamGenerateContent" {
		if c.stream = array; query.Get("alt") == "sse" {
			c.stream = events
		}
	}
	if q.Model != "" && strings.TrimPrefix(q.Model, "models/") != model {
		return nil, badRequest("model", fmt.Sprintf("The model in the body, %q, is not the one of the path, %q.", q.Model, model))
	}
	if f := q.config(c); f != nil {
		return nil, f
	}
	if f := q.conversation(c); f != nil {
		return nil, f
	}
	return c, nil
}

// config reads the sampling parameters into c.
func (q *geminiRequest) config(c *chat) *failure {
	g := q.GenerationConfig
	if g == nil {
		g = q.GenerationConfigSn
	}
	if g == nil {
		return nil
	}
	most := g.MaxOutputTokens
	if most == nil {
		most = g.MaxOutputTokensSn
	}
	candidates := or(g.CandidateCount, or(g.CandidateCountSn, 1))
	if candidates != 1 {
		return badRequest("generation_config.candidate_count", fmt.Sprintf("The simulated respondent writes one candidate, not %d.", candidates))
	}
	c.temperature, c.maxTokens = or(g.Temperature, 1), or(most, 0)
	c.stop = append(g.StopSequences, g.StopSequencesSn...)
	c.json = g.ResponseMimeType+g.ResponseMimeTypeSn == "application/json"
	const name = "generation_config."
	if len(c.stop) > 5 {
		return badRequest(name+"stop_sequences", "The number of stop sequences is limited to 5.")
	}
	return first(
		outside(bound{name + "temperature", g.Temperature, 0, 2}, bound{name + "top_p", g.TopP, 0, 1}, bound{name + "top_p", g.TopPSn, 0, 1},
			bound{name + "frequency_penalty", g.FrequencyPenalty, -2, math.Nextafter(2, 0)}, bound{name + "presence_penalty", g.PresencePenalty, -2, math.Nextafter(2, 0)}),
		atLeastOne(name+"max_output_tokens", most), atLeastOne(name+"top_k", g.TopK), atLeastOne(name+"top_k", g.TopKSn))
}

// conversation reads the messages into c.
func (q *geminiRequest) conversation(c *chat) *failure {
	system := q.SystemInstruction
	if system == nil {
		system = q.SystemInstructionSn
	}
	if system != nil {
		t, f := system.text("system_instruction")
		if f != nil {
			return f
		}
		c.messages = append(c.messages, message{roleSystem, t})
	}
	if len(q.Contents) == 0 {
		return badRequest("contents", "* GenerateContentRequest.contents: contents is not specified")
	}
	for i := range q.Contents {
		m := &q.Contents[i]
		t, f := m.text(fmt.Sprintf("contents[%d]", i))
		if f != nil {
			return f
		}
		role := roleUser
		switch m.Role {
		case "", roleUser:
		case "model":
			role = roleAssistant
		default:
			return badRequest(fmt.Sprintf("contents[%d].role", i), "Please use a valid role: user, model.")
		}
		c.messages = append(c.messages, message{role, t})
	}
	return nil
}

func (m *geminiContent) text(place string) (string, *failure) {
	if len(m.Parts) == 0 {
		return "", badRequest(place+".parts", fmt.Sprintf("* GenerateContentRequest.%s.parts: contents.parts must not be empty.", place))
	}
	out := ""
	for i, p := range m.Parts {
		if p.Text == nil {
			return "", badRequest(place+".parts", fmt.Sprintf("* GenerateContentRequest.%s.parts[%d].data: required oneof field 'data' must have one initialized field", place, i))
		}
		if i > 0 {
			out += "\n"
		}
		out += *p.Text
	}
	return out, nil
}

// geminiReason is a finish reason with its number in the protocol buffer.
type geminiReason struct {
	name   string
	number int
}

func (gemini) reply(p *reply) (string, []byte) {
	reason := geminiReason{"STOP", 1}
	switch p.finish {
	case finishLength:
		reason = geminiReason{"MAX_TOKENS", 2}
	case finishFiltered:
		reason = geminiReason{"SAFETY", 3}
	}
	modality, finish := any("TEXT"), any(reason.name)
	if p.numbers {
		modality, finish = 1, reason.number
	}
	details := func(n int) []object { return []object{{"modality": modality, "tokenCount": n}} }
	candidate := object{"finishReason": finish, "index": 0}
	if p.finish != finishFiltered {
		candidate["content"] = object{"role": "model", "parts": []object{{"text": p.text}}}
	}
	body := encode(object{
		"candidates": []object{candidate},
		"usageMetadata": object{
			"promptTokenCount": p.prompt, "candidatesTokenCount": p.used, "totalTokenCount": p.prompt + p.used,
			"promptTokensDetails": details(p.prompt), "candidatesTokensDetails": details(p.used),
		},
		"modelVersion": p.served, "responseId": p.id[:22],
	})
	switch p.stream {
	case events:
		return "text/event-stream", append(append([]byte("data: "), body...), "\r\n\r\n"...)
	case array:
		return "application/json; charset=UTF-8", append(append([]byte{'['}, body...), "\n]"...)
	}
	return "application/json; charset=UTF-8", body
}

func (gemini) fail(f *failure, _ string) (int, []byte) {
	status, name := f.status, "INTERNAL"
	details := []object{}
	const rpc = "type.googleapis.com/google.rpc."
	switch f.status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusMethodNotAllowed:
		name = "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		// A bad key is an invalid argument here, and none at all is no permission.
		if f.missing {
			status, name = http.StatusForbidden, "PERMISSION_DENIED"
			break
		}
		status, name = http.StatusBadRequest, "INVALID_ARGUMENT"
		details = append(details, object{"@type": rpc + "ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com",
			"metadata": object{"service": "generativelanguage.googleapis.com"}})
	case http.StatusNotFound:
		name = "NOT_FOUND"
	case http.StatusConflict:
		name = "ABORTED"
	case http.StatusTooManyRequests:
		name = "RESOURCE_EXHAUSTED"
		details = append(details, geminiQuota(f, rpc)...)
	case http.StatusBadGateway, http.StatusServiceUnavailable, 529:
		name = "UNAVAILABLE"
	case http.StatusRequestTimeout, http.StatusGatewayTimeout:
		name = "DEADLINE_EXCEEDED"
	}
	e := object{"code": status, "message": f.message, "status": name}
	if len(details) > 0 {
		e["details"] = details
	}
	return status, encode(object{"error": e})
}

// geminiQuota says which quota is used up, and when to come again if waiting
// helps.
func geminiQuota(f *failure, rpc string) []object {
	metric, id := "generate_requests_per_model", "GenerateRequestsPerMinutePerProjectPerModel"
	if f.quota {
		metric, id = "generate_requests_per_model_per_day", "GenerateRequestsPerDayPerProjectPerModel"
	}
	out := []object{{"@type": rpc + "QuotaFailure", "violations": []object{{"quotaMetric": "generativelanguage.googleapis.com/" + metric, "quotaId": id}}}}
	if !f.quota {
		out = append(out, object{"@type": rpc + "RetryInfo", "retryDelay": fmt.Sprintf("%gs", f.wait.Seconds())})
	}
	return out
}

func (gemini) limits(http.Header, int, admission, time.Time) {}
