package tabular

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/metadata"
)

const (
	// createdBy is fixed, so that two programs write the same bytes. Its form
	// is the "name version X" that readers parse; the version is the format's.
	createdBy = "circumplex version 1.0.0"

	compressionLevel = 1 // of zstd

	// groupRows and groupBytes bound a row group and so what the writer holds.
	groupRows  = 131072
	groupBytes = 64 << 20
)

// Writer appends rows to a new table. It is for one goroutine.
//
// Errors are sticky: the first one is returned by every later EndRow and by
// Close, so a caller may append a whole row before looking.
type Writer struct {
	schema Schema
	path   string
	tmp    *os.File
	buf    *bufio.Writer
	pq     *file.Writer
	cols   []ColumnWriter
	rows   int // rows ended since Create
	group  int // rows ended since the last row group
	err    error
	done   bool
}

// Create begins a table at path. Until Close nothing exists under that name;
// the rows go to a file beside it whose name begins with a dot and ends in
// ".partial". meta becomes the file's key-value metadata, sorted by key.
func Create(path string, s Schema, meta map[string]string) (*Writer, error) {
	shareZstd()
	if err := s.validate(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	root, err := s.group()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	tmp, err := createPartial(path)
	if err != nil {
		return nil, err
	}
	w := &Writer{schema: s, path: path, tmp: tmp, buf: bufio.NewWriterSize(tmp, 1<<20)}
	w.pq = file.NewParquetWriter(w.buf, root,
		file.WithWriterProps(properties()), file.WithWriteMetadata(sortedMetadata(meta)))
	w.cols = make([]ColumnWriter, len(s.Columns))
	for i, c := range s.Columns {
		w.cols[i] = ColumnWriter{w: w, col: c}
	}
	return w, nil
}

// properties are the same for every table: see the package comment.
func properties() *parquet.WriterProperties {
	return parquet.NewWriterProperties(
		parquet.WithCreatedBy(createdBy),
		parquet.WithVersion(parquet.V2_LATEST),
		parquet.WithDataPageVersion(parquet.DataPageV1),
		parquet.WithCompression(compress.Codecs.Zstd),
		parquet.WithCompressionLevel(compressionLevel),
		// More than a row group of different numbers takes, so that no chunk
		// begins with a dictionary and goes on without: see flushStrings.
		parquet.WithDictionaryPageSizeLimit(16*groupRows),
		parquet.WithRootRepetition(parquet.Repetitions.Required),
		// The library writes a distinct count of 0 into every statistic, which
		// is false and which query planners believe; no statistics are better.
		parquet.WithStats(false),
	)
}

// sortedMetadata puts the pairs in the order of their keys.
func sortedMetadata(meta map[string]string) metadata.KeyValueMetadata {
	keys := make([]string, 0, len(meta))
	for k := range meta {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	kv := metadata.NewKeyValueMetadata()
	for _, k := range keys {
		// Append fails only on invalid UTF-8, which is removed here.
		_ = kv.Append(strings.ToValidUTF8(k, "\uFFFD"), strings.ToValidUTF8(meta[k], "\uFFFD"))
	}
	return kv
}

// Col is the appender of column i, in the order of the schema. It stays valid
// until Close or Abort.
func (w *Writer) Col(i int) *ColumnWriter { return &w.cols[i] }

// Rows is the number of rows ended so far.
func (w *Writer) Rows() int { return w.rows }

// fail keeps the first error, with table and row.
func (w *Writer) fail(column, format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf("table %s, row %d, column %s: %s", w.schema.Name, w.rows+1, column, fmt.Sprintf(format, args...))
	}
}

// EndRow ends the row: every column must have been appended to exactly once.
func (w *Writer) EndRow() error {
	w.group++
	bytes := 0
	for i := range w.cols {
		c := &w.cols[i]
		if c.n != w.group {
			w.fail(c.col.Name, "appended %d times in this row, not once", c.n-w.group+1)
		}
		bytes += c.bytes
	}
	if w.err != nil {
		return w.err
	}
	w.rows++
	if w.group >= groupRows || bytes >= groupBytes {
		return w.flush()
	}
	return nil
}

// Append appends one row of Go values in the order of the schema: string, int,
// int32, int64, float64, bool, time.Time, or nil for null. A pointer to one of
// them is followed; a nil pointer is null. It is for small tables; large ones
// use Col, which is faster.
func (w *Writer) Append(values ...any) error {
	if len(values) != len(w.cols) && w.err == nil {
		w.err = fmt.Errorf("table %s, row %d: %d values for %d columns", w.schema.Name, w.rows+1, len(values), len(w.cols))
	}
	if w.err != nil {
		return w.err
	}
	for i, v := range values {
		w.cols[i].appendAny(v)
	}
	return w.EndRow()
}

// Close writes what is left, syncs the file and gives it its name. After an
// error the table is not there, nor is the partial file.
func (w *Writer) Close() error {
	if w.done {
		return w.err
	}
	defer w.Abort()
	for i := range w.cols {
		if c := &w.cols[i]; c.n != w.group {
			w.fail(c.col.Name, "the last row was not ended")
		}
	}
	if w.err == nil && w.group > 0 {
		_ = w.flush() // keeps its error in w.err
	}
	if w.err != nil {
		return w.err
	}
	if err := w.finish(); err != nil {
		w.err = fmt.Errorf("writing %s: %w", w.path, err)
		return w.err
	}
	w.done = true
	return nil
}

// finish writes the footer and publishes the file.
func (w *Writer) finish() error {
	if err := guard(w.pq.Close); err != nil {
		return err
	}
	if err := w.buf.Flush(); err != nil {
		return err
	}
	return publish(w.tmp, w.path)
}

// Abort removes the partial file. After Close it does nothing.
func (w *Writer) Abort() {
	if w.done {
		return
	}
	w.done = true
	if w.err == nil {
		w.err = fmt.Errorf("table %s: writing was given up", w.schema.Name)
	}
	w.tmp.Close()
	os.Remove(w.tmp.Name())
}

// partialEnding ends the name of a file that is still being written.
const partialEnding = ".partial"

// IsPartial tells whether a file of this name is a table (or another file of
// WriteFile) that is being written, or was when its program was killed.
func IsPartial(name string) bool {
	name = filepath.Base(name)
	return strings.HasPrefix(name, ".") && strings.HasSuffix(name, partialEnding)
}

// createPartial makes the temporary file of path, and removes those that a
// killed program left behind more than a day ago.
func createPartial(path string) (*os.File, error) {
	dir, base := filepath.Dir(path), filepath.Base(path)
	entries, _ := os.ReadDir(dir) // a directory that is not there is reported below
	for _, e := range entries {
		if !IsPartial(e.Name()) || !strings.HasPrefix(e.Name(), "."+base+".") {
			continue
		}
		if st, err := e.Info(); err == nil && time.Since(st.ModTime()) > 24*time.Hour {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	f, err := os.CreateTemp(dir, "."+base+".*"+partialEnding)
	if err != nil {
		return nil, fmt.Errorf("creating %s: %w", path, err)
	}
	return f, nil
}

// publish makes the temporary file durable and gives it its name.
func publish(tmp *os.File, path string) error {
	if err := tmp.Chmod(0o644); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return err
	}
	// The directory holds the new name. Not every system can sync one, and
	// the file itself is safe already.
	if d, err := os.Open(filepath.Dir(path)); err == nil {
		_ = d.Sync()
		d.Close()
	}
	return nil
}

// WriteFile writes data to path like a table: to a partial file beside it,
// synced, then renamed.
func WriteFile(path string, data []byte) error {
	tmp, err := createPartial(path)
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = publish(tmp, path)
	}
	if err != nil {
		tmp.Close()
		os.Remove(tmp.Name())
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// guard runs f and turns a panic of the Parquet library into an error.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the Parquet library gave up: %v", r)
		}
	}()
	return f()
}
