package benchmark_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/runner/internal/benchmark"
	"circumplex.example/schema"
)

var abc = []string{"A", "B", "C"}

var about = benchmark.About{Name: "human", Kind: "human", Label: "people", Source: "a file"}

func TestReadCorrelation(t *testing.T) {
	// Rows in another order, semicolons, a byte order mark, rounding by .01.
	src := "\ufeffvalue;A;B;C\nB;0.30;1;-0.5\nA;1.00;0.31;0.2\nC;0.2;-.5;1\n"
	b, problems := benchmark.ReadCorrelation("m.csv", strings.NewReader(src), abc, about)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	if r := b.Correlations["A"]["B"]; math.Abs(r-0.305) > 1e-12 || b.Correlations["B"]["A"] != r || b.Correlations["B"]["C"] != -0.5 {
		t.Errorf("A with B %v, B with A %v, B with C %v; want 0.305 twice, -0.5", r, b.Correlations["B"]["A"], b.Correlations["B"]["C"])
	}
}

// Papers print one half, and spreadsheets write decimal commas.
func TestHalfMatrices(t *testing.T) {
	for name, src := range map[string]string{
		"lower":                  "v,A,B,C\nA,1,,\nB,.5,1,\nC,-.2,.1,1\n",
		"upper, decimal commas":  "v;A;B;C\nA;1;0,5;-0,2\nB;;1;0,1\nC;;;1\n",
		"lower without diagonal": "v,A,B,C\nC,-.2,.1,\nB,.5,,\nA,,,\n",
	} {
		b, problems := benchmark.ReadCorrelation("m.csv", strings.NewReader(src), abc, about)
		if problems.HasErrors() {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		for pair, want := range map[string]float64{"AB": 0.5, "AC": -0.2, "BC": 0.1, "AA": 1, "BB": 1, "CC": 1} {
			x, y := pair[:1], pair[1:]
			if b.Correlations[x][y] != want || b.Correlations[y][x] != want {
				t.Errorf("%s: %s is %v and %v, want %v", name, pair, b.Correlations[x][y], b.Correlations[y][x], want)
			}
		}
	}
}

func TestBadMatrices(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"unknown code":   {"v,A,B,X\nA,1,0,0\nB,0,1,0\nX,0,0,1\n", `m.csv:1: column "X" is no value of the instrument`},
		"missing value":  {"v,A,B\nA,1,0\nB,0,1\n", `there is no column for value "C"`},
		"twice":          {"v,A,B,B\nA,1,0,0\nB,0,1,0\nC,0,0,1\n", `column "B" stands there twice`},
		"not symmetric":  {"v,A,B,C\nA,1,.5,0\nB,.1,1,0\nC,0,0,1\n", "m.csv:2: row A, column B: A with B is 0.5, but B with A is 0.1"},
		"diagonal":       {"v,A,B,C\nA,.9,0,0\nB,0,1,0\nC,0,0,1\n", "row A, column A: the correlation of A with itself is 0.9, want 1"},
		"out of range":   {"v,A,B,C\nA,1,1.2,0\nB,1.2,1,0\nC,0,0,1\n", "row A, column B: the correlation 1.2 is outside -1..1"},
		"empty":          {"v,A,B,C\nA,1,,0\nB,,1,0\nC,0,0,1\n", "m.csv:2: row A, column B: the cell is empty"},
		"text":           {"v,A,B,C\nA,1,x,0\nB,0,1,0\nC,0,0,1\n", `row A, column B: "x" is not a number`},
		"decimal comma":  {"v,A,B,C\nA,1,\"0,5\",0\nB,0,1,0\nC,0,0,1\n", "write a decimal point"},
		"not finite":     {"v,A,B,C\nA,1,NaN,0\nB,0,1,0\nC,0,0,1\n", `"NaN" is not a finite number`},
		"ragged":         {"v,A,B,C\nA,1,0\n", "no table of equally long rows"},
		"nothing at all": {"", "the file holds no table"},
	} {
		_, problems := benchmark.ReadCorrelation("m.csv", strings.NewReader(c.src), abc, about)
		if !strings.Contains(problems.String(), c.want) {
			t.Errorf("%s: %s\nwant it to say %q", name, problems, c.want)
		}
	}
}

func TestReadCoordinates(t *testing.T) {
	b, problems := benchmark.ReadCoordinates("c.csv", strings.NewReader("value\tx\ty\nA\t1\t0\nB\t0\t1\nC\t-1\t0\n"), abc, about)
	if problems.HasErrors() || b.Coordinates["C"] != [2]float64{-1, 0} {
		t.Errorf("%v %v", b, problems)
	}
	_, problems = benchmark.ReadCoordinates("c.csv", strings.NewReader("value,x,y,z\nA,1,0,0\n"), abc, about)
	if !strings.Contains(problems.String(), "4 columns, want value, x and y") {
		t.Errorf("three dimensions: %s", problems)
	}
	_, problems = benchmark.ReadCoordinates("c.csv", strings.NewReader("value,x,y\nA,1,1\nB,1,1\nC,1,1\n"), abc, about)
	if !strings.Contains(problems.String(), "same coordinates") {
		t.Errorf("one point: %s", problems)
	}
}

func TestReadAlphas(t *testing.T) {
	b, problems := benchmark.ReadAlphas("a.csv", strings.NewReader("value,alpha\nC,-0.1\nA,0.71\n"), abc, about)
	if problems.HasErrors() || b.Statistic != "alpha" || len(b.Alphas) != 2 || b.Alphas["A"] != 0.71 || b.Alphas["C"] != -0.1 {
		t.Errorf("%v %v", b, problems)
	}
	_, problems = benchmark.ReadAlphas("a.csv", strings.NewReader("value,alpha,n\nA,0.7,3\n"), abc, about)
	if !strings.Contains(problems.String(), "a.csv:1: the file has 3 columns, want value and alpha") {
		t.Errorf("three columns: %s", problems)
	}
}

// Means of people are compared with the benchmark that the analysis names, value
// by value; what was made from models is not.
func TestCheckMeans(t *testing.T) {
	exp := &schema.Experiment{Instrument: &schema.Instrument{Values: []schema.Value{{Code: "A"}, {Code: "B"}, {Code: "C"}, {Code: "D"}}},
		Benchmarks: []*schema.Benchmark{
			{Name: "other", Kind: "human", Statistic: "mean", Means: map[string]float64{"A": 9, "B": 9, "C": 9, "D": 9}},
			{Name: "printed", Kind: "human", Statistic: "median", Means: map[string]float64{"A": 0.79, "B": 0.5, "C": -0.2, "D": -1.4}},
		}, Analysis: schema.Analysis{MeansBenchmark: "printed"}}
	made := []*schema.Benchmark{{Name: "x", Kind: "human", Statistic: "correlation"},
		{Name: "x_means", Kind: "human", Statistic: "median", Means: map[string]float64{"A": 0.795, "B": 0.45, "C": -0.2, "D": -1.1}}}
	c := benchmark.CheckMeans(made, exp)
	if c == nil || c.Benchmark != "printed" || c.Agree != 2 || c.Off != 1 || !c.Values[3].Off || c.Values[1].Off || math.Abs(c.Values[3].Difference-0.3) > 1e-12 || c.Rho == nil || *c.Rho != 1 {
		t.Fatalf("%+v", c)
	}
	for _, want := range []string{"2 of 4 values agree within 0.01, 1 are off by more than 0.25; rank correlation of the two columns 1.00", "Look at the items' order"} {
		if !strings.Contains(c.Verdict(), want) {
			t.Errorf("%s\nwant it to say %q", c.Verdict(), want)
		}
	}
	made[1].Means["D"], made[1].Means["B"] = -1.4, 0.5
	if v := benchmark.CheckMeans(made, exp).Verdict(); !strings.HasSuffix(v, "The file reproduces printed.") {
		t.Error(v)
	}
	made[1].Kind = "model"
	if c := benchmark.CheckMeans(made, exp); c != nil {
		t.Errorf("means of a model: %+v", c)
	}
}

func FuzzReadCorrelation(f *testing.F) {
	f.Add("v,A,B,C\nA,1,.5,0\nB,.5,1,0\nC,0,0,1\n")
	f.Add("v;A\n\"")
	f.Fuzz(func(t *testing.T, src string) {
		b, problems := benchmark.ReadCorrelation("m.csv", strings.NewReader(src), abc, about)
		if problems.HasErrors() {
			return
		}
		for _, x := range abc {
			for _, y := range abc {
				r, ok := b.Correlations[x][y]
				if !ok || !(math.Abs(r) <= 1+0.005) || r != b.Correlations[y][x] {
					t.Errorf("accepted a matrix with %s,%s = %v, %v", x, y, r, ok)
				}
			}
		}
	})
}

// Answers on a circle give back a matrix that falls with the distance round it,
// and means that are those of the centred scores.
func TestFromResults(t *testing.T) {
	dir := t.TempDir()
	spec := ingesttest.PVQ()
	spec.Provider, spec.Simulated = "imported", false
	spec.Conditions = []ingesttest.Condition{{Model: "people", Prompt: "none", Administration: "batch", N: 400, Answer: ingesttest.Circular(3, 0.6)}}
	ingesttest.Write(t, dir, spec)
	made, notes, err := benchmark.FromResults(dir, benchmark.AnswerOptions{}, about)
	if err != nil || len(made) != 3 || len(notes) != 0 {
		t.Fatalf("%d benchmarks, notes %v, %v", len(made), notes, err)
	}
	near, far := 0.0, 0.0
	order := ingesttest.CircleA
	for i := range order {
		near += made[0].Correlations[order[i]][order[(i+1)%19]] / 19
		far += made[0].Correlations[order[i]][order[(i+9)%19]] / 19
	}
	if near < far+0.3 {
		t.Errorf("neighbours correlate %.2f, opposites %.2f", near, far)
	}
	sum := 0.0
	for _, m := range made[1].Means {
		sum += m
	}
	if a := made[2]; a.Name != "human_alphas" || a.Statistic != "alpha" || len(a.Alphas) != 19 || a.Alphas["POD"] < 0.5 || a.Alphas["POD"] > 1 {
		t.Errorf("alphas %s (%s): %v", a.Name, a.Statistic, a.Alphas)
	}
	if made[1].Statistic != "mean" || made[1].Name != "human_means" || math.Abs(sum) > 1e-9 {
		t.Errorf("means %s (%s) sum to %v, want human_means, mean, 0", made[1].Name, made[1].Statistic, sum)
	}
}

// What a model or a program answered does not become a benchmark of people.
func TestWhoseResultsAre(t *testing.T) {
	for _, c := range []struct {
		provider         string
		simulated        bool
		of               string
		kind, label, err string
	}{
		{"imported", false, "", "human", "l", ""},
		{"imported", false, "theory", "theory", "l", ""},
		{"openai", false, "", "model", "l", ""},
		{"openai", false, "human", "", "", "model m answered condition c0000, so its numbers are no human benchmark\n    mend: --of model"},
		{"simulated", true, "", "model", "l, SIMULATED", ""},
		{"simulated", true, "model", "model", "l, SIMULATED", ""},
		{"simulated", true, "human", "", "", "condition c0000 is simulated: a program made up its answers, so its numbers are no human benchmark"},
		{"openai", true, "theory", "", "", "condition c0000 is simulated"},
	} {
		dir := t.TempDir()
		spec := ingesttest.PVQ()
		spec.Provider, spec.Simulated = c.provider, c.simulated
		spec.Conditions = []ingesttest.Condition{{Model: "m", Prompt: "none", Administration: "batch", N: 30, Answer: ingesttest.Circular(3, 0.6)}}
		ingesttest.Write(t, dir, spec)
		made, _, err := benchmark.FromResults(dir, benchmark.AnswerOptions{}, benchmark.About{Name: "x", Kind: c.of, Label: "l", Source: "s"})
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%+v: got %v", c, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		for _, b := range made {
			if b.Kind != c.kind || b.Label != c.label || c.simulated != strings.HasSuffix(b.Source, ", simulated: no model was asked") {
				t.Errorf("%+v: %s is of kind %q, label %q, source %q", c, b.Name, b.Kind, b.Label, b.Source)
			}
		}
	}
}

func TestSeveralConditionsNeedAChoice(t *testing.T) {
	dir := t.TempDir()
	spec := ingesttest.Paper(5)
	spec.Conditions = spec.Conditions[:2]
	ingesttest.Write(t, dir, spec)
	_, _, err := benchmark.FromResults(dir, benchmark.AnswerOptions{}, about)
	if err == nil || !strings.Contains(err.Error(), "--condition ID, one of") {
		t.Errorf("error %v, want one that lists the conditions", err)
	}
}

// What is written loads as part of an experiment and becomes its default.
func TestCUELoadsAndBecomesTheDefault(t *testing.T) {
	dir := t.TempDir()
	study := `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
	bench "circumplex.example/experiments/benchmarks"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 2
	instrument: instruments.pvq57
	factors: {
		model: m: provider: "simulated"
		prompt: p: template: "Rate."
		temperature: t: value: 0
		administration: batch: {}
	}
	benchmarks: structure: bench.theory_circle_a
}
`
	write(t, dir, "study.cue", study)
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	if got := exp.Analysis.StructureBenchmark; got != "theory_circle_a" {
		t.Errorf("before: %s", got)
	}
	b := &schema.Benchmark{Name: "human", Kind: "human", Statistic: "correlation", Label: "a \"label\"\nwith a line end", Source: "s", Correlations: map[string]map[string]float64{}}
	for i, x := range exp.Instrument.Values {
		b.Correlations[x.Code] = map[string]float64{}
		for j, y := range exp.Instrument.Values {
			b.Correlations[x.Code][y.Code] = math.Pow(0.9, math.Abs(float64(i-j)))
		}
	}
	src, err := benchmark.CUE("study", "head", b)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "benchmark_human.cue", string(src))
	if exp, problems = schema.Load(dir); problems.HasErrors() {
		t.Fatal(problems)
	}
	if got := exp.Analysis.StructureBenchmark; got != "human" {
		t.Errorf("after: the default is %s, want human", got)
	}
	for _, have := range exp.Benchmarks {
		if have.Name == "human" && fmt.Sprint(have.Correlations) != fmt.Sprint(b.Correlations) {
			t.Error("numbers changed on their way through CUE")
		}
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
