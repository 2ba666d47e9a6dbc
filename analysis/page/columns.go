package page

import (
	"path/filepath"

	"circumplex.example/analysis/tabular"
)

// columns reads columns of one table; the first error sticks. A column that is
// not there reads as null in every row if it was asked for with a may method.
type columns struct {
	*tabular.Table
	err error
}

func openTable(parts ...string) (*columns, error) {
	t, err := tabular.Open(filepath.Join(parts...))
	if err != nil {
		return nil, err
	}
	return &columns{Table: t}, nil
}

func (c *columns) keep(err error) {
	if c.err == nil {
		c.err = err
	}
}

// text reads a string column.
func (c *columns) text(name string) func(row int) string {
	s, err := c.Strings(name)
	if err != nil {
		c.keep(err)
		return func(int) string { return "" }
	}
	return s.At
}

// float reads a column of numbers; nil is null.
func (c *columns) float(name string) func(row int) *float64 {
	v, err := c.Float64s(name)
	if err != nil {
		c.keep(err)
		return func(int) *float64 { return nil }
	}
	return func(row int) *float64 {
		if v.Null(row) {
			return nil
		}
		x := v.Values[row]
		return &x
	}
}

// whole reads a column of whole numbers; null is 0.
func (c *columns) whole(name string) func(row int) int {
	v, err := c.Int32s(name)
	if err != nil {
		c.keep(err)
		return func(int) int { return 0 }
	}
	return func(row int) int {
		if v.Null(row) {
			return 0
		}
		return int(v.Values[row])
	}
}
