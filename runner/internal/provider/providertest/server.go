package providertest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// got is one request as the recording server saw it.
type got struct {
	method, path, query string
	header              http.Header
	body                []byte
}

// server records what arrives and answers with what it is told to.
type server struct {
	*httptest.Server
	mu     sync.Mutex
	seen   []got
	answer http.HandlerFunc
}

// newServer starts a recording server on loopback.
func newServer(t testing.TB) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client went away; there is nobody to answer
		}
		s.mu.Lock()
		s.seen = append(s.seen, got{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Clone(), body})
		answer := s.answer
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// will sets the answer to the requests that follow and forgets those before.
func (s *server) will(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer, s.seen = answer, nil
}

// requests returns what arrived since will.
func (s *server) requests() []got {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen
}

// plays answers with a status, headers ("Name: value" pairs) and a body.
func plays(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		if _, err := io.WriteString(w, body); err != nil {
			return // the client went away
		}
	}
}

// cuts promises a longer body than it sends, then breaks the connection.
func cuts(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100000")
		if _, err := io.WriteString(w, body); err == nil {
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

// resets breaks the connection before any answer.
func resets(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
