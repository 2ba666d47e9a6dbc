package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/simulated"
)

// quirkPrefix marks the parameters of an origin that are quirks of a simulated
// respondent.
const quirkPrefix = "quirk."

// newSimulated makes the respondent an origin describes.
func newSimulated(o *completion.Origin) (llms.Model, error) {
	declared := map[string]any{}
	for _, p := range o.Parameters {
		if name, ok := strings.CutPrefix(p.Name, quirkPrefix); ok {
			// The schema's near_constant_basic is Go's NearConstantBasic.
			declared[strings.ReplaceAll(name, "_", "")] = p.Value
		}
	}
	var opts simulated.Options
	b, err := json.Marshal(declared)
	if err == nil {
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.DisallowUnknownFields()
		err = dec.Decode(&opts.Quirks)
	}
	if err != nil {
		return nil, fmt.Errorf("quirks of simulated model %q: %w", o.Model, err)
	}
	return simulated.New(o.Model, opts), nil
}

// Call asks the simulated respondent.
func (c *chat) Call(ctx context.Context, req completion.Request, first completion.Key) (*completion.Completion, error) {
	started := c.now()
	ctx = simulated.WithSeed(ctx, simulated.Seed{Request: req.Key(), Session: first})
	resp, err := c.model.GenerateContent(ctx, contents(req.Thread.Messages()), perSample(req.Origin, c.options, req.Key())...)
	if err != nil {
		return nil, fmt.Errorf("asking simulated model %q: %w", req.Origin.Model, err)
	}
	if len(resp.Choices) != 1 {
		return nil, fmt.Errorf("simulated model %q gave %d replies, want 1", req.Origin.Model, len(resp.Choices))
	}
	choice := resp.Choices[0]
	out := &completion.Completion{
		Request: req, Text: strings.ToValidUTF8(choice.Content, "\uFFFD"),
		FinishReason: choice.StopReason, ModelServed: "simulated:" + req.Origin.Model,
		Usage: usage(choice.GenerationInfo), StartedAt: started.UTC().Truncate(time.Microsecond), Latency: c.now().Sub(started),
		Tries: 1, Version: c.version, Simulated: true,
	}
	out.Status = Status(choice.StopReason, out.Text)
	return out, nil
}

// Status reads how a completion ended from its finish reason and text.
func Status(finish, text string) completion.Status {
	switch finish {
	case "length", "max_tokens", "MAX_TOKENS":
		return completion.Truncated
	case "content_filter", "refusal", "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "RECITATION", "SPII":
		return completion.Refusal
	}
	if strings.TrimSpace(text) == "" {
		return completion.Empty
	}
	return completion.OK
}

func usage(info map[string]any) completion.Usage {
	u := completion.UnknownUsage()
	if n, ok := info["PromptTokens"].(int); ok {
		u.Prompt = n
	}
	if n, ok := info["CompletionTokens"].(int); ok {
		u.Completion = n
	}
	return u
}

// contents converts a conversation to langchaingo's messages.
func contents(messages []completion.Message) []llms.MessageContent {
	out := make([]llms.MessageContent, len(messages))
	parts := make([]llms.ContentPart, len(messages))
	for i, m := range messages {
		parts[i] = llms.TextContent{Text: m.Text}
		out[i].Parts = parts[i : i+1 : i+1]
		switch m.Role {
		case completion.System:
			out[i].Role = llms.ChatMessageTypeSystem
		case completion.Assistant:
			out[i].Role = llms.ChatMessageTypeAI
		default:
			out[i].Role = llms.ChatMessageTypeHuman
		}
	}
	return out
}
