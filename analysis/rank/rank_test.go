package rank_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/internal/reftest"
	"circumplex.example/analysis/rank"
	"github.com/google/go-cmp/cmp"
)

// TestUnitCases compares with scipy.stats.rankdata and spearmanr.
func TestUnitCases(t *testing.T) {
	var cases struct {
		Spearman []struct {
			X, Y  []float64
			Ranks []float64 `json:"ranks_desc_x"`
			Rho   float64
			P     float64 `json:"p_t_approx"`
		}
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Spearman) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases.Spearman {
		if diff := cmp.Diff(c.Ranks, rank.Descending(c.X)); diff != "" {
			t.Errorf("ranks (-want +got):\n%s", diff)
		}
		check(t, "case", c.X, c.Y, c.Rho, c.P)
	}
}

func check(t *testing.T, what string, x, y []float64, rho, p float64) {
	t.Helper()
	got, err := rank.Spearman(x, y)
	if err != nil {
		t.Fatal(err)
	}
	reftest.Near(t, what+": rho", got.Rho, rho, 1e-9)
	reftest.Near(t, what+": p", got.P, p, 1e-6*p)
}

// TestReferenceSets correlates the condition means with the human column.
func TestReferenceSets(t *testing.T) {
	for _, set := range reftest.Sets() {
		means, err := reftest.Scores(t, set).Centred.Means(nil)
		if err != nil {
			t.Fatal(err)
		}
		want := reftest.Expect(t, set).Spearman
		check(t, set, means, reftest.HumanMeans(t), want.Rho, want.P)
	}
}

// TestPaperTables2to4 reproduces the 24 correlations of the printed means with
// the printed human column, and holds the Value Anchor's to the paper's
// 0.75–0.85.
func TestPaperTables2to4(t *testing.T) {
	human := map[string]float64{}
	for _, rec := range reftest.Records(t, "paper_human_means_ranks.csv") {
		human[rec["value"]] = reftest.Float(t, rec["mean"])
	}
	columns := map[string][2][]float64{} // model, prompt, temperature → means, human
	for _, rec := range reftest.Records(t, "paper_tables2_4_means_ranks.csv") {
		name := rec["model"] + "/" + rec["prompt"] + "/" + rec["temperature"]
		c := columns[name]
		c[0] = append(c[0], reftest.Float(t, rec["mean"]))
		c[1] = append(c[1], human[rec["value"]])
		columns[name] = c
	}
	recs := reftest.Records(t, "paper_derived_spearman_tables2_4.csv")
	if len(recs) != 24 || len(columns) != 24 {
		t.Fatalf("%d results, %d columns, want 24", len(recs), len(columns))
	}
	for _, rec := range recs {
		name := rec["model"] + "/" + rec["prompt"] + "/" + rec["temp"]
		got, err := rank.Spearman(columns[name][0], columns[name][1])
		if err != nil {
			t.Fatal(name, err)
		}
		reftest.Near(t, name, got.Rho, reftest.Float(t, rec["rho_from_means"]), 5e-5)                 // 4 decimals
		reftest.Near(t, name, got.P, reftest.Float(t, rec["p_means"]), 5e-3*got.P)                    // 3 digits
		if rec["prompt"] == "Value Anchor" && (got.Rho < 0.7455 || got.Rho > 0.8465 || got.N != 19) { // 0.746 … 0.846
			t.Errorf("%s: rho %v of %d", name, got.Rho, got.N)
		}
	}
}

func TestUndefined(t *testing.T) {
	for _, c := range []struct {
		name string
		x, y []float64
		want error
	}{
		{"one pair", []float64{1}, []float64{2}, rank.ErrTooFew},
		{"two pairs", []float64{1, 2}, []float64{2, 1}, rank.ErrTooFew},
		{"none", nil, nil, rank.ErrTooFew},
		{"constant", []float64{1, 1, 1}, []float64{1, 2, 3}, rank.ErrConstant},
	} {
		if got, err := rank.Spearman(c.x, c.y); !errors.Is(err, c.want) || got != (rank.Correlation{}) {
			t.Errorf("%s: %+v, %v; want %v", c.name, got, err, c.want)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		_, err := rank.Spearman([]float64{1, 2, 3}, []float64{1, bad, 3})
		if err == nil || !strings.HasPrefix(err.Error(), "element 2 of the second vector is ") {
			t.Errorf("%v: %v", bad, err)
		}
	}
}

func TestPerfectCorrelationHasPZero(t *testing.T) {
	for _, sign := range []float64{1, -1} {
		got, err := rank.Spearman([]float64{1, 2, 3}, []float64{sign, 2 * sign, 3 * sign})
		if err != nil || got.Rho != sign || got.P != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// TestRoundingDoesNotBreakTies: 0.1 + 0.2 and 0.3 are one mean.
func TestRoundingDoesNotBreakTies(t *testing.T) {
	a, b := 0.1, 0.2
	x := []float64{a + b, 0.3, -1}
	if x[0] == x[1] {
		t.Fatal("the sum came out exact")
	}
	if diff := cmp.Diff([]float64{1.5, 1.5, 3}, rank.Descending(x)); diff != "" {
		t.Error(diff)
	}
}

// TestRhoUnchangedByMonotoneMaps, and neither input is modified.
func TestRhoUnchangedByMonotoneMaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		x, y, mapped := make([]float64, 19), make([]float64, 19), make([]float64, 19)
		for i := range x {
			x[i], y[i] = math.Round(4*rng.NormFloat64()), math.Round(4*rng.NormFloat64())
			mapped[i] = 3 - math.Exp(-x[i]/5)
		}
		before := slices.Clone(x)
		a, err := rank.Spearman(x, y)
		if err != nil {
			t.Fatal(err)
		}
		b, err := rank.Spearman(mapped, y)
		if err != nil {
			t.Fatal(err)
		}
		if a != b {
			t.Errorf("%+v became %+v", a, b)
		}
		if !slices.Equal(before, x) {
			t.Error("Spearman changed its input")
		}
		sum := 0.0
		for _, r := range rank.Descending(x) {
			sum += r
		}
		if sum != 190 {
			t.Errorf("ranks sum to %v, want 190", sum)
		}
	}
}

func BenchmarkSpearman19(b *testing.B) {
	human := reftest.HumanMeans(b)
	means, err := reftest.Scores(b, "A300_anchored").Centred.Means(nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := rank.Spearman(means, human); err != nil {
			b.Fatal(err)
		}
	}
}
