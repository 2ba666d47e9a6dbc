package tabular

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/apache/arrow/go/v17/parquet/compress"
)

// Sharing encoders changes no byte, also of many pages at a time.
func TestSharedEncodersWriteWhatTheLibraryWrites(t *testing.T) {
	shareZstd()
	c, err := compress.GetCodec(compress.Codecs.Zstd)
	if err != nil {
		t.Fatal(err)
	}
	shared, ok := c.(sharedZstd)
	if !ok {
		t.Fatalf("the codec is a %T", c)
	}
	var pages [][]byte
	for i := range 40 {
		var page bytes.Buffer
		for j := range i * i {
			fmt.Fprintf(&page, "respondent %d, item %d;", i*j%17, j%57)
		}
		pages = append(pages, page.Bytes())
	}
	var wg sync.WaitGroup
	for _, level := range []int{compress.DefaultCompressionLevel, 1, 3, 9} {
		for _, page := range pages {
			wg.Go(func() {
				got, want := shared.EncodeLevel(nil, page, level), shared.Codec.EncodeLevel(nil, page, level)
				if !bytes.Equal(got, want) {
					t.Errorf("level %d, %d bytes: not what the library's codec makes", level, len(page))
				}
				if back := shared.Decode(nil, got); !bytes.Equal(back, page) {
					t.Errorf("level %d, %d bytes: read back otherwise", level, len(page))
				}
			})
		}
	}
	wg.Wait()
}
