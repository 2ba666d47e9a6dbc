package ingest

import (
	"fmt"
	"sort"
	"strings"

	"circumplex.example/analysis/score"
	"circumplex.example/analysis/tabular"
)

// circlePrefix begins the names of the columns that hold positions on a circle.
const circlePrefix = "circle_"

// values reads values.parquet.
func (r *reader) values() error {
	t, err := r.open("values", col("instrument", tabular.String), col("value", tabular.String),
		col("name", tabular.String), col("order", tabular.Int32))
	if err != nil {
		return err
	}
	defer t.Close()
	instrument, code, name, order := t.strings("instrument"), t.strings("value"), t.strings("name"), t.ints("order")
	circles := r.circles(t)
	if t.err != nil {
		return t.err
	}
	if t.NumRows == 0 {
		return &Error{Place: t.Path, What: "the table is empty", Mend: remake}
	}
	r.d.Instrument = instrument.At(0)
	seen := map[string]bool{}
	for row := range t.NumRows {
		v := Value{Code: code.At(row), Name: name.At(row), Order: int(order.Values[row])}
		switch {
		case v.Code == "":
			return t.at(row, "value", "it is empty")
		case seen[v.Code]:
			return t.at(row, "value", "%q is there twice", v.Code)
		case instrument.At(row) != r.d.Instrument:
			return t.at(row, "instrument", "%q, but %q in row 1; one instrument is analysed at a time", instrument.At(row), r.d.Instrument)
		}
		seen[v.Code] = true
		if v.Name == "" {
			v.Name = v.Code
		}
		v.Circle = positions(circles, row)
		r.d.Values = append(r.d.Values, v)
	}
	sort.SliceStable(r.d.Values, func(i, j int) bool { return r.d.Values[i].Order < r.d.Values[j].Order })
	return nil
}

// circles reads the columns of circle positions.
func (r *reader) circles(t *table) []*tabular.Values[int32] {
	var out []*tabular.Values[int32]
	for _, c := range t.Schema.Columns {
		if name, ok := strings.CutPrefix(c.Name, circlePrefix); ok {
			r.d.Circles = append(r.d.Circles, name)
			out = append(out, t.ints(c.Name))
		}
	}
	return out
}

// positions are one value's places on the circles, -1 for none.
func positions(circles []*tabular.Values[int32], row int) []int {
	out := make([]int, len(circles))
	for i, c := range circles {
		out[i] = int(c.Values[row])
		if c.Null(row) {
			out[i] = -1
		}
	}
	return out
}

// Circle lists the values (indices into Values) in the order in which they
// stand round the named circle. It is an error if there is no such circle, if
// a value has no position on it or two share one.
func (d *Data) Circle(name string) ([]int, error) {
	k := -1
	for i, c := range d.Circles {
		if c == name {
			k = i
		}
	}
	if k < 0 {
		return nil, fmt.Errorf("the instrument declares no circle %q", name)
	}
	order := make([]int, len(d.Values))
	for i, v := range d.Values {
		if v.Circle[k] < 0 {
			return nil, fmt.Errorf("value %s has no position on circle %q", v.Code, name)
		}
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return d.Values[order[i]].Circle[k] < d.Values[order[j]].Circle[k] })
	for i := 1; i < len(order); i++ {
		a, b := d.Values[order[i-1]], d.Values[order[i]]
		if a.Circle[k] == b.Circle[k] {
			return nil, fmt.Errorf("values %s and %s share a position on circle %q", a.Code, b.Code, name)
		}
	}
	return order, nil
}

// valueIndex finds a value by its code, or -1.
func (d *Data) valueIndex(code string) int {
	for i, v := range d.Values {
		if v.Code == code {
			return i
		}
	}
	return -1
}

// items reads items.parquet and makes the scoring key.
func (r *reader) items() error {
	t, err := r.open("items", col("instrument", tabular.String), col("item", tabular.Int32), col("value", tabular.String),
		col("reverse", tabular.Bool), col("scale_min", tabular.Int32), col("scale_max", tabular.Int32))
	if err != nil {
		return err
	}
	defer t.Close()
	number, value, reverse := t.ints("item"), t.strings("value"), t.bools("reverse")
	low, high := t.ints("scale_min"), t.ints("scale_max")
	if t.err != nil {
		return t.err
	}
	if t.NumRows == 0 {
		return &Error{Place: t.Path, What: "the table is empty", Mend: remake}
	}
	seen := map[int]bool{}
	var keyed []score.Item
	for row := range t.NumRows {
		it := Item{Number: int(number.Values[row]), Value: r.d.valueIndex(value.At(row)), Reverse: reverse.Values[row]}
		switch {
		case it.Value < 0:
			return t.at(row, "value", "%q is not in values.parquet", value.At(row))
		case seen[it.Number]:
			return t.at(row, "item", "%d is there twice", it.Number)
		case low.Values[row] != low.Values[0] || high.Values[row] != high.Values[0]:
			return t.at(row, "scale_min", "the scale is %d..%d, but %d..%d in row 1", low.Values[row], high.Values[row], low.Values[0], high.Values[0])
		}
		seen[it.Number] = true
		r.d.Items = append(r.d.Items, it)
		keyed = append(keyed, score.Item{Value: it.Value, Reversed: it.Reverse})
	}
	codes := make([]string, len(r.d.Values))
	for i, v := range r.d.Values {
		codes[i] = v.Code
	}
	if r.d.Key, err = score.NewKey(codes, keyed, int(low.Values[0]), int(high.Values[0])); err != nil {
		return &Error{Place: t.Path, What: err.Error(), Mend: remake, Err: err}
	}
	return nil
}
