package reftest

import "testing"

// Expected holds the reference numbers of a set. A pointer is nil where the
// statistic is not defined.
type Expected struct {
	Values      []string `json:"value_order"`
	Circle      []string `json:"circle_order"`
	NAnswered   int      `json:"n_sessions_with_any_answer"`
	NComplete   int      `json:"n_sessions_complete"`
	Value       ValueStatistics
	Checks      SessionChecks        `json:"session_checks"`
	Spearman    Rho                  `json:"spearman_vs_paper_human"`
	Alpha       map[string]AlphaPair `json:"cronbach_alpha"`
	Raw         Structure
	Centred     Structure
	Anchor      map[string]AnchorCurve
	CompleteNow struct {
		N    int
		Mean []float64 `json:"mean_centred"`
	} `json:"value_complete_sessions_only"`
}

// ValueStatistics are means, standard deviations and ranks of the values.
type ValueStatistics struct {
	MeanRaw     []float64 `json:"mean_raw"`
	SDRaw       []float64 `json:"sd_raw"`
	MeanCentred []float64 `json:"mean_centred"`
	SDCentred   []float64 `json:"sd_centred"`
	N           []int
	Rank        []float64 `json:"rank_of_mean_centred"`
	NoVariance  []bool    `json:"zero_raw_variance"`
}

// SessionChecks are the scores of the first sessions.
type SessionChecks struct {
	MRAT    []float64   `json:"mrat_first5"`
	Raw     [][]float64 `json:"raw_first3"`
	Centred [][]float64 `json:"centred_first3"`
}

// Rho is a rank correlation with its p-value.
type Rho struct {
	Rho float64
	P   float64 `json:"p_t_approx"`
}

// AlphaPair is Cronbach's alpha under both rules for missing answers.
type AlphaPair struct {
	Pairwise *float64 `json:"raw_alpha_pairwise"`
	Listwise *float64 `json:"raw_alpha_listwise"`
}

// Structure holds correlations and maps of one scoring. Kept are the values
// that have variance: the maps are of these alone, Policy is what the paper
// prints.
type Structure struct {
	Pairwise  [][]*float64 `json:"cor_pairwise"`
	Listwise  [][]*float64 `json:"cor_listwise"`
	NListwise int          `json:"n_listwise"`
	Kept      []string     `json:"kept_values"`
	Dropped   []string     `json:"dropped_zero_raw_variance"`
	Policy    string       `json:"paper_policy"`
	MDS       map[string]map[string]Map
}

// Map is one scaling of a set and its match with the benchmark.
type Map struct {
	Eigenvalues     []float64
	Stress1         *float64
	BenchmarkStress *float64 `json:"benchmark_stress1"`
	SSD             float64  `json:"m2_vs_benchmark"`
	R               float64
	P               float64  `json:"protest_p_999"`
	MinDisparity    *float64 `json:"min_disparity"`
	Comparable      *bool
	Config          [][2]float64 `json:"conf_canonical"`
	NullR95         float64      `json:"perm_r_q95"` // 95 % point of r under permutation
}

// AnchorCurve is the anchor-shift curve of one scoring.
type AnchorCurve struct {
	Curve []float64 `json:"curve_by_steps_clockwise"`
	Fit   SinusoidFit
	Used  int `json:"n_sessions_used"`
}

// SinusoidFit is a fitted sinusoid.
type SinusoidFit struct{ A, B, Phi, R2 float64 }

// Expect returns the reference numbers of a set.
func Expect(t testing.TB, set string) *Expected {
	t.Helper()
	e := &Expected{}
	JSON(t, "expected_"+set+".json", e)
	return e
}

// Near reports an error if got is further than tolerance from want.
func Near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if d := got - want; !(d <= tolerance && d >= -tolerance) {
		t.Errorf("%s = %v, want %v within %v", what, got, want, tolerance)
	}
}
