// Package show finds a cell, a respondent or a request by what a person writes,
// and says what would be sent for it and what came back, as plain data. For a
// request that is not stored it finds the stored one that is nearest.
//
// It asks nobody. What is not known yet, because it follows from a reply still
// to come, is said and never made up.
package show

import (
	"context"
	"time"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/table"
)

// Message is one message of a conversation.
type Message struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// Request is one request, stored or not.
type Request struct {
	Key string `json:"key"`
	// Purpose is answer or persona.
	Purpose      string            `json:"purpose"`
	RespondentID string            `json:"respondent_id,omitempty"`
	ConditionID  string            `json:"condition_id,omitempty"`
	Cell         int               `json:"cell,omitempty"`
	Levels       map[string]string `json:"levels,omitempty"`
	Place        string            `json:"place,omitempty"`
	Replicate    int               `json:"replicate,omitempty"`
	Turn         int               `json:"turn"`
	Attempt      int               `json:"attempt"`
	Sample       int               `json:"sample"`
	Lineage      []string          `json:"lineage,omitempty"`
	Provider     string            `json:"provider"`
	Identity     string            `json:"identity,omitempty"`
	Model        string            `json:"model"`
	Parameters   map[string]any    `json:"parameters"`
	Pool         string            `json:"pool,omitempty"`
	Independent  []string          `json:"independent,omitempty"`
	Messages     []Message         `json:"messages"`
	Stored       *Stored           `json:"stored"`

	// Sent is the request itself, for rendering its body.
	Sent completion.Request `json:"-"`
}

// Stored is a reply and how it came.
type Stored struct {
	Text         string         `json:"text"`
	Status       string         `json:"status"`
	FinishReason string         `json:"finish_reason,omitempty"`
	ModelServed  string         `json:"model_served,omitempty"`
	Fingerprint  string         `json:"system_fingerprint,omitempty"`
	ResponseID   string         `json:"response_id,omitempty"`
	Usage        map[string]int `json:"usage"`
	StartedAt    time.Time      `json:"started_at"`
	LatencyMS    float64        `json:"latency_ms"`
	Tries        int            `json:"tries"`
	HTTPStatus   int            `json:"http_status,omitempty"`
	Version      string         `json:"version"`
	Simulated    bool           `json:"simulated"`
	Mends        []string       `json:"mends,omitempty"`
	Header       []string       `json:"header,omitempty"`
	Sent         *string        `json:"sent"`
	Body         *string        `json:"body"`
}

// NewRequest describes a request and, if it is stored, its completion.
func NewRequest(req completion.Request, stored *completion.Completion) Request {
	out := Request{Key: req.Key().String(), Attempt: req.Attempt, Sample: req.Sample, Provider: req.Origin.Provider, Identity: req.Origin.Identity,
		Model: req.Origin.Model, Parameters: map[string]any{}, Pool: req.Origin.Pool, Independent: req.Origin.Independent, Sent: req}
	for _, p := range req.Origin.Parameters {
		out.Parameters[p.Name] = p.Value
	}
	for _, k := range req.Lineage {
		out.Lineage = append(out.Lineage, k.String())
	}
	for _, m := range req.Thread.Messages() {
		out.Messages = append(out.Messages, Message{m.Role.String(), m.Text})
	}
	if stored != nil {
		out.Stored = newStored(stored)
	}
	return out
}

func newStored(c *completion.Completion) *Stored {
	s := &Stored{Text: c.Text, Status: string(c.Status), FinishReason: c.FinishReason, ModelServed: c.ModelServed, Fingerprint: c.Fingerprint,
		ResponseID: c.ResponseID, Usage: map[string]int{}, StartedAt: c.StartedAt, LatencyMS: float64(c.Latency.Microseconds()) / 1000,
		Tries: c.Tries, HTTPStatus: c.HTTPStatus, Version: c.Version, Simulated: c.Simulated, Mends: c.Mends, Header: c.Header}
	for name, n := range map[string]int{"prompt": c.Usage.Prompt, "completion": c.Usage.Completion, "reasoning": c.Usage.Reasoning, "cached": c.Usage.Cached} {
		if n != completion.Unknown {
			s.Usage[name] = n
		}
	}
	if c.Sent != nil {
		text := string(c.Sent)
		s.Sent = &text
	}
	if c.Body != nil {
		text := string(c.Body)
		s.Body = &text
	}
	return s
}

// Respondent is one session, as far as it is known.
type Respondent struct {
	ID          string            `json:"respondent_id"`
	ConditionID string            `json:"condition_id"`
	Cell        int               `json:"cell"`
	Levels      map[string]string `json:"levels"`
	Place       string            `json:"place"`
	Replicate   int               `json:"replicate"`
	Sample      int               `json:"sample"`
	Form        string            `json:"form"`
	Order       []int             `json:"item_order,omitempty"`
	Persona     map[string]any    `json:"persona"`
	State       string            `json:"state"`
	Turns       int               `json:"turns"`
	Personas    []Request         `json:"persona_requests,omitempty"`
	Requests    []Request         `json:"requests"`
	// Unknown counts requests that follow from replies still to come.
	Unknown int `json:"not_known_yet"`
	// Mode is how the items are administered.
	Mode string `json:"mode"`
}

// Cell is one cell.
type Cell struct {
	Number      int               `json:"cell"`
	ConditionID string            `json:"condition_id"`
	Levels      map[string]string `json:"levels"`
	Place       string            `json:"place"`
	Provider    string            `json:"provider"`
	Identity    string            `json:"identity,omitempty"`
	Model       string            `json:"model"`
	Parameters  map[string]any    `json:"parameters"`
	Respondents int               `json:"respondents"`
	// Turns is the number of requests of each respondent.
	Turns int    `json:"turns"`
	Mode  string `json:"mode"`
}

// Scope is an experiment with its stores.
type Scope struct {
	Design  *design.Design
	Builder *session.Builder
	Library *apply.Library
}

// Cell describes a cell.
func (s *Scope) Cell(c *design.Cell) (*Cell, error) {
	o, err := s.Builder.Origin(c)
	if err != nil {
		return nil, err
	}
	out := &Cell{Number: c.Index + 1, ConditionID: c.ID, Levels: s.Design.Levels(c), Place: s.Design.Describe(c), Provider: o.Provider, Identity: o.Identity,
		Model: o.Model, Parameters: map[string]any{}, Respondents: s.Design.Experiment.N, Mode: string(c.Administration.Mode), Turns: 1}
	for _, p := range o.Parameters {
		out.Parameters[p.Name] = p.Value
	}
	if out.Mode != "batch" {
		out.Turns = len(s.Design.Experiment.Instrument.Items)
	}
	return out, nil
}

// Respondent walks one session with what is stored, whole.
func (s *Scope) Respondent(ctx context.Context, c *design.Cell, replicate int) (*Respondent, error) {
	f := &finder{ctx: ctx, library: s.Library, found: map[completion.Key]*completion.Completion{}}
	w := &session.Walker{Builder: s.Builder, Replies: f, Valid: table.NewReader(s.Design.Experiment.Instrument).Valid}
	r := s.Design.Respondent(c, replicate)
	var v session.Visit
	err := w.Visit(r, &v)
	if f.err != nil {
		err = f.err // what could not be read must not look missing
	}
	if err != nil {
		return nil, err
	}
	out := &Respondent{ID: design.RespondentID(c, replicate), ConditionID: c.ID, Cell: c.Index + 1, Levels: s.Design.Levels(c), Place: s.Design.Describe(c),
		Replicate: replicate, Sample: r.Sample, Form: r.Form, Persona: r.Persona, State: states[v.State], Unknown: v.Unknown,
		Turns: 1, Mode: string(c.Administration.Mode)}
	if out.Mode != "batch" {
		out.Turns = len(s.Design.Experiment.Instrument.Items)
	}
	for _, i := range r.Order {
		out.Order = append(out.Order, s.Design.Experiment.Instrument.Items[i].Number)
	}
	for _, t := range v.Personas {
		out.Personas = append(out.Personas, s.request(out, t, "persona", f))
	}
	for _, t := range v.Turns {
		out.Requests = append(out.Requests, s.request(out, t, "answer", f))
	}
	return out, nil
}

var states = map[session.State]string{session.Complete: "complete", session.Partial: "partial",
	session.PersonaMissing: "persona missing", session.PersonaFailed: "persona failed"}

func (s *Scope) request(r *Respondent, t session.Turn, purpose string, f *finder) Request {
	out := NewRequest(t.Request, f.found[t.Key])
	out.Purpose, out.RespondentID, out.ConditionID, out.Cell, out.Levels, out.Place = purpose, r.ID, r.ConditionID, r.Cell, r.Levels, r.Place
	out.Replicate, out.Turn = r.Replicate, t.Turn
	return out
}

// finder finds stored completions one by one, whole.
type finder struct {
	ctx     context.Context
	library *apply.Library
	found   map[completion.Key]*completion.Completion
	err     error
}

// Find implements session.Replies.
func (f *finder) Find(k completion.Key) (session.Reply, bool) {
	c, err := Get(f.ctx, f.library, k)
	if err != nil && f.err == nil {
		f.err = err
	}
	if c == nil {
		return session.Reply{}, false
	}
	f.found[k] = c
	return session.Reply{Sum: completion.TextDigest(c.Text), Status: c.Status, Text: c.Text, Known: true, At: c.StartedAt.UnixMicro()}, true
}

// Get looks a completion up in all stores of a library; nil if it is in none.
func Get(ctx context.Context, l *apply.Library, k completion.Key) (*completion.Completion, error) {
	for _, s := range l.Stores() {
		x, err := s.Lookup(ctx, []completion.Key{k})
		if err != nil {
			return nil, err
		}
		if x.Len() > 0 {
			return s.Get(ctx, k)
		}
	}
	return nil, nil
}
