package provider

import "regexp"

// habit is something langchaingo v0.1.14 is known to do to a body, and so a
// mend that is declared. Without a value it holds for any; models narrows it.
type habit struct {
	op, path, value string
	models          func(string) bool
	why             string
}

// The reasons. Each is one finding about the client, measured on the wire.
const (
	noDefault = "nobody declared it, the client sends its own default"
	noZero    = "the client leaves out zero"
	noEmpty   = "the client leaves out an empty list"
	noField   = "the client has no field for it"
	noHabit   = "nobody declared it, the client sends it always"
	narrow    = "the client rounds to 32 bits"
)

// noTemperature are names that the client takes for OpenAI's reasoning models.
var noTemperature = regexp.MustCompile(`^(gpt-5|o1-|o3$|o3-)`).MatchString

// noSystem are names that the client holds to take no system prompt.
var noSystem = regexp.MustCompile(`(?i)^o[13](-mini|-preview)?$`).MatchString

// habits lists the declared mends of each provider.
var habits = map[string][]habit{
	"openai": {
		{"removed", "temperature", "0", nil, noDefault},
		{"added", "temperature", "", noTemperature, "the client drops it for models of this name"},
		{"added", "top_p", "", nil, noField},
		{"added", "top_k", "", nil, noField},
		{"added", "reasoning_effort", "", nil, noField},
		{"added", "random_seed", "", nil, noField},
		{"added", "seed", "0", nil, noZero},
		{"added", "frequency_penalty", "0", nil, noZero},
		{"added", "presence_penalty", "0", nil, noZero},
		{"added", "stop", "[]", nil, noEmpty},
		{"corrected", "messages", "", noSystem, "the client writes the system prompt into the first message for models of this name"},
	},
	"anthropic": {
		{"removed", "temperature", "0", nil, noDefault},
		{"added", "top_k", "", nil, noField},
		{"added", "thinking.type", "", nil, noField},
		{"added", "thinking.budget_tokens", "", nil, noField},
		{"added", "output_config.effort", "", nil, noField},
		{"added", "stop_sequences", "[]", nil, noEmpty},
		{"added", "system", `""`, nil, "the client leaves out an empty system prompt"},
	},
	"ollama": {
		{"removed", "format", `""`, nil, noHabit},
		{"removed", "options", "{}", nil, noHabit},
		{"removed", "options.temperature", "0", nil, noDefault},
		{"added", "stream", "false", nil, "the client leaves it out, and the server would stream"},
		{"added", "think", "", nil, noField},
		{"added", "options.seed", "0", nil, noZero},
		{"added", "options.frequency_penalty", "0", nil, noZero},
		{"added", "options.presence_penalty", "0", nil, noZero},
		{"added", "options.stop", "[]", nil, noEmpty},
		{"unrounded", "options.temperature", "", nil, narrow},
		{"unrounded", "options.top_p", "", nil, narrow},
		{"unrounded", "options.frequency_penalty", "", nil, narrow},
		{"unrounded", "options.presence_penalty", "", nil, narrow},
	},
	"google": {
		{"corrected", "address", "", nil, "the client streams where there is a history"},
		{"removed", "model", "", nil, "it stands in the address"},
		{"removed", "safetySettings", "", nil, "nobody declared it, the client sets its own thresholds"},
		{"removed", "generationConfig.candidateCount", "1", nil, noDefault},
		{"removed", "generationConfig.temperature", "0.5", nil, noDefault},
		{"removed", "generationConfig.topP", "0.95", nil, noDefault},
		{"removed", "generationConfig.topK", "3", nil, noDefault},
		{"removed", "generationConfig.maxOutputTokens", "2048", nil, noDefault},
		{"added", "generationConfig.seed", "", nil, noField},
		{"added", "generationConfig.frequencyPenalty", "", nil, noField},
		{"added", "generationConfig.presencePenalty", "", nil, noField},
		{"added", "generationConfig.stopSequences", "[]", nil, noEmpty},
		{"added", "generationConfig.thinkingConfig.thinkingBudget", "", nil, noField},
		{"added", "generationConfig.thinkingConfig.thinkingLevel", "", nil, noField},
		{"unrounded", "generationConfig.temperature", "", nil, narrow},
		{"unrounded", "generationConfig.topP", "", nil, narrow},
	},
}
