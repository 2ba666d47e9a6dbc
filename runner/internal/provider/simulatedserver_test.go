package provider_test

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/provider/providertest"
	"circumplex.example/runner/internal/simulated/server"
)

// faulty strikes two of three requests, in every way that a retry mends.
const faulty = "408=4%,409=4%,429=5%,429date=4%,500=4%,502=4%,503=4%,504=4%,529=4%,error200=5%,reset=5%,cut=5%,truncate=5%,empty=5%,slow=4%:10ms,stall=2%:5s"

// TestAgainstTheSimulatedServer: over a network that fails in every way, each
// call is one request, each failure may be retried, and the replies in the end
// are those of a network without faults.
func TestAgainstTheSimulatedServer(t *testing.T) {
	plan, err := server.ParsePlan(faulty)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []providertest.Format{providertest.Compatible(), providertest.Google(), providertest.Ollama(), providertest.Anthropic()} {
		t.Run(f.Provider, func(t *testing.T) {
			t.Parallel()
			const key = "sk-simulated-0123456789"
			base := "/"
			if f.Provider == "openai" {
				base = "/v1"
			}
			replies := func(faults server.Plan) (texts []string, failures map[provider.Class]int) {
				sim := server.New(server.Options{Faults: faults, RequireKey: key, RetryAfter: server.Range{Min: time.Second, Max: time.Second}})
				hs := httptest.NewServer(sim)
				defer hs.Close()
				pool := &provider.Pool{Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
					return provider.Endpoint{BaseURL: hs.URL + base, Dialect: f.Dialect(), Key: key, Idempotent: true, Timeout: 5 * time.Second, Idle: 200 * time.Millisecond}, nil
				}}
				failures = map[provider.Class]int{}
				calls := 0
				for i := range 40 {
					o, err := completion.NewOrigin(f.Provider, f.Identity, f.Model, f.Required, "", nil)
					if err != nil {
						t.Fatal(err)
					}
					th := (*completion.Thread)(nil).Append(completion.User, "Rate each statement with a number from 1 (not like me at all) to 6 (very much like me).\n\n1. It is important to them to help others.\n2. It is important to them to be rich.")
					req := completion.Request{Origin: o, Sample: i, Thread: th}
					caller, err := pool.For(o)
					if err != nil {
						t.Fatal(err)
					}
					for tries := 0; ; tries++ {
						calls++
						c, err := caller.Call(t.Context(), req, req.Key())
						if err == nil {
							if !c.Simulated || c.Status != completion.OK || c.Usage.Completion <= 0 || c.FinishReason == "" {
								t.Errorf("completion %+v", c)
							}
							texts = append(texts, c.Text)
							break
						}
						var e *provider.Error
						if !errors.As(err, &e) || !e.Retryable() || tries > 60 {
							t.Fatalf("try %d: %v", tries, err)
						}
						if e.Class == provider.RateLimited && (e.RetryAfter < 0 || e.RetryAfter > 3*time.Second) {
							t.Errorf("to wait %v: %v", e.RetryAfter, err)
						}
						failures[e.Class]++
					}
				}
				if n := sim.Counters().Requests; n != calls {
					t.Errorf("%d calls were %d requests", calls, n)
				}
				return texts, failures
			}
			want, none := replies(server.Plan{})
			got, failures := replies(plan)
			if len(none) != 0 {
				t.Errorf("without faults: %v", none)
			}
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("replies\n%q, want\n%q", got, want)
			}
			for _, class := range []provider.Class{provider.RateLimited, provider.Overloaded, provider.Server, provider.Timeout, provider.Connection, provider.Malformed} {
				if failures[class] == 0 {
					t.Errorf("no failure was %s: %v", class, failures)
				}
			}
		})
	}
}
