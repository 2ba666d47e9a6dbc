package cli

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/benchmark"
	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// benchmarkFlags are the flags of import benchmark.
type benchmarkFlags struct {
	kind, name, into, of, label, source, items string
	answers                                    benchmark.AnswerOptions
	replace                                    bool
}

func (a *app) importBenchmarkCmd() *cobra.Command {
	var f benchmarkFlags
	c := &cobra.Command{
		Use:   "benchmark FILE --kind KIND --name NAME --into DIR",
		Short: "Give an experiment a structure to be compared with",
		Long: `Give an experiment a structure to be compared with.

FILE is, by --kind:
  correlation  CSV: a header of value codes, a row a value; one half will do
  coordinates  CSV: value code, x, y
  alphas       CSV: value code, Cronbach's alpha
  answers      CSV or Parquet of item answers, a row a respondent
  results      a directory of results: another experiment, or imported answers

Answers and results give three benchmarks: correlations, means and Cronbach's
alphas. Means of people are set beside those that the experiment has already,
such as the column that the paper prints, and what is off is marked.

What is made is a .cue file in the experiment's directory; its other files need
no change. A benchmark of people is taken before one of theory, unless the
experiment's analysis names another.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.importBenchmark(args[0], f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.kind, "kind", "", "correlation, coordinates, alphas, answers or results")
	fl.StringVar(&f.name, "name", "", "name of the benchmark in tables")
	fl.StringVar(&f.into, "into", "", "directory of the experiment that gets it")
	fl.StringVar(&f.of, "of", "", "whose it is: human, model or theory (default: human; of results, who answered)")
	fl.StringVar(&f.label, "label", "", "how tables and captions name it (default: from name and file)")
	fl.StringVar(&f.source, "source", "", "where the numbers come from (default: the file and its digest)")
	fl.StringVar(&f.items, "items", "q%d", "answers: names of the item columns")
	fl.StringVar(&f.answers.Group, "group", "", "answers, results: the column that names a respondent's group")
	fl.BoolVar(&f.answers.Average, "average", false, "average the groups' correlations, in place of pooling all respondents")
	fl.BoolVar(&f.answers.Centred, "centred", false, "correlate centred scores, in place of raw ones")
	fl.StringVar(&f.answers.Condition, "condition", "", "results: id of the condition")
	fl.BoolVar(&f.replace, "replace", false, "overwrite a benchmark of that name")
	fl.BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return c
}

func (a *app) importBenchmark(file string, f benchmarkFlags) error {
	if f.name == "" || f.into == "" || f.kind == "" {
		return &exitError{code: exitUsage, err: errors.New("--kind, --name and --into are needed\n    mend: runner import benchmark matrix.csv --kind correlation --name human_2022 --into ./experiments/paper")}
	}
	if !benchmarkName.MatchString(f.name) {
		return &exitError{code: exitUsage, err: fmt.Errorf("--name %q: want letters, digits, . _ and -, beginning with a letter or digit", f.name)}
	}
	if kinds := []string{ingest.Human, ingest.Model, ingest.Theory}; f.of != "" && !slices.Contains(kinds, f.of) {
		return &exitError{code: exitUsage, err: fmt.Errorf("--of %s: want %s", f.of, strings.Join(kinds, ", "))}
	}
	if f.of == "" && f.kind != "results" {
		f.of = ingest.Human
	}
	exp, problems := schema.Load(f.into)
	if problems.HasErrors() {
		return problems
	}
	about, err := benchmarkAbout(file, f)
	if err != nil {
		return err
	}
	made, notes, err := makeBenchmark(file, f, exp, about)
	if err != nil {
		return err
	}
	path, err := writeBenchmark(exp, f, made, about)
	if err != nil {
		return err
	}
	check := benchmark.CheckMeans(made, exp)
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "file": path, "benchmarks": made, "notes": notes, "check": check})
		return nil
	}
	for _, n := range notes {
		prose(a.stdout, n)
	}
	a.printCheck(check)
	for _, b := range made {
		n := len(exp.Instrument.Values)
		if b.Alphas != nil {
			n = len(b.Alphas)
		}
		fmt.Fprintf(a.stdout, "%s: %s of %s values\n", b.Name, b.Statistic, num(n))
	}
	fmt.Fprintf(a.stdout, "written: %s\nrunner apply %s  takes it up; it asks nobody for that\n", shown(path), shown(exp.Dir))
	return nil
}

var benchmarkName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// benchmarkAbout says what the benchmark is and where it comes from. A file is
// named by its base name: where it lay is this machine's business.
func benchmarkAbout(file string, f benchmarkFlags) (benchmark.About, error) {
	about := benchmark.About{Name: f.name, Kind: f.of, Label: f.label, Source: f.source}
	if about.Label == "" {
		about.Label = f.name + ", imported from " + filepath.Base(file)
	}
	if about.Source == "" {
		about.Source = filepath.Base(file)
		if f.kind != "results" {
			b, err := os.ReadFile(file)
			if err != nil {
				var pe *os.PathError
				if errors.As(err, &pe) {
					err = pe.Err
				}
				return about, fmt.Errorf("%s: the file cannot be read: %w\n    mend: give the CSV file that holds the benchmark", shown(file), err)
			}
			sum := sha256.Sum256(b)
			about.Source += ", SHA-256 " + hex.EncodeToString(sum[:])
		}
	}
	return about, nil
}

func makeBenchmark(file string, f benchmarkFlags, exp *schema.Experiment, about benchmark.About) ([]*schema.Benchmark, []string, error) {
	var values []string
	for _, v := range exp.Instrument.Values {
		values = append(values, v.Code)
	}
	switch f.kind {
	case "correlation", "coordinates", "alphas":
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, nil, err
		}
		read := benchmark.ReadCorrelation
		switch f.kind {
		case "coordinates":
			read = benchmark.ReadCoordinates
		case "alphas":
			read = benchmark.ReadAlphas
		}
		made, problems := read(file, bytes.NewReader(b), values, about)
		if problems.HasErrors() {
			return nil, nil, &exitError{code: exitFailed, err: errors.New(firstProblems(problems.Sorted()))}
		}
		return []*schema.Benchmark{made}, nil, nil
	case "results":
		return benchmark.FromResults(file, f.answers, about)
	case "answers":
		return answersBenchmark(file, f, exp, about)
	}
	kinds := []string{"correlation", "coordinates", "alphas", "answers", "results"}
	mend := diag.DidYouMean(f.kind, kinds)
	if f.kind == "means" || f.kind == "medians" {
		mend = fmt.Sprintf("printed means are few enough to stand in a .cue file:  benchmarks: means: {name: %q, kind: \"human\", statistic: \"mean\", label: \"...\", source: \"...\", means: {%s: 0.5, ...}}", f.name, values[0])
	}
	return nil, nil, &exitError{code: exitUsage, err: fmt.Errorf("--kind %s: there is no such kind\n    mend: %s", f.kind, mend)}
}

// firstProblems are as many as anybody reads: a file that was written another way than
// it is read has one in every cell.
func firstProblems(l diag.List) string {
	const shown = importer.MaxShown
	if len(l) <= shown {
		return l.String()
	}
	return l[:shown].String() + fmt.Sprintf("\nand %s more", num(len(l)-shown))
}

// answersBenchmark imports answers into a directory of its own, with all the
// checks of import answers, and makes the benchmark from there.
func answersBenchmark(file string, f benchmarkFlags, exp *schema.Experiment, about benchmark.About) ([]*schema.Benchmark, []string, error) {
	dir, err := os.MkdirTemp("", "runner-benchmark-")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }() // a temporary directory: what stays is the system's to clear
	job := importer.Job{File: file, Name: "benchmark", Instrument: exp.Instrument, Analysis: exp.Analysis, Items: f.items,
		NA: []string{"NA"}, Dir: filepath.Join(dir, "results"), ProgramVersion: Version,
		Set: map[string]string{"model": "people", "prompt": "none", "administration": "batch"}}
	if f.answers.Group != "" {
		job.Keep = []importer.Keep{{Name: f.answers.Group, Column: f.answers.Group}}
	}
	res, err := importer.Run(job)
	if err != nil {
		return nil, nil, err
	}
	made, notes, err := benchmark.FromResults(job.Dir, f.answers, about)
	return made, append(importNotes(res), notes...), err
}

// importNotes are what import answers would say of the file.
func importNotes(res *importer.Result) []string {
	var notes []string
	if n := len(res.MissingItems); n > 0 {
		notes = append(notes, fmt.Sprintf("%s of the instrument have no column and are missing for everybody: %s", count(n, "item"), some(res.MissingItems)))
	}
	if n := len(res.ExtraItems); n > 0 {
		notes = append(notes, fmt.Sprintf("%s are of no item of the instrument and left out: %s", count(n, "column"), some(res.ExtraItems)))
	}
	if res.BadTotal > 0 {
		const shown = 5
		var first []string
		for _, b := range res.BadCells[:min(shown, len(res.BadCells))] {
			first = append(first, fmt.Sprintf("row %d, %s: %s", b.Row, b.Column, b.Why))
		}
		more := ""
		if res.BadTotal > len(first) {
			more = "; and others"
		}
		notes = append(notes, fmt.Sprintf("%s held no answer and count as missing: %s%s", count(res.BadTotal, "cell"), strings.Join(first, "; "), more))
	}
	return notes
}

func writeBenchmark(exp *schema.Experiment, f benchmarkFlags, made []*schema.Benchmark, about benchmark.About) (string, error) {
	pkg, err := benchmark.Package(exp.Dir)
	if err != nil {
		return "", err
	}
	for _, b := range made {
		for _, have := range exp.Benchmarks {
			if have.Name == b.Name && !f.replace {
				return "", fmt.Errorf("%s: experiment %s has a benchmark %q already\n    mend: another --name, or --replace", shown(exp.Dir), exp.Name, b.Name)
			}
		}
	}
	head := "Made by runner import benchmark. " + about.Label + ".\nSource: " + about.Source + "."
	src, err := benchmark.CUE(pkg, head, made...)
	if err != nil {
		return "", fmt.Errorf("writing the benchmark as CUE: %w", err)
	}
	// Not benchmark_NAME.cue: CUE passes over files that end in _test.cue.
	path := filepath.Join(exp.Dir, f.name+benchmark.FileSuffix)
	if _, err := os.Stat(path); err != nil && f.replace {
		return "", fmt.Errorf("%s: there is no such file to replace: the benchmark was not made by runner import benchmark\n    mend: edit the .cue file that declares it, or take another --name", shown(path))
	}
	return path, tabular.WriteFile(path, src)
}
