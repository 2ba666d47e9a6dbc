package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"circumplex.example/schema"
)

// Every field of the schema has a comment, which editors show on hover; also
// the fields of a struct that stands within an expression.
func TestEveryFieldHasAComment(t *testing.T) {
	names, err := filepath.Glob("*.cue")
	if err != nil || len(names) < 4 {
		t.Fatal(names, err)
	}
	seen := 0
	for _, name := range names {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		n, bare := fields(t, name, string(src))
		seen += n
		for _, place := range bare {
			t.Errorf("%s: this field has no comment", place)
		}
	}
	if seen < 120 {
		t.Errorf("looked at %d fields only", seen)
	}
}

// The rule of the test above sees a field without comment wherever it stands.
func TestFieldsWithoutACommentAreSeen(t *testing.T) {
	src := "package a\n\n// Doc.\n#A: {\n\t// Doc.\n\tb: int\n\tc: int // beside is not above\n\t// Doc.\n\td: #B | {\n\t\te: int\n\t}\n}\n#F: int\n"
	n, bare := fields(t, "a.cue", src)
	if got := strings.Join(bare, " "); n != 6 || got != "a.cue:7 a.cue:10 a.cue:13" {
		t.Errorf("%d fields, without comment: %s", n, got)
	}
}

// fields counts the fields of a file and returns the places of those without a
// comment above them.
func fields(t *testing.T, name, src string) (n int, bare []string) {
	t.Helper()
	f, err := parser.ParseFile(name, src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	ast.Walk(f, func(node ast.Node) bool {
		field, ok := node.(*ast.Field)
		if !ok {
			return true
		}
		n++
		documented := false
		for _, g := range ast.Comments(field) {
			documented = documented || g.Doc
		}
		// [string]: [string]: T is a field within a field: the outer one speaks.
		if !documented && !sameLine(field) {
			bare = append(bare, strings.Join(strings.Split(field.Pos().String(), ":")[:2], ":"))
		}
		return true
	}, nil)
	return n, bare
}

// sameLine reports whether a field is a pattern within another one on its line,
// as the second in  where?: [...{[string]: [...string]}].
func sameLine(f *ast.Field) bool {
	_, pattern := f.Label.(*ast.ListLit)
	return pattern && f.Pos().RelPos() < token.Newline
}

// The documented schema has every definition, with fields and source.
func TestDefinitions(t *testing.T) {
	defs, err := schema.Definitions()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]schema.Definition{}
	for _, d := range defs {
		byName[d.Name] = d
		if d.Doc == "" || !strings.Contains(d.Source, d.Name+":") {
			t.Errorf("%s: doc %q, source %q", d.Name, d.Doc, d.Source)
		}
	}
	if defs[0].Name != "#Experiment" || len(defs) < 18 {
		t.Errorf("%d definitions, the first is %s", len(defs), defs[0].Name)
	}
	want := schema.FieldDoc{Path: "scale.min!", Type: "int & >=-1000", Doc: "The lowest point."}
	found := false
	for _, f := range byName["#Instrument"].Fields {
		found = found || f == want
	}
	if !found {
		t.Errorf("#Instrument has no field %+v: %+v", want, byName["#Instrument"].Fields)
	}
	if got := byName["#Rate"]; got.Type != "number & >=0 & <=1" || len(got.Fields) != 0 {
		t.Errorf("#Rate is %+v", got)
	}
	if got := byName["#Prompt"].Embeds; len(got) != 1 || got[0] != "#Sharing" {
		t.Errorf("#Prompt embeds %v", got)
	}
}
