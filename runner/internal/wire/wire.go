// Package wire knows which declared parameters each provider's wire format can
// carry, and where they stand in the body of a request.
//
// It is pure: it knows tables and sends nothing. Refusals of single models are
// listed only where the provider's own documentation has them (refusals.go,
// with page and date); in doubt what is declared is sent and the server answers.
//
//	for _, p := range wire.Unsupported("anthropic", "", "claude-sonnet-4-5", params) {
//		fmt.Println(p.Parameter, p.Why, p.Mend)
//	}
package wire

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"circumplex.example/runner/internal/completion"
)

// PerSample is the value of seed that stands for one derived for each request.
const PerSample = "per_sample"

// Problem is a declared parameter that cannot be made true, or a required one
// that is not declared.
type Problem struct {
	// Parameter is its name in the schema.
	Parameter string
	// Why says what cannot be, Mend what to write instead.
	Why, Mend string
}

// Field is one field of a body.
type Field struct {
	// Parameter is the declared parameter it comes from.
	Parameter string
	// Path leads to it from the root.
	Path []string
	// Value is a float64, string, bool or []string.
	Value any
}

// kinds has the type of each parameter's value.
var kinds = map[string]string{
	"temperature": "number", "top_p": "number", "top_k": "number", "max_tokens": "number",
	"frequency_penalty": "number", "presence_penalty": "number", "num_ctx": "number", "thinking_tokens": "number",
	"seed": "seed", "stop": "list", "reasoning_effort": "text",
}

// places says where a format has a parameter, levels parted by dots. What is
// not there, it cannot carry. The places of thinking_tokens and reasoning_effort
// depend on the value for some: see Fields.
var places = map[string]map[string]string{
	// https://platform.openai.com/docs/api-reference/chat/create (2026-11-28)
	"openai": {
		"temperature": "temperature", "top_p": "top_p", "max_tokens": "max_completion_tokens",
		"frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty",
		"stop": "stop", "seed": "seed", "reasoning_effort": "reasoning_effort",
	},
	// Servers that speak OpenAI's format: max_tokens, since some ignore the newer
	// name without a word (https://github.com/abetlen/llama-cpp-python/issues/1907),
	// and top_k, which vLLM, llama.cpp, LM Studio, OpenRouter
	// and Together take.
	"openai-compatible": {
		"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "max_tokens": "max_tokens",
		"frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty",
		"stop": "stop", "seed": "seed", "reasoning_effort": "reasoning_effort",
	},
	// https://docs.mistral.ai/api/ (2026-11-28): OpenAI's format, with another
	// name for the seed, and without top_k.
	"mistral": {
		"temperature": "temperature", "top_p": "top_p", "max_tokens": "max_tokens",
		"frequency_penalty": "frequency_penalty", "presence_penalty": "presence_penalty",
		"stop": "stop", "seed": "random_seed", "reasoning_effort": "reasoning_effort",
	},
	// https://ai.google.dev/api/generate-content#v1beta.GenerationConfig (2026-11-28)
	"google": {
		"temperature": "generationConfig.temperature", "top_p": "generationConfig.topP", "top_k": "generationConfig.topK",
		"max_tokens": "generationConfig.maxOutputTokens", "stop": "generationConfig.stopSequences", "seed": "generationConfig.seed",
		"frequency_penalty": "generationConfig.frequencyPenalty", "presence_penalty": "generationConfig.presencePenalty",
		"thinking_tokens":  "generationConfig.thinkingConfig.thinkingBudget",
		"reasoning_effort": "generationConfig.thinkingConfig.thinkingLevel",
	},
	// https://docs.ollama.com/api/chat and /modelfile (2026-11-28)
	"ollama": {
		"temperature": "options.temperature", "top_p": "options.top_p", "top_k": "options.top_k",
		"max_tokens": "options.num_predict", "stop": "options.stop", "seed": "options.seed", "num_ctx": "options.num_ctx",
		"frequency_penalty": "options.frequency_penalty", "presence_penalty": "options.presence_penalty",
		"reasoning_effort": "think", "thinking_tokens": "think",
	},
	// https://platform.claude.com/docs/en/api/messages/create (2026-11-28)
	"anthropic": {
		"temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "max_tokens": "max_tokens", "stop": "stop_sequences",
		"thinking_tokens": "thinking.budget_tokens", "reasoning_effort": "output_config.effort",
	},
}

// instead says what to do about a parameter that a format has no place for.
var instead = map[string]map[string]string{
	"openai": {
		"top_k":           `remove top_k, or declare top_p`,
		"num_ctx":         `remove num_ctx: the context is the model's own`,
		"thinking_tokens": `declare reasoning_effort: "low"`,
	},
	"openai-compatible": {
		"num_ctx":         "remove num_ctx, and give the server its context when it is started",
		"thinking_tokens": `declare reasoning_effort: "low"`,
	},
	"mistral": {
		"top_k":           `remove top_k, or declare top_p`,
		"num_ctx":         `remove num_ctx: the context is the model's own`,
		"thinking_tokens": `declare reasoning_effort: "high" or "none"`,
	},
	"google": {"num_ctx": `remove num_ctx: the context is the model's own`},
	"anthropic": {
		"frequency_penalty": "remove frequency_penalty", "presence_penalty": "remove presence_penalty",
		"seed":    `remove seed: replicates are told apart without it`,
		"num_ctx": `remove num_ctx: the context is the model's own`,
	},
}

// dialect is the row of places for a provider at an endpoint.
func dialect(provider, address string) string {
	switch {
	case provider != "openai" || OpenAIsOwn(address):
		return provider
	case strings.Contains(address, "api.mistral.ai"):
		return "mistral"
	}
	return "openai-compatible"
}

// OpenAIsOwn reports whether an address is OpenAI's own endpoint.
func OpenAIsOwn(address string) bool {
	return address == "" || strings.HasPrefix(address, "https://api.openai.com/")
}

// names is how messages call a dialect.
var names = map[string]string{
	"openai": "OpenAI's own endpoint", "openai-compatible": "a server that speaks OpenAI's format", "mistral": "Mistral's endpoint",
	"google": "the Gemini API", "ollama": "Ollama", "anthropic": "the Anthropic API",
}

// Unsupported lists declared parameters that cannot be made true for this
// provider and model, and required ones that are missing, sorted by name.
// address is "" for the provider's own default endpoint.
func Unsupported(provider, address, model string, params []completion.Parameter) []Problem {
	if provider == "simulated" {
		return nil
	}
	d := dialect(provider, address)
	var out []Problem
	for _, p := range params {
		if problem, bad := unplaced(d, p); bad {
			out = append(out, problem)
		}
	}
	declared := byName(params)
	for _, r := range refusals {
		if r.dialect != d || declared[r.parameter] == nil || r.models != nil && !r.models(model) {
			continue
		}
		if why := r.why(declared); why != "" {
			out = append(out, Problem{r.parameter, why, r.mend})
		}
	}
	if d == "anthropic" && declared["max_tokens"] == nil {
		out = append(out, Problem{"max_tokens", names[d] + " needs max_tokens, and none is declared", "max_tokens: 1024"})
	}
	slices.SortStableFunc(out, func(a, b Problem) int { return cmp.Compare(a.Parameter, b.Parameter) })
	return slices.CompactFunc(out, func(a, b Problem) bool { return a.Parameter == b.Parameter })
}

// unplaced reports a parameter that the format has no place for, or whose value
// is of the wrong kind.
func unplaced(d string, p completion.Parameter) (Problem, bool) {
	kind, known := kinds[p.Name]
	name := cmp.Or(names[d], fmt.Sprintf("provider %q", d))
	if !known {
		return Problem{p.Name, fmt.Sprintf("no provider's format has a parameter %q", p.Name), "remove " + p.Name}, true
	}
	if places[d][p.Name] == "" {
		return Problem{p.Name, fmt.Sprintf("%s has no parameter %s", name, p.Name), cmp.Or(instead[d][p.Name], "remove "+p.Name)}, true
	}
	if !fits(kind, p.Value) {
		return Problem{p.Name, fmt.Sprintf("%s is %v, want %s", p.Name, p.Value, want[kind]), "correct " + p.Name}, true
	}
	return Problem{}, false
}

var want = map[string]string{"number": "a number", "text": "a text", "list": "a list of texts", "seed": `a whole number or "per_sample"`}

func fits(kind string, v any) bool {
	switch v := v.(type) {
	case float64:
		return kind == "number" || kind == "seed"
	case string:
		return kind == "text" || kind == "seed" && v == PerSample
	case []string:
		return kind == "list"
	}
	return false
}

func byName(params []completion.Parameter) map[string]any {
	m := make(map[string]any, len(params))
	for _, p := range params {
		m[p.Name] = p.Value
	}
	return m
}

// Seed is the API seed of a request whose seed is declared "per_sample": 31
// bits of its key. So re-asks and replication pools differ.
func Seed(key completion.Key) float64 { return float64(binary.BigEndian.Uint32(key[:4]) >> 1) }

// Fields returns the fields that declared parameters take in the body, in the
// order of params. What Unsupported names has none.
func Fields(provider, address string, params []completion.Parameter, key completion.Key) []Field {
	d := dialect(provider, address)
	out := make([]Field, 0, len(params)+1)
	for _, p := range params {
		place := places[d][p.Name]
		if place == "" || !fits(kinds[p.Name], p.Value) {
			continue
		}
		v := p.Value
		if p.Name == "seed" && v == PerSample {
			v = Seed(key)
		}
		out = append(out, special(d, Field{p.Name, strings.Split(place, "."), v})...)
	}
	return out
}

// special gives the fields of thinking, which do not stand alone everywhere.
func special(d string, f Field) []Field {
	switch {
	case d == "anthropic" && f.Parameter == "thinking_tokens":
		mode := Field{f.Parameter, []string{"thinking", "type"}, "enabled"}
		if f.Value == 0.0 {
			mode.Value = "disabled"
			return []Field{mode}
		}
		return []Field{mode, f}
	case d == "ollama" && f.Parameter == "thinking_tokens", d == "ollama" && f.Parameter == "reasoning_effort" && f.Value == "none":
		f.Value = false
	}
	return []Field{f}
}
