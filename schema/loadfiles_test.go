package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/schema"
)

// A directory whose path no import can name, with a blank or a letter outside
// ASCII, loads as any other: its imports, and the warning of a file that CUE
// passes over.
func TestDirectoryThatNoImportCanName(t *testing.T) {
	for _, name := range []string{"plain", "with a blank", "größer", "a+b", "[1]"} {
		t.Run(name, func(t *testing.T) {
			dir := module(t, outside)
			under := filepath.Join(dir, name)
			if err := os.Mkdir(under, 0o755); err != nil {
				t.Fatal(err)
			}
			for file, src := range map[string]string{"e.cue": strings.Replace(outside, "package study", "package below", 1), "more_test.cue": "package below\n"} {
				if err := os.WriteFile(filepath.Join(under, file), []byte(src), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			exp, problems := schema.Load(under)
			if exp == nil || len(problems) != 1 || !strings.Contains(problems[0].What, "CUE passes over this file") {
				t.Errorf("%v", problems)
			}
		})
	}
}
