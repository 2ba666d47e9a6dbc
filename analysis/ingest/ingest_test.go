package ingest_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/score"
	"circumplex.example/analysis/tabular"
)

// small is a directory of two conditions and four values.
func small() ingesttest.Spec {
	s := ingesttest.Spec{Values: []string{"A", "B", "C", "D"}, Low: 1, High: 5, Circles: map[string][]string{"a": {"B", "A", "D", "C"}, "b": {"A", "B"}},
		Factors: []string{"language"}, Options: map[string]string{"restarts": "3", "require_all_values": "false", "somebody_elses": "x"}}
	for i := range 8 {
		s.Items = append(s.Items, ingesttest.Item{Value: s.Values[i%4], Reverse: i == 5})
	}
	answer := func(r int, a []int16) {
		for i := range a {
			a[i] = int16(1 + (r+i)%5)
		}
		if r == 1 {
			a[2], a[3] = 0, -int16(ingest.Refusal)
		}
	}
	for _, l := range []string{"de", "en"} {
		s.Conditions = append(s.Conditions, ingesttest.Condition{Model: "m", Prompt: "p", Administration: "batch", Levels: []string{l}, N: 3, Answer: answer,
			Anchor: func(r int) string { return []string{"A", "", "Z"}[r] }})
	}
	for _, v := range s.Values {
		s.Benchmarks = append(s.Benchmarks, ingesttest.Number{Name: "h", Kind: "human", Statistic: "mean", Value: v, Number: 1})
		for _, w := range s.Values {
			x := 0.5
			if v == w {
				x = 1
			}
			s.Benchmarks = append(s.Benchmarks, ingesttest.Number{Name: "c", Kind: "human", Statistic: "correlation", Value: v, Value2: w, Number: x})
		}
	}
	return s
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	ingesttest.Write(t, dir, small())
	d, err := ingest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Conditions) != 2 || len(d.Respondents) != 6 || len(d.Items) != 8 || len(d.Values) != 4 || len(d.Benchmarks) != 2 {
		t.Fatalf("read %d conditions, %d respondents, %d items, %d values, %d benchmarks", len(d.Conditions), len(d.Respondents), len(d.Items), len(d.Values), len(d.Benchmarks))
	}
	c := d.Conditions[1]
	if d.Factors[0] != "language" || c.Levels[0] != "en" || c.Respondents[0] != 3 {
		t.Errorf("condition 2 is %+v", c)
	}
	if got := c.Answers.Row(1); got[0] != 2 || got[2] != score.Missing || got[3] != score.Missing || got[4] != 1 {
		t.Errorf("answers of respondent 2: %v", got)
	}
	if c.Statuses[ingest.OK] != 22 || c.Statuses[ingest.Missing] != 1 || c.Statuses[ingest.Refusal] != 1 {
		t.Errorf("statuses: %v", c.Statuses)
	}
	if v := d.Variable("anchor_value"); v == nil || v.Text.At(3) != "A" || !v.Text.Null(4) {
		t.Errorf("anchor_value: %+v", v)
	}
	if o := d.Options; o.Restarts != 3 || o.RequireAllValues || o.Permutations != 9999 || o.MinAnswered != 0.7 {
		t.Errorf("options: %+v", o)
	}
	if order, err := d.Circle("a"); err != nil || order[0] != 1 || order[3] != 2 {
		t.Errorf("circle a: %v, %v", order, err)
	}
	if _, err := d.Circle("b"); err == nil || err.Error() != `value C has no position on circle "b"` {
		t.Errorf("circle b: %v", err)
	}
	if _, err := d.Circle("c"); err == nil || err.Error() != `the instrument declares no circle "c"` {
		t.Errorf("circle c: %v", err)
	}
	if !d.Key.Items()[5].Reversed {
		t.Error("item 6 is not reversed")
	}
}

// Answers on the reversed scale are turned back once, and what is no answer
// stays none; a temperature that is not stated is no number.
func TestReversedScaleAndUnstatedTemperature(t *testing.T) {
	given := small()
	turned := small()
	for i := range turned.Conditions {
		c := &turned.Conditions[i]
		c.ScaleReversed, c.NoTemperature = true, true
		answer := c.Answer
		c.Answer = func(r int, out []int16) {
			answer(r, out)
			for k, x := range out {
				if x > 0 {
					out[k] = int16(turned.Low+turned.High) - x
				}
			}
		}
	}
	read := func(s ingesttest.Spec) *ingest.Data {
		t.Helper()
		dir := t.TempDir()
		ingesttest.Write(t, dir, s)
		d, err := ingest.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	plain, back := read(given), read(turned)
	for i := range plain.Conditions {
		p, b := &plain.Conditions[i], &back.Conditions[i]
		if p.ScaleReversed || !b.ScaleReversed || p.Temperature == nil || b.Temperature != nil || b.TemperatureWord() != "not stated" {
			t.Errorf("condition %d: %+v, %+v", i+1, p, b)
		}
		for r := range p.Respondents {
			if !slices.Equal(p.Answers.Row(r), b.Answers.Row(r)) {
				t.Errorf("condition %d, respondent %d: %v, turned back %v", i+1, r+1, p.Answers.Row(r), b.Answers.Row(r))
			}
		}
	}
}

// rewrite replaces a table by one with other rows.
func rewrite(t *testing.T, dir, name, version string, columns []tabular.Column, rows ...[]any) {
	t.Helper()
	w, err := tabular.Create(filepath.Join(dir, name+".parquet"), tabular.Schema{Name: name, Columns: columns}, map[string]string{"table_version": version})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if err := w.Append(r...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestReadErrors(t *testing.T) {
	text := func(name string) tabular.Column { return tabular.Column{Name: name, Type: tabular.String} }
	whole := func(name string) tabular.Column { return tabular.Column{Name: name, Type: tabular.Int32} }
	number := func(name string) tabular.Column { return tabular.Column{Name: name, Type: tabular.Float64} }
	values := []tabular.Column{text("instrument"), text("value"), text("name"), whole("order")}
	items := []tabular.Column{text("instrument"), whole("item"), text("value"), {Name: "reverse", Type: tabular.Bool}, whole("scale_min"), whole("scale_max")}
	bench := []tabular.Column{text("name"), text("kind"), text("source"), text("statistic"), text("value"), text("value_2"), number("number"), text("label")}
	responses := []tabular.Column{text("respondent_id"), text("condition_id"), text("model"), text("prompt"), number("temperature"), text("administration"),
		whole("replicate"), {Name: "scale_reversed", Type: tabular.Bool}, whole("item"), text("value"), whole("position"), {Name: "response", Type: tabular.Int32, Nullable: true}, text("raw_answer"), text("status")}
	answer := func(id string, item int, response any, status string) []any {
		return []any{id, "c0000", "m", "p", 0.0, "batch", 1, false, item, "A", 1, response, "", status}
	}
	tests := []struct {
		name   string
		change func(t *testing.T, dir string)
		want   string // without the directory; "\n" and what follows may be left out
	}{
		{"missing table", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "items.parquet")) }, "items.parquet: the table is missing"},
		{"no Parquet", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, "values.parquet"), []byte("value,name\nA,B\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, "values.parquet: the table cannot be read: the file is damaged or no Parquet file"},
		{"version", func(t *testing.T, dir string) { rewrite(t, dir, "values", "99", values) }, `values.parquet: table version "99", this program reads "` + ingest.TableVersion + `"`},
		{"missing column", func(t *testing.T, dir string) { rewrite(t, dir, "values", ingest.TableVersion, values[:3]) }, `values.parquet: there is no column "order"`},
		{"wrong type", func(t *testing.T, dir string) {
			rewrite(t, dir, "values", ingest.TableVersion, append(append([]tabular.Column(nil), values[:3]...), text("order")))
		}, "values.parquet, column order: the type is string, not int32"},
		{"no values", func(t *testing.T, dir string) { rewrite(t, dir, "values", ingest.TableVersion, values) }, "values.parquet: the table is empty"},
		{"value twice", func(t *testing.T, dir string) {
			rewrite(t, dir, "values", ingest.TableVersion, values, []any{"i", "A", "a", 1}, []any{"i", "A", "a", 2})
		}, `values.parquet: row 2, column value: "A" is there twice`},
		{"two instruments", func(t *testing.T, dir string) {
			rewrite(t, dir, "values", ingest.TableVersion, values, []any{"i", "A", "a", 1}, []any{"j", "B", "a", 2})
		}, `values.parquet: row 2, column instrument: "j", but "i" in row 1; one instrument is analysed at a time`},
		{"item of unknown value", func(t *testing.T, dir string) {
			rewrite(t, dir, "items", ingest.TableVersion, items, []any{"i", 1, "Z", false, 1, 5})
		}, `items.parquet: row 1, column value: "Z" is not in values.parquet`},
		{"item twice", func(t *testing.T, dir string) {
			rewrite(t, dir, "items", ingest.TableVersion, items, []any{"i", 1, "A", false, 1, 5}, []any{"i", 1, "A", false, 1, 5})
		}, `items.parquet: row 2, column item: 1 is there twice`},
		{"two scales", func(t *testing.T, dir string) {
			rewrite(t, dir, "items", ingest.TableVersion, items, []any{"i", 1, "A", false, 1, 5}, []any{"i", 2, "A", false, 1, 6})
		}, `items.parquet: row 2, column scale_min: the scale is 1..6, but 1..5 in row 1`},
		{"benchmark lacks a value", func(t *testing.T, dir string) {
			rewrite(t, dir, "benchmarks", ingest.TableVersion, bench, []any{"h", "human", "s", "mean", "A", "", 1.0, "l"})
		}, `benchmarks.parquet: benchmark "h" has no mean of B`},
		{"benchmark kind", func(t *testing.T, dir string) {
			rewrite(t, dir, "benchmarks", ingest.TableVersion, bench, []any{"h", "martian", "s", "mean", "A", "", 1.0, "l"})
		}, `benchmarks.parquet: row 1, column kind: "martian" is none of human, theory, model`},
		{"asymmetric benchmark", func(t *testing.T, dir string) {
			rewrite(t, dir, "benchmarks", ingest.TableVersion, bench, []any{"h", "human", "s", "correlation", "A", "B", 0.5, "l"}, []any{"h", "human", "s", "correlation", "B", "A", 0.4, "l"})
		}, `benchmarks.parquet: row 2, column number: the matrix is not symmetric: 0.4 here, 0.5 the other way round`},
		{"bad option", func(t *testing.T, dir string) {
			rewrite(t, dir, "options", ingest.TableVersion, []tabular.Column{text("name"), text("value")}, []any{"mds", "cubic"})
		}, `options.parquet: row 1, column value: mds: "cubic" is none of classical, interval, ordinal, ratio`},
		{"unknown respondent", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("x", 1, 1, "ok"))
		},
			`responses.parquet: row 1, column respondent_id: "x" is not in respondents.parquet`},
		{"unknown item", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 1, 1, "ok"), answer("c0000r000000", 99, 1, "ok"))
		}, `responses.parquet: row 2, column item: item 99 is not in items.parquet`},
		{"item 0 first", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 0, 1, "ok"))
		}, `responses.parquet: row 1, column item: item 0 is not in items.parquet`},
		{"answer twice", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 1, 1, "ok"), answer("c0000r000000", 1, 1, "ok"))
		}, `responses.parquet: row 2, column item: item 1 of respondent c0000r000000 is there twice`},
		{"off the scale", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 1, 6, "ok"))
		}, `responses.parquet: row 1, column response: 6 is not on the scale 1..5`},
		{"ok without response", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 1, nil, "ok"))
		}, `responses.parquet: row 1, column response: the status is ok, and the response is missing`},
		{"response without ok", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 1, 3, "refusal"))
		}, `responses.parquet: row 1, column response: the status is refusal, and the response is there`},
		{"unknown status", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 1, nil, "lost"))
		}, `responses.parquet: row 1, column status: "lost" is no status of an answer`},
		{"another direction", func(t *testing.T, dir string) {
			row := answer("c0000r000000", 1, 3, "ok")
			row[7] = true
			rewrite(t, dir, "responses", ingest.TableVersion, responses, row)
		}, `responses.parquet: row 1, column scale_reversed: it is true, but false for the condition in conditions.parquet`},
		{"item left out", func(t *testing.T, dir string) {
			rewrite(t, dir, "responses", ingest.TableVersion, responses, answer("c0000r000000", 1, 1, "ok"))
		}, `responses.parquet: respondent c0000r000000 has no row for item 2`},
		{"no responses", func(t *testing.T, dir string) { rewrite(t, dir, "responses", ingest.TableVersion, responses) },
			`responses.parquet: it holds 0 respondents, respondents.parquet 6`},
	}
	for _, test := range tests {
		dir := t.TempDir()
		ingesttest.Write(t, dir, small())
		test.change(t, dir)
		_, err := ingest.Read(dir)
		var e *ingest.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v", test.name, err)
			continue
		}
		got := strings.TrimPrefix(err.Error(), dir+string(filepath.Separator))
		first, rest, _ := strings.Cut(got, "\n")
		if first != test.want || !strings.Contains(rest, "mend: runner apply EXPERIMENT") {
			t.Errorf("%s:\ngot  %s\nwant %s\n    mend: runner apply EXPERIMENT ...", test.name, got, test.want)
		}
	}
}

// BenchmarkRead1026000 reads a directory of the paper's size.
var compare = flag.String("compare", "", "write the tables of BenchmarkReadAndScore1026000 into this directory, for .ci/compare")

// BenchmarkReadAndScore1026000 is what .ci/compare holds against pandas: from
// files to the raw and centred scores of every session.
func BenchmarkReadAndScore1026000(b *testing.B) {
	dir := *compare
	if dir == "" {
		dir = b.TempDir()
	}
	ingesttest.Write(b, dir, ingesttest.Paper(300))
	for b.Loop() {
		d, err := ingest.Read(dir)
		if err != nil {
			b.Fatal(err)
		}
		for i := range d.Conditions {
			if _, err := score.Score(d.Conditions[i].Answers, d.Key, d.Options.Score()); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkRead1026000(b *testing.B) {
	dir := b.TempDir()
	ingesttest.Write(b, dir, ingesttest.Paper(300))
	for b.Loop() {
		if _, err := ingest.Read(dir); err != nil {
			b.Fatal(err)
		}
	}
}
