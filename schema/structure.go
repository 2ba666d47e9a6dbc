package schema

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"circumplex.example/schema/diag"
)

// structure finds everything in which the experiment departs from the schema.
// CUE stops at the first conflict and hides unknown and missing fields behind
// it, so the author's fields are walked and each is held against its own part
// of the schema. cause is what CUE said; it is reported if the walk finds
// nothing, so that no error is ever lost.
func (l *loader) structure(def cue.Value, cause error) {
	before := len(l.problems)
	l.walk(nil, def)
	if len(l.problems) == before {
		l.cueErrors(cause)
	}
}

// walk checks the author's value at path against its schema.
func (l *loader) walk(path []cue.Selector, def cue.Value) {
	parts := l.places.at(path...)
	if len(parts) == 0 {
		return
	}
	val := parts[0]
	for _, p := range parts[1:] {
		val = val.Unify(p)
	}
	if err := val.Err(); err != nil && val.IncompleteKind() == cue.BottomKind {
		l.conflict(path, val, err)
		return
	}
	def = alternative(def, val.IncompleteKind())
	switch kind := val.IncompleteKind(); {
	case def.IncompleteKind()&kind == 0:
		l.wrongType(path, def, val)
	case kind == cue.StructKind:
		l.walkStruct(path, def, val)
	case kind == cue.ListKind:
		l.walkList(path, def, val)
	default:
		l.leaf(path, def, val)
	}
}

// alternative picks, from a schema that admits several kinds of value, the one
// of the author's kind.
func alternative(def cue.Value, kind cue.Kind) cue.Value {
	op, args := def.Expr()
	if op != cue.OrOp {
		return def
	}
	var fit []cue.Value
	for _, a := range args {
		if a.IncompleteKind()&kind != 0 {
			fit = append(fit, a)
		}
	}
	if len(fit) == 1 && kind&(cue.StructKind|cue.ListKind) != 0 {
		return fit[0]
	}
	return def
}

func (l *loader) walkStruct(path []cue.Selector, def, val cue.Value) {
	known, required := fieldNames(def)
	it, err := val.Fields()
	if err != nil {
		// Walked on the value without validation: errors below are found there.
		it, err = val.Fields(cue.Optional(false))
	}
	for err == nil && it.Next() {
		sel := it.Selector()
		name := sel.Unquoted()
		delete(required, name)
		sub, ok := subSchema(def, sel)
		if !ok {
			l.unknownField(append(path, sel), name, known)
			continue
		}
		l.walk(append(path, sel), sub)
	}
	for _, name := range known {
		if required[name] {
			l.missingField(path, name)
		}
	}
}

// fieldNames lists the schema's named fields and which of them are required.
func fieldNames(def cue.Value) (names []string, required map[string]bool) {
	required = map[string]bool{}
	it, err := def.Fields(cue.All())
	for err == nil && it.Next() {
		sel := it.Selector()
		if sel.LabelType() != cue.StringLabel {
			continue
		}
		names = append(names, sel.Unquoted())
		if it.FieldType()&cue.RequiredConstraint != 0 {
			required[sel.Unquoted()] = true
		}
	}
	return names, required
}

// subSchema returns the schema of a field, by name or by pattern.
func subSchema(def cue.Value, sel cue.Selector) (cue.Value, bool) {
	for _, s := range []cue.Selector{sel, sel.Required(), sel.Optional()} {
		if f := def.LookupPath(cue.MakePath(s)); f.Exists() {
			return f, true
		}
	}
	if !def.Allows(sel) {
		return cue.Value{}, false
	}
	p := cue.MakePath(sel)
	top := def.Context().CompileString("_")
	f := def.FillPath(p, top).LookupPath(p)
	return f, f.Exists()
}

func (l *loader) walkList(path []cue.Selector, def, val cue.Value) {
	elem := def.LookupPath(cue.MakePath(cue.AnyIndex))
	it, err := val.List()
	for i := 0; err == nil && it.Next(); i++ {
		sub := elem
		if !sub.Exists() {
			if sub = def.LookupPath(cue.MakePath(cue.Index(i))); !sub.Exists() {
				l.leaf(path, def, val)
				return
			}
		}
		l.walk(append(path, cue.Index(i)), sub)
	}
	if !elem.Exists() && def.Unify(val).Validate(cue.Concrete(true)) != nil {
		l.leaf(path, def, val)
	}
}

func (l *loader) unknownField(path []cue.Selector, name string, known []string) {
	p := diag.Problem{Place: l.places.place(path...), Path: pathString(path),
		What: fmt.Sprintf("unknown field %q%s", name, in(path))}
	p.Mend = diag.DidYouMean(name, known)
	if p.Mend == "" && len(known) > 0 {
		p.Mend = "known: " + strings.Join(known, ", ")
	}
	l.fail(p)
}

func (l *loader) missingField(path []cue.Selector, name string) {
	of := "the experiment"
	if len(path) > 0 {
		of = pathString(path)
	}
	l.fail(diag.Problem{Place: l.places.place(path...), Path: pathString(path),
		What: fmt.Sprintf("missing field %q in %s", name, of),
		Mend: fmt.Sprintf("add  %s: %s", name, example(name))})
}

// in names the struct a field stands in, for a message.
func in(path []cue.Selector) string {
	if len(path) < 2 {
		return " in the experiment"
	}
	return " in " + pathString(path[:len(path)-1])
}

func pathString(path []cue.Selector) string { return cue.MakePath(path...).String() }

// conflict reports fields that the author wrote twice with different values.
func (l *loader) conflict(path []cue.Selector, val cue.Value, err error) {
	p := diag.Problem{Place: l.places.place(path...), Path: pathString(path),
		What: fmt.Sprintf("%s cannot be evaluated: %s", pathString(path), firstMessage(err))}
	var at []string
	for _, e := range errors.Errors(err) {
		for _, pos := range errors.Positions(e) {
			if l.places.authored(pos) {
				at = append(at, placeOf(pos).Relative(l.dir).String())
			}
		}
	}
	if len(at) > 1 {
		p.Why = "the values stand at " + strings.Join(at, " and ")
	}
	l.fail(p)
}

func firstMessage(err error) string {
	all := errors.Errors(err)
	if len(all) == 0 {
		return err.Error()
	}
	f, args := all[0].Msg()
	return fmt.Sprintf(f, args...)
}
