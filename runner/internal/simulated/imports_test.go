package simulated

import (
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

func TestPackageImportsNothingOfThisProject(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range file.Imports {
			path := strings.Trim(imp.Path.Value, `"`)
			if strings.Contains(path, ".") && path != "github.com/tmc/langchaingo/llms" {
				t.Errorf("%s imports %s", f.Name(), path)
			}
			if path == "math/rand" || path == "math/rand/v2" || path == "time" {
				t.Errorf("%s imports %s: a reply must not depend on it", f.Name(), path)
			}
		}
	}
}
