package tabular

import (
	"fmt"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// flush writes the buffered rows as one row group and empties the buffers.
func (w *Writer) flush() error {
	err := guard(func() error {
		rg := w.pq.AppendRowGroup()
		for i := range w.cols {
			cw, err := rg.NextColumn()
			if err != nil {
				return err
			}
			if err := w.cols[i].flush(cw); err != nil {
				return fmt.Errorf("column %s: %w", w.cols[i].col.Name, err)
			}
			if err := cw.Close(); err != nil {
				return err
			}
		}
		return rg.Close()
	})
	if err != nil {
		w.err = fmt.Errorf("writing %s: %w", w.path, err)
		return w.err
	}
	w.group = 0
	for i := range w.cols {
		w.cols[i].reset()
	}
	return nil
}

// flush hands the buffered values to the library.
func (c *ColumnWriter) flush(cw file.ColumnChunkWriter) error {
	var err error
	switch cw := cw.(type) {
	case *file.ByteArrayColumnChunkWriter:
		err = c.flushStrings(cw)
	case *file.Int32ColumnChunkWriter:
		_, err = cw.WriteBatch(c.i32, c.defs, nil)
	case *file.Int64ColumnChunkWriter:
		_, err = cw.WriteBatch(c.i64, c.defs, nil)
	case *file.Float64ColumnChunkWriter:
		_, err = cw.WriteBatch(c.f64, c.defs, nil)
	case *file.BooleanColumnChunkWriter:
		_, err = cw.WriteBatch(c.bool, c.defs, nil)
	default:
		err = fmt.Errorf("no writer for %T", cw)
	}
	return err
}

// flushStrings writes a string column: the dictionary that was built while
// appending, and the codes; or, where it grew too large, the values.
func (c *ColumnWriter) flushStrings(cw *file.ByteArrayColumnChunkWriter) error {
	if c.plain || len(c.dict) == 0 {
		// Before the first value: pages of both encodings in one chunk would be
		// listed in the footer in the random order of a map.
		cw.FallbackToPlain()
		values := make([]parquet.ByteArray, 0, c.n-c.nulls)
		for i, code := range c.codes {
			if c.defs == nil || c.defs[i] == 1 {
				values = append(values, bytesOf(c.dict[code]))
			}
		}
		_, err := cw.WriteBatch(values, c.defs, nil)
		return err
	}
	if err := putDictionary(cw, c.dict); err != nil {
		return err
	}
	codes := c.codeArray()
	defer codes.Release()
	return cw.WriteDictIndices(codes, c.defs, nil)
}

// putDictionary gives the column its dictionary before any value is written.
func putDictionary(cw *file.ByteArrayColumnChunkWriter, dict []string) error {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(dict, nil)
	a := b.NewArray()
	defer a.Release()
	enc, ok := cw.CurrentEncoder().(interface{ PutDictionary(arrow.Array) error })
	if !ok {
		return fmt.Errorf("the column has no dictionary encoder")
	}
	return enc.PutDictionary(a)
}

// codeArray is the codes as the library wants them, nulls marked.
func (c *ColumnWriter) codeArray() arrow.Array {
	var valid *memory.Buffer
	if c.nulls > 0 {
		bits := make([]byte, bitutil.BytesForBits(int64(len(c.defs))))
		for i, d := range c.defs {
			if d == 1 {
				bits[i>>3] |= 1 << (i & 7)
			}
		}
		valid = memory.NewBufferBytes(bits)
	}
	values := memory.NewBufferBytes(arrow.Int32Traits.CastToBytes(c.codes))
	data := array.NewData(arrow.PrimitiveTypes.Int32, len(c.codes), []*memory.Buffer{valid, values}, nil, c.nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

// bytesOf shares the bytes of s, which the library only reads.
func bytesOf(s string) parquet.ByteArray {
	return unsafe.Slice(unsafe.StringData(s), len(s))
}

// reset empties the buffers and keeps their memory.
func (c *ColumnWriter) reset() {
	c.n, c.nulls, c.bytes, c.plain = 0, 0, 0, false
	c.defs, c.codes = c.defs[:0], c.codes[:0]
	clear(c.dict) // let go of the callers' strings
	c.dict = c.dict[:0]
	clear(c.index)
	c.i32, c.i64, c.f64, c.bool = c.i32[:0], c.i64[:0], c.f64[:0], c.bool[:0]
}
