package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// fill stores a reply to every request of a design, as a run would make them.
func fill(t *testing.T, d *design.Design, s stored) {
	t.Helper()
	b := session.NewBuilder(d, session.Options{})
	put := func(r completion.Request) (completion.Key, session.Reply) {
		k := r.Key()
		text := fmt.Sprintf("reply %x", k[:4])
		s[k] = session.Reply{Sum: completion.TextDigest(text), Text: text, Known: true}
		return k, s[k]
	}
	for _, c := range d.Cells() {
		for r := range d.Respondents(c) {
			generated := map[string]session.Generated{}
			for _, v := range session.GeneratedVariables(c.Prompt) {
				req, err := b.Generation(c.Model, c.Prompt, v, r.Replicate)
				if err != nil {
					t.Fatal(err)
				}
				k, reply := put(req)
				generated[v.Name] = session.Generated{Text: reply.Text, Key: k}
			}
			x, err := b.Session(r, generated)
			if err != nil {
				t.Fatal(err)
			}
			for turn := 1; turn <= x.Turns; turn++ {
				req := x.Request(turn, 0)
				k, reply := put(req)
				x.Reply(req, k, reply.Sum, reply.Text, true)
			}
		}
	}
}

// asks plans a design and returns the plan with how many of the stored replies
// it has no use for.
func asks(t *testing.T, exp *schema.Experiment, s stored) (*plan.Plan, int) {
	t.Helper()
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	used := map[completion.Key]bool{}
	w := &session.Walker{Builder: session.NewBuilder(d, session.Options{}), Replies: s}
	p, err := plan.Make(d, w, nil, func(v *session.Visit, _ bool) {
		for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
			for _, x := range turns {
				if x.Stored {
					used[x.Key] = true
				}
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, len(s) - len(used)
}

// With the paper's design stored, each change asks for exactly the requests
// that are new, and none of what is stored is left without use.
func TestChangesOfThePaperAskForWhatIsNewAlone(t *testing.T) {
	const all = 18000 + 4800*57 + 1800
	s := stored{}
	fill(t, paper(t), s)
	if len(s) != all {
		t.Fatalf("%d requests, want %d", len(s), all)
	}
	prompt := func(e *schema.Experiment, prompt, variable string) *schema.Variable {
		for _, p := range e.Prompts {
			if p.Name == prompt {
				return p.Variable(variable)
			}
		}
		t.Fatalf("no prompt %s", prompt)
		return nil
	}
	for _, c := range []struct {
		name   string
		change func(e *schema.Experiment)
		want   int
	}{
		{"nothing", func(*schema.Experiment) {}, 0},
		// Anchors are drawn by cycle, which depends on the order and says so.
		{"lists reordered", func(e *schema.Experiment) {
			for _, v := range [][2]string{{"names", "name"}, {"demographic", "hobby"}, {"demographic", "occupation"}, {"demographic", "gender"}} {
				slices.Reverse(prompt(e, v[0], v[1]).Entries)
			}
		}, 0},
		{"levels reordered", func(e *schema.Experiment) {
			slices.Reverse(e.Models)
			slices.Reverse(e.Prompts)
			slices.Reverse(e.Temperatures)
			slices.Reverse(e.Administration)
		}, 0},
		// 60 batch cells and 16 sequential ones of 57 turns, ten replicates more
		// each, and ten personas more for each of six models.
		{"N from 300 to 310, ten names more", func(e *schema.Experiment) {
			e.N = 310
			names := prompt(e, "names", "name")
			for i := range 10 {
				more := schema.Entry{}
				for k, v := range names.Entries[i] {
					more[k] = v
				}
				more["surname"] = fmt.Sprintf("New%d", i)
				names.Entries = append(names.Entries, more)
			}
		}, 60*10 + 16*10*57 + 6*10},
		// Five prompts, two temperatures, in batch, and its own personas.
		{"a model", func(e *schema.Experiment) {
			m := *e.Models[0]
			m.Name, m.Model = "another", "another"
			e.Models = append(e.Models, &m)
		}, 5*2*300 + 300},
		// Six models, five prompts in batch, two models and four prompts in
		// sequence; the personas are there.
		{"a temperature", func(e *schema.Experiment) {
			e.Temperatures = append(e.Temperatures, &schema.Temperature{Level: schema.Level{Name: "1.0"}, Value: 1})
		}, 6*5*300 + 2*4*300*57},
		{"a prompt", func(e *schema.Experiment) {
			p := *e.Prompts[0]
			tmpl, err := schema.ParseTemplate("Rate each.")
			if err != nil {
				t.Fatal(err)
			}
			e.Prompts = append(e.Prompts, &schema.Prompt{Level: schema.Level{Name: "plain"}, Template: tmpl, Form: p.Form})
		}, 6 * 2 * 300},
	} {
		t.Run(c.name, func(t *testing.T) {
			exp := paper(t).Experiment
			c.change(exp)
			p, orphans := asks(t, exp, s)
			if p.Total.Make != c.want || p.Total.Stored != all {
				t.Errorf("asks for %d with %d stored, want %d and %d", p.Total.Make, p.Total.Stored, c.want, all)
			}
			if orphans != 0 {
				t.Errorf("%d stored completions are of no use any more", orphans)
			}
		})
	}
}

// What levels share is planned once, what is independent twice; and what is
// planned is what is made.
func TestSharedRequestsAreCountedOnce(t *testing.T) {
	const src = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 3
	instrument: instruments.ten
	factors: {
		model: {a: {provider: "simulated", model: "m", MODELS}, b: {provider: "simulated", model: "m", MODELS}}
		prompt: {
			basic: template: "Rate each description from 1 to 5."
			persona: {template: "Rate. Answer as: {persona}.", variables: persona: generate: prompt: "Create a persona:"}
		}
		temperature: "0.7": value: 0.7
		administration: {ADMINISTRATION}
	}
}
`
	// Three replicates of two prompts: in batch 1 request each, in sequence 10,
	// isolated 10 of which the first is that of the sequence. Three personas.
	for _, c := range []struct {
		models, administration string
		want                   int
	}{
		{"shared: true", "batch: {}", 2*3 + 3},
		{"shared: true", "batch: {}, sequential: {}", 2*3*(1+10) + 3},
		{"shared: true", "sequential: {shared: true}, isolated: {shared: true}", 2*3*(10+9) + 3},
		{"independent: true", "batch: {}, sequential: {}", 2 * (2*3*(1+10) + 3)},
		{"independent: true", "sequential: {}, isolated: {independent: true}", 2 * (2*3*(10+10) + 3)},
	} {
		t.Run(c.models+", "+c.administration, func(t *testing.T) {
			d := loaded(t, src, "MODELS", c.models, "ADMINISTRATION", c.administration)
			cold, _ := asks(t, d.Experiment, stored{})
			if cold.Total.Make != c.want || cold.Total.Wanted != c.want {
				t.Errorf("cold: %d to make of %d, want %d", cold.Total.Make, cold.Total.Wanted, c.want)
			}
			s := stored{}
			fill(t, d, s)
			warm, _ := asks(t, d.Experiment, s)
			if len(s) != c.want || warm.Total.Make != 0 || warm.Total.Stored != c.want {
				t.Errorf("made %d, then %d stored and %d to make; want %d", len(s), warm.Total.Stored, warm.Total.Make, c.want)
			}
		})
	}
}
