package server

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"

	"circumplex.example/runner/internal/simulated"
)

// Headers that a client may send.
const (
	idempotencyHeader  = "Idempotency-Key"
	conversationHeader = "X-Conversation-Key"
)

// digest is what tells requests apart.
type digest [32]byte

// settled is how many exchanges a respondent needs to be told from others.
const settled = 3

// identity is one request as the draws see it.
type identity struct {
	digest digest
	header string // Idempotency-Key as sent, empty if none counts
	try    int    // how often the key arrived before
}

// hashed is the SHA-256 of the parts, each preceded by its length.
func hashed(parts ...string) digest {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	var d digest
	h.Sum(d[:0])
	return d
}

// keyOf reads a key of a header: 64 hexadecimal digits are the key itself.
func keyOf(value string) digest {
	var d digest
	if len(value) == 2*len(d) {
		if _, err := hex.Decode(d[:], []byte(value)); err == nil {
			return d
		}
	}
	return hashed("key", value)
}

// identify tells a request by its key, or by its body and how often that came.
func (s *Server) identify(r *http.Request, body []byte) identity {
	d := hashed("body", r.URL.Path, string(body))
	if v := r.Header.Get(idempotencyHeader); v != "" && !s.opts.IgnoreKeys {
		k := keyOf(v)
		return identity{digest: k, header: v, try: s.tries(k, d)}
	}
	s.mu.Lock()
	n := s.bodies[d]
	s.bodies[d]++
	s.mu.Unlock()
	return identity{digest: hashed("sample", string(d[:]), string(binary.AppendUvarint(nil, uint64(n))))}
}

// tries counts the arrivals of a key and returns how many came before.
func (s *Server) tries(d, body digest) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.keys[d]
	if k == nil {
		k = &keyState{body: body}
		s.keys[d] = k
	}
	if k.body != body && !k.reused {
		k.reused = true
		s.counters.KeysReused++
	}
	k.tries++
	return k.tries - 1
}

// seedOf is what the respondent draws from.
func (s *Server) seedOf(r *http.Request, c *chat, id identity) simulated.Seed {
	out := simulated.Seed{Request: s.stirred(id.digest)}
	switch v := r.Header.Get(conversationHeader); {
	case v != "":
		out.Session = s.stirred(keyOf(v))
	case !c.replied():
		out.Session = out.Request
	default:
		out.Session = s.stirred(hashed(c.opening()...))
	}
	return out
}

// stirred mixes the server's seed into a key; a seed of 0 leaves it alone.
func (s *Server) stirred(d digest) digest {
	if s.opts.Seed == 0 {
		return d
	}
	return hashed("seed", string(binary.LittleEndian.AppendUint64(nil, s.opts.Seed)), string(d[:]))
}

// uniform draws a number in [0, 1) for one purpose.
func (s *Server) uniform(purpose byte, d digest, try int) float64 {
	var b [49]byte
	binary.LittleEndian.PutUint64(b[:], s.opts.Seed)
	binary.LittleEndian.PutUint64(b[8:], uint64(try))
	b[16] = purpose
	copy(b[17:], d[:])
	sum := sha256.Sum256(b[:])
	return float64(binary.LittleEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// Purposes of a draw.
const (
	drawFault byte = iota + 1
	drawText
	drawPlace
	drawWait
	drawCount
)
