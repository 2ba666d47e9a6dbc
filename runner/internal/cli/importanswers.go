package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// importFlags are the flags of import answers.
type importFlags struct {
	name, title, instrument, items string
	na, factors, keep              []string
	columns, set, drop             []string
	replace                        bool
}

const importAnswersHelp = `Make tables from answers collected elsewhere.

FILE is CSV (comma, semicolon, tab or |; found out by itself) or Parquet, with
one row a respondent and one column an item. A cell holds a point of the scale,
or nothing. Anything else is stored with a status that says what it was; nothing
is clamped or guessed.

Columns named model, prompt, temperature, administration, form, respondent or
replicate are taken as such; --column says where another name means one of them.

  runner import answers answers.csv --name field --instrument pvqrr_key --set model=gpt-4o
  runner import answers answers.csv --name field --instrument my_scale.cue --items 'Item_%02d'
  runner analyze results/field`

func (a *app) importAnswersCmd() *cobra.Command {
	var o importFlags
	c := &cobra.Command{
		Use:   "answers FILE --name NAME --instrument INSTRUMENT",
		Short: "Make tables from answers collected elsewhere",
		Long:  importAnswersHelp,
		Args:  cobra.ExactArgs(1),
		RunE:  func(c *cobra.Command, args []string) error { return a.importAnswers(args[0], o) },
	}
	f := c.Flags()
	f.StringVar(&o.name, "name", "", "`name` of the results: they go to results/NAME")
	f.StringVar(&o.instrument, "instrument", "", "the questionnaire: a .cue `file` with scale and key, or the name of one that comes with the program")
	f.StringVar(&o.title, "title", "", "a `title` for people, shown under every table")
	f.StringVar(&o.items, "items", "q%d", "`pattern` of the item columns, such as 'PVQ_%02d'")
	f.StringSliceVar(&o.na, "na", []string{"NA"}, "`texts` that mean missing, besides the empty one")
	f.StringArrayVar(&o.columns, "column", nil, "the column of a factor, of form, respondent or replicate, such as `model=Modell`")
	f.StringArrayVar(&o.set, "set", nil, "a factor's level for every row, such as `temperature=0.7`")
	f.StringSliceVar(&o.factors, "factor", nil, "a further factor, by the `name` of its column (or with --column or --set)")
	f.StringSliceVar(&o.keep, "keep", nil, "`columns` to keep as variables of the respondents; NEW=OLD renames")
	f.StringArrayVar(&o.drop, "drop", nil, "leave out rows in which a column has a value, such as `pilot=1`")
	f.BoolVar(&o.replace, "replace", false, "write over results of another origin, and remove their analysis and history of runs")
	f.StringVar(&a.flags.results, "results", "", "`DIR` of the results (default: results beside the cue.mod at or above the working directory)")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return c
}

func (a *app) importAnswers(file string, o importFlags) error {
	job, err := o.job(file)
	if err != nil {
		return err
	}
	if job.Dir, err = a.importDir(o.name); err != nil {
		return err
	}
	res, err := importer.Run(*job)
	if err != nil {
		return importError(err)
	}
	a.showImport(res)
	return noAnswer(res, job.Instrument)
}

// noAnswer is the error of a file in which no cell is an answer: it was read the wrong
// way, or is for another instrument. The tables are written all the same.
func noAnswer(res *importer.Result, in *schema.Instrument) error {
	if res.Counts.Responses[string(answer.OK)] > 0 || res.BadTotal == 0 {
		return nil
	}
	hint := "give another --instrument, or turn the answers into its numbers first"
	if b := res.BadCells[0]; strings.Contains(b.Text, ",") {
		hint = "write decimal points, or numbers without decimals"
	} else if strings.ContainsFunc(b.Text, unicode.IsLetter) {
		hint = "export the numbers of the answers, not their labels"
	}
	return &exitError{code: exitIncomplete, err: fmt.Errorf("no cell of an item holds an answer from %d to %d, which instrument %s asks for\n    mend: %s",
		in.Min, in.Max, in.Name, hint)}
}

// job reads the flags.
func (o importFlags) job(file string) (*importer.Job, error) {
	for flag, value := range map[string]string{"--name": o.name, "--instrument": o.instrument} {
		if value == "" {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("%s is needed\n    mend: runner import answers %s --name NAME --instrument pvqrr_key", flag, file)}
		}
	}
	job := &importer.Job{File: file, Name: o.name, Title: o.title, Items: o.items, NA: o.na, Factors: o.factors, Replace: o.replace, ProgramVersion: Version}
	var err error
	if job.Columns, err = pairs("--column", "model=Modell", o.columns); err != nil {
		return nil, err
	}
	if job.Set, err = pairs("--set", "temperature=0.7", o.set); err != nil {
		return nil, err
	}
	for _, k := range o.keep {
		name, column, renamed := strings.Cut(k, "=")
		if !renamed {
			column = name
		}
		job.Keep = append(job.Keep, importer.Keep{Name: name, Column: column})
	}
	for _, d := range o.drop {
		column, value, ok := strings.Cut(d, "=")
		if !ok {
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("--drop %s: want column=value, for example  --drop pilot=1", d)}
		}
		job.Drop = append(job.Drop, importer.Drop{Column: column, Value: value})
	}
	return job, withInstrument(job, o.instrument)
}

// pairs reads name=value flags.
func pairs(flag, example string, list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, s := range list {
		name, value, ok := strings.Cut(s, "=")
		if _, twice := out[name]; !ok || name == "" || value == "" || twice {
			what := fmt.Sprintf("want name=value, for example  %s %s", flag, example)
			if twice {
				what = name + " is given twice"
			}
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("%s %s: %s", flag, s, what)}
		}
		out[name] = value
	}
	return out, nil
}

// withInstrument loads the instrument, what to compare it with, and the options
// of the analysis.
func withInstrument(job *importer.Job, given string) error {
	in, problems := schema.LoadInstrument(given)
	if problems.HasErrors() {
		return problems
	}
	job.Instrument = in
	all, err := schema.ShippedBenchmarks()
	if err != nil {
		return err
	}
	for _, b := range all {
		if b.Fits(in) {
			job.Benchmarks = append(job.Benchmarks, b)
		}
	}
	job.Analysis, err = schema.DefaultAnalysis()
	return err
}

// importDir is where the tables of an import lie.
func (a *app) importDir(name string) (string, error) {
	dir := a.flags.results
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(schema.Root(wd), "results")
	}
	return filepath.Abs(filepath.Join(dir, name))
}

// importError gives an error of an import its exit code: a problem of the file
// is no invalid experiment.
func importError(err error) error {
	var problems diag.List
	switch {
	case errors.Is(err, importer.ErrUsage):
		return &exitError{code: exitUsage, err: err}
	case errors.As(err, &problems):
		return &exitError{code: exitFailed, err: problems}
	}
	return err
}
