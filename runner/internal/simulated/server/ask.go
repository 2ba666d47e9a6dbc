package server

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"time"
)

// ask answers a request for a reply: is it allowed, what does it say, what goes
// wrong with it, and then the reply.
func (x *exchange) ask(rest string) {
	if !x.admitted() {
		return
	}
	body, ok := x.body()
	if !ok {
		return
	}
	c, f := x.format.read(x.r, rest, body)
	if f == nil && !x.serves(c.model) {
		f = noModel(c.model)
	}
	if f != nil {
		x.refuse(outcomeOf(f), f)
		return
	}
	x.id = x.identify(x.r, body)
	x.Model, x.Turn, x.Key, x.Try = c.model, c.turn(), x.id.header, x.id.try
	x.load(c)
	if c.load {
		x.write("application/json; charset=utf-8", x.loadedReply(c))
		x.Outcome = OutcomeOK
		return
	}
	x.answer(c)
}

// answer draws what goes wrong with a request that was understood, and answers it.
func (x *exchange) answer(c *chat) {
	p := x.opts.Faults
	strikes := p.struck(x.uniform(drawFault, x.id.digest, x.id.try), false)
	if strikes != nil && strikes.status != 0 {
		x.status(strikes)
		return
	}
	text := p.struck(x.uniform(drawText, x.id.digest, 0), true)
	made, err := x.respond(c, text)
	if err != nil {
		x.refuse(OutcomeBadRequest, badRequest("messages", err.Error()))
		return
	}
	x.made(x.id)
	x.Made, x.PromptTokens, x.CompletionTokens = true, made.prompt, made.used
	if x.Outcome = OutcomeOK; text != nil {
		x.Outcome = text.name
	}
	if !x.wait(x.opts.Latency) {
		x.Outcome = OutcomeGone
		return
	}
	kind, body := x.format.reply(made)
	x.w.Header().Set(requestIDHeader(x.format), "req_"+made.id[:24])
	if strikes == nil {
		x.deliver(kind, body)
		return
	}
	x.Outcome = strikes.name
	x.spoil(strikes, kind, body)
}

// requestIDHeader is what a provider calls its number of the request.
func requestIDHeader(f format) string {
	if _, ok := f.(anthropic); ok {
		return "request-id"
	}
	return "x-request-id"
}

// admitted asks the limiter and counts who is being answered.
func (x *exchange) admitted() bool {
	now := x.opts.Now()
	a := x.limiter.arrive(x.format.key(x.r), now.Sub(x.start))
	if x.opts.Limit > 0 {
		x.format.limits(x.w.Header(), x.opts.Limit, a, now)
	}
	switch {
	case !a.ok:
		x.retryAfter(a.wait)
		x.refuse(OutcomeLimited, &failure{status: http.StatusTooManyRequests, wait: a.wait,
			message: fmt.Sprintf("Rate limit reached: %d requests in any 60 seconds. Please try again in %v.", x.opts.Limit, a.wait.Round(time.Millisecond))})
		return false
	case x.opts.MaxInFlight > 0 && x.inFlight() > x.opts.MaxInFlight:
		wait := x.waitOf()
		x.retryAfter(wait)
		x.refuse(OutcomeBusy, &failure{status: http.StatusTooManyRequests, wait: wait,
			message: fmt.Sprintf("Too many concurrent requests: more than %d in flight.", x.opts.MaxInFlight)})
		return false
	}
	return true
}

func (s *Server) inFlight() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counters.InFlight
}

// body reads the request.
func (x *exchange) body() ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, x.opts.MaxBody))
	if err == nil {
		return body, true
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		x.refuse(OutcomeBadRequest, &failure{status: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("Request exceeds the maximum size of %d bytes.", large.Limit)})
		return nil, false
	}
	x.Outcome, x.abort = OutcomeGone, true
	return nil, false
}

func outcomeOf(f *failure) string {
	if f.status == http.StatusNotFound {
		return OutcomeNotFound
	}
	return OutcomeBadRequest
}

// status answers with a fault that is sent in place of a reply.
func (x *exchange) status(p *planned) {
	f := &failure{status: p.status, message: messages[p.name], quota: p.name == "quota"}
	switch p.name {
	case "429", "429date":
		f.wait = x.waitOf()
		if p.name == "429" {
			x.retryAfter(f.wait)
			break
		}
		at := x.opts.Now().Add(seconds(f.wait)).UTC()
		x.w.Header().Set("Retry-After", at.Format(http.TimeFormat))
	case "auth":
		f = badKey(false)
	case "502":
		x.Outcome = p.name
		x.send(p.status, "text/html", []byte(badGateway)) // no provider writes it: a gateway does
		return
	case "error200":
		_, body := x.format.fail(f, x.requestID())
		x.Outcome = p.name
		x.send(http.StatusOK, "application/json", body)
		return
	}
	x.refuse(p.name, f)
}

const badGateway = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"

// messages are what faults say.
var messages = map[string]string{
	"408":      "The request timed out.",
	"409":      "The resource was updated by another process; try again.",
	"429":      "Rate limit reached for requests.",
	"429date":  "Rate limit reached for requests.",
	"500":      "The server had an error while processing your request. Sorry about that!",
	"503":      "The model is overloaded. Please try again later.",
	"504":      "The service did not finish processing within the deadline.",
	"529":      "Overloaded",
	"error200": "The server had an error while processing your request. Sorry about that!",
	"quota":    "You exceeded your current quota, please check your plan and billing details.",
}

// waitOf draws what a 429 asks to wait, by key and try.
func (x *exchange) waitOf() time.Duration {
	r := x.opts.RetryAfter
	u := x.uniform(drawWait, x.id.digest, x.id.try)
	low, high := seconds(r.Min), seconds(max(r.Min, r.Max))
	steps := math.Floor(u * float64((high-low)/time.Second+1))
	return low + time.Duration(steps)*time.Second
}

// seconds rounds up to whole seconds, as headers carry them.
func seconds(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }

func (x *exchange) retryAfter(wait time.Duration) {
	x.w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds(wait)/time.Second), 10))
}
