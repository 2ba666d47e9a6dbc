package schema

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// Definition is one definition of the schema, as its author documented it.
type Definition struct {
	// Name begins with #.
	Name string `json:"name"`
	Doc  string `json:"doc"`
	// Source is the definition as CUE, with its comments.
	Source string `json:"source"`
	// Type is the expression of a definition that has no fields.
	Type string `json:"type,omitempty"`
	// Embeds are the definitions whose fields it has too.
	Embeds []string   `json:"embeds,omitempty"`
	Fields []FieldDoc `json:"fields,omitempty"`
}

// FieldDoc is one field of a definition; those of a struct within stand after
// it, under its path.
type FieldDoc struct {
	// Path is as it is written, ! and ? included: scale.min!.
	Path string `json:"path"`
	// Type is the field's expression on one line, {...} for a struct whose
	// fields follow.
	Type string `json:"type"`
	Doc  string `json:"doc"`
}

// Definitions returns the documented schema, in the order in which an author
// meets it.
func Definitions() ([]Definition, error) {
	names := []string{"experiment.cue", "model.cue", "prompt.cue", "instrument.cue"}
	all, err := fs.Glob(files, "*.cue")
	if err != nil {
		return nil, err
	}
	for _, name := range all {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var out []Definition
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		f, err := parser.ParseFile(name, src, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if field, ok := d.(*ast.Field); ok {
				def, err := definitionOf(field)
				if err != nil {
					return nil, fmt.Errorf("documenting %s: %w", name, err)
				}
				out = append(out, def)
			}
		}
	}
	return out, nil
}

func definitionOf(field *ast.Field) (Definition, error) {
	name, _, err := ast.LabelName(field.Label)
	if err != nil {
		return Definition{}, err
	}
	src, err := format.Node(field)
	if err != nil {
		return Definition{}, err
	}
	d := Definition{Name: name, Doc: docOf(field), Source: strings.TrimSpace(string(src)) + "\n"}
	s, ok := field.Value.(*ast.StructLit)
	if !ok {
		d.Type, err = oneLine(field.Value)
		return d, err
	}
	for _, e := range s.Elts {
		if e, ok := e.(*ast.EmbedDecl); ok {
			x, xerr := oneLine(e.Expr)
			if xerr != nil {
				return d, xerr
			}
			d.Embeds = append(d.Embeds, x)
		}
	}
	d.Fields, err = fieldsOf("", s)
	return d, err
}

func fieldsOf(prefix string, s *ast.StructLit) ([]FieldDoc, error) {
	var out []FieldDoc
	for _, d := range s.Elts {
		f, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		label, err := oneLine(f.Label)
		if err != nil {
			return nil, err
		}
		doc := FieldDoc{Path: prefix + label, Type: "{...}", Doc: docOf(f)}
		within, isStruct := f.Value.(*ast.StructLit)
		if !isStruct {
			if doc.Type, err = oneLine(f.Value); err != nil {
				return nil, err
			}
		}
		bare := doc.Path
		switch f.Constraint {
		case token.OPTION:
			doc.Path += "?"
		case token.NOT:
			doc.Path += "!"
		}
		out = append(out, doc)
		if isStruct {
			below, err := fieldsOf(bare+".", within)
			if err != nil {
				return nil, err
			}
			out = append(out, below...)
		}
	}
	return out, nil
}

// oneLine renders CUE on one line, without its comments.
func oneLine(n ast.Node) (string, error) {
	src, err := format.Node(n, format.Simplify())
	if err != nil {
		return "", err
	}
	var parts []string
	for line := range strings.Lines(string(src)) {
		if code, _, _ := strings.Cut(line, "// "); strings.TrimSpace(code) != "" {
			parts = append(parts, strings.Join(strings.Fields(code), " "))
		}
	}
	s := strings.Join(parts, ", ")
	return strings.NewReplacer("{, ", "{", ", }", "}").Replace(s), nil
}

// docOf is the comment above a field.
func docOf(f *ast.Field) string {
	var lines []string
	for _, g := range ast.Comments(f) {
		if !g.Doc {
			continue
		}
		for _, c := range g.List {
			lines = append(lines, strings.TrimSpace(strings.TrimPrefix(c.Text, "//")))
		}
	}
	return strings.Join(lines, "\n")
}
