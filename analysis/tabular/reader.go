package tabular

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/apache/arrow/go/v17/parquet/file"
)

// maxRows bounds the tables this package reads. A damaged or hostile footer
// may claim any number.
const maxRows = 1 << 28

// Table is an open table. Its columns are read when they are asked for, also
// by several goroutines at once. Close it when done.
type Table struct {
	Path    string
	Schema  Schema            // as found in the file; Doc fields are empty
	Meta    map[string]string // the file's key-value metadata
	NumRows int

	pq *file.Reader
}

// Column errors that a caller may want to tell apart, for errors.Is.
var (
	ErrNoColumn  = errors.New("no such column")
	ErrWrongType = errors.New("wrong type")
	ErrDamaged   = errors.New("the file is damaged or no Parquet file")
)

// Open reads the footer of a Parquet file. It never panics, whatever the file
// holds. A column of a type that this package does not know has Type 0 in the
// schema and cannot be read; the others can. An absent file wraps
// fs.ErrNotExist, an unreadable one ErrDamaged.
func Open(path string) (*Table, error) {
	shareZstd()
	f, err := os.Open(path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
		}
		return nil, err
	}
	t := &Table{Path: path}
	if err := guard(func() error { return t.open(f) }); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w: %w", path, ErrDamaged, err)
	}
	return t, nil
}

// open fills the table from the footer.
func (t *Table) open(f *os.File) error {
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if st.IsDir() {
		return fmt.Errorf("it is a directory")
	}
	if t.pq, err = file.NewParquetReader(f); err != nil {
		return err
	}
	rows := t.pq.NumRows()
	if rows < 0 || rows > maxRows {
		return fmt.Errorf("%d rows, at most %d can be read", rows, maxRows)
	}
	t.NumRows = int(rows)
	sc := t.pq.MetaData().Schema
	t.Schema = Schema{Name: tableName(t.Path)}
	for i := range sc.NumColumns() {
		t.Schema.Columns = append(t.Schema.Columns, columnOf(sc.Column(i)))
	}
	t.Meta = map[string]string{}
	kv := t.pq.MetaData().KeyValueMetadata()
	for i, k := range kv.Keys() {
		t.Meta[k] = kv.Values()[i]
	}
	return nil
}

// tableName is the file's name without directory and ending.
func tableName(path string) string {
	start := 0
	for i := range len(path) {
		if os.IsPathSeparator(path[i]) {
			start = i + 1
		}
	}
	name := path[start:]
	for i := len(name) - 1; i > 0; i-- {
		if name[i] == '.' {
			return name[:i]
		}
	}
	return name
}

// Close lets go of the file. What was read stays valid.
func (t *Table) Close() error {
	if t.pq == nil {
		return nil
	}
	return t.pq.Close()
}

// Has tells whether the table has the named column, of whatever type.
func (t *Table) Has(name string) bool { return t.Schema.Index(name) >= 0 }

// column finds a column and checks its type.
func (t *Table) column(name string, want Type) (int, error) {
	i := t.Schema.Index(name)
	if i < 0 {
		return 0, fmt.Errorf("%s: %w: %s", t.Path, ErrNoColumn, name)
	}
	if got := t.Schema.Columns[i].Type; got != want {
		return 0, fmt.Errorf("%s: column %s: %w: %s, not %s", t.Path, name, ErrWrongType, got, want)
	}
	return i, nil
}
