package ingest

import (
	"strconv"

	"circumplex.example/analysis/score"
	"circumplex.example/analysis/tabular"
)

// conditionColumns stand in conditions.parquet besides the further factors,
// which come between administration and n_planned.
var conditionColumns = []tabular.Column{
	col("condition_id", tabular.String), col("experiment", tabular.String), col("provider", tabular.String),
	col("simulated", tabular.Bool), col("model", tabular.String), col("prompt", tabular.String),
	col("temperature", tabular.Float64), col("administration", tabular.String),
	col("n_planned", tabular.Int32), col("n_complete", tabular.Int32),
	col("scale_reversed", tabular.Bool), col("item_wording", tabular.String),
}

// Columns of conditions.parquet that may be absent: the parameters that are
// declared and not sent, and whether a model answered that is neither the one
// asked for nor one that the experiment allows.
const (
	paramsSkipped    = "params_skipped"
	servedUnexpected = "served_unexpected"
)

// conditions reads conditions.parquet.
func (r *reader) conditions() error {
	t, err := r.open("conditions", conditionColumns...)
	if err != nil {
		return err
	}
	defer t.Close()
	var levels []*tabular.Strings
	for _, c := range t.Schema.Columns[t.Schema.Index("administration")+1 : max(t.Schema.Index("administration")+1, t.Schema.Index("n_planned"))] {
		if c.Name == paramsSkipped {
			continue
		}
		r.d.Factors = append(r.d.Factors, c.Name)
		levels = append(levels, t.strings(c.Name))
	}
	id, experiment, provider, simulated := t.strings("condition_id"), t.strings("experiment"), t.strings("provider"), t.bools("simulated")
	model, prompt, administration := t.strings("model"), t.strings("prompt"), t.strings("administration")
	temperature, planned, complete := t.floats("temperature"), t.ints("n_planned"), t.ints("n_complete")
	skipped := func(int) string { return "" }
	if t.Schema.Index(paramsSkipped) >= 0 { // tables made before it was recorded lack it
		skipped = t.strings(paramsSkipped).At
	}
	asAsked := func(int) bool { return false }
	if t.Schema.Index(servedUnexpected) >= 0 {
		unexpected := t.bools(servedUnexpected)
		asAsked = func(row int) bool { return !unexpected.Values[row] }
	}
	reversed, wording := t.bools("scale_reversed"), t.strings("item_wording")
	if t.err != nil {
		return t.err
	}
	seen := map[string]bool{}
	for row := range t.NumRows {
		c := Condition{ID: id.At(row), Experiment: experiment.At(row), Provider: provider.At(row), Simulated: simulated.Values[row],
			Model: model.At(row), Prompt: prompt.At(row), Administration: administration.At(row),
			Planned: int(planned.Values[row]), Complete: int(complete.Values[row]), ScaleReversed: reversed.Values[row], Wording: wording.At(row),
			ParamsSkipped: skipped(row), AsAsked: asAsked(row)}
		if !temperature.Null(row) {
			c.Temperature = &temperature.Values[row]
		}
		for _, l := range levels {
			c.Levels = append(c.Levels, l.At(row))
		}
		if seen[c.ID] {
			return t.at(row, "condition_id", "%q is there twice", c.ID)
		}
		seen[c.ID] = true
		r.d.Conditions = append(r.d.Conditions, c)
	}
	return nil
}

// fixedRespondentColumns are those between which the variables stand.
const (
	lastBeforeVariables = "persona_key"
	firstAfterVariables = "status"
)

// respondents reads respondents.parquet.
func (r *reader) respondents() error {
	t, err := r.open("respondents", col("respondent_id", tabular.String), col("condition_id", tabular.String),
		col("replicate", tabular.Int32), col("sample", tabular.Int32), col("form", tabular.String),
		col("persona_text", tabular.String), col("persona_key", tabular.String),
		col("status", tabular.String), col("n_answered", tabular.Int32))
	if err != nil {
		return err
	}
	defer t.Close()
	id, condition, replicate, status := t.strings("respondent_id"), t.strings("condition_id"), t.ints("replicate"), t.strings("status")
	r.d.PersonaText = t.strings("persona_text")
	if err := r.variables(t); err != nil {
		return err
	}
	if t.err != nil {
		return t.err
	}
	if len(id.Dict) < t.NumRows {
		return &Error{Place: t.Path + ", column respondent_id", What: "an identifier is there twice or missing", Mend: remake}
	}
	index := map[string]int{}
	for i, c := range r.d.Conditions {
		index[c.ID] = i
	}
	for row := range t.NumRows {
		c, ok := index[condition.At(row)]
		if !ok {
			return t.at(row, "condition_id", "%q is not in conditions.parquet", condition.At(row))
		}
		r.d.Respondents = append(r.d.Respondents, Respondent{ID: id.At(row), Condition: c, Replicate: int(replicate.Values[row]), Status: status.At(row)})
		r.d.Conditions[c].Respondents = append(r.d.Conditions[c].Respondents, row)
	}
	return r.checkReplicates(t)
}

// variables reads the columns between persona_key and status.
func (r *reader) variables(t *table) error {
	from, to := t.Schema.Index(lastBeforeVariables)+1, t.Schema.Index(firstAfterVariables)
	for i := from; i < to; i++ {
		c := t.Schema.Columns[i]
		v := Variable{Name: c.Name}
		switch c.Type {
		case tabular.String:
			v.Text = t.strings(c.Name)
		case tabular.Int32:
			v.Number = t.ints(c.Name)
		default:
			return &Error{Place: t.Path + ", column " + c.Name, What: "the type is " + c.Type.String() + ", not string or int32", Mend: remake}
		}
		r.d.Variables = append(r.d.Variables, v)
	}
	return nil
}

// checkReplicates demands that each condition's rows stand by replicate.
func (r *reader) checkReplicates(t *table) error {
	for i := range r.d.Conditions {
		last := 0
		for _, row := range r.d.Conditions[i].Respondents {
			n := r.d.Respondents[row].Replicate
			if n <= last {
				return t.at(row, "replicate", "%d comes after %d in the same condition", n, last)
			}
			last = n
		}
	}
	return nil
}

// Variable finds a variable by name, or nil.
func (d *Data) Variable(name string) *Variable {
	for i := range d.Variables {
		if d.Variables[i].Name == name {
			return &d.Variables[i]
		}
	}
	return nil
}

// responses reads responses.parquet into the answers of the conditions.
func (r *reader) responses() error {
	t, err := r.open("responses", col("respondent_id", tabular.String), col("condition_id", tabular.String),
		col("model", tabular.String), col("prompt", tabular.String), col("temperature", tabular.Float64),
		col("administration", tabular.String), col("replicate", tabular.Int32), col("item", tabular.Int32),
		col("value", tabular.String), col("position", tabular.Int32), col("scale_reversed", tabular.Bool), col("response", tabular.Int32),
		col("raw_answer", tabular.String), col("status", tabular.String))
	if err != nil {
		return err
	}
	defer t.Close()
	c := answerColumns{t: t, d: r.d}
	c.read()
	if t.err != nil {
		return t.err
	}
	for i := range r.d.Conditions {
		r.d.Conditions[i].Answers = score.NewAnswers(len(r.d.Conditions[i].Respondents), len(r.d.Items))
	}
	if err := c.link(); err != nil {
		return err
	}
	return c.fill()
}

// answerColumns are the columns of responses.parquet that are used, and what
// their codes stand for.
type answerColumns struct {
	t              *table
	d              *Data
	respondent     *tabular.Strings
	status         *tabular.Strings
	item, response *tabular.Values[int32]
	reversed       *tabular.Values[bool]

	rows     [][]int16 // a respondent's answers, by code
	owner    []int     // a respondent's condition, by code
	statuses []Status  // by code
	column   map[int32]int
}

// read reads the columns, two at a time.
func (c *answerColumns) read() {
	done := make(chan struct{})
	var item, response *tabular.Values[int32]
	var errs [2]error
	go func() {
		defer close(done)
		item, errs[0] = c.t.Int32s("item")
		response, errs[1] = c.t.Int32s("response")
	}()
	c.respondent, c.status, c.reversed = c.t.strings("respondent_id"), c.t.strings("status"), c.t.bools("scale_reversed")
	<-done
	c.t.keep(errs[0])
	c.t.keep(errs[1])
	c.item, c.response = item, response
}

// link finds respondents, statuses and items behind the codes.
func (c *answerColumns) link() error {
	place := make(map[string]int, len(c.d.Respondents))
	for i, r := range c.d.Respondents {
		place[r.ID] = i
	}
	within := make([]int, len(c.d.Respondents))
	for _, cond := range c.d.Conditions {
		for i, row := range cond.Respondents {
			within[row] = i
		}
	}
	for code, id := range c.respondent.Dict {
		i, ok := place[id]
		if !ok {
			return c.t.at(firstRow(c.respondent, code), "respondent_id", "%q is not in respondents.parquet", id)
		}
		owner := c.d.Respondents[i].Condition
		c.rows = append(c.rows, c.d.Conditions[owner].Answers.Row(within[i]))
		c.owner = append(c.owner, owner)
	}
	for code, word := range c.status.Dict {
		s, ok := statusOf(word)
		if !ok {
			return c.t.at(firstRow(c.status, code), "status", "%q is no status of an answer", word)
		}
		c.statuses = append(c.statuses, s)
	}
	c.column = map[int32]int{}
	for i, it := range c.d.Items {
		c.column[int32(it.Number)] = i
	}
	return nil
}

// firstRow is the first row that has a code.
func firstRow(s *tabular.Strings, code int) int {
	for row, c := range s.Codes {
		if int(c) == code {
			return row
		}
	}
	return 0
}

// fill puts every response into its place, turned back if it was given on the
// reversed scale: each respondent must have each item exactly once.
func (c *answerColumns) fill() error {
	low, high := c.d.Key.Scale()
	items := len(c.d.Items)
	seen := make([]bool, len(c.rows)*items)
	had := make([]uint32, len(c.rows)) // a bit a status
	last, column, known := int32(0), 0, false
	for row := range c.t.NumRows {
		who, status := c.respondent.Codes[row], c.status.Codes[row]
		if who < 0 {
			return c.t.at(row, "respondent_id", "it is missing")
		}
		if status < 0 {
			return c.t.at(row, "status", "it is missing")
		}
		if n := c.item.Values[row]; n != last || !known {
			if column, known = c.column[n]; !known {
				return c.t.at(row, "item", "item %d is not in items.parquet", n)
			}
			last = n
		}
		at := int(who)*items + column
		if seen[at] {
			return c.t.at(row, "item", "item %d of respondent %s is there twice", last, c.respondent.At(row))
		}
		seen[at] = true
		s := c.statuses[status]
		cond := &c.d.Conditions[c.owner[who]]
		cond.Statuses[s]++
		if had[who]&(1<<s) == 0 {
			had[who] |= 1 << s
			cond.Sessions[s]++
		}
		if answered := !c.response.Null(row); answered != (s == OK) {
			return c.t.at(row, "response", "the status is %s, and the response is %s", s, presence(answered))
		}
		if c.reversed.Values[row] != cond.ScaleReversed {
			return c.t.at(row, "scale_reversed", "it is %t, but %t for the condition in conditions.parquet", c.reversed.Values[row], cond.ScaleReversed)
		}
		if s == OK {
			x := int(c.response.Values[row])
			if x < low || x > high {
				return c.t.at(row, "response", "%d is not on the scale %d..%d", x, low, high)
			}
			if cond.ScaleReversed {
				x = low + high - x
			}
			c.rows[who][column] = int16(x)
		}
	}
	return c.complete(seen)
}

// presence is a word for a message.
func presence(there bool) string {
	if there {
		return "there"
	}
	return "missing"
}

// complete refuses a table that lacks rows.
func (c *answerColumns) complete(seen []bool) error {
	items := len(c.d.Items)
	for i, ok := range seen {
		if !ok {
			return &Error{Place: c.t.Path, What: "respondent " + c.respondent.Dict[i/items] + " has no row for item " +
				strconv.Itoa(c.d.Items[i%items].Number), Why: "every planned respondent has a row for every item", Mend: remake}
		}
	}
	if len(c.rows) != len(c.d.Respondents) {
		return &Error{Place: c.t.Path, What: "it holds " + strconv.Itoa(len(c.rows)) + " respondents, respondents.parquet " + strconv.Itoa(len(c.d.Respondents)),
			Why: "every planned respondent has a row for every item", Mend: remake}
	}
	return nil
}
