package tabular

import (
	"sync"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// sharedZstd is the library's codec but for EncodeLevel, which makes encoders with
// their tables, megabytes of them, for each page. For the level of our tables they are made once.
type sharedZstd struct{ compress.Codec }

// shareZstd puts it in the library's place. The library's list has no lock, so this
// has to happen before a table is written or read.
var shareZstd = sync.OnceFunc(func() {
	own, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		panic("tabular: " + err.Error()) // the library always has it
	}
	compress.RegisterCodec(compress.Codecs.Zstd, sharedZstd{own})
})

// encoder has the options of the library's codec.
var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true), zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(compressionLevel)))
	if err != nil {
		panic("tabular: " + err.Error()) // constant options
	}
	return e
})

func (c sharedZstd) EncodeLevel(dst, src []byte, level int) []byte {
	if level != compressionLevel { // of no table of ours
		return c.Codec.EncodeLevel(dst, src, level)
	}
	return encoder().EncodeAll(src, dst[:0])
}
