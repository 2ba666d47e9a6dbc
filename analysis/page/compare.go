package page

import (
	"fmt"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/published"
)

// comparison is one condition beside what the paper prints for it.
type comparison struct {
	*condition
	Printed, Table, Erratum, Ours, Difference string
	Fair                                      bool
	Words                                     string
}

// comparisons are the conditions that the paper prints an SSD for.
func (s *source) comparisons() []comparison {
	var out []comparison
	if s.opts.NoCircle {
		return nil // the paper's numbers are of values on a circle
	}
	for _, c := range s.conditions {
		if len(c.Levels) > 0 || c.Temperature == nil {
			continue // a factor that the paper does not have, or a level that nobody stated
		}
		f, ok := published.SSD(published.Cell{Model: c.Model, Prompt: c.Prompt, Administration: c.Administration, Temperature: *c.Temperature})
		if !ok {
			continue
		}
		x := comparison{condition: c, Printed: fixed(f.Value, 2), Table: f.Table, Erratum: f.Erratum, Ours: fixed(c.SSD, 2), Difference: "NA"}
		if f.Value != nil && c.SSD != nil {
			d := *c.SSD - *f.Value
			x.Difference = fixed(&d, 2)
			if d >= 0.005 {
				x.Difference = "+" + x.Difference
			}
		}
		x.Fair, x.Words = s.fair(c)
		out = append(out, x)
	}
	return out
}

// fair says whether a comparison with the printed SSD is one of like with like.
func (s *source) fair(c *condition) (bool, string) {
	var not []string
	if c.Simulated {
		not = append(not, "a simulated respondent answered, not this model")
	}
	if s.structure == nil || s.structure.Kind != ingest.Human || s.structure.Statistic != "correlation" {
		what := "there is none here"
		if s.structure != nil {
			what = fmt.Sprintf("here it is %s (%s, %s)", clean(s.structure.Name), s.structure.Kind, s.structure.Statistic)
		}
		not = append(not, "the paper’s benchmark is human correlations; "+what)
	}
	if !s.official() {
		not = append(not, "the paper’s instrument is the PVQ-RR; here it is "+clean(or(s.opts.Instrument, s.data.Instrument))+", not its wording")
	}
	if len(not) > 0 {
		return false, "Not a fair comparison: " + strings.Join(not, "; ") + "."
	}
	return true, "Fair: a real model, the PVQ-RR’s wording and human correlations, as in the paper; the software and the human sample may differ."
}

// official tells whether the instrument is the PVQ-RR in its own wording: it
// is named so, and no notice denies it.
func (s *source) official() bool {
	name := strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(or(s.opts.Instrument, s.data.Instrument)))
	notice := strings.ToLower(s.opts.InstrumentNotice)
	return strings.HasPrefix(name, "pvqrr") && !strings.Contains(notice, "not the pvq")
}
