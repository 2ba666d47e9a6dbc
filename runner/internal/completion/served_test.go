package completion

import "testing"

// The names are those that the providers' pages on models and aliases show.
func TestServedAs(t *testing.T) {
	for _, c := range []struct {
		requested, served string
		allow             []string
		want              bool
	}{
		{"gpt-4o", "gpt-4o-2024-08-06", nil, true},
		{"gpt-4o", "gpt-4o", nil, true},
		{"gpt-4", "gpt-4-0314", nil, true},
		{"gpt-4", "gpt-4o-2024-08-06", nil, false},
		{"gpt-4o", "gpt-4o-mini-2024-07-18", nil, false},
		{"gpt-4o-2024-05-13", "gpt-4o-2024-08-06", nil, false},
		{"claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", nil, true},
		{"claude-3-5-sonnet@20241022", "claude-3-5-sonnet-20241022", nil, false},
		{"gemini-1.5-pro", "models/gemini-1.5-pro-002", nil, true},
		{"llama3.1", "llama3.1:latest", nil, true},
		{"llama3.1:8b", "llama3.1:70b", nil, false},
		{"Llama-3.1-8B", "llama-3.1-8b", nil, true},
		{"m", "", nil, true},
		{"m", "simulated:m", nil, true},
		{"m", "simulated:n", nil, false},
		{"m", "/models/m.gguf", []string{"/models/m.gguf"}, true},
		{"m", "/models/m.gguf", []string{"other"}, false},
	} {
		if got := ServedAs(c.requested, c.served, c.allow); got != c.want {
			t.Errorf("ServedAs(%q, %q, %q) = %v, want %v", c.requested, c.served, c.allow, got, c.want)
		}
	}
}
