package schema

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"circumplex.example/schema/diag"
)

// leaf checks a value that is neither struct nor list, or is judged whole.
func (l *loader) leaf(path []cue.Selector, def, val cue.Value) {
	if !val.IsConcrete() {
		l.fail(diag.Problem{Place: l.places.place(path...), Path: pathString(path),
			What: fmt.Sprintf("%s has no value, only a type", pathString(path)),
			Mend: "write a value, for example  " + last(path) + ": " + example(path[:max(len(path)-1, 0)], last(path))})
		return
	}
	err := def.Unify(val).Validate(cue.Concrete(true))
	if err == nil {
		return
	}
	p := diag.Problem{Place: l.places.place(path...), Path: pathString(path)}
	if s, serr := val.String(); serr == nil && len(stringChoices(def)) > 0 {
		choices := stringChoices(def)
		p.What = fmt.Sprintf("%s cannot be %q", pathString(path), s)
		p.Mend = diag.DidYouMean(s, choices)
		l.fail(p)
		return
	}
	p.What, p.Mend = outOfBounds(pathString(path), val, err)
	l.fail(p)
}

func last(path []cue.Selector) string {
	if len(path) == 0 {
		return "experiment"
	}
	return path[len(path)-1].String()
}

// stringChoices returns the texts of a schema that is a choice between texts.
func stringChoices(def cue.Value) []string {
	op, args := cue.Dereference(def).Expr()
	var out []string
	switch op {
	case cue.AndOp:
		for _, a := range args {
			out = append(out, stringChoices(a)...)
		}
	case cue.OrOp:
		for _, a := range args {
			if s, err := a.String(); err == nil {
				out = append(out, s)
			} else {
				out = append(out, stringChoices(a)...)
			}
		}
	}
	return out
}

var boundPattern = regexp.MustCompile(`out of bound (.+?)\)?$`)

// outOfBounds phrases CUE's complaint about a number or a text.
func outOfBounds(path string, val cue.Value, err error) (what, mend string) {
	shown := withoutKeys(fmt.Sprint(val))
	for _, e := range errors.Errors(err) {
		f, args := e.Msg()
		m := boundPattern.FindStringSubmatch(fmt.Sprintf(f, args...))
		if m == nil {
			continue
		}
		if re, ok := strings.CutPrefix(m[1], "=~"); ok {
			return fmt.Sprintf("%s is %s, which has not the form wanted", path, shown), formHint(re)
		}
		if m[1] == `!=""` {
			return path + " is empty", "write a text, or leave the field out"
		}
		return fmt.Sprintf("%s is %s, out of range", path, shown), "give a value " + boundWords(m[1])
	}
	return fmt.Sprintf("%s cannot be %s: %s", path, shown, withoutKeys(firstMessage(err))), ""
}

func boundWords(b string) string {
	for _, w := range []struct{ sign, word string }{
		{">=", "of at least "}, {"<=", "of at most "}, {">", "above "}, {"<", "below "}, {"!=", "other than "},
	} {
		if v, ok := strings.CutPrefix(b, w.sign); ok {
			return w.word + v
		}
	}
	return b
}

// formHint says in words what a pattern of the schema asks for.
func formHint(re string) string {
	switch {
	case strings.Contains(re, "https?"):
		return "begin with http:// or https://"
	case strings.Contains(re, "{4}-"):
		return "write the date as YYYY-MM-DD"
	case strings.Contains(re, "^[a-z0-9]["):
		return "use lower-case letters, digits, _ and -, beginning with a letter or digit"
	}
	return "use letters, digits and _ (and . - where it is a name), beginning with a letter"
}

// wrongType reports a value of another kind than the schema wants.
func (l *loader) wrongType(path []cue.Selector, def, val cue.Value) {
	p := diag.Problem{Place: l.places.place(path...), Path: pathString(path),
		What: fmt.Sprintf("%s is %s, want %s", pathString(path), describe(val), kindWords(def.IncompleteKind()))}
	s, err := val.String()
	want, has := def.IncompleteKind(), val.IncompleteKind()
	switch {
	case err == nil && want&cue.NumberKind != 0 && number.MatchString(s):
		p.Mend = "write it without quotes:  " + written(path, s)
	case has == cue.FloatKind && want == cue.IntKind:
		p.Mend = "write a whole number"
	case has&cue.NumberKind != 0 && want&cue.StringKind != 0:
		p.Mend = fmt.Sprintf("write it in quotes:  %s", written(path, fmt.Sprintf("%q", fmt.Sprint(val))))
	case want == cue.ListKind:
		p.Mend = "put brackets around it:  " + written(path, "[...]")
	case want == cue.StructKind:
		p.Mend = l.structMend(path, def, val)
	case has == cue.BytesKind && want&cue.StringKind != 0:
		p.Mend = "write it in double quotes:  " + written(path, textOr(val))
	}
	l.fail(p)
}

// written is a field with its value as an author would write it; an element of
// a list is its value alone.
func written(path []cue.Selector, value string) string {
	if len(path) > 0 && path[len(path)-1].LabelType() == cue.IndexLabel {
		return value
	}
	return last(path) + ": " + value
}

var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

func describe(val cue.Value) string {
	switch val.IncompleteKind() {
	case cue.StringKind:
		if s, err := val.String(); err == nil && looksLikeKey(s) {
			return "a text that is not shown, because it may be a key"
		}
		return fmt.Sprintf("the text %v", val)
	case cue.BytesKind:
		if s, ok := text(val); ok && !looksLikeKey(s) {
			return fmt.Sprintf("%v in single quotes", val)
		}
		return "in single quotes"
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		return fmt.Sprintf("the number %v", val)
	case cue.BoolKind:
		return fmt.Sprint(val)
	}
	return kindWords(val.IncompleteKind())
}

func kindWords(k cue.Kind) string {
	var out []string
	for _, w := range []struct {
		kind cue.Kind
		word string
	}{
		{cue.StructKind, "a struct {...}"}, {cue.ListKind, "a list [...]"}, {cue.StringKind, "a text"},
		{cue.BoolKind, "true or false"}, {cue.NullKind, "null"}, {cue.BytesKind, "a text in single quotes"},
	} {
		if k&w.kind != 0 {
			out = append(out, w.word)
		}
	}
	switch {
	case k&cue.FloatKind != 0:
		out = append(out, "a number")
	case k&cue.IntKind != 0:
		out = append(out, "a whole number")
	}
	return strings.Join(out, " or ")
}

// cueErrors reports what CUE said, at the author's place where it names one.
func (l *loader) cueErrors(err error) {
	if l.decimalCommas(err) {
		return
	}
	broken := map[string]bool{}
	for _, e := range errors.Errors(err) {
		p := diag.Problem{Place: diag.Place{File: l.dir}, Path: strings.Join(e.Path(), ".")}
		f, args := e.Msg()
		p.What = withoutKeys(fmt.Sprintf(f, args...))
		for _, pos := range errors.Positions(e) {
			if l.places == nil || l.places.authored(pos) {
				p.Place = placeOf(pos)
				break
			}
		}
		if p.What == "import failed" {
			p.What = importFailed(e.Error())
		}
		syntax := strings.HasPrefix(p.What, "expected ") || len(e.Path()) == 0 && p.Place.Line > 0
		if strings.Contains(p.What, "imported and not used") {
			syntax = false
		}
		if syntax && broken[p.Place.File] {
			continue // the parser lost its way at the first one
		}
		broken[p.Place.File] = syntax
		if hideKey(&p) {
			at := fmt.Sprint(p.Place.File, p.Place.Line)
			if broken[at] {
				continue // the rest of the same key
			}
			broken[at] = true
		} else if !(syntax && slip(&p)) {
			p.What, p.Mend = explainCUE(p.What)
		}
		if commentReference(p) {
			p.Mend = "comments begin with //"
		}
		l.fail(p)
	}
}

var missingPackage = regexp.MustCompile(`cannot find package ("[^"]+")`)

// importFailed names the package that an import does not find.
func importFailed(msg string) string {
	if m := missingPackage.FindStringSubmatch(msg); m != nil {
		return "cannot find package " + m[1]
	}
	return msg
}

// definitionNames are the definitions of the schema, such as #Experiment.
func definitionNames() (names []string) {
	defs, err := Definitions()
	if err != nil {
		return nil // a missing suggestion is no reason to hide the problem itself
	}
	for _, d := range defs {
		names = append(names, d.Name)
	}
	return names
}

// explainCUE adds a mend to the CUE messages that authors meet.
func explainCUE(msg string) (what, mend string) {
	msg = strings.TrimSpace(msg)
	if m := notFound.FindStringSubmatch(msg); m != nil && otherWords[m[1]] != "" {
		return msg, otherWords[m[1]]
	}
	switch {
	case strings.Contains(msg, "reference") && strings.Contains(msg, "not found"):
		return msg, "define the field in one of the package's files, or mend the spelling"
	case strings.Contains(msg, "found packages"):
		return msg, "give all .cue files of the directory the same package clause"
	case strings.HasPrefix(msg, "undefined field: #"):
		if near := diag.Nearest(strings.TrimPrefix(msg, "undefined field: "), definitionNames()); near != "" {
			return msg, fmt.Sprintf("did you mean %s?", near)
		}
		return msg, "runner schema --list  names what there is"
	case strings.HasSuffix(msg, "literal not terminated"):
		return "this is no CUE: " + msg, "end the text with the quote that it begins with, on the same line"
	case strings.HasPrefix(msg, "missing ',' "):
		return "this is no CUE: " + msg, "put a comma or a new line between the two fields or elements"
	case strings.HasPrefix(msg, "expected "):
		return "this is no CUE: " + strings.ReplaceAll(msg, "'EOF'", "the end of the file"),
			"look here and just above for a comma, quote, bracket or brace too few or too many"
	case strings.Contains(msg, "cannot find package"), strings.Contains(msg, "import failed"):
		return msg, `imports that always work: "` + Module + `/schema", "` + Module + `/experiments/instruments", "` + Module + `/experiments/benchmarks"`
	case strings.Contains(msg, "imported and not used"):
		return msg, unusedImport(msg)
	case strings.HasPrefix(msg, "illegal "):
		return "this is no CUE: " + msg, ""
	}
	return msg, ""
}

// otherWords are the words of other languages for what CUE calls otherwise.
var otherWords = map[string]string{
	"TRUE": "write true", "True": "write true", "T": "write true",
	"FALSE": "write false", "False": "write false", "F": "write false",
	"NULL": "leave the field out", "NA": "leave the field out", "None": "leave the field out",
	"c": "write a list in brackets: [...]",
}

var importedAs = regexp.MustCompile(`imported and not used: "([^"]*?([^/"]+))"(?: as (\S+))?`)

// unusedImport says what an import of the program's own packages is for.
func unusedImport(msg string) string {
	m := importedAs.FindStringSubmatch(msg)
	if m == nil {
		return "remove the import"
	}
	use := map[string]string{
		Module + "/experiments/instruments": "instrument: %s.pvq57",
		Module + "/experiments/benchmarks":  "benchmarks: circle: %s.theory_circle_a",
		Module + "/schema":                  "experiment: %s.#Experiment & {...}",
	}[m[1]]
	if use == "" {
		return "remove the import"
	}
	return fmt.Sprintf("use it, for example  "+use+", or remove the import", cmp.Or(m[3], m[2]))
}
