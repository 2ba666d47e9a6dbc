package tabular

import (
	"sync"

	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/klauspost/compress/zstd"
)

// sharedZstd is the library's codec but for EncodeLevel, which makes encoders with
// their tables, megabytes of them, for each page. These are made once.
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

// encoders are by zstd's level. The options are those of the library's codec.
var encoders sync.Map

func (c sharedZstd) EncodeLevel(dst, src []byte, level int) []byte {
	if level == compress.DefaultCompressionLevel {
		return c.Encode(dst, src)
	}
	e, ok := encoders.Load(level)
	if !ok {
		made, err := zstd.NewWriter(nil, zstd.WithZeroFrames(true), zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(level)))
		if err != nil {
			panic("tabular: " + err.Error()) // constant options
		}
		e, _ = encoders.LoadOrStore(level, made)
	}
	return e.(*zstd.Encoder).EncodeAll(src, dst[:0])
}
