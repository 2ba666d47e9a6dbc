package provider

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/googleai"
	"google.golang.org/api/option"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// gemini speaks the Gemini API's POST /models/MODEL:generateContent.
type gemini struct{ repliesOnly }

// address has the model in it. The key does not stand there, where logs and
// errors would show it.
func (gemini) address(base, model string) string {
	if !strings.Contains(model, "/") {
		model = "models/" + model
	}
	return base + "/" + (&url.URL{Path: model}).EscapedPath() + ":generateContent"
}

func (gemini) header(h http.Header, key string) { setKey(h, "X-Goog-Api-Key", "", key) }

// part and said are the Gemini API's Part and Content.
type part struct {
	Text string `json:"text"`
}

type said struct {
	Role  string `json:"role,omitempty"`
	Parts []part `json:"parts"`
}

func (gemini) body(_ string, messages []completion.Message, fields []wire.Field) (object, error) {
	system, rest, err := apart(messages)
	if err != nil {
		return nil, err
	}
	contents := make([]said, len(rest))
	for i, m := range rest {
		contents[i] = said{"user", []part{{m.Text}}}
		if m.Role == completion.Assistant {
			contents[i].Role = "model"
		}
	}
	var o object
	if len(rest) < len(messages) {
		o.set([]string{"systemInstruction"}, said{"system", []part{{system}}})
	}
	o.set([]string{"contents"}, contents)
	o.add(fields)
	return o, nil
}

// client is made for one model: with a model for each call it would change
// itself under concurrent calls.
func (gemini) client(o *completion.Origin, base, _ string, rt http.RoundTripper) (llms.Model, []llms.CallOption, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, nil, err
	}
	m, err := googleai.New(context.Background(), googleai.WithAPIKey(placeholder), googleai.WithDefaultModel(o.Model),
		googleai.WithHTTPClient(&http.Client{Transport: rt}),
		func(opts *googleai.Options) {
			opts.ClientOptions = append(opts.ClientOptions, option.WithEndpoint(u.Scheme+"://"+u.Host))
		})
	return m, nil, err
}

// contentReply is a GenerateContentResponse.
// https://ai.google.dev/api/generate-content#v1beta.GenerateContentResponse (2026-11-28)
type contentReply struct {
	ID         word `json:"responseId"`
	Model      word `json:"modelVersion"`
	Candidates []struct {
		Content *struct {
			Parts []struct {
				Text    string `json:"text"`
				Thought bool   `json:"thought"`
			} `json:"parts"`
		} `json:"content"`
		FinishReason string `json:"finishReason"`
	} `json:"candidates"`
	Feedback *struct {
		BlockReason string `json:"blockReason"`
	} `json:"promptFeedback"`
	Usage aside[struct {
		Prompt     *tally `json:"promptTokenCount"`
		Candidates *tally `json:"candidatesTokenCount"`
		Thoughts   *tally `json:"thoughtsTokenCount"`
		Total      *tally `json:"totalTokenCount"`
		Cached     *tally `json:"cachedContentTokenCount"`
	}] `json:"usageMetadata"`
	Error json.RawMessage `json:"error"`
}

// usage adds the thoughts to the candidates: both are billed as output. A count
// of zero is left out by the API, so without either the total tells.
func (r *contentReply) usage() completion.Usage {
	u, said := completion.UnknownUsage(), r.Usage.in
	if said == nil {
		return u
	}
	u.Prompt, u.Reasoning, u.Cached = known(said.Prompt), known(said.Thoughts), known(said.Cached)
	u.Completion = sum(said.Candidates, said.Thoughts)
	if total := known(said.Total); u.Completion == completion.Unknown && u.Prompt >= 0 && total >= u.Prompt {
		u.Completion = total - u.Prompt
	}
	return u
}

// blocked are the finish reasons with which the provider withheld the reply.
var blocked = []string{"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"}

func (gemini) decode(body []byte) (*reply, *fault) {
	var r contentReply
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, malformed("the body is not the JSON of a generated content")
	}
	if filled(r.Error) {
		return nil, behind200(body, r.usage())
	}
	out := &reply{model: string(r.Model), id: string(r.ID), usage: r.usage()}
	if len(r.Candidates) == 0 {
		if r.Feedback == nil || r.Feedback.BlockReason == "" {
			return nil, &fault{Malformed, "the body has neither a candidate nor a reason for blocking", out.usage}
		}
		out.finish, out.status = r.Feedback.BlockReason, completion.Refusal
		return out, nil
	}
	c := r.Candidates[0]
	if c.FinishReason == "" || c.FinishReason == "FINISH_REASON_UNSPECIFIED" {
		return nil, &fault{Malformed, "the reply has no finishReason, so it may have been cut off", out.usage}
	}
	var text strings.Builder
	if c.Content != nil {
		for _, p := range c.Content.Parts {
			if !p.Thought {
				text.WriteString(p.Text)
			}
		}
	}
	out.text, out.finish = text.String(), c.FinishReason
	out.status = ended(out.finish, out.text, blocked, []string{"MAX_TOKENS"})
	return out, nil
}
