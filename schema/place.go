package schema

import (
	"path/filepath"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/token"

	"circumplex.example/schema/diag"
)

func placeOf(p token.Pos) diag.Place {
	if !p.IsValid() {
		return diag.Place{}
	}
	pos := p.Position()
	return diag.Place{File: pos.Filename, Line: pos.Line, Col: pos.Column}
}

// locator finds where the author wrote a field. A value that was unified with
// the schema reports the schema's line, so the locator takes the experiment
// apart into what was unified and asks the author's parts.
type locator struct {
	root  string
	parts []cue.Value
}

func newLocator(root string, field cue.Value) *locator {
	return &locator{root: root, parts: conjuncts(field, nil)}
}

// conjuncts appends the operands of the unification that made v, following
// references, without those that come from the schema itself.
func conjuncts(v cue.Value, out []cue.Value) []cue.Value {
	if root, _ := v.ReferencePath(); root.Exists() {
		if inst := root.BuildInstance(); inst != nil && strings.HasPrefix(inst.ImportPath, Module+"/schema") {
			return out
		}
		if d := cue.Dereference(v); d.Exists() {
			if op, _ := d.Expr(); op == cue.AndOp {
				return conjuncts(d, out)
			}
		}
	}
	op, args := v.Expr()
	if op != cue.AndOp {
		return append(out, v)
	}
	for _, a := range args {
		out = conjuncts(a, out)
	}
	return out
}

// authored reports whether a position lies in the author's files: not in the
// schema package, nor in what comes with the program.
func (l *locator) authored(p token.Pos) bool {
	if !p.IsValid() {
		return false
	}
	dir := filepath.ToSlash(filepath.Dir(p.Filename()))
	root := filepath.ToSlash(l.root)
	return dir != root+"/schema" && !strings.Contains(dir+"/", "/cue.mod/pkg/"+Module+"/")
}

// at returns the author's parts of the value at path.
func (l *locator) at(path ...cue.Selector) []cue.Value {
	cur := l.parts
	for _, sel := range path {
		var next []cue.Value
		for _, v := range cur {
			if f := v.LookupPath(cue.MakePath(sel)); f.Exists() {
				next = conjuncts(f, next)
			}
		}
		cur = next
	}
	return cur
}

// place returns where the author wrote the field at path, climbing to the
// nearest parent that exists.
func (l *locator) place(path ...cue.Selector) diag.Place {
	for n := len(path); n >= 0; n-- {
		for _, v := range l.at(path[:n]...) {
			if l.authored(v.Pos()) {
				return placeOf(v.Pos())
			}
		}
	}
	return diag.Place{}
}

// placeAt is place for a path of names; a name of digits inside a list is its
// index.
func (l *locator) placeAt(path ...string) diag.Place {
	sels := make([]cue.Selector, len(path))
	for i, p := range path {
		sels[i] = cue.Str(p)
		if n, ok := index(p); ok {
			for _, v := range l.at(sels[:i]...) {
				if v.IncompleteKind() == cue.ListKind {
					sels[i] = cue.Index(n)
				}
			}
		}
	}
	return l.place(sels...)
}

func index(s string) (int, bool) {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' || n > 1<<40 {
			return 0, false
		}
		n = 10*n + int(r-'0')
	}
	return n, s != ""
}
