package page

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/mds"
)

// methods is a paragraph to paste into a paper: everything that was chosen.
func (s *source) methods(documents []document) string {
	o, m := s.opts, s.manifest
	low, high := s.data.Key.Scale()
	p := []string{
		s.designSentence(),
		sentence(fmt.Sprintf("The questionnaire was %s (%s, %s, answers %d to %d%s)", or(o.Instrument, s.data.Instrument), count(len(s.data.Items), "item"),
			count(len(s.data.Values), "value"), low, high, also(", SHA-256 ", short(o.InstrumentHash)))),
	}
	if o.InstrumentNotice != "" {
		p = append(p, sentence(capital(o.InstrumentNotice)))
	}
	switch s.simulated() {
	case "true":
		p = append(p, "No language model was asked: a simulated respondent made up every answer, so the numbers say nothing about any model.")
	case "mixed":
		p = append(p, "Some conditions were answered by a simulated respondent in place of a model; they say nothing about any model.")
	}
	p = append(p, s.scoringSentences()...)
	p = append(p, s.structureSentences()...)
	p = append(p, uncertainty(documents)...)
	p = append(p, s.countSentence())
	versions := "The answers were collected and read by runner " + or(m.ProgramVersion, o.ProgramVersion, "(version not recorded)")
	if m.ParserVersion > 0 {
		versions += fmt.Sprintf(" (parser %d)", m.ParserVersion)
	}
	versions += fmt.Sprintf(", tables of version %s, analysed by version %s of the analysis", or(m.TableVersion, ingest.TableVersion), s.analysis.ReportVersion)
	if h := or(m.DesignHash, s.data.DesignHash); h != "" {
		versions += ", design " + short(h)
	}
	if m.Seed != nil {
		versions += fmt.Sprintf(", design seed %d", *m.Seed)
	}
	return clean(strings.Join(append(p, sentence(versions)), " "))
}

// uncertainty is what the table of intervals says of how they were made and how
// often they hold the truth; nothing where there is no such table.
func uncertainty(documents []document) []string {
	var out []string
	for _, d := range documents {
		if d.Name != "uncertainty" {
			continue
		}
		for _, n := range d.Notes {
			for _, begins := range []string{"Interval", "No interval", "Coverage", "Bootstrap", "Split half"} {
				if strings.HasPrefix(n, begins) {
					out = append(out, sentence(n))
					break
				}
			}
		}
	}
	return out
}

func (s *source) designSentence() string {
	var n []int
	for _, c := range s.conditions {
		n = append(n, c.Planned)
	}
	each := "no session"
	if len(n) > 0 {
		low, high := n[0], n[0]
		for _, x := range n {
			low, high = min(low, x), max(high, x)
		}
		each = count(high, "session")
		if low != high {
			each = fmt.Sprintf("%s to %s", grouped(low), each)
		}
	}
	of := func(noun string, words []string) string {
		if len(words) == 1 {
			return noun + " " + words[0]
		}
		return noun + "s " + list(words)
	}
	text := fmt.Sprintf("In %s (experiment %s), %s were run with %s each: %s; %s; %s; %s", or(s.manifest.Title, s.opts.Title, s.data.Experiment), s.data.Experiment,
		count(len(s.conditions), "condition"), each,
		of("model", s.distinct(func(c *condition) string { return c.Model })), of("prompt", s.prompts()),
		of("temperature", s.temperatures()), of("administration", s.distinct(func(c *condition) string { return c.Administration })))
	for k, f := range s.data.Factors {
		text += "; " + of(f, s.distinct(func(c *condition) string { return c.Levels[k] }))
	}
	return sentence(text)
}

func (s *source) scoringSentences() []string {
	o := s.opts
	rule := fmt.Sprintf("A session took part if it answered at least %g %% of the items", round(100*o.MinAnswered))
	if o.RequireAllValues {
		rule += " and at least one item of every value"
	}
	scores := "A value’s score is the mean of its answered items, reverse-keyed ones turned round."
	if !o.NoCircle {
		scores = "A value’s raw score is the mean of its answered items; its centred score is that minus the mean of all answered items of the session."
	}
	out := []string{scores, rule + "."}
	if s.turned() {
		low, high := s.data.Key.Scale()
		out = append(out, fmt.Sprintf("Answers given on the reversed scale were turned back first, x to %d − x.", low+high))
	}
	if s.means != nil {
		out = append(out, fmt.Sprintf("The means of the "+s.averaged()+" scores were ranked (ties share the average rank) and correlated with %s by Spearman’s rho; p is two-sided, from t with %d degrees of freedom.",
			benchmarkWords(s.means), len(s.data.Values)-2))
	}
	return out
}

func (s *source) structureSentences() []string {
	o := s.opts
	switch {
	case o.NoCircle:
		return []string{"The instrument claims no circular structure, so no map was drawn."}
	case s.structure == nil:
		return []string{"No structure was compared with a benchmark."}
	}
	scores := "raw"
	if o.Centred {
		scores = "centred"
	}
	dissimilarity := "1 − r"
	if o.Dissimilarity == mds.SqrtTwoOneMinusR {
		dissimilarity = "the root of 2(1 − r)"
	}
	out := []string{fmt.Sprintf("For each condition the %s scores of the values were correlated over sessions (%s; missing values %s), turned into dissimilarities by %s and drawn in two dimensions by %s multidimensional scaling from the classical (Torgerson) start and %s; the map of lowest Stress-1 was kept.",
		scores, capital(fmt.Sprint(o.Correlation)), o.Missing, dissimilarity, o.MDS, count(o.Restarts, "random start")),
		fmt.Sprintf("Maps were matched to %s by Procrustes rotation with reflection, translation and scaling; SSD is the residual sum of squares of the normed configurations (0 is perfect), r the root of 1 − SSD.", benchmarkWords(s.structure))}
	if o.Permutations > 0 {
		out = append(out, fmt.Sprintf("p is (b + 1)/(m + 1), where b of m = %s permutations of the labels match at least as well; the 5 %% point is that of the SSDs of those permutations.", grouped(o.Permutations)))
	} else {
		out = append(out, "No permutation test was run.")
	}
	return append(out, fmt.Sprintf("The analysis seed was %d.", o.Seed))
}

// averaged names the scores whose means are shown: centred ones, or raw ones of
// an instrument that claims no circle.
func (s *source) averaged() string {
	if s.opts.NoCircle {
		return "raw"
	}
	return "centred"
}

// turned tells whether some answers were given on the reversed scale.
func (s *source) turned() bool {
	return slices.ContainsFunc(s.conditions, func(c *condition) bool { return c.ScaleReversed })
}

func (s *source) countSentence() string {
	planned, used, dropped := s.totals()
	return fmt.Sprintf("Of %s planned, %s were used and %s left out.", count(planned, "session"), grouped(used), grouped(dropped))
}

// benchmarkWords names a benchmark with its kind and source.
func benchmarkWords(b *ingest.Benchmark) string {
	label := strings.TrimSuffix(b.Label, ".")
	if !strings.HasPrefix(label, b.Kind) {
		label = b.Kind + ": " + label
	}
	w := b.Name + " (" + label
	if b.Source != "" {
		w += "; source: " + strings.TrimSuffix(b.Source, ".")
	}
	return w + ")"
}

func or(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

func also(before, w string) string {
	if w == "" {
		return ""
	}
	return before + w
}

func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

// round removes what binary fractions leave behind.
func round(x float64) float64 { return float64(int(x*1e6+0.5)) / 1e6 }
