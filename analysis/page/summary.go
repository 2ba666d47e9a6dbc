package page

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/score"
)

// tile is one number of the summary.
type tile struct{ Label, Value, Note string }

// distinct lists what of gives for the conditions, each once, in order.
func (s *source) distinct(of func(*condition) string) []string {
	var out []string
	for _, c := range s.conditions {
		if w := of(c); !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

// prompts are the prompts by name.
func (s *source) prompts() []string {
	return slices.Sorted(slices.Values(s.distinct(func(c *condition) string { return c.Prompt })))
}

// temperatures are the temperatures from low to high.
func (s *source) temperatures() []string {
	sorted := source{conditions: slices.Clone(s.conditions)}
	slices.SortStableFunc(sorted.conditions, func(x, y *condition) int { return ingest.CompareTemperatures(x.Temperature, y.Temperature) })
	return sorted.distinct((*condition).Temp)
}

// ends are the conditions with the lowest and highest of a statistic, nil if
// none has it.
func (s *source) ends(of func(*condition) *float64) (low, high *condition) {
	for _, c := range s.conditions {
		x := of(c)
		if x == nil {
			continue
		}
		if low == nil || *x < *of(low) {
			low = c
		}
		if high == nil || *x > *of(high) {
			high = c
		}
	}
	return low, high
}

func ssdOf(c *condition) *float64 { return c.SSD }
func rhoOf(c *condition) *float64 { return c.Rho }

// totals counts sessions.
func (s *source) totals() (planned, used, dropped int) {
	for _, c := range s.conditions {
		planned, used, dropped = planned+c.Planned, used+c.Used, dropped+c.Dropped
	}
	return planned, used, dropped
}

// tiles are the numbers at the top.
func (s *source) tiles() []tile {
	planned, used, _ := s.totals()
	out := []tile{{"Conditions", grouped(len(s.conditions)), fmt.Sprintf("%s, %s", count(len(s.distinct(func(c *condition) string { return c.Model })), "model"),
		count(len(s.prompts()), "prompt"))},
		{"Sessions used", grouped(used), "of " + grouped(planned) + " planned"}}
	if low, high := s.ends(ssdOf); low != nil {
		out = append(out, tile{"Best structure match", "SSD " + fixed(low.SSD, 2), low.Name()})
		if high != low {
			out = append(out, tile{"Worst structure match", "SSD " + fixed(high.SSD, 2), high.Name()})
		}
	}
	if low, high := s.ends(rhoOf); low != nil {
		out = append(out, tile{"Spearman’s rho", span(low.Rho, high.Rho), "value means against " + s.meansWord()})
	}
	return out
}

func span(low, high *float64) string {
	if a, b := fixed(low, 2), fixed(high, 2); a != b {
		return a + " to " + b
	}
	return fixed(low, 2)
}

// meansWord names the benchmark of means.
func (s *source) meansWord() string {
	if s.means == nil {
		return "the benchmark"
	}
	return map[string]string{ingest.Human: "human ", ingest.Theory: "theoretical ", ingest.Model: "another model’s "}[s.means.Kind] + s.means.Statistic + "s"
}

// summary is what was found, in plain words.
func (s *source) summary() []string {
	planned, used, dropped := s.totals()
	further := ""
	for k, f := range s.data.Factors {
		further += fmt.Sprintf(", %s %s", f, clean(list(s.distinct(func(c *condition) string { return c.Levels[k] }))))
	}
	out := []string{fmt.Sprintf("%s: %s, %s, temperature %s, administration %s%s; %s planned, %s used.",
		capital(count(len(s.conditions), "condition")),
		count(len(s.distinct(func(c *condition) string { return c.Model })), "model"),
		count(len(s.prompts()), "prompt"),
		list(s.temperatures()), clean(list(s.distinct(func(c *condition) string { return c.Administration }))), further,
		count(planned, "session"), grouped(used))}
	out = append(out, s.structureWords()...)
	out = append(out, s.rankWords())
	if w := s.fewWords(); w != "" {
		out = append(out, w)
	}
	if dropped == 0 {
		return append(out, "No session was left out.")
	}
	var none, few, lacks int
	for _, c := range s.conditions {
		none, few, lacks = none+c.NoAnswer, few+c.TooFew, lacks+c.ValueMissing
	}
	return append(out, fmt.Sprintf("%s (%s) left out of every statistic: %s without any answer, %s with too few, %s with a value unanswered.",
		count(dropped, "session"), percent(dropped, planned), grouped(none), grouped(few), grouped(lacks)))
}

// fewWords names the conditions with few sessions, which weigh as much as any other in
// the lines above; empty if there are none.
func (s *source) fewWords() string {
	const named = 3
	var few []string
	for _, c := range s.conditions {
		if c.Used > 0 && c.Used < score.Few {
			few = append(few, fmt.Sprintf("%s (n = %d)", c.Name(), c.Used))
		}
	}
	if len(few) == 0 {
		return ""
	}
	start := count(len(few), "condition")
	if len(few) > named {
		few = append(few[:named], "others")
	}
	return fmt.Sprintf("%s with fewer than %d sessions: %s.", capital(start), score.Few, strings.Join(few, "; "))
}

// structureWords says how well structures match, and how many match no better
// than chance.
func (s *source) structureWords() []string {
	var out []string
	switch {
	case s.opts.NoCircle:
		return []string{"The instrument claims no circular structure: there are means and correlations of its values, and no map."}
	case s.structure == nil:
		return []string{"There is no benchmark of the structure, so there is no map and no SSD."}
	}
	low, high := s.ends(ssdOf)
	if low != nil {
		out = append(out, "The value structure comes closest to "+s.structureWord()+" in "+matchWords(low)+".")
		if high != low {
			out = append(out, "It is furthest from it in "+matchWords(high)+".")
		}
		out = append(out, s.chanceWords())
	}
	if s.structure != nil && s.structure.Kind == ingest.Theory {
		out = append(out, "The structure benchmark is a theory, not people: these SSDs cannot be compared with those of the paper’s Table 1.")
	}
	var na []string
	n := 0
	for _, c := range s.conditions {
		if c.SSD == nil {
			n++
			if r := c.FitNA; r != "" && !slices.Contains(na, r) {
				na = append(na, r)
			}
		}
	}
	if n > 0 {
		more := ""
		if len(na) > 3 {
			na, more = na[:3], "; and others, in the table of conditions"
		}
		out = append(out, clean(fmt.Sprintf("%s structure match (NA): %s%s.", hasNot(n, len(s.conditions)), strings.Join(na, "; "), more)))
	}
	return out
}

func hasNot(n, of int) string {
	switch n {
	case of:
		return "No condition has a"
	case 1:
		return "1 condition has no"
	}
	return grouped(n) + " conditions have no"
}

func (s *source) structureWord() string {
	if s.structure == nil {
		return "the benchmark"
	}
	return map[string]string{ingest.Human: "the human structure", ingest.Theory: "the theoretical circle", ingest.Model: "the other model’s"}[s.structure.Kind] +
		" (" + clean(s.structure.Name) + ")"
}

// matchWords is a condition with its SSD and the chance level.
func matchWords(c *condition) string {
	w := fmt.Sprintf("%s: SSD %s (0 is perfect)", c.Name(), fixed(c.SSD, 2))
	if c.NullQ05 != nil {
		w += fmt.Sprintf("; one in twenty random labellings reaches %s", fixed(c.NullQ05, 2))
	}
	return w
}

// chanceWords counts the conditions that random labels match as well.
func (s *source) chanceWords() string {
	var names []string
	tested := 0
	for _, c := range s.conditions {
		if c.SSD != nil && c.NullQ05 != nil {
			tested++
		}
		if c.Chance() {
			names = append(names, c.Name())
		}
	}
	switch {
	case tested == 0:
		return "No permutations were asked for, so no match was tested against random labels."
	case len(names) == 0:
		return fmt.Sprintf("All %d matches that were tested are better than the 5 %% point of random labels.", tested)
	case len(names) <= 4:
		return fmt.Sprintf("%d of %d cannot be told from random labels: %s.", len(names), tested, strings.Join(names, "; "))
	}
	return fmt.Sprintf("%d of %d cannot be told from random labels; † marks them in the table below.", len(names), tested)
}

// rankWords is the range of Spearman's rho.
func (s *source) rankWords() string {
	if s.means == nil {
		return "There is no benchmark of means, so no rank correlation."
	}
	low, high := s.ends(rhoOf)
	if low == nil {
		why := "no reason was recorded"
		for _, c := range s.conditions {
			if c.RhoNA != "" {
				why = clean(c.RhoNA)
				break
			}
		}
		return "There is no rank correlation of the value means: " + why + "."
	}
	if low == high {
		return fmt.Sprintf("The order of the values agrees with %s at Spearman’s rho %s.", s.meansWord(), fixed(low.Rho, 2))
	}
	return fmt.Sprintf("The order of the values agrees with %s at Spearman’s rho %s (%s) to %s (%s).", s.meansWord(),
		fixed(low.Rho, 2), low.Name(), fixed(high.Rho, 2), high.Name())
}
