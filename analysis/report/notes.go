package report

import (
	"fmt"
	"strconv"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/score"
)

// notComparable is said wherever a theory circle is the benchmark.
const notComparable = "A theory circle is an expectation and no data: these SSDs cannot be compared with those of the paper's Table 1, " +
	"which are against the answers of people."

// simulated is "true", "false" or "mixed", by the conditions.
func (a *analysis) simulated() string {
	n := 0
	for i := range a.d.Conditions {
		if a.d.Conditions[i].Simulated {
			n++
		}
	}
	switch {
	case a.d.Simulated == "true" || n > 0 && n == len(a.d.Conditions):
		return "true"
	case n > 0:
		return "mixed"
	}
	return "false"
}

// banner says in plain words what was simulated; empty if nothing was.
func (a *analysis) banner() string {
	switch a.simulated() {
	case "true":
		return "SIMULATED. No model was asked: a program made up every answer. These numbers say nothing about any model."
	case "mixed":
		return "PARTLY SIMULATED. Where the model is marked (simulated), no model was asked: a program made up the answers, " +
			"and the numbers say nothing about any model."
	}
	return ""
}

// modelName is the model, marked where only some are simulated.
func (a *analysis) modelName(c *ingest.Condition) string {
	if c.Simulated && a.simulated() == "mixed" {
		return c.Model + " (simulated)"
	}
	return c.Model
}

// facts are the notes under every table: experiment, instrument, sessions.
func (a *analysis) facts() []string {
	o := a.opts
	experiment := "Experiment: " + or(o.Experiment, "without a name")
	if o.Title != "" && o.Title != o.Experiment {
		experiment += " (" + o.Title + ")"
	}
	if o.DesignHash != "" || a.d.DesignHash != "" {
		experiment += ", design " + short(or(o.DesignHash, a.d.DesignHash))
	}
	if o.ProgramVersion != "" {
		experiment += ", program version " + o.ProgramVersion
	}
	instrument := fmt.Sprintf("Instrument: %s, %d items, %d values", or(o.Instrument, a.d.Instrument), len(a.d.Items), len(a.d.Values))
	if o.InstrumentHash != "" {
		instrument += ", hash " + short(o.InstrumentHash)
	}
	if o.InstrumentNotice != "" {
		instrument += ". " + capital(strings.TrimSuffix(o.InstrumentNotice, "."))
	}
	facts := []string{experiment + ".", instrument + "."}
	if s := a.turnedNote(); s != "" {
		facts = append(facts, s)
	}
	facts = append(facts, a.sessionsNote())
	if s := a.fewNote(); s != "" {
		facts = append(facts, s)
	}
	return append(facts, a.skippedNotes()...)
}

// capital begins a sentence.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// or is the first that is not empty.
func or(s, t string) string {
	if s != "" {
		return s
	}
	return t
}

// short is the beginning of a hash.
func short(hash string) string {
	if len(hash) > 12 {
		return hash[:12]
	}
	return hash
}

// sessionsNote says how many sessions were planned, used and left out, and why.
func (a *analysis) sessionsNote() string {
	var planned, used int
	least, most := -1, 0
	var why [4]int
	for i := range a.results {
		r := &a.results[i]
		planned += r.c.Planned
		used += r.used()
		if least < 0 || r.used() < least {
			least = r.used()
		}
		most = max(most, r.used())
		for _, reason := range []score.Reason{score.NoAnswer, score.TooFewAnswers, score.ValueMissing} {
			why[reason] += r.scores.DroppedFor(reason)
		}
	}
	dropped := why[1] + why[2] + why[3]
	s := fmt.Sprintf("Sessions: %d planned, %d used (N = %s in a condition), %d left out", planned, used, span(least, most), dropped)
	if dropped > 0 {
		s += fmt.Sprintf(" (%d without any answer, %d with too few answers, %d with a value unanswered)", why[1], why[2], why[3])
	}
	return s + ". By condition: data_quality.md."
}

// span words a range of numbers; least is below 0 where there are none.
func span(least, most int) string {
	if least < 0 || least == most {
		return strconv.Itoa(most)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// fewNote names the conditions with few sessions; empty if there are none.
func (a *analysis) fewNote() string {
	const named = 5
	var few []string
	least, most, some := 0, 0, 0
	for i := range a.results {
		r := &a.results[i]
		n := r.used()
		if n == 0 {
			continue
		}
		if some++; n < score.Few {
			few = append(few, fmt.Sprintf("%s (N = %d)", label(r.c), n))
			if least == 0 || n < least {
				least = n
			}
			most = max(most, n)
		}
	}
	switch {
	case len(few) == 0:
		return ""
	case len(few) == some:
		return fmt.Sprintf("Few sessions: N = %s in every condition.", span(least, most))
	case len(few) > named:
		few = append(few[:named], fmt.Sprintf("and %d others", len(few)-named))
	}
	return fmt.Sprintf("Fewer than %d sessions: %s.", score.Few, strings.Join(few, "; "))
}

// scoringNote are the options that concern scores.
func (a *analysis) scoringNote() string {
	kinds := "Centred scores are raw scores minus the mean of all answered items of the session."
	if a.opts.NoCircle {
		kinds = "A raw score is the mean of the value's answered items, reverse-keyed ones turned round."
	}
	return fmt.Sprintf("Scoring: a session counts if it answered at least %s %% of the items (min_answered %s)%s. "+kinds,
		exact(roundTo(100*a.opts.MinAnswered)), exact(a.opts.MinAnswered),
		map[bool]string{true: " and an item of every value (require_all_values true)", false: " (require_all_values false)"}[a.opts.RequireAllValues])
}

// turnedNote says which answers were turned back; empty if none were.
func (a *analysis) turnedNote() string {
	turned := 0
	for i := range a.results {
		if a.results[i].c.ScaleReversed {
			turned++
		}
	}
	if turned == 0 {
		return ""
	}
	low, high := a.d.Key.Scale()
	return fmt.Sprintf("Scale: in %d of %d conditions the answers were given on the reversed scale (scale_reversed); they are turned back, x to %d - x, before anything is computed.",
		turned, len(a.results), low+high)
}

// roundTo removes what binary fractions leave behind.
func roundTo(x float64) float64 {
	v, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	return v
}

// structureNotes are the benchmark and the options behind every SSD.
func (a *analysis) structureNotes() []string {
	o := a.opts
	options := fmt.Sprintf("Options: %s scores, %s correlations (missing: %s), dissimilarity %s, %s scaling, %d random starts besides Torgerson's, %d permutations, seed %d.",
		scoresWord(o.Centred), o.Correlation, o.Missing, kindWord(o.Dissimilarity), o.MDS, o.Restarts, o.Permutations, o.Seed)
	if a.structure == nil {
		return []string{"Benchmark: none; " + a.structureNA + ".", options}
	}
	notes := []string{a.benchmarkNote(a.structure)}
	if a.structure.Kind == ingest.Theory {
		notes = append(notes, notComparable)
	}
	return append(notes, options)
}

// benchmarkNote names a benchmark and what sort of thing it is.
func (a *analysis) benchmarkNote(b *ingest.Benchmark) string {
	s := fmt.Sprintf("Benchmark (%s): %s", b.Kind, b.Name)
	if b.Label != "" {
		s += ", " + strings.TrimSuffix(b.Label, ".")
	}
	s += "."
	if b.Source != "" {
		s += " Source: " + strings.TrimSuffix(b.Source, ".") + "."
	}
	return s
}

// meansName is the heading of the benchmark's means.
func (a *analysis) meansName() string { return a.means.Kind + " " + a.means.Statistic }

// nullNote describes what random labels give, and what the mark means.
func (a *analysis) nullNote() string {
	var mean, q05, q01 float64
	n := 0
	for i := range a.results {
		if t := a.results[i].test; t != nil {
			mean += t.Null.Mean
			q05 += t.Null.Q05
			q01 += t.Null.Q01
			n++
		}
	}
	if n == 0 {
		return "No permutations were asked for, so no SSD is tested against random labels."
	}
	k := float64(n)
	return fmt.Sprintf("Random labels give a mean SSD of %s, %s at their 5 %% point and %s at their 1 %% point (averages over the conditions; "+
		"structure_fit.md has each). † is not below its own 5 %% point: it cannot be told from random labels.", fixed2(mean/k), fixed2(q05/k), fixed2(q01/k))
}

// summaryNotes are what a reader of the headlines must know.
func (a *analysis) summaryNotes() []string {
	var out []string
	if b := a.banner(); b != "" {
		out = append(out, b)
	}
	if a.opts.InstrumentNotice != "" {
		out = append(out, "Instrument: "+a.opts.InstrumentNotice)
	}
	if a.means != nil {
		out = append(out, "Means: "+a.benchmarkNote(a.means))
	}
	if a.structure != nil {
		out = append(out, "Structure: "+a.benchmarkNote(a.structure))
		if a.structure.Kind == ingest.Theory {
			out = append(out, notComparable)
		}
	} else {
		out = append(out, "Structure: "+a.structureNA+".")
	}
	return append(append(out, a.sessionsNote()), a.skippedNotes()...)
}
