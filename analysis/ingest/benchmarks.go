package ingest

import (
	"math"

	"circumplex.example/analysis/tabular"
)

// benchmarks reads benchmarks.parquet.
func (r *reader) benchmarks() error {
	t, err := r.open("benchmarks", col("name", tabular.String), col("kind", tabular.String), col("source", tabular.String),
		col("statistic", tabular.String), col("value", tabular.String), col("value_2", tabular.String),
		col("number", tabular.Float64), col("label", tabular.String))
	if err != nil {
		return err
	}
	defer t.Close()
	name, kind, source, label := t.strings("name"), t.strings("kind"), t.strings("source"), t.strings("label")
	rows := benchmarkRows{t: t, d: r.d, statistic: t.strings("statistic"), value: t.strings("value"),
		other: t.strings("value_2"), number: t.floats("number")}
	if t.err != nil {
		return t.err
	}
	index := map[string]int{}
	for row := range t.NumRows {
		i, ok := index[name.At(row)]
		if !ok {
			if k := kind.At(row); k != Human && k != Theory && k != Model {
				return t.at(row, "kind", "%q is none of human, theory, model", k)
			}
			i = len(r.d.Benchmarks)
			index[name.At(row)] = i
			r.d.Benchmarks = append(r.d.Benchmarks, Benchmark{Name: name.At(row), Kind: kind.At(row),
				Source: source.At(row), Label: label.At(row), seen: map[[3]string]string{}})
		}
		if err := rows.add(&r.d.Benchmarks[i], row); err != nil {
			return err
		}
	}
	return r.completeBenchmarks(t)
}

// benchmarkRows are the columns that hold the numbers.
type benchmarkRows struct {
	t                       *table
	d                       *Data
	statistic, value, other *tabular.Strings
	number                  *tabular.Values[float64]
}

// add puts the number of one row into its benchmark.
func (c *benchmarkRows) add(b *Benchmark, row int) error {
	statistic, x := c.statistic.At(row), c.number.Values[row]
	kind := statistic
	if statistic == "x" || statistic == "y" {
		kind = "coordinates"
	}
	v := c.d.valueIndex(c.value.At(row))
	key := [3]string{statistic, c.value.At(row), c.other.At(row)}
	switch {
	case v < 0:
		return c.t.at(row, "value", "%q is not in values.parquet", c.value.At(row))
	case c.number.Null(row) || math.IsNaN(x) || math.IsInf(x, 0):
		return c.t.at(row, "number", "there is no number")
	case b.Statistic != "" && b.Statistic != kind:
		return c.t.at(row, "statistic", "benchmark %q has %s above, and %s here", b.Name, b.Statistic, statistic)
	case b.seen[key] != "":
		return c.t.at(row, "value", "benchmark %q has this number twice", b.Name)
	}
	b.Statistic, b.seen[key] = kind, "seen"
	n := len(c.d.Values)
	switch statistic {
	case "median", "mean":
		if b.Means == nil {
			b.Means = make([]float64, n)
		}
		b.Means[v] = x
	case "x", "y":
		if b.Coordinates == nil {
			b.Coordinates = make([][2]float64, n)
		}
		b.Coordinates[v][statistic[0]-'x'] = x
	case "correlation":
		return c.correlation(b, row, v, x)
	case "alpha":
		if x > 1 {
			return c.t.at(row, "number", "%v is no alpha: it is at most 1", x)
		}
		if b.Alphas == nil {
			b.Alphas = make([]*float64, n)
		}
		b.Alphas[v] = &x
	default:
		return c.t.at(row, "statistic", "%q is none of median, mean, correlation, x, y, alpha", statistic)
	}
	return nil
}

// correlation puts a correlation into its benchmark, both ways round.
func (c *benchmarkRows) correlation(b *Benchmark, row, v int, x float64) error {
	w := c.d.valueIndex(c.other.At(row))
	n := len(c.d.Values)
	if b.Correlation == nil {
		b.Correlation = make([][]float64, n)
		for i := range b.Correlation {
			b.Correlation[i] = make([]float64, n)
			for j := range n {
				b.Correlation[i][j] = math.NaN() // until it is read; see complete
			}
			b.Correlation[i][i] = 1
		}
	}
	switch {
	case w < 0:
		return c.t.at(row, "value_2", "%q is not in values.parquet", c.other.At(row))
	case math.Abs(x) > 1+1e-9:
		return c.t.at(row, "number", "%v is no correlation", x)
	case v == w && math.Abs(x-1) > 1e-6:
		return c.t.at(row, "number", "the correlation of a value with itself is %v", x)
	case v != w && !math.IsNaN(b.Correlation[v][w]) && math.Abs(b.Correlation[v][w]-x) > 1e-6:
		return c.t.at(row, "number", "the matrix is not symmetric: %v here, %v the other way round", x, b.Correlation[v][w])
	}
	if v != w {
		b.Correlation[v][w], b.Correlation[w][v] = x, x
	}
	return nil
}

// completeBenchmarks refuses a benchmark that lacks a value.
func (r *reader) completeBenchmarks(t *table) error {
	for i := range r.d.Benchmarks {
		b := &r.d.Benchmarks[i]
		if lacks := b.lacks(r.d); lacks != "" {
			return &Error{Place: t.Path, What: "benchmark \"" + b.Name + "\" has no " + b.Statistic + " of " + lacks, Mend: remake}
		}
		b.seen = nil
	}
	return nil
}

// lacks names the first value, or pair, without a number.
func (b *Benchmark) lacks(d *Data) string {
	for i, v := range d.Values {
		switch b.Statistic {
		case "alpha": // studies do not print it for every value
		case "coordinates":
			if b.seen[[3]string{"x", v.Code}] == "" || b.seen[[3]string{"y", v.Code}] == "" {
				return v.Code
			}
		case "correlation":
			for j, w := range d.Values {
				if math.IsNaN(b.Correlation[i][j]) {
					return v.Code + " with " + w.Code
				}
			}
		default:
			if b.seen[[3]string{b.Statistic, v.Code}] == "" {
				return v.Code
			}
		}
	}
	return ""
}
