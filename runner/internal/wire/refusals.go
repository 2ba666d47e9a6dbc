package wire

import (
	"fmt"
	"regexp"
	"slices"
)

// refusal is something a provider's documentation says is refused. why gives
// the reason, or "" where the declared values are taken.
type refusal struct {
	dialect, parameter string
	models             func(model string) bool // nil: all
	why                func(declared map[string]any) string
	mend               string
}

// matches makes a test of a model's name.
func matches(pattern string) func(string) bool { return regexp.MustCompile(pattern).MatchString }

// OpenAI's families: the o series and GPT-5 reason, except gpt-5-chat; from
// GPT-5.1 on they may; from GPT-5.6 on they do unless they are told not to.
var (
	reasons   = func(m string) bool { return series(m) && !chat(m) }
	series    = matches(`^(o[134](-|$)|gpt-[5-9])`)
	chat      = matches(`^gpt-5(\.\d+)?-chat`)
	mayReason = matches(`^gpt-(5\.\d|[6-9])`)
	byDefault = matches(`^gpt-(5\.[6-9]|[6-9])`)
)

// Gemini's models that no longer sample as they are told: 3.5 Flash-Lite and all
// from 3.6 on.
var fixedSampling = matches(`^gemini-(3\.5-flash-lite|3\.[6-9]|[4-9])`)

// Claude's models: those from 4.7 on, of them the families whose guides say that
// they take no sampling parameters, and the 4.5 that take one of two.
var (
	from47     = matches(`^claude-(opus|sonnet|haiku)-(4-([7-9]|1\d)(\D|$)|[5-9](\D|$))|^claude-(fable|mythos)-[5-9]`)
	unsampled  = matches(`^claude-(opus|sonnet|haiku)-(4-([7-9]|1\d)(\D|$)|[5-9](\D|$))`)
	oneOfTwo45 = matches(`^claude-(sonnet|haiku)-4-5(\D|$)`)
)

func always(why string) func(map[string]any) string {
	return func(map[string]any) string { return why }
}

func over(parameter string, limit float64, why string) func(map[string]any) string {
	return func(d map[string]any) string {
		if v, ok := d[parameter].(float64); ok && v > limit {
			return fmt.Sprintf(why, v)
		}
		return ""
	}
}

func beside(other, why string) func(map[string]any) string {
	return func(d map[string]any) string {
		if d[other] == nil {
			return ""
		}
		return why
	}
}

// thinks reports whether manual thinking of Claude is declared.
func thinks(d map[string]any) bool {
	n, ok := d["thinking_tokens"].(float64)
	return ok && n > 0
}

func thinking(why string) func(map[string]any) string {
	return func(d map[string]any) string {
		if thinks(d) {
			return why
		}
		return ""
	}
}

func longerThan(n int, why string) func(map[string]any) string {
	return func(d map[string]any) string {
		if list, ok := d["stop"].([]string); ok && len(list) > n {
			return fmt.Sprintf(why, len(list))
		}
		return ""
	}
}

// refusals are documented; each group names its pages and the date.
var refusals = slices.Concat(openAI, gemini, claude, local)

// sampling refuses a sampling parameter to OpenAI's reasoning models; to those
// from GPT-5.1 on only where they are told to reason, or do so without being told.
func sampling(name string) []refusal {
	mend := "remove " + name + `, or write unsupported: "skip" in the level`
	return []refusal{
		{"openai", name, func(m string) bool { return reasons(m) && !mayReason(m) },
			func(map[string]any) string { return "OpenAI's reasoning models take no " + name }, mend},
		{"openai", name, func(m string) bool { return reasons(m) && mayReason(m) },
			func(d map[string]any) string {
				if effort := d["reasoning_effort"]; effort == nil || effort == "none" {
					return ""
				}
				return "this model takes " + name + ` only with reasoning_effort: "none"`
			}, mend},
		{"openai", name, byDefault,
			func(d map[string]any) string {
				if d["reasoning_effort"] != nil {
					return ""
				}
				return "this model reasons unless it is told not to, and then takes no " + name
			}, `add  reasoning_effort: "none"  to the parameters, or remove ` + name},
	}
}

// Looked up 2026-11-28: https://learn.microsoft.com/en-us/azure/foundry/openai/how-to/reasoning
// (temperature, top_p and both penalties are listed as not supported), OpenAI's
// guide to GPT-5.1 (taken there with reasoning effort none, as quoted in
// https://github.com/vercel/ai/issues/10932; for GPT-5.4 likewise, in
// https://github.com/tmc/langchaingo/issues/1497),
// https://developers.openai.com/api/docs/models/gpt-5.6-luna (the default effort is
// medium from there on), and https://platform.openai.com/docs/api-reference/chat/create for stop.
var openAI = slices.Concat(sampling("temperature"), sampling("top_p"), sampling("frequency_penalty"), sampling("presence_penalty"),
	[]refusal{
		{"openai", "stop", matches(`^(o3|o4-mini)(-|$)`), always("this model takes no stop sequences"), "remove stop"},
		{"openai", "stop", nil, longerThan(4, "%d stop sequences are declared, and OpenAI takes 4"), "keep at most 4 in stop"},
	})

// unheeded is a parameter that the Gemini API takes and does not heed: what was
// declared would not be what was done.
func unheeded(name string) refusal {
	return refusal{"google", name, fixedSampling, always("the Gemini API takes " + name + " for this model and does not heed it"),
		"remove " + name + `, write unsupported: "skip" in the level, or take an earlier model`}
}

// Looked up 2026-11-28: https://ai.google.dev/api/generate-content,
// https://ai.google.dev/gemini-api/docs/thinking, and
// https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/gemini/3-5-flash-lite
// (temperature, top_k and top_p of one's own are ignored, penalties an error; the
// changelog of the Gemini API, 2026-07-21, has them deprecated).
var gemini = []refusal{
	unheeded("temperature"), unheeded("top_p"), unheeded("top_k"),
	{"google", "frequency_penalty", fixedSampling, always("this model takes no frequency_penalty"), "remove frequency_penalty"},
	{"google", "presence_penalty", fixedSampling, always("this model takes no presence_penalty"), "remove presence_penalty"},
	{"google", "stop", nil, longerThan(5, "%d stop sequences are declared, and the Gemini API takes 5"), "keep at most 5 in stop"},
	{"google", "reasoning_effort", nil, beside("thinking_tokens", "the Gemini API refuses a thinking level beside a thinking budget"), "remove thinking_tokens or reasoning_effort"},
	{"google", "reasoning_effort", matches(`^gemini-2`), always("this model has no thinking levels"), "declare thinking_tokens instead"},
}

// Looked up 2026-11-28 under https://platform.claude.com/docs/en: in
// build-with-claude/extended-thinking a budget is of at least 1,024 tokens and
// below max_tokens, goes with no temperature and no top_k, and is refused from
// Claude 4.7 on; in api/messages/create a temperature goes from 0 to 1. Sampling
// parameters of other than their default values are refused by Opus from 4.7 on
// (about-claude/models/migration-guide), Sonnet 5 (models/sonnet-5/migration-guide)
// and Haiku 5.5 (models/haiku-5-5/migration-guide); the 4.5 models take
// temperature or top_p (about-claude/models/migrating-to-claude-4).
var claude = []refusal{
	{"anthropic", "temperature", nil, over("temperature", 1, "temperature is %v, and Anthropic takes 0 to 1"), "declare a temperature of at most 1.0"},
	{"anthropic", "temperature", nil, thinking("Anthropic refuses a temperature beside thinking"), "remove temperature or thinking_tokens"},
	{"anthropic", "top_k", nil, thinking("Anthropic refuses top_k beside thinking"), "remove top_k or thinking_tokens"},
	onlyDefault("temperature"), onlyDefault("top_p"), onlyDefault("top_k"),
	{"anthropic", "top_p", oneOfTwo45, beside("temperature", "this model takes temperature or top_p, not both"), "remove top_p"},
	{"anthropic", "thinking_tokens", from47, thinking("this model takes no budget for thinking"), `declare reasoning_effort: "low" instead`},
	{"anthropic", "thinking_tokens", nil, budget, "declare thinking_tokens of at least 1024 and below max_tokens"},
}

// onlyDefault refuses a sampling parameter of another value than its default,
// which is 1 for temperature and top_p; top_k has none that could be declared.
func onlyDefault(name string) refusal {
	return refusal{"anthropic", name, unsampled, func(d map[string]any) string {
		if name != "top_k" && d[name] == 1.0 {
			return ""
		}
		return "this model takes no " + name + " but its default"
	}, "remove " + name + `, or write unsupported: "skip" in the level`}
}

func budget(d map[string]any) string {
	n, ok := d["thinking_tokens"].(float64)
	limit, limited := d["max_tokens"].(float64)
	switch {
	case !ok || n == 0:
		return ""
	case n < 1024:
		return fmt.Sprintf("thinking_tokens is %v, and Anthropic takes 1024 or more", n)
	case limited && n >= limit:
		return fmt.Sprintf("thinking_tokens is %v and max_tokens %v, which includes the thinking", n, limit)
	}
	return ""
}

// https://docs.ollama.com/capabilities/thinking, looked up 2026-11-28: thinking is
// switched on or off, or has a level; it cannot be counted in tokens.
var local = []refusal{
	{"ollama", "thinking_tokens", nil, over("thinking_tokens", 0, "thinking_tokens is %v, and Ollama can only switch thinking off (0)"), `declare thinking_tokens: 0, or reasoning_effort: "low"`},
	{"ollama", "thinking_tokens", nil, beside("reasoning_effort", "Ollama has one field for thinking_tokens and reasoning_effort"), "remove thinking_tokens or reasoning_effort"},
}
