package verify_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/cli"
	"circumplex.example/runner/internal/table"
	"circumplex.example/runner/internal/verify"
)

const experiment = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study"
	seed: 1
	n:    3
	on_invalid: reask: 1
	instrument: instruments.ten
	factors: {
		model: {
			"sim-a": {provider: "simulated", simulated: quirks: {refusal_rate: 0.2, prose_rate: 0.3, words_rate: 0.3, decimal_rate: 0.1, truncate_rate: 0.1, skip_rate: 0.1}}
			"sim-b": provider: "simulated"
		}
		prompt: {
			basic: template: "Rate each description from 1 to 5."
			made: {
				template: "Rate each description from 1 to 5. Answer as this person: {person}."
				variables: person: generate: prompt: "Describe a person in two or three sentences."
			}
		}
		temperature: "0.7": value: 0.7
		administration: {batch: {}, sequential: {}, isolated: independent: true}
		order: {plain: {}, mixed: {item_order: "shuffled", independent: true}}
	}
}
`

// collected is the folder that results copies.
var collected struct {
	once sync.Once
	dir  string
}

func TestMain(m *testing.M) {
	code := m.Run()
	if collected.dir != "" {
		_ = os.RemoveAll(collected.dir)
	}
	os.Exit(code)
}

// results collects and analyses the experiment, once for the package.
func results(t *testing.T) string {
	t.Helper()
	collected.once.Do(func() { collect(t) })
	return filepath.Join(collected.dir, "results", "study")
}

func collect(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("", "verify-test-*")
	if err != nil {
		t.Fatal(err)
	}
	collected.dir = dir
	if err := os.WriteFile(filepath.Join(dir, "experiment.cue"), []byte(experiment), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := cli.Main([]string{"apply", dir, "--store", filepath.Join(dir, "store")}, &out, &errs); code != 0 {
		t.Fatalf("exit %d: %s%s", code, &out, &errs)
	}
}

// another copies a folder of results, as to another machine: no experiment, no
// store.
func another(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "elsewhere")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

func run(t *testing.T, dir string, analysis bool) *verify.Report {
	t.Helper()
	r, err := verify.Run(t.Context(), dir, verify.Options{Analysis: analysis})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// edit rewrites a table with one cell changed, and the digest in the manifest
// with it: what is left to find is what the cell says.
func edit(t *testing.T, dir, name string, change func(header []string, rows [][]any) [][]any) {
	t.Helper()
	path := filepath.Join(dir, name+".parquet")
	tab, err := tabular.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([][]any, tab.NumRows)
	var header []string
	for _, c := range tab.Schema.Columns {
		header = append(header, c.Name)
		for i, v := range column(t, tab, c) {
			rows[i] = append(rows[i], v)
		}
	}
	if err := tab.Close(); err != nil {
		t.Fatal(err)
	}
	w, err := tabular.Create(path, tab.Schema, tab.Meta)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, row := range change(header, rows) {
		if err := w.Append(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	repin(t, dir, name+".parquet")
}

func column(t *testing.T, tab *tabular.Table, c tabular.Column) []any {
	t.Helper()
	out := make([]any, tab.NumRows)
	var err error
	switch c.Type {
	case tabular.String:
		var v *tabular.Strings
		if v, err = tab.Strings(c.Name); err == nil {
			for i := range out {
				if !v.Null(i) {
					out[i] = v.At(i)
				}
			}
		}
	case tabular.Int32:
		out, err = cells(tab.Int32s(c.Name))
	case tabular.Float64:
		out, err = cells(tab.Float64s(c.Name))
	case tabular.Bool:
		out, err = cells(tab.Bools(c.Name))
	default:
		var v *tabular.Values[int64]
		v, err = tab.Timestamps(c.Name)
		if err == nil {
			for i, us := range v.Values {
				out[i] = timeOf(us)
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func timeOf(us int64) time.Time { return time.UnixMicro(us).UTC() }

func cells[T any](v *tabular.Values[T], err error) ([]any, error) {
	if err != nil {
		return nil, err
	}
	out := make([]any, len(v.Values))
	for i, x := range v.Values {
		if !v.Null(i) {
			out[i] = x
		}
	}
	return out, nil
}

func repin(t *testing.T, dir, file string) {
	t.Helper()
	m, err := table.ReadManifest(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Tables {
		if m.Tables[i].File == file {
			if m.Tables[i].SHA256, err = table.FileDigest(filepath.Join(dir, file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := m.Write(dir); err != nil {
		t.Fatal(err)
	}
}

// set changes the first row that a filter admits.
func set(column string, value any, where map[string]any) func([]string, [][]any) [][]any {
	return func(header []string, rows [][]any) [][]any {
		at := slices.Index(header, column)
		for _, row := range rows {
			fits := true
			for name, want := range where {
				fits = fits && row[slices.Index(header, name)] == want
			}
			if fits {
				row[at] = value
				return rows
			}
		}
		panic("no row fits")
	}
}

// What was collected is found as it should be, with sessions that were asked
// again, refused, shuffled, and with generated personas; and also in a folder
// that was moved.
func TestWhatWasCollectedFollows(t *testing.T) {
	dir := another(t, results(t))
	r := run(t, dir, true)
	if r.Count != 0 || r.Simulated != "true" || r.Experiment != "study" {
		t.Errorf("%+v", r)
	}
	var names []string
	for _, c := range r.Checks {
		names = append(names, c.Name)
		if c.Skipped != "" {
			t.Errorf("%s was skipped: %s", c.Name, c.Skipped)
		}
	}
	if got := strings.Join(names, " "); got != "digests schema design references answers replies analysis files analysis" {
		t.Errorf("checks %s", got)
	}
}

// Each table, changed in one cell and pinned anew, is found out by what it says.
func TestTamperingIsFound(t *testing.T) {
	base := results(t)
	ok := map[string]any{"status": "ok"}
	answered := map[string]any{"status": "ok", "response": int32(4)}
	for name, c := range map[string]struct {
		table  string
		change func([]string, [][]any) [][]any
		want   string
	}{
		"a response":              {"responses", set("response", int32(2), answered), "column response: is 2; completions.parquet, row "},
		"off the scale":           {"responses", set("response", int32(9), ok), "column response: 9 is outside the scale 1 to 5"},
		"null with ok":            {"responses", set("response", nil, ok), "column response: is null with status \"ok\""},
		"a status":                {"responses", set("status", "sure", ok), `column status: "sure" is no status of an answer`},
		"what was read":           {"responses", set("raw_answer", "17", ok), "column raw_answer: is \"17\"; completions.parquet, row "},
		"an item":                 {"responses", set("item", int32(99), nil), "column item: 99 is no row of items.parquet"},
		"a value of responses":    {"responses", set("value", "NONE", nil), `column value: is "NONE", item `},
		"a position":              {"responses", set("position", int32(0), nil), "column position: 0 is none from 1 to 10"},
		"a level":                 {"responses", set("model", "gpt-9", nil), `column model: is "gpt-9", its condition has "sim-a"`},
		"whose response":          {"responses", set("respondent_id", "0123456789abcdef", nil), `column respondent_id: "0123456789abcdef" is no row of respondents.parquet`},
		"a row less":              {"responses", func(_ []string, rows [][]any) [][]any { return rows[1:] }, "responses.parquet: has 719 rows, 72 respondents and 10 items make 720"},
		"a respondent's status":   {"respondents", set("status", "partial", nil), "counts 72 respondents with status \"complete\", the table has 71"},
		"a count of answers":      {"respondents", set("n_answered", int32(0), nil), "column n_answered: is 0, responses.parquet has "},
		"a respondent's id":       {"respondents", set("respondent_id", "0123456789abcdef", nil), "condition and replicate give"},
		"a persona":               {"respondents", set("persona_text", "another", map[string]any{"replicate": int32(1), "sample": int32(0), "form": "neutral"}), "column persona_text: is not the reply that generated it"},
		"a replicate":             {"respondents", set("replicate", int32(8), nil), "column replicate: is 8, want 1: they count from 1 within a condition"},
		"a condition's count":     {"conditions", set("n_complete", int32(1), nil), "column n_complete: is 1, respondents.parquet has 3"},
		"a condition's plan":      {"conditions", set("n_planned", int32(4), nil), "column n_planned: is 4, the manifest says n = 3"},
		"a condition's id":        {"conditions", set("condition_id", "0123456789abcdef", nil), "is no row of conditions.parquet"},
		"who is called simulated": {"conditions", set("simulated", false, nil), `column simulated: is false, the manifest says "true"`},
		"a reply":                 {"completions", set("raw_text", "2", map[string]any{"purpose": "answer", "turn": int32(4), "raw_text": "4"}), "reads as "},
		"a reply's status":        {"completions", set("status", "empty", map[string]any{"status": "ok"}), "column status: is empty, the reply holds text"},
		"a key":                   {"completions", set("key", "xyz", nil), "column key: key or prompt_sha256 is no digest"},
		"whose reply":             {"completions", set("respondent_id", "nobody", map[string]any{"purpose": "answer"}), `column respondent_id: "nobody" is no row`},
		"a purpose":               {"completions", set("purpose", "fun", nil), `column purpose: "fun" is neither answer nor persona`},
		"a turn twice":            {"completions", set("turn", int32(2), map[string]any{"turn": int32(3)}), "stands in an earlier row of the respondent too"},
		"the scale":               {"items", set("scale_max", int32(7), nil), "column scale_min: the scale 1 to 5 is none, or not that of the first item"},
		"an item's value":         {"items", set("value", "NONE", nil), `column value: "NONE" is no row of values.parquet`},
		"an item reversed":        {"items", set("reverse", true, map[string]any{"reverse": false}), "analysis/scores.parquet: row "},
		"a value's code":          {"values", set("value", "NONE", nil), "is no row of values.parquet"},
		"an option":               {"options", set("value", "other", map[string]any{"name": "experiment"}), `experiment is "other", the manifest says "study"`},
		"a benchmark": {"benchmarks", func(_ []string, rows [][]any) [][]any {
			return append(rows, []any{"fake", "human", "nowhere", "mean", "NONE", nil, 1.0, "fake"})
		}, "analysis: cannot be made anew: benchmarks.parquet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := another(t, base)
			// A persona is in the second prompt: its first row has one.
			if name == "a persona" {
				c.change = firstPersona
			}
			edit(t, dir, c.table, c.change)
			r := run(t, dir, c.table == "items" || c.table == "benchmarks")
			if !slices.ContainsFunc(r.Differences, func(d verify.Difference) bool { return strings.Contains(d.String(), c.want) }) {
				t.Errorf("%v\nwant one with %q", r.Differences, c.want)
			}
		})
	}
}

func firstPersona(header []string, rows [][]any) [][]any {
	at := slices.Index(header, "persona_text")
	for _, row := range rows {
		if row[at] != nil {
			row[at] = "another"
			break
		}
	}
	return rows
}

// An item that was asked for in vain has no reply, and that is as it should be;
// with a status that says otherwise it is not.
func TestFailedRequestsHaveNoReply(t *testing.T) {
	dir := another(t, results(t))
	var who any
	edit(t, dir, "completions", func(header []string, rows [][]any) [][]any {
		i := slices.IndexFunc(rows, func(row []any) bool { return row[slices.Index(header, "turn")] == int32(10) })
		who = rows[i][slices.Index(header, "respondent_id")]
		return slices.DeleteFunc(rows, func(row []any) bool {
			return row[slices.Index(header, "respondent_id")] == who && row[slices.Index(header, "turn")] == int32(10)
		})
	})
	where := map[string]any{"respondent_id": who, "position": int32(10)}
	answered := 0
	edit(t, dir, "responses", func(header []string, rows [][]any) [][]any {
		for _, row := range rows {
			if row[0] == who && row[slices.Index(header, "status")] == "ok" && row[slices.Index(header, "position")] != int32(10) {
				answered++
			}
		}
		for column, value := range map[string]any{"status": "failed", "response": nil, "raw_answer": nil} {
			rows = set(column, value, where)(header, rows)
		}
		return rows
	})
	edit(t, dir, "respondents", set("status", "partial", map[string]any{"respondent_id": who}))
	edit(t, dir, "respondents", set("n_answered", int32(answered), map[string]any{"respondent_id": who}))
	for _, d := range run(t, dir, false).Differences {
		if d.Table == "responses.parquet" || d.Table == "respondents.parquet" {
			t.Errorf("%s", d)
		}
	}
	edit(t, dir, "responses", set("status", "missing", where))
	if r := run(t, dir, false); !slices.ContainsFunc(r.Differences, func(d verify.Difference) bool {
		return d.Column == "status" && strings.HasPrefix(d.What, "is \"missing\"; completions.parquet, row ") && strings.HasSuffix(d.What, "reads as no reply")
	}) {
		t.Errorf("%v", r.Differences)
	}
}

// A changed file is found by its digest, a missing one is named.
func TestFilesAreThoseOfTheManifest(t *testing.T) {
	dir := another(t, results(t))
	for _, name := range []string{"benchmarks.parquet", "analysis/tables/data_quality.md"} {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.WriteString("x")
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "values.parquet")); err != nil {
		t.Fatal(err)
	}
	r := run(t, dir, true)
	var got []string
	for _, d := range r.Differences {
		got = append(got, d.String())
	}
	want := []string{"benchmarks.parquet: its bytes are not those of the manifest: it was changed after it was written", "values.parquet: is missing"}
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("%q, want %q among them", got, w)
		}
	}
}

// Scores that do not follow are shown cell by cell; a version that cannot be
// compared is no success.
func TestAnalysisFollowsFromAnswers(t *testing.T) {
	base := results(t)
	dir := another(t, base)
	path := filepath.Join(dir, "analysis")
	edit2(t, path, "scores", func(header []string, rows [][]any) [][]any {
		at := slices.IndexFunc(header, func(h string) bool {
			_, ok := rows[0][slices.Index(header, h)].(float64)
			return ok && h != "temperature"
		})
		rows[0][at] = 3.25
		return rows
	})
	r := run(t, dir, true)
	if !slices.ContainsFunc(r.Differences, func(d verify.Difference) bool {
		return d.Table == "analysis/scores.parquet" && d.Row == 1 && strings.HasPrefix(d.What, "is 3.25, the tables give ")
	}) {
		t.Errorf("%v", r.Differences)
	}
	dir = another(t, base)
	rewrite(t, filepath.Join(dir, "analysis", "manifest.json"), func(m map[string]any) { m["report_version"] = "0" })
	if r = run(t, dir, true); r.Count != 1 || !strings.Contains(r.Differences[0].String(), "made by version 0 of the analysis, this program has version ") {
		t.Errorf("%v", r.Differences)
	}
	dir = another(t, base)
	rewrite(t, filepath.Join(dir, "manifest.json"), func(m map[string]any) { m["parser_version"] = 0 })
	if r = run(t, dir, false); r.Count != 1 || !strings.Contains(r.Differences[0].String(), "the replies were read by rules of version 0") {
		t.Errorf("%v", r.Differences)
	}
}

// edit2 is edit for the analysis, whose manifest it leaves alone.
func edit2(t *testing.T, dir, name string, change func([]string, [][]any) [][]any) {
	t.Helper()
	m := filepath.Join(dir, "manifest.json")
	before, err := os.ReadFile(m)
	if err != nil {
		t.Fatal(err)
	}
	edit(t, dir, name, change)
	if err := os.WriteFile(m, before, 0o600); err != nil {
		t.Fatal(err)
	}
}

func rewrite(t *testing.T, path string, change func(map[string]any)) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]any
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	if b, err = json.Marshal(m); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// What is no folder of results, or one of another version, is an error.
func TestWhatCannotBeChecked(t *testing.T) {
	if _, err := verify.Run(t.Context(), t.TempDir(), verify.Options{}); err == nil || !strings.Contains(err.Error(), "there are no results here") {
		t.Errorf("%v", err)
	}
	dir := another(t, results(t))
	rewrite(t, filepath.Join(dir, "manifest.json"), func(m map[string]any) { m["table_version"] = "99" })
	if _, err := verify.Run(t.Context(), dir, verify.Options{}); !errors.Is(err, verify.ErrFormat) {
		t.Errorf("%v", err)
	}
}

// A changed experiment is told from the one that was applied.
func TestDesignHash(t *testing.T) {
	r, err := verify.Run(t.Context(), results(t), verify.Options{DesignHash: strings.Repeat("0", 64)})
	if err != nil || r.Count != 1 || !strings.Contains(r.Differences[0].String(), "the experiment was changed since") {
		t.Errorf("%v, %v", r, err)
	}
}

// All columns that the layout demands are demanded.
func TestSchemaIsHeldTo(t *testing.T) {
	base := results(t)
	for _, name := range ingest.Tables() {
		t.Run(name, func(t *testing.T) {
			dir := another(t, base)
			path := filepath.Join(dir, name+".parquet")
			tab, err := tabular.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			s := tab.Schema
			last := s.Columns[len(s.Columns)-1].Name
			s.Columns = s.Columns[:len(s.Columns)-1]
			meta := maps.Clone(tab.Meta)
			if err := tab.Close(); err != nil {
				t.Fatal(err)
			}
			w, err := tabular.Create(path, s, meta)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Abort()
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r := run(t, dir, false)
			want := fmt.Sprintf("%s.parquet: column %s: is missing; nothing stands in its place", name, last)
			if !slices.ContainsFunc(r.Differences, func(d verify.Difference) bool { return d.String() == want }) {
				t.Errorf("%v\nwant %q", r.Differences, want)
			}
		})
	}
}
