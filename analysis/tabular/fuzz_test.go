package tabular

import (
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

// FuzzOpen reads arbitrary bytes as a table.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "every.parquet")
	for _, n := range []int{0, 1, 5} {
		writeEvery(f, path, n)
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte("PAR1PAR1PAR1"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "x.parquet")
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		_ = readAll(path)
	})
}
