// Package diag describes problems in what an author wrote: where, what, why,
// and what to type to mend it. It knows no CUE and prints nothing by itself.
package diag

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Place is a position in a file. Line and Col are 1-based; 0 means unknown.
type Place struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Col  int    `json:"col,omitempty"`
}

// String renders the place as file:line:col, leaving out what is unknown.
func (p Place) String() string {
	switch {
	case p.File == "":
		return "-"
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// Relative returns the place with its file relative to dir, with slashes, if
// it lies below dir or at most two folders above it.
func (p Place) Relative(dir string) Place {
	if p.File == "" || !filepath.IsAbs(p.File) {
		return p
	}
	rel, err := filepath.Rel(dir, p.File)
	if err != nil || strings.HasPrefix(filepath.ToSlash(rel), "../../../") {
		rel = p.File
	}
	p.File = filepath.ToSlash(rel)
	return p
}

// Severity tells an error from a warning.
type Severity string

// Errors keep an experiment from running; warnings do not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing that is wrong.
type Problem struct {
	Severity Severity `json:"severity"`
	Place    Place    `json:"place"`
	// Path is the path of the field, such as factors.temperature.
	Path string `json:"path,omitempty"`
	// What says what is wrong with which thing: lower case, no full stop.
	What string `json:"message"`
	// Why says why it matters, where that is not plain.
	Why string `json:"why,omitempty"`
	// Mend is something to type.
	Mend string `json:"mend,omitempty"`
}

// String renders the problem for people: the place first, so editors jump.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.Place.String() + ": ")
	if p.Severity == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.What)
	note(&b, "why: ", p.Why)
	note(&b, "mend:", p.Mend)
	return b.String()
}

func note(b *strings.Builder, head, text string) {
	if text == "" {
		return
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			head = "     "
		}
		b.WriteString("\n    " + head + " " + line)
	}
}

// List is a set of problems. The zero value is empty and ready to use.
type List []Problem

// Add appends a problem; an empty severity means Error.
func (l *List) Add(p Problem) {
	if p.Severity == "" {
		p.Severity = Error
	}
	*l = append(*l, p)
}

// HasErrors reports whether the list holds more than warnings.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(p Problem) bool { return p.Severity == Error })
}

// Sorted returns the list ordered by place, errors before warnings at the same
// place, without duplicates.
func (l List) Sorted() List {
	out := slices.Clone(l)
	slices.SortStableFunc(out, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.Place.File, b.Place.File),
			cmp.Compare(a.Place.Line, b.Place.Line),
			cmp.Compare(a.Place.Col, b.Place.Col),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.What, b.What),
		)
	})
	return slices.Compact(out)
}

// Relative returns the list with every place relative to dir.
func (l List) Relative(dir string) List {
	out := slices.Clone(l)
	for i := range out {
		out[i].Place = out[i].Place.Relative(dir)
	}
	return out
}

// String renders all problems, one after another.
func (l List) String() string {
	parts := make([]string, len(l))
	for i, p := range l {
		parts[i] = p.String()
	}
	return strings.Join(parts, "\n")
}

// Error makes a list an error; it is the same text as String.
func (l List) Error() string { return l.String() }
