package tabular

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// The same rows give the same bytes, also where a column holds more different
// values than a dictionary takes: with pages of two encodings in one column
// chunk the library listed them in the order of a map.
func TestSameRowsGiveTheSameBytesWithoutRoomForADictionary(t *testing.T) {
	const rows = 2*groupRows + 1000
	schema := Schema{Name: "t", Doc: "all different", Columns: []Column{
		{Name: "long", Type: String, Doc: "-"}, {Name: "maybe", Type: String, Nullable: true, Doc: "-"},
		{Name: "time", Type: Timestamp, Doc: "-"}, {Name: "big", Type: Int64, Doc: "-"},
		{Name: "number", Type: Float64, Nullable: true, Doc: "-"}, {Name: "small", Type: Int32, Doc: "-"},
	}}
	dir := t.TempDir()
	write := func(name string) []byte {
		path := filepath.Join(dir, name+".parquet")
		w, err := Create(path, schema, map[string]string{"simulated": "true"})
		if err != nil {
			t.Fatal(err)
		}
		for i := range rows {
			w.Col(0).AppendString(fmt.Sprintf("%064d", i))
			if i%3 == 0 {
				w.Col(1).AppendNull()
			} else {
				w.Col(1).AppendString(fmt.Sprintf("a text of its own, number %d", i))
			}
			w.Col(2).AppendMicros(int64(i) * 1001)
			w.Col(3).AppendInt64(int64(i) << 20)
			w.Col(4).AppendFloat64(float64(i) / 7)
			w.Col(5).AppendInt32(int32(i))
			if err := w.EndRow(); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	first := write("first")
	for i := range 5 {
		if !bytes.Equal(first, write("again")) {
			t.Fatalf("writing %d: other bytes than the first", i+2)
		}
	}
	tab, err := Open(filepath.Join(dir, "first.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	long, err := tab.Strings("long")
	if err != nil {
		t.Fatal(err)
	}
	maybe, err := tab.Strings("maybe")
	if err != nil {
		t.Fatal(err)
	}
	number, err := tab.Float64s("number")
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if long.At(i) != fmt.Sprintf("%064d", i) || maybe.Null(i) != (i%3 == 0) || number.Values[i] != float64(i)/7 {
			t.Fatalf("row %d reads %q, null %v, %v", i, long.At(i), maybe.Null(i), number.Values[i])
		}
	}
}
