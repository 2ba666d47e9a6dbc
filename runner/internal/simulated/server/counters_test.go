package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestCountersAreServed(t *testing.T) {
	s := New(Options{})
	ask(t, s, wires[0], openAIBody, idempotencyHeader, key1)
	ask(t, s, wires[0], openAIBody, idempotencyHeader, key1)
	ask(t, s, wires[0], strings.Replace(openAIBody, "0.7", "1", 1), idempotencyHeader, key1)
	ask(t, s, wires[3], ollamaBody)
	_, body, h := record(s, httptest.NewRequest("GET", CountersPath, nil))
	like(t, body, `{"simulated_respondent": "<any>", "requests": 4, "by_path": {"POST /v1/chat/completions": 3, "POST /api/chat": 1}, "by_outcome": {"ok": 4},
		"made": 4, "acknowledged": 4, "destroyed": 0, "undelivered": 0, "keys": 1, "duplicates": 1, "made_again": 2, "keys_reused": 1,
		"in_flight": 0, "max_in_flight": 1, "connections": 0, "limit_violations": 0, "most_in_window": 4, "log_errors": 0}`)
	if h.Get(Header) != respondent {
		t.Errorf("header %q", h.Get(Header))
	}
}

// A client that keeps its connection opens one, and what it has read is counted.
func TestConnectionsAreCountedAndCountersAreCurrent(t *testing.T) {
	s, hs := listen(t, Options{})
	for i := range 200 {
		if _, _, err := wires[0].over(t, hs); err != nil {
			t.Fatal(err)
		}
		if n := s.Counters(); n.Acknowledged != i+1 || n.InFlight != 0 || n.Connections != 1 {
			t.Fatalf("after %d replies: %+v", i+1, n)
		}
	}
}

// The log has one line a request, and tells what was paid for from what arrived.
func TestLog(t *testing.T) {
	var log bytes.Buffer
	at := time.Date(2026, 11, 28, 12, 0, 0, 5000, time.UTC)
	s := New(Options{Log: &log, Now: func() time.Time { return at }, Faults: plan(t, "empty=30%,503=30%"), Seed: 4})
	for _, k := range manyKeys(6) {
		record(s, wires[0].post(openAIBody, idempotencyHeader, k))
	}
	record(s, wires[0].post("{"))
	record(s, httptest.NewRequest("GET", "/api/elsewhere?key=secret", nil))
	lines := strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	if len(lines) != 8 {
		t.Fatalf("%d lines:\n%s", len(lines), &log)
	}
	outcomes := map[string]int{}
	if want := `"path":"other","asked":"GET /api/elsewhere","format":"ollama","outcome":"not_found","status":404,`; !strings.Contains(lines[7], want) {
		t.Errorf("the last line is %s", lines[7])
	}
	for i, line := range lines[:7] {
		var e Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		outcomes[e.Outcome]++
		made, acknowledged := e.Outcome == "ok" || e.Outcome == "empty", e.Outcome == "ok"
		if e.N != i+1 || !e.Time.Equal(at) || e.Format != "openai" || e.Path != "POST /v1/chat/completions" || e.Made != made || e.Acknowledged != acknowledged {
			t.Errorf("line %d: %s", i+1, line)
		}
		if i < 6 && (e.Key != manyKeys(6)[i] || e.Model != "m" || e.Turn != 1 || (e.PromptTokens > 0) != made) {
			t.Errorf("line %d: %s", i+1, line)
		}
	}
	if outcomes["ok"] == 0 || outcomes["empty"] == 0 || outcomes["503"] == 0 || outcomes[OutcomeBadRequest] != 1 {
		t.Errorf("outcomes %v", outcomes)
	}
	failing := New(Options{Log: failWriter{}})
	ask(t, failing, wires[0], openAIBody)
	if n := failing.Counters(); n.LogErrors != 1 || n.Acknowledged != 1 {
		t.Errorf("with a log that cannot be written: %+v", n)
	}
}

type failWriter struct{}

func (failWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

// A client that goes away while its reply is made has paid all the same.
func TestClientThatGoesAway(t *testing.T) {
	s := New(Options{Latency: time.Hour})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		record(s, wires[0].post(openAIBody, idempotencyHeader, key1).WithContext(ctx))
	}()
	for s.Counters().Made == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	<-done
	if n := s.Counters(); n.Made != 1 || n.Undelivered != 1 || n.Acknowledged != 0 || n.ByOutcome[OutcomeGone] != 1 || n.InFlight != 0 {
		t.Errorf("%+v", n)
	}
}

// Serve ends with its context, also while a reply stalls.
func TestServeEnds(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{Faults: plan(t, "stall=100%:1h")})
	ctx, cancel := context.WithCancel(context.Background())
	served, asked := make(chan error, 1), make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	go func() {
		resp, err := http.Post("http://"+ln.Addr().String()+wires[0].path, "application/json", strings.NewReader(openAIBody))
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			err = errors.Join(err, resp.Body.Close())
		}
		asked <- err
	}()
	for s.Counters().Made == 0 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if err := <-asked; err == nil {
		t.Error("a stalled reply came whole")
	}
	if s.Counters().Connections != 1 {
		t.Errorf("%+v", s.Counters())
	}
}
