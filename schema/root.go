package schema

import (
	"fmt"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"circumplex.example/schema/diag"
)

// rootFields reports root fields that nothing refers to. CUE lets a misspelt
// root field pass, and the list or factor in it would silently not count.
func (l *loader) rootFields(inst *build.Instance) {
	declared := map[string]*ast.Field{}
	var names []string
	used := map[string]bool{"experiment": true}
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
			if declared[name] == nil {
				declared[name] = field
				names = append(names, name)
			}
		}
		ast.Walk(f, func(n ast.Node) bool { return references(n, used) }, nil)
	}
	for _, name := range names {
		if !used[name] {
			l.unusedRoot(name, declared[name], inst, used)
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

func (l *loader) unusedRoot(name string, field *ast.Field, inst *build.Instance, used map[string]bool) {
	p := diag.Problem{Place: placeOf(field.Label.Pos()), Path: name,
		What: fmt.Sprintf("the root field %q is used nowhere", name),
		Why:  "only what experiment refers to takes part",
		Mend: fmt.Sprintf("refer to it from experiment, or name it _%s to keep it as a note", name)}
	if name == "experiments" || diag.Nearest(name, []string{"experiment"}) != "" {
		p.Mend = "did you mean \"experiment\"?"
	}
	for u := range used {
		if unresolved(inst, u) && diag.Nearest(name, []string{u}) != "" {
			p.Mend = fmt.Sprintf("did you mean %q?", u)
		}
	}
	l.fail(p)
}

// unresolved reports whether an identifier is referred to but declared nowhere
// in the package.
func unresolved(inst *build.Instance, name string) bool {
	for _, f := range inst.Files {
		for _, u := range f.Unresolved {
			if u.Name == name && u.Node == nil {
				return true
			}
		}
	}
	return false
}
