package report

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
)

// drift says what was not one and the same in a condition: several models
// served, or several fingerprints. Replies without a name say nothing. It is
// empty if there was no drift.
func drift(r *ingest.Replies) string {
	var out []string
	for _, x := range []struct {
		what   string
		counts map[string]int
	}{{"models served", r.Models()}, {"system fingerprints", r.Fingerprints()}} {
		delete(x.counts, "")
		if len(x.counts) > 1 {
			out = append(out, fmt.Sprintf("%d %s: %s", len(x.counts), x.what, tally(x.counts)))
		}
	}
	return strings.Join(out, "; ")
}

// expected tells whether a condition asked for, or allows, the model that
// answered. Which others an experiment allows is known to the collection alone.
func expected(c *ingest.Condition, who ingest.Answerer) bool { return c.AsAsked || who.Expected() }

// unexpected says which models were served that are not the one asked for, with
// the number of replies; empty if none.
func unexpected(c *ingest.Condition, r *ingest.Replies) string {
	counts := map[string]int{}
	for a, n := range r.By {
		if !expected(c, a) {
			counts[a.Served+" for "+a.Requested] += n
		}
	}
	if len(counts) == 0 {
		return ""
	}
	return tally(counts)
}

// servedSchema describes the table served.
func servedSchema(key []tabular.Column) tabular.Schema {
	return tabular.Schema{Name: "served", Doc: "One row a condition, model served and fingerprint: who answered. Empty without completions.",
		Columns: append(key[:len(key):len(key)],
			col("model_requested", tabular.String, "model that was asked for"),
			null("model_served", tabular.String, "model that answered, as the provider named it; null where it named none"),
			null("system_fingerprint", tabular.String, "fingerprint the provider gave; null where it gave none"),
			col("replies", tabular.Int32, "replies to questions, re-asked ones too"),
			col("expected", tabular.Bool, "true where the served model is the one asked for or a dated snapshot of it, or has no name, or is one that the experiment allows"),
			col("drift", tabular.Bool, "true where the condition was served by several models or fingerprints"))}
}

func (a *analysis) writeServed(w *tabular.Writer) {
	for i := range a.replies {
		r := &a.replies[i]
		add, drifted := appender(w, a.results[i].c), drift(r) != ""
		for _, x := range r.Answerers() {
			add(x.Requested, orNull(x.Served), orNull(x.Fingerprint), r.By[x], expected(a.results[i].c, x), drifted)
		}
	}
}

// servedTable shows who answered, a row a condition, model and fingerprint.
func (a *analysis) servedTable() *document {
	d := &document{title: "Who answered: models asked for and served, and system fingerprints"}
	d.header = append(a.keyHeader(), "model_requested", "model_served", "system_fingerprint", "replies", "expected", "drift")
	a.sections(d, func(results []*result) {
		t := grid{fixed: 5, header: []string{"prompt", "T", "asked for", "served", "fingerprint", "replies", "mark"}}
		for _, r := range results {
			if a.replies == nil {
				continue
			}
			x := &a.replies[a.indexOf(r)]
			drifted := drift(x) != ""
			for _, who := range x.Answerers() {
				t.rows = append(t.rows, []string{r.c.Prompt, tempOf(r.c), who.Requested, or(who.Served, "not said"), or(who.Fingerprint, "not said"),
					fmt.Sprint(x.By[who]), servedMark(expected(r.c, who), drifted)})
				d.rows = append(d.rows, append(a.keyCells(r), who.Requested, who.Served, who.Fingerprint, fmt.Sprint(x.By[who]), fmt.Sprint(expected(r.c, who)), fmt.Sprint(drifted)))
			}
		}
		if len(t.rows) == 0 {
			d.body.WriteString("\nNo reply is known.\n")
			return
		}
		t.write(&d.body)
	})
	d.notes = append(a.servedNotes(), a.driftNotes()...)
	return d
}

// servedMark is ~ for drift and ! for a model that was not asked for.
func servedMark(expected, drifted bool) string {
	mark := ""
	if drifted {
		mark = "~"
	}
	if !expected {
		mark += "!"
	}
	return mark
}

// driftNotes name the conditions that more than one model or fingerprint served,
// and those that another model served than the one asked for.
func (a *analysis) driftNotes() []string {
	if a.replies == nil {
		return nil
	}
	var drifted, others []string
	for i := range a.replies {
		if s := drift(&a.replies[i]); s != "" {
			drifted = append(drifted, "~ "+label(a.results[i].c)+": "+s+".")
		}
		if s := unexpected(a.results[i].c, &a.replies[i]); s != "" {
			others = append(others, "! "+label(a.results[i].c)+": "+s+".")
		}
	}
	rule := "Drift (~): several served models or fingerprints within one condition; its sessions may not be answers of one and the same model. A dated snapshot of the model asked for, or one that the experiment allows, is no other model."
	out := []string{rule + " None is there.", "Another model than the one asked for (!): none was served."}
	if len(drifted) > 0 {
		out[0] = rule + fmt.Sprintf(" Found in %d of %d conditions.", len(drifted), len(a.replies))
	}
	if len(others) > 0 {
		out[1] = fmt.Sprintf("Another model than the one asked for (!) was served in %d of %d conditions.", len(others), len(a.replies))
	}
	return slices.Concat(out[:1], drifted, out[1:], others)
}

// skippedNotes name the parameters that were declared and not sent, by model.
func (a *analysis) skippedNotes() []string {
	var order []string
	n := map[string]int{}
	for i := range a.results {
		if c := a.results[i].c; c.ParamsSkipped != "" {
			s := a.modelName(c) + ": " + c.ParamsSkipped
			if n[s]++; n[s] == 1 {
				order = append(order, s)
			}
		}
	}
	if len(order) == 0 {
		return nil
	}
	for i, s := range order {
		order[i] = fmt.Sprintf("%s (%d of %d conditions)", s, n[s], len(a.results))
	}
	return []string{"Parameters declared and not sent, since the provider does not take them: " + strings.Join(order, "; ") + "."}
}
