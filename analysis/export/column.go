package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"circumplex.example/analysis/tabular"
)

// column is one column in memory, with its values as text on demand.
type column struct {
	name string
	typ  tabular.Type
	// text renders a row; "" for null.
	text func(row int) string
	null func(row int) bool

	str  *tabular.Strings
	i32  []int32
	i64  []int64
	f64  []float64
	bool []bool
}

// columns reads all columns of a table.
func columns(t *tabular.Table) ([]column, error) {
	out := make([]column, 0, len(t.Schema.Columns))
	for _, c := range t.Schema.Columns {
		x, err := read(t, c)
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

func read(t *tabular.Table, c tabular.Column) (column, error) {
	x := column{name: c.Name, typ: c.Type}
	switch c.Type {
	case tabular.String:
		v, err := t.Strings(c.Name)
		if err != nil {
			return x, err
		}
		x.str, x.null, x.text = v, v.Null, v.At
	case tabular.Int32:
		v, err := t.Int32s(c.Name)
		if err != nil {
			return x, err
		}
		x.i32 = v.Values
		x.set(v.Null, func(i int) string { return strconv.Itoa(int(v.Values[i])) })
	case tabular.Int64:
		v, err := t.Int64s(c.Name)
		if err != nil {
			return x, err
		}
		x.i64 = v.Values
		x.set(v.Null, func(i int) string { return strconv.FormatInt(v.Values[i], 10) })
	case tabular.Float64:
		v, err := t.Float64s(c.Name)
		if err != nil {
			return x, err
		}
		x.f64 = v.Values
		x.set(v.Null, func(i int) string { return strconv.FormatFloat(v.Values[i], 'g', -1, 64) })
	case tabular.Bool:
		v, err := t.Bools(c.Name)
		if err != nil {
			return x, err
		}
		x.bool = v.Values
		x.set(v.Null, func(i int) string { return strconv.FormatBool(v.Values[i]) })
	case tabular.Timestamp:
		v, err := t.Timestamps(c.Name)
		if err != nil {
			return x, err
		}
		x.i64 = v.Values
		x.set(v.Null, func(i int) string { return time.UnixMicro(v.Values[i]).UTC().Format("2006-01-02T15:04:05.000000Z") })
	default:
		return x, fmt.Errorf("%s: column %s: a type that cannot be exported", t.Path, c.Name)
	}
	return x, nil
}

func (c *column) set(null func(int) bool, text func(int) string) {
	c.null = null
	c.text = func(i int) string {
		if null(i) {
			return ""
		}
		return text(i)
	}
}

// writeCSV writes row by row: a table of a million rows is not held as text.
func writeCSV(w io.Writer, cols []column, rows int) error {
	cw := csv.NewWriter(w)
	record := make([]string, len(cols))
	for i, c := range cols {
		record[i] = c.name
	}
	if err := cw.Write(record); err != nil {
		return err
	}
	for r := range rows {
		for i := range cols {
			record[i] = cols[i].text(r)
			if cols[i].typ == tabular.String {
				record[i] = tabular.GuardCell(record[i])
			}
		}
		if err := cw.Write(record); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}
