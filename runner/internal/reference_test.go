package internal_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/analysis/report"
	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/cli"
	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
)

var update = flag.Bool("update", false, "rewrite docs/reference")

// TestReferencePages holds docs/reference to the code it is made from.
func TestReferencePages(t *testing.T) {
	for name, render := range map[string]func(*testing.T) []byte{
		"tables.md": tablesPage, "commands.md": commandsPage, "schema.md": schemaPage,
	} {
		t.Run(name, func(t *testing.T) {
			path, want := filepath.Join("..", "..", "docs", "reference", name), render(t)
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, want, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(got), string(want)); diff != "" {
				t.Errorf("docs/reference/%s is stale (- page, + code):\n%s\nmend: go test ./runner/internal -update", name, diff)
			}
		})
	}
}

const generated = "\n*Made from the code: do not edit. `go test ./runner/internal -update` makes it again.*\n"

// tablesPage lists every table and column, as an experiment with the variables
// of the quickstart has them.
func tablesPage(t *testing.T) []byte {
	exp, problems := schema.Load(filepath.Join("..", "..", "experiments", "quickstart"))
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	var b bytes.Buffer
	b.WriteString(tablesIntro + generated)
	codebook(t, &b, "## Collected answers: `results/<experiment>/`", table.Schemas(exp))
	codebook(t, &b, "## Analysis: `results/<experiment>/analysis/`", report.Schemas(nil))
	return b.Bytes()
}

const tablesIntro = `# Tables

What stands in the Parquet files of ` + "`results/<experiment>/`" + `. The same text, with the columns of your experiment, is in ` + "`codebook.md`" + ` beside the tables.

* Missing is null, never NaN, 0 or an empty text. A column beside it (` + "`status`" + `, ` + "`na_reason`" + `) says why.
* Ids and keys are hexadecimal text. Tables are joined by ` + "`condition_id`" + ` and ` + "`respondent_id`" + `.
* Rows are sorted by model, prompt, temperature, administration, further factors, replicate, position. Levels are sorted by name, temperatures by value.
* A further factor of an experiment is one more column, after ` + "`administration`" + `, in every table that has that column.
* The declared variables shown for ` + "`respondents`" + ` are those of the quickstart; yours are named as you named them. A circle of the instrument is a column ` + "`circle_<name>`" + ` of ` + "`values`" + `, and each form of a wording a column ` + "`text_<wording>_<form>`" + ` of ` + "`items`" + `.
* ` + "`response`" + ` is the answer as given, on the scale as shown. Turn it back (` + "`scale_min + scale_max - response`" + `) where ` + "`scale_reversed`" + ` is true, and where the item is reverse-keyed; both together cancel out.
* The metadata of each file has ` + "`table_version`, `design_hash`, `instrument_hash` and `simulated`" + `.
`

func codebook(t *testing.T, b *bytes.Buffer, title string, schemas []tabular.Schema) {
	t.Helper()
	fmt.Fprintf(b, "\n%s\n", title)
	var page bytes.Buffer
	if err := tabular.Codebook(&page, "", schemas...); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(page.String(), "\n")
	b.WriteString(strings.ReplaceAll(rest, "\n## ", "\n### "))
}

// commandsPage is the help of every command, as the program prints it.
func commandsPage(t *testing.T) []byte {
	var b bytes.Buffer
	b.WriteString("# Commands\n\nWhat `runner` and its commands print with `--help`. Results go to standard output, progress and messages to standard error; `--json` prints one document.\nExit codes are in [README.md](../../README.md#exit-codes).\n" + generated)
	seen := 0
	var visit func(path []string)
	visit = func(path []string) {
		help := helpOf(t, path)
		fmt.Fprintf(&b, "\n## runner %s\n\n```\n%s```\n", strings.Join(path, " "), help)
		seen++
		for _, sub := range subcommands(help) {
			visit(append(path[:len(path):len(path)], sub))
		}
	}
	visit(nil)
	if seen < 7 {
		t.Errorf("found %d commands", seen)
	}
	return bytes.ReplaceAll(b.Bytes(), []byte("## runner \n"), []byte("## runner\n"))
}

func helpOf(t *testing.T, path []string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := cli.Main(append(path[:len(path):len(path)], "--help"), &out, &errs); code != 0 || errs.Len() > 0 {
		t.Fatalf("runner %v --help: exit %d, %s", path, code, &errs)
	}
	return out.String()
}

var commandRow = regexp.MustCompile(`^  (?:runner )?(?:\S+ )*?([a-z]+) {2,}\S`)

// subcommands reads the names below "Available Commands:".
func subcommands(help string) []string {
	_, rest, ok := strings.Cut(help, "Available Commands:\n")
	if !ok {
		return nil
	}
	var names []string
	for line := range strings.Lines(rest) {
		m := commandRow.FindStringSubmatch(line)
		if m == nil {
			break
		}
		if m[1] != "help" {
			names = append(names, m[1])
		}
	}
	return names
}

// schemaPage lists definitions and fields with their comments.
func schemaPage(t *testing.T) []byte {
	defs, err := schema.Definitions()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString(schemaIntro + generated)
	for _, d := range defs {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", d.Name, d.Doc)
		if d.Type != "" {
			fmt.Fprintf(&b, "\n    %s\n", d.Type)
			continue
		}
		for _, e := range d.Embeds {
			fmt.Fprintf(&b, "\nIt has the fields of %s too.\n", e)
		}
		b.WriteString("\n| field | type | meaning |\n|---|---|---|\n")
		for _, f := range d.Fields {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s |\n", strings.ReplaceAll(f.Path, "|", `\|`), strings.ReplaceAll(f.Type, "|", `\|`),
				tabular.MarkdownCell(strings.ReplaceAll(f.Doc, "\n", " ")))
		}
	}
	return b.Bytes()
}

const schemaIntro = `# Schema

What may stand in an experiment. ` + "`import \"circumplex.example/schema\"`" + ` gives these definitions; an editor with CUE support shows the same comments, and ` + "`runner schema`" + ` prints them.

` + "`field!`" + ` must be there, ` + "`field?`" + ` may be, and a type with ` + "`*`" + ` names its default. ` + "`[...]`" + ` as a field stands for any name.
Checks that span fields (placeholders, draws, ` + "`where`" + `, levels that would send the same request) are made by ` + "`runner validate`" + `; stock ` + "`cue vet`" + ` makes the others.
`

// A factor is a column of the analysis's tables, so their other columns are no names
// for one.
func TestNoFactorIsNamedLikeAColumnOfTheAnalysis(t *testing.T) {
	listed := map[string]bool{}
	for _, name := range schema.AnalysisColumns() {
		listed[name] = false
	}
	inAll := []string{"model", "prompt", "temperature", "administration", "condition_id", "respondent_id", "replicate", "value", "item",
		"simulated", "n_planned", "n_complete"} // the factors, and what the schema reserves as columns of the collected tables
	for _, s := range report.Schemas(nil) {
		for _, c := range s.Columns {
			if _, ok := listed[c.Name]; ok {
				listed[c.Name] = true
			} else if !slices.Contains(inAll, c.Name) {
				t.Errorf("table %s has a column %q, which a factor may be named like: add it to schema/columns.go", s.Name, c.Name)
			}
		}
	}
	for name, used := range listed {
		if !used || !schema.AnalysisColumn(name) {
			t.Errorf("schema/columns.go lists %q, which no table has or which is not in its order", name)
		}
	}
}
