package schema

import (
	"fmt"
	"regexp"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"circumplex.example/schema/diag"
)

// rootFields reports root fields that nothing refers to. CUE lets a misspelt
// root field pass, and the list or factor in it would silently not count.
func (l *loader) rootFields(inst *build.Instance) {
	used := map[string]bool{"experiment": true}
	for _, f := range inst.Files {
		ast.Walk(f, func(n ast.Node) bool { return references(n, used) }, nil)
	}
	for name, field := range rootNames(inst) {
		if !used[name] {
			l.unusedRoot(name, field)
		}
	}
}

// references records the identifiers that stand in expressions. Labels are no
// references, so of a field only the value is walked.
func references(n ast.Node, used map[string]bool) bool {
	switch n := n.(type) {
	case *ast.Field:
		ast.Walk(n.Value, func(n ast.Node) bool { return references(n, used) }, nil)
		if _, ok := n.Label.(*ast.ListLit); ok {
			ast.Walk(n.Label, func(n ast.Node) bool { return references(n, used) }, nil)
		}
		return false
	case *ast.Ident:
		used[n.Name] = true
	}
	return true
}

func (l *loader) unusedRoot(name string, field *ast.Field) {
	p := diag.Problem{Place: placeOf(field.Label.Pos()), Path: name,
		What: fmt.Sprintf("the root field %q is used nowhere", name),
		Why:  "only what experiment refers to takes part",
		Mend: fmt.Sprintf("refer to it from experiment, or name it _%s to keep it as a note", name)}
	l.fail(p)
}

// unresolved gives references to what is not declared the nearest root field as
// their mend.
func (l *loader) unresolved(inst *build.Instance) {
	var names []string
	for name := range rootNames(inst) {
		names = append(names, name)
	}
	for i, p := range l.problems {
		m := notFound.FindStringSubmatch(p.What)
		if m == nil {
			continue
		}
		if near := diag.Nearest(m[1], names); near != "" {
			l.problems[i].Mend = fmt.Sprintf("did you mean %q (%s)?", near, shown(placeOf(rootNames(inst)[near].Label.Pos())))
		}
	}
}

var notFound = regexp.MustCompile(`^reference "(.+)" not found$`)

// rootNames are the regular root fields of a package, by name.
func rootNames(inst *build.Instance) map[string]*ast.Field {
	out := map[string]*ast.Field{}
	for _, f := range inst.Files {
		for _, d := range f.Decls {
			field, ok := d.(*ast.Field)
			if !ok {
				continue
			}
			name, isIdent, err := ast.LabelName(field.Label)
			if err != nil || isIdent && (name[0] == '_' || name[0] == '#') {
				continue
			}
			if out[name] == nil {
				out[name] = field
			}
		}
	}
	return out
}
