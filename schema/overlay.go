package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/load"
)

// moduleRoot returns the directory at or above dir that holds cue.mod with its
// module.cue, and whether there is one.
func moduleRoot(dir string) (string, bool) {
	for d := dir; ; {
		if st, err := os.Stat(filepath.Join(d, "cue.mod", "module.cue")); err == nil && !st.IsDir() {
			return d, true
		}
		up := filepath.Dir(d)
		if up == d {
			return dir, false
		}
		d = up
	}
}

// overlay lays the embedded schema, instruments and benchmarks over the
// author's module, where stock cue looks for packages without a registry:
// below cue.mod/pkg. The schema is always the program's own, because the Go
// side reads what it defines; instruments and benchmarks that lie on disk are
// the author's and win.
func overlay(root string, hasModule bool) (map[string]load.Source, error) {
	out := map[string]load.Source{}
	if !hasModule {
		out[filepath.Join(root, "cue.mod", "module.cue")] = load.FromString(ModuleFile("experiment.example"))
	}
	if ownModule(root) {
		return out, nil
	}
	pkg := filepath.Join(root, filepath.FromSlash(CopyDir))
	copied, err := Copy()
	if err != nil {
		return nil, err
	}
	for _, f := range copied {
		name := filepath.Join(pkg, filepath.FromSlash(f.Path))
		if !f.IsSchema() {
			if _, err := os.Stat(filepath.Dir(name)); err == nil {
				continue
			}
		}
		out[name] = load.FromBytes(f.Data)
	}
	return out, emptied(filepath.Join(pkg, "schema"), out)
}

// emptied lays an empty file over those that a copy of another version has and
// this program's schema has not: merged, the two would contradict each other.
func emptied(dir string, out map[string]load.Source) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if _, ours := out[name]; !ours && filepath.Ext(name) == ".cue" {
			out[name] = load.FromString("package schema\n")
		}
	}
	return nil
}

// ModuleFile returns the content of cue.mod/module.cue for a module.
func ModuleFile(name string) string {
	return fmt.Sprintf("module: %q\nlanguage: version: \"v0.17.0\"\n", name)
}

// ownModule reports whether root is this project's own tree, where the schema
// lies at its import path and needs no overlay.
func ownModule(root string) bool {
	b, err := os.ReadFile(filepath.Join(root, "cue.mod", "module.cue"))
	if err != nil || !strings.Contains(string(b), `"`+Module+`"`) {
		return false
	}
	_, err = os.Stat(filepath.Join(root, "schema", "experiment.cue"))
	return err == nil
}
