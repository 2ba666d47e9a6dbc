package schema

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"

	"circumplex.example/schema/diag"
)

// structure finds everything in which the experiment departs from the schema.
// CUE stops at the first conflict and hides unknown and missing fields behind
// it, so the author's fields are walked and each is held against its own part
// of the schema. cause is what CUE said; it is reported if the walk finds
// nothing, so that no error is ever lost.
func (l *loader) structure(def cue.Value, cause error) {
	if l.decimalCommas(cause) {
		return
	}
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
	if len(path) == 4 && last(path) == keyVariable && path[1].String() == "model" {
		l.keyName(path, def, parts)
		return
	}
	val := parts[0]
	for _, p := range parts[1:] {
		val = val.Unify(p)
	}
	kind := val.IncompleteKind()
	if structs(parts) {
		kind = cue.StructKind // one with a fault inside it has no kind of its own
	}
	if err := val.Err(); err != nil && kind == cue.BottomKind {
		l.conflict(path, parts, err)
		return
	}
	def = alternative(def, kind)
	switch {
	case def.IncompleteKind()&kind == 0:
		l.wrongType(path, def, val)
	case kind == cue.StructKind:
		l.walkStruct(path, def, parts)
	case kind == cue.ListKind:
		l.walkList(path, def, val)
	default:
		l.leaf(path, def, val)
	}
}

// structs reports whether all parts of a value are structs, also such as hold a
// fault in one of their fields.
func structs(parts []cue.Value) bool {
	for _, p := range parts {
		switch p.IncompleteKind() {
		case cue.StructKind:
			continue
		case cue.BottomKind:
			if it, err := p.Fields(cue.All()); err == nil && it.Next() {
				continue
			}
		}
		return false
	}
	return true
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

func (l *loader) walkStruct(path []cue.Selector, def cue.Value, parts []cue.Value) {
	known, required := fieldNames(def)
	for _, sel := range selectors(parts) {
		name := sel.Unquoted()
		delete(required, name)
		sub, ok := subSchema(def, sel)
		if !ok {
			l.unknownField(append(path, sel), name, known)
			// Not also told to be missing: the slip in its name is why.
			delete(required, diag.Nearest(name, known))
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

// selectors lists the fields that the parts of a struct have, each once.
func selectors(parts []cue.Value) []cue.Selector {
	var out []cue.Selector
	seen := map[string]bool{}
	for _, p := range parts {
		it, err := p.Fields()
		if err != nil {
			it, err = p.Fields(cue.Optional(false))
		}
		for err == nil && it.Next() {
			if sel := it.Selector(); !seen[sel.String()] {
				seen[sel.String()] = true
				out = append(out, sel)
			}
		}
	}
	return out
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
	top := cuecontext.New().CompileString("_")
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
	if slices.Contains(known, keyVariable) && keyField(name) {
		p.Mend = keyMeant
	} else if len(known) == 0 {
		p.What = fmt.Sprintf("%q is no name for a field%s", name, in(path))
		p.Mend = `the fields are numbers in quotes, such as "1"`
	} else if p.Mend == "" {
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
		Mend: fmt.Sprintf("add  %s: %s", name, example(path, name))})
}

// in names the struct a field stands in, for a message.
func in(path []cue.Selector) string {
	if len(path) < 2 {
		return " in the experiment"
	}
	return " in " + pathString(path[:len(path)-1])
}

func pathString(path []cue.Selector) string { return cue.MakePath(path...).String() }
