package provider_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/openai"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/provider/providertest"
)

// inFlight is how many requests are under way at once.
const inFlight = 64

// loopback answers at once and counts its connections.
func loopback(b *testing.B, body string) (string, *atomic.Int64) {
	b.Helper()
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if _, err := io.WriteString(w, body); err != nil {
			return
		}
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	b.Cleanup(s.Close)
	return s.URL, &opened
}

// buffering reads a reply whole before the client does, as ours does.
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

// question is a batch of 57 items, as an experiment sends it.
func question() string {
	var b strings.Builder
	b.WriteString("Answer each item with a number from 1 to 6.\n")
	for range 57 {
		b.WriteString("\n7. It is important to this person to do a thing of some length, as items have.")
	}
	return b.String()
}

func inParallel(b *testing.B, opened *atomic.Int64, do func() error) {
	b.SetParallelism((inFlight + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0))
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := do(); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(opened.Load()), "connections")
}

// BenchmarkCall sends the same requests through the bare client with a
// buffering transport, and through ours.
func BenchmarkCall(b *testing.B) {
	text := question()
	reply := providertest.OpenAI().Reply(strings.Repeat("1. 4\n", 57))
	b.Run("bare/openai", func(b *testing.B) {
		url, opened := loopback(b, reply)
		m, err := openai.New(openai.WithToken("x"), openai.WithModel("m"), openai.WithBaseURL(url), openai.WithHTTPClient(buffering{provider.NewTransport(nil)}))
		if err != nil {
			b.Fatal(err)
		}
		messages := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, text)}
		inParallel(b, opened, func() error {
			_, err := m.GenerateContent(context.Background(), messages, llms.WithTemperature(0.7))
			return err
		})
	})
	for _, f := range []providertest.Format{providertest.OpenAI(), providertest.Anthropic(), providertest.Ollama(), providertest.Google()} {
		b.Run("ours/"+f.Provider, func(b *testing.B) {
			url, opened := loopback(b, f.Reply(strings.Repeat("1. 4\n", 57)))
			pool := &provider.Pool{Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
				return provider.Endpoint{BaseURL: url, Dialect: f.Dialect(), Key: "sk-0123456789abcdef", KeyEnv: "K"}, nil
			}}
			o, err := completion.NewOrigin(f.Provider, f.Identity, f.Model, append(f.Required, completion.Parameter{Name: "temperature", Value: 0.7}), "", nil)
			if err != nil {
				b.Fatal(err)
			}
			caller, err := pool.For(o)
			if err != nil {
				b.Fatal(err)
			}
			var sample atomic.Int64
			inParallel(b, opened, func() error {
				var th *completion.Thread
				req := completion.Request{Origin: o, Sample: int(sample.Add(1)), Thread: th.Append(completion.User, text)}
				_, err := caller.Call(context.Background(), req, req.Key())
				return err
			})
		})
	}
}
