package diff

import (
	"encoding/json"
	"fmt"
	"slices"

	"circumplex.example/runner/internal/design"
	"circumplex.example/schema"
)

// Redraw says that replicates get other values than before.
type Redraw struct {
	Prompt   string `json:"prompt"`
	Variable string `json:"variable"`
	Draw     string `json:"draw"`
	// Changed replicates of Of, those that both designs have, get another value.
	Changed int `json:"replicates_changed"`
	Of      int `json:"replicates"`
	// Fresh is how many of these have a value that no replicate had before.
	Fresh int `json:"values_not_drawn_before"`
	// Why holds the causes: one or more of the constants below.
	Why []string `json:"why"`
}

// The causes of a redraw.
const (
	BySeed     = "seed"            // another seed
	ByName     = "prompt renamed"  // draws are keyed by the prompt's name
	ByDraw     = "draw"            // another kind of draw
	ByRange    = "range"           // another range
	ByOrder    = "list order"      // a list drawn by cycle in another order
	ByLength   = "list length"     // a list drawn by cycle has another length
	ByAdded    = "entries added"   // entries that win draws, or take a place
	ByRemoved  = "entries removed" // entries that were drawn
	ByEdited   = "entries edited"  // the same, in one place
	ByBalance  = "balance"         // groups that take turns otherwise
	ByFields   = "fields"          // the prompt uses other fields of an entry
	ByText     = "request"         // another text is asked for
	itemsOrder = "order of the items"
)

// redraws compares what every replicate gets. renamed maps new prompts to the
// old ones that they were.
func redraws(old, now *design.Design, renamed map[string]string) []Redraw {
	var out []Redraw
	for _, p := range now.Experiment.Prompts {
		from := p.Name
		if r, ok := renamed[p.Name]; ok {
			from = r
		}
		q := prompt(old.Experiment, from)
		if q == nil {
			continue
		}
		for _, v := range p.Variables {
			w := q.Variable(v.Name)
			if w == nil {
				continue
			}
			if r := redraw(old, now, q, p, w, v); r.Changed > 0 {
				out = append(out, r)
			}
		}
	}
	if shuffles(old) && shuffles(now) && old.Experiment.Seed != now.Experiment.Seed {
		n := min(old.Experiment.N, now.Experiment.N)
		out = append(out, Redraw{Variable: itemsOrder, Draw: "shuffle", Changed: n, Of: n, Why: []string{BySeed}})
	}
	return out
}

func prompt(e *schema.Experiment, name string) *schema.Prompt {
	for _, p := range e.Prompts {
		if p.Name == name {
			return p
		}
	}
	return nil
}

func shuffles(d *design.Design) bool {
	return slices.ContainsFunc(d.Cells(), func(c *design.Cell) bool { return c.ItemOrder() == "shuffled" })
}

func redraw(old, now *design.Design, q, p *schema.Prompt, w, v *schema.Variable) Redraw {
	r := Redraw{Prompt: p.Name, Variable: v.Name, Draw: string(v.Draw), Of: min(old.Experiment.N, now.Experiment.N)}
	if v.Draw == schema.Generate {
		if w.Draw == schema.Generate && encodeAny(w.Generate) != encodeAny(v.Generate) {
			r.Changed, r.Fresh, r.Why = r.Of, r.Of, []string{ByText}
		}
		return r
	}
	x, y := values(old, q, w, v), values(now, p, v, w)
	had := map[string]int{}
	for _, s := range x {
		had[s]++
	}
	for i, s := range y[:r.Of] {
		if x[i] != s {
			r.Changed++
		}
		if had[s] > 0 {
			had[s]--
		} else {
			r.Fresh++
		}
	}
	r.Why = why(old.Experiment.Seed != now.Experiment.Seed, p.Name != q.Name, w, v)
	return r
}

// values renders what each replicate gets, in the fields that both prompts use.
func values(d *design.Design, p *schema.Prompt, v, other *schema.Variable) []string {
	var fields []string
	for _, f := range v.Used {
		if slices.Contains(other.Used, f) {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		fields = v.Used
	}
	personas := d.Personas(p)
	out := make([]string, len(personas))
	parts := make([]any, len(fields))
	for i, persona := range personas {
		for k, f := range fields {
			parts[k] = persona[f]
		}
		out[i] = encodeAny(parts)
	}
	return out
}

func encodeAny(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// why lists what can have moved the draws of a variable.
func why(seed, name bool, a, b *schema.Variable) []string {
	var out []string
	add := func(is bool, cause string) {
		if is {
			out = append(out, cause)
		}
	}
	add(a.Draw != b.Draw, ByDraw)
	if a.Draw != b.Draw {
		return out
	}
	keyed := b.Draw != schema.Cycle
	add(seed && keyed, BySeed)
	add(name && keyed, ByName)
	if b.Draw == schema.Uniform {
		add(a.Min != b.Min || a.Max != b.Max, ByRange)
		return out
	}
	add(a.Balance != b.Balance, ByBalance)
	add(keyed && !slices.Equal(a.Used, b.Used), ByFields)
	l := lists(a, b)
	if l == nil {
		return out
	}
	if b.Draw == schema.Cycle {
		add(l.Reordered, ByOrder)
		add(l.Old != l.New, ByLength)
		add(l.Old == l.New && l.Added+l.Edited > 0, ByEdited)
		return out
	}
	add(l.Added > 0, ByAdded)
	add(l.Removed > 0, ByRemoved)
	add(l.Edited > 0, ByEdited)
	return out
}
