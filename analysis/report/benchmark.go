package report

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/mds"
	"gonum.org/v1/gonum/mat"
)

// Reasons why a statistic is not available in any condition.
const (
	NoMeansBenchmark     = "there is no benchmark of means"
	NoStructureBenchmark = "there is no benchmark of the structure"
	NoCircle             = "the instrument declares no circular structure"
)

// embedding is a way to draw a map from correlations.
type embedding struct {
	level    mds.Level
	kind     mds.Dissimilarity
	restarts bool // with the random starts of the printed fit
}

// target is the benchmark's configuration for one embedding, or why it has none.
type target struct {
	config *mat.Dense
	na     string
}

// chooseBenchmarks finds the benchmarks that the options name. Where none is
// named, people come before models and models before theory.
func (a *analysis) chooseBenchmarks() error {
	var err error
	means := func(b *ingest.Benchmark) bool { return b.Means != nil }
	if a.means, err = a.choose("means_benchmark", a.opts.MeansBenchmark, means, "a number for each value"); err != nil {
		return err
	}
	alphas := func(b *ingest.Benchmark) bool { return b.Alphas != nil }
	if a.alphas, err = a.choose("alpha_benchmark", a.opts.AlphaBenchmark, alphas, "Cronbach's alpha"); err != nil {
		return err
	}
	if a.opts.NoCircle {
		a.structureNA = NoCircle
		return nil
	}
	structure := func(b *ingest.Benchmark) bool { return b.Correlation != nil || b.Coordinates != nil }
	if a.structure, err = a.choose("structure_benchmark", a.opts.StructureBenchmark, structure, "correlations or coordinates"); err != nil {
		return err
	}
	if a.structure == nil {
		a.structureNA = NoStructureBenchmark
	}
	return nil
}

// choose finds one benchmark; fits tells whether it is of the right sort.
func (a *analysis) choose(option, name string, fits func(*ingest.Benchmark) bool, what string) (*ingest.Benchmark, error) {
	var best *ingest.Benchmark
	rank := map[string]int{ingest.Human: 3, ingest.Model: 2, ingest.Theory: 1}
	var known []string
	for i := range a.d.Benchmarks {
		b := &a.d.Benchmarks[i]
		if !fits(b) {
			continue
		}
		known = append(known, b.Name)
		if b.Name == name {
			return b, nil
		}
		if best == nil || rank[b.Kind] > rank[best.Kind] {
			best = b
		}
	}
	if name == "" {
		return best, nil
	}
	mend := "there is none; runner import benchmark FILE adds one"
	if len(known) > 0 {
		mend = option + " is one of " + strings.Join(known, ", ")
	}
	return nil, &ingest.Error{Place: filepath.Join(a.d.Dir, "options.parquet"),
		What: fmt.Sprintf("%s: no benchmark %q with %s", option, name, what), Mend: mend, Err: errors.New("no such benchmark")}
}

// levels and kinds are what the sensitivity table varies.
var (
	levels = []mds.Level{mds.Ratio, mds.Interval, mds.Ordinal, mds.Classical}
	kinds  = []mds.Dissimilarity{mds.OneMinusR, mds.SqrtTwoOneMinusR}
)

// embedBenchmark draws the benchmark's map for every embedding: coordinates
// stand as they are, correlations are scaled like those of a condition.
func (a *analysis) embedBenchmark() error {
	if a.structure == nil {
		return nil
	}
	a.targets = map[embedding]target{}
	all := []embedding{a.printed()}
	for _, l := range levels {
		for _, k := range kinds {
			all = append(all, embedding{level: l, kind: k})
		}
	}
	for _, e := range all {
		t, err := a.embedOne(e)
		if err != nil {
			return fmt.Errorf("benchmark %q: %w", a.structure.Name, err)
		}
		a.targets[e] = t
	}
	return nil
}

// printed is the embedding of the fit that is printed.
func (a *analysis) printed() embedding { return embedding{a.opts.MDS, a.opts.Dissimilarity, true} }

// embedOne draws one map of the benchmark.
func (a *analysis) embedOne(e embedding) (target, error) {
	n := len(a.d.Values)
	if c := a.structure.Coordinates; c != nil {
		m := mat.NewDense(n, 2, nil)
		for i := range c {
			m.SetRow(i, c[i][:])
		}
		return target{config: m}, nil
	}
	r := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			r.SetSym(i, j, a.structure.Correlation[i][j])
		}
	}
	fit, na, err := a.draw(r, e, a.opts.Seed)
	if err != nil || na != "" {
		return target{na: na}, err
	}
	return target{config: fit.Config}, nil
}

// draw makes a map from correlations; na says why there is none.
func (a *analysis) draw(r mat.Symmetric, e embedding, seed uint64) (fit *mds.Result, na string, err error) {
	d, err := mds.Dissimilarities(r, e.kind)
	if err != nil {
		return nil, "", err
	}
	opts := mds.Options{Level: e.level}
	if e.restarts {
		opts.Restarts, opts.Seed = a.opts.Restarts, seed
	}
	fit, err = mds.Fit(d, opts)
	switch {
	case errors.Is(err, mds.ErrTooFew):
		return nil, fmt.Sprintf("a map needs three values, the instrument has %d", len(a.d.Values)), nil
	case errors.Is(err, mds.ErrNoSpread):
		return nil, "all values correlate perfectly, so all points of the map coincide", nil
	}
	return fit, "", err
}
