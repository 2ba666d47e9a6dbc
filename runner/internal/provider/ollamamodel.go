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

// ollamaContext is what Ollama loads a model with where neither the request nor
// its server says another context.
const ollamaContext = 4096

// Context is how many tokens a conversation of this origin may have, and who
// says so.
func (m OllamaModel) Context(o *completion.Origin) (tokens int64, whence string) {
	tokens, whence = ollamaContext, "Ollama's default"
	if v, ok := o.Parameter("num_ctx"); ok {
		n, _ := v.(float64) // the schema admits whole numbers only
		tokens, whence = int64(n), "num_ctx"
	} else if m.Loaded > 0 {
		tokens, whence = int64(m.Loaded), "what the server has loaded it with"
	}
	if m.Trained > 0 && tokens > int64(m.Trained) {
		tokens, whence = int64(m.Trained), "what it was made for"
	}
	return tokens, whence
}

// bytesPerToken is how short the tokens of a conversation are taken to be, so
// that it is rather refused than cut.
const bytesPerToken = 3

// overlong refuses a conversation that Ollama would cut without a word. What a
// run can foresee it looks at before it begins; but a model that writes more than
// it was asked for makes a sequential conversation longer than anybody foresaw.
// Without OllamaModel only a declared num_ctx is known.
func (w *wired) overlong(messages []completion.Message) error {
	if w.origin.Provider != "ollama" {
		return nil
	}
	m, asked := w.pool.ollama.Load(w.address + " " + w.origin.Model)
	if _, declared := w.origin.Parameter("num_ctx"); !asked && !declared {
		return nil
	}
	known, _ := m.(OllamaModel)
	context, whence := known.Context(w.origin)
	size := 0
	for _, m := range messages {
		size += len(m.Text)
	}
	tokens := int64(size / bytesPerToken)
	if tokens <= context {
		return nil
	}
	e := w.problem(TooLong, fmt.Sprintf("not sent: the conversation may have %d tokens and the model answers within %d (%s); Ollama would leave out its beginning without a word", tokens, context, whence), nil)
	e.Mend = fmt.Sprintf("parameters: num_ctx: %d, or administer fewer items in one conversation", (2*tokens+1023)/1024*1024)
	return e
}

// OllamaModel asks the server of an origin about its model. Ollama cuts a
// conversation that is longer than its context without a word, so a runner has to
// know the context. A model that is not there is an *Error of class NotFound.
//
// https://docs.ollama.com/api/show and /api/ps (2026-11-28)
//
// What it says is remembered: from then on a conversation with the model that does
// not fit is not sent.
func (p *Pool) OllamaModel(ctx context.Context, o *completion.Origin) (OllamaModel, error) {
	w, err := p.newWired(o)
	if err != nil {
		return OllamaModel{}, err
	}
	out, err := p.ollamaModel(ctx, w)
	if err == nil || out.Trained > 0 { // half an answer is better than none
		p.ollama.Store(w.address+" "+o.Model, out)
	}
	return out, err
}

func (p *Pool) ollamaModel(ctx context.Context, w *wired) (OllamaModel, error) {
	var out OllamaModel
	base := strings.TrimSuffix(w.address, "/api/chat")
	var show struct {
		Info map[string]json.RawMessage `json:"model_info"`
	}
	if err := p.ask(ctx, w, http.MethodPost, base+"/api/show", map[string]string{"model": w.origin.Model}, &show); err != nil {
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
		if completion.ServedAs(w.origin.Model, m.Name, nil) || completion.ServedAs(w.origin.Model, m.Model, nil) {
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
	w.format.header(req.Header, w.endpoint.Key)
	resp, err := p.transport().RoundTrip(req)
	if err != nil {
		return w.problem(Connection, err.Error(), err)
	}
	raw, err := readAll(resp.Body, resp.ContentLength, func() {})
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return w.problem(Connection, err.Error(), err)
	}
	if resp.StatusCode != http.StatusOK {
		said := readComplaint(raw)
		e := w.problem(classify(resp.StatusCode, said), said.message, nil)
		e.Status = resp.StatusCode
		return e
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return w.problem(Malformed, fmt.Sprintf("the answer to %s is not JSON: %v", url, err), err)
	}
	return nil
}
