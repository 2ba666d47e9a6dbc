//go:build unix

package apply_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// manyCUE asks for one short batch reply a respondent.
const manyCUE = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: %d
	instrument: instruments.ten
	limits: max_in_flight: %d
	factors: {
		model: m: {provider: "openai", base_url: "%s/v1"}
		prompt: aged: template: "Rate each description from 1 to 5, without elaborating on your reasoning."
		temperature: "0.7": value: 0.7
		administration: batch: {}
	}
}
`

// loopback answers every request alike after a while, and counts connections.
func loopback(b *testing.B, latency time.Duration) (url string, connections *atomic.Int64) {
	b.Helper()
	text := strings.ReplaceAll(strings.TrimSpace(strings.Repeat("1. 4\n", 10)), "\n", `\n`)
	reply := []byte(`{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"` +
		text + `"},"finish_reason":"stop"}],"usage":{"prompt_tokens":200,"completion_tokens":40,"total_tokens":240}}`)
	connections = new(atomic.Int64)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		time.Sleep(latency)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(reply) // the client may be gone
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	s.Start()
	b.Cleanup(s.Close)
	return s.URL, connections
}

// buffering reads a reply whole before the client does, as our transport does.
type buffering struct{ http.RoundTripper }

func (d buffering) Do(r *http.Request) (*http.Response, error) {
	resp, err := d.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	if err := resp.Body.Close(); err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// usage is this process's time on processors and its greatest memory.
func usage(b *testing.B) (cpu time.Duration, megabytes float64) {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), float64(u.Maxrss) / 1024
}

// measured reports what n requests took; the server's time is in it.
func measured(b *testing.B, n int, took, cpu time.Duration, connections int64) {
	b.Helper()
	_, megabytes := usage(b)
	b.ReportMetric(float64(n)/took.Seconds(), "requests/s")
	b.ReportMetric(float64(cpu.Microseconds())/float64(n), "µs-CPU/request")
	b.ReportMetric(float64(connections), "connections")
	b.ReportMetric(megabytes, "MB-peak")
	b.ReportMetric(0, "ns/op")
}

// bare sends n requests with the client alone and a buffering transport.
func bare(b *testing.B, n, inFlight int, latency time.Duration) {
	url, connections := loopback(b, latency)
	m, err := openai.New(openai.WithToken("x"), openai.WithModel("m"), openai.WithBaseURL(url+"/v1"), openai.WithHTTPClient(buffering{provider.NewTransport(nil)}))
	if err != nil {
		b.Fatal(err)
	}
	var question string
	newBench(b, fmt.Sprintf(manyCUE, 1, 1, url)).must(&network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		question = req.Thread.Messages()[0].Text
		return reply(req), nil
	}})
	messages := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, question)}
	before, _ := usage(b)
	began := time.Now()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range inFlight {
		wg.Go(func() {
			for int(next.Add(1)) <= n {
				if _, err := m.GenerateContent(context.Background(), messages, llms.WithTemperature(0.7)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	after, _ := usage(b)
	measured(b, n, took, after-before, connections.Load())
}

// whole sends n requests as apply does: planned, claimed, paced, audited, parsed,
// stored on disk and entered in the ledger. The time ends with the last reply on
// disk: what is surveyed then for the tables asks nobody any more.
func whole(b *testing.B, n, inFlight int, latency time.Duration) {
	url, connections := loopback(b, latency)
	bench := newBench(b, fmt.Sprintf(manyCUE, n, inFlight, url))
	var began, ended time.Time
	var before, after time.Duration
	bench.phase = func(name string) {
		if name == "answers" {
			began = time.Now()
			before, _ = usage(b)
		}
	}
	var stored atomic.Int64
	bench.done = func(more int) {
		if stored.Add(int64(more)) == int64(n) {
			ended = time.Now()
			after, _ = usage(b)
		}
	}
	pool := &provider.Pool{Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
		return provider.Endpoint{BaseURL: url + "/v1", Key: "sk-0123456789abcdef", KeyEnv: "K"}, nil
	}}
	if res := bench.must(pool); res.Made != n || res.Sent != n {
		b.Fatalf("made %d of %d with %d requests", res.Made, n, res.Sent)
	}
	measured(b, n, ended.Sub(began), after-before, connections.Load())
}

// BenchmarkPath measures the bare client and the whole path in one run: with no
// latency at 64 in flight, and at 200 ms and 1,024 in flight. Each is measured once
// a process for its memory:  go test -run '^$' -bench Path/whole/none -benchtime 1x
func BenchmarkPath(b *testing.B) {
	for _, c := range []struct {
		name        string
		n, inFlight int
		latency     time.Duration
	}{{"none", 20_000, 64, 0}, {"200ms", 40_000, 1024, 200 * time.Millisecond}} {
		b.Run("bare/"+c.name, func(b *testing.B) {
			for b.Loop() {
				bare(b, c.n, c.inFlight, c.latency)
			}
		})
		b.Run("whole/"+c.name, func(b *testing.B) {
			for b.Loop() {
				whole(b, c.n, c.inFlight, c.latency)
			}
		})
	}
}
