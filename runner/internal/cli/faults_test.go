package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/cli"
)

const experiments = "../../../experiments"

// apply applies an experiment into a new directory and returns where its tables
// are.
func apply(t *testing.T, dir string, args ...string) string {
	t.Helper()
	tmp := t.TempDir()
	args = append([]string{"apply", dir, "--store", filepath.Join(tmp, "store"), "--results", filepath.Join(tmp, "results")}, args...)
	var stdout, stderr bytes.Buffer
	if code := cli.Main(args, &stdout, &stderr); code != 0 {
		t.Fatalf("runner %s: exit %d\n%s%s", strings.Join(args, " "), code, stdout.String(), stderr.String())
	}
	found, err := filepath.Glob(filepath.Join(tmp, "results", "*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("results: %v, %v; want one directory", found, err)
	}
	return found[0]
}

// slow skips a test that CI runs in a section of its own: go test ./... is to take
// minutes, not many.
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("RUN_SLOW") == "" {
		t.Skip("slow: RUN_SLOW=1 go test ./runner/internal/cli")
	}
}

// table holds the columns of one Parquet table that a test asks for.
type table struct {
	t    *testing.T
	open *tabular.Table
}

func openTable(t *testing.T, dir, name string) table {
	t.Helper()
	open, err := tabular.Open(filepath.Join(dir, name+".parquet"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { open.Close() })
	return table{t, open}
}

func (tb table) strings(column string) []string {
	tb.t.Helper()
	c, err := tb.open.Strings(column)
	if err != nil {
		tb.t.Fatal(err)
	}
	out := make([]string, len(c.Codes))
	for i := range out {
		out[i] = c.At(i)
	}
	return out
}

func (tb table) floats(column string) []float64 {
	tb.t.Helper()
	c, err := tb.open.Float64s(column)
	if err != nil {
		tb.t.Fatal(err)
	}
	return c.Values
}

// counts counts the combinations of columns, joined by blanks.
func (tb table) counts(columns ...string) map[string]int {
	tb.t.Helper()
	out := map[string]int{}
	all := make([][]string, len(columns))
	for i, c := range columns {
		all[i] = tb.strings(c)
	}
	for row := range tb.open.NumRows {
		words := make([]string, len(columns))
		for i := range columns {
			words[i] = all[i][row]
		}
		out[strings.Join(words, " ")]++
	}
	return out
}

// Every experiment under experiments/ is loaded, planned and applied with
// simulated answers. Of the paper's design the first two respondents of each cell do.
func TestEveryExperimentAppliesSimulated(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(experiments, "*", "experiment.cue"))
	if err != nil || len(files) < 3 {
		t.Fatalf("experiments: %v, %v", files, err)
	}
	checks := map[string]func(t *testing.T, dir string){
		"faults": checkFaults, "quickstart": checkQuickstart, "quickstart-local": checkQuickstartLocal,
		"paper":               func(t *testing.T, dir string) { checkPaperBegun(t, dir, 76) },
		"paper-current":       func(t *testing.T, dir string) { checkBegun(t, dir, 96) },
		"vary_administration": checkVaryAdministration, "vary_instrument": checkVaryInstrument, "vary_item_order": checkVaryItemOrder, "vary_language": checkVaryLanguage,
		"vary_persona_list": checkVaryPersonaList, "vary_prompt_wording": checkVaryPromptWording, "vary_scale_direction": checkVaryScaleDirection,
		"vary_system_prompt": checkVarySystemPrompt}
	for _, f := range files {
		dir := filepath.Dir(f)
		name := filepath.Base(dir)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && name != "quickstart" {
				t.Skip("one experiment will do in -short")
			}
			if name == "faults" || name == "paper" {
				slow(t)
			}
			var args []string
			if strings.HasPrefix(name, "paper") {
				args = []string{"--first", "2", "--simulate"}
				if name == "paper-current" { // the analysis is that of paper
					args = append(args, "--no-analysis")
				}
			} else if name == "quickstart-local" {
				args = []string{"--simulate"}
			}
			results := apply(t, dir, args...)
			// An example of beyond the paper uses an instrument without a circle.
			structure := "analysis/tables/table1_ssd.md"
			if strings.HasPrefix(name, "vary_") {
				structure = "analysis/tables/correlations.md"
			}
			files := []string{"manifest.json", "codebook.md", "runs.parquet"}
			if name != "paper-current" {
				files = append(files, "analysis/manifest.json", structure)
			}
			for _, file := range files {
				if _, err := os.Stat(filepath.Join(results, file)); err != nil {
					t.Error(err)
				}
			}
			if check := checks[name]; check != nil {
				check(t, results)
			}
		})
	}
}

// Two respondents a cell: all cells have answers, none enough for a
// correlation, and the rest of the design is there as not_run.
func checkPaperBegun(t *testing.T, dir string, cells int) {
	t.Helper()
	checkBegun(t, dir, cells)
	reasons := openTable(t, dir, "analysis/fit").counts("na_reason")
	if reasons["correlations need 3 sessions, 2 can be used"] != cells {
		t.Errorf("reasons of the fits: got %v", reasons)
	}
}

func checkBegun(t *testing.T, dir string, cells int) {
	t.Helper()
	got := openTable(t, dir, "respondents").counts("status")
	if got["complete"] != 2*cells || got["not_run"] != 298*cells || len(got) != 2 {
		t.Errorf("respondents: got %v, want %d complete and %d not_run", got, 2*cells, 298*cells)
	}
}

// Both kinds of server have their cells, and every answer is read.
func checkQuickstartLocal(t *testing.T, dir string) {
	got := openTable(t, dir, "responses").counts("model", "status")
	if got["ollama ok"] != 18*57 || got["server ok"] != 18*57 || len(got) != 2 {
		t.Errorf("responses: got %v, want 1,026 ok of each model", got)
	}
}

// A newcomer's first tables show what a good run looks like: every answer read,
// every session used, no cell NA.
func checkQuickstart(t *testing.T, dir string) {
	if got := openTable(t, dir, "responses").counts("status"); got["ok"] != 2200*57 || len(got) != 1 {
		t.Errorf("responses: got %v, want 125,400 ok", got)
	}
	for _, name := range []string{"scores", "value_summary", "correlations", "mds", "fit", "anchor_curve", "sensitivity", "intervals", "differences", "split_half"} {
		tb := openTable(t, dir, "analysis/"+name)
		for _, column := range []string{"na_reason", "rho_na_reason", "alpha_na_reason"} {
			if !tb.open.Has(column) {
				continue
			}
			for reason, n := range tb.counts(column) {
				if reason != "" {
					t.Errorf("%s: %d rows with %s %q", name, n, column, reason)
				}
			}
		}
	}
	pages, err := filepath.Glob(filepath.Join(dir, "analysis", "tables", "*.md"))
	if err != nil || len(pages) < 7 {
		t.Fatalf("tables: %v, %v", pages, err)
	}
	for _, p := range pages {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, reason := range footnotes(string(b)) {
			t.Errorf("%s has an NA cell: %s", filepath.Base(p), reason)
		}
	}
}

// footnotes are the reasons of a table's NA cells.
func footnotes(page string) []string {
	_, rest, _ := strings.Cut(page, "\nNot available (NA):\n")
	rest, _, _ = strings.Cut(rest, "\nNotes:\n")
	var out []string
	for line := range strings.SplitSeq(rest, "\n") {
		if _, reason, ok := strings.Cut(line, "] "); ok {
			out = append(out, reason)
		}
	}
	if len(out) == 0 && strings.Contains(page, "NA [") {
		out = append(out, "a cell without a reason")
	}
	return out
}

// faultStatuses is what each model of experiments/faults brings about, by
// administration: exactly these statuses beside ok.
var faultStatuses = map[string]string{
	"well_formed batch":           "",
	"refuses batch":               "refusal",
	"refuses sequential":          "refusal",
	"refuses_nearly_always batch": "refusal",
	"refuses_always batch":        "refusal",
	"refuses_personas batch":      "persona_failed",
	"says_nothing batch":          "persona_failed refusal",
	"says_nothing sequential":     "refusal",
	"breaks_off batch":            "truncated",
	"breaks_off sequential":       "truncated",
	"cut_short batch":             "truncated",
	"stops_at_once batch":         "empty missing",
	"announces_only batch":        "unparseable",
	"skips batch":                 "missing",
	"skips sequential":            "refusal", // "I would rather not answer this one."
	"off_the_scale batch":         "out_of_range",
	"off_the_scale isolated":      "out_of_range",
	"between_points batch":        "ambiguous non_integer",
	"between_points sequential":   "ambiguous non_integer",
	"answers_twice batch":         "duplicate",
	"answers_twice sequential":    "duplicate",
	"miscounts batch":             "ambiguous",
	"counts_from_zero batch":      "",
	"other_layouts batch":         "",
	"other_layouts sequential":    "",
	"near_constant batch":         "",
	"constant_humility batch":     "",
}

// notSimulated are the statuses that need a provider that fails, or a run that
// was cut short.
var notSimulated = []string{"not_run", "failed"}

// faultReasons are the reasons for a missing number that have to occur, by
// table and column.
var faultReasons = map[string][]string{
	"scores na_reason": {
		"session left out: no answer", "session left out: too few answers", "session left out: no item of value ",
	},
	"value_summary na_reason":       {"no session can be used (40 planned)"},
	"value_summary alpha_na_reason": {"the sum of the items has no variance", "alpha needs at least two sessions for each pair of items"},
	"correlations na_reason":        {"no variance in value HUM"},
	"fit na_reason": {
		"no variance in value HUM", "no variance in values ",
		"correlations need 3 sessions, 0 can be used", "correlations need 3 sessions, 1 can be used",
	},
	"fit rho_na_reason":      {"no session can be used (40 planned)"},
	"mds na_reason":          {"no variance in value HUM", "correlations need 3 sessions, 0 can be used"},
	"sensitivity na_reason":  {"no variance in value HUM", "correlations need 3 sessions, 0 can be used"},
	"anchor_curve na_reason": {"no session used has this anchor", "no session has an anchor on the circle"},
}

// Every status that needs no network occurs, where the quirk says so and
// nowhere else; every rule by which a number is left out leaves one out.
func checkFaults(t *testing.T, dir string) {
	tb := openTable(t, dir, "responses")
	met := map[string][]string{}
	for k := range tb.counts("model", "administration", "status") {
		i := strings.LastIndexByte(k, ' ')
		met[k[:i]] = append(met[k[:i]], k[i+1:])
	}
	for where, statuses := range met {
		want, ok := faultStatuses[where]
		if !ok {
			continue
		}
		slices.Sort(statuses)
		got := strings.Join(slices.DeleteFunc(statuses, func(s string) bool { return s == "ok" }), " ")
		if got != want {
			t.Errorf("%s: statuses %q, want %q", where, got, want)
		}
	}
	for where := range faultStatuses {
		if met[where] == nil {
			t.Errorf("%s: no responses", where)
		}
	}
	all := tb.counts("status")
	for _, s := range []string{"ok", "persona_failed", "refusal", "unparseable", "missing", "out_of_range", "non_integer", "ambiguous", "duplicate", "truncated", "empty"} {
		if all[s] == 0 {
			t.Errorf("no response has status %s", s)
		}
	}
	for _, s := range notSimulated {
		if all[s] != 0 {
			t.Errorf("%d responses have status %s", all[s], s)
		}
	}
	for where, reasons := range faultReasons {
		name, column, _ := strings.Cut(where, " ")
		got := openTable(t, dir, "analysis/"+name).counts(column)
		for _, reason := range reasons {
			found := false
			for g := range got {
				found = found || strings.HasPrefix(g, reason)
			}
			if !found {
				t.Errorf("%s: no row with %q; got %v", where, reason, got)
			}
		}
	}
}
