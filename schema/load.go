package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/load"

	"circumplex.example/schema/diag"
)

// Load reads the experiment in a directory. The list holds every problem found,
// sorted, each at the author's own line; the experiment is nil if one of them
// is an error. Load reads files and nothing else: no network, no registry.
func Load(dir string) (*Experiment, diag.List) {
	l := &loader{}
	exp := l.load(dir)
	problems := l.problems.Sorted()
	if problems.HasErrors() {
		return nil, problems
	}
	return exp, problems
}

// loader carries one Load from step to step.
type loader struct {
	dir, root string
	layers    map[string]load.Source // what overlays found
	ctx       *cue.Context
	problems  diag.List
	places    *locator
}

func (l *loader) fail(p diag.Problem) { l.problems.Add(p) }

func (l *loader) load(dir string) *Experiment {
	inst := l.instance(dir)
	if inst == nil {
		return nil
	}
	l.ctx = cuecontext.New()
	v := l.ctx.BuildInstance(inst)
	field := v.LookupPath(cue.MakePath(cue.Str("experiment")))
	switch {
	case field.Exists():
		l.rootFields(inst)
	case v.Err() != nil:
		l.cueErrors(v.Err())
		l.unresolved(inst)
		return nil
	default:
		l.noExperiment(inst, v)
		return nil
	}
	def, err := l.definition("#Experiment")
	if err != nil {
		l.fail(diag.Problem{Place: diag.Place{File: l.dir}, What: err.Error()})
		return nil
	}
	l.places = newLocator(l.root, field)
	full := def.Unify(field)
	if err := full.Validate(cue.Concrete(true), cue.Final()); err != nil {
		l.structure(def, err)
		return nil
	}
	return l.decode(full)
}

// instance loads the package in dir, reporting what keeps it from loading.
func (l *loader) instance(dir string) *build.Instance {
	abs, err := filepath.Abs(dir)
	if err != nil {
		l.fail(diag.Problem{Place: diag.Place{File: dir}, What: err.Error()})
		return nil
	}
	l.dir = abs
	if !l.checkDir(dir, abs) {
		return nil
	}
	layers, err := l.overlays()
	if err != nil {
		l.fail(diag.Problem{Place: diag.Place{File: abs}, What: err.Error()})
		return nil
	}
	if !l.readable() {
		return nil
	}
	inst, err := l.loadDir(layers)
	if err == nil && inst.Err != nil && strings.Contains(inst.Err.Error(), "no package name") {
		err = errNoPackage
	}
	if err != nil {
		p := diag.Problem{Place: diag.Place{File: abs}, What: err.Error()}
		if errors.Is(err, errNoPackage) {
			p.Mend = "add  package study  as the first line of each"
		}
		l.fail(p)
		return nil
	}
	if inst.Err != nil {
		l.cueErrors(inst.Err)
		return nil
	}
	if !l.importsAreText(inst) {
		return nil
	}
	l.ignoredFiles(inst)
	l.staleCopy()
	return inst
}

// ignoredFiles warns of files in the directory that CUE passes over, such as
// names_test.cue: their author thinks they count.
func (l *loader) ignoredFiles(inst *build.Instance) {
	for _, f := range inst.IgnoredFiles {
		name := filepath.Base(f.Filename)
		if filepath.Ext(name) != ".cue" || filepath.Dir(f.Filename) != l.dir || strings.HasPrefix(name, ".") {
			continue
		}
		p := diag.Problem{Severity: diag.Warning, Place: diag.Place{File: f.Filename},
			What: "CUE passes over this file: it takes no part in the experiment",
			Why:  "names that end in _test.cue or _tool.cue, or begin with _, are not loaded",
			Mend: "rename it, or move it elsewhere"}
		if !passesOver(name) {
			p.Why, p.Mend = "it does not say which package it belongs to", "add  package "+inst.PkgName+"  as its first line"
		}
		l.fail(p)
	}
}

// config loads without registry, network or the caller's environment: what an
// experiment means must not depend on the machine.
func (l *loader) config(layers map[string]load.Source) *load.Config {
	return &load.Config{
		Dir: l.dir, ModuleRoot: l.root, Overlay: layers,
		Env: []string{"CUE_REGISTRY=none"}, SkipImports: false,
	}
}

// GiveDirectory is the mend where a directory holds no experiment.
const GiveDirectory = "give the directory that holds the experiment's .cue files"

func (l *loader) checkDir(given, abs string) bool {
	place := diag.Place{File: abs}
	st, err := os.Stat(abs)
	switch {
	case err != nil:
		mend := GiveDirectory
		if near := neighbour(given); near != "" {
			mend = fmt.Sprintf("did you mean %s?", near)
		}
		l.fail(diag.Problem{Place: place, What: "there is no such directory", Mend: mend})
		return false
	case !st.IsDir():
		l.fail(diag.Problem{Place: place, What: "this is a file, an experiment is a directory",
			Mend: fmt.Sprintf("name its directory:  %s", filepath.ToSlash(filepath.Dir(given)))})
		return false
	}
	if m, _ := fs.Glob(os.DirFS(abs), "*.cue"); len(m) == 0 { // abs itself may have brackets in its name
		l.fail(diag.Problem{Place: place, What: "there is no .cue file in this directory",
			Mend: GiveDirectory})
		return false
	}
	return true
}

// neighbour returns the directory whose name is nearest to a path that does not
// exist, as it would be typed; "" if none is near.
func neighbour(given string) string {
	parent := filepath.Dir(filepath.Clean(given))
	entries, err := os.ReadDir(parent)
	if err != nil {
		return ""
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	near := diag.Nearest(filepath.Base(given), names)
	if near == "" {
		return ""
	}
	return filepath.ToSlash(filepath.Join(parent, near))
}

// shown renders a place that stands inside a message: relative to the working
// directory, as the program prints the place of the message itself.
func shown(p diag.Place) string {
	if wd, err := os.Getwd(); err == nil {
		p = p.Relative(wd)
	}
	return p.String()
}

// overlays finds the module that l.dir lies in and what is laid over it, once.
func (l *loader) overlays() (map[string]load.Source, error) {
	if l.layers == nil {
		root, hasModule := moduleRoot(l.dir)
		layers, err := overlay(root, hasModule)
		if err != nil {
			return nil, err
		}
		l.root, l.layers = root, layers
	}
	return l.layers, nil
}

// definition returns a definition of the schema, as this experiment sees it.
func (l *loader) definition(name string) (cue.Value, error) {
	layers, err := l.overlays()
	if err != nil {
		return cue.Value{}, err
	}
	inst := load.Instances([]string{Module + "/schema"}, l.config(layers))[0]
	if inst.Err != nil {
		return cue.Value{}, fmt.Errorf("loading the schema: %w", inst.Err)
	}
	v := l.ctx.BuildInstance(inst).LookupPath(cue.ParsePath(name))
	if v.Err() != nil {
		return cue.Value{}, fmt.Errorf("loading the schema: %w", v.Err())
	}
	return v, nil
}

// noExperiment says that the package declares no experiment, with the nearest
// name that it does declare.
func (l *loader) noExperiment(inst *build.Instance, v cue.Value) {
	var names []string
	it, err := v.Fields()
	for err == nil && it.Next() {
		names = append(names, it.Selector().Unquoted())
	}
	p := diag.Problem{Place: diag.Place{File: l.dir}, What: `the package has no field "experiment"`,
		Why:  "runner looks for the experiment there",
		Mend: "write  experiment: schema.#Experiment & {...}"}
	if near := diag.Nearest("experiment", names); near != "" {
		p.Place = placeOf(v.LookupPath(cue.MakePath(cue.Str(near))).Pos())
		p.What = fmt.Sprintf("the package has no field \"experiment\", but one named %q", near)
		p.Mend = "rename it to  experiment"
	} else if len(inst.BuildFiles) > 0 && strings.HasPrefix(inst.PkgName, "_") {
		p.Mend = "give the files a package clause such as  package study"
	}
	l.fail(p)
}
