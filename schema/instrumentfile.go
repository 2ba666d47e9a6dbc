package schema

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/load"

	"circumplex.example/schema/diag"
)

// LoadInstrument reads one instrument: a .cue file with a field of the shape
// #Instrument, or the name of one that comes with the program, such as pvq57.
// In a file with several, FILE#field says which. Scale and key alone are
// enough: without values they are named by their codes, without a name the
// instrument has that of its field.
func LoadInstrument(given string) (*Instrument, diag.List) {
	l := &loader{}
	in := l.instrumentFile(given)
	problems := l.problems.Sorted()
	if problems.HasErrors() {
		return nil, problems
	}
	return in, problems
}

// Root returns the directory at or above dir that holds cue.mod, beside which
// results lie; dir itself where there is none.
func Root(dir string) string {
	root, _ := moduleRoot(dir)
	return root
}

// ShippedInstruments lists the instruments that come with the program.
func ShippedInstruments() []string {
	return slices.Sorted(maps.Keys(shippedFields("instruments", "#Instrument")))
}

// ShippedBenchmarks returns the benchmarks that come with the program, by name.
func ShippedBenchmarks() ([]*Benchmark, error) {
	var out []*Benchmark
	fields := shippedFields("benchmarks", "#Benchmark")
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		b := &Benchmark{Field: name}
		if err := fields[name].Decode(b); err != nil {
			return nil, fmt.Errorf("reading the shipped benchmark %s: %w", name, err)
		}
		out = append(out, b)
	}
	return out, nil
}

// Fits reports whether the benchmark has numbers for exactly the values of an
// instrument.
func (b *Benchmark) Fits(in *Instrument) bool {
	var have []string
	switch b.Statistic {
	case "coordinates":
		have = slices.Sorted(maps.Keys(b.Coordinates))
	case "correlation":
		have = slices.Sorted(maps.Keys(b.Correlations))
	case "alpha":
		have = slices.Sorted(maps.Keys(b.Alphas))
	default:
		have = slices.Sorted(maps.Keys(b.Means))
	}
	var want []string
	for _, v := range in.Values {
		want = append(want, v.Code)
	}
	slices.Sort(want)
	return slices.Equal(have, want)
}

// DefaultAnalysis returns the options of an experiment that says nothing about
// its analysis.
func DefaultAnalysis() (Analysis, error) {
	l := &loader{}
	l.emptyModule()
	out := l.analysisDefaults(nil)
	if l.problems.HasErrors() {
		return Analysis{}, l.problems
	}
	return out, nil
}

// emptyModule stands the loader in a module that lies nowhere on disk and sees
// only what is embedded.
func (l *loader) emptyModule() {
	l.ctx = cuecontext.New()
	// A directory of the root: no author's cue.mod lies above it.
	l.dir = filepath.VolumeName(os.TempDir()) + string(filepath.Separator) + "circumplex-embedded"
	l.root = l.dir
	l.places = &locator{root: l.root}
}

// shippedFields builds an embedded package and returns its fields of a shape.
func shippedFields(below, shape string) map[string]cue.Value {
	l := &loader{}
	l.emptyModule()
	layers, err := overlay(l.root, false)
	if err != nil {
		panic("schema: the embedded files: " + err.Error())
	}
	inst := load.Instances([]string{Module + "/experiments/" + below}, l.config(layers))[0]
	if inst.Err != nil {
		panic("schema: the embedded " + below + " do not load: " + inst.Err.Error())
	}
	out := map[string]cue.Value{}
	it, err := l.ctx.BuildInstance(inst).Fields()
	for err == nil && it.Next() {
		if shape != "#Instrument" || looksLikeInstrument(it.Value()) {
			out[it.Selector().Unquoted()] = it.Value()
		}
	}
	return out
}

// looksLikeInstrument tells an instrument from a list or a note that stands in
// the same file.
func looksLikeInstrument(v cue.Value) bool {
	return v.IncompleteKind() == cue.StructKind &&
		(v.LookupPath(cue.ParsePath("key")).Exists() || v.LookupPath(cue.ParsePath("scale")).Exists())
}

func (l *loader) instrumentFile(given string) *Instrument {
	file, field, _ := strings.Cut(given, "#")
	args, ok := l.instrumentSource(file)
	if !ok {
		return nil
	}
	layers, err := l.overlays()
	if err != nil {
		l.fail(diag.Problem{Place: diag.Place{File: file}, What: err.Error()})
		return nil
	}
	inst := load.Instances(args, l.config(layers))[0]
	if inst.Err != nil {
		l.cueErrors(inst.Err)
		return nil
	}
	if l.ctx == nil {
		l.ctx = cuecontext.New()
	}
	v := l.ctx.BuildInstance(inst)
	if err := v.Err(); err != nil {
		l.places = newLocator(l.root, v)
		l.cueErrors(err)
		return nil
	}
	if !strings.HasSuffix(file, ".cue") {
		field = file
	}
	name, ok := l.chooseInstrument(file, field, v)
	if !ok {
		return nil
	}
	return l.oneInstrument(name, v.LookupPath(cue.MakePath(cue.Str(name))))
}

// instrumentSource says what to load: the file, or the embedded package that
// holds a shipped instrument.
func (l *loader) instrumentSource(file string) ([]string, bool) {
	if !strings.HasSuffix(file, ".cue") {
		known := ShippedInstruments()
		if slices.Contains(known, file) {
			l.emptyModule()
			return []string{Module + "/experiments/instruments"}, true
		}
		l.fail(diag.Problem{Place: diag.Place{File: file}, What: fmt.Sprintf("%q is neither a .cue file nor a shipped instrument", file),
			Mend: diag.DidYouMean(file, known)})
		return nil, false
	}
	abs, err := filepath.Abs(file)
	if err == nil {
		var st fs.FileInfo
		if st, err = os.Stat(abs); err == nil && st.IsDir() {
			err = fmt.Errorf("it is a directory")
		}
	}
	if err != nil {
		p := diag.Problem{Place: diag.Place{File: file}, What: "the instrument cannot be read: " + rootCause(err)}
		if base := strings.TrimSuffix(path.Base(filepath.ToSlash(file)), ".cue"); slices.Contains(ShippedInstruments(), base) {
			p.Mend = fmt.Sprintf("one of that name comes with the program:  --instrument %s", base)
		}
		l.fail(p)
		return nil, false
	}
	l.dir = filepath.Dir(abs)
	return []string{abs}, true
}

// rootCause is an error of the file system without operation and path.
func rootCause(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// chooseInstrument finds the field that is the instrument.
func (l *loader) chooseInstrument(file, field string, v cue.Value) (string, bool) {
	var names []string
	it, err := v.Fields()
	for err == nil && it.Next() {
		if looksLikeInstrument(it.Value()) {
			names = append(names, it.Selector().Unquoted())
		}
	}
	place := diag.Place{File: file}
	switch {
	case field != "" && slices.Contains(names, field):
		return field, true
	case field != "":
		l.fail(diag.Problem{Place: place, What: fmt.Sprintf("there is no instrument %q in this file", field), Mend: diag.DidYouMean(field, names)})
	case len(names) == 1:
		return names[0], true
	case len(names) == 0:
		l.fail(diag.Problem{Place: place, What: "there is no instrument in this file",
			Why:  "an instrument is a field with at least scale and key",
			Mend: `write  my_scale: {scale: {min: 1, max: 6}, key: {VALUE: [1, 2, 3]}}`})
	default:
		l.fail(diag.Problem{Place: place, What: fmt.Sprintf("there are %d instruments in this file: %s", len(names), strings.Join(names, ", ")),
			Mend: fmt.Sprintf("say which:  --instrument '%s#%s'", filepath.ToSlash(file), names[0])})
	}
	return "", false
}

// oneInstrument checks a field against the schema and decodes it. The path that
// messages show begins with "instrument", as in an experiment.
func (l *loader) oneInstrument(name string, field cue.Value) *Instrument {
	def, err := l.definition("#Instrument")
	if err != nil {
		l.fail(diag.Problem{Place: diag.Place{File: l.dir}, What: err.Error()})
		return nil
	}
	at := cue.ParsePath("instrument")
	empty := l.ctx.CompileString("{}")
	whole := empty.FillPath(at, field)
	filled := empty.FillPath(at, l.defaults(name, field))
	l.places = &locator{root: l.root, parts: []cue.Value{whole, filled}}
	full := empty.FillPath(at, def).Unify(whole).Unify(filled)
	if err := full.Validate(cue.Concrete(true), cue.Final()); err != nil {
		l.structure(empty.FillPath(at, def), err)
		for i := range l.problems {
			if l.problems[i].Place == (diag.Place{}) {
				l.problems[i].Place = placeOf(field.Pos()) // the whole instrument
			}
		}
		return nil
	}
	var r raw
	if err := full.Decode(&r); err != nil {
		l.fail(diag.Problem{Place: l.places.placeAt("instrument"), What: fmt.Sprintf("reading the instrument: %v", err)})
		return nil
	}
	return l.instrument(full, r.Instrument)
}

var instrumentName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// instrumentField is an instrument's name that can be written without quotes.
var instrumentField = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// defaults are what an instrument of scale and key alone leaves out: its name,
// and the names of its values, in the order of the key.
func (l *loader) defaults(name string, field cue.Value) cue.Value {
	has := func(path string) bool { return field.LookupPath(cue.ParsePath(path)).Exists() }
	var b strings.Builder
	if lower := strings.ToLower(name); !has("name") && instrumentName.MatchString(lower) {
		fmt.Fprintf(&b, "name: %q\n", lower)
	}
	key := field.LookupPath(cue.ParsePath("key"))
	if !has("values") && key.IncompleteKind() == cue.StructKind {
		it, err := key.Fields()
		for err == nil && it.Next() {
			code := it.Selector().Unquoted()
			fmt.Fprintf(&b, "values: %s: name: %s\n", literal.String.Quote(code), literal.String.Quote(code))
		}
	}
	return l.ctx.CompileString(b.String())
}
