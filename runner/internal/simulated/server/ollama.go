package server

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// ollama is the format of POST /api/chat, as documented in docs/api.md of
// https://github.com/ollama/ollama (Generate a chat completion, List local models,
// Show model information, List running models, Version); as of November 2026.
type ollama struct{ context int }

func (ollama) name() string { return "ollama" }

func (ollama) key(r *http.Request) string { return bearer(r) }

// ollamaRequest holds what the respondent heeds; like the real server this
// format passes over fields that it does not know.
type ollamaRequest struct {
	Model    *string `json:"model"`
	Messages []struct {
		Role    string  `json:"role"`
		Content *string `json:"content"`
		Images  []any   `json:"images"`
	} `json:"messages"`
	Stream  *bool   `json:"stream"`
	Format  any     `json:"format"`
	Tools   []any   `json:"tools"`
	Think   any     `json:"think"`
	Keep    ignored `json:"keep_alive"`
	Options struct {
		Temperature *float64 `json:"temperature"`
		TopP        *float64 `json:"top_p"`
		TopK        *int     `json:"top_k"`
		Seed        *int     `json:"seed"`
		NumPredict  *int     `json:"num_predict"`
		NumCtx      *int     `json:"num_ctx"`
		Stop        []string `json:"stop"`
	} `json:"options"`
}

func (o ollama) read(_ *http.Request, _ string, body []byte) (*chat, *failure) {
	var q ollamaRequest
	if f := decode(body, &q, false); f != nil {
		return nil, f
	}
	switch {
	case q.Model == nil || *q.Model == "":
		return nil, badRequest("model", "model is required")
	case q.Messages == nil:
		return nil, badRequest("messages", "messages is required")
	}
	if f := first(atLeastOne("num_ctx", q.Options.NumCtx)); f != nil {
		return nil, f
	}
	c := &chat{
		model: *q.Model, temperature: or(q.Options.Temperature, 0.8), stop: q.Options.Stop,
		maxTokens: max(0, or(q.Options.NumPredict, 0)), // -1 and -2 are no bound
		context:   min(o.context, or(q.Options.NumCtx, o.context)),
		json:      q.Format != nil && q.Format != "",
		load:      len(q.Messages) == 0,
	}
	if or(q.Stream, true) {
		c.stream = lines
	}
	for i, m := range q.Messages {
		switch {
		case m.Role != roleSystem && m.Role != roleUser && m.Role != roleAssistant:
			return nil, badRequest("messages", fmt.Sprintf("invalid role %q in message %d: must be one of system, user, assistant", m.Role, i))
		case len(m.Images) > 0:
			return nil, badRequest("messages", fmt.Sprintf("message %d has images: the simulated respondent reads text only", i))
		}
		c.messages = append(c.messages, message{m.Role, or(m.Content, "")})
	}
	return c, nil
}

func (ollama) reply(p *reply) (string, []byte) {
	at := p.at.UTC().Format("2006-01-02T15:04:05.000000Z")
	document := func(text string, done bool) object {
		return object{"model": p.served, "created_at": at, "message": object{"role": roleAssistant, "content": text}, "done": done}
	}
	last := func(text string) object {
		d := document(text, true)
		switch {
		case p.load:
			d["done_reason"] = "load"
			return d
		case p.finish == finishLength:
			d["done_reason"] = "length"
		default: // Ollama has no filter: a filtered reply is an empty one
			d["done_reason"] = "stop"
		}
		d["total_duration"], d["load_duration"] = p.took.Nanoseconds()+2, 1
		d["prompt_eval_count"], d["prompt_eval_duration"] = p.prompt, 1
		d["eval_count"], d["eval_duration"] = p.used, p.took.Nanoseconds()
		return d
	}
	if p.stream == whole || p.load {
		return "application/json; charset=utf-8", encode(last(p.text))
	}
	b := append(encode(document(p.text, false)), '\n')
	return "application/x-ndjson", append(append(b, encode(last(""))...), '\n')
}

func (ollama) fail(f *failure, _ string) (int, []byte) {
	return f.status, encode(object{"error": f.message})
}

func (ollama) limits(http.Header, int, admission, time.Time) {}

// details are what Ollama tells about a model's weights; here there are none.
func (ollama) details() object {
	return object{"parent_model": "", "format": "none", "family": "simulated", "families": []string{"simulated"},
		"parameter_size": "0", "quantization_level": "none"}
}

func (o ollama) entry(model string) object {
	d := hashed("model", model)
	return object{"name": model, "model": model, "size": 0, "digest": fmt.Sprintf("%x", d[:]), "details": o.details()}
}

func (o ollama) tags(models []string, at time.Time) object {
	list := []object{}
	for _, m := range models {
		e := o.entry(m)
		e["modified_at"] = at.UTC().Format(time.RFC3339)
		list = append(list, e)
	}
	return object{"models": list}
}

// ps lists the models that are loaded, each with the context of its last chat.
func (o ollama) ps(loaded map[string]int, at time.Time) object {
	list := []object{}
	for _, m := range slices.Sorted(maps.Keys(loaded)) {
		e := o.entry(m)
		e["size_vram"], e["context_length"] = 0, loaded[m]
		e["expires_at"] = at.Add(5 * time.Minute).UTC().Format(time.RFC3339) // keep_alive's default
		list = append(list, e)
	}
	return object{"models": list}
}

// show reads POST /api/show and answers it.
func (o ollama) show(body []byte, serves func(string) bool, at time.Time) (object, *failure) {
	var q struct {
		Model   string `json:"model"`
		Name    string `json:"name"` // the older word
		Verbose bool   `json:"verbose"`
	}
	if f := decode(body, &q, false); f != nil {
		return nil, f
	}
	if q.Model == "" {
		q.Model = q.Name
	}
	switch {
	case q.Model == "":
		return nil, badRequest("model", "model is required")
	case !serves(strings.TrimSuffix(q.Model, ":latest")):
		return nil, &failure{status: http.StatusNotFound, param: "model", message: fmt.Sprintf("model '%s' not found", q.Model)}
	}
	return object{
		"license": "", "modelfile": "# a simulated respondent: no model answers\n", "parameters": "", "template": "{{ .Prompt }}",
		"details": o.details(), "capabilities": []string{"completion"}, "modified_at": at.UTC().Format(time.RFC3339),
		"model_info": object{"general.architecture": "simulated", "general.parameter_count": 0, "simulated.context_length": o.context},
	}, nil
}
