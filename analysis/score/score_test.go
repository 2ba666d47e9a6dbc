package score_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/score"
	"github.com/google/go-cmp/cmp"
)

const none = score.Missing

func answersOf(rows ...[]int16) *score.Answers {
	a := score.NewAnswers(len(rows), len(rows[0]))
	for i, row := range rows {
		copy(a.Row(i), row)
	}
	return a
}

func TestReverseKeyedItem(t *testing.T) {
	key, err := score.NewKey([]string{"A", "B"}, []score.Item{{Value: 0}, {Value: 0, Reversed: true}, {Value: 1}}, 1, 6)
	if err != nil {
		t.Fatal(err)
	}
	s, err := score.Score(answersOf([]int16{6, 1, 3}), key, score.Default())
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := s.Raw.At(0, 0)
	centred, _ := s.Centred.At(0, 0)
	if raw != 6 || centred != 1 || s.MRAT[0] != 5 { // (6 + (7−1) + 3)/3 = 5
		t.Errorf("raw %v, centred %v, MRAT %v; want 6, 1, 5", raw, centred, s.MRAT[0])
	}
}

// TestDropped checks each reason, the boundary of MinAnswered included: 7 of
// 10 items are 70 %.
func TestDropped(t *testing.T) {
	key := keyOf(t, []string{"A", "B"}, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)
	a := answersOf(
		[]int16{4, 4, 4, 4, 4, 4, none, none, none, 2},
		[]int16{none, none, none, none, none, none, none, none, none, none},
		[]int16{4, 4, 4, 4, 4, none, none, none, none, 2},
		[]int16{4, 4, 4, 4, 4, 4, 4, 4, 4, none},
	)
	before := slices.Clone(a.Row(2))
	s, err := score.Score(a, key, score.Default())
	if err != nil {
		t.Fatal(err)
	}
	want := []score.Drop{
		{Session: 1, Reason: score.NoAnswer, Value: -1},
		{Session: 2, Reason: score.TooFewAnswers, Answered: 6, Value: -1},
		{Session: 3, Reason: score.ValueMissing, Answered: 9, Value: 1},
	}
	if diff := cmp.Diff(want, s.Dropped); diff != "" {
		t.Errorf("dropped (-want +got):\n%s", diff)
	}
	if !slices.Equal(s.Kept, []int{0}) || s.DroppedFor(score.ValueMissing) != 1 {
		t.Errorf("kept %v, %d for a missing value", s.Kept, s.DroppedFor(score.ValueMissing))
	}
	if !slices.Equal(before, a.Row(2)) {
		t.Error("Score changed the answers")
	}
}

func TestMissingValueIsMaskedNotDroppedWhereAllowed(t *testing.T) {
	key := keyOf(t, []string{"A", "B"}, 0, 0, 1)
	s, err := score.Score(answersOf([]int16{4, 2, none}, []int16{none, none, none}), key, score.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Raw.At(0, 1); ok || s.Raw.Complete() {
		t.Error("the score of the value without an answer is not missing")
	}
	if len(s.Kept) != 1 || s.DroppedFor(score.NoAnswer) != 1 {
		t.Errorf("kept %v, dropped %v", s.Kept, s.Dropped)
	}
	if _, err := s.Raw.Means(nil); !errors.Is(err, score.ErrNoScores) || err.Error() != "mean of column 2: no scores" {
		t.Errorf("Means: %v", err)
	}
	if _, ok := s.Raw.Summaries()[1].Mean(); ok {
		t.Error("a mean of no numbers")
	}
	if _, ok := s.Raw.Summaries()[0].SD(); ok {
		t.Error("a standard deviation of one number")
	}
}

func TestAnswerOffTheScaleIsAnError(t *testing.T) {
	for _, code := range []int16{0, 7, -1} {
		_, err := score.Score(answersOf([]int16{4, code}), keyOf(t, []string{"A"}, 0, 0), score.Default())
		if err == nil || !strings.Contains(err.Error(), "session 1, item 2: answer") {
			t.Errorf("code %d: %v", code, err)
		}
	}
}

func TestNoSessions(t *testing.T) {
	s, err := score.Score(score.NewAnswers(3, 2), keyOf(t, []string{"A"}, 0, 0), score.Default())
	if err != nil {
		t.Fatal(err)
	}
	if rows, cols := s.Raw.Dims(); rows != 0 || cols != 1 || s.DroppedFor(score.NoAnswer) != 3 {
		t.Errorf("scores %d×%d, dropped %v", rows, cols, s.Dropped)
	}
}

func TestKeyErrors(t *testing.T) {
	for _, c := range []struct {
		name, want string
		values     []string
		items      []score.Item
		low, high  int
	}{
		{"scale", "scale from 6 to 1", []string{"A"}, []score.Item{{}}, 6, 1},
		{"twice", `value "A" stands twice`, []string{"A", "A"}, []score.Item{{}}, 1, 6},
		{"foreign", "item 2 belongs to value number 3 of 1", []string{"A"}, []score.Item{{}, {Value: 2}}, 1, 6},
		{"empty", `value "B" has no item`, []string{"A", "B"}, []score.Item{{}}, 1, 6},
	} {
		if _, err := score.NewKey(c.values, c.items, c.low, c.high); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestCentredScoresOfCompleteEqualSizedValuesSumToZero is why a matrix of
// centred correlations is singular.
func TestCentredScoresOfCompleteEqualSizedValuesSumToZero(t *testing.T) {
	s := reftest.Scores(t, "A300_anchored")
	rows, cols := s.Centred.Dims()
	for i := range rows {
		sum := 0.0
		for j := range cols {
			v, _ := s.Centred.At(i, j)
			sum += v
		}
		reftest.Near(t, "sum of centred scores", sum, 0, 1e-12)
	}
}

func TestAlphaUndefined(t *testing.T) {
	key := keyOf(t, []string{"one", "few", "flat"}, 0, 1, 1, 2, 2)
	a := answersOf([]int16{1, 2, none, 3, 3}, []int16{2, none, 4, 3, 3})
	for i, want := range []error{score.ErrOneItem, score.ErrFewCases, score.ErrNoVariance} {
		if got := score.CronbachAlpha(a, key, nil, score.Pairwise)[i]; !errors.Is(got.Err, want) || got.Alpha != 0 {
			t.Errorf("%s: %+v, want %v", got.Value, got, want)
		}
	}
	// One session: numpy gives NaN.
	if got := score.CronbachAlpha(a, key, []int{0}, score.Listwise)[2]; !errors.Is(got.Err, score.ErrFewCases) {
		t.Errorf("one session: %+v", got)
	}
}

// TestWeightedMeans: weights that count rows give the mean of the repeated
// rows, by two routes.
func TestWeightedMeans(t *testing.T) {
	s := reftest.Scores(t, "B60_missing")
	rows, _ := s.Raw.Dims()
	weights, repeated := make([]float64, rows), []int{}
	for i := range rows {
		weights[i] = float64(i % 4)
		for range i % 4 {
			repeated = append(repeated, i)
		}
	}
	got, err := s.Raw.Means(weights)
	if err != nil {
		t.Fatal(err)
	}
	want, err := s.Raw.Rows(repeated).Means(nil)
	if err != nil {
		t.Fatal(err)
	}
	for j := range got {
		reftest.Near(t, "weighted mean", got[j], want[j], 1e-12)
	}
}

func TestDistinct(t *testing.T) {
	a := answersOf([]int16{1, 2}, []int16{1, 2}, []int16{2, 1}, []int16{none, 2})
	if got := a.Distinct(nil); got != 3 {
		t.Errorf("%d distinct rows, want 3", got)
	}
	if got := a.Distinct([]int{0, 1}); got != 1 {
		t.Errorf("%d distinct of the first two, want 1", got)
	}
}

// TestProgrammersMistakesPanic with the package's name and the sizes.
func TestProgrammersMistakesPanic(t *testing.T) {
	key := keyOf(t, []string{"A"}, 0, 0)
	for want, f := range map[string]func(){
		"score: NewAnswers(-1, 2)":            func() { score.NewAnswers(-1, 2) },
		"score: NewMatrix(1, -2)":             func() { score.NewMatrix(1, -2) },
		"score: Matrix.Set(0, 0): NaN":        func() { score.NewMatrix(1, 1).Set(0, 0, math.NaN()) },
		"score: element (0, 1) of a 1×1":      func() { score.NewMatrix(1, 1).At(0, 1) },
		"score: column 1 of 1":                func() { score.NewMatrix(1, 1).Column(make([]float64, 1), make([]bool, 1), 1) },
		"score: Column into 0 numbers":        func() { score.NewMatrix(1, 1).Column(nil, nil, 0) },
		"score: 2 weights for 1 rows":         func() { _, _ = score.NewMatrix(1, 1).Means([]float64{1, 1}) },
		"score: answers to 3 items, key of 2": func() { _, _ = score.Score(score.NewAnswers(1, 3), key, score.Default()) },
		"score: answers to 1 items, key of 2": func() { score.CronbachAlpha(score.NewAnswers(1, 1), key, nil, score.Pairwise) },
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, want) {
					t.Errorf("panic %q, want %q", p, want)
				}
			}()
			f()
		}()
	}
}

func TestMinAnsweredIsAShare(t *testing.T) {
	for _, bad := range []float64{-0.1, 1.1, math.NaN()} {
		_, err := score.Score(score.NewAnswers(1, 1), keyOf(t, []string{"A"}, 0), score.Options{MinAnswered: bad})
		if err == nil || !strings.HasPrefix(err.Error(), "share of answered items ") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

// BenchmarkScore76x300x57 scores the 76 cells of the paper.
func BenchmarkScore76x300x57(b *testing.B) {
	a, _ := reftest.Answers(b, "A300_anchored")
	key := reftest.Key(b)
	b.ReportAllocs()
	for b.Loop() {
		for range 76 {
			s, err := score.Score(a, key, score.Default())
			if err != nil {
				b.Fatal(err)
			}
			if _, err := s.Centred.Means(nil); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkAlpha300x57(b *testing.B) {
	a, _ := reftest.Answers(b, "A300_anchored")
	key := reftest.Key(b)
	for b.Loop() {
		score.CronbachAlpha(a, key, nil, score.Pairwise)
	}
}
