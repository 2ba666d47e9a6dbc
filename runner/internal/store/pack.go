package store

import (
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// The first byte of packed bytes says how the rest is to be read.
const (
	plain      = 0
	compressed = 1
	folded     = 2 // see fold; with or without compressed
)

// minCompress is the size below which compressing does not pay. What is left of a
// body without its texts is small, and mostly numbers and names of its own.
const (
	minCompress       = 160
	minCompressFolded = 512
)

// maxUnpacked bounds what a damaged frame can make us allocate.
const maxUnpacked = 1 << 30

// Encoders and decoders hold tables of some hundred kB, so they are shared.
// EncodeAll and DecodeAll may be called at once from several goroutines.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(2),
			zstd.WithWindowSize(128<<10), zstd.WithEncoderCRC(false))
		if err != nil {
			panic("store: " + err.Error()) // constant options
		}
		return e
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxMemory(maxUnpacked))
		if err != nil {
			panic("store: " + err.Error()) // constant options
		}
		return d
	})
	buffers = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}
)

func getBuffer() *[]byte { return buffers.Get().(*[]byte) }

// putBuffer gives a buffer back, unless it grew so large that keeping it would
// cost more than making one.
func putBuffer(b *[]byte) {
	if cap(*b) <= 1<<20 {
		buffers.Put(b)
	}
}

// pack returns a copy of b, compressed if that makes it shorter, and without those
// of the texts that it holds as JSON strings.
func pack(b []byte, texts []string) []byte {
	how, least := byte(plain), minCompress
	if f := fold(b, texts); f != nil {
		b, how, least = f, folded, minCompressFolded
	}
	if len(b) >= least {
		if z := encoder().EncodeAll(b, []byte{how | compressed}); len(z) < len(b) {
			return z
		}
	}
	return append([]byte{how}, b...)
}

// unpack returns what pack was given. It may alias b. The texts are asked for only
// if some of them were left out; nil stands for none.
func unpack(b []byte, texts func() []string) ([]byte, error) {
	if len(b) == 0 {
		return nil, errors.New("nothing there")
	}
	how, b := b[0], b[1:]
	if how > folded|compressed {
		return nil, fmt.Errorf("unknown packing %d", how)
	}
	if how&compressed != 0 {
		var err error
		if b, err = decoder().DecodeAll(b, nil); err != nil {
			return nil, err
		}
	}
	if how&folded == 0 {
		return b, nil
	}
	var known []string
	if texts != nil {
		known = texts()
	}
	return unfold(b, known)
}
