package importer

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// Roles that a column may have besides that of a factor.
const (
	roleForm       = "form"
	roleRespondent = "respondent"
	roleReplicate  = "replicate"
)

// fourFactors stand in every table, in this order.
var fourFactors = []string{"model", "prompt", "temperature", "administration"}

// reserved are columns of the tables that neither a factor nor a kept column
// may be named like.
var reserved = []string{"respondent_id", "condition_id", "experiment", "provider", "simulated", "model", "prompt", "temperature",
	"administration", "n_planned", "n_complete", "replicate", "sample", "form", "persona_text", "persona_key", "status",
	"n_answered", "item", "value", "position", "response", "raw_answer", "source_row"}

// origin is where the level of a factor comes from: a column, or one text for
// all rows.
type origin struct {
	column int // -1: text holds for every row
	text   string
	given  bool // false: the default
}

// layout says which column of the source is what.
type layout struct {
	factors []string // the four, then the further ones by name
	origins map[string]origin
	items   []int // the column of each item of the instrument, -1: none
	keep    []keptColumn
	drop    []int
	// respondent and replicate are columns, or -1.
	respondent, replicate int
	missing, extra        []string // item columns
	ignored               []string
	header                []string
}

// keptColumn is a variable of the respondents.
type keptColumn struct {
	name   string
	column int
}

func newLayout(job *Job, p pattern, src *source) (*layout, error) {
	l := &layout{origins: map[string]origin{}, header: src.header, respondent: -1, replicate: -1}
	l.factors = append(l.factors, fourFactors...)
	l.factors = append(l.factors, slices.Sorted(slices.Values(job.Factors))...)
	for _, step := range []func(*Job) error{l.checkNames, l.checkRoles, l.findRoles, l.findKept, l.findDropped} {
		if err := step(job); err != nil {
			return nil, err
		}
	}
	if err := l.findItems(job, p, src.path); err != nil {
		return nil, err
	}
	l.findIgnored()
	return l, l.checkReadable(src)
}

// checkNames refuses names that the tables have already.
func (l *layout) checkNames(job *Job) error {
	seen := map[string]bool{}
	check := func(flag, name string) error {
		switch {
		case name == "" || strings.TrimSpace(name) != name:
			return usagef("", "%s %q is no name", flag, name)
		case flag == "--factor" && (slices.Contains(reserved, name) || schema.AnalysisColumn(name)):
			return usagef("give it another name, and say which column it is:  --factor NAME --column NAME="+name, "--factor %s: the tables have a column of that name already", name)
		case slices.Contains(reserved, name):
			return usagef("rename it:  --keep NEW="+name, "--keep %s: the tables have a column of that name already", name)
		case seen[name]:
			return usagef("", "%s %s: the name is given twice", flag, name)
		}
		seen[name] = true
		return nil
	}
	for _, f := range job.Factors {
		if err := check("--factor", f); err != nil {
			return err
		}
	}
	for _, k := range job.Keep {
		if err := check("--keep", k.Name); err != nil {
			return err
		}
	}
	return nil
}

// checkRoles refuses --column and --set for something that has no such role.
func (l *layout) checkRoles(job *Job) error {
	settable := append(slices.Clone(l.factors), roleForm)
	mappable := append(slices.Clone(settable), roleRespondent, roleReplicate)
	for flag, of := range map[string]struct {
		given map[string]string
		known []string
	}{"--column": {job.Columns, mappable}, "--set": {job.Set, settable}} {
		for _, name := range slices.Sorted(maps.Keys(of.given)) {
			if !slices.Contains(of.known, name) {
				return usagef(strings.TrimSpace(diag.DidYouMean(name, of.known)+fmt.Sprintf(" (a further factor is declared:  --factor %s)", name)),
					"%s %s=%s: %q is no factor", flag, name, of.given[name], name)
			}
		}
	}
	for name := range job.Set {
		if _, both := job.Columns[name]; both {
			return usagef("give one of them", "%s has both --column and --set", name)
		}
	}
	return nil
}

// index finds a column that a flag names.
func (l *layout) index(flag, name string) (int, error) {
	first := slices.Index(l.header, name)
	if first < 0 {
		mend := diag.DidYouMean(name, l.header)
		if mend == "" {
			mend = "the file's columns are " + few(l.header)
		}
		return 0, usagef(mend, "%s: the file has no column %q", flag, name)
	}
	if slices.Contains(l.header[first+1:], name) {
		return 0, usagef("rename one of them in the file", "%s: the file has two columns %q", flag, name)
	}
	return first, nil
}

// findRoles finds the columns of factors, form, respondent and replicate. A
// column of the role's own name needs no flag.
func (l *layout) findRoles(job *Job) error {
	for _, role := range append(slices.Clone(l.factors), roleForm, roleRespondent, roleReplicate) {
		o := origin{column: -1, text: Unknown}
		name, mapped := job.Columns[role]
		text, set := job.Set[role]
		switch {
		case set:
			o.text, o.given = strings.TrimSpace(text), true
		case mapped || slices.Contains(l.header, role):
			if !mapped {
				name = role
			}
			i, err := l.index("--column "+role+"="+name, name)
			if err != nil {
				return err
			}
			o.column, o.given = i, true
		case slices.Contains(job.Factors, role):
			return usagef(fmt.Sprintf("say which column it is:  --column %s=COLUMN  or give its level:  --set %s=LEVEL", role, role),
				"--factor %s: the file has no column of that name", role)
		}
		switch role {
		case roleRespondent:
			l.respondent = o.column
		case roleReplicate:
			l.replicate = o.column
		default:
			l.origins[role] = o
		}
	}
	return nil
}

func (l *layout) findKept(job *Job) error {
	for _, k := range job.Keep {
		i, err := l.index("--keep "+k.Column, k.Column)
		if err != nil {
			return err
		}
		l.keep = append(l.keep, keptColumn{k.Name, i})
	}
	if l.respondent >= 0 && !slices.ContainsFunc(job.Keep, func(k Keep) bool { return k.Name == roleRespondent }) {
		l.keep = append(l.keep, keptColumn{roleRespondent, l.respondent})
	}
	return nil
}

func (l *layout) findDropped(job *Job) error {
	for _, d := range job.Drop {
		i, err := l.index("--drop "+d.Column+"="+d.Value, d.Column)
		if err != nil {
			return err
		}
		l.drop = append(l.drop, i)
	}
	return nil
}

// findItems finds the column of each item, and item columns that no item has.
func (l *layout) findItems(job *Job, p pattern, path string) error {
	l.items = make([]int, len(job.Instrument.Items))
	declared := map[int]bool{}
	for i, it := range job.Instrument.Items {
		name := p.name(it.Number)
		declared[it.Number] = true
		l.items[i] = slices.Index(l.header, name)
		switch first := l.items[i]; {
		case first < 0:
			l.missing = append(l.missing, name)
		case slices.Contains(l.header[first+1:], name):
			return problem(path, diag.Problem{What: fmt.Sprintf("there are two columns %q", name), Mend: "leave one of them out, or rename it"})
		}
	}
	for _, h := range l.header {
		if n, ok := p.item(h); ok && !declared[n] {
			l.extra = append(l.extra, h)
		}
	}
	if len(l.missing) < len(l.items) {
		return nil
	}
	mend := "say how they are named:  --items 'PATTERN'  with %d for the number; the file's columns are " + few(l.header)
	if s := suggest(l.header); s != "" && s != p.source {
		mend = fmt.Sprintf("did you mean  --items '%s' ?", s)
	}
	return problem(path, diag.Problem{What: fmt.Sprintf("there is no column for any of the %d items of %s, such as %q", len(l.items), job.Instrument.Name, p.name(job.Instrument.Items[0].Number)), Mend: mend})
}

// wanted are the columns that are read.
func (l *layout) wanted() []int {
	out := slices.Clone(l.drop)
	for _, o := range l.origins {
		out = append(out, o.column)
	}
	for _, k := range l.keep {
		out = append(out, k.column)
	}
	out = append(append(out, l.items...), l.respondent, l.replicate)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(c int) bool { return c < 0 })
}

// findIgnored lists columns that go nowhere.
func (l *layout) findIgnored() {
	used := l.wanted()
	for i, h := range l.header {
		if _, found := slices.BinarySearch(used, i); !found && !slices.Contains(l.extra, h) {
			l.ignored = append(l.ignored, cmp.Or(h, "(without a name)"))
		}
	}
}

func (l *layout) checkReadable(src *source) error {
	if src.unreadable == nil {
		return nil
	}
	var bad []string
	for _, c := range l.wanted() {
		if src.unreadable[c] {
			bad = append(bad, l.header[c])
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return problem(src.path, diag.Problem{What: "the type of these columns cannot be read: " + few(bad),
		Mend: "write them as int32, int64, float64 (double), bool or string, or give the answers as CSV"})
}

// few lists names of columns for a message, cutting a long list short. The file
// is foreign: what a terminal would take for a command is left out.
func few(names []string) string {
	names = slices.Clone(names)
	for i := range names {
		names[i] = Printable(names[i])
	}
	if len(names) > 12 {
		return strings.Join(names[:10], ", ") + fmt.Sprintf(" and %d more", len(names)-10)
	}
	return strings.Join(names, ", ")
}

// Printable is a text of the source without control characters.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, s)
}
