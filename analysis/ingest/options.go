package ingest

import (
	"fmt"
	"sort"
	"strconv"
	"strings"

	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/score"
	"circumplex.example/analysis/tabular"
)

// Options are the choices of the analysis and the facts about the experiment
// that its tables must name.
type Options struct {
	Centred            bool // correlate centred instead of raw scores
	Correlation        corr.Method
	Missing            score.Deletion
	MinAnswered        float64
	RequireAllValues   bool
	Dissimilarity      mds.Dissimilarity
	MDS                mds.Level
	Restarts           int
	Permutations       int // 0: no permutation test
	Seed               uint64
	MeansBenchmark     string // empty: none was named
	StructureBenchmark string
	AlphaBenchmark     string
	AnchorCircle       string
	AnchorColumn       string
	Bootstrap          int      // resamples; 0: no intervals
	BootstrapSeed      uint64   // of resamples and split halves
	Strata             []string // columns of respondents that the design fixes; see StrataColumns
	NoStrata           bool     // strata: none
	Figures            bool     // draw the figures

	Instrument       string
	InstrumentHash   string
	InstrumentNotice string
	NoCircle         bool // the instrument claims no circular structure
	Experiment       string
	DesignHash       string
	Title            string
	ProgramVersion   string
}

// Defaults are the options of an experiment that says nothing.
func Defaults() Options {
	s := score.Default()
	return Options{
		MinAnswered: s.MinAnswered, RequireAllValues: s.RequireAllValues,
		Restarts: 20, Permutations: 9999, Bootstrap: 1000, AnchorCircle: "a", AnchorColumn: "anchor_value", Figures: true,
	}
}

// StrataColumns are the columns of respondents whose levels the design fixes,
// so that a bootstrap must resample within them. The option strata names them,
// separated by commas, or is none; without it they are the column of the anchors
// and ethnic_group. Columns that a condition does not fill are passed over.
func (o Options) StrataColumns() []string {
	switch {
	case o.NoStrata:
		return nil
	case len(o.Strata) > 0:
		return o.Strata
	}
	return []string{o.AnchorColumn, "ethnic_group"}
}

// setStrata reads the names of columns.
func (o *Options) setStrata(value string) {
	o.Strata, o.NoStrata = nil, value == "none"
	for _, c := range strings.Split(value, ",") {
		if c = strings.TrimSpace(c); c != "" && !o.NoStrata {
			o.Strata = append(o.Strata, c)
		}
	}
}

// minResamples is the least number whose 2.5 % point lies within the resamples.
const minResamples = 40

// setBootstrap sets the number of resamples.
func (o *Options) setBootstrap(value string) error {
	n := 0
	if err := setInt(&n, "bootstrap", value); err != nil {
		return err
	}
	if n > 0 && n < minResamples {
		return fmt.Errorf("bootstrap: %d resamples do not give a 95 %% interval; use %d or more, or 0 for none", n, minResamples)
	}
	o.Bootstrap = n
	return nil
}

// setSeed sets a seed.
func setSeed(field *uint64, name, value string) error {
	v, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return fmt.Errorf("%s: %q is not a whole number from 0", name, value)
	}
	*field = v
	return nil
}

// Score are the rules for incomplete sessions.
func (o Options) Score() score.Options {
	return score.Options{MinAnswered: o.MinAnswered, RequireAllValues: o.RequireAllValues}
}

// options reads options.parquet.
func (r *reader) options() error {
	t, err := r.open("options", col("name", tabular.String), col("value", tabular.String))
	if err != nil {
		return err
	}
	defer t.Close()
	names, values := t.strings("name"), t.strings("value")
	if t.err != nil {
		return t.err
	}
	r.d.Options = Defaults()
	for row := range t.NumRows {
		if values.Null(row) {
			continue
		}
		if err := r.d.Options.Set(names.At(row), values.At(row)); err != nil {
			return t.at(row, "value", "%v", err)
		}
	}
	r.d.Simulated, r.d.DesignHash = t.Meta["simulated"], t.Meta["design_hash"]
	r.d.Experiment = r.d.Options.Experiment
	return nil
}

// Set sets the option of this name from the word the tables use for it. A name
// that is no option of the analysis is left alone; a word that is not among
// those allowed is an error that lists them.
func (o *Options) Set(name, value string) error {
	if set, ok := choices[name]; ok {
		return setChoice(o, name, value, set)
	}
	if field := o.text(name); field != nil {
		*field = value
		return nil
	}
	switch name {
	case "min_answered":
		v, err := strconv.ParseFloat(value, 64)
		if err != nil || !(v >= 0 && v <= 1) {
			return fmt.Errorf("%s: %q is not a number from 0 to 1", name, value)
		}
		o.MinAnswered = v
	case "require_all_values":
		return setBool(&o.RequireAllValues, name, value)
	case "figures":
		return setBool(&o.Figures, name, value)
	case "restarts":
		return setInt(&o.Restarts, name, value)
	case "permutations":
		return setInt(&o.Permutations, name, value)
	case "seed":
		return setSeed(&o.Seed, name, value)
	case "bootstrap":
		return o.setBootstrap(value)
	case "bootstrap_seed":
		return setSeed(&o.BootstrapSeed, name, value)
	case "strata":
		o.setStrata(value)
	}
	return nil
}

// OptionNames are the options of the analysis that a caller may override, in
// alphabetical order; facts about the experiment are not among them.
func OptionNames() []string {
	return []string{"alpha_benchmark", "anchor_circle", "anchor_column", "bootstrap", "bootstrap_seed", "correlation", "dissimilarity", "figures", "mds", "means_benchmark", "min_answered",
		"missing", "permutations", "require_all_values", "restarts", "scores", "seed", "strata", "structure_benchmark"}
}

// text is the field of an option that is any text, or nil.
func (o *Options) text(name string) *string {
	return map[string]*string{
		"means_benchmark": &o.MeansBenchmark, "structure_benchmark": &o.StructureBenchmark, "alpha_benchmark": &o.AlphaBenchmark,
		"anchor_circle": &o.AnchorCircle, "anchor_column": &o.AnchorColumn,
		"instrument": &o.Instrument, "instrument_hash": &o.InstrumentHash, "instrument_notice": &o.InstrumentNotice,
		"experiment": &o.Experiment, "design_hash": &o.DesignHash, "title": &o.Title, "program_version": &o.ProgramVersion,
	}[name]
}

// choices are the options that take one of a few words.
var choices = map[string]map[string]func(*Options){
	"scores": {
		"raw":     func(o *Options) { o.Centred = false },
		"centred": func(o *Options) { o.Centred = true },
	},
	"correlation": {
		"pearson":  func(o *Options) { o.Correlation = corr.Pearson },
		"spearman": func(o *Options) { o.Correlation = corr.Spearman },
	},
	"missing": {
		"pairwise": func(o *Options) { o.Missing = score.Pairwise },
		"listwise": func(o *Options) { o.Missing = score.Listwise },
	},
	"dissimilarity": {
		"one_minus_r": func(o *Options) { o.Dissimilarity = mds.OneMinusR },
		"sqrt_2_1mr":  func(o *Options) { o.Dissimilarity = mds.SqrtTwoOneMinusR },
	},
	"mds": {
		"ratio":     func(o *Options) { o.MDS = mds.Ratio },
		"interval":  func(o *Options) { o.MDS = mds.Interval },
		"ordinal":   func(o *Options) { o.MDS = mds.Ordinal },
		"classical": func(o *Options) { o.MDS = mds.Classical },
	},
	"instrument_structure": {
		"circumplex": func(o *Options) { o.NoCircle = false },
		"none":       func(o *Options) { o.NoCircle = true },
	},
}

// setChoice applies one of a few words.
func setChoice(o *Options, name, value string, set map[string]func(*Options)) error {
	if f, ok := set[value]; ok {
		f(o)
		return nil
	}
	words := make([]string, 0, len(set))
	for w := range set {
		words = append(words, w)
	}
	sort.Strings(words)
	return fmt.Errorf("%s: %q is none of %s", name, value, strings.Join(words, ", "))
}

// setBool sets a choice that is true or false.
func setBool(field *bool, name, value string) error {
	v, err := strconv.ParseBool(value)
	if err != nil {
		return fmt.Errorf("%s: %q is neither true nor false", name, value)
	}
	*field = v
	return nil
}

// setInt sets a number of at most a million.
func setInt(field *int, name, value string) error {
	v, err := strconv.Atoi(value)
	if err != nil || v < 0 || v > 1_000_000 {
		return fmt.Errorf("%s: %q is not a whole number from 0 to 1000000", name, value)
	}
	*field = v
	return nil
}
