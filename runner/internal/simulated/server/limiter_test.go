package server

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// At most R requests are accepted in any 60 s, at whatever times they come, and
// a client that waits as it is told loses nothing.
func TestLimitHoldsInEveryWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 50
		s := New(Options{Limit: limit})
		rng := rand.New(rand.NewPCG(1, 2))
		var accepted []time.Time
		refused := 0
		for range 3000 {
			status, _, h := record(s, wires[0].post(openAIBody, "Authorization", "Bearer one"))
			switch status {
			case http.StatusOK:
				accepted = append(accepted, time.Now())
			case http.StatusTooManyRequests:
				if refused++; h.Get("Retry-After") == "" {
					t.Fatal("a refusal without Retry-After")
				}
			default:
				t.Fatalf("status %d", status)
			}
			time.Sleep(time.Duration(rng.ExpFloat64() * float64(700*time.Millisecond)))
		}
		for i := limit; i < len(accepted); i++ {
			if d := accepted[i].Sub(accepted[i-limit]); d < time.Minute {
				t.Fatalf("%d requests within %v", limit+1, d)
			}
		}
		if n := s.Counters(); n.LimitViolations != refused || refused < 500 || n.ByOutcome[OutcomeLimited] != refused || n.MostInWindow <= limit {
			t.Errorf("%d refused: %+v", refused, n)
		}
	})
}

// A client that spaces its requests evenly at R a minute is never refused, and
// the next one is accepted when Retry-After says so.
func TestLimitAcceptsItsRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Limit: 60})
		for range 600 {
			if status, _, _ := record(s, wires[0].post(openAIBody)); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
			time.Sleep(time.Second)
		}
		if n := s.Counters(); n.MostInWindow != 60 || n.LimitViolations != 0 {
			t.Errorf("%+v", n)
		}
		time.Sleep(time.Minute)
		for range 60 {
			record(s, wires[0].post(openAIBody))
		}
		time.Sleep(500 * time.Millisecond)
		status, _, h := record(s, wires[0].post(openAIBody))
		if status != http.StatusTooManyRequests || h.Get("Retry-After") != "60" {
			t.Fatalf("status %d, Retry-After %q, want 429 and 60", status, h.Get("Retry-After"))
		}
		if status, _, _ = record(s, wires[0].post(openAIBody, "Authorization", "Bearer other")); status != http.StatusOK {
			t.Errorf("another account: status %d", status)
		}
		time.Sleep(time.Minute)
		if status, _, _ = record(s, wires[0].post(openAIBody)); status != http.StatusOK {
			t.Errorf("after Retry-After: status %d", status)
		}
	})
}

func TestHeadersTellWhatIsLeft(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	s := New(Options{Limit: 3, Now: func() time.Time { return at }})
	_, _, h := record(s, wires[0].post(openAIBody, "Authorization", "Bearer K"))
	if got := []string{h.Get("x-ratelimit-limit-requests"), h.Get("x-ratelimit-remaining-requests"), h.Get("x-ratelimit-reset-requests")}; !slices.Equal(got, []string{"3", "2", "1m0s"}) {
		t.Errorf("openai: %v", got)
	}
	_, _, h = record(s, wires[1].post(anthropicBody, "x-api-key", "K"))
	if got := []string{h.Get("anthropic-ratelimit-requests-limit"), h.Get("anthropic-ratelimit-requests-remaining"), h.Get("anthropic-ratelimit-requests-reset")}; !slices.Equal(got, []string{"3", "1", "2026-11-28T12:01:00Z"}) {
		t.Errorf("anthropic: %v", got)
	}
}

// Latency is waited for, and no more than so many are answered at once.
func TestLatencyAndRequestsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Latency: 200 * time.Millisecond, MaxInFlight: 3, RetryAfter: Range{Min: time.Second}})
		statuses := make(chan int, 5)
		began := time.Now()
		for range 5 {
			go func() {
				status, _, _ := record(s, wires[0].post(openAIBody))
				statuses <- status
			}()
		}
		got := map[int]int{}
		for range 5 {
			got[<-statuses]++
		}
		if got[200] != 3 || got[429] != 2 || time.Since(began) != 200*time.Millisecond {
			t.Errorf("%v after %v", got, time.Since(began))
		}
		if n := s.Counters(); n.ByOutcome[OutcomeBusy] != 2 || n.MaxInFlight < 4 || n.InFlight != 0 {
			t.Errorf("%+v", n)
		}
	})
}
