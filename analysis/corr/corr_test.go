package corr_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/score"
	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat"
)

// TestReference compares with pandas (pairwise) and numpy (listwise). A value
// without variance is named, and the others agree without it.
func TestReference(t *testing.T) {
	for _, set := range reftest.Sets() {
		s, want := reftest.Scores(t, set), reftest.Expect(t, set)
		for scoring, part := range map[string]struct {
			x    *score.Matrix
			want reftest.Structure
		}{"raw": {s.Raw, want.Raw}, "centred": {s.Centred, want.Centred}} {
			for _, rule := range []score.Deletion{score.Pairwise, score.Listwise} {
				t.Run(set+"/"+scoring+"/"+rule.String(), func(t *testing.T) {
					matrix := part.want.Pairwise
					if rule == score.Listwise {
						matrix = part.want.Listwise
					}
					check(t, part.x, rule, matrix, part.want.NListwise)
				})
			}
		}
		var flat []string
		for _, c := range corr.NoVariance(s.Raw) {
			flat = append(flat, s.Values[c])
		}
		if !slices.Equal(flat, want.Raw.Dropped) || (len(flat) > 0) != (want.Raw.Policy == "NA") {
			t.Errorf("%s: without variance %v, want %v", set, flat, want.Raw.Dropped)
		}
	}
}

func check(t *testing.T, x *score.Matrix, rule score.Deletion, want [][]*float64, nListwise int) {
	var flat, kept []int
	for j := range want {
		if want[j][j] == nil {
			flat = append(flat, j)
		} else {
			kept = append(kept, j)
		}
	}
	if len(flat) > 0 {
		_, err := corr.Correlate(x, corr.Options{Missing: rule})
		var none *corr.NoVarianceError
		if !errors.As(err, &none) || !slices.Equal(none.Columns, flat) {
			t.Errorf("error %v, want no variance in %v", err, flat)
		}
	}
	res, err := corr.Correlate(x.Cols(kept), corr.Options{Missing: rule})
	if err != nil {
		t.Fatal(err)
	}
	for a, i := range kept {
		for b, j := range kept {
			reftest.Near(t, "r", res.R.At(a, b), *want[i][j], 1e-9)
		}
	}
	if rule == score.Listwise && res.N != nListwise {
		t.Errorf("N = %d, want %d", res.N, nListwise)
	}
}

// TestTwoRoutes: the matrix product used on complete scores and the pair by
// pair route agree, Pearson and Spearman. A twentieth column with a hole
// forces the second.
func TestTwoRoutes(t *testing.T) {
	full := reftest.Scores(t, "A300_anchored").Raw
	holed := score.NewMatrix(300, 20)
	for i := range 300 {
		for j := range 19 {
			v, _ := full.At(i, j)
			holed.Set(i, j, v)
		}
		if i > 0 {
			holed.Set(i, 19, float64(i%7))
		}
	}
	for _, method := range []corr.Method{corr.Pearson, corr.Spearman} {
		a, err := corr.Correlate(full, corr.Options{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		b, err := corr.Correlate(holed, corr.Options{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if b.N != 300 || b.MinPairN != 299 {
			t.Errorf("N %d, smallest pair %d; want 300, 299", b.N, b.MinPairN)
		}
		for i := range 19 {
			for j := range 19 {
				reftest.Near(t, method.String(), b.R.At(i, j), a.R.At(i, j), 1e-12)
			}
		}
	}
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// TestWeights: whole-number weights equal repeated rows, on complete and on
// holed data, and gonum's weighted correlation.
func TestWeights(t *testing.T) {
	for _, set := range []string{"A300_anchored", "B60_missing"} {
		x := reftest.Scores(t, set).Raw
		rows, _ := x.Dims()
		weights, repeated := make([]float64, rows), []int{}
		for i := range rows {
			weights[i] = float64(i % 4)
			for range i % 4 {
				repeated = append(repeated, i)
			}
		}
		a, err := corr.Correlate(x, corr.Options{Weights: weights})
		if err != nil {
			t.Fatal(err)
		}
		b, err := corr.Correlate(x.Rows(repeated), corr.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 19 {
			for j := range 19 {
				reftest.Near(t, set, a.R.At(i, j), b.R.At(i, j), 1e-12)
			}
		}
		if set == "A300_anchored" {
			u, v, marks := make([]float64, rows), make([]float64, rows), make([]bool, rows)
			x.Column(u, marks, 2)
			x.Column(v, marks, 7)
			reftest.Near(t, "gonum", a.R.At(2, 7), stat.Correlation(u, v, weights), 1e-12)
		}
	}
}

// matrix makes a score matrix; a nil cell is missing.
func matrix(rows ...[]any) *score.Matrix {
	m := score.NewMatrix(len(rows), len(rows[0]))
	for i, row := range rows {
		for j, v := range row {
			if v != nil {
				m.Set(i, j, v.(float64))
			}
		}
	}
	return m
}

func TestUndefined(t *testing.T) {
	for _, c := range []struct {
		name, want string
		x          *score.Matrix
		opts       corr.Options
	}{
		{"no session", "0 sessions to correlate, at least 3 are needed", score.NewMatrix(0, 2), corr.Options{}},
		{"one session", "1 sessions to correlate, at least 3 are needed", matrix([]any{1., 2.}), corr.Options{}},
		{"two sessions", "2 sessions to correlate, at least 3 are needed", matrix([]any{1., 2.}, []any{2., 1.}), corr.Options{}},
		{"weights leave two", "2 sessions to correlate, at least 3 are needed",
			matrix([]any{1., 2.}, []any{2., 1.}, []any{3., 3.}), corr.Options{Weights: []float64{1, 0, 1}}},
		{"all constant", "no variance in columns 1, 2", matrix([]any{4., 4.}, []any{4., 4.}, []any{4., 4.}), corr.Options{}},
		{"one value never answered", "no variance in column 2", matrix([]any{1., nil}, []any{2., nil}, []any{3., nil}), corr.Options{}},
		{"the same, listwise", "0 sessions to correlate, at least 3 are needed",
			matrix([]any{1., nil}, []any{2., nil}, []any{3., nil}), corr.Options{Missing: score.Listwise}},
		{"little in common", "columns 1 and 2 have 2 sessions in common, at least 3 are needed",
			matrix([]any{1., nil}, []any{2., 1.}, []any{3., 2.}, []any{nil, 4.}), corr.Options{}},
		{"constant in common", "columns 1 and 2: no variance in the 3 sessions that have both",
			matrix([]any{1., nil}, []any{2., 1.}, []any{2., 2.}, []any{2., 4.}), corr.Options{}},
		{"rounding is no variance", "no variance in column 1",
			matrix([]any{0.1 + 1e-15, 1.}, []any{0.1, 2.}, []any{0.1 + 2e-15, 4.}), corr.Options{}},
	} {
		for _, method := range []corr.Method{corr.Pearson, corr.Spearman} {
			if c.opts.Weights != nil && method == corr.Spearman {
				continue
			}
			c.opts.Method = method
			if res, err := corr.Correlate(c.x, c.opts); err == nil || err.Error() != c.want {
				t.Errorf("%s, %v: %+v, error %v, want %q", c.name, method, res, err, c.want)
			}
		}
	}
}

func TestRowsWithoutNumbersDoNotCount(t *testing.T) {
	x := matrix([]any{1., 2.}, []any{nil, nil}, []any{2., 1.}, []any{3., 3.}, []any{4., nil})
	for rule, want := range map[score.Deletion]int{score.Pairwise: 4, score.Listwise: 3} {
		res, err := corr.Correlate(x, corr.Options{Missing: rule})
		if err != nil {
			t.Fatal(err)
		}
		if res.N != want || res.MinPairN != 3 {
			t.Errorf("%v: N %d, smallest pair %d; want %d, 3", rule, res.N, res.MinPairN, want)
		}
	}
}

// TestPerfectCorrelationsAreExactlyOne: identical values and opposites, which
// scaling then takes as distances of 0 and 2.
func TestPerfectCorrelationsAreExactlyOne(t *testing.T) {
	x := score.NewMatrix(50, 3)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range 50 {
		v := rng.NormFloat64()
		x.Set(i, 0, v)
		x.Set(i, 1, v)
		x.Set(i, 2, -v)
	}
	res, err := corr.Correlate(x, corr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		i, j int
		want float64
	}{{0, 1, 1}, {0, 2, -1}, {1, 1, 1}} {
		got := res.R.At(c.i, c.j)
		reftest.Near(t, "r", got, c.want, 1e-15)
		if got > 1 || got < -1 {
			t.Errorf("r = %v lies beyond 1", got)
		}
	}
}

// TestInvariance: linear maps leave Pearson, rising maps Spearman as they are;
// the input is not modified.
func TestInvariance(t *testing.T) {
	x := reftest.Scores(t, "B60_missing").Raw
	rows, cols := x.Dims()
	linear, cubed, before := score.NewMatrix(rows, cols), score.NewMatrix(rows, cols), x.Rows(seq(rows))
	for i := range rows {
		for j := range cols {
			if v, ok := x.At(i, j); ok {
				linear.Set(i, j, 5*v-float64(j))
				cubed.Set(i, j, v*v*v)
			}
		}
	}
	for method, mapped := range map[corr.Method]*score.Matrix{corr.Pearson: linear, corr.Spearman: cubed} {
		a, err := corr.Correlate(x, corr.Options{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		b, err := corr.Correlate(mapped, corr.Options{Method: method})
		if err != nil {
			t.Fatal(err)
		}
		for i := range cols {
			for j := range cols {
				reftest.Near(t, method.String(), b.R.At(i, j), a.R.At(i, j), 1e-12)
			}
		}
	}
	if diff := cmp.Diff(before, x, cmp.AllowUnexported(score.Matrix{})); diff != "" {
		t.Error("Correlate changed its input")
	}
}

func BenchmarkCorrelate19(b *testing.B) {
	for _, set := range []string{"A300_anchored", "B60_missing"} {
		x := reftest.Scores(b, set).Raw
		for _, method := range []corr.Method{corr.Pearson, corr.Spearman} {
			b.Run(set+"/"+method.String(), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := corr.Correlate(x, corr.Options{Method: method}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
