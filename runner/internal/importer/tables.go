package importer

import (
	"strconv"

	"circumplex.example/analysis/tabular"
)

// append appends the columns of all factors from column k on and returns the
// next column. Temperature is the third.
func (c *condition) append(t *tabular.Writer, k int) int {
	for i, level := range c.levels {
		switch {
		case i == 2 && c.temperature == nil:
			t.Col(k).AppendNull()
		case i == 2:
			t.Col(k).AppendFloat64(*c.temperature)
		default:
			t.Col(k).AppendString(level)
		}
		k++
	}
	return k
}

func (w *writer) conditions(t *tabular.Writer) error {
	for _, c := range w.data.conditions {
		complete := 0
		for _, r := range c.records {
			if respondentStatus(r) == "complete" {
				complete++
			}
		}
		t.Col(0).AppendString(c.id)
		t.Col(1).AppendString(w.job.Name)
		t.Col(2).AppendString(Provider)
		t.Col(3).AppendBool(false)
		k := c.append(t, 4)
		t.Col(k).AppendInt32(int32(len(c.records)))
		t.Col(k + 1).AppendInt32(int32(complete))
		t.Col(k + 2).AppendNull() // who answered is not known
		t.Col(k + 3).AppendNull()
		t.Col(k + 4).AppendBool(false)
		t.Col(k + 5).AppendNull()
		t.Col(k + 6).AppendBool(false)
		t.Col(k + 7).AppendNull()
		if err := t.EndRow(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) respondents(t *tabular.Writer) error {
	for _, c := range w.data.conditions {
		for _, r := range c.records {
			t.Col(0).AppendString(respondentID(c, r.replicate))
			t.Col(1).AppendString(c.id)
			t.Col(2).AppendInt32(int32(r.replicate))
			t.Col(3).AppendInt32(0)
			t.Col(4).AppendString(r.form)
			t.Col(5).AppendNull()
			t.Col(6).AppendNull()
			for i, v := range w.kept {
				v.append(t.Col(7+i), r)
			}
			answered := 0
			for _, s := range r.status {
				if s == statusOK {
					answered++
				}
			}
			k := 7 + len(w.kept)
			t.Col(k).AppendString(respondentStatus(r))
			t.Col(k + 1).AppendInt32(int32(answered))
			if err := t.EndRow(); err != nil {
				return err
			}
		}
	}
	return nil
}

// append appends the variable of a respondent.
func (v variable) append(col *tabular.ColumnWriter, r *record) {
	switch {
	case v.index < 0:
		col.AppendInt32(int32(r.row))
	case r.kept[v.index] == "":
		col.AppendNull()
	case v.integer:
		n, _ := strconv.Atoi(r.kept[v.index]) // settled by writer.variables
		col.AppendInt32(int32(n))
	default:
		col.AppendString(r.kept[v.index])
	}
}

func (w *writer) responses(t *tabular.Writer) error {
	for _, c := range w.data.conditions {
		for _, r := range c.records {
			if err := w.answers(t, c, r); err != nil {
				return err
			}
		}
	}
	return nil
}

// answers writes a row for every item of a respondent.
func (w *writer) answers(t *tabular.Writer, c *condition, r *record) error {
	who := respondentID(c, r.replicate)
	for i, it := range w.job.Instrument.Items {
		t.Col(0).AppendString(who)
		t.Col(1).AppendString(c.id)
		k := c.append(t, 2)
		t.Col(k).AppendInt32(int32(r.replicate))
		t.Col(k + 1).AppendBool(false)
		t.Col(k + 2).AppendInt32(int32(it.Number))
		t.Col(k + 3).AppendString(it.Value)
		t.Col(k + 4).AppendInt32(int32(i + 1))
		raw := w.data.raw[cellID{r.row, i}]
		if r.status[i] == statusOK {
			t.Col(k + 5).AppendInt32(int32(r.response[i]))
			if raw == "" {
				raw = strconv.Itoa(int(r.response[i]))
			}
		} else {
			t.Col(k + 5).AppendNull()
		}
		t.Col(k + 6).AppendStringOrNull(raw)
		t.Col(k + 7).AppendString(r.status[i].String())
		if err := t.EndRow(); err != nil {
			return err
		}
	}
	return nil
}
