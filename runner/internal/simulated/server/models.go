package server

import (
	"fmt"
	"maps"
	"net/http"
	"time"
)

// The lists of models, as the pages that the formats name document them.

func noModel(name string) *failure {
	return &failure{status: http.StatusNotFound, param: "model", message: fmt.Sprintf("The model '%s' does not exist or you do not have access to it.", name)}
}

// one answers for a single model, if it is served.
func (x *exchange) one(name string, document func(string) object) {
	if !x.serves(name) {
		x.refuse(OutcomeNotFound, noModel(name))
		return
	}
	x.Model = name
	x.write("application/json", document(name))
}

func listOf(names []string, document func(string) object) []object {
	out := []object{}
	for _, n := range names {
		out = append(out, document(n))
	}
	return out
}

func (s *Server) modelOpenAI(name string) object {
	return object{"id": name, "object": "model", "created": s.start.Unix(), "owned_by": "simulated"}
}

func (x *exchange) listOpenAI(string) {
	x.write("application/json", object{"object": "list", "data": listOf(x.names(), x.modelOpenAI)})
}

func (x *exchange) oneOpenAI(name string) { x.one(name, x.modelOpenAI) }

func (s *Server) modelAnthropic(name string) object {
	return object{"type": "model", "id": name, "display_name": name, "created_at": s.start.UTC().Format(time.RFC3339)}
}

func (x *exchange) listAnthropic(string) {
	names := x.names()
	x.write("application/json", object{"data": listOf(names, x.modelAnthropic), "has_more": false, "first_id": names[0], "last_id": names[len(names)-1]})
}

func (x *exchange) oneAnthropic(name string) { x.one(name, x.modelAnthropic) }

func (s *Server) modelGemini(name string) object {
	return object{
		"name": "models/" + name, "baseModelId": name, "version": respondent, "displayName": name,
		"description": "a simulated respondent: no model answers", "inputTokenLimit": s.opts.Context, "outputTokenLimit": 8192,
		"supportedGenerationMethods": []string{"generateContent"}, "temperature": 1, "maxTemperature": 2, "topP": 0.95,
	}
}

func (x *exchange) listGemini(string) {
	x.write("application/json; charset=UTF-8", object{"models": listOf(x.names(), x.modelGemini)})
}

func (x *exchange) oneGemini(name string) { x.one(name, x.modelGemini) }

func (x *exchange) tagsOllama(string) {
	x.write("application/json; charset=utf-8", ollama{}.tags(x.names(), x.start))
}

func (x *exchange) psOllama(string) {
	x.mu.Lock()
	loaded := maps.Clone(x.loaded)
	x.mu.Unlock()
	x.write("application/json; charset=utf-8", ollama{}.ps(loaded, x.opts.Now()))
}

// ollamaVersion is the version of the format, not of a program.
const ollamaVersion = "0.12.0"

func (x *exchange) versionOllama(string) {
	x.write("application/json; charset=utf-8", object{"version": ollamaVersion})
}

func (x *exchange) showOllama(string) {
	body, ok := x.body()
	if !ok {
		return
	}
	out, f := ollama{context: x.opts.Context}.show(body, x.serves, x.start)
	if f != nil {
		x.refuse(outcomeOf(f), f)
		return
	}
	x.write("application/json; charset=utf-8", out)
}
