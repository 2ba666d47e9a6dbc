package design

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/schema"
)

// seat is what a replicate has in a cell beside its persona. All cells with the
// same prompt and further levels have the same seats.
type seat struct {
	sample int
	form   string
	order  []int
}

func (d *Design) roster(c *Cell) []seat {
	key := c.Prompt.Name
	for _, f := range c.Further {
		key += "\x00" + f.Name
	}
	if s, ok := d.rosters[key]; ok {
		return s
	}
	s := d.newRoster(c)
	d.rosters[key] = s
	return s
}

func (d *Design) newRoster(c *Cell) []seat {
	seen := map[string]int{}
	generated := slices.ContainsFunc(c.Prompt.Variables, func(v *schema.Variable) bool { return v.Draw == schema.Generate })
	out := make([]seat, d.Experiment.N)
	for i, p := range d.drawn(c.Prompt) {
		out[i] = seat{form: form(c, p), order: d.order(c, i+1)}
		if generated {
			continue
		}
		alike := rendered(c, p, out[i].form)
		out[i].sample = seen[alike]
		seen[alike]++
	}
	return out
}

// rendered is everything in which two respondents of one cell can differ as
// the model sees them, but for the order of the items: two that are shown the
// same items in other orders can still send the same request, for the first
// item of a conversation or an isolated one, and must not share its reply.
func rendered(c *Cell, p Persona, form string) string {
	var b strings.Builder
	value := func(name string) string { return fmt.Sprint(p[name]) }
	b.WriteString(c.Prompt.Template.Render(value))
	if sys := c.System(); sys != nil {
		b.WriteString("\x00" + sys.Render(value))
	}
	b.WriteString("\x00" + form)
	return b.String()
}

func form(c *Cell, p Persona) string {
	for _, f := range c.Further {
		if f.Form != "" {
			return f.Form
		}
	}
	rule := c.Prompt.Form
	switch {
	case rule.By != "":
		return rule.Forms[fmt.Sprint(p[rule.By])]
	case rule.Fixed != "":
		return rule.Fixed
	}
	return "neutral"
}

// order returns the items' order for a replicate. A shuffled order is keyed by
// the replicate alone, so the same one meets every model and prompt.
func (d *Design) order(c *Cell, replicate int) []int {
	kind := c.ItemOrder()
	if kind == "" {
		return nil
	}
	n := len(d.Experiment.Instrument.Items)
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	switch kind {
	case "reversed":
		slices.Reverse(out)
	case "shuffled":
		key := digestWord("item order", fmt.Sprint(d.Experiment.Seed), fmt.Sprint(replicate))
		words := make([]word, n)
		for i, it := range d.Experiment.Instrument.Items {
			words[i] = digestWord(fmt.Sprint(it.Number))
		}
		slices.SortFunc(out, func(i, j int) int {
			a, b := key.mix(words[i]), key.mix(words[j])
			switch {
			case a < b:
				return -1
			case a > b:
				return 1
			}
			return i - j
		})
	}
	return out
}
