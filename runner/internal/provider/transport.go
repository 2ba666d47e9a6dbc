package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"circumplex.example/runner/internal/completion"
)

// maxBody bounds a reply. The longest conversations are a few hundred kB.
const maxBody = 64 << 20

// NewTransport returns the transport for many requests to few hosts. It keeps
// its connections and asks for no proxy but the one given: a proxy set in the
// environment sees the key of plain http, so that it is used is for the command
// line to decide and to say (http.ProxyFromEnvironment).
func NewTransport(proxy func(*http.Request) (*url.URL, error)) *http.Transport {
	return &http.Transport{
		Proxy:               proxy,
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:   true,
		TLSHandshakeTimeout: 30 * time.Second,
		MaxIdleConnsPerHost: 4096, // the default of 2 opened thousands of connections a second
		IdleConnTimeout:     90 * time.Second,
	}
}

// callKey finds the call in the context of the client's request.
type callKey struct{}

// Errors of the transport itself; the client sees them and nobody else.
var (
	errRead   = errors.New("the reply was read by the transport")
	errNoCall = errors.New("no request belongs to this one")
	errAgain  = errors.New("one call sends one request")
)

// Causes of a canceled exchange.
var (
	errTimeout = errors.New("no whole reply in time")
	errIdle    = errors.New("the reply stopped coming")
)

// call is one request on its way: what the transport has to send for it, and
// what came of it. The client between them only makes a body to compare.
type call struct {
	ctx    context.Context
	to     *wired
	body   object
	key    completion.Key
	render bool

	sent     *Sent
	status   int
	header   http.Header
	raw      []byte
	reply    *reply
	failure  *Error
	started  time.Time
	finished time.Time
}

// audited is the transport of every client of a pool.
type audited struct{ pool *Pool }

// RoundTrip sends one call's request. What it sends is the body wanted; what
// the client made is only compared with it, and each difference noted. The
// reply is read here, from its bytes, so the client is told no more than that.
func (t audited) RoundTrip(r *http.Request) (*http.Response, error) {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		return nil, errNoCall
	}
	var got []byte
	if r.Body != nil {
		var err error
		if got, err = readAll(r.Body, r.ContentLength, func() {}); err != nil {
			return nil, err
		}
		if err := r.Body.Close(); err != nil {
			return nil, err
		}
	}
	if c.sent != nil {
		return nil, errAgain
	}
	if t.pool.Tamper != nil {
		got = t.pool.Tamper(got)
	}
	req, err := c.request(r.URL, got)
	if err != nil {
		return nil, err
	}
	if !c.render {
		c.exchange(req, t.pool.transport())
	}
	return nil, errRead
}

// request makes the HTTP request to send, and the audit of the client's.
func (c *call) request(client *url.URL, got []byte) (*http.Request, error) {
	a := auditor{habits: habits[c.to.origin.Provider], model: c.to.origin.Model}
	if want := verb(c.to.address); want != "" && verb(client.Path) != want {
		a.note("corrected", "address", want, "from "+verb(client.Path)+" to "+want)
	}
	body := c.body.append(make([]byte, 0, c.body.size()))
	if !bytes.Equal(got, body) {
		members := map[string]json.RawMessage{}
		if json.Unmarshal(got, &members) != nil {
			a.remove("body", encode(string(got)))
		}
		a.compare("", members, c.body)
	}
	req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, c.to.address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	h := req.Header
	h.Set("Content-Type", "application/json")
	h.Set("Accept", "application/json")
	h.Set("User-Agent", "circumplex-runner/"+c.to.version)
	c.to.format.header(h, c.to.endpoint.Key)
	if c.to.endpoint.Idempotent {
		// Not in its canonical form: net/http sends a request again by itself if it
		// finds the canonical name. Header names have no case on the wire.
		h["idempotency-key"] = []string{c.key.String()}
	}
	c.sent = &Sent{Method: req.Method, URL: c.to.address, Body: c.to.secret.sent(body), Mends: a.mends}
	if c.render {
		c.sent.Header = shownHeader(h, *c.to.endpoint)
	}
	return req, nil
}

// verb is the method that ends a Gemini address, such as :generateContent.
func verb(address string) string {
	if i := strings.LastIndex(address, ":"); i > strings.LastIndex(address, "/") {
		return address[i:]
	}
	return ""
}

// exchange sends the request and reads the whole reply.
func (c *call) exchange(req *http.Request, rt http.RoundTripper) {
	ctx, cancel := context.WithCancelCause(c.ctx)
	defer cancel(nil)
	timeout := time.AfterFunc(c.to.timeout, func() { cancel(errTimeout) })
	defer timeout.Stop()

	c.started = c.to.now()
	defer func() { c.finished = c.to.now() }()
	var reached atomic.Bool // set by goroutines of the transport
	trace := &httptrace.ClientTrace{WroteHeaders: func() { reached.Store(true) }}
	resp, err := rt.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err != nil {
		c.failure = c.lost(ctx, err, "")
		c.failure.Reached = reached.Load()
		return
	}
	idle := time.AfterFunc(c.to.idle, func() { cancel(errIdle) })
	defer idle.Stop()
	c.status, c.header = resp.StatusCode, resp.Header
	// To its end, so that the connection can be used again.
	raw, err := readAll(resp.Body, resp.ContentLength, func() { idle.Reset(c.to.idle) })
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	c.raw = c.to.secret.bytes(raw)
	switch {
	case errors.Is(err, errTooLong):
		c.failure = c.fail(Malformed, fmt.Sprintf("the reply is longer than %d MiB", maxBody>>20), nil)
	case err != nil:
		c.failure = c.lost(ctx, err, fmt.Sprintf("the reply broke off after %d bytes: ", len(raw)))
	case c.status != http.StatusOK:
		said := readComplaint(c.raw)
		if c.reply = c.to.format.refusal(c.status, said); c.reply == nil {
			c.failure = c.refused(said)
		}
	default:
		c.read()
	}
}

var errTooLong = errors.New("body too long")

// readAll reads a body of up to maxBody bytes, of a length that is known or, below 0,
// is not. It calls alive whenever something came.
func readAll(body io.Reader, length int64, alive func()) ([]byte, error) {
	size := int64(4096)
	if length >= 0 && length < 1<<20 {
		size = length + 1
	}
	buf := make([]byte, 0, size)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := body.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		switch {
		case len(buf) > maxBody:
			return buf[:maxBody], errTooLong
		case errors.Is(err, io.EOF):
			return buf, nil
		case err != nil:
			return buf, err
		}
		alive()
	}
}

// read decodes a reply of status 200.
func (c *call) read() {
	if len(bytes.TrimSpace(c.raw)) == 0 {
		c.failure = c.fail(Malformed, "the body is empty", nil)
		return
	}
	r, f := c.to.format.decode(c.raw)
	if f != nil {
		c.failure = c.fail(f.class, f.message, nil)
		c.failure.Usage = f.usage
		return
	}
	// A key may stand in a text with escapes that hide it from the bytes.
	for _, s := range []*string{&r.text, &r.finish, &r.model, &r.fingerprint, &r.id} {
		*s = strings.ToValidUTF8(c.to.secret.text(*s), "\uFFFD")
	}
	c.reply = r
}

// refused makes the error of a status that is not 200.
func (c *call) refused(said complaint) *Error {
	if c.status >= 300 && c.status < 400 {
		e := c.fail(Invalid, fmt.Sprintf("the server sends on to %q, and a key goes to its declared host only", c.to.secret.text(c.header.Get("Location"))), nil)
		e.Mend = "give the final address as base_url"
		return e
	}
	class := classify(c.status, said)
	message := said.message
	if strings.TrimSpace(message) == "" {
		message = strings.ToLower(http.StatusText(c.status))
	}
	e := c.fail(class, message, nil)
	if e.RetryAfter < 0 {
		e.RetryAfter = said.wait
	}
	return e
}

// lost makes the error of an exchange that ended early.
func (c *call) lost(ctx context.Context, err error, prefix string) *Error {
	if own := c.ctx.Err(); own != nil {
		class := Canceled
		if errors.Is(own, context.DeadlineExceeded) {
			class = Timeout
		}
		return c.fail(class, prefix+own.Error(), own)
	}
	var ne net.Error
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errTimeout):
		return c.fail(Timeout, fmt.Sprintf("%s%v (%v)", prefix, errTimeout, c.to.timeout), nil)
	case errors.Is(cause, errIdle):
		return c.fail(Timeout, fmt.Sprintf("%s%v (%v)", prefix, errIdle, c.to.idle), nil)
	case errors.As(err, &ne) && ne.Timeout():
		return c.fail(Timeout, prefix+err.Error(), nil)
	}
	return c.fail(Connection, prefix+err.Error(), nil)
}

// fail makes an error with everything that is known of the exchange.
func (c *call) fail(class Class, message string, err error) *Error {
	e := c.to.problem(class, message, err)
	e.Unsent = false
	e.Status, e.Billed = c.status, c.status >= 200 && c.status < 300
	if c.header != nil {
		e.Header = interesting(c.header, c.to.secret)
		e.RetryAfter = retryAfter(c.header, c.to.now())
	}
	return e
}
