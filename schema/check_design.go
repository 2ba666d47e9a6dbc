package schema

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"circumplex.example/schema/diag"
)

// checkWhere checks the clauses that cut the design down.
func (l *loader) checkWhere(e *Experiment) {
	if e.Where != nil && len(e.Where) == 0 {
		l.fail(diag.Problem{Place: l.places.placeAt("where"), What: "where has no clause, so it admits nothing", Mend: "remove where to admit every combination, or add a clause"})
	}
	for i, c := range e.Where {
		if len(c) == 0 {
			l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("where", fmt.Sprint(i)), What: fmt.Sprintf("clause %d of where names no factor, so it admits every combination", i+1),
				Why: "a combination is made if one clause admits it: the others cut nothing", Mend: "remove the clause, or remove where"})
		}
		for _, factor := range slices.Sorted(maps.Keys(c)) {
			l.checkClause(e, i, factor, c[factor])
		}
	}
	if len(e.Where) > 0 && !l.problems.HasErrors() {
		l.warnUnusedLevels(e)
	}
}

func (l *loader) checkClause(e *Experiment, i int, factor string, admitted []string) {
	at := func(more ...string) diag.Place {
		return l.places.placeAt(append([]string{"where", fmt.Sprint(i), factor}, more...)...)
	}
	known := e.LevelNames(factor)
	if !slices.Contains(e.FactorNames(), factor) {
		l.fail(diag.Problem{Place: at(), What: fmt.Sprintf("clause %d of where names the factor %q, which does not exist", i+1, factor), Mend: diag.DidYouMean(factor, e.FactorNames())})
		return
	}
	if len(admitted) == 0 {
		l.fail(diag.Problem{Place: at(), What: fmt.Sprintf("clause %d of where admits nothing: its list of %ss is empty", i+1, factor), Mend: "name at least one level, or remove " + factor + " from the clause to leave it free"})
	}
	for j, name := range admitted {
		if !slices.Contains(known, name) {
			l.fail(diag.Problem{Place: at(fmt.Sprint(j)), What: fmt.Sprintf("clause %d of where names the %s %q, which does not exist", i+1, factor, name), Mend: diag.DidYouMean(name, known)})
		} else if slices.Contains(admitted[:j], name) {
			l.fail(diag.Problem{Place: at(fmt.Sprint(j)), What: fmt.Sprintf("clause %d of where names the %s %q twice", i+1, factor, name), Mend: "remove one"})
		}
	}
}

// warnUnusedLevels points at declared levels that no clause admits.
func (l *loader) warnUnusedLevels(e *Experiment) {
	for _, factor := range e.FactorNames() {
		for _, name := range e.LevelNames(factor) {
			admitted := slices.ContainsFunc(e.Where, func(c Clause) bool {
				levels, named := c[factor]
				return !named || slices.Contains(levels, name)
			})
			if !admitted {
				l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("factors", factor, name),
					What: fmt.Sprintf("no clause of where admits the %s %q: it is in no cell", factor, name),
					Mend: "name it in a clause, or remove the level"})
			}
		}
	}
}

// checkBenchmarks holds every benchmark against the instrument's values.
func (l *loader) checkBenchmarks(e *Experiment) {
	names := map[string]string{}
	for _, b := range e.Benchmarks {
		at := func(path ...string) diag.Place {
			return l.places.placeAt(append([]string{"benchmarks", b.Field}, path...)...)
		}
		if other, dup := names[b.Name]; dup {
			l.fail(diag.Problem{Place: at("name"), What: fmt.Sprintf("benchmarks %q and %q have the same name %q", other, b.Field, b.Name), Mend: "give one another name: tables tell them apart by it"})
		}
		names[b.Name] = b.Field
		field, keys := "means", slices.Collect(maps.Keys(b.Means))
		switch b.Statistic {
		case "coordinates":
			field, keys = "coordinates", slices.Collect(maps.Keys(b.Coordinates))
		case "correlation":
			field, keys = "correlations", slices.Collect(maps.Keys(b.Correlations))
			l.checkCorrelations(e, b, at)
		case "alpha":
			field, keys = "alphas", slices.Collect(maps.Keys(b.Alphas))
		}
		l.checkCodes(e, b, field, keys, at)
	}
}

func (l *loader) checkCodes(e *Experiment, b *Benchmark, field string, keys []string, at func(...string) diag.Place) {
	codes := e.Instrument.codes()
	slices.Sort(keys)
	var foreign []string
	for _, k := range keys {
		if !slices.Contains(codes, k) {
			foreign = append(foreign, k)
		}
	}
	if len(foreign) > 3 {
		l.fail(diag.Problem{Place: at(), What: fmt.Sprintf("benchmark %q is of other values than instrument %q measures: %s", b.Field, e.Instrument.Name, clip(strings.Join(foreign, ", "))),
			Mend: "remove the benchmark, or take one of the values " + strings.Join(codes, ", ")})
		return
	}
	for _, k := range keys {
		if !slices.Contains(codes, k) {
			l.fail(diag.Problem{Place: at(field, k), What: fmt.Sprintf("benchmark %q names the value %q, which instrument %q does not declare", b.Field, k, e.Instrument.Name), Mend: diag.DidYouMean(k, codes)})
		}
	}
	var missing []string
	for _, c := range codes {
		if !slices.Contains(keys, c) {
			missing = append(missing, c)
		}
	}
	if b.Statistic == "alpha" && len(keys) > 0 {
		return // studies do not print it for every value
	}
	if len(missing) > 0 {
		l.fail(diag.Problem{Place: at(field), What: fmt.Sprintf("benchmark %q (%s) has no %s for %s", b.Field, b.Statistic, field, strings.Join(missing, ", ")),
			Mend: "give a number for every value of the instrument"})
	}
}

func (l *loader) checkCorrelations(e *Experiment, b *Benchmark, at func(...string) diag.Place) {
	codes := e.Instrument.codes()
	for _, i := range codes {
		for _, j := range codes {
			r, ok := b.Correlations[i][j]
			switch {
			case b.Correlations[i] == nil:
			case !ok:
				example := fmt.Sprintf("%s: %s: 0.0  with its number", i, j)
				if i == j {
					example = fmt.Sprintf("%s: %s: 1", i, j)
				}
				l.fail(diag.Problem{Place: at("correlations", i), What: fmt.Sprintf("benchmark %q has no correlation of %s with %s", b.Field, i, j), Mend: "add  " + example})
			case i == j && r != 1:
				l.fail(diag.Problem{Place: at("correlations", i, j), What: fmt.Sprintf("benchmark %q: the correlation of %s with itself is %v", b.Field, i, r), Mend: "write 1"})
			case i > j && has(b.Correlations, j, i) && r != b.Correlations[j][i]:
				l.fail(diag.Problem{Place: at("correlations", i, j), What: fmt.Sprintf("benchmark %q is not symmetric: %s with %s is %v, %s with %s is %v", b.Field, i, j, r, j, i, b.Correlations[j][i]),
					Why: "the other stands at " + shown(at("correlations", j, i)), Mend: "give both the same number"})
			}
		}
	}
}

func has(m map[string]map[string]float64, i, j string) bool {
	_, ok := m[i][j]
	return ok
}

// defaultAnchors is the anchor_column of an experiment that names none; it need not
// have such a variable.
const defaultAnchors = "anchor_value"

// checkAnalysis resolves the benchmarks and circles that the analysis names.
func (l *loader) checkAnalysis(e *Experiment) {
	a := &e.Analysis
	a.MeansBenchmark = l.chosenBenchmark(e, "means_benchmark", a.MeansBenchmark, "median", "mean")
	a.StructureBenchmark = l.chosenBenchmark(e, "structure_benchmark", a.StructureBenchmark, "coordinates", "correlation")
	a.AlphaBenchmark = l.chosenBenchmark(e, "alpha_benchmark", a.AlphaBenchmark, "alpha")
	l.checkVariables(e)
	var circles []string
	for _, c := range e.Instrument.Circles {
		circles = append(circles, c.Name)
	}
	if a.AnchorCircle == "" && len(circles) > 0 {
		a.AnchorCircle = circles[0]
	} else if a.AnchorCircle != "" && !slices.Contains(circles, a.AnchorCircle) {
		l.fail(diag.Problem{Place: l.places.placeAt("analysis", "anchor_circle"), What: fmt.Sprintf("anchor_circle names the circle %q, which the instrument does not have", a.AnchorCircle), Mend: cmp.Or(diag.DidYouMean(a.AnchorCircle, circles), "remove it: this instrument declares no circles")})
	}
}

// checkVariables resolves the variables that the bootstrap resamples within, and the
// one of the anchors.
func (l *loader) checkVariables(e *Experiment) {
	var known []string
	for _, p := range e.Prompts {
		for _, v := range p.Variables {
			known = append(known, v.Fields...)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if name := e.Analysis.AnchorColumn; name != defaultAnchors && !slices.Contains(known, name) {
		l.fail(diag.Problem{Place: l.places.placeAt("analysis", "anchor_column"), What: fmt.Sprintf("anchor_column names %q, which no variable of a prompt fills", name),
			Mend: cmp.Or(diag.DidYouMean(name, known), "remove it: no prompt has variables")})
	}
	for i, name := range e.Analysis.Strata {
		if !slices.Contains(known, name) {
			l.fail(diag.Problem{Place: l.places.placeAt("analysis", "strata", fmt.Sprint(i)), What: fmt.Sprintf("strata names %q, which no variable of a prompt fills", name), Mend: diag.DidYouMean(name, known)})
		}
	}
}

// chosenBenchmark returns the name of the benchmark an option names by its
// field; without one, one that has a fitting statistic: of people before models before
// theory, so that an imported human structure becomes the default, and of several the
// one whose field is named means, structure or alpha, else with a warning the first.
func (l *loader) chosenBenchmark(e *Experiment, option, field string, statistics ...string) string {
	var known []string
	for _, kind := range []string{"human", "model", "theory"} {
		var fit []*Benchmark
		for _, b := range e.Benchmarks {
			if b.Kind != kind || !slices.Contains(statistics, b.Statistic) {
				continue
			}
			if b.Field == field {
				return b.Name
			}
			fit, known = append(fit, b), append(known, b.Field)
		}
		if field != "" || len(fit) == 0 {
			continue
		}
		// A second circle beside  structure  must not take its place by its name.
		usual := strings.TrimSuffix(option, "_benchmark")
		if i := slices.IndexFunc(fit, func(b *Benchmark) bool { return b.Field == usual }); i >= 0 {
			return fit[i].Name
		}
		if len(fit) > 1 && fit[0].Name != fit[1].Name {
			l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("benchmarks", fit[1].Field),
				What: fmt.Sprintf("benchmarks %q and %q may both be the analysis's %s, and nothing chooses: %q is taken", fit[0].Field, fit[1].Field, option, fit[0].Field),
				Why:  "it is the first of them by name, and a benchmark that is added later may come before it", Mend: fmt.Sprintf("analysis: %s: %q", option, fit[0].Field)})
		}
		return fit[0].Name
	}
	if field != "" {
		l.fail(diag.Problem{Place: l.places.placeAt("analysis", option), What: fmt.Sprintf("%s names %q, which is no benchmark of %s", option, field, strings.Join(statistics, " or ")),
			Mend: cmp.Or(diag.DidYouMean(field, known), "declare one under  benchmarks,  or remove  "+option)})
	}
	return ""
}
