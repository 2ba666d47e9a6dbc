package fisher_test

import (
	"errors"
	"math"
	"testing"

	"circumplex.example/analysis/fisher"
	"circumplex.example/analysis/internal/reftest"
)

// TestUnitCases compares with numpy and scipy.stats.norm; the first two are
// pairs that the paper quotes.
func TestUnitCases(t *testing.T) {
	var cases struct {
		Fisher struct {
			Cases []struct {
				R1, R2 float64
				N1, N2 int
				Z      float64
				P      float64 `json:"p_two_sided"`
			}
		} `json:"fisher_z"`
	}
	reftest.JSON(t, "unit_cases.json", &cases)
	if len(cases.Fisher.Cases) == 0 {
		t.Fatal("no cases")
	}
	for _, c := range cases.Fisher.Cases {
		got, err := fisher.Compare(c.R1, c.N1, c.R2, c.N2)
		if err != nil {
			t.Fatal(err)
		}
		reftest.Near(t, "z", got.Z, c.Z, 1e-9)
		reftest.Near(t, "p", got.P, c.P, 1e-9*c.P)
	}
}

// TestPaperPairs: the comparisons quoted with Figure 6, from correlations
// rounded to two decimals and the variance 2/(n−3).
func TestPaperPairs(t *testing.T) {
	n := 0
	for _, rec := range reftest.Records(t, "paper_derived_fisher_pairs_2dec.csv") {
		if rec["variance"] != "2/(n-3)" {
			continue // Fieller's factor of 1.06 is not what we compute
		}
		n++
		got, err := fisher.Compare(reftest.Float(t, rec["rho1"]), 19, reftest.Float(t, rec["rho2"]), 19)
		if err != nil {
			t.Fatal(err)
		}
		reftest.Near(t, rec["test"]+" z", got.Z, reftest.Float(t, rec["z"]), 5e-5)
		reftest.Near(t, rec["test"]+" p", got.P, reftest.Float(t, rec["p"]), 5e-5)
	}
	if n != 4 {
		t.Errorf("%d pairs, want 4", n)
	}
}

func TestSwappingTheCorrelationsTurnsTheSign(t *testing.T) {
	a, _ := fisher.Compare(0.3, 19, 0.8, 40)
	b, _ := fisher.Compare(0.8, 40, 0.3, 19)
	if a.Z >= 0 || a.Z != -b.Z || a.P != b.P {
		t.Errorf("%+v and %+v", a, b)
	}
}

func TestUndefined(t *testing.T) {
	for _, c := range []struct {
		r1, r2 float64
		n      int
		want   error
	}{
		{1, 0.5, 19, fisher.ErrPerfect},
		{0.5, -1, 19, fisher.ErrPerfect},
		{1, 1, 19, fisher.ErrPerfect},
		{0.5, 0.6, 3, fisher.ErrTooFew},
		{0.5, 0.6, 0, fisher.ErrTooFew},
	} {
		if got, err := fisher.Compare(c.r1, c.n, c.r2, 19); !errors.Is(err, c.want) || got != (fisher.Test{}) {
			t.Errorf("%+v: %+v, %v", c, got, err)
		}
	}
	for _, bad := range []float64{math.NaN(), 1.01, math.Inf(-1)} {
		if _, err := fisher.Compare(bad, 19, 0, 19); err == nil {
			t.Errorf("%v passed for a correlation", bad)
		}
	}
}
