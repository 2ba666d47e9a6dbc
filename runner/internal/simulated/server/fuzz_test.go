package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// Whatever a client sends gets a reply or the provider's error body, and what
// was understood once is understood again with the same text.
func FuzzRequest(f *testing.F) {
	for i, w := range wires {
		f.Add(uint8(i), w.body)
		f.Add(uint8(i), strings.Replace(w.body, `"user"`, `"system"`, 1))
		f.Add(uint8(i), `{"model": "m", "max_tokens": 1, "messages": [null, {}], "contents": [{"parts": [{}]}]}`)
	}
	f.Add(uint8(0), `{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"1. a"}]}],"stop":["a"],"response_format":{"type":"json_object"}}`)
	f.Add(uint8(1), `{"model":"m","max_tokens":3,"system":[{"type":"text","text":"x"}],"messages":[{"role":"user","content":"From 1 to 5\n\n1. a"},{"role":"assistant","content":"3"}],"stream":true}`)
	f.Add(uint8(3), `{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant"},{"role":"user","content":"2. b"}],"options":{"num_ctx":1}}`)
	f.Fuzz(func(t *testing.T, which uint8, body string) {
		w := wires[int(which)%len(wires)]
		s := New(Options{})
		status, got, h := record(s, w.post(body, idempotencyHeader, key1))
		if h.Get(Header) != respondent {
			t.Fatalf("header %q", h.Get(Header))
		}
		switch status {
		case http.StatusOK:
			if again, same, _ := record(s, w.post(body, idempotencyHeader, key1)); again != status || h.Get("Content-Type") == "" || len(same) == 0 {
				t.Fatalf("then %d %q", again, same)
			}
		case http.StatusBadRequest, http.StatusNotFound:
			if !json.Valid([]byte(got)) || !strings.Contains(got, `"error"`) {
				t.Fatalf("%d %q is no error body", status, got)
			}
		default:
			t.Fatalf("status %d: %s", status, got)
		}
		if n := s.Counters(); n.InFlight != 0 || n.Requests != n.ByOutcome[OutcomeOK]+n.ByOutcome[OutcomeBadRequest] {
			t.Fatalf("%+v", n)
		}
	})
}

// What ParsePlan accepts it writes and reads back.
func FuzzParsePlan(f *testing.F) {
	for _, s := range []string{"", "429=5%,reset=2%,slow=2%:300ms", "mixed=20%", "stall=1%:1h", "refusal=0.5,served=1%", "x=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePlan(text)
		if err != nil {
			return
		}
		q, err := ParsePlan(p.String())
		if err != nil || q.String() != p.String() {
			t.Fatalf("%q, then %q, %v", p, q, err)
		}
	})
}
