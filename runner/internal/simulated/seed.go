package simulated

import (
	"context"
	"encoding/binary"
	"math/bits"
)

// Seed makes one reply reproducible and different from its replicates.
//
// Request is the key of the request that is answered: item noise and quirks
// come from it. Session is the key of the first request of the conversation:
// the respondent's deviation from the average comes from it, so that all turns
// of a conversation are answered by one respondent. For a batch questionnaire
// the two are equal. Isolated items have a session each: what makes them agree is
// whom the prompt names.
type Seed struct {
	Request [32]byte
	Session [32]byte
}

type seedKey struct{}

// WithSeed returns a context in which replies are drawn from s. Without a seed
// both parts derive from the messages: Session from the first user message,
// Request from all of them, so equal requests then get equal replies.
func WithSeed(ctx context.Context, s Seed) context.Context {
	return context.WithValue(ctx, seedKey{}, s)
}

// SeedOf returns the seed that WithSeed put into ctx, and whether there is one.
func SeedOf(ctx context.Context) (Seed, bool) {
	s, ok := ctx.Value(seedKey{}).(Seed)
	return s, ok
}

// key is a counter-based generator: every number depends on the key, a stream
// and an index and not on what was drawn before, so that leaving out an item or
// adding a quirk moves no other draw.
type key uint64

// Streams of a key; the number is part of every result, so entries are only
// ever added at the end.
const (
	streamHarmonic = iota + 1
	streamValue
	streamLevel
	streamItem
	streamQuirk
	streamQuirkItem
	streamPersona
	streamStyle
	streamAngle
	streamRadius
	streamBaseline
	streamCueDirection
	streamCueValue
	streamPseudo
	streamPhrase
)

const (
	mixA = 0x9e3779b97f4a7c15
	mixB = 0xd6e8feb86659fd93
	mixC = 0xa0761d6478bd642f
)

// fold multiplies to 128 bits and folds the halves together.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// word returns 64 pseudo-random bits.
func (k key) word(stream, index uint64) uint64 {
	x := fold(uint64(k)^mixC, stream*mixA+mixB)
	x ^= index * mixA
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// uniform returns a number in [0, 1).
func (k key) uniform(stream, index uint64) float64 {
	return float64(k.word(stream, index)>>11) / (1 << 53)
}

// below returns an integer in [0, n); n is small against 2^32.
func (k key) below(stream, index uint64, n int) int {
	return int((k.word(stream, index) >> 32) * uint64(n) >> 32)
}

// normal returns a number of mean 0 and sd 1 within ±3.5: the sum of four
// 16-bit uniforms, which needs no transcendental function and so is the same on
// every architecture.
func (k key) normal(stream, index uint64) float64 {
	const mean, sd = 4 * 32767.5, 37837.22 // sd of one lane is 65536/sqrt(12)
	w := k.word(stream, index)
	sum := w&0xffff + w>>16&0xffff + w>>32&0xffff + w>>48
	return (float64(sum) - mean) / sd
}

// hashText hashes s on top of h, eight bytes at a time.
func hashText(h uint64, s string) uint64 {
	h = fold(h^mixB, uint64(len(s))^mixA)
	for len(s) >= 8 {
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		h = fold(h^x, mixC)
		s = s[8:]
	}
	var tail uint64
	for i := 0; i < len(s); i++ {
		tail |= uint64(s[i]) << (8 * i)
	}
	return fold(h^tail^mixA, mixB)
}

// hashSeed hashes one half of a Seed on top of h.
func hashSeed(h uint64, b *[32]byte) uint64 {
	for i := 0; i < 32; i += 8 {
		h = fold(h^binary.LittleEndian.Uint64(b[i:]), mixC) ^ mixA
	}
	return h
}

// mul is a product that the compiler may not fuse into an addition: Go fuses on
// some architectures, an explicit conversion forbids it.
func mul(a, b float64) float64 { return float64(a * b) }
