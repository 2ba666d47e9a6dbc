package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// placeholder is the key that clients are made with. The real one is set by the
// transport alone, so no client can lose it into an address or an error.
const placeholder = "set-by-the-transport"

// format is what one provider does its own way.
type format interface {
	// address is where the request goes.
	address(base, model string) string
	// header sets what the provider asks for, and its header for a key if there is one.
	header(h http.Header, key string)
	// body is the whole body, made from the request alone.
	body(model string, messages []completion.Message, fields []wire.Field) (object, error)
	// client makes the langchaingo model, with options for each of its calls.
	client(o *completion.Origin, base, dialect string, rt http.RoundTripper) (llms.Model, []llms.CallOption, error)
	// decode reads a body of status 200: a reply, or why it is none.
	decode(body []byte) (*reply, *fault)
	// refusal is what a body of another status is if it refuses the prompt rather
	// than the request, so that it would do so again; nil otherwise.
	refusal(status int, said complaint) *reply
}

// repliesOnly is for formats that refuse a prompt with status 200.
type repliesOnly struct{}

func (repliesOnly) refusal(int, complaint) *reply { return nil }

var formats = map[string]format{"openai": openAI{}, "google": gemini{}, "ollama": llama{}, "anthropic": claude{}}

// wired asks a model over the network.
type wired struct {
	pool          *Pool
	origin        *completion.Origin
	endpoint      *Endpoint // a pointer, so that printing a caller shows no key
	secret        *redactor
	format        format
	address, host string
	model         llms.Model
	options       []llms.CallOption
	timeout, idle time.Duration
	version       string
	now           func() time.Time
}

// newWired makes the caller of an origin. It needs no key to render.
func (p *Pool) newWired(o *completion.Origin) (*wired, error) {
	var e Endpoint
	if p.Endpoint != nil {
		var err error
		if e, err = p.Endpoint(o); err != nil {
			return nil, err
		}
	}
	w := &wired{pool: p, origin: o, endpoint: &e, format: formats[o.Provider], version: p.Version, now: p.clock()}
	w.secret = e.redactor()
	w.timeout, w.idle = w.endpoint.Timeout, w.endpoint.Idle
	if w.timeout <= 0 {
		w.timeout = DefaultTimeout
	}
	if w.idle <= 0 {
		w.idle = DefaultIdle
	}
	base, err := w.endpoint.URL(o.Provider)
	if err != nil {
		return nil, w.problem(Invalid, err.Error(), nil)
	}
	w.address, w.host = w.format.address(base, o.Model), w.endpoint.Host(o.Provider)
	if problems := wire.Unsupported(o.Provider, w.endpoint.dialect(), o.Model, o.Parameters); len(problems) > 0 {
		e := w.problem(Invalid, "not sent, because it cannot carry what is declared: "+problems[0].Why, nil)
		e.Mend = problems[0].Mend
		return nil, e
	}
	model, options, err := w.format.client(o, base, w.endpoint.dialect(), audited{p})
	if err != nil {
		return nil, w.problem(Invalid, "the client cannot be made: "+err.Error(), nil)
	}
	w.model, w.options = model, append(callOptions(o), options...)
	return w, nil
}

// keyless reports a key that is missing, for the providers' own endpoints, or
// that no header can carry.
func (w *wired) keyless() error {
	if strings.ContainsFunc(w.endpoint.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		e := w.problem(Credentials, "the key has a space, a line end or another character that no key has", nil)
		e.Mend = cmp.Or(e.Mend, "put the key alone into its variable")
		return e
	}
	if w.endpoint.Key != "" || w.endpoint.BaseURL != "" || w.origin.Provider == "ollama" {
		return nil
	}
	e := w.problem(Credentials, "no key", nil)
	if w.endpoint.KeyEnv != "" {
		e.Message = "no key in $" + w.endpoint.KeyEnv
		e.Mend = "export " + w.endpoint.KeyEnv + "=..."
	}
	return e
}

// problem makes an error of a request that was not sent, and names who was to be
// asked. The key is struck out of the message before it is cut to its length, so that
// no half of it can stay.
func (w *wired) problem(class Class, message string, err error) *Error {
	e := &Error{Class: class, Unsent: true, RetryAfter: -1, Provider: w.origin.Provider, Model: w.origin.Model, Host: w.host,
		Message: tidy(w.secret.text(message)), Usage: completion.UnknownUsage(), Err: err}
	switch class {
	case Credentials:
		if w.endpoint.KeyEnv != "" {
			e.Mend = fmt.Sprintf("put a key that %s takes into $%s", w.host, w.endpoint.KeyEnv)
		}
	case NotFound:
		e.Mend = fmt.Sprintf("correct model %q, or the path of base_url: requests go to %s", w.origin.Model, w.address)
		if w.origin.Provider == "ollama" {
			e.Mend = "ollama pull " + w.origin.Model
		}
	case Connection:
		if w.endpoint.BaseURL != "" || w.origin.Provider == "ollama" {
			e.Mend = "start the server at " + w.host + ", or correct base_url"
		}
	case TooLong:
		e.Mend = "use a model with a longer context, or administer items one at a time"
	case Quota:
		e.Mend = "add credit or raise the limit of the account at " + w.host + "; what is stored is kept"
	case RateLimited, Overloaded, Server, Timeout, Malformed, Invalid, Canceled:
	}
	return e
}

// Call sends one request and reads its reply.
func (w *wired) Call(ctx context.Context, req completion.Request, _ completion.Key) (*completion.Completion, error) {
	if err := w.keyless(); err != nil {
		return nil, err
	}
	c, err := w.run(ctx, req, false)
	if err != nil {
		return nil, err
	}
	r := c.reply
	return &completion.Completion{
		Request: req, Text: r.text, Status: r.status, FinishReason: r.finish, ModelServed: r.model, Fingerprint: r.fingerprint,
		ResponseID: r.id, Usage: r.usage, StartedAt: c.started.UTC().Truncate(time.Microsecond), Latency: c.finished.Sub(c.started),
		Tries: 1, HTTPStatus: c.status, Mends: c.sent.Mends, Version: w.version, Simulated: c.header.Get(simulatedHeader) != "",
		Sent: c.sent.Body, Body: c.raw, Header: interesting(c.header, w.secret),
	}, nil
}

// run drives the client through the transport once.
func (w *wired) run(ctx context.Context, req completion.Request, render bool) (*call, error) {
	if err := ctx.Err(); err != nil {
		return nil, w.problem(Canceled, err.Error(), err)
	}
	if !req.Thread.Complete() || req.Thread.Len() == 0 {
		return nil, w.problem(Invalid, "not sent: the conversation is empty or its texts are not at hand", nil)
	}
	messages := req.Thread.Messages()
	if !slices.ContainsFunc(messages, func(m completion.Message) bool { return m.Role == completion.User }) {
		return nil, w.problem(Invalid, "not sent: the conversation asks nothing", nil)
	}
	if err := w.overlong(messages); err != nil && !render {
		return nil, err
	}
	key := req.Key()
	body, err := w.format.body(w.origin.Model, messages, wire.Fields(w.origin.Provider, w.endpoint.dialect(), w.origin.Parameters, key))
	if err != nil {
		return nil, w.problem(Invalid, "not sent: "+err.Error(), nil)
	}
	c := &call{ctx: ctx, to: w, body: body, key: key, render: render}
	err = w.generate(context.WithValue(ctx, callKey{}, c), contents(messages), perSample(w.origin, w.options, key))
	switch {
	case c.failure != nil:
		return nil, c.failure
	case c.reply != nil, render && c.sent != nil:
		return c, nil
	}
	// The client did not even ask the transport to send.
	return nil, w.problem(Invalid, "not sent, because the client refuses: "+err.Error(), nil)
}

// generate asks the client, which panics over some conversations. Its answer is
// never used: the transport reads the reply itself.
func (w *wired) generate(ctx context.Context, messages []llms.MessageContent, options []llms.CallOption) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the client panicked: %v", r)
		}
	}()
	if _, err = w.model.GenerateContent(ctx, messages, options...); err == nil {
		err = errors.New("the client sent nothing")
	}
	return err
}

// perSample adds the seed of the request to the options of its origin, where
// one is declared for each sample.
func perSample(o *completion.Origin, options []llms.CallOption, key completion.Key) []llms.CallOption {
	if v, _ := o.Parameter("seed"); v != wire.PerSample {
		return options
	}
	return append([]llms.CallOption{llms.WithSeed(int(wire.Seed(key)))}, options...)
}
