package schema

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"circumplex.example/schema/diag"
)

// conflict reports a field of the author that has no value by itself: it was
// written twice with different values, or refers to what is not there.
func (l *loader) conflict(path []cue.Selector, parts []cue.Value, err error) {
	p := diag.Problem{Place: l.places.place(path...), Path: pathString(path)}
	for _, part := range parts {
		if l.undefined(p, part) {
			return
		}
	}
	var values, at []string
	for _, part := range parts {
		if part.IsConcrete() && l.places.authored(part.Pos()) {
			value := withoutKeys(fmt.Sprint(part))
			if strings.Contains(value, "\n") {
				value = describe(part)
			}
			values = append(values, value)
			at = append(at, shown(placeOf(part.Pos())))
		}
	}
	if len(values) > 1 && len(values) == len(parts) {
		p.What = fmt.Sprintf("%s has different values: %s", pathString(path), strings.Join(values, " and "))
		p.Why = "they stand at " + strings.Join(at, " and ")
		p.Mend = "keep one of them"
		l.fail(p)
		return
	}
	p.What = fmt.Sprintf("%s cannot be evaluated: %s", pathString(path), withoutKeys(firstMessage(err)))
	for _, e := range errors.Errors(err) {
		for _, pos := range errors.Positions(e) {
			if l.places.authored(pos) {
				at = append(at, shown(placeOf(pos)))
			}
		}
	}
	slices.Sort(at)
	if at = slices.Compact(at); len(at) > 1 {
		p.Why = "what it is made of stands at " + strings.Join(at, " and ")
	}
	l.fail(p)
}

// undefined reports a selection, such as instruments.pvq57, of a field that is
// not there.
func (l *loader) undefined(p diag.Problem, v cue.Value) bool {
	op, args := v.Expr()
	if op != cue.SelectorOp || len(args) != 2 || v.IncompleteKind() != cue.BottomKind {
		return false
	}
	name, err := args[1].String()
	if err != nil || args[0].LookupPath(cue.MakePath(cue.Str(name))).Exists() {
		return false
	}
	of := "the struct it is taken from"
	root, path := args[0].ReferencePath()
	if inst := root.BuildInstance(); len(path.Selectors()) > 0 {
		of = path.String()
	} else if inst != nil && inst.PkgName != "" {
		of = fmt.Sprintf("package %q", inst.PkgName)
	}
	var known []string
	for _, sel := range selectors(args[:1]) {
		known = append(known, sel.Unquoted())
	}
	p.What = fmt.Sprintf("%s refers to %q, which is not in %s", p.Path, name, of)
	p.Mend = diag.DidYouMean(name, known)
	l.fail(p)
	return true
}

func firstMessage(err error) string {
	all := errors.Errors(err)
	if len(all) == 0 {
		return err.Error()
	}
	f, args := all[0].Msg()
	return fmt.Sprintf(f, args...)
}
