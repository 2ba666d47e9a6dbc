// Package benchmark makes benchmarks of an experiment from files: a matrix of
// correlations, coordinates on a map, alphas, or answers that people or models
// gave, whose means it sets beside printed ones.
//
// It knows files, matrices and the CUE an author would write. It knows neither
// flags nor what a benchmark is used for.
package benchmark

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// About is what an author says of a benchmark.
type About struct {
	Name, Kind, Label, Source string
}

func (a About) benchmark(statistic string) *schema.Benchmark {
	return &schema.Benchmark{Name: a.Name, Kind: a.Kind, Label: a.Label, Source: a.Source, Statistic: statistic}
}

// tolerance is how far a printed matrix may be from symmetry and its diagonal
// from 1: half a unit of the second decimal of a rounded table.
const tolerance = 0.005

// ReadCorrelation reads a square matrix: a header of value codes, and a row a
// value that begins with its code, in any order. One half and the diagonal may be
// left empty. values are the instrument's.
// Every problem names file, row and column. Of a pair that differs by rounding
// the mean is taken. The matrix of centred scores is singular by construction;
// nothing here or later inverts it.
func ReadCorrelation(file string, r io.Reader, values []string, about About) (*schema.Benchmark, diag.List) {
	g, problems := readGrid(file, r)
	if problems != nil {
		return nil, problems
	}
	problems = append(append(problems, g.labels("column", g.header[1:], values)...), g.absent("column", g.header[1:], values)...)
	problems = append(append(problems, g.labels("row", g.rowNames(), values)...), g.absent("row", g.rowNames(), values)...)
	if problems.HasErrors() {
		return nil, problems
	}
	g.mirror()
	m := map[string]map[string]float64{}
	for i, row := range g.rows {
		m[row[0]] = map[string]float64{}
		for j, cell := range row[1:] {
			x, p := g.number(i, j+1, cell)
			if p == nil && math.Abs(x) > 1+tolerance {
				p = g.at(i, j+1, fmt.Sprintf("the correlation %s is outside -1..1", cell))
			}
			if p != nil {
				problems.Add(*p)
				continue
			}
			m[row[0]][g.header[j+1]] = x
		}
	}
	if problems.HasErrors() {
		return nil, problems
	}
	problems = append(problems, g.symmetry(m)...)
	b := about.benchmark("correlation")
	b.Correlations = m
	return b, problems
}

// mirror fills the half of a matrix that is left empty, as papers print it, from the
// other, and an empty diagonal. A pair of which both cells are empty stays so.
func (g *grid) mirror() {
	cell := map[[2]string]string{}
	for _, row := range g.rows {
		for j, text := range row[1:] {
			cell[[2]string{row[0], g.header[j+1]}] = text
		}
	}
	for _, row := range g.rows {
		for j, text := range row[1:] {
			switch b := g.header[j+1]; {
			case text != "":
			case row[0] == b:
				row[j+1] = "1"
			default:
				row[j+1] = cell[[2]string{b, row[0]}]
			}
		}
	}
}

// symmetry checks the diagonal and both halves, and makes them agree.
func (g *grid) symmetry(m map[string]map[string]float64) (problems diag.List) {
	for i, row := range g.rows {
		a := row[0]
		for j, b := range g.header[1:] {
			switch d := math.Abs(m[a][b] - m[b][a]); {
			case a == b && math.Abs(m[a][a]-1) > tolerance:
				problems.Add(*g.at(i, j+1, fmt.Sprintf("the correlation of %s with itself is %v, want 1", a, m[a][a])))
			case a == b:
				m[a][a] = 1
			case d > 2*tolerance+1e-9:
				if a > b {
					continue // said of the other half
				}
				problems.Add(*g.at(i, j+1, fmt.Sprintf("%s with %s is %v, but %s with %s is %v", a, b, m[a][b], b, a, m[b][a])))
			case a < b:
				x := max(-1, min(1, (m[a][b]+m[b][a])/2))
				m[a][b], m[b][a] = x, x
			}
		}
	}
	return problems
}

// ReadCoordinates reads a map: a header, then rows of value code, x and y.
func ReadCoordinates(file string, r io.Reader, values []string, about About) (*schema.Benchmark, diag.List) {
	g, problems := readGrid(file, r)
	if problems != nil {
		return nil, problems
	}
	if len(g.header) != 3 {
		problems.Add(diag.Problem{Place: diag.Place{File: file, Line: 1}, What: fmt.Sprintf("the file has %d columns, want value, x and y", len(g.header)),
			Mend: "keep the three columns; MDS has two dimensions here"})
		return nil, problems
	}
	problems = append(append(g.headless(values), g.labels("row", g.rowNames(), values)...), g.absent("row", g.rowNames(), values)...)
	b := about.benchmark("coordinates")
	b.Coordinates = map[string][2]float64{}
	for i, row := range g.rows {
		var xy [2]float64
		for j := range xy {
			x, p := g.number(i, j+1, row[j+1])
			if p != nil {
				problems.Add(*p)
			}
			xy[j] = x
		}
		b.Coordinates[row[0]] = xy
	}
	if !problems.HasErrors() && spread(b.Coordinates) < 1e-12 {
		problems.Add(diag.Problem{Place: diag.Place{File: file}, What: "all values have the same coordinates"})
	}
	return b, problems
}

// ReadAlphas reads Cronbach's alphas: a header, then rows of value code and
// alpha. Values may be left out: studies do not print every one.
func ReadAlphas(file string, r io.Reader, values []string, about About) (*schema.Benchmark, diag.List) {
	g, problems := readGrid(file, r)
	if problems != nil {
		return nil, problems
	}
	if len(g.header) != 2 {
		problems.Add(diag.Problem{Place: diag.Place{File: file, Line: 1}, What: fmt.Sprintf("the file has %d columns, want value and alpha", len(g.header)),
			Mend: "keep the two columns"})
		return nil, problems
	}
	problems = append(g.headless(values), g.labels("row", g.rowNames(), values)...)
	b := about.benchmark("alpha")
	b.Alphas = map[string]float64{}
	for i, row := range g.rows {
		x, p := g.number(i, 1, row[1])
		if p == nil && x > 1 {
			p = g.at(i, 1, fmt.Sprintf("the alpha %s is above 1", row[1]))
		}
		if p != nil {
			problems.Add(*p)
			continue
		}
		b.Alphas[row[0]] = x
	}
	return b, problems
}

func spread(m map[string][2]float64) float64 {
	lo, hi := [2]float64{math.Inf(1), math.Inf(1)}, [2]float64{math.Inf(-1), math.Inf(-1)}
	for _, xy := range m {
		for k := range xy {
			lo[k], hi[k] = min(lo[k], xy[k]), max(hi[k], xy[k])
		}
	}
	return max(hi[0]-lo[0], hi[1]-lo[1])
}

// grid is a small CSV file: a header and rows of the same width.
type grid struct {
	file   string
	comma  rune
	header []string
	rows   [][]string
	lines  []int
}

// readGrid reads CSV separated by comma, semicolon or tab, whichever the first
// line has most of.
func readGrid(file string, r io.Reader) (*grid, diag.List) {
	fail := func(line int, what, mend string) (*grid, diag.List) {
		return nil, diag.List{{Severity: diag.Error, Place: diag.Place{File: file, Line: line}, What: what, Mend: mend}}
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return fail(0, err.Error(), "")
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	first, _, _ := strings.Cut(text, "\n")
	cr := csv.NewReader(strings.NewReader(text))
	cr.TrimLeadingSpace = true
	for _, comma := range ",;\t" {
		if strings.Count(first, string(comma)) > strings.Count(first, string(cr.Comma)) {
			cr.Comma = comma
		}
	}
	g := &grid{file: file, comma: cr.Comma}
	for {
		rec, err := cr.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fail(lineOf(err), fmt.Sprintf("this is no table of equally long rows: %v", err), "save it as CSV with a header")
		}
		line, _ := cr.FieldPos(0)
		for i := range rec {
			rec[i] = strings.TrimSpace(rec[i])
		}
		if g.header == nil {
			g.header = rec
			continue
		}
		g.rows = append(g.rows, rec)
		g.lines = append(g.lines, line)
	}
	if len(g.rows) == 0 || len(g.header) < 2 {
		return fail(1, "the file holds no table", "the first line names the columns, every further line begins with a value's code")
	}
	return g, nil
}

// lineOf is the line of a CSV error, 0 if it names none.
func lineOf(err error) int {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return pe.Line
	}
	return 0
}

func (g *grid) rowNames() []string {
	out := make([]string, len(g.rows))
	for i, r := range g.rows {
		out[i] = r[0]
	}
	return out
}

// at is a problem with one cell; row and col count from 0, the label included.
func (g *grid) at(row, col int, what string) *diag.Problem {
	return &diag.Problem{Severity: diag.Error, Place: diag.Place{File: g.file, Line: g.lines[row]},
		What: fmt.Sprintf("row %s, column %s: %s", g.rows[row][0], g.header[col], what)}
}

func (g *grid) number(row, col int, cell string) (float64, *diag.Problem) {
	text := cell
	if g.comma != ',' && strings.Count(cell, ",") == 1 && !strings.Contains(cell, ".") {
		text = strings.Replace(cell, ",", ".", 1) // as spreadsheets of many countries write it
	}
	x, err := strconv.ParseFloat(text, 64)
	switch {
	case cell == "":
		return 0, g.at(row, col, "the cell is empty")
	case err != nil:
		p := g.at(row, col, fmt.Sprintf("%q is not a number", cell))
		if strings.Contains(cell, ",") {
			p.Mend = "write a decimal point"
		}
		return 0, p
	case math.IsNaN(x) || math.IsInf(x, 0):
		return 0, g.at(row, col, fmt.Sprintf("%q is not a finite number", cell))
	}
	return x, nil
}

// headless reports a first line that is no header but a value already.
func (g *grid) headless(values []string) diag.List {
	if !slices.Contains(values, g.header[0]) {
		return nil
	}
	return diag.List{{Severity: diag.Error, Place: diag.Place{File: g.file, Line: 1}, What: fmt.Sprintf("the first line is of value %q, and has to be a header", g.header[0]),
		Mend: "put a line with the names of the columns before it"}}
}

// labels checks that the codes are those of the instrument, each once.
func (g *grid) labels(what string, got, values []string) (problems diag.List) {
	place := diag.Place{File: g.file, Line: 1}
	for i, c := range got {
		if what == "row" {
			place.Line = g.lines[i]
		}
		switch {
		case !slices.Contains(values, c):
			problems.Add(diag.Problem{Place: place, What: fmt.Sprintf("%s %q is no value of the instrument", what, c), Mend: diag.DidYouMean(c, values)})
		case slices.Contains(got[:i], c):
			problems.Add(diag.Problem{Place: place, What: fmt.Sprintf("%s %q stands there twice", what, c)})
		}
	}
	return problems
}

// absent names the values that have no row or column.
func (g *grid) absent(what string, got, values []string) (problems diag.List) {
	for _, v := range values {
		if !slices.Contains(got, v) {
			problems.Add(diag.Problem{Place: diag.Place{File: g.file}, What: fmt.Sprintf("there is no %s for value %q", what, v)})
		}
	}
	return problems
}
