package cli_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/procrustes"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/simulated"
	"circumplex.example/schema"
)

// recoverCUE is the paper's prompts and lists put to two plain simulated models,
// 300 respondents a cell.
const recoverCUE = `package recover

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
	bench "circumplex.example/experiments/benchmarks"
)

models: {
	"truth-a": {provider: "simulated", simulated: {}}
	"truth-b": {provider: "simulated", simulated: {}}
}

experiment: schema.#Experiment & {
	name:       "recover"
	seed:       11
	n:          300
	instrument: instruments.pvq57
	factors: {
		model:  models
		prompt: prompts
		temperature: "0.7": value: 0.7
		administration: batch: {}
	}
	benchmarks: {
		means:     bench.schwartz_cieciuch_2022_medians
		structure: bench.theory_circle_a
	}
	analysis: {
		means_benchmark:     "means"
		structure_benchmark: "structure"
		anchor_circle:       "a"
		permutations:        199
	}
}
`

// recoverDir writes the experiment into a directory of its own.
func recoverDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	write := func(path, text string) {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("cue.mod/module.cue", "module: \"recover.example\"\nlanguage: version: \"v0.9.0\"\n")
	write("recover/experiment.cue", recoverCUE)
	for _, name := range []string{"prompts.cue", "anchors.cue", "names.cue", "hobbies.cue", "occupations.cue"} {
		b, err := os.ReadFile(filepath.Join(experiments, "paper", name))
		if err != nil {
			t.Fatal(err)
		}
		write("recover/"+name, strings.Replace(string(b), "\npackage paper\n", "\npackage recover\n", 1))
	}
	return filepath.Join(dir, "recover")
}

// Tolerances for 300 respondents a cell, about 1.5 times what was met when they
// were set. The truth is linear and of items of average standing; what is
// observed has sampling error (an SD of 0.06 for a correlation of 0), rounding,
// the ends of the scale and three items a value, each a little liked or disliked.
const (
	correlationRMS   = 0.08 // root mean square of observed minus true correlations
	correlationR     = 0.95 // their correlation over the 171 pairs
	structureSSD     = 0.06 // SSD of the analysis against the SSD of the true matrix
	angleMedian      = 0.25 // median distance in radians of a value's place from its true place
	meanDifference   = 0.50 // largest difference of a centred mean, points of the scale
	meanCorrelation  = 0.90 // correlation of the 19 centred means
	itemsOfEachValue = 3
)

// The analysis finds the structure that the simulated respondent was given:
// correlations, places on the circle, mean profile, SSD; and finds a model's own
// structure rather than the other model's.
func TestAnalysisRecoversTheStructureTheSimulatedModelsWereGiven(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("statistics: nothing here that -short is for")
	}
	dir := recoverDir(t)
	truth := newTruth(t, dir)
	results := apply(t, dir)
	truth.generated(openTable(t, results, "respondents"))
	found := newFindings(t, results)
	for _, c := range truth.design.Cells() {
		t.Run(c.Model.Name+"/"+c.Prompt.Name, func(t *testing.T) {
			checkCell(t, truth, found, c)
		})
	}
}

func checkCell(t *testing.T, truth *truth, found *findings, c *design.Cell) {
	m, other := truth.models[0], truth.models[1]
	if c.Model.Name == "truth-b" {
		m, other = other, m
	}
	prompts := truth.prompts(c)
	want := m.Correlations(prompts, c.Temperature.Value, itemsOfEachValue)
	got := found.correlations(t, c.ID)
	w, g := lower(want), lower(got)
	sum := 0.0
	for i := range w {
		sum += (w[i] - g[i]) * (w[i] - g[i])
	}
	rms, r := math.Sqrt(sum/float64(len(w))), stat.Correlation(w, g, nil)
	rOther := stat.Correlation(lower(other.Correlations(prompts, c.Temperature.Value, itemsOfEachValue)), g, nil)
	kind := m.Truth(prompts[0]).Kind
	ssdTrue, angles := found.trueSSD(t, want), found.angles(t, c.ID)
	off := median(distances(angles, m.Structure().Angles[kind]))
	diff, rMeans := found.means(t, c.ID, m, prompts)
	t.Logf("correlations: rms %.3f, r %.3f (other model's %.3f); ssd %.3f, true %.3f; angles off by %.2f; means: r %.3f, max difference %.2f",
		rms, r, rOther, found.ssd[c.ID], ssdTrue, off, rMeans, diff)
	if rms > correlationRMS {
		t.Errorf("correlations differ from the true ones by %.3f (root mean square), want at most %g", rms, correlationRMS)
	}
	if rMeans < meanCorrelation || diff > meanDifference {
		t.Errorf("centred means: correlation %.3f with the true ones, want at least %g; largest difference %.2f, want at most %g", rMeans, meanCorrelation, diff, meanDifference)
	}
	if kind == simulated.CueNone {
		return // nobody in particular: the true correlations are near 0, and so is what a map can show
	}
	if r < correlationR || r <= rOther {
		t.Errorf("correlations agree with the true ones by %.3f and with the other model's by %.3f; want at least %g, and more than the other", r, rOther, correlationR)
	}
	if math.Abs(found.ssd[c.ID]-ssdTrue) > structureSSD {
		t.Errorf("SSD: got %.3f, want %.3f within %g", found.ssd[c.ID], ssdTrue, structureSSD)
	}
	if off > angleMedian {
		t.Errorf("values stand %.2f rad from their true places (median), want at most %g", off, angleMedian)
	}
}

// truth is what was given.
type truth struct {
	t        *testing.T
	design   *design.Design
	builder  *session.Builder
	models   [2]*simulated.Model
	personas map[string]string // model and replicate -> text
}

func newTruth(t *testing.T, dir string) *truth {
	t.Helper()
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	return &truth{t: t, design: d, builder: session.NewBuilder(d, session.Options{}), personas: map[string]string{},
		models: [2]*simulated.Model{simulated.New("truth-a", simulated.Options{}), simulated.New("truth-b", simulated.Options{})}}
}

// generated reads the personas that the models wrote.
func (tr *truth) generated(respondents table) {
	ids, texts := respondents.strings("respondent_id"), respondents.strings("persona_text")
	for i, id := range ids {
		tr.personas[id] = texts[i]
	}
}

// prompts renders what each respondent of a cell was told.
func (tr *truth) prompts(c *design.Cell) []string {
	tr.t.Helper()
	var out []string
	for r := range tr.design.Respondents(c) {
		generated := map[string]session.Generated{}
		for _, v := range c.Prompt.Variables {
			if v.Draw == schema.Generate {
				generated[v.Name] = session.Generated{Text: tr.personas[design.RespondentID(c, r.Replicate)]}
			}
		}
		s, err := tr.builder.Session(r, generated)
		if err != nil {
			tr.t.Fatal(err)
		}
		opening, _, _ := strings.Cut(s.Request(1, 0).Thread.Messages()[0].Text, "\n\n")
		out = append(out, opening)
	}
	return out
}

// findings is what the analysis found, each by condition and value.
type findings struct {
	codes  []string // in the order of simulated.Values
	r      map[string]map[[2]string]float64
	place  map[string]map[string][2]float64
	mean   map[string]map[string]float64
	ssd    map[string]float64
	theory *mat.Dense
}

func newFindings(t *testing.T, dir string) *findings {
	t.Helper()
	f := &findings{codes: simulated.Values(), r: map[string]map[[2]string]float64{}, place: map[string]map[string][2]float64{},
		mean: map[string]map[string]float64{}, ssd: map[string]float64{}}
	tb := openTable(t, dir, "analysis/correlations")
	a, b, r := tb.strings("value"), tb.strings("value_2"), tb.floats("r")
	for i, id := range tb.strings("condition_id") {
		if f.r[id] == nil {
			f.r[id] = map[[2]string]float64{}
		}
		f.r[id][[2]string{a[i], b[i]}] = r[i]
	}
	tb = openTable(t, dir, "analysis/mds")
	a, x, y := tb.strings("value"), tb.floats("fitted_x"), tb.floats("fitted_y")
	bx, by := tb.floats("benchmark_x"), tb.floats("benchmark_y")
	f.theory = mat.NewDense(len(f.codes), 2, nil)
	for i, id := range tb.strings("condition_id") {
		if f.place[id] == nil {
			f.place[id] = map[string][2]float64{}
		}
		f.place[id][a[i]] = [2]float64{x[i], y[i]}
		f.theory.SetRow(slices.Index(f.codes, a[i]), []float64{bx[i], by[i]})
	}
	tb = openTable(t, dir, "analysis/value_summary")
	a, x = tb.strings("value"), tb.floats("mean_centred")
	for i, id := range tb.strings("condition_id") {
		if f.mean[id] == nil {
			f.mean[id] = map[string]float64{}
		}
		f.mean[id][a[i]] = x[i]
	}
	tb = openTable(t, dir, "analysis/fit")
	x = tb.floats("ssd")
	for i, id := range tb.strings("condition_id") {
		f.ssd[id] = x[i]
	}
	return f
}

// correlations is a condition's matrix in the order of the codes.
func (f *findings) correlations(t *testing.T, id string) [][]float64 {
	t.Helper()
	out := make([][]float64, len(f.codes))
	for i, a := range f.codes {
		out[i] = make([]float64, len(f.codes))
		for j, b := range f.codes {
			r, ok := f.r[id][[2]string{a, b}]
			if !ok {
				r, ok = f.r[id][[2]string{b, a}]
			}
			if !ok && i != j {
				t.Fatalf("condition %s: no correlation of %s and %s", id, a, b)
			}
			out[i][j] = r
		}
	}
	return out
}

// trueSSD sends the true matrix the way of the observed one: scaling, then the
// match with the theory.
func (f *findings) trueSSD(t *testing.T, corr [][]float64) float64 {
	t.Helper()
	r := mat.NewSymDense(len(corr), nil)
	for i := range corr {
		for j := range i + 1 {
			r.SetSym(i, j, corr[i][j])
		}
	}
	d, err := mds.Dissimilarities(r, mds.OneMinusR)
	if err != nil {
		t.Fatal(err)
	}
	fit, err := mds.Fit(d, mds.Options{Level: mds.Ratio})
	if err != nil {
		t.Fatal(err)
	}
	ssd, err := procrustes.SSD(f.theory, fit.Config)
	if err != nil {
		t.Fatal(err)
	}
	return ssd
}

// angles are the places of the values on the fitted map, in radians.
func (f *findings) angles(t *testing.T, id string) []float64 {
	t.Helper()
	out := make([]float64, len(f.codes))
	for i, code := range f.codes {
		p := f.place[id][code]
		out[i] = math.Atan2(p[1], p[0])
	}
	return out
}

// means compares the centred means with the expected profile: largest
// difference and correlation.
func (f *findings) means(t *testing.T, id string, m *simulated.Model, prompts []string) (largest, r float64) {
	t.Helper()
	want, got := make([]float64, len(f.codes)), make([]float64, len(f.codes))
	for _, p := range prompts {
		for i, s := range m.Truth(p).Scores {
			want[i] += s / float64(len(prompts))
		}
	}
	level := stat.Mean(want, nil)
	for i, code := range f.codes {
		want[i] -= level
		got[i] = f.mean[id][code]
		largest = max(largest, math.Abs(got[i]-want[i]))
	}
	return largest, stat.Correlation(want, got, nil)
}

// distances compares two sets of angles after the rotation or reflection that
// brings them closest: a map has no direction of its own.
func distances(got, want []float64) []float64 {
	var best []float64
	for _, sign := range []float64{1, -1} {
		x, y := 0.0, 0.0
		for i := range got {
			x += math.Cos(sign*got[i] - want[i])
			y += math.Sin(sign*got[i] - want[i])
		}
		turn := math.Atan2(y, x)
		d := make([]float64, len(got))
		for i := range got {
			d[i] = math.Abs(math.Remainder(sign*got[i]-want[i]-turn, 2*math.Pi))
		}
		if best == nil || median(d) < median(best) {
			best = d
		}
	}
	return best
}

func lower(m [][]float64) []float64 {
	var out []float64
	for i := range m {
		out = append(out, m[i][:i]...)
	}
	return out
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return s[len(s)/2]
}
