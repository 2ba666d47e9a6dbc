package verify

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/table"
)

var (
	shortID = regexp.MustCompile(`^[0-9a-f]{16}$`)
	longID  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// design checks the manifest, the conditions and that each has its respondents.
func (s *state) design() {
	m, c, r := s.manifest, s.tables["conditions"], s.tables["respondents"]
	if h := s.opts.DesignHash; h != "" && h != m.DesignHash {
		s.diff("manifest.json", 0, "", "design_hash is %.12s, that of the experiment is %.12s: the experiment was changed since", m.DesignHash, h)
	}
	s.options()
	planned, next := map[string]int{}, map[string]int{}
	for i := range c.rows {
		id := c.str("condition_id", i)
		if !shortID.MatchString(id) {
			s.diff(c.file, i+1, "condition_id", "%q is no id", id)
		}
		if _, twice := planned[id]; twice {
			s.diff(c.file, i+1, "condition_id", "%q stands in an earlier row too", id)
		}
		planned[id] = c.int("n_planned", i)
		if c.str("experiment", i) != m.Experiment {
			s.diff(c.file, i+1, "experiment", "is %q, the manifest says %q", c.str("experiment", i), m.Experiment)
		}
		if m.Import == nil && planned[id] != m.N {
			s.diff(c.file, i+1, "n_planned", "is %d, the manifest says n = %d", planned[id], m.N)
		}
		if sim := c.bools["simulated"].Values[i]; m.Simulated == "true" && !sim || m.Simulated == "false" && sim {
			s.diff(c.file, i+1, "simulated", "is %v, the manifest says %q", sim, m.Simulated)
		}
	}
	for i := range r.rows {
		id, cond, rep := r.str("respondent_id", i), r.str("condition_id", i), r.int("replicate", i)
		if _, ok := planned[cond]; !ok {
			continue // references says so
		}
		if next[cond]++; m.Import == nil && rep != next[cond] {
			s.diff(r.file, i+1, "replicate", "is %d, want %d: they count from 1 within a condition", rep, next[cond])
		}
		if want := design.RespondentID(&design.Cell{ID: cond}, rep); m.Import == nil && id != want {
			s.diff(r.file, i+1, "respondent_id", "is %q; condition and replicate give %q", id, want)
		}
	}
	for i := range c.rows {
		if id := c.str("condition_id", i); next[id] != planned[id] {
			s.diff(c.file, i+1, "n_planned", "is %d, respondents.parquet has %d", planned[id], next[id])
		}
	}
}

// options holds the table of facts against the manifest.
func (s *state) options() {
	o := s.tables["options"]
	want := map[string]string{"experiment": s.manifest.Experiment, "design_hash": s.manifest.DesignHash, "instrument": s.manifest.Instrument.Name,
		"instrument_hash": s.manifest.Instrument.Hash, "title": s.manifest.Title, "instrument_notice": s.manifest.Instrument.Notice}
	for i := range o.rows {
		name, value := o.str("name", i), o.str("value", i)
		if w, ok := want[name]; ok && w != value {
			s.diff(o.file, i+1, "value", "%s is %q, the manifest says %q", name, value, w)
		}
		delete(want, name)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if want[name] != "" {
			s.diff(o.file, 0, "", "has no row for %s", name)
		}
	}
}

// index finds rows by a text column.
func index(d *data, column string) map[string]int {
	m := make(map[string]int, d.rows)
	for i := range d.rows {
		m[d.str(column, i)] = i
	}
	return m
}

// references checks what names a row of another table.
func (s *state) references() {
	c, r, a := s.tables["conditions"], s.tables["respondents"], s.tables["responses"]
	cells, people := index(c, "condition_id"), index(r, "respondent_id")
	if len(people) != r.rows {
		s.diff(r.file, 0, "respondent_id", "%d ids in %d rows: some stand twice", len(people), r.rows)
	}
	for i := range r.rows {
		if _, ok := cells[r.str("condition_id", i)]; !ok {
			s.diff(r.file, i+1, "condition_id", "%q is no row of conditions.parquet", r.str("condition_id", i))
		}
	}
	var factors []string
	for i := c.schema.Index("model"); i < c.schema.Index("n_planned"); i++ {
		factors = append(factors, c.schema.Columns[i].Name)
	}
	for i := range a.rows {
		p, ok := people[a.str("respondent_id", i)]
		if !ok {
			s.diff(a.file, i+1, "respondent_id", "%q is no row of respondents.parquet", a.str("respondent_id", i))
			continue
		}
		if a.str("condition_id", i) != r.str("condition_id", p) {
			s.diff(a.file, i+1, "condition_id", "is %q, its respondent has %q", a.str("condition_id", i), r.str("condition_id", p))
			continue
		}
		if a.int("replicate", i) != r.int("replicate", p) {
			s.diff(a.file, i+1, "replicate", "is %d, its respondent has %d", a.int("replicate", i), r.int("replicate", p))
		}
		cell, ok := cells[a.str("condition_id", i)]
		if !ok {
			continue
		}
		for _, f := range factors {
			if got, want := cell2(a, f, i), cell2(c, f, cell); got != want {
				s.diff(a.file, i+1, f, "is %s, its condition has %s", got, want)
			}
		}
	}
	s.itemReferences()
	if s.tables["completions"] != nil {
		s.completions(people)
	}
}

// cell2 renders a cell for comparing.
func cell2(d *data, column string, row int) string {
	if t := d.text[column]; t != nil {
		return fmt.Sprintf("%q", t.At(row))
	}
	return fmt.Sprint(d.num(column, row))
}

// itemReferences checks items, values and which items were shown where.
func (s *state) itemReferences() {
	it, v, a := s.tables["items"], s.tables["values"], s.tables["responses"]
	values := index(v, "value")
	items := map[int]int{}
	for i := range it.rows {
		if _, twice := items[it.int("item", i)]; twice {
			s.diff(it.file, i+1, "item", "%d stands in an earlier row too", it.int("item", i))
		}
		items[it.int("item", i)] = i
		if _, ok := values[it.str("value", i)]; !ok {
			s.diff(it.file, i+1, "value", "%q is no row of values.parquet", it.str("value", i))
		}
		if lo, hi := it.int("scale_min", i), it.int("scale_max", i); lo >= hi || lo != it.int("scale_min", 0) || hi != it.int("scale_max", 0) {
			s.diff(it.file, i+1, "scale_min", "the scale %d to %d is none, or not that of the first item", lo, hi)
		}
	}
	type shown struct {
		respondent int32
		number     int
	}
	seen, at := map[shown]bool{}, map[shown]bool{}
	for i := range a.rows {
		n, pos := a.int("item", i), a.int("position", i)
		row, ok := items[n]
		if !ok {
			s.diff(a.file, i+1, "item", "%d is no row of items.parquet", n)
			continue
		}
		if a.str("value", i) != it.str("value", row) {
			s.diff(a.file, i+1, "value", "is %q, item %d measures %q", a.str("value", i), n, it.str("value", row))
		}
		who := a.text["respondent_id"].Codes[i]
		if seen[shown{who, n}] {
			s.diff(a.file, i+1, "item", "%d stands in an earlier row of the respondent too", n)
		}
		if pos < 1 || pos > it.rows || at[shown{who, pos}] {
			s.diff(a.file, i+1, "position", "%d is none from 1 to %d, or taken", pos, it.rows)
		}
		seen[shown{who, n}], at[shown{who, pos}] = true, true
	}
	if want := s.tables["respondents"].rows * it.rows; a.rows != want {
		s.diff(a.file, 0, "", "has %d rows, %d respondents and %d items make %d", a.rows, s.tables["respondents"].rows, it.rows, want)
	}
}

// completions checks the table of replies by itself and against respondents.
func (s *state) completions(people map[string]int) {
	c, r := s.tables["completions"], s.tables["respondents"]
	personas := map[string]int{}
	for i := range c.rows {
		if c.str("purpose", i) == "persona" {
			personas[c.str("key", i)] = i
		}
	}
	for i := range c.rows {
		if !longID.MatchString(c.str("key", i)) || !longID.MatchString(c.str("prompt_sha256", i)) {
			s.diff(c.file, i+1, "key", "key or prompt_sha256 is no digest")
		}
		who := c.text["respondent_id"]
		switch purpose := c.str("purpose", i); purpose {
		case "persona":
			if !who.Null(i) {
				s.diff(c.file, i+1, "respondent_id", "a persona has none, it serves several")
			}
		case "answer":
			if _, ok := people[who.At(i)]; !ok {
				s.diff(c.file, i+1, "respondent_id", "%q is no row of respondents.parquet", who.At(i))
			}
		default:
			s.diff(c.file, i+1, "purpose", "%q is neither answer nor persona", purpose)
		}
		if k := c.text["persona_key"]; !k.Null(i) {
			if _, ok := personas[k.At(i)]; !ok {
				s.diff(c.file, i+1, "persona_key", "%.16s… is no persona in completions.parquet", k.At(i))
			}
		}
		s.completionStatus(c, i)
	}
	for i := range r.rows {
		k := r.text["persona_key"]
		if k.Null(i) {
			continue
		}
		row, ok := personas[k.At(i)]
		if !ok {
			s.diff(r.file, i+1, "persona_key", "%.16s… is no persona in completions.parquet", k.At(i))
		} else if want := strings.TrimSpace(c.str("raw_text", row)); r.str("persona_text", i) != want {
			s.diff(r.file, i+1, "persona_text", "is not the reply that generated it (completions.parquet, row %d)", row+1)
		}
	}
}

func (s *state) completionStatus(c *data, i int) {
	text := strings.TrimSpace(c.str("raw_text", i))
	switch status := completion.Status(c.str("status", i)); status {
	case completion.OK:
		if text == "" {
			s.diff(c.file, i+1, "status", "is ok, the reply holds no text")
		}
	case completion.Empty:
		if text != "" {
			s.diff(c.file, i+1, "status", "is empty, the reply holds text")
		}
	case completion.Refusal, completion.Truncated:
	default:
		s.diff(c.file, i+1, "status", "%q is no status of a completion", status)
	}
}

var respondentStatuses = []string{table.StatusComplete, table.StatusPartial, table.StatusNotRun, table.StatusPersonaFailed}

// unasked are the statuses of an item that has no reply: it was not asked for,
// or in vain.
var unasked = []answer.Status{answer.NotRun, answer.Failed, answer.PersonaFailed}

// answers checks scale, statuses and counts.
func (s *state) answers() {
	c, r, a, it := s.tables["conditions"], s.tables["respondents"], s.tables["responses"], s.tables["items"]
	lo, hi := 0, 0
	if it.rows > 0 {
		lo, hi = it.int("scale_min", 0), it.int("scale_max", 0)
	}
	answered, missing, statuses := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range a.rows {
		status, v := answer.Status(a.str("status", i)), a.ints["response"]
		statuses[string(status)]++
		if !slices.Contains(answer.Statuses(), status) {
			s.diff(a.file, i+1, "status", "%q is no status of an answer", status)
		}
		switch {
		case (status == answer.OK) == v.Null(i):
			s.diff(a.file, i+1, "response", "is %s with status %q", presence(!v.Null(i)), status)
		case status == answer.OK && (int(v.Values[i]) < lo || int(v.Values[i]) > hi):
			s.diff(a.file, i+1, "response", "%d is outside the scale %d to %d", v.Values[i], lo, hi)
		}
		id := a.str("respondent_id", i)
		if status == answer.OK {
			answered[id]++
		}
		if slices.Contains(unasked, status) {
			missing[id]++
		}
	}
	complete, people := map[string]int{}, map[string]int{}
	for i := range r.rows {
		id, status := r.str("respondent_id", i), r.str("status", i)
		people[status]++
		if !slices.Contains(respondentStatuses, status) {
			s.diff(r.file, i+1, "status", "%q is no status of a respondent", status)
		}
		if got := r.int("n_answered", i); got != answered[id] {
			s.diff(r.file, i+1, "n_answered", "is %d, responses.parquet has %d with status ok", got, answered[id])
		}
		switch {
		case status == table.StatusComplete && missing[id] > 0:
			s.diff(r.file, i+1, "status", "is complete, %d of its items have no reply", missing[id])
		case (status == table.StatusNotRun || status == table.StatusPersonaFailed) && missing[id] != it.rows:
			s.diff(r.file, i+1, "status", "is %s, %d of its items have a reply", status, it.rows-missing[id])
		}
		if status == table.StatusComplete {
			complete[r.str("condition_id", i)]++
		}
	}
	for i := range c.rows {
		if got, want := c.int("n_complete", i), complete[c.str("condition_id", i)]; got != want {
			s.diff(c.file, i+1, "n_complete", "is %d, respondents.parquet has %d", got, want)
		}
	}
	s.counts("respondents", s.manifest.Counts.Respondents, people)
	s.counts("responses", s.manifest.Counts.Responses, statuses)
	if t := s.tables["completions"]; t != nil && s.manifest.Counts.Completions != t.rows {
		s.diff("manifest.json", 0, "", "counts %d completions, the table has %d", s.manifest.Counts.Completions, t.rows)
	}
}

func presence(there bool) string {
	if there {
		return "there"
	}
	return "null"
}

// counts holds a count of the manifest against the rows.
func (s *state) counts(what string, manifest, rows map[string]int) {
	all := maps.Clone(rows)
	for k := range manifest {
		all[k] = rows[k]
	}
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if manifest[k] != rows[k] {
			s.diff("manifest.json", 0, "", "counts %d %s with status %q, the table has %d", manifest[k], what, k, rows[k])
		}
	}
}
