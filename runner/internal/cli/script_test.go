package cli_test

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/cli"
)

// update rewrites what the scripts expect:  go test ./runner/internal/cli -update
var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// TestMain lets the test binary also be the program, so that scripts run it as
// a process of its own.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"runner": func() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// Each script's first line is the promise it holds the program to.
func TestScripts(t *testing.T) { runScripts(t, "testdata/script", 10) }

// Each broken experiment is reported with the message that stands beside it,
// word for word, at the author's own line.
func TestBrokenExperiments(t *testing.T) { runScripts(t, "testdata/broken", 28) }

// runScripts runs a directory that holds at least so many scripts.
func runScripts(t *testing.T, dir string, atLeast int) {
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) < atLeast {
		t.Fatalf("%s holds %d scripts, %v; want at least %d", dir, len(files), err, atLeast)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), "# ") {
			t.Errorf("%s does not begin with its promise", f)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir: dir, UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			for _, v := range []string{"HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"} {
				e.Setenv(v, filepath.Join(e.WorkDir, ".home", v))
			}
			e.Setenv("RUNNER_STORE", "")
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits, "digests": digests, "field": field, "rows": rows, "subst": subst, "patch": patch, "damage": damage,
			"simulate": simulate, "interrupt": interrupt, "request": request,
		},
	})
}

// exits CODE PROGRAM ARG... runs a program that must end with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var ee *exec.ExitError
	if errors.As(err, &ee) {
		got = ee.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%s: exit code %d, want %d\n%s%s", strings.Join(args[1:], " "), got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// digests DIR FILE [all] writes a digest of every Parquet file, or of every file,
// below a directory but runs.parquet, the one that differs from run to run.
func digests(ts *testscript.TestScript, neg bool, args []string) {
	all := len(args) == 3 && args[2] == "all"
	if neg || len(args) != 2 && !all {
		ts.Fatalf("usage: digests DIR FILE [all]")
	}
	var out strings.Builder
	dir := ts.MkAbs(args[0])
	n := 0
	ts.Check(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !all && filepath.Ext(path) != ".parquet" || d.Name() == "runs.parquet" {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		fmt.Fprintf(&out, "%x %s\n", sha256.Sum256(b), filepath.ToSlash(rel))
		n++
		return err
	}))
	if n < 5 {
		ts.Fatalf("%s holds %d tables, want at least 5", args[0], n)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(out.String()), 0o666))
}

// field FILE PATH WANT compares one value of a JSON document; a number in the
// path is the index into a list.
func field(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: field FILE PATH WANT")
	}
	var v any
	if err := json.Unmarshal([]byte(ts.ReadFile(args[0])), &v); err != nil {
		ts.Fatalf("%s is not one JSON document: %v\n%s", args[0], err, ts.ReadFile(args[0]))
	}
	for _, name := range strings.Split(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(x) {
				ts.Fatalf("%s: no element %s", args[1], name)
			}
			v = x[i]
		default:
			v = nil
		}
	}
	if got := fmt.Sprint(v); (got == args[2]) == neg {
		ts.Fatalf("%s is %s, want %s", args[1], got, args[2])
	}
}

// rows FILE N counts the rows of a table.
func rows(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: rows FILE N")
	}
	t, err := tabular.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer t.Close()
	if got := strconv.Itoa(t.NumRows); got != args[1] {
		ts.Fatalf("%s has %s rows, want %s", args[0], got, args[1])
	}
}

// subst FILE OLD NEW replaces a text that must stand in the file once.
func subst(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: subst FILE OLD NEW")
	}
	src := ts.ReadFile(args[0])
	if n := strings.Count(src, args[1]); n != 1 {
		ts.Fatalf("%s holds %q %d times, want once", args[0], args[1], n)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(src, args[1], args[2], 1)), 0o666))
}

// patch FILE OFFSET HEX overwrites bytes of a file.
func patch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: patch FILE OFFSET HEX")
	}
	at, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	b, err := hex.DecodeString(args[2])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	_, err = f.WriteAt(b, at)
	ts.Check(errors.Join(err, f.Close()))
}

// damage STORE ID changes the reply in a row of a store behind its back.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: damage STORE ID")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	r, err := db.Exec(`UPDATE completion SET text = text || '!' WHERE id = ?`, args[1])
	ts.Check(errors.Join(err, db.Close()))
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		ts.Fatalf("%d rows changed, %v", n, err)
	}
}
