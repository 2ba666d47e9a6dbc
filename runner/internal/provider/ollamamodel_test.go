package provider_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// TestAConversationThatOllamaWouldCutIsNotSent: with a context that is declared,
// one that the server says, and Ollama's default.
func TestAConversationThatOllamaWouldCutIsNotSent(t *testing.T) {
	var asked atomic.Int64
	loaded := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply := any(map[string]any{"model_info": map[string]any{"llama.context_length": 8000}})
		switch r.URL.Path {
		case "/api/ps":
			reply = map[string]any{"models": []any{map[string]any{"name": "m:1b", "context_length": loaded}}}
		case "/api/chat":
			asked.Add(1)
			reply = map[string]any{"model": "m:1b", "message": map[string]any{"role": "assistant", "content": "4"}, "done": true, "done_reason": "stop"}
		}
		if err := json.NewEncoder(w).Encode(reply); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	for _, c := range []struct {
		name     string
		numCtx   float64
		ask      bool
		loaded   int
		tokens   int // the longest that is sent
		whence   string
		mendFrom string
	}{
		{"declared", 1000, false, 0, 1000, "(num_ctx)", "num_ctx: 2048"},
		{"declared beyond what the model was made for", 9000, true, 0, 8000, "(what it was made for)", "num_ctx: 16384"},
		{"loaded", 0, true, 6000, 6000, "(what the server has loaded it with)", "num_ctx: 12288"},
		{"neither", 0, true, 0, 4096, "(Ollama's default)", "num_ctx: 9216"},
		{"the server was not asked", 0, false, 0, 1 << 20, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			loaded = c.loaded
			pool := &provider.Pool{Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
				return provider.Endpoint{BaseURL: server.URL}, nil
			}}
			var params []completion.Parameter
			if c.numCtx > 0 {
				params = []completion.Parameter{{Name: "num_ctx", Value: c.numCtx}}
			}
			if c.ask {
				if _, err := pool.OllamaModel(t.Context(), origin(t, "ollama", "", "m:1b", params...)); err != nil {
					t.Fatal(err)
				}
			}
			// Another temperature is another origin of the same model.
			o := origin(t, "ollama", "", "m:1b", append(params, completion.Parameter{Name: "temperature", Value: 0.7})...)
			call := func(bytes int) error {
				var th *completion.Thread
				th = th.Append(completion.User, "1. a").Append(completion.Assistant, strings.Repeat("x", bytes-8)).Append(completion.User, "2. b")
				req := completion.Request{Origin: o, Thread: th}
				caller, err := pool.For(o)
				if err != nil {
					t.Fatal(err)
				}
				_, err = caller.Call(t.Context(), req, req.Key())
				return err
			}
			before := asked.Load()
			if err := call(c.tokens * 3); err != nil {
				t.Errorf("a conversation that fits: %v", err)
			}
			if c.whence == "" {
				return
			}
			err := call(c.tokens*3 + 3)
			var e *provider.Error
			if !errors.As(err, &e) || e.Class != provider.TooLong || e.Retryable() || e.Billed || !strings.HasPrefix(e.Message, "not sent: ") ||
				!strings.Contains(e.Message, c.whence) || !strings.Contains(e.Mend, c.mendFrom) {
				t.Errorf("error %v", err)
			}
			if n := asked.Load() - before; n != 1 {
				t.Errorf("%d requests, want 1", n)
			}
		})
	}
}

// A server that repeats the key beyond where a message is cut shows no part of it, and
// what it has said of the context holds though it fails afterwards.
func TestWhatIsAskedBesideTheCallsShowsNoKey(t *testing.T) {
	const key = "nobodys-SECRET-SECRET-SECRET"
	broken := "/api/show"
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == broken {
			w.WriteHeader(http.StatusInternalServerError)
			_ = json.NewEncoder(w).Encode(map[string]string{"error": strings.Repeat("x", 474) + " " + r.Header.Get("Authorization")})
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"model_info": map[string]any{"llama.context_length": 2048}})
	}))
	t.Cleanup(server.Close)
	o, err := completion.NewOrigin("ollama", server.URL, "m:1b", nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	pool := &provider.Pool{Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
		return provider.Endpoint{BaseURL: server.URL, Key: key, KeyEnv: "K"}, nil
	}}
	if _, err := pool.OllamaModel(t.Context(), o); err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
	broken = "/api/ps"
	if m, err := pool.OllamaModel(t.Context(), o); err == nil || m.Trained != 2048 {
		t.Errorf("got %+v, %v; want a context of 2048 and the error", m, err)
	}
	caller, err := pool.For(o)
	if err != nil {
		t.Fatal(err)
	}
	long := completion.Request{Origin: o, Thread: (*completion.Thread)(nil).Append(completion.User, strings.Repeat("word ", 4000))}
	var pe *provider.Error
	if _, err := caller.Call(t.Context(), long, completion.Key{}); !errors.As(err, &pe) || pe.Class != provider.TooLong {
		t.Errorf("a conversation longer than the context: %v", err)
	}
}
