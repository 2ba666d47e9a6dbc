package bootstrap_test

import (
	"math"
	"math/rand/v2"

	"circumplex.example/analysis/score"
	"gonum.org/v1/gonum/mat"
)

// values, and items of each.
const (
	simValues = 19
	simItems  = 3
)

// benchmarkMeans are what rho compares with: made up, not from any study.
var benchmarkMeans = [simValues]float64{0.55, 0.62, -0.1, 0.2, 0.1, -1.4, -1.3, 0.05, 0.3, 0.35, -0.7, -0.25, -0.15, -0.2, 0.7, 0.8, 0.5, -0.05, 0.4}

// scenario is a population of known structure. A session has an outlook on the
// circle, and answers item j of value v by rounding
//
//	3.6 + level·b_v + other·c_v + amplitude·cos(θ_v − outlook) + noise
//
// to 1..6. Outlooks are uniform, or those of 20 anchors in turn.
type scenario struct {
	name      string
	amplitude float64
	noise     float64
	astray    float64 // how far the values stand from the benchmark's places
	level     float64 // weight of benchmarkMeans in the levels
	other     float64 // weight of levels that have nothing to do with it
	anchored  bool
}

// scenarios are six with their two sizes, and the strong one with anchors.
func scenarios() []scenario {
	return []scenario{
		{name: "strong", amplitude: 1, noise: 1, astray: 0.35, level: 0.8, other: 0.4},
		{name: "weak", amplitude: 0.6, noise: 1.2, astray: 0.9, level: 0.25, other: 0.25},
		{name: "none", amplitude: 0, noise: 1.5, level: 0, other: 0.5},
		{name: "anchored", amplitude: 1, noise: 1, astray: 0.35, level: 0.8, other: 0.4, anchored: true},
	}
}

func (s scenario) session(rng *rand.Rand, i int, out []int16) {
	outlook := 2 * math.Pi * rng.Float64()
	if s.anchored {
		outlook = 2*math.Pi*float64(i%20)/20 + 0.3*rng.NormFloat64()
	}
	for k := range out {
		v := k % simValues
		// The same numbers in another order, with a rank correlation of 0.
		other := benchmarkMeans[(4*v+12)%simValues]
		at := 2*math.Pi*float64(v)/simValues + s.astray*other
		x := 3.6 + s.level*benchmarkMeans[v] + s.other*other + s.amplitude*math.Cos(at-outlook) + s.noise*rng.NormFloat64()
		out[k] = int16(max(1, min(6, math.Round(x))))
	}
}

// sample draws and scores n sessions.
func (s scenario) sample(n int, seed uint64) (*score.Scores, []int) {
	rng := rand.New(rand.NewPCG(seed, 1))
	a := score.NewAnswers(n, simValues*simItems)
	var strata []int
	for i := range n {
		s.session(rng, i, a.Row(i))
		if s.anchored {
			strata = append(strata, i%20)
		}
	}
	sc, err := score.Score(a, simKey(), score.Default())
	if err != nil {
		panic(err)
	}
	return sc, strata
}

func simKey() *score.Key {
	names := make([]string, simValues)
	items := make([]score.Item, simValues*simItems)
	for v := range names {
		names[v] = string(rune('a' + v))
	}
	for k := range items {
		items[k].Value = k % simValues
	}
	key, err := score.NewKey(names, items, 1, 6)
	if err != nil {
		panic(err)
	}
	return key
}

// circle is the benchmark's map.
func circle() *mat.Dense {
	m := mat.NewDense(simValues, 2, nil)
	for v := range simValues {
		at := 2 * math.Pi * float64(v) / simValues
		m.SetRow(v, []float64{math.Cos(at), math.Sin(at)})
	}
	return m
}
