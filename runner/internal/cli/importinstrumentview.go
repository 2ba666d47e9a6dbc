package cli

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
)

// instrumentWritten is where an imported instrument went.
type instrumentWritten struct {
	path, ignored, into, name string
	key                       *schema.Instrument
	have                      *schema.Declared
	exp                       *schema.Experiment // nil if it does not load
}

// showInstrument prints what an import did: the gist on stdout, what its user
// must know on stderr.
func (a *app) showInstrument(res *importer.InstrumentResult, w instrumentWritten) {
	notes := append(slices.Clone(res.Notes), w.notes(res)...)
	next := "write  instrument: " + w.name + "  in the experiment"
	if at := w.have.Instrument; at.Line > 0 {
		next = "in " + w.have.Shown(at) + " write  instrument: " + w.name
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "import": res, "file": w.path, "gitignore": w.ignored, "notes": notes, "next": next})
		return
	}
	for _, n := range notes {
		prose(a.stderr, "note: "+importer.Printable(n))
	}
	line := func(head, format string, args ...any) {
		fmt.Fprintf(a.stdout, "%-11s %s\n", head, importer.Printable(fmt.Sprintf(format, args...)))
	}
	in := res.Instrument
	line("source:", "%s (%s), %s", res.File, res.Format, count(res.Rows, "row"))
	line("columns:", "%s", columnsTaken(res))
	if len(res.Ignored) > 0 {
		line("not taken:", "%s", some(res.Ignored))
	}
	line("items:", "%s", itemsByValue(in))
	line("scale:", "%d to %d, %s", in.Min, in.Max, labelsOf(in))
	line("forms:", "%s", strings.Join(res.Forms, ", "))
	if res.Cleaned > 0 {
		line("cleaned:", "%s", count(res.Cleaned, "cell"))
	}
	line("written:", "%s", shown(w.path))
	if w.ignored != "" {
		line("not in git:", "%s", shown(w.ignored))
	}
	line("next:", "%s", next)
}

// notes say what follows from what the file has not.
func (w instrumentWritten) notes(res *importer.InstrumentResult) []string {
	var out []string
	if len(res.Missing) > 0 {
		s := "there is no " + strings.Join(res.Missing, " and no ") + " text"
		if asking := w.asking(res.Missing); len(asking) > 0 {
			out = append(out, s+", and runner validate will refuse what asks for one: "+strings.Join(asking, ", ")+". Import those texts, or write there  form: \""+res.Forms[0]+"\"")
		} else {
			out = append(out, s+": runner validate refuses a prompt or level that asks for one")
		}
	}
	if len(res.Instrument.Labels) == 0 {
		out = append(out, "the points of the scale have no labels; --label '1=...' adds them")
	}
	licence := "the wording goes into the tables too (items.parquet). See what its licence allows before you publish either"
	if w.key != nil && w.key.Licence != "" {
		licence += "; " + w.key.Name + " says of it: " + w.key.Licence
	}
	return append(out, licence)
}

// asking lists the prompts and levels of the experiment that ask for one of the
// forms.
func (w instrumentWritten) asking(missing []string) []string {
	if w.exp == nil {
		return nil
	}
	var out []string
	for _, p := range w.exp.Prompts {
		wanted := slices.Contains(missing, p.Form.Fixed)
		for _, f := range p.Form.Forms {
			wanted = wanted || slices.Contains(missing, f)
		}
		if wanted {
			out = append(out, fmt.Sprintf("prompt %q (%s)", p.Name, w.exp.Shown("factors", "prompt", p.Name)))
		}
	}
	for _, f := range w.exp.Further {
		for _, l := range f.Levels {
			if slices.Contains(missing, l.Form) {
				out = append(out, fmt.Sprintf("level %q of %s (%s)", l.Name, f.Name, w.exp.Shown("factors", f.Name, l.Name)))
			}
		}
	}
	return out
}

func columnsTaken(res *importer.InstrumentResult) string {
	var out []string
	for _, field := range []string{"number", "female", "male", "neutral", "value", "reverse"} {
		if name, ok := res.Columns[field]; ok {
			out = append(out, fmt.Sprintf("%s %q", field, name))
		}
	}
	return strings.Join(out, ", ")
}

// itemsByValue counts the items of each value.
func itemsByValue(in *schema.Instrument) string {
	var parts []string
	reverse := 0
	for _, v := range in.Values {
		n := 0
		for _, it := range in.Items {
			if it.Value == v.Code {
				n++
			}
		}
		parts = append(parts, fmt.Sprintf("%s %d", v.Code, n))
	}
	for _, it := range in.Items {
		if it.Reverse {
			reverse++
		}
	}
	return fmt.Sprintf("%d of %s (%s), %d reverse-keyed", len(in.Items), count(len(in.Values), "value"), strings.Join(parts, ", "), reverse)
}

func labelsOf(in *schema.Instrument) string {
	if len(in.Labels) == 0 {
		return "no labels"
	}
	return count(len(in.Labels), "label")
}
