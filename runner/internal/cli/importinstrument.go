package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// instrumentSuffix ends the names of the files that hold imported instruments.
const instrumentSuffix = "_instrument.cue"

const importInstrumentHelp = `Make a questionnaire for an experiment from a CSV file with one row an item.

Columns: the item's number; its text, in a column for each form (female, male,
neutral) or in one called text; the value it measures, unless --key says so; and
whether it is reverse-keyed, if any is. Usual names in English and German are
known, others are said with --column. The separator is found out. UTF-8 and
UTF-16 are recognised, other encodings are named with --encoding.

Everything is checked before anything is written, and all faults are told at
once, by line and column. Texts are sent to models exactly as they stand, so
stray blanks, line breaks and invisible characters are faults too; --clean mends
those.

  runner import instrument tidy.csv --name tidy --scale 1-5 --label '1=never' --label '5=always'
  runner import instrument pvqrr.csv --name pvqrr --key pvqrr

The result is NAME_instrument.cue in the experiment's directory. It is added to
the .gitignore there, since a questionnaire may be under a licence that does not
let you publish it; --share leaves that out.`

func (a *app) importInstrumentCmd() *cobra.Command {
	var f instrumentFlags
	c := &cobra.Command{
		Use:   "instrument FILE --name NAME",
		Short: "Give an experiment a questionnaire from a CSV file",
		Long:  importInstrumentHelp,
		Args:  cobra.ExactArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.importInstrument(args[0], f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.name, "name", "", "`name` of the instrument, and of its field")
	fl.StringVar(&f.into, "into", ".", "directory of the experiment that gets it")
	fl.StringVar(&f.key, "key", "", "take scale, values and key from this `instrument`: pvqrr, another that comes with the program, or a .cue file")
	fl.StringVar(&f.scale, "scale", "", "the ends of the scale, such as `1-6`")
	fl.StringArrayVar(&f.labels, "label", nil, "what a point of the scale is called, such as `1=never`; several times")
	fl.StringSliceVar(&f.values, "values", nil, "the values in the order of the tables, such as `TID=Tidiness,CUR=Curiosity` (default: as in the file)")
	fl.IntSliceVar(&f.reverse, "reverse", nil, "numbers of reverse-keyed `items`, if no column says so")
	fl.StringVar(&f.structure, "structure", "", "circumplex: the values lie on a circle; none: they do not (default: that of --key, else none)")
	fl.StringArrayVar(&f.columns, "column", nil, "the column of number, female, male, neutral, value or reverse, such as `neutral=Wording`")
	fl.StringSliceVar(&f.forms, "forms", nil, "take these `forms` only")
	fl.StringVar(&f.encoding, "encoding", "", "the file's encoding: "+strings.Join(importer.Encodings(), ", "))
	fl.BoolVar(&f.clean, "clean", false, "mend stray blanks, line breaks and invisible characters in texts")
	fl.BoolVar(&f.gaps, "gaps", false, "numbers that are left out are no fault")
	fl.StringVar(&f.title, "title", "", "a `title` for people")
	fl.StringVar(&f.licence, "licence", "", "under which `terms` the wording may be used")
	fl.BoolVar(&f.share, "share", false, "do not keep the file out of git")
	fl.BoolVar(&f.replace, "replace", false, "overwrite an instrument that was imported under that name")
	fl.BoolVar(&a.flags.json, "json", false, "print one JSON document")
	fixed(c, "key", schema.ShippedInstruments)
	fixed(c, "encoding", importer.Encodings)
	return c
}

func (a *app) importInstrument(file string, f instrumentFlags) error {
	job, err := f.job(file)
	if err != nil {
		return err
	}
	have, err := instrumentPlace(f)
	if err != nil {
		return err
	}
	res, err := importer.ReadInstrument(*job)
	if err != nil {
		return importError(err)
	}
	exp, _ := schema.Load(f.into) // an experiment that does not load yet gets the file all the same
	head := "Made by runner import instrument from " + res.File + ".\nThe wording may be under a licence that does not let you publish it."
	src, err := schema.InstrumentCUE(have.Package, f.name, head, res.Instrument)
	if err != nil {
		return fmt.Errorf("writing the instrument as CUE: %w", err)
	}
	path := filepath.Join(f.into, f.name+instrumentSuffix)
	ignored := ""
	if !f.share {
		if ignored, err = keepOutOfGit(f.into, filepath.Base(path)); err != nil {
			return err
		}
	}
	if err := tabular.WriteFile(path, src); err != nil {
		return err
	}
	a.showInstrument(res, instrumentWritten{path: path, ignored: ignored, into: f.into, name: f.name, key: job.Key, exp: exp, have: have})
	return nil
}

// instrumentPlace returns what the package declares that the file becomes a
// part of, if it can.
func instrumentPlace(f instrumentFlags) (*schema.Declared, error) {
	if _, _, own := schema.ModuleAt(f.into); own {
		return nil, refused(diag.Problem{Place: diag.Place{File: absolute(f.into)}, What: "this is the project's own tree, where no questionnaire of others may lie",
			Why: "its licence may not let it be published", Mend: "runner init ~/my-study  and import into that"})
	}
	d, err := schema.DeclaredIn(f.into)
	if err != nil {
		return nil, err
	}
	at, taken := d.Names[f.name]
	switch ours := filepath.Base(at.File) == f.name+instrumentSuffix; {
	case taken && !ours:
		return nil, refused(diag.Problem{Place: at, What: fmt.Sprintf("the name %q is taken here", f.name), Mend: "give another --name"})
	case taken && !f.replace:
		return nil, refused(diag.Problem{Place: at, What: fmt.Sprintf("an instrument %q was imported already", f.name), Mend: "give another --name, or --replace"})
	}
	return d, nil
}

// refused is a problem that is no invalid experiment.
func refused(p diag.Problem) error {
	var l diag.List
	l.Add(p)
	return &exitError{code: exitFailed, err: l}
}

// absolute lets a message show a path relative to the working directory.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// keepOutOfGit adds a file to the .gitignore beside it, and returns the path of
// that.
func keepOutOfGit(dir, name string) (string, error) {
	path := filepath.Join(dir, ".gitignore")
	have, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	for line := range strings.Lines(string(have)) {
		if strings.TrimPrefix(strings.TrimSpace(line), "/") == name {
			return path, nil
		}
	}
	text := string(have)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	text += "# Its licence may not let it be published (runner import instrument).\n/" + name + "\n"
	return path, tabular.WriteFile(path, []byte(text))
}
