package importer

import (
	"fmt"
	"iter"
	"math"
	"strconv"

	"circumplex.example/analysis/tabular"
	"circumplex.example/schema/diag"
)

// openParquet reads a table whose columns are whole numbers, numbers, texts or
// truth values. Null and NaN become empty cells.
func openParquet(path string) (*source, error) {
	t, err := tabular.Open(path)
	if err != nil {
		return nil, problem(path, diag.Problem{What: fmt.Sprintf("the Parquet file cannot be read: %v", tabular.ErrDamaged),
			Mend: "write it again, or give the answers as CSV"})
	}
	src := &source{format: "Parquet", shut: t.Close}
	for _, c := range t.Schema.Columns {
		src.header = append(src.header, c.Name)
		src.unreadable = append(src.unreadable, c.Type == 0 || c.Type == tabular.Timestamp)
	}
	f := &parquetFile{path: absolute(path), t: t}
	src.rows = f.rows
	return src, nil
}

type parquetFile struct {
	path string
	t    *tabular.Table
}

// rows yields the rows with the wanted columns filled; the others stay empty.
func (f *parquetFile) rows(wanted []int) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		columns := make([]func(i int) string, len(f.t.Schema.Columns))
		for _, c := range wanted {
			get, err := f.column(f.t.Schema.Columns[c])
			if err != nil {
				yield(row{}, problem(f.path, diag.Problem{What: fmt.Sprintf("column %q cannot be read: the file is damaged", f.t.Schema.Columns[c].Name),
					Mend: "write it again, or give the answers as CSV"}))
				return
			}
			columns[c] = get
		}
		cells := make([]string, len(columns))
		place := func(int) diag.Place { return diag.Place{File: f.path} }
		for i := range f.t.NumRows {
			for _, c := range wanted {
				cells[c] = columns[c](i)
			}
			if !yield(row{number: i + 1, cells: cells, place: place}, nil) {
				return
			}
		}
	}
}

// column reads a column and returns its cells as text.
func (f *parquetFile) column(c tabular.Column) (func(i int) string, error) {
	switch c.Type {
	case tabular.Int32:
		v, err := f.t.Int32s(c.Name)
		return cell(v, err, func(x int32) string { return strconv.Itoa(int(x)) })
	case tabular.Int64:
		v, err := f.t.Int64s(c.Name)
		return cell(v, err, func(x int64) string { return strconv.FormatInt(x, 10) })
	case tabular.Float64:
		v, err := f.t.Float64s(c.Name)
		return cell(v, err, floatText)
	case tabular.Bool:
		v, err := f.t.Bools(c.Name)
		return cell(v, err, strconv.FormatBool)
	}
	v, err := f.t.Strings(c.Name)
	if err != nil {
		return nil, err
	}
	return v.At, nil
}

func cell[T any](v *tabular.Values[T], err error, text func(T) string) (func(i int) string, error) {
	if err != nil {
		return nil, err
	}
	return func(i int) string {
		if v.Null(i) {
			return ""
		}
		return text(v.Values[i])
	}, nil
}

// floatText writes a whole number without a decimal point: programs that know
// no missing integers make floating-point columns of them.
func floatText(x float64) string {
	switch {
	case math.IsNaN(x):
		return ""
	case x == math.Trunc(x) && math.Abs(x) < 1<<53:
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
