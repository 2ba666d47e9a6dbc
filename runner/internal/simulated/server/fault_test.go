package server

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"
)

// listen serves over loopback.
func listen(t testing.TB, opts Options) (*Server, *httptest.Server) {
	t.Helper()
	s := New(opts)
	hs := httptest.NewUnstartedServer(s)
	hs.Config.ConnState = s.ConnState
	hs.Start()
	t.Cleanup(hs.Close)
	return s, hs
}

// over makes a request of a wire over the network.
func (w wire) over(t *testing.T, hs *httptest.Server, headers ...string) (*http.Response, string, error) {
	t.Helper()
	r := w.post(w.body, headers...)
	out, err := http.NewRequestWithContext(t.Context(), r.Method, hs.URL+w.path, strings.NewReader(w.body))
	if err != nil {
		t.Fatal(err)
	}
	out.Header = r.Header
	resp, err := hs.Client().Do(out)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

// Faults of the transport destroy a reply that was made, each in its own way.
func TestTransportFaultsDestroyAReplyThatWasMade(t *testing.T) {
	for _, w := range wires {
		_, want, _ := record(New(Options{}), w.post(w.body, idempotencyHeader, key1))
		for _, c := range []struct {
			plan  string
			check func(resp *http.Response, body string, err error) bool
		}{
			{"reset=100%", func(_ *http.Response, body string, err error) bool {
				return errors.Is(err, syscall.ECONNRESET) && len(body) < len(want)
			}},
			{"cut=100%", func(_ *http.Response, body string, err error) bool {
				return errors.Is(err, io.ErrUnexpectedEOF) && 0 < len(body) && len(body) < len(want)
			}},
			{"stall=100%:20ms", func(_ *http.Response, body string, err error) bool {
				return errors.Is(err, io.ErrUnexpectedEOF) && 0 < len(body) && len(body) < len(want)
			}},
			{"truncate=100%", func(resp *http.Response, body string, err error) bool {
				return err == nil && resp.StatusCode == 200 && resp.ContentLength == int64(len(body)) && 0 < len(body) && len(body) < len(want)
			}},
			{"empty=100%", func(resp *http.Response, body string, err error) bool {
				return err == nil && resp.StatusCode == 200 && body == "" && resp.ContentLength == 0
			}},
		} {
			s, hs := listen(t, Options{Faults: plan(t, c.plan)})
			resp, body, err := w.over(t, hs, idempotencyHeader, key1)
			if !c.check(resp, body, err) {
				t.Errorf("%s, %s: %v, body %q", w.name, c.plan, err, body)
			}
			if resp != nil && resp.Header.Get(Header) != respondent {
				t.Errorf("%s, %s: header %q", w.name, c.plan, resp.Header.Get(Header))
			}
			name, _, _ := strings.Cut(c.plan, "=")
			if n := s.Counters(); n.Made != 1 || n.Destroyed != 1 || n.Acknowledged != 0 || n.ByOutcome[name] != 1 || n.InFlight != 0 {
				t.Errorf("%s, %s: %+v", w.name, c.plan, n)
			}
		}
	}
}

func TestSlowReplyComesWhole(t *testing.T) {
	s, hs := listen(t, Options{Faults: plan(t, "slow=100%:80ms")})
	_, want, _ := record(New(Options{}), wires[1].post(wires[1].body, idempotencyHeader, key1))
	began := time.Now()
	_, body, err := wires[1].over(t, hs, idempotencyHeader, key1)
	if took := time.Since(began); err != nil || body != want || took < 80*time.Millisecond {
		t.Errorf("after %v: %v, %q; want %q after 80ms", took, err, body, want)
	}
	if n := s.Counters(); n.Made != 1 || n.Acknowledged != 1 || n.Destroyed != 0 {
		t.Errorf("%+v", n)
	}
}

// Statuses are sent in place of a reply, with the provider's own body, and cost
// nothing.
func TestStatusFaultsCostNothing(t *testing.T) {
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		plan   string
		wire   int
		status int
		after  string
		want   string
	}{
		{"429=100%", 0, 429, "3", `{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached for requests.","param":null,"type":"requests"}}`},
		{"429date=100%", 0, 429, "Sat, 28 Nov 2026 12:00:03 GMT", `{"error":{"code":"rate_limit_exceeded","message":"Rate limit reached for requests.","param":null,"type":"requests"}}`},
		{"429=100%", 1, 429, "3", `{"error":{"message":"Rate limit reached for requests.","type":"rate_limit_error"},"request_id":"ID","type":"error"}`},
		{"429=100%", 2, 429, "3", `{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel","quotaMetric":"generativelanguage.googleapis.com/generate_requests_per_model"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3s"}],"message":"Rate limit reached for requests.","status":"RESOURCE_EXHAUSTED"}}`},
		{"429=100%", 3, 429, "3", `{"error":"Rate limit reached for requests."}`},
		{"408=100%", 0, 408, "", `{"error":{"code":null,"message":"The request timed out.","param":null,"type":"timeout"}}`},
		{"409=100%", 1, 409, "", `{"error":{"message":"The resource was updated by another process; try again.","type":"conflict_error"},"request_id":"ID","type":"error"}`},
		{"500=100%", 0, 500, "", `{"error":{"code":null,"message":"The server had an error while processing your request. Sorry about that!","param":null,"type":"server_error"}}`},
		{"500=100%", 2, 500, "", `{"error":{"code":500,"message":"The server had an error while processing your request. Sorry about that!","status":"INTERNAL"}}`},
		{"502=100%", 0, 502, "", badGateway},
		{"503=100%", 2, 503, "", `{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}`},
		{"504=100%", 1, 504, "", `{"error":{"message":"The service did not finish processing within the deadline.","type":"timeout_error"},"request_id":"ID","type":"error"}`},
		{"529=100%", 1, 529, "", `{"error":{"message":"Overloaded","type":"overloaded_error"},"request_id":"ID","type":"error"}`},
		{"error200=100%", 0, 200, "", `{"error":{"code":null,"message":"The server had an error while processing your request. Sorry about that!","param":null,"type":"server_error"}}`},
		{"quota=100%", 0, 429, "", `{"error":{"code":"insufficient_quota","message":"You exceeded your current quota, please check your plan and billing details.","param":null,"type":"insufficient_quota"}}`},
		{"quota=100%", 1, 429, "", `{"error":{"details":{"error_code":"enforced_spend_limit_reached"},"message":"You exceeded your current quota, please check your plan and billing details.","type":"rate_limit_error"},"request_id":"ID","type":"error"}`},
		{"quota=100%", 2, 429, "", `{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel","quotaMetric":"generativelanguage.googleapis.com/generate_requests_per_model_per_day"}]}],"message":"You exceeded your current quota, please check your plan and billing details.","status":"RESOURCE_EXHAUSTED"}}`},
		{"auth=100%", 1, 401, "", `{"error":{"message":"API key not valid. Please pass a valid API key.","type":"authentication_error"},"request_id":"ID","type":"error"}`},
	} {
		w := wires[c.wire]
		s := New(Options{Faults: plan(t, c.plan), RetryAfter: Range{Min: 2500 * time.Millisecond}, Now: func() time.Time { return at }})
		status, body, h := record(s, w.post(w.body, idempotencyHeader, key1))
		body = requestID.ReplaceAllString(body, `"request_id":"ID"`)
		if status != c.status || h.Get("Retry-After") != c.after || body != c.want {
			t.Errorf("%s, %s: %d, Retry-After %q, %s\nwant %d, %q, %s", w.name, c.plan, status, h.Get("Retry-After"), body, c.status, c.after, c.want)
		}
		name, _, _ := strings.Cut(c.plan, "=")
		if n := s.Counters(); n.Made != 0 || n.Destroyed != 0 || n.ByOutcome[name] != 1 {
			t.Errorf("%s, %s: %+v", w.name, c.plan, n)
		}
	}
}

// Retry-After lies within its bounds, ends included.
func TestRetryAfterIsDrawnFromItsRange(t *testing.T) {
	s, seen := New(Options{Faults: plan(t, "429=100%"), RetryAfter: Range{Max: 2 * time.Second}}), map[string]int{}
	for _, k := range manyKeys(60) {
		_, _, h := record(s, wires[0].post(openAIBody, idempotencyHeader, k))
		seen[h.Get("Retry-After")]++
	}
	if len(seen) != 3 || seen["0"] < 5 || seen["1"] < 5 || seen["2"] < 5 {
		t.Errorf("drawn %v, want 0, 1 and 2", seen)
	}
}

// Faults of the text are drawn from the key alone: a retry gets the same text.
func TestTextFaults(t *testing.T) {
	for _, c := range []struct {
		plan string
		ok   func(text string) bool
	}{
		{"refusal=50%", func(s string) bool { return strings.Count(s, "\n") == 2 || !strings.ContainsAny(s, "123456") }},
		{"refusal=100%", func(s string) bool { return !strings.ContainsAny(s, "123456") }},
		{"prose=100%", func(s string) bool { return len(strings.Split(s, "\n")) > 3 }},
		{"count=100%", func(s string) bool { n := strings.Count(s, "\n") + 1; return n == 2 || n == 4 }},
	} {
		few := 0
		for _, k := range manyKeys(20) {
			a, b := New(Options{Faults: plan(t, c.plan)}), New(Options{Faults: plan(t, c.plan)})
			text := ask(t, a, wires[0], openAIBody, idempotencyHeader, k)
			if again := ask(t, a, wires[0], openAIBody, idempotencyHeader, k); again != text || ask(t, b, wires[0], openAIBody, idempotencyHeader, k) != text {
				t.Errorf("%s: key %s got %q, then %q", c.plan, k, text, again)
			}
			if !c.ok(text) {
				t.Errorf("%s: %q", c.plan, text)
			}
			few += strings.Count(text, "\n") % 3
		}
		if c.plan == "count=100%" && (few < 4 || few > 16) {
			t.Errorf("%d of 20 wrong counts are too few", few)
		}
	}
	_, body, _ := record(New(Options{Faults: plan(t, "served=100%")}), wires[2].post(geminiBody))
	if got := find(document(t, body), "modelVersion"); got != "m-other" {
		t.Errorf("served model %v", got)
	}
}

// Under transport faults every key gets its text in the end, the one of a server
// without faults, and the counters add up.
func TestRetriesReachTheSameTextUnderFaults(t *testing.T) {
	s, hs := listen(t, Options{Seed: 5, Faults: plan(t, "mixed=60%"), RetryAfter: Range{}})
	s.opts.Faults.entries[len(s.opts.Faults.entries)-1].span = time.Millisecond // stall
	s.opts.Faults.entries[len(s.opts.Faults.entries)-2].span = time.Millisecond // slow
	clean, tries := New(Options{Seed: 5}), 0
	for _, k := range manyKeys(150) {
		want := ask(t, clean, wires[3], ollamaBody, idempotencyHeader, k)
		for {
			if tries++; tries > 2000 {
				t.Fatal("no end of faults")
			}
			resp, body, err := wires[3].over(t, hs, idempotencyHeader, k)
			if err != nil || resp.StatusCode != http.StatusOK || !strings.HasSuffix(body, "}") || strings.HasPrefix(body, `{"error"`) {
				continue
			}
			if got := wires[3].text(t, body); got != want {
				t.Fatalf("key %s: %q, without faults %q", k, got, want)
			}
			break
		}
	}
	n := s.Counters()
	if n.Acknowledged != 150 || n.Keys != 150 || n.Requests != tries || n.Duplicates != 0 || n.KeysReused != 0 {
		t.Errorf("%d tries: %+v", tries, n)
	}
	if n.Made != n.Acknowledged+n.Destroyed || n.MadeAgain != n.Made-150 || n.Destroyed < 50 {
		t.Errorf("replies do not add up: %+v", n)
	}
	sum := 0
	for _, of := range n.ByOutcome {
		sum += of
	}
	if sum != tries || n.ByPath["POST /api/chat"] != tries {
		t.Errorf("outcomes add up to %d of %d: %+v", sum, tries, n)
	}
}
