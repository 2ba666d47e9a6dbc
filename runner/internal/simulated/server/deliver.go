package server

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// refuse answers with an error body of the format.
func (x *exchange) refuse(outcome string, f *failure) {
	x.Outcome = outcome
	id := x.requestID()
	status, body := x.format.fail(f, id)
	x.w.Header().Set(requestIDHeader(x.format), "req_"+id)
	x.send(status, "application/json", body)
}

// requestID is the provider's number of a request that got no reply.
func (x *exchange) requestID() string {
	d := hashed("request", strconv.FormatUint(x.opts.Seed, 10), strconv.Itoa(x.N))
	return fmt.Sprintf("%x", d[:12])
}

// write answers 200 with a document that nobody pays for.
func (x *exchange) write(kind string, v any) {
	x.Outcome = OutcomeOK
	x.send(http.StatusOK, kind, encode(v))
}

// deliver hands over a whole reply.
func (x *exchange) deliver(kind string, body []byte) {
	if x.Acknowledged = x.send(http.StatusOK, kind, body); !x.Acknowledged {
		x.Outcome = OutcomeGone
	}
}

// send writes headers and a whole body, and reports whether the connection took
// them.
func (x *exchange) send(status int, kind string, body []byte) bool {
	x.begin(status, kind, len(body))
	x.settle()
	_, err := x.w.Write(body)
	return err == nil && x.flush()
}

// begin writes the headers.
func (x *exchange) begin(status int, kind string, length int) {
	x.Status = status
	h := x.w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(length))
	x.w.WriteHeader(status)
}

// flush hands to the connection what was written.
func (x *exchange) flush() bool {
	err := http.NewResponseController(x.w).Flush()
	return err == nil || errors.Is(err, http.ErrNotSupported)
}

// spoil delivers a reply as a fault of the transport wants it.
func (x *exchange) spoil(p *planned, kind string, body []byte) {
	at := 1 + int(x.uniform(drawPlace, x.id.digest, x.id.try)*0.75*float64(len(body)-1))
	part := body[:at]
	switch p.name {
	case "slow":
		x.trickle(p.span, kind, body)
	case "truncate": // a length that looks complete
		x.send(http.StatusOK, kind, part)
	case "empty":
		x.send(http.StatusOK, kind, nil)
	case "reset":
		x.reset(kind, part, len(body))
	case "cut", "stall":
		x.begin(http.StatusOK, kind, len(body))
		x.abort = true
		if _, err := x.w.Write(part); err != nil || !x.flush() {
			x.Outcome = OutcomeGone
			return
		}
		if p.name == "stall" {
			x.wait(p.span)
		}
		x.settle()
	}
}

// trickles is in how many parts a slow reply comes.
const trickles = 8

// trickle sends a whole reply little by little.
func (x *exchange) trickle(span time.Duration, kind string, body []byte) {
	x.begin(http.StatusOK, kind, len(body))
	n := (len(body) + trickles - 1) / trickles
	for rest := body; len(rest) > 0; {
		if !x.wait(span / trickles) {
			x.Outcome = OutcomeGone
			return
		}
		part := rest[:min(n, len(rest))]
		if rest = rest[len(part):]; len(rest) == 0 {
			x.settle()
		}
		if _, err := x.w.Write(part); err != nil || !x.flush() {
			x.Outcome = OutcomeGone
			return
		}
	}
	x.Acknowledged = true
}

// reset sends a part and resets the connection. Where there is no connection to
// be had (HTTP/2, a recorder) it is closed instead.
func (x *exchange) reset(kind string, part []byte, length int) {
	x.Status = http.StatusOK
	x.settle()
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		x.begin(http.StatusOK, kind, length)
		x.abort = true
		if _, err := x.w.Write(part); err != nil || !x.flush() {
			x.Outcome = OutcomeGone
		}
		return
	}
	var b bytes.Buffer
	h := x.w.Header().Clone()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(length))
	b.WriteString("HTTP/1.1 200 OK\r\n")
	if err := errors.Join(h.Write(&b), resetAfter(conn, append(append(b.Bytes(), "\r\n"...), part...))); err != nil {
		x.Outcome = OutcomeGone
	}
}

func resetAfter(conn net.Conn, head []byte) error {
	_, err := conn.Write(head)
	if tcp, ok := conn.(*net.TCPConn); ok {
		err = errors.Join(err, tcp.SetLinger(0)) // what is closed so is reset
	}
	return errors.Join(err, conn.Close())
}

// wait lasts for d and reports whether the client is still there.
func (x *exchange) wait(d time.Duration) bool {
	if d <= 0 {
		return x.r.Context().Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-x.r.Context().Done():
		return false
	}
}
