package schema

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"

	"circumplex.example/schema/diag"
)

// InstrumentCUE renders an instrument as a file of a package: the field of that
// name, which refers to nothing but the schema. The head is a comment.
func InstrumentCUE(pkg, field, head string, in *Instrument) ([]byte, error) {
	var b strings.Builder
	for line := range strings.Lines(head) {
		b.WriteString(strings.TrimRight("// "+line, " \n") + "\n")
	}
	fmt.Fprintf(&b, "package %s\n\nimport %q\n\n%s: schema.#Instrument & {\n", pkg, Module+"/schema", field)
	for _, f := range [][2]string{{"name", in.Name}, {"title", in.Title}, {"notice", in.Notice}, {"source", in.Source}, {"licence", in.Licence}, {"structure", in.Structure}} {
		if f[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", f[0], quoted(f[1]))
		}
	}
	writeScale(&b, in)
	writeKey(&b, in)
	b.WriteString("\nitems: {\n")
	for _, it := range in.Items {
		fmt.Fprintf(&b, "%q: {\n", strconv.Itoa(it.Number))
		for _, f := range []string{"female", "male", "neutral"} {
			if it.Texts[f] != "" {
				fmt.Fprintf(&b, "%s: %s\n", f, quoted(it.Texts[f]))
			}
		}
		b.WriteString("}\n")
	}
	b.WriteString("}\n}\n")
	return format.Source([]byte(b.String()))
}

func writeScale(b *strings.Builder, in *Instrument) {
	fmt.Fprintf(b, "\nscale: {\nmin: %d\nmax: %d\n", in.Min, in.Max)
	if len(in.Labels) > 0 {
		b.WriteString("labels: {\n")
		for n := in.Min; n <= in.Max; n++ {
			if l, ok := in.Labels[n]; ok {
				fmt.Fprintf(b, "%q: %s\n", strconv.Itoa(n), quoted(l))
			}
		}
		b.WriteString("}\n")
	}
	b.WriteString("}\n")
}

func writeKey(b *strings.Builder, in *Instrument) {
	b.WriteString("\n// In the order of the tables.\nvalues: {\n")
	for _, v := range in.Values {
		fmt.Fprintf(b, "%s: {name: %s", quoted(v.Code), quoted(v.Name))
		if v.Description != "" {
			fmt.Fprintf(b, ", description: %s", quoted(v.Description))
		}
		b.WriteString("}\n")
	}
	b.WriteString("}\n\n// The items of each value.\nkey: {\n")
	var reverse []string
	for _, v := range in.Values {
		var items []string
		for _, it := range in.Items {
			if it.Value == v.Code {
				items = append(items, strconv.Itoa(it.Number))
			}
		}
		fmt.Fprintf(b, "%s: [%s]\n", quoted(v.Code), strings.Join(items, ", "))
	}
	for _, it := range in.Items {
		if it.Reverse {
			reverse = append(reverse, strconv.Itoa(it.Number))
		}
	}
	fmt.Fprintf(b, "}\n// Scored the other way round.\nreverse: [%s]\n", strings.Join(reverse, ", "))
	if len(in.Circles) > 0 {
		b.WriteString("\ncircles: {\n")
		for _, c := range in.Circles {
			var order []string
			for _, v := range c.Order {
				order = append(order, quoted(v))
			}
			fmt.Fprintf(b, "%s: [%s]\n", quoted(c.Name), strings.Join(order, ", "))
		}
		b.WriteString("}\n")
	}
}

// quoted writes a text as CUE does; Go's escapes are not all CUE's.
func quoted(s string) string { return literal.String.Quote(s) }

// Declared is what the .cue files of a directory have at their root.
type Declared struct {
	// Package is their package clause.
	Package string
	// Names are the root fields and the names of imports, with where they stand.
	Names map[string]diag.Place
	// Instrument is where the experiment names its questionnaire.
	Instrument diag.Place
}

// Shown is a place as it stands inside a message: relative to the working
// directory.
func (d *Declared) Shown(p diag.Place) string { return shown(p) }

// DeclaredIn reads the .cue files of a directory without evaluating them, so
// that it works where a reference does not resolve yet. Its error is a diag.List.
func DeclaredIn(dir string) (*Declared, error) {
	l := &loader{}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	l.dir = abs
	if !l.checkDir(dir, abs) {
		return nil, l.problems
	}
	entries, err := os.ReadDir(abs)
	if err != nil {
		return nil, err
	}
	d := &Declared{Names: map[string]diag.Place{}}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".cue" || e.IsDir() {
			continue
		}
		f, err := parser.ParseFile(filepath.Join(abs, e.Name()), nil)
		if err != nil {
			l.cueErrors(err)
			continue
		}
		if d.Package == "" {
			d.Package = f.PackageName()
		}
		d.add(f)
	}
	if d.Package == "" && !l.problems.HasErrors() {
		l.fail(diag.Problem{Place: diag.Place{File: abs}, What: "no .cue file here has a package clause", Mend: "begin each with, for example,  package study"})
	}
	if l.problems.HasErrors() {
		return nil, l.problems.Sorted()
	}
	return d, nil
}

func (d *Declared) add(f *ast.File) {
	for spec := range f.ImportSpecs() {
		name := ""
		if path, err := literal.Unquote(spec.Path.Value); err == nil {
			name = filepath.Base(path)
		}
		if spec.Name != nil {
			name = spec.Name.Name
		}
		d.Names[name] = placeOf(spec.Pos())
	}
	for _, decl := range f.Decls {
		if field, ok := decl.(*ast.Field); ok {
			if name, _, err := ast.LabelName(field.Label); err == nil {
				d.Names[name] = placeOf(field.Pos())
				if name == "experiment" {
					d.within(field.Value)
				}
			}
		}
	}
}

// within looks for the instrument among the fields of the experiment itself.
func (d *Declared) within(n ast.Node) {
	ast.Walk(n, func(n ast.Node) bool {
		field, ok := n.(*ast.Field)
		if !ok {
			return true
		}
		if name, _, err := ast.LabelName(field.Label); err == nil && name == "instrument" {
			d.Instrument = placeOf(field.Label.Pos())
		}
		return false
	}, nil)
}

// FieldName reports why a name cannot be that of a root field which other files
// refer to; nil if it can.
func FieldName(name string) error {
	if !instrumentField.MatchString(name) {
		return fmt.Errorf("%q: want lower-case letters, digits and _, beginning with a letter", name)
	}
	if slices.Contains([]string{"true", "false", "null", "for", "in", "if", "let", "import", "package", "len", "close", "and", "or", "div", "mod", "quo", "rem",
		"string", "bytes", "bool", "int", "uint", "float", "number", "self", "func", "error", "try", "else", "otherwise", "matchn", "matchif"}, name) {
		return errors.New("\"" + name + "\" is a word of CUE's own")
	}
	return nil
}
