package cli

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/runner/internal/importer"
)

// showImport prints what an import did: the gist on stdout, what a reader of
// the tables must know on stderr.
func (a *app) showImport(res *importer.Result) {
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "import": res, "results": shown(res.Dir)})
		return
	}
	for _, w := range res.Warnings {
		prose(a.stderr, "warning: "+w)
	}
	a.showBadCells(res)
	a.showGist(res)
}

// showBadCells names the cells that hold no answer, the first of them one by
// one.
func (a *app) showBadCells(res *importer.Result) {
	if res.BadTotal == 0 {
		return
	}
	for _, b := range res.BadCells {
		b.Place.File = shown(b.Place.File)
		fmt.Fprintf(a.stderr, "%s: row %d, column %s: %q is %s (%s)\n", b.Place, b.Row, importer.Printable(b.Column), b.Text, b.Why, b.Status)
	}
	of := ""
	if res.BadTotal > len(res.BadCells) {
		of = fmt.Sprintf("; the first %d are shown, responses.parquet has all", len(res.BadCells))
	}
	fmt.Fprintf(a.stderr, "%s no answer: stored without a response, with what they hold and a status%s\n", cellsHold(res.BadTotal), of)
}

func cellsHold(n int) string {
	if n == 1 {
		return "1 cell holds"
	}
	return count(n, "cell") + " hold"
}

func (a *app) showGist(res *importer.Result) {
	line := func(head, format string, args ...any) {
		if head != "" {
			head += ":"
		}
		fmt.Fprintf(a.stdout, "%-15s %s\n", head, importer.Printable(fmt.Sprintf(format, args...)))
	}
	line("source", "%s (%s), %s", res.Source.File, res.Source.Format, count(res.Source.Rows, "row"))
	for _, d := range res.Dropped {
		line("dropped", "%s with %s=%s", count(d.Rows, "row"), d.Column, d.Value)
	}
	line("instrument", "%s, %s", res.Instrument.Name, count(res.Items, "item column"))
	if res.Instrument.Notice != "" {
		line("", "%s", res.Instrument.Notice)
	}
	for _, f := range sortedFactors(res.Factors) {
		line(f, "%s", res.Factors[f])
	}
	if len(res.Kept) > 0 {
		line("kept", "%s", some(res.Kept))
	}
	if len(res.Ignored) > 0 {
		line("not kept", "%s", some(res.Ignored))
	}
	line("respondents", "%s in %s", num(res.Respondents), count(res.Conditions, "condition"))
	var parts []string
	for _, s := range sortedKeys(res.Counts.Responses) {
		parts = append(parts, num(res.Counts.Responses[s])+" "+s)
	}
	line("answers", "%s", strings.Join(parts, ", "))
	state := "unchanged"
	if res.Written {
		state = "written"
	}
	line("tables", "%s/*.parquet (%s)", shown(res.Dir), state)
	line("next", "runner analyze %s", shown(res.Dir))
}

// sortedFactors lists the four factors first, then further ones, then form.
func sortedFactors(m map[string]string) []string {
	order := []string{"model", "prompt", "temperature", "administration"}
	rank := func(f string) int {
		if i := slices.Index(order, f); i >= 0 {
			return i
		}
		if f == "form" {
			return len(order) + 1
		}
		return len(order)
	}
	var out []string
	for f := range m {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b string) int {
		if rank(a) != rank(b) {
			return rank(a) - rank(b)
		}
		return strings.Compare(a, b)
	})
	return out
}

// some lists names, cutting a long list short.
func some(names []string) string {
	if len(names) > 12 {
		return strings.Join(names[:10], ", ") + fmt.Sprintf(" and %d more", len(names)-10)
	}
	return strings.Join(names, ", ")
}
