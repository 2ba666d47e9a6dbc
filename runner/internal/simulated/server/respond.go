package server

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/simulated"
)

// variant is a model as one fault of the text has it.
type variant struct{ model, fault string }

// keptModels bounds how many models are kept; names are the client's.
const keptModels = 256

// defaultModel is listed where nothing was asked yet.
const defaultModel = "simulated-respondent"

// serves reports whether a model is served.
func (s *Server) serves(model string) bool {
	return len(s.opts.Models) == 0 || slices.Contains(s.opts.Models, model)
}

// names are the models to list: those that are served, or that were asked.
func (s *Server) names() []string {
	if len(s.opts.Models) > 0 {
		return s.opts.Models
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := []string{defaultModel}
	for name := range s.asked {
		if name != defaultModel {
			out = append(out, name)
		}
	}
	slices.Sort(out[1:])
	return out
}

// modelOf returns the respondent that answers for a model.
func (s *Server) modelOf(name, fault string) *simulated.Model {
	v := variant{name, fault}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.models[v]; m != nil {
		return m
	}
	if len(s.models) >= keptModels {
		clear(s.models)
	}
	if len(s.asked) < keptModels {
		s.asked[name] = true
	}
	m := simulated.New(name, simulated.Options{Quirks: spoilt(s.opts.Quirks, fault)})
	s.models[v] = m
	return m
}

// spoilt are the quirks with which a model shows a fault of the text.
func spoilt(q simulated.Quirks, fault string) simulated.Quirks {
	switch fault {
	case "refusal":
		q.RefusalRate, q.PersonaRefusalRate = 1, 1
	case "prose":
		q.ProseRate = 1
	case "few":
		q.TooFewRate = 1
	case "many":
		q.TooManyRate = 1
	case "filter":
		q.EmptyRate = 1
	case "length":
		q.TruncateRate = 1
	}
	return q
}

// respond lets the respondent answer.
func (x *exchange) respond(c *chat, strikes *planned) (*reply, error) {
	fault := ""
	if strikes != nil {
		if fault = strikes.name; fault == "count" {
			if fault = "few"; x.uniform(drawCount, x.id.digest, 0) < 0.5 {
				fault = "many"
			}
		}
	}
	m := x.modelOf(c.model, fault)
	ctx := simulated.WithSeed(x.r.Context(), x.seedOf(x.r, c, x.id))
	options := []llms.CallOption{llms.WithTemperature(c.temperature), llms.WithMaxTokens(c.maxTokens)}
	if c.json {
		options = append(options, llms.WithJSONMode())
	}
	messages := c.contents()
	out, err := m.GenerateContent(ctx, messages, append(options, llms.WithStopWords(c.stop))...)
	if err != nil {
		return nil, err
	}
	choice := out.Choices[0]
	stopped := ""
	if len(c.stop) > 0 {
		free, err := m.GenerateContent(ctx, messages, options...)
		if err != nil {
			return nil, err
		}
		stopped = stopWord(free.Choices[0].Content, choice.Content, c.stop)
	}
	id := hashed("reply", string(x.id.digest[:]), strconv.FormatUint(x.opts.Seed, 10), strconv.Itoa(x.id.try), x.format.name())
	mark := hashed("fingerprint", respondent, c.model)
	p := &reply{
		chat: c, text: choice.Content, finish: choice.StopReason, stopped: stopped, served: c.model,
		id: fmt.Sprintf("%x", id[:]), fingerprint: fmt.Sprintf("fp_%x", mark[:5]), at: x.opts.Now(), took: x.opts.Latency,
	}
	p.prompt, _ = choice.GenerationInfo["PromptTokens"].(int)
	p.used, _ = choice.GenerationInfo["CompletionTokens"].(int)
	if fault == "served" {
		p.served += "-other"
	}
	return p, nil
}

// stopWord returns the word at which a text was stopped, or none.
func stopWord(free, stopped string, words []string) string {
	for _, w := range words {
		if w != "" && strings.HasPrefix(free, stopped+w) {
			return w
		}
	}
	return ""
}

// load remembers the context that a chat loads a model with.
func (s *Server) load(c *chat) {
	if c.context == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.loaded) >= keptModels {
		clear(s.loaded)
	}
	s.loaded[c.model] = c.context
}

// loadedReply is Ollama's answer to a chat without messages.
func (x *exchange) loadedReply(c *chat) object {
	return object{"model": c.model, "created_at": x.Time.Format("2006-01-02T15:04:05.000000Z"),
		"message": object{"role": roleAssistant, "content": ""}, "done_reason": "load", "done": true}
}
