package score_test

import (
	"errors"
	"testing"

	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/rank"
	"circumplex.example/analysis/score"
)

// TestReference holds scores, means, standard deviations, ranks and counts to
// numpy and R on the four reference sets.
func TestReference(t *testing.T) {
	for _, set := range reftest.Sets() {
		t.Run(set, func(t *testing.T) {
			want, s := reftest.Expect(t, set), reftest.Scores(t, set)
			if len(s.Kept) != want.NAnswered {
				t.Errorf("%d sessions kept, want %d", len(s.Kept), want.NAnswered)
			}
			for i, v := range want.Checks.MRAT {
				reftest.Near(t, "MRAT", s.MRAT[i], v, 1e-9)
			}
			near(t, "raw score", s.Raw, want.Checks.Raw)
			near(t, "centred score", s.Centred, want.Checks.Centred)
			checkSummaries(t, s.Raw, want.Value.MeanRaw, want.Value.SDRaw, want.Value.N)
			checkSummaries(t, s.Centred, want.Value.MeanCentred, want.Value.SDCentred, want.Value.N)
			means, err := s.Centred.Means(nil)
			if err != nil {
				t.Fatal(err)
			}
			for i, r := range rank.Descending(means) {
				reftest.Near(t, "rank", r, want.Value.Rank[i], 0)
			}
		})
	}
}

func near(t *testing.T, what string, x *score.Matrix, want [][]float64) {
	t.Helper()
	for i, row := range want {
		for j, v := range row {
			got, ok := x.At(i, j)
			if !ok {
				t.Errorf("%s (%d, %d) is missing", what, i, j)
			}
			reftest.Near(t, what, got, v, 1e-9)
		}
	}
}

func checkSummaries(t *testing.T, x *score.Matrix, means, sds []float64, ns []int) {
	t.Helper()
	for j, sum := range x.Summaries() {
		mean, _ := sum.Mean()
		sd, _ := sum.SD()
		reftest.Near(t, "mean", mean, means[j], 1e-9)
		reftest.Near(t, "sd", sd, sds[j], 1e-9)
		if sum.N != ns[j] {
			t.Errorf("column %d rests on %d numbers, want %d", j, sum.N, ns[j])
		}
	}
}

// TestCompleteSessionsOnly uses MinAnswered 1, which is listwise deletion on
// the items.
func TestCompleteSessionsOnly(t *testing.T) {
	for _, set := range reftest.Sets() {
		want := reftest.Expect(t, set)
		a, _ := reftest.Answers(t, set)
		s, err := score.Score(a, reftest.Key(t), score.Options{MinAnswered: 1})
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Kept) != want.CompleteNow.N || want.CompleteNow.N != want.NComplete {
			t.Errorf("%s: %d complete sessions, want %d", set, len(s.Kept), want.CompleteNow.N)
		}
		means, err := s.Centred.Means(nil)
		if err != nil {
			t.Fatal(err)
		}
		for j, m := range want.CompleteNow.Mean {
			reftest.Near(t, set+": mean of complete sessions", means[j], m, 1e-9)
		}
	}
}

// TestAlphaReference compares with psych::alpha of R (raw_alpha) and numpy.
func TestAlphaReference(t *testing.T) {
	for _, set := range reftest.Sets() {
		a, _ := reftest.Answers(t, set)
		want := reftest.Expect(t, set).Alpha
		for _, rule := range []score.Deletion{score.Pairwise, score.Listwise} {
			for _, got := range score.CronbachAlpha(a, reftest.Key(t), nil, rule) {
				w := want[got.Value].Pairwise
				if rule == score.Listwise {
					w = want[got.Value].Listwise
				}
				switch {
				case w == nil && !errors.Is(got.Err, score.ErrNoVariance):
					t.Errorf("%s %s %v: error %v, want %v", set, got.Value, rule, got.Err, score.ErrNoVariance)
				case w != nil && got.Err != nil:
					t.Errorf("%s %s %v: %v", set, got.Value, rule, got.Err)
				case w != nil:
					reftest.Near(t, set+" "+got.Value, got.Alpha, *w, 1e-9)
				}
			}
		}
	}
}

// TestAlphaUnitCases includes alpha of 1 and a negative one.
func TestAlphaUnitCases(t *testing.T) {
	var cases struct {
		Cronbach []struct {
			Items [][]int16
			Alpha float64 `json:"raw_alpha"`
		}
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Cronbach) == 0 {
		t.Fatal("no cases")
	}
	key := keyOf(t, []string{"V"}, 0, 0, 0)
	for _, c := range cases.Cronbach {
		a := score.NewAnswers(len(c.Items), 3)
		for i, row := range c.Items {
			copy(a.Row(i), row)
		}
		got := score.CronbachAlpha(a, key, nil, score.Pairwise)[0]
		if got.Err != nil {
			t.Fatal(got.Err)
		}
		reftest.Near(t, "alpha", got.Alpha, c.Alpha, 1e-9)
	}
}

// keyOf returns a key of items that belong to the given values, on 1 to 6.
func keyOf(t *testing.T, values []string, items ...int) *score.Key {
	t.Helper()
	var its []score.Item
	for _, v := range items {
		its = append(its, score.Item{Value: v})
	}
	key, err := score.NewKey(values, its, 1, 6)
	if err != nil {
		t.Fatal(err)
	}
	return key
}
