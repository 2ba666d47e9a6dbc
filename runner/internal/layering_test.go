// Package internal_test holds the import rules of runner/DESIGN.md, "Packages".
package internal_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module      = "circumplex.example/"
	commandLine = "runner/internal/cli"
)

// file is what the rules look at in one Go file. Names of packages are those of
// directories below the module, such as runner/internal/cli.
type file struct {
	pkg, name string
	test      bool
	imports   []string // full paths
	calls     []string // selectors of packages, such as os.Getenv
	inits     int
}

// only lists the project packages that a package may import, for those that are
// held to a list. What is not named here is held by the rules below alone.
var only = map[string][]string{
	"schema/diag":                           {},
	"schema":                                {"schema/diag", "experiments"},
	"experiments":                           {},
	"runner":                                {commandLine},
	"runner/internal/answer":                {},
	"runner/internal/completion":            {},
	"runner/internal/pace":                  {},
	"runner/internal/simulated":             {},
	"runner/internal/store":                 {"runner/internal/completion"},
	"runner/internal/wire":                  {"runner/internal/completion"},
	"runner/internal/provider":              {"runner/internal/completion", "runner/internal/simulated", "runner/internal/wire"},
	"runner/internal/design":                {"schema", "schema/diag"},
	"runner/internal/session":               {"schema", "schema/diag", "runner/internal/completion", "runner/internal/design", "runner/internal/simulated", "runner/internal/wire"},
	"runner/internal/plan":                  {"schema", "schema/diag", "runner/internal/completion", "runner/internal/design", "runner/internal/session"},
	"runner/internal/diff":                  {"schema", "runner/internal/completion", "runner/internal/design", "runner/internal/plan", "runner/internal/session"},
	"runner/internal/revision":              {},
	"runner/internal/table":                 {"schema", "analysis/tabular", "runner/internal/answer", "runner/internal/completion", "runner/internal/design", "runner/internal/session"},
	"runner/internal/scaffold":              {"schema", "schema/diag", "experiments"},
	"analysis/tabular":                      {},
	"analysis/score":                        {},
	"analysis/rank":                         {},
	"analysis/fisher":                       {},
	"analysis/mds":                          {},
	"analysis/procrustes":                   {},
	"analysis/corr":                         {"analysis/score", "analysis/rank"},
	"analysis/anchor":                       {"analysis/score"},
	"analysis/internal/reftest":             {"analysis/score"},
	"analysis/ingest/ingesttest":            {"analysis/ingest", "analysis/tabular"},
	"runner/internal/store/storetest":       {"runner/internal/store", "runner/internal/completion"},
	"runner/internal/simulated/server":      {"runner/internal/simulated"},
	"runner/internal/provider/providertest": {"runner/internal/provider", "runner/internal/completion", "runner/internal/wire"},
	"runner/internal/archive":               {"analysis/tabular", "runner/internal/completion", "runner/internal/store"},
	"runner/internal/gc":                    {"runner/internal/completion", "runner/internal/store"},
	"runner/internal/known":                 {"analysis/tabular"},
	"runner/internal/show": {"schema/diag", "runner/internal/apply", "runner/internal/completion", "runner/internal/design",
		"runner/internal/session", "runner/internal/store", "runner/internal/table"},
	"runner/internal/verify": {"schema", "analysis/ingest", "analysis/report", "analysis/tabular", "runner/internal/answer",
		"runner/internal/completion", "runner/internal/design", "runner/internal/table"},
}

// wrapped lists the packages that may import a library or a package of the
// standard library; all below the path are meant.
var wrapped = []struct {
	path string
	by   []string
}{
	{"github.com/spf13", []string{commandLine}},
	{"github.com/vbauerster/mpb", []string{commandLine}},
	{"github.com/jedib0t/go-pretty", []string{commandLine}},
	{"golang.org/x/term", []string{commandLine}},
	{"os/signal", []string{commandLine}},
	{"flag", nil},
	{"cuelang.org/go", []string{"schema", "runner/internal/benchmark"}},
	{"github.com/tmc/langchaingo", []string{"runner/internal/provider", "runner/internal/simulated"}},
	{"google.golang.org", []string{"runner/internal/provider"}},
	{"modernc.org/sqlite", []string{"runner/internal/store"}},
	{"database/sql", []string{"runner/internal/store"}},
	{"github.com/apache/arrow/go/v17/parquet", []string{"analysis/tabular"}},
	{"github.com/apache/arrow", []string{"analysis/tabular", "analysis/export"}},
	{"gonum.org/v1/gonum", []string{"analysis"}},
	{"golang.org/x/time", []string{"runner/internal/pace"}},
	{"net/http", []string{"runner/internal/provider", "runner/internal/simulated/server"}},
}

// analysing packages of the runner may use the analysis; what collects may only
// write through analysis/tabular.
var analysing = []string{commandLine, "runner/internal/benchmark", "runner/internal/importer", "runner/internal/verify"}

// environment is what only the command line may see.
var environment = []string{"os.Args", "os.Getenv", "os.LookupEnv", "os.Environ", "os.ExpandEnv", "os.Exit", "os.Stdin", "os.Stdout", "os.Stderr",
	"os.UserHomeDir", "os.UserCacheDir", "os.UserConfigDir"}

// clockless packages compute; what they give does not depend on when. Not so
// analysis/tabular, which removes the unfinished files of a day ago, and the
// simulated server, which limits and delays (its texts have a test of their own).
var clockless = []string{"analysis", "schema", "runner/internal/answer", "runner/internal/completion", "runner/internal/design",
	"runner/internal/session", "runner/internal/plan", "runner/internal/diff", "runner/internal/simulated", "runner/internal/table", "runner/internal/wire"}

var clocked = []string{"analysis/tabular", "runner/internal/simulated/server"}

// within reports whether a package is dir or lies below it.
func within(pkg, dir string) bool { return pkg == dir || strings.HasPrefix(pkg, dir+"/") }

func withinAny(pkg string, dirs []string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return within(pkg, d) })
}

// violations applies the rules; each line names the file and what it must not do.
func violations(files []file) []string {
	var out []string
	for _, f := range files {
		fail := func(format string, args ...any) {
			out = append(out, f.pkg+"/"+f.name+": "+fmt.Sprintf(format, args...))
		}
		for _, imp := range f.imports {
			if own, ok := strings.CutPrefix(imp, module); ok {
				checkOwn(f, own, fail)
			} else if !f.test {
				checkLibrary(f, imp, fail)
			}
		}
		if f.test {
			continue
		}
		if f.inits > 0 {
			fail("has an init function")
		}
		for _, c := range f.calls {
			if slices.Contains(environment, c) && !within(f.pkg, commandLine) && f.pkg != "runner" {
				fail("uses %s: only %s sees flags, environment, terminal and exit codes", c, commandLine)
			}
			if (c == "time.Now" || c == "time.Since") && withinAny(f.pkg, clockless) && !slices.Contains(clocked, f.pkg) && !helper(f.pkg) {
				fail("uses %s: what it makes must not depend on the clock", c)
			}
		}
	}
	return out
}

// checkOwn holds one import of a package of this project.
func checkOwn(f file, own string, fail func(string, ...any)) {
	half := func(dir string) bool { return within(own, dir) }
	switch {
	case within(f.pkg, "analysis") && !half("analysis"):
		fail("imports %s: analysis knows tables, not how they were made", own)
		return
	case within(f.pkg, "schema") && (half("runner") || half("analysis")):
		fail("imports %s: the schema knows neither runner nor analysis", own)
		return
	}
	if f.test {
		return
	}
	if allowed, held := only[f.pkg]; held {
		if !slices.Contains(allowed, own) {
			fail("imports %s; it may import %s of this project", own, list(allowed))
		}
		return
	}
	switch {
	case own == commandLine:
		fail("imports %s, which only main does", own)
	case within(f.pkg, "runner") && !withinAny(f.pkg, analysing) && half("analysis") && own != "analysis/tabular":
		fail("imports %s: only %s may, and others analysis/tabular", own, commandLine)
	case helper(own) && !helper(f.pkg):
		fail("imports %s, which is for tests", own)
	}
}

func checkLibrary(f file, imp string, fail func(string, ...any)) {
	if (imp == "testing" || strings.HasPrefix(imp, "testing/") || strings.HasPrefix(imp, "github.com/google/go-cmp")) && !helper(f.pkg) {
		fail("imports %s outside of tests", imp)
	}
	for _, w := range wrapped {
		if !within(imp, w.path) {
			continue
		}
		if !withinAny(f.pkg, w.by) {
			fail("imports %s; only %s may", imp, list(w.by))
		}
		return // the first entry that fits is the narrowest
	}
}

// helper reports whether a package is for tests: its name ends in "test".
func helper(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

func list(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}

// TestImportRules holds every Go file of the project to the rules.
func TestImportRules(t *testing.T) {
	files := readAll(t)
	seen := map[string]bool{}
	for _, f := range files {
		seen[f.pkg] = true
	}
	for pkg := range only {
		if !seen[pkg] {
			t.Errorf("the rules name a package that is not there: %s", pkg)
		}
	}
	for _, v := range violations(files) {
		t.Error(v)
	}
}

// TestImportRulesFind shows each rule a file that breaks it.
func TestImportRulesFind(t *testing.T) {
	for _, c := range []struct {
		file file
		want string
	}{
		{file{pkg: "analysis/mds", name: "a.go", imports: []string{module + "schema"}},
			"analysis/mds/a.go: imports schema: analysis knows tables, not how they were made"},
		{file{pkg: "analysis/mds", name: "a_test.go", test: true, imports: []string{module + "runner/internal/plan"}},
			"analysis/mds/a_test.go: imports runner/internal/plan: analysis knows tables, not how they were made"},
		{file{pkg: "schema", name: "a.go", imports: []string{module + "runner/internal/design"}},
			"schema/a.go: imports runner/internal/design: the schema knows neither runner nor analysis"},
		{file{pkg: "runner/internal/simulated", name: "a.go", imports: []string{module + "runner/internal/completion"}},
			"runner/internal/simulated/a.go: imports runner/internal/completion; it may import nothing of this project"},
		{file{pkg: "runner/internal/apply", name: "a.go", imports: []string{module + "analysis/report"}},
			"runner/internal/apply/a.go: imports analysis/report: only runner/internal/cli may, and others analysis/tabular"},
		{file{pkg: "runner/internal/apply", name: "a.go", imports: []string{module + commandLine}},
			"runner/internal/apply/a.go: imports runner/internal/cli, which only main does"},
		{file{pkg: "runner/internal/apply", name: "a.go", imports: []string{module + "runner/internal/store/storetest"}},
			"runner/internal/apply/a.go: imports runner/internal/store/storetest, which is for tests"},
		{file{pkg: "runner/internal/apply", name: "a.go", imports: []string{"github.com/spf13/cobra"}},
			"runner/internal/apply/a.go: imports github.com/spf13/cobra; only runner/internal/cli may"},
		{file{pkg: "analysis/export", name: "a.go", imports: []string{"github.com/apache/arrow/go/v17/parquet/file"}},
			"analysis/export/a.go: imports github.com/apache/arrow/go/v17/parquet/file; only analysis/tabular may"},
		{file{pkg: "runner/internal/store", name: "a.go", imports: []string{"testing"}},
			"runner/internal/store/a.go: imports testing outside of tests"},
		{file{pkg: "runner/internal/store", name: "a.go", calls: []string{"os.Getenv"}},
			"runner/internal/store/a.go: uses os.Getenv: only runner/internal/cli sees flags, environment, terminal and exit codes"},
		{file{pkg: "runner/internal/table", name: "a.go", calls: []string{"time.Now"}},
			"runner/internal/table/a.go: uses time.Now: what it makes must not depend on the clock"},
		{file{pkg: "runner/internal/simulated", name: "a.go", imports: []string{"net/http"}},
			"runner/internal/simulated/a.go: imports net/http; only runner/internal/provider, runner/internal/simulated/server may"},
		{file{pkg: "runner/internal/simulated", name: "a.go", calls: []string{"time.Now"}},
			"runner/internal/simulated/a.go: uses time.Now: what it makes must not depend on the clock"},
		{file{pkg: "runner/internal/simulated/server", name: "a.go", imports: []string{module + "runner/internal/completion"}},
			"runner/internal/simulated/server/a.go: imports runner/internal/completion; it may import runner/internal/simulated of this project"},
		{file{pkg: "analysis/rank", name: "a.go", inits: 1}, "analysis/rank/a.go: has an init function"},
	} {
		if got := violations([]file{c.file}); len(got) != 1 || got[0] != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// readAll parses the Go files of the project, those for other systems included.
func readAll(t *testing.T) []file {
	t.Helper()
	var files []file
	for _, top := range []string{"analysis", "experiments", "runner", "schema"} {
		root := filepath.Join("..", "..")
		err := filepath.WalkDir(filepath.Join(root, top), func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && d.Name() == "testdata":
				return fs.SkipDir
			case d.IsDir() || filepath.Ext(p) != ".go":
				return nil
			}
			rel, err := filepath.Rel(root, p)
			if err != nil {
				return err
			}
			f, err := read(p, filepath.ToSlash(rel))
			files = append(files, f)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name)) })
	return files
}

func read(p, rel string) (file, error) {
	f := file{pkg: path.Dir(rel), name: path.Base(rel), test: strings.HasSuffix(rel, "_test.go")}
	parsed, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
	if err != nil {
		return f, err
	}
	for _, imp := range parsed.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return f, err
		}
		f.imports = append(f.imports, name)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				f.inits++
			}
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				f.calls = append(f.calls, x.Name+"."+n.Sel.Name)
			}
		}
		return true
	})
	return f, nil
}
