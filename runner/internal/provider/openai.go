package provider

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// openAI speaks POST /chat/completions, as OpenAI, vLLM, llama.cpp, OpenRouter,
// LM Studio, Together and Mistral do.
type openAI struct{}

func (openAI) address(base, _ string) string { return base + "/chat/completions" }

func (openAI) header(h http.Header, key string) { setKey(h, "Authorization", "Bearer ", key) }

func (openAI) body(model string, messages []completion.Message, fields []wire.Field) (object, error) {
	var o object
	o.set([]string{"model"}, model)
	o.set([]string{"messages"}, turns(messages))
	o.add(fields)
	return o, nil
}

// doer lets the client see our errors as they are: it flattens those of an
// *http.Client.
type doer struct{ http.RoundTripper }

func (d doer) Do(r *http.Request) (*http.Response, error) { return d.RoundTrip(r) }

func (openAI) client(o *completion.Origin, base, dialect string, rt http.RoundTripper) (llms.Model, []llms.CallOption, error) {
	m, err := openai.New(openai.WithToken(placeholder), openai.WithModel(o.Model), openai.WithBaseURL(base),
		openai.WithOrganization(""), openai.WithHTTPClient(doer{rt}))
	if err != nil {
		return nil, nil, err
	}
	var options []llms.CallOption
	if !wire.OpenAIsOwn(dialect) {
		options = append(options, openai.WithLegacyMaxTokensField())
	}
	// A server that calls the seed otherwise must not get it twice.
	for _, f := range wire.Fields(o.Provider, dialect, o.Parameters, completion.Key{}) {
		if f.Parameter == "seed" && f.Path[0] != "seed" {
			options = append(options, llms.WithSeed(0))
		}
	}
	return m, options, nil
}

// chatReply is a chat.completion object.
// https://platform.openai.com/docs/api-reference/chat/object (2026-11-28)
type chatReply struct {
	ID          word `json:"id"`
	Model       word `json:"model"`
	Fingerprint word `json:"system_fingerprint"`
	Choices     []struct {
		Message *struct {
			Content json.RawMessage `json:"content"`
			Refusal string          `json:"refusal"`
		} `json:"message"`
		FinishReason string          `json:"finish_reason"`
		Error        json.RawMessage `json:"error"`
	} `json:"choices"`
	Usage aside[chatUsage] `json:"usage"`
	Error json.RawMessage  `json:"error"`
}

// chatUsage is the usage of a chat.completion object.
type chatUsage struct {
	Prompt        *tally `json:"prompt_tokens"`
	Completion    *tally `json:"completion_tokens"`
	Total         *tally `json:"total_tokens"`
	PromptDetails aside[struct {
		Cached *tally `json:"cached_tokens"`
	}] `json:"prompt_tokens_details"`
	CompletionDetails aside[struct {
		Reasoning *tally `json:"reasoning_tokens"`
	}] `json:"completion_tokens_details"`
}

func (r *chatReply) usage() completion.Usage {
	u, said := completion.UnknownUsage(), r.Usage.in
	if said == nil {
		return u
	}
	u.Prompt, u.Completion = known(said.Prompt), known(said.Completion)
	if d := said.PromptDetails.in; d != nil {
		u.Cached = known(d.Cached)
	}
	if d := said.CompletionDetails.in; d != nil {
		u.Reasoning = known(d.Reasoning)
	}
	// Some servers count what was reasoned beside the completion, not within it.
	if total := known(said.Total); u.Reasoning > 0 && u.Prompt >= 0 && u.Completion >= 0 && total == u.Prompt+u.Completion+u.Reasoning {
		u.Completion += u.Reasoning
	}
	return u
}

func (openAI) decode(body []byte) (*reply, *fault) {
	var r chatReply
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, malformed("the body is not the JSON of a chat completion")
	}
	if filled(r.Error) || len(r.Choices) > 0 && filled(r.Choices[0].Error) {
		return nil, behind200(body, r.usage())
	}
	if len(r.Choices) == 0 || r.Choices[0].Message == nil {
		return nil, &fault{Malformed, "the body has no message", r.usage()}
	}
	choice := r.Choices[0]
	switch choice.FinishReason {
	case "":
		return nil, &fault{Malformed, "the reply has no finish_reason, so it may have been cut off", r.usage()}
	case "error", "abort", "insufficient_system_resource":
		return nil, &fault{Server, "the provider broke off with finish_reason " + choice.FinishReason, r.usage()}
	}
	text, refused, ok := content(choice.Message.Content)
	if !ok {
		return nil, &fault{Malformed, "the message has a content that is neither text nor a list of parts", r.usage()}
	}
	out := &reply{text: text, finish: choice.FinishReason, model: string(r.Model), fingerprint: string(r.Fingerprint), id: string(r.ID), usage: r.usage()}
	out.status = ended(choice.FinishReason, text, []string{"content_filter"}, []string{"length"})
	if refused += choice.Message.Refusal; refused != "" {
		out.text, out.status = text+refused, completion.Refusal
	}
	return out, nil
}

// refusal is a prompt that was blocked by the content filter of Azure's service,
// which says so with status 400 and one of two codes, or flagged by a moderator of
// OpenRouter, with status 403 and what was flagged:
// https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter (2026-11-28),
// https://openrouter.ai/docs/api-reference/errors (2026-11-29).
func (openAI) refusal(status int, said complaint) *reply {
	if status == http.StatusBadRequest && (said.code == "content_filter" || said.inner == "ResponsibleAIPolicyViolation") ||
		status == http.StatusForbidden && said.flagged {
		return &reply{finish: "content_filter", status: completion.Refusal, usage: completion.UnknownUsage()}
	}
	return nil
}

// content reads a message's content: a text, or parts of which those of text
// are joined and those of a refusal are given apart. Reasoning is left out.
func content(raw json.RawMessage) (text, refused string, ok bool) {
	if !isSet(raw) {
		return "", "", true
	}
	if json.Unmarshal(raw, &text) == nil {
		return text, "", true
	}
	var parts []struct {
		Type    string          `json:"type"`
		Text    json.RawMessage `json:"text"`
		Refusal string          `json:"refusal"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", "", false
	}
	var b strings.Builder
	for _, p := range parts {
		switch p.Type {
		case "text", "output_text":
			var s string
			if json.Unmarshal(p.Text, &s) != nil {
				return "", "", false
			}
			b.WriteString(s)
		case "refusal":
			refused += p.Refusal
		}
	}
	return b.String(), refused, true
}

// filled reports whether a field says anything: some servers always send that of an
// error, as null, false, 0 or empty.
func filled(raw json.RawMessage) bool {
	if !isSet(raw) {
		return false
	}
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return true
	}
	switch v := v.(type) {
	case string:
		return v != ""
	case bool:
		return v
	case map[string]any:
		return len(v) > 0
	case []any:
		return len(v) > 0
	case float64:
		return v != 0
	}
	return true
}

// isSet reports whether a field is there and not null.
func isSet(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }
