package cli

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"circumplex.example/runner/internal/diff"
)

var kindSigns = map[string]string{diff.Added: "+", diff.Removed: "-", diff.Changed: "~", diff.Renamed: "~"}

// grouped shows the levels of a factor; those to which the same happens stand
// together.
func grouped(f diff.Factor) []block {
	var out []block
	done := make([]bool, len(f.Levels))
	for i, c := range f.Levels {
		if done[i] {
			continue
		}
		names := []string{said(c.Level)}
		for j := i + 1; j < len(f.Levels); j++ {
			o := f.Levels[j]
			if o.Kind == c.Kind && c.Kind != diff.Renamed && c.Kind != diff.Added && reflect.DeepEqual(o.Fields, c.Fields) && o.KeptByIdentity == c.KeptByIdentity {
				done[j] = true
				names = append(names, said(o.Level))
			}
		}
		out = append(out, levelBlocks(named(f.Name)+" "+strings.Join(names, ", "), c)...)
	}
	return out
}

func levelBlocks(head string, c diff.Change) []block {
	switch c.Kind {
	case diff.Renamed:
		head += " was " + said(c.From) + " (only the name changes)"
	case diff.Added:
		short, texts := summary(c)
		if short != "" {
			head += ": " + short
		}
		return append([]block{{sign: "+", says: marked(head)}}, texts...)
	}
	out := []block{{sign: kindSigns[c.Kind], says: marked(head)}}
	for _, f := range c.Fields {
		out = append(out, fieldBlocks(f)...)
	}
	if c.KeptByIdentity {
		out = append(out, block{depth: 1, sign: "*", says: "its identity stays, so its stored completions are kept"})
	}
	return out
}

// first are the fields that say most of a level.
var first = []string{"provider", "model", "base_url", "value", "mode"}

// summary says in a few words what a new level is, and in lines of their own what
// texts it holds.
func summary(c diff.Change) (short string, texts []block) {
	fields := slices.Clone(c.Fields)
	slices.SortStableFunc(fields, func(a, b diff.Field) int {
		rank := func(f diff.Field) int { return (slices.Index(first, f.Path) + len(first) + 1) % (len(first) + 1) }
		return cmp.Compare(rank(a), rank(b))
	})
	var parts []string
	for _, f := range fields {
		s, isText := f.New.(string)
		switch {
		case f.Path == "notes" || strings.HasPrefix(f.Path, "price.") || strings.HasPrefix(f.Path, "retired.") || strings.HasPrefix(f.Path, "form."):
		case (f.Path == "model" || f.Path == "mode") && s == c.Level:
		case f.Path == "value" && fmt.Sprint(f.New) == c.Level:
		case f.Path == "provider":
			parts = append(parts, named(s))
		case isText && strings.Contains(s, " "):
			texts = append(texts, block{depth: 1, sign: "+", says: marked(named(f.Path) + " " + said(s))})
		case f.List != nil:
			parts = append(parts, fmt.Sprintf("%s from %s (%s)", named(variable(f)), count(f.List.New, "entry"), f.List.Draw))
		case strings.HasSuffix(f.Path, ".draw"):
		default:
			parts = append(parts, named(f.Path)+" "+value(f.New))
		}
	}
	if len(parts) > partsShown {
		parts = append(parts[:partsShown], fmt.Sprintf("%d more", len(parts)-partsShown))
	}
	return strings.Join(parts, ", "), texts
}

// partsShown is how many settings of a new level are named.
const partsShown = 8

// variable is the variable that a field is about.
func variable(f diff.Field) string {
	return strings.TrimSuffix(strings.TrimPrefix(f.Path, "variables."), ".from")
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
	size := count(l.New, "entry")
	if l.Old != l.New {
		size = num(l.Old) + " -> " + size
	}
	out := []block{{depth: 1, sign: "~", says: marked(fmt.Sprintf("list of %s (%s, %s): %s", named(variable(f)), l.Draw, size, strings.Join(parts, ", ")))}}
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
