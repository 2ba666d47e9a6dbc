// Package provider puts langchaingo models behind one interface: a request
// goes in, a completion comes out.
//
// It knows wire formats and langchaingo. It knows neither designs nor the
// store, and it retries nothing by itself: a call is one HTTP request at most.
//
// Every client sends through one audited transport (transport.go), which makes
// the body from the request alone, notes where the client's differs, sends the
// right one, and reads the reply from its bytes. So declared = sent, and what
// is recorded as served is what the provider said.
package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/completion"
)

// ErrUnavailable says that this program cannot call a provider.
var ErrUnavailable = errors.New("provider cannot be called by this version of runner")

// Caller sends requests.
type Caller interface {
	// Call sends one request once. first is the key of the conversation's first
	// request. It is safe for concurrent use. A canceled context leaves nothing
	// behind: no completion is returned for a reply that was not read in full.
	Call(ctx context.Context, req completion.Request, first completion.Key) (*completion.Completion, error)
}

// Pool makes callers for origins and keeps them. It is safe for concurrent use.
type Pool struct {
	// Version is the program's version, recorded with every completion.
	Version string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Endpoint says where an origin's requests go; nil means each provider's
	// own endpoint, without a key.
	Endpoint func(*completion.Origin) (Endpoint, error)
	// Transport sends; nil means one tuned for many requests to few hosts.
	Transport http.RoundTripper

	// Tamper, for tests, changes the body that the client made before it is
	// audited: a planted regression of langchaingo.
	Tamper func(body []byte) []byte

	once    sync.Once
	send    http.RoundTripper
	mu      sync.Mutex
	callers map[completion.Digest]Caller
	ollama  sync.Map // what a server said of a model: its address and name to OllamaModel
}

// Sent is a request as it goes over the wire.
type Sent struct {
	Method, URL string
	// Header has the lines "Name: value"; a key is shown as its variable.
	Header []string
	Body   []byte
	// Mends lists what was changed in the body that the client made.
	Mends []string
}

// Available reports whether a provider can be called.
func Available(provider string) error {
	if provider == "simulated" || formats[provider] != nil {
		return nil
	}
	return fmt.Errorf("%q: %w", provider, ErrUnavailable)
}

// For returns the caller for an origin. It returns an *Error for parameters
// that the provider's format cannot carry.
func (p *Pool) For(o *completion.Origin) (Caller, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.callers[o.Digest()]; c != nil {
		return c, nil
	}
	c, err := p.caller(o)
	if err != nil {
		return nil, err
	}
	if p.callers == nil {
		p.callers = map[completion.Digest]Caller{}
	}
	p.callers[o.Digest()] = c
	return c, nil
}

func (p *Pool) caller(o *completion.Origin) (Caller, error) {
	if err := Available(o.Provider); err != nil {
		return nil, err
	}
	if o.Provider != "simulated" {
		return p.newWired(o)
	}
	model, err := newSimulated(o)
	if err != nil {
		return nil, err
	}
	return &chat{model: model, options: callOptions(o), version: p.Version, now: p.clock()}, nil
}

// Render shows a request as it would go over the wire, and sends nothing. It
// runs the client that Call does, and needs no key. A simulated respondent has
// no wire.
func (p *Pool) Render(ctx context.Context, req completion.Request) (*Sent, error) {
	caller, err := p.For(req.Origin)
	if err != nil {
		return nil, err
	}
	w, ok := caller.(*wired)
	if !ok {
		return nil, fmt.Errorf("provider %q has no wire: its respondent is part of the program", req.Origin.Provider)
	}
	c, err := w.run(ctx, req, true)
	if err != nil {
		return nil, err
	}
	return c.sent, nil
}

func (p *Pool) clock() func() time.Time {
	if p.Now != nil {
		return p.Now
	}
	return time.Now
}

// transport is what sends for the pool.
func (p *Pool) transport() http.RoundTripper {
	p.once.Do(func() {
		p.send = p.Transport
		if p.send == nil {
			p.send = NewTransport(nil)
		}
	})
	return p.send
}

// chat drives one langchaingo model.
type chat struct {
	model   llms.Model
	options []llms.CallOption
	version string
	now     func() time.Time
}

// callOptions hands langchaingo the declared sampling parameters.
func callOptions(o *completion.Origin) []llms.CallOption {
	var out []llms.CallOption
	for _, p := range o.Parameters {
		switch v := p.Value.(type) {
		case float64:
			if opt := numberOption(p.Name, v); opt != nil {
				out = append(out, opt)
			}
		case []string:
			if p.Name == "stop" {
				out = append(out, llms.WithStopWords(v))
			}
		}
	}
	return out
}

func numberOption(name string, v float64) llms.CallOption {
	switch name {
	case "temperature":
		return llms.WithTemperature(v)
	case "top_p":
		return llms.WithTopP(v)
	case "top_k":
		return llms.WithTopK(int(v))
	case "max_tokens":
		return llms.WithMaxTokens(int(v))
	case "frequency_penalty":
		return llms.WithFrequencyPenalty(v)
	case "presence_penalty":
		return llms.WithPresencePenalty(v)
	case "seed":
		return llms.WithSeed(int(v))
	}
	return nil
}
