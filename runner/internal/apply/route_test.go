package apply

import (
	"testing"

	"circumplex.example/schema"
)

// An account is a provider, host and key, however the host is written.
func TestSpellingsOfAHostAreOneAccount(t *testing.T) {
	seen := map[string]bool{}
	for _, group := range [][]schema.Model{
		{{Provider: "openai"}, {Provider: "openai", BaseURL: "https://api.openai.com/v1"}, {Provider: "openai", BaseURL: "https://API.openai.com:443/v1/"}},
		{{Provider: "openai", BaseURL: "http://127.0.0.1:9111/v1"}, {Provider: "openai", BaseURL: "http://127.0.0.1:9111/v1/"}, {Provider: "openai", BaseURL: "http://127.0.0.1:9111"}},
		{{Provider: "openai", BaseURL: "http://127.0.0.1:9112/v1"}},
		{{Provider: "anthropic"}, {Provider: "anthropic", BaseURL: "https://api.anthropic.com"}, {Provider: "anthropic", BaseURL: "https://api.anthropic.com/v1"}},
		{{Provider: "anthropic", BaseURL: "https://h"}, {Provider: "anthropic", BaseURL: "https://h/v1"}},
		{{Provider: "openai", BaseURL: "https://h"}},
		{{Provider: "openai", APIKeyEnv: "OTHER"}},
	} {
		first := accountOf(&schema.Experiment{}, &group[0]).Account
		for i := range group {
			if a := accountOf(&schema.Experiment{}, &group[i]).Account; a != first {
				t.Errorf("%+v: account %q, want %q", group[i], a, first)
			}
		}
		if seen[first] {
			t.Errorf("%q is the account of two groups", first)
		}
		seen[first] = true
	}
}
