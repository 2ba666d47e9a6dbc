package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"circumplex.example/runner/internal/simulated/server"
)

// served is a site whose model a server of this test answers.
func served(t *testing.T, o server.Options) (site, *server.Server) {
	t.Helper()
	s := server.New(o)
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	at := site{t, t.TempDir()}
	if err := os.WriteFile(filepath.Join(at.dir, "study.cue"), fmt.Appendf(nil, liveCUE, "openai", ts.URL+"/v1"), 0o600); err != nil {
		t.Fatal(err)
	}
	return at, s
}

// until waits for the server to have met a condition.
func until(t *testing.T, s *server.Server, what string, met func(server.Counters) bool) {
	t.Helper()
	for began := time.Now(); !met(s.Counters()); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			t.Fatalf("the server has not %s within a minute: %+v", what, s.Counters())
		}
	}
}

func (p *process) interrupt() {
	p.t.Helper()
	if err := p.Process.Signal(os.Interrupt); err != nil {
		p.t.Fatal(err)
	}
}

// Over HTTP the first Ctrl-C waits for the replies that are on their way and
// stores them: what was paid for is kept.
func TestInterruptKeepsTheRepliesOnTheirWay(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no interrupt can be sent to a process")
	}
	s, srv := served(t, server.Options{Latency: 200 * time.Millisecond})
	p := s.start("apply", "--yes", "--no-analysis")
	until(t, srv, "answered 30 with some on their way", func(c server.Counters) bool { return c.Acknowledged >= 30 && c.InFlight > 0 })
	p.interrupt()
	code, d := p.end(), p.document()
	c := srv.Counters()
	if code != 130 || !d.Run.Stopped || d.Run.Missing == 0 || d.Run.Failed != 0 {
		t.Fatalf("exit %d, stopped %v, missing %d, failed %d; want 130, true, some, 0\n%s", code, d.Run.Stopped, d.Run.Missing, d.Run.Failed, p.stderr.String())
	}
	if c.Made != d.Run.Made || c.Acknowledged != c.Made {
		t.Errorf("the server made %d replies and delivered %d, %d are stored: want all", c.Made, c.Acknowledged, d.Run.Made)
	}
	if d = s.done("apply", "--yes", "--no-analysis"); d.Run.Made+d.Run.Reused != liveWanted {
		t.Errorf("then made %d with %d stored, want %d in all", d.Run.Made, d.Run.Reused, liveWanted)
	}
	if c = srv.Counters(); c.Made != liveWanted || c.MadeAgain != 0 {
		t.Errorf("the server made %d replies, %d of them again; want %d, 0", c.Made, c.MadeAgain, liveWanted)
	}
}

// Before the first request Ollama is asked for its models' contexts. A server that
// does not answer keeps nobody from stopping.
func TestInterruptWhileContextsAreAsked(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no interrupt can be sent to a process")
	}
	asked, end := make(chan string, 100), make(chan struct{})
	ts := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path
		<-end
	}))
	t.Cleanup(ts.Close)
	t.Cleanup(func() { close(end) })
	s := site{t, t.TempDir()}
	if err := os.WriteFile(filepath.Join(s.dir, "study.cue"), fmt.Appendf(nil, liveCUE, "ollama", ts.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	p := s.start("apply", "--yes", "--no-analysis")
	select {
	case path := <-asked:
		if path != "/api/show" {
			t.Errorf("asked %s first, want /api/show", path)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing was asked within a minute")
	}
	p.interrupt()
	began := time.Now()
	code, d := p.end(), p.document()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v", took)
	}
	if code != 130 || !d.Run.Stopped || d.Run.Made != 0 || d.Run.Missing == 0 {
		t.Errorf("exit %d, stopped %v, made %d, missing %d; want 130, true, 0, some\n%s", code, d.Run.Stopped, d.Run.Made, d.Run.Missing, p.stderr.String())
	}
	for len(asked) > 0 {
		if path := <-asked; path == "/api/chat" {
			t.Error("a request was sent after the interrupt")
		}
	}
}

// The second Ctrl-C does not wait for replies.
func TestASecondInterruptStopsAtOnce(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no interrupt can be sent to a process")
	}
	s, srv := served(t, server.Options{Latency: 10 * time.Minute})
	p := s.start("apply", "--yes", "--no-analysis")
	until(t, srv, "requests in flight", func(c server.Counters) bool { return c.InFlight > 0 })
	p.interrupt()
	time.Sleep(200 * time.Millisecond) // two signals at once may arrive as one
	p.interrupt()
	began := time.Now()
	if code := p.end(); code != 130 {
		t.Errorf("exit %d, want 130\n%s", code, p.stderr.String())
	}
	if took := time.Since(began); took > time.Minute {
		t.Errorf("it took %v", took)
	}
	if !strings.Contains(p.stderr.String(), "Ctrl-C again stops at once") {
		t.Errorf("stderr says %q", p.stderr.String())
	}
	until(t, srv, "seen its clients go", func(c server.Counters) bool { return c.InFlight == 0 })
}

// A server that turns everything away for two seconds is not asked before.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	faults, err := server.ParsePlan("429=30%,429date=10%")
	if err != nil {
		t.Fatal(err)
	}
	// Headers carry whole seconds: every 429 asks for two.
	log := &arrivals{}
	s, srv := served(t, server.Options{Faults: faults, RetryAfter: server.Range{Min: 2 * time.Second, Max: 2 * time.Second}, Log: log})
	p := s.start("apply", "--yes", "--no-analysis", "--only", "administration=batch,prompt=aged,temperature=0.0")
	p.end()
	if n := srv.Counters().ByOutcome["429"]; n < 2 {
		t.Fatalf("%d requests met a 429: the test shows nothing", n)
	}
	log.soonest(t)
}

// arrivals notes when replies of which request were written.
type arrivals struct {
	mu      sync.Mutex
	entries []server.Entry
}

func (a *arrivals) Write(p []byte) (int, error) {
	var e server.Entry
	if err := json.Unmarshal(p, &e); err != nil {
		return 0, err
	}
	a.mu.Lock()
	a.entries = append(a.entries, e)
	a.mu.Unlock()
	return len(p), nil
}

// soonest fails where a request was sent again before its time.
func (a *arrivals) soonest(t *testing.T) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	last := map[string]server.Entry{}
	for _, e := range a.entries {
		// A date has whole seconds, so it may come up to a second too early.
		if before, ok := last[e.Key]; ok && strings.HasPrefix(before.Outcome, "429") && e.Time.Sub(before.Time) < 900*time.Millisecond {
			t.Errorf("sent again %v after a %s that asks to wait 2 s", e.Time.Sub(before.Time), before.Outcome)
		}
		last[e.Key] = e
	}
}
