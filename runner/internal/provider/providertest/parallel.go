package providertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
)

// parallel: calls of one caller do not mix, and share their connections.
func (b *bench) parallel(t *testing.T) {
	const workers, each = 32, 20
	var opened atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		var m map[string]any
		if err := json.Unmarshal(body, &m); err != nil {
			t.Error(err)
			return
		}
		said := b.Conversation(m)
		plays(200, b.Reply(said[len(said)-1].Text))(w, r)
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	s.Start()
	defer s.Close()
	pool := &provider.Pool{Endpoint: func(*completion.Origin) (provider.Endpoint, error) {
		return provider.Endpoint{BaseURL: s.URL, Key: secret}, nil
	}}
	work := make([][]completion.Request, workers)
	for worker := range work {
		for i := range each {
			temperature := completion.Parameter{Name: "temperature", Value: float64(worker%10) / 10}
			work[worker] = append(work[worker], b.request(t, []completion.Parameter{temperature}, user("1. a"), assistant("4"), user(fmt.Sprintf("%d/%d", worker, i))))
		}
	}
	var wg sync.WaitGroup
	for _, mine := range work {
		wg.Go(func() {
			for _, req := range mine {
				messages := req.Thread.Messages()
				text := messages[len(messages)-1].Text
				caller, err := pool.For(req.Origin)
				if err != nil {
					t.Error(err)
					return
				}
				c, err := caller.Call(t.Context(), req, req.Key())
				if err != nil || c.Text != text || c.Request.Key() != req.Key() {
					t.Errorf("%s was answered by %+v (%v)", text, c, err)
					return
				}
				if err := habits(c); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := opened.Load(); n > 2*workers {
		t.Errorf("%d connections were opened for %d requests of %d workers", n, workers*each, workers)
	}
}
