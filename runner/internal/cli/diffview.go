package cli

import (
	"fmt"
	"strings"

	"circumplex.example/runner/internal/diff"
)

// diffView is a difference in words, to be rendered as text or Markdown.
type diffView struct {
	d              *diff.Diff
	old, now       *diffSide
	title, verdict marked
	sections       []section
}

// section is a part of a report. Its title and summary are the program's words.
type section struct {
	title, summary string
	// open: not folded in Markdown.
	open   bool
	blocks []block
}

// block is a line, a difference of two texts, or a table.
type block struct {
	depth int
	sign  string // "+", "-", "~", "*"; "" for a paragraph
	says  marked
	words []diff.Word
	// head and rows are a table of marked texts; its first columns are names.
	head  []string
	rows  [][]string
	names int
}

func newDiffView(old, now *diffSide, d *diff.Diff) *diffView {
	v := &diffView{d: d, old: old, now: now}
	v.title = marked(fmt.Sprintf("%s: %s -> %s", named(now.exp.Name), named(old.label), named(now.label)))
	v.verdict = v.sayVerdict()
	if !d.Changed {
		return v
	}
	v.add("What changes", "", true, v.factors())
	v.add("Who is drawn", "", true, v.draws())
	v.add("What is asked", v.askedSummary(), true, v.asked())
	v.add("Where requests and keys go", "", true, v.endpoints())
	v.add("What the tables mean", "", true, v.tables())
	v.add("Changes no answer", "", false, v.harmless())
	return v
}

func (v *diffView) add(title, summary string, open bool, blocks []block) {
	if len(blocks) > 0 {
		v.sections = append(v.sections, section{title, summary, open, blocks})
	}
}

// factors lists what is said otherwise about levels, and beside them.
func (v *diffView) factors() []block {
	var out []block
	for _, f := range v.d.Settings {
		out = append(out, v.setting(f)...)
	}
	for _, f := range v.d.Factors {
		if f.Added && !v.d.Fresh {
			out = append(out, block{sign: "+", says: marked("factor " + named(f.Name))})
		}
		if f.Removed {
			out = append(out, block{sign: "-", says: marked("factor " + named(f.Name))})
		}
		for _, c := range f.Levels {
			out = append(out, levelBlocks(f.Name, c)...)
		}
	}
	return out
}

// settingNotes say what a setting does to whom.
var settingNotes = map[string]string{
	"seed":             "all that is drawn by chance is drawn anew",
	"name":             "results go to another folder, and all ids in the tables change",
	"replication":      "another pool: nothing stored for the old one is found",
	"on_invalid.reask": "how often an invalid reply is asked for again",
}

func (v *diffView) setting(f diff.Field) []block {
	if f.Path == "where" {
		return []block{{sign: "~", says: "where (which combinations are asked)"},
			{depth: 1, sign: "-", says: marked(value(f.Old))}, {depth: 1, sign: "+", says: marked(value(f.New))}}
	}
	s := named(f.Path) + " " + change(f)
	if note := settingNotes[f.Path]; note != "" {
		s += "  (" + note + ")"
	}
	return []block{{sign: "~", says: marked(s)}}
}

var kindSigns = map[string]string{diff.Added: "+", diff.Removed: "-", diff.Changed: "~", diff.Renamed: "~"}

func levelBlocks(factor string, c diff.Change) []block {
	head := named(factor) + " " + said(c.Level)
	switch c.Kind {
	case diff.Renamed:
		head += " was " + said(c.From) + " (only the name changes)"
	case diff.Added:
		head += summary(c.Fields)
	}
	out := []block{{sign: kindSigns[c.Kind], says: marked(head)}}
	if c.Kind == diff.Added {
		return out
	}
	for _, f := range c.Fields {
		out = append(out, fieldBlocks(f)...)
	}
	if c.KeptByIdentity {
		out = append(out, block{depth: 1, sign: "*", says: "its identity stays, so its stored completions are kept"})
	}
	return out
}

// summary says in a few words what a new level is.
func summary(fields []diff.Field) string {
	var parts []string
	for _, f := range fields {
		switch {
		case f.Path == "template" || strings.HasSuffix(f.Path, ".source") || f.Path == "notes":
		case strings.HasPrefix(f.Path, "form") || strings.HasPrefix(f.Path, "price"):
		case strings.HasSuffix(f.Path, ".from"):
			parts = append(parts, fmt.Sprintf("%s of %s", named(strings.TrimSuffix(strings.TrimPrefix(f.Path, "variables."), ".from")), count(f.New.(int), "entry")))
		default:
			parts = append(parts, named(f.Path)+" "+value(f.New))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	more := ""
	if len(parts) > 8 {
		more = fmt.Sprintf(" and %d more", len(parts)-8)
		parts = parts[:8]
	}
	return ": " + strings.Join(parts, ", ") + more
}

// fieldBlocks is one field that changed, below its level.
func fieldBlocks(f diff.Field) []block {
	switch {
	case f.List != nil:
		return listBlocks(f)
	case f.Words != nil:
		return []block{{depth: 1, sign: "~", says: marked(named(f.Path))}, {depth: 2, words: f.Words}}
	}
	return []block{{depth: 1, sign: "~", says: marked(named(f.Path) + " " + change(f))}}
}

// itemsShown is how many entries of one list are named.
const itemsShown = 6

func listBlocks(f diff.Field) []block {
	l := f.List
	var parts []string
	for _, x := range []struct {
		n    int
		what string
	}{{l.Added, "added"}, {l.Removed, "removed"}, {l.Edited, "edited"}} {
		if x.n > 0 {
			parts = append(parts, num(x.n)+" "+x.what)
		}
	}
	if l.Reordered && l.Draw == "cycle" {
		parts = append(parts, "put in another order, which counts, since it is drawn by cycle")
	}
	name := strings.TrimSuffix(strings.TrimPrefix(f.Path, "variables."), ".from")
	size := count(l.New, "entry")
	if l.Old != l.New {
		size = num(l.Old) + " -> " + size
	}
	out := []block{{depth: 1, sign: "~", says: marked(fmt.Sprintf("list of %s (%s, %s): %s", named(name), l.Draw, size, strings.Join(parts, ", ")))}}
	for i, x := range l.Items {
		if i == itemsShown {
			out = append(out, block{depth: 2, sign: "*", says: marked(fmt.Sprintf("and %s more", num(len(l.Items)-i+l.More)))})
			break
		}
		out = append(out, itemBlock(x))
	}
	return out
}

func itemBlock(x diff.Item) block {
	switch {
	case x.Old == "":
		return block{depth: 2, sign: "+", says: marked(named(x.New))}
	case x.New == "":
		return block{depth: 2, sign: "-", says: marked(named(x.Old))}
	}
	s := named(x.Old) + " -> " + named(x.New)
	if x.Unused {
		s += " (a field that the prompt does not use)"
	}
	return block{depth: 2, sign: "~", says: marked(s)}
}
