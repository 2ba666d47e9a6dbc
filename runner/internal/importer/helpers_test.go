package importer_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
)

// shortScale has four items, two values, and one reversed item.
const shortScale = `
short: {
	structure: "none"
	scale: {min: 1, max: 5}
	key: {WARM: [1, 3], COLD: [2, 4]}
	reverse: [4]
}
`

func instrument(t testing.TB, text string) *schema.Instrument {
	t.Helper()
	if in := instruments[text]; in != nil {
		return in
	}
	name := text
	if strings.Contains(text, "\n") {
		name = write(t, "short.cue", text)
	}
	in, problems := schema.LoadInstrument(name)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	instruments[text] = in
	return in
}

// instruments are those loaded before; nothing writes to them.
var instruments = map[string]*schema.Instrument{}

func write(t testing.TB, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// job imports a CSV text of four items.
func job(t testing.TB, text string) importer.Job {
	t.Helper()
	return importer.Job{File: write(t, "answers.csv", text), Name: "field", Items: "q%d", NA: []string{"NA"}, Instrument: instrument(t, shortScale),
		Analysis: defaults(t), Set: map[string]string{}, Columns: map[string]string{}, Dir: filepath.Join(t.TempDir(), "field"), ProgramVersion: "test"}
}

var analysis = sync.OnceValues(schema.DefaultAnalysis)

func defaults(t testing.TB) schema.Analysis {
	t.Helper()
	a, err := analysis()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func run(t testing.TB, j importer.Job) *importer.Result {
	t.Helper()
	res, err := importer.Run(j)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// table is a table as lines of text, null as a dot.
func table(t testing.TB, dir, name string, columns ...string) []string {
	t.Helper()
	tb, err := tabular.Open(filepath.Join(dir, name+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer tb.Close()
	lines := make([]string, tb.NumRows)
	for k, c := range columns {
		i := tb.Schema.Index(c)
		if i < 0 {
			t.Fatalf("%s has no column %s", name, c)
		}
		cells := column(t, tb, tb.Schema.Columns[i])
		for row := range lines {
			if k > 0 {
				lines[row] += " "
			}
			lines[row] += cells(row)
		}
	}
	return lines
}

func column(t testing.TB, tb *tabular.Table, c tabular.Column) func(int) string {
	t.Helper()
	switch c.Type {
	case tabular.Int32:
		v, err := tb.Int32s(c.Name)
		return show(t, v, err)
	case tabular.Float64:
		v, err := tb.Float64s(c.Name)
		return show(t, v, err)
	case tabular.Bool:
		v, err := tb.Bools(c.Name)
		return show(t, v, err)
	}
	v, err := tb.Strings(c.Name)
	if err != nil {
		t.Fatal(err)
	}
	return func(i int) string {
		if v.Null(i) {
			return "."
		}
		return v.At(i)
	}
}

func show[T any](t testing.TB, v *tabular.Values[T], err error) func(int) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return func(i int) string {
		if v.Null(i) {
			return "."
		}
		return fmt.Sprint(v.Values[i])
	}
}

// files are the bytes of a directory's files.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if b, err := os.ReadFile(filepath.Join(dir, e.Name())); err == nil {
			out[e.Name()] = string(b)
		}
	}
	return out
}

func sameFiles(t testing.TB, a, b map[string]string) {
	t.Helper()
	for name := range maps.Keys(a) {
		if a[name] != b[name] {
			t.Errorf("%s differs", name)
		}
	}
	if len(a) != len(b) {
		t.Errorf("%d files and %d", len(a), len(b))
	}
}
