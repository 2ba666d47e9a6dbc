package schema

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/load"

	"circumplex.example/experiments"
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
	pkg := filepath.Join(root, "cue.mod", "pkg", filepath.FromSlash(Module))
	add := func(fsys fs.FS, below string) error {
		return fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(p) != ".cue" {
				return err
			}
			name := filepath.Join(pkg, below, filepath.FromSlash(p))
			if below != "schema" {
				if _, err := os.Stat(filepath.Dir(name)); err == nil {
					return nil
				}
			}
			b, err := fs.ReadFile(fsys, p)
			if err != nil {
				return err
			}
			out[name] = load.FromBytes(b)
			return nil
		})
	}
	if err := add(files, "schema"); err != nil {
		return nil, fmt.Errorf("laying out the embedded schema: %w", err)
	}
	if err := add(experiments.Files, "experiments"); err != nil {
		return nil, fmt.Errorf("laying out the embedded instruments: %w", err)
	}
	return out, nil
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
