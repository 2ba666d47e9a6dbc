package provider

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// claude speaks Anthropic's POST /v1/messages.
type claude struct{ repliesOnly }

func (claude) address(base, _ string) string { return base + "/messages" }

func (claude) header(h http.Header, key string) {
	h.Set("Anthropic-Version", "2023-06-01")
	setKey(h, "X-Api-Key", "", key)
}

// block is a part of a message.
type block struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func (claude) body(model string, messages []completion.Message, fields []wire.Field) (object, error) {
	system, rest, err := apart(messages)
	if err != nil {
		return nil, err
	}
	type said struct {
		Role    string  `json:"role"`
		Content []block `json:"content"`
	}
	list := make([]said, len(rest))
	for i, m := range rest {
		list[i] = said{m.Role.String(), []block{{"text", m.Text}}}
	}
	var o object
	o.set([]string{"model"}, model)
	if len(rest) < len(messages) {
		o.set([]string{"system"}, system)
	}
	o.set([]string{"messages"}, list)
	o.add(fields)
	return o, nil
}

func (claude) client(o *completion.Origin, base, _ string, rt http.RoundTripper) (llms.Model, []llms.CallOption, error) {
	m, err := anthropic.New(anthropic.WithToken(placeholder), anthropic.WithModel(o.Model), anthropic.WithBaseURL(base),
		anthropic.WithHTTPClient(&http.Client{Transport: rt}))
	return m, nil, err
}

// messageReply is a Message object.
// https://platform.claude.com/docs/en/api/messages/create (2026-11-28)
type messageReply struct {
	Type       string `json:"type"`
	ID         word   `json:"id"`
	Model      word   `json:"model"`
	StopReason string `json:"stop_reason"`
	Content    *[]struct {
		Type string  `json:"type"`
		Text *string `json:"text"`
	} `json:"content"`
	Usage aside[struct {
		Input   *tally `json:"input_tokens"`
		Output  *tally `json:"output_tokens"`
		Created *tally `json:"cache_creation_input_tokens"`
		Read    *tally `json:"cache_read_input_tokens"`
	}] `json:"usage"`
	Error json.RawMessage `json:"error"`
}

// usage adds what was read from and written to the cache to the prompt: input
// tokens are those beside the cache.
func (r *messageReply) usage() completion.Usage {
	u := completion.UnknownUsage()
	if said := r.Usage.in; said != nil {
		u.Prompt, u.Completion, u.Cached = sum(said.Input, said.Created, said.Read), known(said.Output), known(said.Read)
	}
	return u
}

func (claude) decode(body []byte) (*reply, *fault) {
	var r messageReply
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, malformed("the body is not the JSON of a message")
	}
	if r.Type == "error" || filled(r.Error) {
		return nil, behind200(body, r.usage())
	}
	if r.Type != "message" || r.Content == nil {
		return nil, &fault{Malformed, "the body is not a message", r.usage()}
	}
	if r.StopReason == "" {
		return nil, &fault{Malformed, "the reply has no stop_reason, so it may have been cut off", r.usage()}
	}
	var text strings.Builder
	for _, b := range *r.Content {
		if b.Type == "text" {
			if b.Text == nil {
				return nil, &fault{Malformed, "a block of text has no text", r.usage()}
			}
			text.WriteString(*b.Text)
		}
	}
	out := &reply{text: text.String(), finish: r.StopReason, model: string(r.Model), id: string(r.ID), usage: r.usage()}
	out.status = ended(out.finish, out.text, []string{"refusal"}, []string{"max_tokens", "model_context_window_exceeded"})
	return out, nil
}
