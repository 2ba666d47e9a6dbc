package tabular

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// every is a schema with each type, nullable and not.
var every = Schema{Name: "every", Doc: "one row an example", Columns: []Column{
	{Name: "s", Type: String, Doc: "a | bar"},
	{Name: "s_null", Type: String, Nullable: true},
	{Name: "i32", Type: Int32},
	{Name: "i32_null", Type: Int32, Nullable: true},
	{Name: "i64", Type: Int64},
	{Name: "i64_null", Type: Int64, Nullable: true},
	{Name: "f64", Type: Float64},
	{Name: "f64_null", Type: Float64, Nullable: true},
	{Name: "b", Type: Bool},
	{Name: "b_null", Type: Bool, Nullable: true},
	{Name: "t", Type: Timestamp},
	{Name: "t_null", Type: Timestamp, Nullable: true},
}}

var day = time.Date(2025, 4, 24, 12, 30, 15, 123456000, time.UTC)

// writeEvery writes n rows; every third has nulls.
func writeEvery(t testing.TB, path string, n int) {
	t.Helper()
	w, err := Create(path, every, map[string]string{"table_version": "1", "a": "ü"})
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"ja", "", "=1+1", "ü"}
	for i := range n {
		at := day.Add(time.Duration(i) * time.Microsecond)
		row := []any{words[i%4], words[i%4], i, i, i << 40, int64(i) << 40, float64(i) / 2, float64(i) / 2, i%2 == 0, i%2 == 0, at, at}
		if i%3 == 2 {
			for j := 1; j < len(row); j += 2 {
				row[j] = nil
			}
		}
		if err := w.Append(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, 2, 100, groupRows + 17} {
		path := filepath.Join(t.TempDir(), "every.parquet")
		writeEvery(t, path, n)
		tab, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer tab.Close()
		want := every
		want.Doc = ""
		want.Columns = append([]Column(nil), every.Columns...)
		want.Columns[0].Doc = ""
		if d := cmp.Diff(want, tab.Schema); d != "" {
			t.Errorf("%d rows: schema: %s", n, d)
		}
		if d := cmp.Diff(map[string]string{"table_version": "1", "a": "ü"}, tab.Meta); d != "" {
			t.Errorf("metadata: %s", d)
		}
		if tab.NumRows != n {
			t.Errorf("%d rows, want %d", tab.NumRows, n)
		}
		checkEvery(t, tab, n)
	}
}

// checkEvery reads back what writeEvery wrote.
func checkEvery(t *testing.T, tab *Table, n int) {
	t.Helper()
	words := []string{"ja", "", "=1+1", "ü"}
	s, err := tab.Strings("s")
	sn, err2 := tab.Strings("s_null")
	i32, err3 := tab.Int32s("i32")
	i64, err4 := tab.Int64s("i64_null")
	f, err5 := tab.Float64s("f64_null")
	b, err6 := tab.Bools("b_null")
	ts, err7 := tab.Timestamps("t_null")
	if err := errors.Join(err, err2, err3, err4, err5, err6, err7); err != nil {
		t.Fatal(err)
	}
	if len(s.Codes) != n || len(i32.Values) != n || len(ts.Values) != n {
		t.Fatalf("%d, %d, %d rows, want %d", len(s.Codes), len(i32.Values), len(ts.Values), n)
	}
	for i := range n {
		null := i%3 == 2
		if s.At(i) != words[i%4] || s.Null(i) || i32.Values[i] != int32(i) || i32.Null(i) {
			t.Fatalf("row %d: %q %d", i, s.At(i), i32.Values[i])
		}
		if sn.Null(i) != null || i64.Null(i) != null || f.Null(i) != null || b.Null(i) != null || ts.Null(i) != null {
			t.Fatalf("row %d: nulls are wrong", i)
		}
		if null {
			continue
		}
		at := day.Add(time.Duration(i) * time.Microsecond).UnixMicro()
		if sn.At(i) != words[i%4] || i64.Values[i] != int64(i)<<40 || f.Values[i] != float64(i)/2 || b.Values[i] != (i%2 == 0) || ts.Values[i] != at {
			t.Fatalf("row %d: values are wrong", i)
		}
	}
}

func TestSameRowsSameBytes(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.parquet"), filepath.Join(dir, "b.parquet")
	writeEvery(t, a, 5000)
	writeEvery(t, b, 5000)
	one, _ := os.ReadFile(a)
	two, _ := os.ReadFile(b)
	if len(one) == 0 || !bytes.Equal(one, two) {
		t.Error("the same rows gave different bytes")
	}
}

// TestLargeDictionary leaves the dictionary path in the middle of a row group
// and comes back to it in the next.
func TestLargeDictionary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "text.parquet")
	s := Schema{Name: "text", Doc: "a text a row", Columns: []Column{{Name: "x", Type: String, Nullable: true}}}
	w, err := Create(path, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	text := func(i int) string {
		return strings.Repeat("x", 1000) + string(rune('a'+i%26)) + day.Add(time.Duration(i)).String()
	}
	const n = 2000
	for i := range n {
		if i%7 == 3 {
			w.Col(0).AppendNull()
		} else {
			w.Col(0).AppendString(text(i / 2))
		}
		if err := w.EndRow(); err != nil {
			t.Fatal(err)
		}
		if i == n/2 {
			if err := w.flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tab, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	got, err := tab.Strings("x")
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if null := i%7 == 3; got.Null(i) != null || !null && got.At(i) != text(i/2) {
			t.Fatalf("row %d is %.20q", i, got.At(i))
		}
	}
}

func TestWriterErrors(t *testing.T) {
	s := Schema{Name: "few", Doc: "one row a thing", Columns: []Column{
		{Name: "name", Type: String}, {Name: "n", Type: Int32, Nullable: true}, {Name: "x", Type: Float64, Nullable: true}}}
	tests := []struct {
		name string
		row  func(w *Writer)
		want string
	}{
		{"null where none may be", func(w *Writer) { w.Col(0).AppendNull(); w.Col(1).AppendInt32(1); w.Col(2).AppendNull() },
			"table few, row 2, column name: null in a column that may not be null"},
		{"wrong type", func(w *Writer) { w.Col(0).AppendString("a"); w.Col(1).AppendBool(true); w.Col(2).AppendNull() },
			"table few, row 2, column n: a bool was appended to a column of type int32"},
		{"NaN", func(w *Writer) { w.Col(0).AppendString("a"); w.Col(1).AppendNull(); w.Col(2).AppendFloat64(math.NaN()) },
			"table few, row 2, column x: NaN is not a number to store; a missing value is null"},
		{"column forgotten", func(w *Writer) { w.Col(0).AppendString("a"); w.Col(2).AppendNull() },
			"table few, row 2, column n: appended 0 times in this row, not once"},
		{"column twice", func(w *Writer) {
			w.Col(0).AppendString("a")
			w.Col(1).AppendNull()
			w.Col(1).AppendNull()
			w.Col(2).AppendNull()
		}, "table few, row 2, column n: appended 2 times in this row, not once"},
		{"too large", func(w *Writer) { _ = w.Append("a", 1<<40, nil) },
			"table few, row 2, column n: 1099511627776 does not fit into an int32"},
		{"unknown Go type", func(w *Writer) { _ = w.Append("a", struct{}{}, nil) },
			"table few, row 2, column n: cannot append a struct {}"},
		{"too few values", func(w *Writer) { _ = w.Append("a") }, "table few, row 2: 1 values for 3 columns"},
	}
	for _, test := range tests {
		dir := t.TempDir()
		w, err := Create(filepath.Join(dir, "few.parquet"), s, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append("first", 1, 0.5); err != nil {
			t.Fatal(err)
		}
		test.row(w)
		if err := w.EndRow(); err == nil || err.Error() != test.want {
			t.Errorf("%s: EndRow: %v\nwant %s", test.name, err, test.want)
		}
		if err := w.Close(); err == nil || err.Error() != test.want {
			t.Errorf("%s: Close: %v\nwant %s", test.name, err, test.want)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("%s: Close left %s behind", test.name, left[0].Name())
		}
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "every.parquet")
	w, err := Create(path, every, nil)
	if err != nil {
		t.Fatal(err)
	}
	partial, _ := os.ReadDir(dir)
	if len(partial) != 1 || !IsPartial(partial[0].Name()) || strings.HasSuffix(partial[0].Name(), ".parquet") {
		t.Errorf("the partial file is %v", partial)
	}
	w.Abort()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("Abort left %s behind", left[0].Name())
	}
	writeEvery(t, path, 3)
	if left, _ := os.ReadDir(dir); len(left) != 1 || left[0].Name() != "every.parquet" {
		t.Errorf("Close left %v behind", left)
	}
}

func TestInvalidUTF8IsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.parquet")
	w, err := Create(path, Schema{Name: "x", Columns: []Column{{Name: "x", Type: String}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"a\xffb", "a\xfeb", "a\ufffdb"} {
		if err := w.Append(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	tab, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	got, err := tab.Strings("x")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&Strings{Codes: []int32{0, 0, 0}, Dict: []string{"a\ufffdb"}}, got); d != "" {
		t.Error(d)
	}
}

func TestSchemaErrors(t *testing.T) {
	tests := []struct {
		schema Schema
		want   string
	}{
		{Schema{}, "p: a table needs a name"},
		{Schema{Name: "t"}, "p: table t has no columns"},
		{Schema{Name: "t", Columns: []Column{{Type: Bool}}}, "p: table t: column 1 has no name"},
		{Schema{Name: "t", Columns: []Column{{Name: "a"}}}, "p: table t, column a: no such type: 0"},
		{Schema{Name: "t", Columns: []Column{{Name: "a", Type: Bool}, {Name: "a", Type: Bool}}}, `p: table t: two columns are named "a"`},
	}
	for _, test := range tests {
		if _, err := Create("p", test.schema, nil); err == nil || err.Error() != test.want {
			t.Errorf("got  %v\nwant %s", err, test.want)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(filepath.Join(dir, "absent.parquet")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	for name, data := range map[string]string{"empty": "", "short": "PAR1", "text": "not a table, but long enough to look", "footer": "PAR1....\xff\xff\xff\x7fPAR1"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(dir); !errors.Is(err, ErrDamaged) {
		t.Errorf("directory: %v", err)
	}
	path := filepath.Join(dir, "every.parquet")
	writeEvery(t, path, 3)
	tab, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	if _, err := tab.Int32s("nothing"); !errors.Is(err, ErrNoColumn) || !strings.HasSuffix(err.Error(), "every.parquet: no such column: nothing") {
		t.Error(err)
	}
	if _, err := tab.Int32s("s"); !errors.Is(err, ErrWrongType) || !strings.HasSuffix(err.Error(), "every.parquet: column s: wrong type: string, not int32") {
		t.Error(err)
	}
}

func TestCodebook(t *testing.T) {
	var b strings.Builder
	s := every
	s.Columns = s.Columns[:2]
	if err := Codebook(&b, "Codebook", s); err != nil {
		t.Fatal(err)
	}
	want := `# Codebook

## every.parquet

one row an example

| column | type | missing | meaning |
|---|---|---|---|
| s | string | never | a \| bar |
| s_null | string | null |  |
`
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestWriteCSV(t *testing.T) {
	var b strings.Builder
	err := WriteCSV(&b, []string{"a", "b"}, [][]string{{"=1+1", "-0.27"}, {" @cmd", "x,y"}, {"-x", "+1e3"}, {"\u200b", "＝1"}, {"", "'"}})
	if err != nil {
		t.Fatal(err)
	}
	want := "a,b\n'=1+1,-0.27\n' @cmd,\"x,y\"\n'-x,+1e3\n\u200b,'＝1\n,'\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	for _, s := range []string{"one", "two"} {
		if err := WriteFile(path, []byte(s)); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != s {
			t.Errorf("got %q", got)
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
	if err := WriteFile(filepath.Join(dir, "no", "x"), nil); err == nil || !strings.HasPrefix(err.Error(), "creating ") {
		t.Errorf("absent directory: %v", err)
	}
}
