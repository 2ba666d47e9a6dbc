package report

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/score"
	"circumplex.example/analysis/tabular"
)

// quality is what became of the sessions of one condition.
type quality struct {
	byStatus map[string]int // respondents
	asked    int            // sessions of which some reply is there
	holes    int            // of those, sessions with an item unanswered
	missing  []int          // unanswered in the sessions asked, an item each
	straight int            // sessions asked that answered two items or more, all alike
	distinct int            // different answer vectors among the sessions used
	repeated int            // sessions used whose answer vector another session has too
	most     int            // sessions that share the most frequent vector
	flagged  string         // why missingness stands out; empty if it does not
}

// missingShare is the share of unanswered items in the sessions asked.
func (q *quality) missingShare() float64 {
	n := 0
	for _, m := range q.missing {
		n += m
	}
	return ratio(n, q.asked*len(q.missing))
}

func ratio(k, n int) float64 {
	if n == 0 {
		return 0
	}
	return float64(k) / float64(n)
}

// qualities counts for every condition.
func (a *analysis) qualities() []quality {
	out := make([]quality, len(a.results))
	for i := range a.results {
		out[i] = a.qualityOf(&a.results[i])
	}
	flagMissing(out)
	return out
}

func (a *analysis) qualityOf(r *result) quality {
	q := quality{byStatus: map[string]int{}, missing: make([]int, len(a.d.Items))}
	for k, row := range r.c.Respondents {
		status := a.d.Respondents[row].Status
		q.byStatus[status]++
		if status != "complete" && status != "partial" {
			continue
		}
		q.asked++
		if q.answers(r.c.Answers.Row(k)) {
			q.straight++
		}
	}
	seen, vector := map[string]int{}, []byte(nil)
	for _, k := range r.scores.Kept {
		vector = vector[:0]
		for _, c := range r.c.Answers.Row(k) {
			vector = binary.LittleEndian.AppendUint16(vector, uint16(c))
		}
		seen[string(vector)]++
	}
	q.distinct = len(seen)
	for _, n := range seen {
		if q.most = max(q.most, n); n > 1 {
			q.repeated += n
		}
	}
	return q
}

// answers counts what a session left open and tells whether its answers, two
// or more, are all alike.
func (q *quality) answers(row []int16) (straight bool) {
	answered, first, alike := 0, score.Missing, true
	for j, c := range row {
		if c == score.Missing {
			q.missing[j]++
			continue
		}
		if answered++; answered == 1 {
			first = c
		}
		alike = alike && c == first
	}
	if answered < len(row) {
		q.holes++
	}
	return answered > 1 && alike
}

// The rule for unequal missingness: a condition's share of sessions with an
// item unanswered differs from that of all others by flagPoints or more, and
// the difference has a z of flagZ or more (p < .001).
const (
	flagPoints = 0.05
	flagZ      = 3.29
)

// flagMissing flags the conditions whose missingness stands out.
func flagMissing(all []quality) {
	asked, holes := 0, 0
	for _, q := range all {
		asked, holes = asked+q.asked, holes+q.holes
	}
	for i := range all {
		q := &all[i]
		n, m := q.asked, asked-q.asked
		if n == 0 || m == 0 {
			continue
		}
		own, others, pooled := ratio(q.holes, n), ratio(holes-q.holes, m), ratio(holes, asked)
		se := math.Sqrt(pooled * (1 - pooled) * (1/float64(n) + 1/float64(m)))
		if d := math.Abs(own - others); d >= flagPoints && se > 0 && d/se >= flagZ {
			q.flagged = fmt.Sprintf("%s %% of the sessions have an item unanswered, %s %% in the other conditions", fixedN(100*own, 1), fixedN(100*others, 1))
		}
	}
}

// qualitySchemas describe quality, quality_items and quality_values.
func qualitySchemas(key []tabular.Column) []tabular.Schema {
	table := func(name, doc string, columns ...tabular.Column) tabular.Schema {
		return tabular.Schema{Name: name, Doc: doc, Columns: append(key[:len(key):len(key)], columns...)}
	}
	count := func(name, doc string) tabular.Column { return col(name, tabular.Int32, doc) }
	columns := []tabular.Column{
		col("simulated", tabular.Bool, "whether a simulated respondent answered"),
		count("planned", "sessions planned"), count("complete", "sessions all of whose requests have a reply"),
		count("partial", "sessions some of whose requests have a reply"), count("not_run", "sessions without a reply"),
		count("persona_failed", "sessions whose persona could not be generated"),
		count("used", "sessions used in every statistic"), count("no_answer", "left out: not one valid answer"),
		count("too_few", "left out: fewer answers than min_answered asks for"), count("value_unanswered", "left out: a value without an answer"),
		count("refused", "sessions with an answer refused"), count("unparseable", "sessions with an answer that cannot be read"),
		null("re_asked", tabular.Int32, "sessions in which a reply was asked for again; null without completions"),
		null("replies", tabular.Int32, "replies; null without completions"),
		count("sessions_with_missing", "sessions asked that have an item unanswered"),
		col("missing_share", tabular.Float64, "share of the items unanswered in the sessions asked (complete or partial)"),
		null("missing_flag", tabular.String, "how missingness differs from that of the other conditions; null if it does not"),
		count("straight_lining", "sessions asked whose answers, two or more, are all alike"),
		count("distinct", "different answer vectors among the sessions used"),
		count("repeated", "sessions used whose answer vector another session has too"),
		count("most_frequent", "sessions that share the most frequent answer vector"),
		null("models_served", tabular.String, "what answered as the provider named it, with the number of replies; null without completions"),
		null("fingerprints", tabular.String, "system fingerprints with the number of replies; null without completions"),
		null("drift", tabular.String, "what was not one and the same: several models served or fingerprints; null if nothing, or without completions"),
		null("served_unexpected", tabular.String, "models served that are neither the one asked for nor a dated snapshot of it; null if none, or without completions"),
		null("params_skipped", tabular.String, "parameters declared and not sent, since the provider does not take them; null if none"),
	}
	for _, s := range ingest.Statuses() {
		columns = append(columns, count("answers_"+s, "answers with status "+s))
	}
	return []tabular.Schema{
		table("quality", "One row a condition: what became of its sessions and answers.", columns...),
		table("quality_items", "One row a condition and item: unanswered items.",
			count("item", "item number"), col("value", tabular.String, "code of the value it measures"),
			count("asked", "sessions asked (complete or partial)"), count("missing", "of those, sessions without a valid answer")),
		table("quality_values", "One row a condition and value: variance and reliability.",
			col("value", tabular.String, "code of the value"), count("n", "sessions with a score"),
			null("variance_raw", tabular.Float64, "variance of the raw scores, divisor n - 1"),
			col("no_variance", tabular.Bool, "true where the standard deviation is below 1e-12: the whole condition's structure is NA then"),
			null("alpha", tabular.Float64, "Cronbach's alpha of the value's items"), count("alpha_n", "sessions with every item of the value"),
			null("alpha_na_reason", tabular.String, "why alpha is null"),
			null("alpha_benchmark", tabular.Float64, "the value's alpha in the benchmark of alphas; null if there is none"),
			null("alpha_difference", tabular.Float64, "alpha minus alpha_benchmark"), reason("variance_raw")),
	}
}

func (a *analysis) writeQuality(w *tabular.Writer) {
	for i, q := range a.quality {
		r := &a.results[i]
		row := []any{r.c.Simulated, r.c.Planned, r.c.Complete, q.byStatus["partial"], q.byStatus["not_run"], q.byStatus["persona_failed"], r.used(),
			r.scores.DroppedFor(score.NoAnswer), r.scores.DroppedFor(score.TooFewAnswers), r.scores.DroppedFor(score.ValueMissing),
			r.c.Sessions[ingest.Refusal], r.c.Sessions[ingest.Unparseable]}
		reAsked, replies, served := any(nil), any(nil), []any{nil, nil, nil, nil}
		if a.replies != nil {
			x := &a.replies[i]
			reAsked, replies = x.ReAsked, x.Completions
			served = []any{orNull(tally(x.Models())), orNull(tally(x.Fingerprints())), orNull(drift(x)), orNull(unexpected(r.c, x))}
		}
		row = append(row, reAsked, replies, q.holes, q.missingShare(), orNull(q.flagged), q.straight, q.distinct, q.repeated, q.most)
		row = append(append(row, served...), orNull(r.c.ParamsSkipped))
		for _, n := range r.c.Statuses {
			row = append(row, n)
		}
		appender(w, r.c)(row...)
	}
}

func (a *analysis) writeQualityItems(w *tabular.Writer) {
	for i, q := range a.quality {
		add := appender(w, a.results[i].c)
		for j, it := range a.d.Items {
			add(it.Number, a.d.Values[it.Value].Code, q.asked, q.missing[j])
		}
	}
}

func (a *analysis) writeQualityValues(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		add := appender(w, r.c)
		for v, value := range a.d.Values {
			x, na := a.varianceOf(r, v)
			al := r.alpha[v]
			why := ""
			if al.Err != nil {
				why = al.Err.Error()
			}
			benchmark, difference := any(nil), any(nil)
			if b := a.alphaBeside(v); b != nil {
				benchmark, difference = *b, present(al.Alpha-*b, al.Err == nil)
			}
			add(value.Code, r.raw[v].N, present(x, na == ""), na == "" && flat(x), present(al.Alpha, al.Err == nil), al.N, orNull(why), benchmark, difference, orNull(na))
		}
	}
}

// varianceOf is the variance of a value's raw scores.
func (a *analysis) varianceOf(r *result, v int) (float64, string) {
	if sd, ok := r.raw[v].SD(); ok {
		return sd * sd, ""
	}
	return 0, fmt.Sprintf("a variance needs two sessions, %d have a score of value %s", r.raw[v].N, a.d.Values[v].Code)
}

// tally lists what was counted, the most frequent first.
func tally(counts map[string]int) string {
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(x, y string) int { return counts[y] - counts[x] })
	parts := make([]string, len(names))
	for i, n := range names {
		parts[i] = fmt.Sprintf("%s (%d)", or(n, "not said"), counts[n])
	}
	return strings.Join(parts, ", ")
}
