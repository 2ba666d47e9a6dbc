package design_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/design"
	"circumplex.example/schema"
)

// study is a small experiment with every kind of draw.
const study = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 7, n: 6
	instrument: instruments.ten
	factors: {
		model: {a: provider: "simulated", b: provider: "simulated"}
		prompt: {
			basic: template: "Rate."
			person: {
				template: "Rate as a {age}-year-old who likes {hobby}, {surname}, {motto}."
				variables: {
					age: range: {min: 18, max: 75}
					hobby: from: ["chess", "rowing", "bingo", "jazz", "bread", "maps", "kites"]
					name: {from: names, draw: "shuffle", balance: "group"}
					motto: {from: ["x", "y", "z"], draw: "cycle"}
				}
			}
		}
		temperature: "0.0": value: 0.0
		administration: batch: {}
	}
}
names: [
	{surname: "A1", group: "a"}, {surname: "A2", group: "a"}, {surname: "A3", group: "a"},
	{surname: "B1", group: "b"}, {surname: "B2", group: "b"}, {surname: "B3", group: "b"},
	{surname: "C1", group: "c"}, {surname: "C2", group: "c"}, {surname: "C3", group: "c"},
]
`

func load(t *testing.T, src string) *design.Design {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "study.cue"), []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// edit replaces one text, which must be there.
func edit(t *testing.T, src, old, new string) string {
	t.Helper()
	if !strings.Contains(src, old) {
		t.Fatalf("%q is not in the source", old)
	}
	return strings.Replace(src, old, new, 1)
}

// personas renders what every replicate of prompt person was dealt, without the
// named fields.
func personas(d *design.Design, without ...string) []string {
	var out []string
	for _, p := range d.Experiment.Prompts {
		if p.Name != "person" {
			continue
		}
		for _, x := range d.Personas(p) {
			c := design.Persona{}
			for k, v := range x {
				c[k] = v
			}
			for _, f := range without {
				delete(c, f)
			}
			out = append(out, fmt.Sprint(c))
		}
	}
	return out
}

func TestEditsThatChangeNoPersona(t *testing.T) {
	base := load(t, study)
	want := personas(base)
	for name, src := range map[string]string{
		"a model is added":           edit(t, study, `b: provider: "simulated"}`, `b: provider: "simulated", c: provider: "simulated"}`),
		"a temperature is added":     edit(t, study, `"0.0": value: 0.0`, `{"0.0": value: 0.0, "0.7": value: 0.7}`),
		"a prompt is added":          edit(t, study, `basic: template: "Rate."`, `basic: template: "Rate.", other: template: "Rate it."`),
		"a random list reordered":    edit(t, study, `"chess", "rowing"`, `"rowing", "chess"`),
		"a shuffled list reordered":  edit(t, study, `{surname: "A1", group: "a"}, {surname: "A2", group: "a"}`, `{surname: "A2", group: "a"}, {surname: "A1", group: "a"}`),
		"an administration is added": edit(t, study, `administration: batch: {}`, `administration: {batch: {}, sequential: {}}`),
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, personas(load(t, src))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRaisingNKeepsTheFirst(t *testing.T) {
	want := personas(load(t, study))
	got := personas(load(t, edit(t, study, "n: 6", "n: 9")))
	if diff := cmp.Diff(want, got[:6]); diff != "" {
		t.Error(diff)
	}
}

func TestCycleGoesByTheOrderOfItsList(t *testing.T) {
	src := edit(t, study, `["x", "y", "z"]`, `["y", "x", "z"]`)
	if diff := cmp.Diff(personas(load(t, study)), personas(load(t, src))); diff == "" {
		t.Error("reordering a cycled list changed nothing")
	}
	if diff := cmp.Diff(personas(load(t, study), "motto"), personas(load(t, src), "motto")); diff != "" {
		t.Errorf("reordering a cycled list changed more than its variable: %s", diff)
	}
}

func TestSeedChangesDraws(t *testing.T) {
	if cmp.Equal(personas(load(t, study)), personas(load(t, edit(t, study, "seed: 7", "seed: 8")))) {
		t.Error("another seed gives the same personas")
	}
}

// An entry added to a random list changes only the replicates it wins.
func TestAddedEntryChangesOnlyDrawsItWins(t *testing.T) {
	big := edit(t, study, "n: 6", "n: 400")
	big = edit(t, big, `draw: "shuffle", balance: "group"`, `draw: "random"`)
	a := personas(load(t, big))
	b := personas(load(t, edit(t, big, `"kites"`, `"kites", "owls"`)))
	changed, won := 0, 0
	for i := range a {
		if strings.Contains(b[i], "owls") {
			won++
		}
		if a[i] != b[i] {
			changed++
			if !strings.Contains(b[i], "owls") {
				t.Errorf("replicate %d changed without drawing the new entry: %s to %s", i+1, a[i], b[i])
			}
		}
	}
	if changed != won || won < 25 || won > 80 { // 400/8 = 50, sd 6.6
		t.Errorf("%d changed, %d drew the new entry, want equal and about 50", changed, won)
	}
}

func TestShuffleIsBalancedAndWithoutReplacement(t *testing.T) {
	d := load(t, edit(t, study, "n: 6", "n: 9"))
	seen := map[string]bool{}
	groups := map[string]int{}
	for i, p := range d.Personas(d.Experiment.Prompts[1]) {
		name := p["surname"].(string)
		if seen[name] {
			t.Errorf("%s is drawn twice", name)
		}
		seen[name] = true
		groups[p["group"].(string)]++
		if (i+1)%3 == 0 && (groups["a"] != groups["b"] || groups["b"] != groups["c"]) {
			t.Errorf("after %d replicates the groups have %v", i+1, groups)
		}
	}
}

// 4,000 draws from 58 ages: chi-square with 57 df exceeds 95.8 with p = .001.
func TestUniformAndRandomDrawsAreUniform(t *testing.T) {
	src := edit(t, edit(t, study, "n: 6", "n: 4000"), `draw: "shuffle", balance: "group"`, `draw: "random"`)
	d := load(t, src)
	ages, hobbies := map[any]int{}, map[any]int{}
	for _, p := range d.Personas(d.Experiment.Prompts[1]) {
		ages[p["age"]]++
		hobbies[p["hobby"]]++
	}
	if x := chiSquare(ages, 58, 4000); x > 95.8 {
		t.Errorf("ages: chi-square %.1f", x)
	}
	if x := chiSquare(hobbies, 7, 4000); x > 22.5 { // 6 df, p = .001
		t.Errorf("hobbies: chi-square %.1f", x)
	}
	if ages[int64(18)] == 0 || ages[int64(75)] == 0 {
		t.Error("an end of the range is never drawn")
	}
}

func chiSquare(counts map[any]int, k, n int) float64 {
	e := float64(n) / float64(k)
	x := float64(k-len(counts)) * e
	for _, c := range counts {
		x += (float64(c) - e) * (float64(c) - e) / e
	}
	return x
}

func TestSampleCountsEqualRenderings(t *testing.T) {
	d := load(t, study)
	for _, c := range d.Cells() {
		for r := range d.Respondents(c) {
			want := 0
			if c.Prompt.Name == "basic" {
				want = r.Replicate - 1
			}
			if r.Sample != want {
				t.Errorf("%s replicate %d: sample %d, want %d", c.Prompt.Name, r.Replicate, r.Sample, want)
			}
		}
	}
}

// The product law of a full factorial, and what a clause leaves of it.
func TestCells(t *testing.T) {
	src := edit(t, study, `"0.0": value: 0.0`, `{"0.0": value: 0.0, "0.7": value: 0.7}`)
	src = edit(t, src, `administration: batch: {}`, `administration: {batch: {}, sequential: {}}`)
	if got := len(load(t, src).Cells()); got != 2*2*2*2 {
		t.Errorf("full factorial: %d cells, want 16", got)
	}
	src = edit(t, src, "instrument: instruments.ten", `instrument: instruments.ten
	where: [{administration: ["batch"]}, {administration: ["sequential"], model: ["a"], prompt: ["person"]}]`)
	if got := len(load(t, src).Cells()); got != 8+2 {
		t.Errorf("with where: %d cells, want 10", got)
	}
}

// Ids and the design's hash are part of published tables.
func TestPinnedIDs(t *testing.T) {
	d := load(t, study)
	c := d.Cells()[0]
	got := []string{c.ID, design.RespondentID(c, 1)}
	want := []string{"71dc12d1a72a1a53", "ea3508a20586e9ee"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestHashIgnoresWhatIsCosmetic(t *testing.T) {
	base := load(t, study).Hash()
	for name, c := range map[string]struct {
		src  string
		same bool
	}{
		"spelling of a number":  {edit(t, study, "value: 0.0", "value: 0.00"), true},
		"a title":               {edit(t, study, `name: "study"`, `name: "study", title: "A study"`), true},
		"a random list's order": {edit(t, study, `"chess", "rowing"`, `"rowing", "chess"`), true},
		"a cycled list's order": {edit(t, study, `["x", "y", "z"]`, `["y", "x", "z"]`), false},
		"N":                     {edit(t, study, "n: 6", "n: 7"), false},
		"the seed":              {edit(t, study, "seed: 7", "seed: 8"), false},
		"a word of a template":  {edit(t, study, `"Rate."`, `"Rate!"`), false},
		"the instrument":        {edit(t, edit(t, study, "instruments.ten", "instruments.pvq57"), "n: 6", "n: 6"), false},
	} {
		if got := load(t, c.src).Hash() == base; got != c.same {
			t.Errorf("%s: same hash is %v, want %v", name, got, c.same)
		}
	}
}

// A server that moves keeps its completions if it has an identity, and its tables.
func TestHashKnowsAServerByItsIdentityElseByItsAddress(t *testing.T) {
	served := func(address, more string) string {
		return load(t, edit(t, study, `a: provider: "simulated"`, `a: {provider: "openai", base_url: "`+address+`"`+more+`}`)).Hash()
	}
	const here, there = "http://localhost:8000/v1", "http://localhost:9000/v1"
	for _, c := range []struct {
		more string
		same bool
	}{{"", false}, {`, identity: "mine"`, true}} {
		if got := served(here, c.more) == served(there, c.more); got != c.same {
			t.Errorf("moved, declared with %q: same hash is %v, want %v", c.more, got, c.same)
		}
	}
	if served(here, `, identity: "mine"`) == served(here, `, identity: "yours"`) {
		t.Error("another identity has the same hash")
	}
}
