package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema/diag"
)

// printPlan renders a plan for people, within 80 columns where names are short.
func (a *app) printPlan(o *opened, p *plan.Plan) {
	w := a.stdout
	in := o.exp.Instrument
	fmt.Fprintf(w, "%s: %s in %s, %s of %s\n", o.exp.Name, count(p.Total.Sessions, "session"), count(p.Total.Cells, "cell"), count(len(in.Items), "item"), in.Name)
	if in.Notice != "" {
		prose(w, in.Name+": "+in.Notice)
	}
	switch o.info.Simulated {
	case "true":
		fmt.Fprintln(w, "simulated: no model is asked and nothing is paid")
	case "mixed":
		fmt.Fprintln(w, "some models are simulated: nobody is asked in their place")
	}
	fmt.Fprintln(w)
	t := newTable(2)
	t.AppendHeader(table.Row{"factor", "level", "cells", "sessions", "wanted", "stored", "to make"})
	factor := ""
	for _, l := range p.Levels {
		name := l.Factor
		if name == factor {
			name = ""
		} else if factor != "" {
			t.AppendSeparator()
		}
		factor = l.Factor
		t.AppendRow(table.Row{name, l.Level, num(l.Cells), num(l.Sessions), num(l.Wanted), num(l.Stored), num(l.Make)})
	}
	t.AppendSeparator()
	t.AppendRow(table.Row{"all", "", num(p.Total.Cells), num(p.Total.Sessions), num(p.Total.Wanted), num(p.Total.Stored), num(p.Total.Make)})
	printTrimmed(w, t.Render())
	fmt.Fprintln(w)
	a.printPlanNotes(o, p)
}

func (a *app) printPlanNotes(o *opened, p *plan.Plan) {
	w := a.stdout
	if p.Personas.Wanted > 0 {
		fmt.Fprintf(w, "personas:  %s of %s generated; they are counted with their model and prompt\n", num(p.Personas.Stored), num(p.Personas.Wanted))
	}
	if p.Total.PersonaFailed > 0 {
		fmt.Fprintf(w, "not asked: %s, whose persona could not be generated\n", count(p.Total.PersonaFailed, "session"))
	}
	if !p.Oldest.IsZero() {
		fmt.Fprintf(w, "stored:    %s, made from %s to %s\n", num(p.Total.Stored), p.Oldest.Format("2006-01-02 15:04"), p.Newest.Format("2006-01-02 15:04 MST"))
	}
	printSimulated(w, p)
	if p.Total.Make == 0 {
		fmt.Fprintln(w, "to make:   nothing")
	} else {
		fmt.Fprintf(w, "to make:   %s\n", count(p.Total.Make, "completion"))
		if p.Total.Unknown > 0 {
			fmt.Fprintf(w, "           %s not known yet, following from replies to come\n", areOf(p.Total.Unknown))
		}
		if o.exp.Reask > 0 {
			fmt.Fprintf(w, "           and up to %d more for each reply that cannot be read (on_invalid)\n", o.exp.Reask)
		}
		fmt.Fprintf(w, "tokens:    about %s sent, %s received\n", short(p.Total.PromptTokens), short(p.Total.CompletionTokens))
	}
	a.printCost(w, o, p)
	for _, s := range a.storeLines(o) {
		fmt.Fprintln(w, s)
	}
}

// printSimulated tells models whose stored replies are of a simulated server: they
// stand in the model's place, and the model is not asked for them.
func printSimulated(w io.Writer, p *plan.Plan) {
	for _, name := range slices.Sorted(maps.Keys(p.Simulated)) {
		fmt.Fprintf(w, "simulated: model %s itself did not write %s of those stored\n", plain(name), num(p.Simulated[name]))
		fmt.Fprintln(w, "    why:   runner simulate  answered in its place, and they count as the model's\n    mend:  to ask the model, give it another  identity, or use another  --store DIR")
	}
}

// columns is the width that text for people is broken at.
const columns = 78

// prose prints a sentence that may be long, broken at words.
func prose(w io.Writer, s string) {
	printTrimmed(w, text.WrapSoft(s, columns))
}

// printTrimmed prints lines without the blanks at their ends that fill a table
// or a wrapped text up.
func printTrimmed(w io.Writer, s string) {
	for _, line := range strings.Split(s, "\n") {
		fmt.Fprintln(w, strings.TrimRight(line, " "))
	}
}

// storeLines say where completions and results lie.
func (a *app) storeLines(o *opened) []string {
	var out []string
	seen := map[string]bool{}
	for _, or := range append(o.answers, o.generations...) {
		path := o.paths.Real
		if or.Provider == session.Simulated {
			path = o.paths.Simulated
		}
		if !seen[path] {
			seen[path] = true
			out = append(out, "store:     "+path)
		}
	}
	return append(out, "results:   "+shown(o.results))
}

func areOf(n int) string {
	if n == 1 {
		return "1 of them is"
	}
	return num(n) + " of them are"
}

// newTable is a table for the terminal: no frame, numbers to the right of the
// first columns, which are names.
func newTable(names int) table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateColumns: false, SeparateHeader: true, DrawBorder: false}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)
	var right []table.ColumnConfig
	for i := names + 1; i <= 16; i++ {
		right = append(right, table.ColumnConfig{Number: i, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(right)
	return t
}

// num renders a number with thousands separated.
func num(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// count renders a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	switch {
	case strings.HasSuffix(noun, "s"):
		noun += "e"
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ie"
	}
	return num(n) + " " + noun + "s"
}

// short renders a large number to two figures or so.
func short(n int64) string {
	switch {
	case n >= 1_000_000_000:
		return fmt.Sprintf("%.1f billion", float64(n)/1e9)
	case n >= 1_000_000:
		return fmt.Sprintf("%.1f million", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%d,000", (n+500)/1000)
	}
	return num(int(n))
}

func shownPlace(p diag.Place) string {
	if wd, err := os.Getwd(); err == nil {
		p = p.Relative(wd)
	}
	return p.String()
}
