package diff_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/diff"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

const study = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 4
	instrument: instruments.ten
	factors: {
		model: {a: {provider: "openai", model: "m", MODEL}, b: {provider: "simulated", model: "s"}}
		prompt: {
			basic: template: "Rate each description from 1 to 5."
			persona: {template: "Rate. Answer as: {persona}.", variables: persona: generate: {prompt: "Create a persona:"}}
			job: {template: "Rate. Work: {job}.", variables: job: {from: JOBS, draw: "DRAW"}}
		}
		temperature: "0.7": value: 0.7
		administration: {batch: {}, sequential: {shared: true}, isolated: {shared: true}}
		MORE
	}
	TOP
}
`

// side loads the study with texts in place of the words in capitals.
func side(t *testing.T, pairs ...string) *diff.Side {
	t.Helper()
	all := append(slices.Clone(pairs), "MODEL", "", "MORE", "", "TOP", "", "JOBS", `["cook", "guard", "nurse", "poet"]`, "DRAW", "cycle")
	src := strings.NewReplacer(all...).Replace(study)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "experiment.cue"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	return sideOf(t, exp)
}

func sideOf(t testing.TB, exp *schema.Experiment) *diff.Side {
	t.Helper()
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	return &diff.Side{Design: d, Builder: session.NewBuilder(d, session.Options{})}
}

func compare(t testing.TB, a, b *diff.Side) *diff.Diff {
	t.Helper()
	d, err := diff.Compare(a, b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// One model and prompt: 4 in batch, 40 one at a time, 36 more where each item has
// a conversation of its own, since the first item is asked alike. Two models,
// three prompts, and 4 personas a model.
const requestsOfStudy = 2 * (3*(4+40+36) + 4)

func TestCountsOfRequests(t *testing.T) {
	for _, c := range []struct {
		name           string
		change         []string
		added, removed int
		sessions       [2]int
	}{
		{"nothing", nil, 0, 0, [2]int{}},
		{"another seed, where nothing is drawn by chance", []string{"seed: 1", "seed: 2"}, 0, 0, [2]int{}},
		{"one replicate more", []string{"n: 4", "n: 5"}, requestsOfStudy / 4, 0, [2]int{18, 0}},
		{"a temperature more", []string{`"0.7": value: 0.7`, `{"0.7": value: 0.7, "1.0": value: 1}`}, requestsOfStudy - 8, 0, [2]int{72, 0}},
		// One of four jobs, in 2 models: 1 in batch, 10 in turn, 9 alone.
		{"a job", []string{"JOBS", `["cook", "guard", "nurse", "pilot"]`}, 2 * 20, 2 * 20, [2]int{6, 6}},
		{"jobs in another order", []string{"JOBS", `["guard", "cook", "nurse", "poet"]`}, 0, 0, [2]int{}},
		{"a parameter of one model", []string{"MODEL", "parameters: top_p: 0.5"}, requestsOfStudy / 2, requestsOfStudy / 2, [2]int{36, 36}},
		{"another text that generates personas", []string{"Create a persona:", "Invent a person:"}, 2 * 84, 2 * 84, [2]int{24, 24}},
		{"a pool of its own", []string{"TOP", `replication: "again"`}, requestsOfStudy, requestsOfStudy, [2]int{72, 72}},
		{"another name", []string{`name: "study"`, `name: "other"`}, 0, 0, [2]int{}},
		{"a factor with a level that changes nothing", []string{"MORE", `order: {fixed: {}}`}, 0, 0, [2]int{}},
		{"fewer cells", []string{"TOP", `where: [{administration: ["batch", "isolated"]}]`}, 0, 2 * 3 * 36, [2]int{0, 24}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := compare(t, side(t), side(t, c.change...))
			if d.Requests.Old != requestsOfStudy || d.Requests.Added != c.added || d.Requests.Removed != c.removed || d.Change.Completions != c.added {
				t.Errorf("requests %+v, want %d added and %d removed of %d", d.Requests, c.added, c.removed, requestsOfStudy)
			}
			if d.Sessions.Added != c.sessions[0] || d.Sessions.Removed != c.sessions[1] {
				t.Errorf("sessions %+v, want %v", d.Sessions, c.sessions)
			}
			if d.Changed != (c.change != nil) {
				t.Errorf("changed: %v", d.Changed)
			}
			back := compare(t, side(t, c.change...), side(t))
			if back.Requests.Added != c.removed || back.Requests.Removed != c.added {
				t.Errorf("the other way round: %+v", back.Requests)
			}
			if got := compare(t, nil, side(t, c.change...)); got.Requests.Added != d.Requests.New || !got.Fresh || !got.Changed {
				t.Errorf("with nothing before: %+v", got.Requests)
			}
		})
	}
}

// What each model pays for is what its own requests need; unknown is no number.
func TestCostIsUnknownWithoutAPrice(t *testing.T) {
	d := compare(t, side(t), side(t, "n: 4", "n: 5"))
	if c := d.Change.Cost; c.Free || c.High != 0 || fmt.Sprint(c.Models) != "[a]" || c.Unpriced != requestsOfStudy/8 {
		t.Errorf("%+v", c)
	}
	price := `price: {prompt_usd_per_million: 1000, completion_usd_per_million: 3000, date: "2026-11-01", source: "x"}`
	priced := compare(t, side(t, "MODEL", price), side(t, "n: 4", "n: 5", "MODEL", price))
	// Model b is simulated; its half of the tokens costs nothing.
	half := diff.Tokens{Prompt: priced.Change.Prompt / 2, Completion: priced.Change.Completion / 2}
	want := plan.Estimate(&schema.Price{Prompt: 1000, Completion: 3000}, half.Prompt, half.Completion, 0)
	if c := priced.Change.Cost; c.Free || c.Cost != want || want.Low == 0 {
		t.Errorf("%+v, want %+v", c, want)
	}
	if len(priced.Harmless) > 0 {
		t.Errorf("nothing but n changed: %v", priced.Harmless)
	}
}

// What says nothing to a model, or to a table, is told apart from what does.
func TestKindsOfChanges(t *testing.T) {
	for _, c := range []struct {
		name   string
		change []string
		of     func(*diff.Diff) any
		want   string
	}{
		{"a note", []string{"MODEL", `notes: "x"`}, func(d *diff.Diff) any { return d.Harmless }, "[{model a.notes <nil> x [] <nil>}]"},
		{"a limit", []string{"TOP", "limits: max_in_flight: 3"}, func(d *diff.Diff) any { return d.Harmless }, "[{limits.max_in_flight <nil> 3 [] <nil>}]"},
		{"the analysis", []string{"TOP", `analysis: mds: "ordinal"`}, func(d *diff.Diff) any { return d.Analysis }, "[{mds ratio ordinal [] <nil>}]"},
		{"a rename", []string{"basic:", "plain:"}, func(d *diff.Diff) any { return d.Factors }, "[{prompt false false [{plain renamed basic [] false}]}]"},
		{"a key", []string{"MODEL", `api_key_env: "KEY"`}, func(d *diff.Diff) any { return d.EndpointsAdded }, "[{ openai KEY [a]}]"},
		{"seed", []string{"seed: 1", "seed: 2"}, func(d *diff.Diff) any { return d.Settings }, "[{seed 1 2 [] <nil>}]"},
		{"clauses in another order", []string{"TOP", `where: [{model: ["a", "b"]}, {prompt: ["job"]}]`}, func(d *diff.Diff) any {
			other := side(t, "TOP", `where: [{prompt: ["job"]}, {model: ["b", "a"]}]`)
			return compare(t, side(t, "TOP", `where: [{model: ["a", "b"]}, {prompt: ["job"]}]`), other).Changed
		}, "false"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := compare(t, side(t), side(t, c.change...))
			if got := fmt.Sprint(c.of(d)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if !d.Changed {
				t.Error("it is said to be no change")
			}
		})
	}
}

// The words of a wording decide how replies are read, also where no request has
// them; what only people read of it changes no answer.
func TestAWordingThatChangesIsTold(t *testing.T) {
	with := func(label, text, source string) *diff.Side {
		return side(t, "instrument: instruments.ten", fmt.Sprintf(`instrument: instruments.ten & {wordings: plain: {
			source: %q
			labels: {"1": "No", "2": "Rather not", "3": "Unsure", "4": "Rather", "5": %q}
			items: {for i in [1, 2, 3, 4, 5, 6, 7, 8, 9] {"\(i)": neutral: "Thing \(i)."}, "10": neutral: %q}
		}}`, source, label, text), "MORE", `words: {own: {}, plain: wording: "plain"}`)
	}
	for _, c := range []struct {
		name                 string
		to                   *diff.Side
		instrument, harmless string
	}{
		{"a label", with("Sure", "Last.", "here"), "[{wordings.plain.labels.5 Yes Sure [] <nil>}]", "[]"},
		{"an item", with("Yes", "End.", "here"), "[{wordings.plain.items.010.neutral Last. End. [] <nil>}]", "[]"},
		{"a source", with("Yes", "Last.", "there"), "[]", "[{instrument.wordings.plain.source here there [] <nil>}]"},
	} {
		d := compare(t, with("Yes", "Last.", "here"), c.to)
		if got := fmt.Sprint(d.Instrument); got != c.instrument || fmt.Sprint(d.Harmless) != c.harmless || !d.Changed {
			t.Errorf("%s: instrument %s, harmless %v, changed %t", c.name, got, d.Harmless, d.Changed)
		}
	}
}

// An entry in the middle of a list of 100,000 changes the draws it wins.
func TestDiffOfAListOf100000Entries(t *testing.T) {
	with := func(entries []schema.Entry) *diff.Side {
		exp := *side(t, "DRAW", "random").Design.Experiment
		for i, p := range exp.Prompts {
			if p.Name != "job" {
				continue
			}
			q, v := *p, *p.Variables[0]
			v.Entries = entries
			q.Variables = []*schema.Variable{&v}
			exp.Prompts[i] = &q
		}
		return sideOf(t, &exp)
	}
	var entries []schema.Entry
	for i := range 100_000 {
		entries = append(entries, schema.Entry{"job": fmt.Sprintf("job %d", i)})
	}
	d := compare(t, with(entries), with(slices.Insert(slices.Clone(entries), 50_000, schema.Entry{"job": "baker"})))
	l := d.Factors[0].Levels[0].Fields[0].List
	if l.Added != 1 || l.New != 100_001 || len(d.Draws) != 0 || d.Requests.Added != 0 {
		t.Errorf("%+v, draws %v, requests %+v", l, d.Draws, d.Requests)
	}
	first := with(entries).Design
	job := first.Personas(first.Experiment.Prompts[1])[0]["job"]
	d = compare(t, with(entries), with(slices.DeleteFunc(slices.Clone(entries), func(e schema.Entry) bool { return e["job"] == job })))
	if len(d.Draws) != 1 || d.Draws[0].Changed != 1 || d.Requests.Added != 2*20 {
		t.Errorf("without %q: draws %v, requests %+v", job, d.Draws, d.Requests)
	}
}
