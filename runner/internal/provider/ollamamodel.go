package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"circumplex.example/runner/internal/completion"
)

// OllamaModel is what an Ollama server says of a model.
type OllamaModel struct {
	// Trained is the longest context the model was made for, in tokens; 0 if the
	// server does not say.
	Trained int
	// Loaded is the context it is loaded with now; 0 if it is not loaded or the
	// server does not say.
	Loaded int
}

// OllamaModel asks the server of an origin about its model. Ollama cuts a
// conversation that is longer than its context without a word, so a runner has to
// know the context. A model that is not there is an *Error of class NotFound.
//
// https://docs.ollama.com/api/show and /api/ps (2026-11-28)
func (p *Pool) OllamaModel(ctx context.Context, o *completion.Origin) (OllamaModel, error) {
	var out OllamaModel
	w, err := p.newWired(o)
	if err != nil {
		return out, err
	}
	base := strings.TrimSuffix(w.address, "/api/chat")
	var show struct {
		Info map[string]json.RawMessage `json:"model_info"`
	}
	if err := p.ask(ctx, w, http.MethodPost, base+"/api/show", map[string]string{"model": o.Model}, &show); err != nil {
		return out, err
	}
	for name, v := range show.Info {
		if strings.HasSuffix(name, ".context_length") && json.Unmarshal(v, &out.Trained) != nil {
			out.Trained = 0
		}
	}
	var ps struct {
		Models []struct {
			Name, Model string
			Context     int `json:"context_length"`
		}
	}
	if err := p.ask(ctx, w, http.MethodGet, base+"/api/ps", nil, &ps); err != nil {
		var pe *Error
		if errors.As(err, &pe) && pe.Class == NotFound {
			return out, nil // an old server, or another that speaks its format
		}
		return out, err
	}
	for _, m := range ps.Models {
		if completion.ServedAs(o.Model, m.Name, nil) || completion.ServedAs(o.Model, m.Model, nil) {
			out.Loaded = m.Context
		}
	}
	return out, nil
}

// ask exchanges one JSON document with a server, beside the audited calls.
func (p *Pool) ask(ctx context.Context, w *wired, method, url string, body, into any) error {
	var payload []byte
	if body != nil {
		var err error
		if payload, err = json.Marshal(body); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(payload))
	if err != nil {
		return w.problem(Invalid, err.Error(), err)
	}
	req.Header.Set("Content-Type", "application/json")
	if w.endpoint.Key != "" {
		w.format.authorize(req.Header, w.endpoint.Key)
	}
	resp, err := p.transport().RoundTrip(req)
	if err != nil {
		return w.problem(Connection, tidy(err.Error()), err)
	}
	raw, err := readBody(resp, func() {})
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return w.problem(Connection, tidy(err.Error()), err)
	}
	if resp.StatusCode != http.StatusOK {
		said := readComplaint(raw)
		e := w.problem(classify(resp.StatusCode, said), tidy(said.message), nil)
		e.Status = resp.StatusCode
		return e
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return w.problem(Malformed, fmt.Sprintf("the answer to %s is not JSON: %v", url, err), err)
	}
	return nil
}
