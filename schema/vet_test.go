package schema_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/load"

	"circumplex.example/experiments"
	"circumplex.example/schema"
)

// vet is what stock `cue vet -c` does: no overlay, no registry, nothing of the
// runner's.
func vet(dir string) error {
	inst := load.Instances([]string{"."}, &load.Config{Dir: dir, Env: []string{"CUE_REGISTRY=none"}})[0]
	if inst.Err != nil {
		return inst.Err
	}
	v := cuecontext.New().BuildInstance(inst)
	if err := v.Err(); err != nil {
		return err
	}
	return v.Validate(cue.Concrete(true), cue.Final())
}

func TestStockVetPassesWhatIsInTheTree(t *testing.T) {
	dirs, err := filepath.Glob("../experiments/*/*.cue")
	if err != nil || len(dirs) < 10 {
		t.Fatalf("%d files, %v", len(dirs), err)
	}
	seen := map[string]bool{}
	for _, f := range dirs {
		if dir := filepath.Dir(f); !seen[dir] {
			seen[dir] = true
			if err := vet(dir); err != nil {
				t.Errorf("%s: %v", dir, err)
			}
		}
	}
}

const outside = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 4
	instrument: instruments.ten
	factors: {
		model: "sim-a": provider: "simulated"
		prompt: basic: template: "Rate."
		temperature: "0.7": value: 0.7
		administration: batch: {}
	}
}
`

// module makes a module outside this repository that holds schema and
// instruments where stock cue looks for them.
func module(t *testing.T, src string) string {
	t.Helper()
	dir := t.TempDir()
	write := func(path string, b []byte) {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("cue.mod/module.cue", []byte(schema.ModuleFile("lab.example")))
	write("study/experiment.cue", []byte(src))
	pkg := filepath.Join("cue.mod", "pkg", schema.Module)
	defs, err := filepath.Glob("*.cue")
	if err != nil || len(defs) < 4 {
		t.Fatalf("%v, %v", defs, err)
	}
	for _, f := range defs {
		b, rerr := os.ReadFile(f)
		if rerr != nil {
			t.Fatal(rerr)
		}
		write(filepath.Join(pkg, "schema", f), b)
	}
	err = fs.WalkDir(experiments.Files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(experiments.Files, p)
		write(filepath.Join(pkg, "experiments", filepath.FromSlash(p)), b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "study")
}

// Stock cue vet catches types, bounds, unknown and missing fields, also in a
// directory outside this repository; the runner refuses the same.
func TestStockVetCatchesTypesBoundsUnknownAndMissingFields(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"sound", "", "", ""},
		{"type", "value: 0.7", `value: "0.7"`, `experiment.factors.temperature."0.7".value: conflicting values`},
		{"bound", "value: 0.7", "value: 2.7", "invalid value 2.7 (out of bound <=2)"},
		{"fraction", "n: 4", "n: 4.5", "experiment.n: conflicting values"},
		{"below one", "n: 4", "n: 0", "experiment.n: invalid value 0 (out of bound >=1)"},
		{"choice", `"simulated"`, `"simulatd"`, `experiment.factors.model."sim-a".provider`},
		{"unknown", "n: 4", "n: 4, nn: 4", "experiment.nn: field not allowed"},
		{"unknown deep", `provider: "simulated"`, `{provider: "simulated", parameters: top_pp: 1}`, "parameters.top_pp: field not allowed"},
		{"missing", ", seed: 1", "", "experiment.seed: field is required but not present"},
		{"missing deep", `"sim-a": provider: "simulated"`, `"sim-a": {}`, `"sim-a".provider: field is required but not present`},
		{"no value", "n: 4", "n: int", "experiment.n: incomplete value"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(outside, c.old) {
				t.Fatalf("%q is not in the source", c.old)
			}
			dir := module(t, strings.Replace(outside, c.old, c.new, 1))
			err := vet(dir)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("vet says %v, want %q", err, c.want)
			}
			if _, problems := schema.Load(dir); problems.HasErrors() != (c.want != "") {
				t.Errorf("the runner says %v", problems)
			}
		})
	}
}
