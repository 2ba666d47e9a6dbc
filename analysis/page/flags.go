package page

import "slices"

// flag is what a reader must know of one condition before comparing it.
type flag struct{ Condition, What, Words string }

// flagged are the columns of quality that say so, in the order shown.
var flagged = []struct{ column, what string }{
	{"drift", "drift: not one and the same model or system answered"},
	{"served_unexpected", "another model answered than the one asked for"},
	{"params_skipped", "parameters declared and not sent"},
	{"missing_flag", "unequal missingness"},
}

// flags reads what stands out, from analysis/quality.parquet.
func (s *source) flags() ([]flag, error) {
	t, err := openTable(s.dir, "analysis", "quality.parquet")
	if err != nil {
		return nil, missing("analysis/quality.parquet", err)
	}
	defer t.Close()
	var out []flag
	id := t.text("condition_id")
	for _, f := range flagged {
		words := t.text(f.column)
		for row := range t.NumRows {
			i := slices.IndexFunc(s.conditions, func(c *condition) bool { return c.ID == id(row) })
			if w := clean(words(row)); w != "" && i >= 0 {
				out = append(out, flag{s.conditions[i].Name(), f.what, w})
			}
		}
	}
	return out, t.err
}
