package cli

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
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
	v.add("What changes", "", v.factors())
	v.add("Who is drawn", count(len(d.Draws), "variable"), v.draws())
	v.add("What the tables mean", v.meaning(), v.tables())
	v.add("What is asked", v.askedSummary(), v.asked())
	v.add("Where requests and keys go", v.endpointsSummary(), v.endpoints())
	v.add("Changes no answer", count(len(d.Harmless), "field"), v.harmless())
	return v
}

func (v *diffView) add(title, summary string, blocks []block) {
	if len(blocks) > 0 {
		v.sections = append(v.sections, section{title, summary, len(v.sections) == 0, blocks})
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
		out = append(out, grouped(f)...)
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
		return whereBlocks(f)
	}
	s := named(f.Path) + " " + change(f)
	if note := settingNotes[f.Path]; note != "" {
		s += "  (" + note + ")"
	}
	return []block{{sign: "~", says: marked(s)}}
}

// whereBlocks shows the clauses that one side alone has.
func whereBlocks(f diff.Field) []block {
	out := []block{{sign: "~", says: marked(named("where") + ", which says what combinations are asked")}}
	old, _ := f.Old.([]any)
	now, _ := f.New.([]any)
	for _, x := range []struct {
		sign        string
		list, other []any
	}{{"-", old, now}, {"+", now, old}} {
		for _, c := range x.list {
			if !slices.ContainsFunc(x.other, func(o any) bool { return reflect.DeepEqual(o, c) }) {
				out = append(out, block{depth: 1, sign: x.sign, says: clause(c)})
			}
		}
	}
	switch {
	case f.Old == nil:
		out = append(out, block{depth: 1, sign: "*", says: "before, every combination was asked"})
	case f.New == nil:
		out = append(out, block{depth: 1, sign: "*", says: "now every combination is asked"})
	}
	return out
}

func clause(c any) marked {
	levels, _ := c.(map[string]any)
	var parts []string
	for _, factor := range slices.Sorted(maps.Keys(levels)) {
		var names []string
		list, _ := levels[factor].([]any)
		for _, l := range list {
			names = append(names, named(fmt.Sprint(l)))
		}
		parts = append(parts, named(factor)+" "+strings.Join(names, " or "))
	}
	return marked(strings.Join(parts, ", "))
}
