package tabular

import (
	"fmt"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/file"
)

// Strings is a string column: row i holds Dict[Codes[i]], or nothing where the
// code is -1. Codes are numbered by first occurrence and every entry of Dict
// occurs, each once.
type Strings struct {
	Codes []int32
	Dict  []string
}

// At is the value of a row; null is "".
func (s *Strings) At(row int) string {
	if c := s.Codes[row]; c >= 0 {
		return s.Dict[c]
	}
	return ""
}

// Null tells whether the row holds no value.
func (s *Strings) Null(row int) bool { return s.Codes[row] < 0 }

// Values is a column of numbers or truth values: row i holds Values[i] unless
// Valid is there and false at i.
type Values[T any] struct {
	Values []T
	Valid  []bool // nil: no row is null
}

// Null tells whether the row holds no value.
func (v *Values[T]) Null(row int) bool { return v.Valid != nil && !v.Valid[row] }

// Int32s reads an int32 column.
func (t *Table) Int32s(name string) (*Values[int32], error) {
	return readValues(t, name, Int32, func(cr file.ColumnChunkReader) batchFunc[int32] {
		return cr.(*file.Int32ColumnChunkReader).ReadBatch
	})
}

// Int64s reads an int64 column.
func (t *Table) Int64s(name string) (*Values[int64], error) {
	return readValues(t, name, Int64, int64Batch)
}

// Timestamps reads a timestamp column as microseconds since 1970-01-01 UTC.
func (t *Table) Timestamps(name string) (*Values[int64], error) {
	return readValues(t, name, Timestamp, int64Batch)
}

// Float64s reads a float64 column.
func (t *Table) Float64s(name string) (*Values[float64], error) {
	return readValues(t, name, Float64, func(cr file.ColumnChunkReader) batchFunc[float64] {
		return cr.(*file.Float64ColumnChunkReader).ReadBatch
	})
}

// Bools reads a column of truth values.
func (t *Table) Bools(name string) (*Values[bool], error) {
	return readValues(t, name, Bool, func(cr file.ColumnChunkReader) batchFunc[bool] {
		return cr.(*file.BooleanColumnChunkReader).ReadBatch
	})
}

func int64Batch(cr file.ColumnChunkReader) batchFunc[int64] {
	return cr.(*file.Int64ColumnChunkReader).ReadBatch
}

// batchFunc is the ReadBatch of the library's typed readers.
type batchFunc[T any] func(n int64, values []T, defs, reps []int16) (int64, int, error)

// readBatch is the number of rows read at once. Memory grows with what is
// really there, not with what a footer claims.
const readBatch = 16384

// readValues reads a column that is not of strings.
func readValues[T any](t *Table, name string, typ Type, typed func(file.ColumnChunkReader) batchFunc[T]) (*Values[T], error) {
	out := &Values[T]{Values: make([]T, 0, min(t.NumRows, readBatch))}
	err := eachBatch(t, name, typ, typed, func(values []T, defs []int16) error {
		row := len(out.Values)
		if len(values) == len(defs) || defs == nil {
			out.Values = append(out.Values, values...)
			if out.Valid != nil {
				out.Valid = appendTrue(out.Valid, len(values))
			}
			return nil
		}
		if out.Valid == nil {
			out.Valid = appendTrue(make([]bool, 0, max(row+len(defs), min(t.NumRows, 1<<20))), row)
		}
		for _, d := range defs {
			var v T
			if d > 0 {
				v, values = values[0], values[1:]
			}
			out.Values = append(out.Values, v)
			out.Valid = append(out.Valid, d > 0)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// appendTrue appends n times true.
func appendTrue(b []bool, n int) []bool {
	for range n {
		b = append(b, true)
	}
	return b
}

// Strings reads a string column.
func (t *Table) Strings(name string) (*Strings, error) {
	out := &Strings{Codes: make([]int32, 0, min(t.NumRows, readBatch))}
	d := dictionary{index: map[string]int32{}}
	typed := func(cr file.ColumnChunkReader) batchFunc[parquet.ByteArray] {
		return cr.(*file.ByteArrayColumnChunkReader).ReadBatch
	}
	err := eachBatch(t, name, String, typed, func(values []parquet.ByteArray, defs []int16) error {
		next := 0
		for i := range max(len(defs), len(values)) {
			code := int32(-1)
			if defs == nil || defs[i] > 0 {
				var err error
				if code, err = d.code(values[next]); err != nil {
					return fmt.Errorf("row %d: %w", len(out.Codes)+1, err)
				}
				next++
			}
			out.Codes = append(out.Codes, code)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Dict = d.values
	return out, nil
}

// dictionary numbers distinct strings by first occurrence.
type dictionary struct {
	index    map[string]int32
	values   []string
	last     parquet.ByteArray // shares memory with a page of the file
	lastCode int32
}

// code is the number of b. Values of one page that are equal share their
// bytes, so a run is recognised by its address.
func (d *dictionary) code(b parquet.ByteArray) (int32, error) {
	if len(b) > 0 && len(b) == len(d.last) && &b[0] == &d.last[0] {
		return d.lastCode, nil
	}
	d.last = b
	if code, ok := d.index[string(b)]; ok {
		d.lastCode = code
		return code, nil
	}
	if !utf8.Valid(b) {
		return 0, fmt.Errorf("the text is not UTF-8")
	}
	s := string(b)
	d.lastCode = int32(len(d.values))
	d.index[s] = d.lastCode
	d.values = append(d.values, s)
	return d.lastCode, nil
}

// eachBatch reads a column from first to last row and hands it over in
// batches: the values without the nulls and, for a nullable column, a 0 or 1
// for each row. Both slices are used again for the next batch.
func eachBatch[T any](t *Table, name string, typ Type, typed func(file.ColumnChunkReader) batchFunc[T], f func([]T, []int16) error) error {
	col, err := t.column(name, typ)
	if err != nil {
		return err
	}
	var rows atomic.Int64
	err = watch(&rows, func() error {
		values := make([]T, readBatch)
		var defs []int16
		if t.Schema.Columns[col].Nullable {
			defs = make([]int16, readBatch)
		}
		for g := range t.pq.NumRowGroups() {
			cr, cerr := t.pq.RowGroup(g).Column(col)
			if cerr != nil {
				return cerr
			}
			err = readChunk(t.pq.RowGroup(g).NumRows(), &rows, typed(cr), values, defs, f)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && int(rows.Load()) != t.NumRows {
		err = fmt.Errorf("it ends there, %d rows were promised", t.NumRows)
	}
	if err != nil {
		return fmt.Errorf("%s: column %s, after row %d: %w: %w", t.Path, name, rows.Load(), ErrDamaged, err)
	}
	return nil
}

// readChunk reads the rows of one row group, adding to done as it goes.
func readChunk[T any](rows int64, done *atomic.Int64, read batchFunc[T], values []T, defs []int16, f func([]T, []int16) error) error {
	for found := int64(0); found < rows; {
		n, valid, err := read(min(readBatch, rows-found), values, defs, nil)
		if err != nil {
			return err
		}
		if n <= 0 {
			return fmt.Errorf("a row group ends after %d of %d rows", found, rows)
		}
		batch := defs
		if defs != nil {
			batch = defs[:n]
			if count(batch) != valid {
				return fmt.Errorf("%d values where %d were promised", valid, count(batch))
			}
		}
		if err := f(values[:valid], batch); err != nil {
			return err
		}
		found += n
		done.Add(n)
	}
	return nil
}

// patience is how long reading may stand still. A page header that was damaged
// can make the library busy for minutes; a sound page takes milliseconds.
const patience = 20 * time.Second

// watch runs read and gives up on it when rows stands still for too long. What
// read was doing then goes on by itself: the library cannot be stopped.
func watch(rows *atomic.Int64, read func() error) error {
	done := make(chan error, 1)
	go func() { done <- guard(read) }()
	timer := time.NewTicker(patience)
	defer timer.Stop()
	for last := int64(-1); ; last = rows.Load() {
		select {
		case err := <-done:
			return err
		case <-timer.C:
			if rows.Load() == last {
				return fmt.Errorf("reading has stood still for %v", patience)
			}
		}
	}
}

// count is the number of levels that stand for a value.
func count(defs []int16) int {
	n := 0
	for _, d := range defs {
		if d > 0 {
			n++
		}
	}
	return n
}
