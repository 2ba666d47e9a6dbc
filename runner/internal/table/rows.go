package table

import (
	"errors"
	"slices"
	"strings"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/session"
)

// persona returns the text and key of the first generated variable; empty where
// there is none, or not yet.
func persona(v *session.Visit) (text, key string) {
	if len(v.Personas) == 0 || !v.Personas[0].Stored {
		return "", ""
	}
	return strings.TrimSpace(v.Personas[0].Reply.Text), v.Personas[0].Key.String()
}

// responses writes a row for every item and returns how many were answered.
func (b *Builder) responses(v *session.Visit, id string) (answered int, err error) {
	n := len(b.d.Experiment.Instrument.Items)
	if v.Session == nil {
		status := answer.NotRun
		if v.State == session.PersonaFailed {
			status = answer.PersonaFailed
		} else if b.failed(v.Personas) {
			status = answer.Failed
		}
		for pos := 1; pos <= n; pos++ {
			if err := b.response(v, id, pos, answer.Answer{Status: status}); err != nil {
				return 0, err
			}
		}
		return 0, nil
	}
	next := 1
	// until gives the positions before one that have no row yet a status.
	until := func(position int, status answer.Status) error {
		for ; next < position; next++ {
			if err := b.response(v, id, next, answer.Answer{Status: status}); err != nil {
				return err
			}
		}
		return nil
	}
	for i, t := range v.Turns {
		first, last := v.Session.Positions(t.Turn)
		if !t.Stands {
			if b.failed(v.Turns[i : i+1]) {
				if err := errors.Join(until(first, answer.NotRun), until(last+1, answer.Failed)); err != nil {
					return answered, err
				}
			}
			continue
		}
		if err := until(first, answer.NotRun); err != nil { // isolated turns may be missing in between
			return answered, err
		}
		for i, a := range b.reader.Read(v.Session, t.Turn, t.Reply) {
			if a.Status == answer.OK {
				answered++
			}
			if err := b.response(v, id, first+i, a); err != nil {
				return answered, err
			}
			next++
		}
	}
	return answered, until(n+1, answer.NotRun)
}

// failed reports whether one of the turns was sent in vain and is not stored.
func (b *Builder) failed(turns []session.Turn) bool {
	return slices.ContainsFunc(turns, func(t session.Turn) bool { return !t.Stored && b.records.Mishap(t.Key) != "" })
}

// response writes one row. Sorted by position: that is the order of the items
// as they were shown.
func (b *Builder) response(v *session.Visit, id string, position int, a answer.Answer) error {
	c := v.Respondent.Cell
	in := b.d.Experiment.Instrument
	index := position - 1
	if v.Respondent.Order != nil {
		index = v.Respondent.Order[position-1]
	}
	w := b.writers["responses"]
	w.Col(0).AppendString(id)
	w.Col(1).AppendString(c.ID)
	w.Col(2).AppendString(c.Model.Name)
	w.Col(3).AppendString(c.Prompt.Name)
	w.Col(4).AppendFloat64(c.Temperature.Value)
	w.Col(5).AppendString(c.Administration.Name)
	k := 6
	for _, f := range c.Further {
		w.Col(k).AppendString(f.Name)
		k++
	}
	w.Col(k).AppendInt32(int32(v.Respondent.Replicate))
	w.Col(k + 1).AppendBool(c.ScaleReversed())
	w.Col(k + 2).AppendInt32(int32(in.Items[index].Number))
	w.Col(k + 3).AppendString(in.Items[index].Value)
	w.Col(k + 4).AppendInt32(int32(position))
	if a.Status == answer.OK {
		w.Col(k + 5).AppendInt32(int32(a.Response))
	} else {
		w.Col(k + 5).AppendNull()
	}
	w.Col(k + 6).AppendStringOrNull(a.Raw)
	w.Col(k + 7).AppendString(string(a.Status))
	b.counts.Responses[string(a.Status)]++
	return w.EndRow()
}

// completions writes a row for every stored reply of the respondent; the
// generation of a persona has one row, however many respondents share it.
func (b *Builder) completions(v *session.Visit, id string) error {
	lineage := ""
	for _, t := range v.Personas {
		if t.Stored && lineage == "" {
			lineage = t.Key.String()
		}
		if !t.Stored || b.personaDone[t.Key] {
			continue
		}
		b.personaDone[t.Key] = true
		if err := b.completion(v, t, "", "", "persona"); err != nil {
			return err
		}
	}
	for _, t := range v.Turns {
		if !t.Stored {
			continue
		}
		if err := b.completion(v, t, id, lineage, "answer"); err != nil {
			return err
		}
	}
	return nil
}

func (b *Builder) completion(v *session.Visit, t session.Turn, respondent, lineage, purpose string) error {
	r := b.records.Record(t.Reply.Ref)
	b.simulated = b.simulated || r.Simulated
	w := b.writers["completions"]
	w.Col(0).AppendString(t.Key.String())
	w.Col(1).AppendStringOrNull(respondent)
	w.Col(2).AppendStringOrNull(lineage)
	w.Col(3).AppendString(purpose)
	if t.Turn > 0 {
		w.Col(4).AppendInt32(int32(t.Turn))
	} else {
		w.Col(4).AppendNull()
	}
	w.Col(5).AppendInt32(int32(t.Request.Attempt))
	w.Col(6).AppendInt32(int32(r.Tries))
	w.Col(7).AppendInt32(int32(t.Request.Sample))
	w.Col(8).AppendString(string(r.Status))
	w.Col(9).AppendString(t.Request.Origin.Model)
	w.Col(10).AppendStringOrNull(r.ModelServed)
	w.Col(11).AppendStringOrNull(r.Fingerprint)
	w.Col(12).AppendStringOrNull(r.FinishReason)
	w.Col(13).AppendString(b.paramsSent(t.Request.Origin))
	w.Col(14).AppendString(t.Request.Thread.Digest().String())
	w.Col(15).AppendString(r.Text)
	tokens(w.Col(16), r.Usage.Prompt)
	tokens(w.Col(17), r.Usage.Completion)
	tokens(w.Col(18), r.Usage.Reasoning)
	tokens(w.Col(19), r.Usage.Cached)
	b.cost(w.Col(20), v, r)
	w.Col(21).AppendTime(r.StartedAt)
	w.Col(22).AppendFloat64(float64(r.Latency.Microseconds()) / 1000)
	if r.HTTPStatus > 0 {
		w.Col(23).AppendInt32(int32(r.HTTPStatus))
	} else {
		w.Col(23).AppendNull()
	}
	w.Col(24).AppendStringOrNull(b.records.Mishap(t.Key))
	b.counts.Completions++
	return w.EndRow()
}

func tokens(w *tabular.ColumnWriter, n int) {
	if n == completion.Unknown {
		w.AppendNull()
		return
	}
	w.AppendInt32(int32(n))
}

// cost is by the declared price: nothing for a simulated reply, unknown where
// price or usage is.
func (b *Builder) cost(w *tabular.ColumnWriter, v *session.Visit, r Record) {
	p := v.Respondent.Cell.Model.Price
	switch {
	case r.Simulated || v.Respondent.Cell.Model.Free():
		w.AppendFloat64(0)
	case p == nil || r.Usage.Prompt == completion.Unknown || r.Usage.Completion == completion.Unknown:
		w.AppendNull()
	default:
		w.AppendFloat64(p.USD(r.Usage.Prompt, r.Usage.Completion, r.Usage.Cached))
	}
}

// paramsSent is the origin's parameters as JSON, rendered once an origin.
func (b *Builder) paramsSent(o *completion.Origin) string {
	if s, ok := b.params[o]; ok {
		return s
	}
	s := o.ParametersJSON()
	b.params[o] = s
	return s
}
