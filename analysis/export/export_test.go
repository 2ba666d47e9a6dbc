package export_test

import (
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"

	"circumplex.example/analysis/export"
	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/report"
	"circumplex.example/analysis/tabular"
)

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func results(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	spec := ingesttest.Paper(5)
	spec.Conditions = spec.Conditions[:2]
	ingesttest.Write(t, dir, spec)
	return dir
}

func TestWideHasARowARespondentAndAColumnAnItem(t *testing.T) {
	dir, out := results(t), t.TempDir()
	to, err := export.Wide(dir, out)
	if err != nil {
		t.Fatal(err)
	}
	rows := readCSV(t, to)
	head := strings.Join(rows[0], ",")
	if len(rows) != 1+2*5 || !strings.HasSuffix(head, ",q55,q56,q57") || !strings.Contains(head, ",replicate,scale_reversed,q1,q2,") {
		t.Fatalf("%d rows, header %s; want 11 rows, items q1 to q57 after the key", len(rows), head)
	}
	long := map[string]string{}
	responses, err := tabular.Open(filepath.Join(dir, "responses.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer responses.Close()
	id, _ := responses.Strings("respondent_id")
	item, _ := responses.Int32s("item")
	answer, _ := responses.Int32s("response")
	for i := range responses.NumRows {
		if !answer.Null(i) {
			long[id.At(i)+"/q"+itoa(item.Values[i])] = itoa(answer.Values[i])
		}
	}
	for _, row := range rows[1:] {
		for i, name := range rows[0] {
			if strings.HasPrefix(name, "q") && row[i] != long[row[0]+"/"+name] {
				t.Fatalf("respondent %s %s is %q, want %q", row[0], name, row[i], long[row[0]+"/"+name])
			}
		}
	}
}

func itoa(n int32) string {
	const digits = "0123456789"
	if n < 10 {
		return digits[n : n+1]
	}
	return itoa(n/10) + digits[n%10:n%10+1]
}

func TestEveryTableInBothFormats(t *testing.T) {
	dir, out := results(t), t.TempDir()
	want, err := filepath.Glob(filepath.Join(dir, "*.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []export.Format{export.CSV, export.Arrow} {
		files, err := export.Tables(dir, out, format)
		if err != nil || len(files) != len(want) {
			t.Fatalf("%s: %d files, %v; want %d", format, len(files), err, len(want))
		}
		first, _ := os.ReadFile(files[0])
		if _, err := export.Tables(dir, out, format); err != nil {
			t.Fatal(err)
		}
		if second, _ := os.ReadFile(files[0]); string(first) != string(second) {
			t.Errorf("%s: the second export has other bytes", files[0])
		}
	}
}

func TestArrowHoldsTheSameRows(t *testing.T) {
	dir, out := results(t), t.TempDir()
	if _, err := export.Tables(dir, out, export.Arrow); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(filepath.Join(out, "responses.arrow"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := ipc.NewFileReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows := 0
	for i := range r.NumRecords() {
		rec, err := r.Record(i)
		if err != nil {
			t.Fatal(err)
		}
		rows += int(rec.NumRows())
		items := rec.Column(r.Schema().FieldIndices("item")[0]).(*array.Int32)
		if items.Value(0) < 1 || items.Value(0) > 57 {
			t.Errorf("first item is %d", items.Value(0))
		}
	}
	if rows != 2*5*57 {
		t.Errorf("%d rows, want %d", rows, 2*5*57)
	}
}

// hostile writes a table of one text column and exports it.
func TestTextThatASpreadsheetWouldRunIsGuarded(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	w, err := tabular.Create(filepath.Join(dir, "notes.parquet"), tabular.Schema{Name: "notes", Columns: []tabular.Column{
		{Name: "text", Type: tabular.String, Nullable: true}, {Name: "number", Type: tabular.Float64}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []any{`=HYPERLINK("x")`, "+1+1", "@x", "plain, with a comma", nil} {
		if err := w.Append(s, -1.5); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Tables(dir, out, export.CSV); err != nil {
		t.Fatal(err)
	}
	got := readCSV(t, filepath.Join(out, "notes.csv"))
	want := []string{`'=HYPERLINK("x")`, "'+1+1", "'@x", "plain, with a comma", ""}
	for i, w := range want {
		if got[i+1][0] != w || got[i+1][1] != "-1.5" {
			t.Errorf("row %d is %q, want %q and -1.5", i+1, got[i+1], w)
		}
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	if _, err := export.Tables(t.TempDir(), t.TempDir(), export.CSV); !errors.Is(err, export.ErrNoTables) {
		t.Errorf("an empty directory: %v, want ErrNoTables", err)
	}
	dir := results(t)
	if _, err := export.Personas(dir, t.TempDir()); err == nil || !strings.Contains(err.Error(), "runner analyze") {
		t.Errorf("personas without analysis: %v, want an error that says what to run", err)
	}
	if _, err := report.Run(t.Context(), dir, report.Overrides{"permutations": "0", "restarts": "0"}); err != nil {
		t.Fatal(err)
	}
	if _, err := export.Personas(dir, t.TempDir()); !errors.Is(err, export.ErrNoPersonas) {
		t.Errorf("no personas: %v, want ErrNoPersonas", err)
	}
}
