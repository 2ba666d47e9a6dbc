package export

import (
	"os"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"circumplex.example/analysis/tabular"
)

// batchRows is how many rows a record batch holds.
const batchRows = 65536

// writeArrow writes an Arrow IPC file (Feather version 2), uncompressed, so
// that every reader takes it.
func writeArrow(t *tabular.Table, cols []column, path string) error {
	fields := make([]arrow.Field, len(cols))
	for i, c := range cols {
		fields[i] = arrow.Field{Name: c.name, Type: arrowType(c.typ), Nullable: t.Schema.Columns[i].Nullable}
	}
	meta := arrow.MetadataFrom(t.Meta)
	schema := arrow.NewSchema(fields, &meta)
	return atomically(path, func(f *os.File) error {
		w, err := ipc.NewFileWriter(f, ipc.WithSchema(schema))
		if err != nil {
			return err
		}
		for from := 0; from < t.NumRows; from += batchRows {
			if err := writeBatch(w, schema, cols, from, min(from+batchRows, t.NumRows)); err != nil {
				return err
			}
		}
		return w.Close()
	})
}

func arrowType(t tabular.Type) arrow.DataType {
	switch t {
	case tabular.Int32:
		return arrow.PrimitiveTypes.Int32
	case tabular.Int64:
		return arrow.PrimitiveTypes.Int64
	case tabular.Float64:
		return arrow.PrimitiveTypes.Float64
	case tabular.Bool:
		return arrow.FixedWidthTypes.Boolean
	case tabular.Timestamp:
		return arrow.FixedWidthTypes.Timestamp_us
	}
	return arrow.BinaryTypes.String
}

func writeBatch(w *ipc.FileWriter, schema *arrow.Schema, cols []column, from, to int) error {
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for i := range cols {
		c := &cols[i]
		for r := from; r < to; r++ {
			if c.null(r) {
				b.Field(i).AppendNull()
				continue
			}
			switch f := b.Field(i).(type) {
			case *array.StringBuilder:
				f.Append(c.str.At(r))
			case *array.Int32Builder:
				f.Append(c.i32[r])
			case *array.Int64Builder:
				f.Append(c.i64[r])
			case *array.Float64Builder:
				f.Append(c.f64[r])
			case *array.BooleanBuilder:
				f.Append(c.bool[r])
			case *array.TimestampBuilder:
				f.Append(arrow.Timestamp(c.i64[r]))
			}
		}
	}
	rec := b.NewRecord()
	defer rec.Release()
	return w.Write(rec)
}
