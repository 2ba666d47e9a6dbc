package ingest_test

import (
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/tabular"
	"github.com/google/go-cmp/cmp"
)

// writeReplies writes completions.parquet with these rows: respondent, purpose,
// attempt, status, model asked for, model served, fingerprint.
func writeReplies(t *testing.T, dir string, rows ...[]any) {
	t.Helper()
	schema := tabular.Schema{Name: "completions", Columns: []tabular.Column{
		{Name: "respondent_id", Type: tabular.String, Nullable: true}, {Name: "purpose", Type: tabular.String}, {Name: "attempt", Type: tabular.Int32},
		{Name: "status", Type: tabular.String}, {Name: "model_requested", Type: tabular.String}, {Name: "model_served", Type: tabular.String, Nullable: true}, {Name: "system_fingerprint", Type: tabular.String, Nullable: true}}}
	w, err := tabular.Create(filepath.Join(dir, "completions.parquet"), schema, map[string]string{"table_version": ingest.TableVersion})
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

// twoConditions is a directory with two conditions of two sessions.
func twoConditions(t *testing.T) (string, *ingest.Data) {
	t.Helper()
	s := ingesttest.PVQ()
	for _, prompt := range []string{"p", "q"} {
		s.Conditions = append(s.Conditions, ingesttest.Condition{Model: "m", Prompt: prompt, Administration: "batch", N: 2, Answer: func(r int, a []int16) {
			ingesttest.Constant(3)(r, a)
			if r == 1 {
				a[0], a[5], a[6] = -int16(ingest.Refusal), -int16(ingest.Refusal), 0
			}
		}})
	}
	dir := t.TempDir()
	ingesttest.Write(t, dir, s)
	d, err := ingest.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, d
}

func TestRepliesAreCountedByCondition(t *testing.T) {
	dir, d := twoConditions(t)
	if got, err := ingest.ReadReplies(d); got != nil || err != nil {
		t.Errorf("without completions: %v, %v", got, err)
	}
	writeReplies(t, dir,
		[]any{nil, "persona", 0, "ok", "m", "m-1", "f"},
		[]any{"c0000r000000", "answer", 0, "refusal", "m", "m-1", "f"},
		[]any{"c0000r000000", "answer", 1, "truncated", "m", "m-1", "g"},
		[]any{"c0000r000000", "answer", 2, "ok", "m", "m-2", "g"},
		[]any{"c0001r000001", "answer", 0, "ok", "m", nil, nil})
	got, err := ingest.ReadReplies(d)
	if err != nil {
		t.Fatal(err)
	}
	want := []ingest.Replies{
		{Completions: 3, ReAsked: 1, ReAsks: 2, Refused: 1, Truncated: 1, By: map[ingest.Answerer]int{{"m", "m-1", "f"}: 1, {"m", "m-1", "g"}: 1, {"m", "m-2", "g"}: 1}},
		{Completions: 1, By: map[ingest.Answerer]int{{"m", "", ""}: 1}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if m, f := got[0].Models(), got[0].Fingerprints(); !cmp.Equal(m, map[string]int{"m-1": 2, "m-2": 1}) || !cmp.Equal(f, map[string]int{"f": 1, "g": 2}) {
		t.Errorf("models %v, fingerprints %v", m, f)
	}
	writeReplies(t, dir, []any{"stranger", "answer", 0, "ok", "m", "m", nil})
	if _, err := ingest.ReadReplies(d); err == nil || !strings.Contains(err.Error(), `row 1, column respondent_id: "stranger" is not in respondents.parquet`) {
		t.Errorf("a respondent of no condition: %v", err)
	}
}

// A snapshot of the alias that was asked for is what was asked for; another
// model is not.
func TestExpectedModels(t *testing.T) {
	for _, c := range []struct {
		requested, served string
		want              bool
	}{
		{"gpt-4o", "gpt-4o-2024-08-06", true},
		{"gpt-4", "gpt-4-0314", true},
		{"claude-3-5-sonnet", "claude-3-5-sonnet-20241022", true},
		{"claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022", true},
		{"gemini-1.0-pro", "models/gemini-1.0-pro-001", true},
		{"models/gemini-1.0-pro", "gemini-1.0-pro", true},
		{"meta-llama/Llama-3.1-8B-Instruct", "meta-llama/llama-3.1-8b-instruct", true},
		{"llama3.1:8b", "llama3.1:8b", true},
		{"gpt-4o", "", true},
		{"llama3.1", "llama3.1:latest", true},
		{"gpt-4o", "simulated:gpt-4o", true},
		{"gpt-4o", "gpt-4o-mini", false},
		{"gpt-4o", "gpt-4o-mini-2024-07-18", false},
		{"gpt-4", "gpt-4o-2024-08-06", false},
		{"gpt-4o-2024-05-13", "gpt-4o-2024-08-06", false},
		{"llama-3.1-8b", "llama-3.1-70b", false},
		{"gpt-4o", "gpt-4", false},
	} {
		if got := (ingest.Answerer{Requested: c.requested, Served: c.served}).Expected(); got != c.want {
			t.Errorf("asked for %s, served %s: %v, want %v", c.requested, c.served, got, c.want)
		}
	}
}

func TestSessionsAreCountedByStatus(t *testing.T) {
	_, d := twoConditions(t)
	for _, c := range d.Conditions {
		if c.Sessions[ingest.OK] != 2 || c.Sessions[ingest.Refusal] != 1 || c.Statuses[ingest.Refusal] != 2 || c.Sessions[ingest.Missing] != 1 || c.Sessions[ingest.Failed] != 0 {
			t.Errorf("%s: sessions %v, answers %v", c.Prompt, c.Sessions, c.Statuses)
		}
	}
}

func TestOptionsOfTheBootstrap(t *testing.T) {
	o := ingest.Defaults()
	if o.Bootstrap != 1000 || !cmp.Equal(o.StrataColumns(), []string{"anchor_value", "ethnic_group"}) {
		t.Errorf("defaults: %d, %v", o.Bootstrap, o.StrataColumns())
	}
	for _, test := range []struct {
		name, value string
		want        []string
	}{
		{"anchor_column", "anchor", []string{"anchor", "ethnic_group"}},
		{"strata", "age, region ,", []string{"age", "region"}},
		{"strata", "none", nil},
		{"strata", "", []string{"anchor", "ethnic_group"}},
	} {
		if err := o.Set(test.name, test.value); err != nil || !cmp.Equal(o.StrataColumns(), test.want) {
			t.Errorf("%s %q: %v, %v", test.name, test.value, o.StrataColumns(), err)
		}
	}
	for value, want := range map[string]string{
		"0": "", "40": "", "39": "bootstrap: 39 resamples do not give a 95 % interval; use 40 or more, or 0 for none",
		"many": `bootstrap: "many" is not a whole number from 0 to 1000000`,
	} {
		got := ""
		if err := o.Set("bootstrap", value); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("bootstrap %q: %q, want %q", value, got, want)
		}
	}
	if err := o.Set("bootstrap_seed", "7"); err != nil || o.BootstrapSeed != 7 {
		t.Errorf("bootstrap_seed: %v, %v", o.BootstrapSeed, err)
	}
	if err := o.Set("bootstrap_seed", "-1"); err == nil || err.Error() != `bootstrap_seed: "-1" is not a whole number from 0` {
		t.Errorf("bootstrap_seed -1: %v", err)
	}
}
