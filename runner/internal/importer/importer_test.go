package importer_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest"
	"circumplex.example/runner/internal/importer"
	rt "circumplex.example/runner/internal/table"
)

func want(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got  %s\n want %s", what, strings.Join(got, " | "), strings.Join(want, " | "))
	}
}

// Every cell becomes a response or a status, with what the cell held beside it.
func TestCellsBecomeResponsesOrStatuses(t *testing.T) {
	j := job(t, "q1,q2,q3,q4\n1,5,4.0, 3 \n0,6,3-4,agree\n,NA,3.5,4\n-1,99999999999999999999,7.5,4.00000000000000000001\n")
	res := run(t, j)
	want(t, "responses", table(t, j.Dir, "responses", "item", "value", "response", "raw_answer", "status"), []string{
		"1 WARM 1 1 ok", "2 COLD 5 5 ok", "3 WARM 4 4.0 ok", "4 COLD 3 3 ok",
		"1 WARM . 0 out_of_range", "2 COLD . 6 out_of_range", "3 WARM . 3-4 ambiguous", "4 COLD . agree unparseable",
		"1 WARM . . missing", "2 COLD . NA missing", "3 WARM . 3.5 non_integer", "4 COLD 4 4 ok",
		"1 WARM . -1 out_of_range", "2 COLD . 99999999999999999999 out_of_range", "3 WARM . 7.5 out_of_range", "4 COLD . 4.00000000000000000001 non_integer",
	})
	want(t, "respondents", table(t, j.Dir, "respondents", "replicate", "form", "source_row", "status", "n_answered"), []string{
		"1 unknown 1 complete 4", "2 unknown 2 complete 0", "3 unknown 3 complete 1", "4 unknown 4 complete 0"})
	if res.BadTotal != 9 || len(res.BadCells) != 9 || res.Counts.Responses["ok"] != 5 || res.Counts.Responses["missing"] != 2 {
		t.Errorf("%d bad cells, %d shown, counts %v", res.BadTotal, len(res.BadCells), res.Counts.Responses)
	}
	b := res.BadCells[2]
	if b.Place.Line != 3 || b.Place.Col != 5 || b.Row != 2 || b.Column != "q3" || b.Text != "3-4" || b.Status != "ambiguous" {
		t.Errorf("bad cell %+v", b)
	}
}

// The first 20 bad cells are named, and all are counted.
func TestBadCellsAreCountedBeyondThoseShown(t *testing.T) {
	j := job(t, "q1,q2,q3,q4\n"+strings.Repeat("9,9,9,9\n", 30))
	res := run(t, j)
	if len(res.BadCells) != importer.MaxShown || res.BadTotal != 120 {
		t.Errorf("%d shown of %d, want 20 of 120", len(res.BadCells), res.BadTotal)
	}
}

// A row whose cells are all empty is a respondent without answers.
func TestRowWithoutAnyAnswer(t *testing.T) {
	j := job(t, "q1,q2,q3,q4\n,,,\n1,2,3,4\n")
	res := run(t, j)
	want(t, "conditions", table(t, j.Dir, "conditions", "n_planned", "n_complete", "provider", "simulated"), []string{"2 1 imported false"})
	want(t, "respondents", table(t, j.Dir, "respondents", "status"), []string{"not_run", "complete"})
	if !strings.Contains(strings.Join(res.Warnings, "\n"), "1 of 2 rows have no answer at all") {
		t.Errorf("warnings: %v", res.Warnings)
	}
}

// Rows become conditions, sorted, whatever their order in the file.
func TestFactorsFromColumnsAndConstants(t *testing.T) {
	j := job(t, "Modell;q1;q2;q3;q4;temperature;lang;form;Alter;code\n"+
		"b;1;2;3;4;0,7;de;female;44;007\n"+"a;5;5;5;5;0;en;male;;x\n"+"b;4,0;1;1;1;0.7;de;neutral;61;NA\n"+"b;2;2;2;2;0;de;;18;\n")
	j.Columns["model"], j.Columns["language"] = "Modell", "lang"
	j.Set["prompt"], j.Set["administration"] = "basic", "batch"
	j.Factors = []string{"language"}
	j.Keep = []importer.Keep{{Name: "age", Column: "Alter"}, {Name: "code", Column: "code"}}
	res := run(t, j)
	want(t, "conditions", table(t, j.Dir, "conditions", "model", "prompt", "temperature", "administration", "language", "n_planned"), []string{
		"a basic 0 batch en 1", "b basic 0 batch de 1", "b basic 0.7 batch de 2"})
	want(t, "respondents", table(t, j.Dir, "respondents", "replicate", "form", "age", "code", "source_row"), []string{
		"1 male . x 2", "1 unknown 18 . 4", "1 female 44 007 1", "2 neutral 61 . 3"})
	want(t, "first responses", table(t, j.Dir, "responses", "model", "language", "replicate", "position", "response")[:4], []string{
		"a en 1 1 5", "a en 1 2 5", "a en 1 3 5", "a en 1 4 5"})
	if res.Source.Format != "CSV, semicolon-separated" || res.Factors["model"] != `column "Modell"` || res.Factors["prompt"] != "basic" {
		t.Errorf("format %q, factors %v", res.Source.Format, res.Factors)
	}
	d, err := ingest.Read(j.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(d.Factors, []string{"language"}) || len(d.Variables) != 3 || d.Variable("age").Number == nil || d.Variable("code").Text == nil || d.Simulated != "false" {
		t.Errorf("factors %v, %d variables", d.Factors, len(d.Variables))
	}
}

// A factor that nobody names is unknown, and the title of every table says that
// the temperature is not known.
func TestUnknownFactorsAreSaid(t *testing.T) {
	j := job(t, "q1,q2,q3,q4\n1,2,3,4\n")
	j.Title = "A field study"
	res := run(t, j)
	want(t, "conditions", table(t, j.Dir, "conditions", "model", "prompt", "temperature", "administration"), []string{"unknown unknown . unknown"})
	d, err := ingest.Read(j.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Options.Title; got != "A field study; imported from answers.csv; temperature not stated" {
		t.Errorf("title %q", got)
	}
	if s := strings.Join(res.Warnings, "\n"); !strings.Contains(s, "the temperature is not stated") || !strings.Contains(s, "model, prompt, administration") {
		t.Errorf("warnings: %s", s)
	}
	j.Set["temperature"], j.Set["model"] = "0.70", "m"
	run(t, j)
	want(t, "conditions", table(t, j.Dir, "conditions", "model", "temperature"), []string{"m 0.7"})
}

// Dropped rows are counted by rule, and stand in manifest and options.
func TestDropLeavesOutRowsAndCountsThem(t *testing.T) {
	j := job(t, "pilot,q1,q2,q3,q4\n1,1,1,1,1\n0,2,2,2,2\n1,3,3,3,3\n,4,4,4,4\n")
	j.Drop = []importer.Drop{{Column: "pilot", Value: "1"}, {Column: "pilot", Value: ""}, {Column: "q1", Value: "5"}}
	res := run(t, j)
	want(t, "responses", table(t, j.Dir, "responses", "response"), []string{"2", "2", "2", "2"})
	if got := res.Dropped; got[0].Rows != 2 || got[1].Rows != 1 || got[2].Rows != 0 || res.Source.Rows != 4 || res.Source.Dropped != 3 || res.Respondents != 1 {
		t.Errorf("dropped %+v, source %+v", got, res.Source)
	}
	if !strings.Contains(strings.Join(res.Warnings, "\n"), "--drop q1=5 leaves out no row") {
		t.Errorf("warnings %v", res.Warnings)
	}
	m, err := rt.ReadManifest(j.Dir)
	if err != nil || m.Import == nil || m.Import.Dropped != 3 || m.Import.File != "answers.csv" || m.Import.Options["drop 1"] != "pilot=1" || m.Simulated != "false" {
		t.Errorf("manifest %+v, %v", m, err)
	}
	opts := table(t, j.Dir, "options", "name", "value")
	for _, line := range []string{"import_drop 1 pilot=1", "import_rows_dropped 3", "import_file answers.csv"} {
		if !slices.Contains(opts, line) {
			t.Errorf("options lack %q", line)
		}
	}
}

// The replicate is the source's own where it numbers its rows.
func TestReplicateAndRespondentColumns(t *testing.T) {
	j := job(t, "respondent,replicate,q1,q2,q3,q4\nx7,3,1,1,1,1\nx8,1,2,2,2,2\n")
	run(t, j)
	want(t, "respondents", table(t, j.Dir, "respondents", "replicate", "respondent", "source_row"), []string{"1 x8 2", "3 x7 1"})
}

func TestMissingAndExtraItemColumnsAreReported(t *testing.T) {
	j := job(t, "q1,q2,q4,q5,q04,note\n1,2,4,5,4,hello\n")
	res := run(t, j)
	want(t, "missing", res.MissingItems, []string{"q3"})
	want(t, "extra", res.ExtraItems, []string{"q5"})
	want(t, "ignored", res.Ignored, []string{"q04", "note"})
	want(t, "responses", table(t, j.Dir, "responses", "item", "response", "status"), []string{"1 1 ok", "2 2 ok", "3 . missing", "4 4 ok"})
}

// The same file gives the same bytes, in another place and again in the same.
func TestImportAgainGivesTheSameBytes(t *testing.T) {
	text := "q1,q2,q3,q4,model\n1,2,3,x,b\n1,2,3,4,a\n"
	a, b := job(t, text), job(t, text)
	if !run(t, a).Written || !run(t, b).Written {
		t.Error("nothing was written")
	}
	first := files(t, a.Dir)
	sameFiles(t, first, files(t, b.Dir))
	if len(first) != 10 {
		t.Errorf("%d files, want 8 tables, manifest and codebook", len(first))
	}
	if run(t, a).Written {
		t.Error("written again, although nothing had changed")
	}
	if err := os.Remove(filepath.Join(a.Dir, "items.parquet")); err != nil {
		t.Fatal(err)
	}
	if !run(t, a).Written {
		t.Error("a table was gone, and nothing was written")
	}
	sameFiles(t, first, files(t, a.Dir))
}

// Results of another origin are written over only when that is asked for.
func TestResultsOfAnotherOriginStay(t *testing.T) {
	j := job(t, "q1,q2,q3,q4\n1,2,3,4\n")
	run(t, j)
	other := job(t, "q1,q2,q3,q4\n4,3,2,1\n")
	other.Dir = j.Dir
	before := files(t, j.Dir)
	_, err := importer.Run(other)
	if !errors.Is(err, importer.ErrOrigin) || !strings.Contains(err.Error(), "an import of answers.csv, whose content differs") || !strings.Contains(err.Error(), "--replace") {
		t.Errorf("error %v", err)
	}
	sameFiles(t, before, files(t, j.Dir))
	for _, stale := range []string{"runs.parquet", "analysis/spearman.csv"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(j.Dir, stale)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(j.Dir, stale), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	other.Replace = true
	run(t, other)
	want(t, "responses", table(t, j.Dir, "responses", "response"), []string{"4", "3", "2", "1"})
	for _, stale := range []string{"runs.parquet", "analysis"} {
		if _, err := os.Stat(filepath.Join(j.Dir, stale)); err == nil {
			t.Errorf("%s of the results before is still there", stale)
		}
	}

	collected := job(t, "q1,q2,q3,q4\n1,2,3,4\n")
	if err := os.MkdirAll(collected.Dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(collected.Dir, "manifest.json"), []byte(`{"experiment": "paper"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := importer.Run(collected); !errors.Is(err, importer.ErrOrigin) || !strings.Contains(err.Error(), `the experiment "paper", collected`) {
		t.Errorf("error %v", err)
	}
}
