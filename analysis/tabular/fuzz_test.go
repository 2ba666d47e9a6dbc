package tabular

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

// readAll opens a file and reads every column it can; it must not panic.
func readAll(path string) error {
	tab, err := Open(path)
	if err != nil {
		return err
	}
	defer tab.Close()
	for _, c := range tab.Schema.Columns {
		switch c.Type {
		case String:
			_, err = tab.Strings(c.Name)
		case Int32:
			_, err = tab.Int32s(c.Name)
		case Int64:
			_, err = tab.Int64s(c.Name)
		case Float64:
			_, err = tab.Float64s(c.Name)
		case Bool:
			_, err = tab.Bools(c.Name)
		case Timestamp:
			_, err = tab.Timestamps(c.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// TestDamagedFilesNeverPanic changes and cuts a table in many places. A change
// may go unnoticed (a page holds no checksum), a panic may not happen.
func TestDamagedFilesNeverPanic(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "every.parquet")
	writeEvery(t, path, 40)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(dir, "damaged.parquet")
	noticed := 0
	for i := 0; i < len(whole); i += 3 {
		bytes := append([]byte(nil), whole...)
		bytes[i] ^= 0x55
		if i%2 == 0 {
			bytes = bytes[:i]
		}
		if err := os.WriteFile(damaged, bytes, 0o644); err != nil {
			t.Fatal(err)
		}
		if readAll(damaged) != nil {
			noticed++
		}
	}
	if noticed < len(whole)/6 {
		t.Errorf("only %d of %d damaged files were noticed", noticed, len(whole)/3)
	}
}

// FuzzOpen reads arbitrary bytes as a table. The seeds are tables of one column,
// small ones. What the engine finds it would shorten byte by byte before it goes
// on, for up to a minute each: a table cannot be shortened without breaking it, so
// nearly all of its time went there. Unless the caller says otherwise, it is not
// to try.
func FuzzOpen(f *testing.F) {
	if shorten := flag.Lookup("test.fuzzminimizetime"); shorten.Value.String() == shorten.DefValue {
		if err := shorten.Value.Set("1x"); err != nil {
			f.Fatal(err)
		}
	}
	dir := f.TempDir()
	path := filepath.Join(dir, "one.parquet")
	for _, c := range []struct {
		column Column
		values []any
	}{
		{Column{Name: "a", Type: String}, []any{"x", "y", "x"}},
		{Column{Name: "a", Type: String, Nullable: true}, []any{nil, "x"}},
		{Column{Name: "a", Type: Int32, Nullable: true}, []any{1, nil}},
		{Column{Name: "a", Type: Int64}, []any{int64(1)}},
		{Column{Name: "a", Type: Float64}, []any{0.5, -1.0}},
		{Column{Name: "a", Type: Bool}, []any{true}},
		{Column{Name: "a", Type: Timestamp}, nil},
	} {
		f.Add(oneColumn(f, path, c.column, c.values))
	}
	f.Add([]byte("PAR1PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		_ = readAll(path)
	})
}

// oneColumn is a table of one column.
func oneColumn(tb testing.TB, path string, c Column, values []any) []byte {
	tb.Helper()
	w, err := Create(path, Schema{Name: "one", Columns: []Column{c}}, nil)
	if err != nil {
		tb.Fatal(err)
	}
	for _, v := range values {
		if err = w.Append(v); err != nil {
			tb.Fatal(err)
		}
	}
	if err = w.Close(); err != nil {
		tb.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return data
}
