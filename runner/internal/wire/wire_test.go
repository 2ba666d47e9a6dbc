package wire_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// params reads "name=JSON" words.
func params(t *testing.T, words ...string) []completion.Parameter {
	t.Helper()
	var out []completion.Parameter
	for _, w := range words {
		name, text, _ := strings.Cut(w, "=")
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatalf("%s: %v", w, err)
		}
		if list, ok := v.([]any); ok {
			texts := make([]string, len(list))
			for i := range list {
				texts[i] = list[i].(string)
			}
			v = texts
		}
		out = append(out, completion.Parameter{Name: name, Value: v})
	}
	return out
}

// all is every parameter, at a value that no format refuses by itself.
var all = []string{"frequency_penalty=0.5", "max_tokens=4096", "num_ctx=8192", "presence_penalty=-0.5", `reasoning_effort="low"`,
	"seed=0", `stop=["a"]`, "temperature=0", "thinking_tokens=2048", "top_k=1", "top_p=0.9"}

func TestWhatAFormatCannotCarry(t *testing.T) {
	for _, c := range []struct {
		name, provider, identity, model string
		declared                        []string
		want                            []string
	}{
		{"everything at OpenAI", "openai", "", "gpt-4.1", all, []string{"num_ctx", "thinking_tokens", "top_k"}},
		{"everything at a compatible server", "openai", "http://127.0.0.1:8000/v1", "llama", all, []string{"num_ctx", "thinking_tokens"}},
		{"everything at Mistral", "openai", "https://api.mistral.ai/v1", "mistral-large", all, []string{"num_ctx", "thinking_tokens", "top_k"}},
		{"everything at Gemini", "google", "", "gemini-3-pro", all, []string{"num_ctx", "reasoning_effort"}},
		{"everything at Ollama", "ollama", "", "llama3.1:8b", all, []string{"thinking_tokens"}},
		{"everything at Anthropic", "anthropic", "", "claude-sonnet-4-0", all,
			[]string{"frequency_penalty", "num_ctx", "presence_penalty", "seed", "temperature", "top_k"}},
		{"everything simulated", "simulated", "respondent-1", "m", append([]string{"quirk.refusal_rate=0.5"}, all...), nil},
		{"nothing", "openai", "", "gpt-4.1", nil, nil},
		{"nothing at Anthropic", "anthropic", "", "claude-sonnet-4-0", nil, []string{"max_tokens"}},
		{"a seed for each sample", "google", "", "gemini-2.5-flash", []string{`seed="per_sample"`}, nil},
		{"a seed of another word", "google", "", "gemini-2.5-flash", []string{`seed="random"`}, []string{"seed"}},
		{"a temperature to a reasoning model", "openai", "", "o3-mini", []string{"temperature=0"}, []string{"temperature"}},
		{"to the same name elsewhere", "openai", "https://openrouter.ai/api/v1", "o3-mini", []string{"temperature=0"}, nil},
		{"to gpt-5", "openai", "", "gpt-5-2025-08-07", []string{"temperature=1", "top_p=1"}, []string{"temperature", "top_p"}},
		{"to gpt-5-chat", "openai", "", "gpt-5-chat-latest", []string{"temperature=1"}, nil},
		{"to gpt-5.1, which may not reason", "openai", "", "gpt-5.1", []string{"temperature=0"}, nil},
		{"to gpt-5.1 that is told to", "openai", "", "gpt-5.1", []string{"temperature=0", `reasoning_effort="high"`}, []string{"temperature"}},
		{"to gpt-5.1 that is told not to", "openai", "", "gpt-5.1", []string{"temperature=0", `reasoning_effort="none"`}, nil},
		{"to gpt-5.4", "openai", "", "gpt-5.4-2026-03-05", []string{"temperature=0"}, nil},
		{"to gpt-5.6, which reasons by default", "openai", "", "gpt-5.6-luna", []string{"temperature=0"}, []string{"temperature"}},
		{"to gpt-6", "openai", "", "gpt-6-luna", []string{"temperature=0"}, []string{"temperature"}},
		{"to gpt-6 that is told not to", "openai", "", "gpt-6-luna", []string{"temperature=0", `reasoning_effort="none"`}, nil},
		{"to gpt-6 that is told to", "openai", "", "gpt-6-luna", []string{"temperature=0", `reasoning_effort="low"`}, []string{"temperature"}},
		{"to a model whose name begins alike", "openai", "", "o3x", []string{"temperature=0"}, nil},
		{"stop to o3", "openai", "", "o3", []string{`stop=["a"]`}, []string{"stop"}},
		{"five stops", "openai", "", "gpt-4.1", []string{`stop=["a","b","c","d","e"]`}, []string{"stop"}},
		{"a warm Claude", "anthropic", "", "claude-sonnet-4-0", []string{"max_tokens=9", "temperature=1.2"}, []string{"temperature"}},
		{"Claude thinking", "anthropic", "", "claude-sonnet-4-0", []string{"max_tokens=4096", "thinking_tokens=1024", "temperature=1"}, []string{"temperature"}},
		{"Claude not thinking", "anthropic", "", "claude-sonnet-4-0", []string{"max_tokens=4096", "thinking_tokens=0", "temperature=1"}, nil},
		{"too small a budget", "anthropic", "", "claude-sonnet-4-0", []string{"max_tokens=4096", "thinking_tokens=1023"}, []string{"thinking_tokens"}},
		{"too large a budget", "anthropic", "", "claude-sonnet-4-0", []string{"max_tokens=1024", "thinking_tokens=1024"}, []string{"thinking_tokens"}},
		{"a budget from 4.7 on", "anthropic", "", "claude-opus-4-7", []string{"max_tokens=4096", "thinking_tokens=2048"}, []string{"thinking_tokens"}},
		{"sampling from 4.7 on", "anthropic", "", "claude-opus-5", []string{"max_tokens=4096", "temperature=0.7"}, []string{"temperature"}},
		{"sampling at Sonnet 5", "anthropic", "", "claude-sonnet-5", []string{"max_tokens=4096", "temperature=0", "top_k=5"}, []string{"temperature", "top_k"}},
		{"sampling at Haiku 5.5", "anthropic", "", "claude-haiku-5-5", []string{"max_tokens=4096", "top_p=0.9"}, []string{"top_p"}},
		{"the default from 4.7 on", "anthropic", "", "claude-opus-4-7", []string{"max_tokens=4096", "temperature=1"}, nil},
		{"sampling before", "anthropic", "", "claude-opus-4-6", []string{"max_tokens=4096", "temperature=0.7"}, nil},
		{"to Haiku 4.5", "anthropic", "", "claude-haiku-4-5-20251001", []string{"max_tokens=4096", "temperature=0"}, nil},
		{"two at 4.5", "anthropic", "", "claude-sonnet-4-5-20250929", []string{"max_tokens=4096", "temperature=0.7", "top_p=0.9"}, []string{"top_p"}},
		{"a dated 4.0", "anthropic", "", "claude-sonnet-4-20250514", []string{"max_tokens=4096", "temperature=0.7", "top_p=0.9"}, nil},
		{"a level to Gemini 2.5", "google", "", "gemini-2.5-flash", []string{`reasoning_effort="low"`}, []string{"reasoning_effort"}},
		{"sampling to Gemini 3.1", "google", "", "gemini-3.1-flash-lite", []string{"temperature=0", "top_p=0.9"}, nil},
		{"to Gemini 3.5 Flash", "google", "", "gemini-3.5-flash", []string{"temperature=0"}, nil},
		{"to Gemini 3.5 Flash-Lite", "google", "", "gemini-3.5-flash-lite", []string{"temperature=0"}, []string{"temperature"}},
		{"to Gemini 3.8", "google", "", "gemini-3.8-flash", []string{"temperature=0", "top_k=4", "presence_penalty=1"}, []string{"presence_penalty", "temperature", "top_k"}},
		{"no thinking at Ollama", "ollama", "", "qwen3", []string{"thinking_tokens=0"}, nil},
		{"a budget at Ollama", "ollama", "", "qwen3", []string{"thinking_tokens=100"}, []string{"thinking_tokens"}},
		{"an unknown parameter", "ollama", "", "qwen3", []string{"logprobs=1"}, []string{"logprobs"}},
		{"an unknown provider", "cohere", "", "m", []string{"seed=1"}, []string{"seed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, p := range wire.Unsupported(c.provider, c.identity, c.model, params(t, c.declared...)) {
				got = append(got, p.Parameter)
				if p.Why == "" || p.Mend == "" {
					t.Errorf("%s has no reason or no mend: %+v", p.Parameter, p)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestMessagesSayWhatToWrite(t *testing.T) {
	for _, c := range []struct {
		provider, identity, model, declared string
		want                                wire.Problem
	}{
		{"anthropic", "", "claude-sonnet-4-0", "", wire.Problem{Parameter: "max_tokens", Why: "the Anthropic API needs max_tokens, and none is declared", Mend: "max_tokens: 1024"}},
		{"anthropic", "", "claude-sonnet-4-0", "max_tokens=10 seed=1", wire.Problem{Parameter: "seed", Why: "the Anthropic API has no parameter seed", Mend: "remove seed: replicates are told apart without it"}},
		{"openai", "", "gpt-4.1", "top_k=40", wire.Problem{Parameter: "top_k", Why: "OpenAI's own endpoint has no parameter top_k", Mend: "remove top_k, or declare top_p"}},
		{"openai", "http://x", "m", "num_ctx=9", wire.Problem{Parameter: "num_ctx", Why: "a server that speaks OpenAI's format has no parameter num_ctx", Mend: "remove num_ctx, and give the server its context when it is started"}},
		{"openai", "", "o3", "temperature=0.7", wire.Problem{Parameter: "temperature", Why: "OpenAI's reasoning models take no temperature", Mend: `remove temperature, or write unsupported: "skip" in the level`}},
		{"anthropic", "", "claude-sonnet-4-0", "max_tokens=1000 thinking_tokens=2000", wire.Problem{Parameter: "thinking_tokens", Why: "thinking_tokens is 2000 and max_tokens 1000, which includes the thinking", Mend: "declare thinking_tokens of at least 1024 and below max_tokens"}},
		{"google", "", "gemini-3-pro", `reasoning_effort=3`, wire.Problem{Parameter: "reasoning_effort", Why: "reasoning_effort is 3, want a text", Mend: "correct reasoning_effort"}},
	} {
		got := wire.Unsupported(c.provider, c.identity, c.model, params(t, strings.Fields(c.declared)...))
		if len(got) != 1 || got[0] != c.want {
			t.Errorf("%s %s: got %+v\nwant %+v", c.provider, c.declared, got, c.want)
		}
	}
}

// TestEveryParameterStandsWhereItBelongs holds the places of each format.
func TestEveryParameterStandsWhereItBelongs(t *testing.T) {
	for _, c := range []struct {
		provider, identity string
		want               string
	}{
		{"openai", "", "frequency_penalty presence_penalty max_completion_tokens reasoning_effort seed stop temperature top_p"},
		{"openai", "http://127.0.0.1:8000/v1", "frequency_penalty presence_penalty max_tokens reasoning_effort seed stop temperature top_p top_k"},
		{"openai", "https://api.mistral.ai/v1", "frequency_penalty presence_penalty max_tokens reasoning_effort random_seed stop temperature top_p"},
		{"google", "", "generationConfig.frequencyPenalty generationConfig.presencePenalty generationConfig.maxOutputTokens generationConfig.thinkingConfig.thinkingLevel generationConfig.seed generationConfig.stopSequences generationConfig.temperature generationConfig.thinkingConfig.thinkingBudget generationConfig.topK generationConfig.topP"},
		{"ollama", "", "options.frequency_penalty options.presence_penalty options.num_predict options.num_ctx think options.seed options.stop options.temperature options.top_k options.top_p"},
		{"anthropic", "", "max_tokens output_config.effort stop_sequences temperature thinking.type thinking.budget_tokens top_k top_p"},
	} {
		got := map[string]bool{}
		for _, f := range wire.Fields(c.provider, c.identity, params(t, all...), completion.Key{}) {
			got[strings.Join(f.Path, ".")] = true
		}
		want := map[string]bool{}
		for _, path := range strings.Fields(c.want) {
			want[path] = true
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got)\n%s", c.provider, c.identity, diff)
		}
	}
}

func TestValuesOnTheWire(t *testing.T) {
	key := completion.Key{0xff, 0xff, 0xff, 0xff, 1}
	for _, c := range []struct{ provider, declared, want string }{
		{"openai", "seed=0", "[{seed [seed] 0}]"},
		{"openai", `seed="per_sample"`, "[{seed [seed] 2.147483647e+09}]"},
		{"anthropic", "thinking_tokens=0", "[{thinking_tokens [thinking type] disabled}]"},
		{"anthropic", "thinking_tokens=2048", "[{thinking_tokens [thinking type] enabled} {thinking_tokens [thinking budget_tokens] 2048}]"},
		{"ollama", `reasoning_effort="none"`, "[{reasoning_effort [think] false}]"},
		{"ollama", `reasoning_effort="high"`, "[{reasoning_effort [think] high}]"},
		{"ollama", "thinking_tokens=0", "[{thinking_tokens [think] false}]"},
	} {
		if got := fmt.Sprint(wire.Fields(c.provider, "", params(t, c.declared), key)); got != c.want {
			t.Errorf("%s %s: got %s, want %s", c.provider, c.declared, got, c.want)
		}
	}
}

// TestSeedPerSampleDiffersByAttempt: a re-ask is another request, so its seed
// is another.
func TestSeedPerSampleDiffersByAttempt(t *testing.T) {
	o, err := completion.NewOrigin("openai", "", "m", nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	for sample := range 50 {
		for attempt := range 2 {
			s := wire.Seed(completion.Request{Origin: o, Sample: sample, Attempt: attempt}.Key())
			if s < 0 || s >= 1<<31 || s != float64(int64(s)) {
				t.Fatalf("seed %v is not of 31 bits", s)
			}
			seen[s] = true
		}
	}
	if len(seen) != 100 {
		t.Errorf("100 requests have %d seeds", len(seen))
	}
}
