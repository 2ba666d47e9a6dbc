package benchmark

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/score"
	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
)

// AnswerOptions say how answers become a benchmark.
type AnswerOptions struct {
	// Condition is the id of the condition, needed where the directory has more
	// than one.
	Condition string
	// Group is the variable that names a respondent's group, or "".
	Group string
	// Average takes the mean of the groups' correlation matrices, each group
	// counting alike, in place of one matrix of all respondents.
	Average bool
	// Centred correlates centred scores in place of raw ones.
	Centred bool
}

// Endings of the names of the benchmarks that are made beside the correlations.
const (
	meansSuffix  = "_means"
	alphasSuffix = "_alphas"
)

// FromResults makes benchmarks from a results directory, such as import answers
// writes: the correlations of the value scores, named about.Name; the means of
// the centred scores, named about.Name + "_means" (the median over groups of the
// group means where there are groups); and Cronbach's alpha of the values that
// have one, named about.Name + "_alphas". notes say what was left out.
func FromResults(dir string, o AnswerOptions, about About) (out []*schema.Benchmark, notes []string, err error) {
	d, err := ingest.Read(dir)
	if err != nil {
		return nil, nil, err
	}
	c, err := condition(d, o.Condition)
	if err != nil {
		return nil, nil, err
	}
	if about, err = about.of(d, c); err != nil {
		return nil, nil, err
	}
	s, err := score.Score(c.Answers, d.Key, score.Options{MinAnswered: d.Options.MinAnswered, RequireAllValues: d.Options.RequireAllValues})
	if err != nil {
		return nil, nil, fmt.Errorf("scoring %s: %w", dir, err)
	}
	if len(s.Dropped) > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d respondents left out: too few answers, or a value without any", len(s.Dropped), len(s.Dropped)+len(s.Kept)))
	}
	groups, err := groupRows(d, c, s, o.Group)
	if err != nil {
		return nil, nil, err
	}
	if o.Group != "" {
		notes = append(notes, groupNote(o.Group, groups))
	}
	x := s.Raw
	if o.Centred {
		x = s.Centred
	}
	b, more, err := correlations(x, s.Values, groups, o.Average, about)
	if err != nil {
		return nil, nil, err
	}
	means, err := centralValues(s, groups, about)
	if err != nil {
		return nil, nil, err
	}
	out, notes = []*schema.Benchmark{b, means}, append(notes, more...)
	alphas, more := alphasOf(c.Answers, d.Key, s.Kept, about)
	if len(alphas.Alphas) > 0 {
		out = append(out, alphas)
	}
	return out, append(notes, more...), nil
}

// of says whose a condition's numbers are: a model's, unless its answers were
// imported. Nothing that a program made up goes by the name of people, and nothing
// that a model said.
func (a About) of(d *ingest.Data, c *ingest.Condition) (About, error) {
	if c.Provider == importer.Provider && !c.Simulated {
		if a.Kind == "" {
			a.Kind = ingest.Human
		}
		return a, nil
	}
	who := fmt.Sprintf("model %s answered condition %s", c.Model, c.ID)
	if c.Simulated {
		who = fmt.Sprintf("condition %s is simulated: a program made up its answers", c.ID)
	}
	if a.Kind != "" && a.Kind != ingest.Model {
		return a, fmt.Errorf("%s: %s, so its numbers are no %s benchmark\n    mend: --of model", d.Dir, who, a.Kind)
	}
	a.Kind = ingest.Model
	a.Source += fmt.Sprintf(", condition %s (model %s, prompt %s, temperature %s, administration %s), design %s",
		c.ID, c.Model, c.Prompt, c.TemperatureWord(), c.Administration, d.DesignHash)
	if c.Simulated {
		a.Label += ", SIMULATED"
		a.Source += ", simulated: no model was asked"
	}
	return a, nil
}

// groupNote names the groups with their sizes: of two groups that differ in size, or
// of one that is a spelling of another, each counts as much.
func groupNote(variable string, groups map[string][]int) string {
	names := slices.SortedFunc(maps.Keys(groups), func(x, y string) int {
		return cmp.Or(cmp.Compare(len(groups[y]), len(groups[x])), cmp.Compare(x, y))
	})
	for i, n := range names {
		names[i] = fmt.Sprintf("%s %d", n, len(groups[n]))
	}
	if len(names) > 40 {
		names = append(names[:40], fmt.Sprintf("and %d others", len(names)-40))
	}
	return fmt.Sprintf("%d groups by %s, with their respondents: %s; each counts as much as any other", len(groups), variable, strings.Join(names, ", "))
}

// alphasOf are the alphas of the values over all respondents used; notes say
// which values have none.
func alphasOf(answers *score.Answers, key *score.Key, kept []int, about About) (b *schema.Benchmark, notes []string) {
	about.Name += alphasSuffix
	b = about.benchmark("alpha")
	b.Alphas = map[string]float64{}
	for _, a := range score.CronbachAlpha(answers, key, kept, score.Pairwise) {
		if a.Err != nil {
			notes = append(notes, fmt.Sprintf("value %s has no Cronbach's alpha: %v", a.Value, a.Err))
			continue
		}
		b.Alphas[a.Value] = a.Alpha
	}
	return b, notes
}

func condition(d *ingest.Data, id string) (*ingest.Condition, error) {
	var known []string
	for i := range d.Conditions {
		c := &d.Conditions[i]
		if c.ID == id || id == "" && len(d.Conditions) == 1 {
			return c, nil
		}
		known = append(known, fmt.Sprintf("%s (model=%s, prompt=%s, temperature=%s, administration=%s)", c.ID, c.Model, c.Prompt, c.TemperatureWord(), c.Administration))
	}
	if id != "" {
		return nil, fmt.Errorf("%s: there is no condition %q", d.Dir, id)
	}
	msg := fmt.Sprintf("%s: there are %d conditions, and a benchmark is of one\n    mend: --condition ID, one of", d.Dir, len(known))
	for _, k := range known[:min(len(known), 12)] {
		msg += "\n          " + k
	}
	return nil, fmt.Errorf("%s", msg)
}

// groupRows returns the rows of the scores by group; one group of all where no
// variable is named.
func groupRows(d *ingest.Data, c *ingest.Condition, s *score.Scores, variable string) (map[string][]int, error) {
	out := map[string][]int{}
	if variable == "" {
		for i := range s.Kept {
			out[""] = append(out[""], i)
		}
		return out, nil
	}
	v := d.Variable(variable)
	if v == nil {
		return nil, fmt.Errorf("%s: respondents.parquet has no column %q", d.Dir, variable)
	}
	none := 0
	for i, k := range s.Kept {
		g := text(v, c.Respondents[k])
		if g == "" {
			none++
		}
		out[g] = append(out[g], i)
	}
	if none > 0 {
		return nil, fmt.Errorf("%d of %d respondents have no %s, and would be a group of their own\n    mend: fill the column, take these respondents out of the file, or leave --group away", none, len(s.Kept), variable)
	}
	return out, nil
}

// text is a respondent's value of a variable.
func text(v *ingest.Variable, respondent int) string {
	switch {
	case v.Text != nil:
		return v.Text.At(respondent)
	case v.Number.Null(respondent):
		return ""
	}
	return strconv.Itoa(int(v.Number.Values[respondent]))
}

func correlations(x *score.Matrix, values []string, groups map[string][]int, average bool, about About) (*schema.Benchmark, []string, error) {
	b := about.benchmark("correlation")
	if !average || len(groups) == 1 {
		res, err := corr.Correlate(x, corr.Options{})
		if err != nil {
			return nil, nil, fmt.Errorf("correlating the scores: %w", err)
		}
		b.Correlations = named(values, func(i, j int) float64 { return res.R.At(i, j) })
		return b, nil, nil
	}
	var notes []string
	var used []*corr.Result
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		res, err := corr.Correlate(x.Rows(groups[g]), corr.Options{})
		if err != nil {
			notes = append(notes, fmt.Sprintf("group %q is left out of the correlations: %v", g, err))
			continue
		}
		used = append(used, res)
	}
	if len(used) == 0 {
		return nil, notes, fmt.Errorf("no group has correlations of all values: %v", notes)
	}
	b.Correlations = named(values, func(i, j int) float64 {
		sum := 0.0
		for _, r := range used {
			sum += r.R.At(i, j)
		}
		return sum / float64(len(used))
	})
	return b, notes, nil
}

func named(values []string, at func(i, j int) float64) map[string]map[string]float64 {
	out := map[string]map[string]float64{}
	for i, a := range values {
		out[a] = map[string]float64{}
		for j, b := range values {
			x := at(i, j)
			if i == j {
				x = 1
			}
			out[a][b] = x
		}
	}
	return out
}

// centralValues are the means of the centred scores, or the medians of the
// groups' means.
func centralValues(s *score.Scores, groups map[string][]int, about About) (*schema.Benchmark, error) {
	about.Name += meansSuffix
	statistic := "mean"
	if len(groups) > 1 {
		statistic = "median"
	}
	perGroup := make([][]float64, 0, len(groups))
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		m, err := s.Centred.Rows(groups[g]).Means(nil)
		if err != nil {
			return nil, fmt.Errorf("means of group %q: %w", g, err)
		}
		perGroup = append(perGroup, m)
	}
	b := about.benchmark(statistic)
	b.Means = map[string]float64{}
	for j, v := range s.Values {
		column := make([]float64, len(perGroup))
		for g := range perGroup {
			column[g] = perGroup[g][j]
		}
		b.Means[v] = median(column)
	}
	return b, nil
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	n := len(x)
	if n%2 == 1 {
		return x[n/2]
	}
	return (x[n/2-1] + x[n/2]) / 2
}
