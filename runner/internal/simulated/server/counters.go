package server

import (
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"time"
)

// Counters is what a server has done since it began. A request for the counters
// themselves is not counted.
type Counters struct {
	Simulated string `json:"simulated_respondent"`
	// Requests counts all, also those that were not understood.
	Requests  int            `json:"requests"`
	ByPath    map[string]int `json:"by_path"`
	ByOutcome map[string]int `json:"by_outcome"`
	// Made counts replies that were written, and so would have been paid for.
	Made int `json:"made"`
	// Acknowledged counts those that were handed to the connection whole.
	Acknowledged int `json:"acknowledged"`
	// Destroyed counts those that a fault of the transport destroyed.
	Destroyed int `json:"destroyed"`
	// Undelivered counts those whose client went away.
	Undelivered int `json:"undelivered"`
	// Keys counts the keys of Idempotency-Key that were seen, Duplicates those
	// with more than one acknowledged reply, and MadeAgain the replies that were
	// made for a key after its first.
	Keys       int `json:"keys"`
	Duplicates int `json:"duplicates"`
	MadeAgain  int `json:"made_again"`
	// KeysReused counts keys that came with two different bodies, which is a
	// mistake of the client.
	KeysReused int `json:"keys_reused"`
	// InFlight counts the requests that are being answered.
	InFlight    int `json:"in_flight"`
	MaxInFlight int `json:"max_in_flight"`
	// Connections counts those opened, as ConnState saw them.
	Connections int `json:"connections"`
	// LimitViolations counts requests that the limiter refused.
	LimitViolations int `json:"limit_violations"`
	// MostInWindow is the most requests, refused ones too, that one API key sent
	// in any 60 seconds.
	MostInWindow int `json:"most_in_window"`
	// LogErrors counts lines of the log that could not be written.
	LogErrors int `json:"log_errors"`
}

// Entry is one line of the log.
type Entry struct {
	Time             time.Time `json:"time"`
	N                int       `json:"n"`
	Path             string    `json:"path"`
	Asked            string    `json:"asked,omitempty"` // method and path, where Path is "other"
	Format           string    `json:"format"`
	Model            string    `json:"model,omitempty"`
	Key              string    `json:"idempotency_key,omitempty"`
	Try              int       `json:"try,omitempty"`
	Turn             int       `json:"turn,omitempty"`
	Outcome          string    `json:"outcome"`
	Status           int       `json:"status"`
	PromptTokens     int       `json:"prompt_tokens,omitempty"`
	CompletionTokens int       `json:"completion_tokens,omitempty"`
	Made             bool      `json:"made"`
	Acknowledged     bool      `json:"acknowledged"`
}

// Outcomes that are no faults; a fault's outcome is its name.
const (
	OutcomeOK           = "ok"
	OutcomeBadRequest   = "bad_request"
	OutcomeUnauthorized = "unauthorized"
	OutcomeNotFound     = "not_found"
	OutcomeLimited      = "limited"
	OutcomeBusy         = "busy"
	OutcomeGone         = "client_gone"
)

// keyState is what is known of one Idempotency-Key.
type keyState struct {
	body                      digest // of its first arrival
	reused                    bool
	tries, made, acknowledged int
}

// settleTime bounds how long Counters waits for requests that are at their end.
const settleTime = time.Second

// Counters returns a copy. A request whose reply a client has read is counted,
// also if it has only just been written.
func (s *Server) Counters() Counters {
	const step = time.Millisecond
	for waited := time.Duration(0); s.settling.Load() > 0 && waited < settleTime; waited += step {
		time.Sleep(step)
	}
	s.limiter.mu.Lock()
	violated, most := s.limiter.violated, s.limiter.most
	s.limiter.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.counters
	out.Simulated = respondent
	out.ByPath, out.ByOutcome = maps.Clone(out.ByPath), maps.Clone(out.ByOutcome)
	out.LimitViolations, out.MostInWindow, out.Keys = violated, most, len(s.keys)
	return out
}

// ConnState counts connections: give it to http.Server.
func (s *Server) ConnState(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		s.mu.Lock()
		s.counters.Connections++
		s.mu.Unlock()
	}
}

// arrived counts a request in.
func (s *Server) arrived(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.counters
	c.Requests++
	c.ByPath[path]++
	c.InFlight++
	c.MaxInFlight = max(c.MaxInFlight, c.InFlight)
	return c.Requests
}

// made counts a reply that has been written.
func (s *Server) made(id identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counters.Made++
	if k := s.keys[id.digest]; k != nil {
		if k.made++; k.made > 1 {
			s.counters.MadeAgain++
		}
	}
}

// record counts a request out and logs it.
func (s *Server) record(e *Entry, id identity) {
	s.log(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.counters
	c.InFlight--
	c.ByOutcome[e.Outcome]++
	switch {
	case e.Acknowledged:
		c.Acknowledged++
		if k := s.keys[id.digest]; k != nil {
			if k.acknowledged++; k.acknowledged == 2 {
				c.Duplicates++
			}
		}
	case e.Made && e.Outcome == OutcomeGone:
		c.Undelivered++
	case e.Made:
		c.Destroyed++
	}
}

func (s *Server) log(e *Entry) {
	if s.opts.Log == nil {
		return
	}
	line, err := json.Marshal(e)
	if err == nil {
		s.logMu.Lock()
		_, err = s.opts.Log.Write(append(line, '\n'))
		s.logMu.Unlock()
	}
	if err != nil {
		s.mu.Lock()
		s.counters.LogErrors++
		s.mu.Unlock()
	}
}
