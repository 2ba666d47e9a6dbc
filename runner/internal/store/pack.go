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
)

// minCompress is the size below which compressing does not pay.
const minCompress = 160

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

// pack returns a copy of b, compressed if that makes it shorter.
func pack(b []byte) []byte {
	if len(b) >= minCompress {
		if z := encoder().EncodeAll(b, []byte{compressed}); len(z) < len(b) {
			return z
		}
	}
	return append([]byte{plain}, b...)
}

// unpack returns what pack was given. It may alias b.
func unpack(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, errors.New("nothing there")
	}
	switch b[0] {
	case plain:
		return b[1:], nil
	case compressed:
		return decoder().DecodeAll(b[1:], nil)
	}
	return nil, fmt.Errorf("unknown packing %d", b[0])
}
