package bootstrap_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"circumplex.example/analysis/bootstrap"
)

// weightedMean is Σ w·x / Σ w.
func weightedMean(x, w []float64) float64 {
	var sum, total float64
	for i, v := range x {
		sum += w[i] * v
		total += w[i]
	}
	return sum / total
}

// moments returns the bootstrap mean and variance of the mean of x.
func moments(t *testing.T, d *bootstrap.Design, x []float64, resamples int) (mean, variance float64) {
	t.Helper()
	out, err := d.Run(context.Background(), resamples, 1, 0, func() bootstrap.Statistic {
		return func(w, out []float64) { out[0] = weightedMean(x, w) }
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range out[0] {
		mean += v / float64(resamples)
	}
	for _, v := range out[0] {
		variance += (v - mean) * (v - mean) / float64(resamples-1)
	}
	return mean, variance
}

// The variance of a mean has a closed form: (n−1)/n · s²/n for simple
// resampling, Σ (m_h/n)² s_h²/m_h for the rescaled bootstrap within strata.
func TestVarianceOfMeanIsTheClosedForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	sizes := []int{2, 3, 5, 15}
	var x []float64
	var strata []int
	for h, m := range sizes {
		for range m {
			x, strata = append(x, float64(10*h)+float64(h+1)*rng.NormFloat64()), append(strata, h)
		}
	}
	n := float64(len(x))
	all, within, at := variance(x), 0.0, 0
	for _, m := range sizes {
		within += float64(m) * variance(x[at:at+m]) / (n * n)
		at += m
	}
	plain := weightedMean(x, ones(len(x)))
	tests := []struct {
		name   string
		strata []int
		want   float64
	}{
		{"simple", nil, (n - 1) / n * all / n},
		{"within strata", strata, within},
	}
	for _, test := range tests {
		d, err := bootstrap.NewDesign(len(x), test.strata, 7)
		if err != nil {
			t.Fatal(err)
		}
		const resamples = 40000 // the variance has a relative error of √(2/40000) = 0.7 %
		mean, got := moments(t, d, x, resamples)
		if math.Abs(got/test.want-1) > 0.03 {
			t.Errorf("%s: variance %v, want %v", test.name, got, test.want)
		}
		if math.Abs(mean-plain) > 4*math.Sqrt(test.want/resamples) {
			t.Errorf("%s: mean of the resamples %v, want %v", test.name, mean, plain)
		}
	}
}

func variance(x []float64) float64 {
	m, s := weightedMean(x, ones(len(x))), 0.0
	for _, v := range x {
		s += (v - m) * (v - m)
	}
	return s / float64(len(x)-1)
}

func ones(n int) []float64 {
	w := make([]float64, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

func TestWeightsOfEachStratumSumToItsSize(t *testing.T) {
	strata := []int{3, 1, 3, 1, 1, 3, 9, 9}
	d, err := bootstrap.NewDesign(len(strata), strata, 5)
	if err != nil {
		t.Fatal(err)
	}
	w := make([]float64, len(strata))
	for b := range 200 {
		d.Weights(w, b)
		sum := map[int]float64{}
		for i, s := range strata {
			sum[s] += w[i]
		}
		for s, want := range map[int]float64{1: 3, 3: 3, 9: 2} {
			if math.Abs(sum[s]-want) > 1e-12 {
				t.Fatalf("resample %d: the weights of stratum %d sum to %v, want %v", b, s, sum[s], want)
			}
		}
	}
	if d.Equal() {
		t.Error("strata of 3 and 2 count as equal")
	}
}

// Results are the same whatever the number of processors, and more resamples
// keep the first ones.
func TestSameWhateverTheNumberOfProcessors(t *testing.T) {
	x := make([]float64, 57)
	strata := make([]int, len(x))
	for i := range x {
		x[i], strata[i] = math.Sin(float64(i)), i%19
	}
	run := func(resamples, workers int) []float64 {
		d, err := bootstrap.NewDesign(len(x), strata, 3)
		if err != nil {
			t.Fatal(err)
		}
		out, err := d.Run(context.Background(), resamples, 1, workers, func() bootstrap.Statistic {
			return func(w, out []float64) { out[0] = weightedMean(x, w) }
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	one := run(500, 1)
	old := runtime.GOMAXPROCS(7)
	seven := run(500, 0)
	runtime.GOMAXPROCS(old)
	if !slices.Equal(one, seven) {
		t.Error("one goroutine and seven give different resamples")
	}
	if !slices.Equal(one[:100], run(100, 2)) {
		t.Error("100 resamples are not the first of 500")
	}
}

// Pairs of one seed are resampled alike, those of two seeds independently.
func TestPairedDifferencesKeepTheCovariance(t *testing.T) {
	const n = 80
	x, y := make([]float64, n), make([]float64, n)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range x {
		x[i] = rng.NormFloat64()
		y[i] = x[i] + 0.1*rng.NormFloat64()
	}
	replicates := func(z []float64, seed uint64) []float64 {
		d, err := bootstrap.NewDesign(n, nil, seed)
		if err != nil {
			t.Fatal(err)
		}
		out, err := d.Run(context.Background(), 4000, 1, 0, func() bootstrap.Statistic {
			return func(w, out []float64) { out[0] = weightedMean(z, w) }
		}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out[0]
	}
	diff := make([]float64, n)
	for i := range diff {
		diff[i] = x[i] - y[i]
	}
	shrink := float64(n-1) / n
	for _, test := range []struct {
		name string
		seed uint64
		want float64
	}{
		{"paired", 1, shrink * variance(diff) / n},
		{"independent", 2, shrink * (variance(x) + variance(y)) / n},
	} {
		iv, err := bootstrap.Percentile(bootstrap.Differences(replicates(x, 1), replicates(y, test.seed)), 0.95)
		if err != nil {
			t.Fatal(err)
		}
		if got := iv.SE * iv.SE; math.Abs(got/test.want-1) > 0.15 {
			t.Errorf("%s: variance of the difference %v, want %v", test.name, got, test.want)
		}
	}
}

func TestDegenerateDesigns(t *testing.T) {
	for n := range 2 {
		if _, err := bootstrap.NewDesign(n, nil, 1); !errors.Is(err, bootstrap.ErrTooFew) {
			t.Errorf("%d units: %v", n, err)
		}
	}
	_, err := bootstrap.NewDesign(3, []int{4, 4, 5}, 1)
	var single *bootstrap.SingletonError
	if !errors.As(err, &single) || single.Stratum != 5 {
		t.Errorf("a stratum of one: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	d, err := bootstrap.NewDesign(2, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Run(ctx, 10, 1, 0, func() bootstrap.Statistic { return func(_, _ []float64) {} }, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestIntervalsOfKnownReplicates(t *testing.T) {
	x := make([]float64, 99) // 0.01, 0.02, … 0.99: the p-quantile is p
	for i := range x {
		x[i] = float64(i+1) / 100
	}
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
	before := slices.Clone(x)
	check := func(name string, iv bootstrap.Interval, err error, low, high float64) {
		t.Helper()
		if err != nil || math.Abs(iv.Low-low) > 1e-9 || math.Abs(iv.High-high) > 1e-9 {
			t.Errorf("%s: %v to %v (%v), want %v to %v", name, iv.Low, iv.High, err, low, high)
		}
	}
	iv, err := bootstrap.Percentile(x, 0.9)
	check("percentile", iv, err, 0.05, 0.95)
	iv, err = bootstrap.Reflected(0.6, x, 0.9, bootstrap.Identity)
	check("reflected", iv, err, 1.2-0.95, 1.2-0.05)
	// Distances from 0.5 are 0 once and 0.01 … 0.49 twice: the 90th of 99 is 0.45.
	iv, err = bootstrap.Symmetric(0.5, x, 0.9, bootstrap.Identity)
	check("symmetric", iv, err, 0.05, 0.95)
	// The mean is 0.5, so an estimate of 0.6 has a bias of -0.1; of the distances
	// from it the 90th of 99 is 0.5.
	iv, err = bootstrap.Spanning(0.6, x, 0.9, bootstrap.Identity)
	check("spanning, biased downwards", iv, err, 0.1, 1.2)
	iv, err = bootstrap.Spanning(0.4, x, 0.9, bootstrap.Identity)
	check("spanning, biased upwards", iv, err, -0.2, 0.9)
	iv, err = bootstrap.Spanning(0.5, x, 0.9, bootstrap.Identity)
	check("spanning, no bias", iv, err, 0.05, 0.95)
	if !slices.Equal(x, before) {
		t.Error("the replicates were modified")
	}
	for _, s := range []bootstrap.Scale{bootstrap.FisherZ, bootstrap.Logit} {
		for _, at := range []float64{0, 0.3, 1} {
			iv, err := bootstrap.Spanning(at, append(slices.Clone(x), 0, 1), 0.95, s)
			if err != nil || !(iv.Low >= -1 && iv.High <= 1 && iv.Low <= at+1e-5 && at-1e-5 <= iv.High) || s == bootstrap.Logit && iv.Low < 0 {
				t.Errorf("scale %d, estimate %v: %v to %v, %v", s, at, iv.Low, iv.High, err)
			}
		}
	}
	few := append([]float64{math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN(), math.NaN()}, x...)
	var undefined *bootstrap.UndefinedError
	if _, err := bootstrap.Percentile(few, 0.9); !errors.As(err, &undefined) || undefined.Defined != 99 || undefined.Resamples != 105 {
		t.Errorf("6 of 105 undefined: %v", err)
	}
	if iv, err := bootstrap.Percentile(few[1:], 0.9); err != nil || iv.Defined != 99 {
		t.Errorf("5 of 104 undefined: %v", err)
	}
	if m, n := bootstrap.Median(few); m != 0.5 || n != 99 {
		t.Errorf("median %v of %d", m, n)
	}
}

func TestHalvesAreHalvesOfEveryStratum(t *testing.T) {
	strata := []int{0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3}
	for i := range 50 {
		a, b := bootstrap.Halves(len(strata), strata, 9, i)
		if d := len(a) - len(b); d < -1 || d > 1 {
			t.Fatalf("split %d: %d and %d", i, len(a), len(b))
		}
		both := append(slices.Clone(a), b...)
		slices.Sort(both)
		for k, u := range both {
			if u != k {
				t.Fatalf("split %d: unit %d is missing or there twice", i, k)
			}
		}
		count := map[int]int{}
		for _, u := range a {
			count[strata[u]]++
		}
		for s, size := range map[int]int{0: 5, 1: 3, 2: 2, 3: 1} {
			if c := count[s]; c != size/2 && c != (size+1)/2 {
				t.Fatalf("split %d: %d of %d units of stratum %d", i, c, size, s)
			}
		}
		if c, _ := bootstrap.Halves(len(strata), strata, 9, i); !slices.Equal(a, c) {
			t.Fatalf("split %d differs from itself", i)
		}
	}
}

// BenchmarkWeights300 draws the weights of 300 sessions in 20 strata.
func BenchmarkWeights300(b *testing.B) {
	strata := make([]int, 300)
	for i := range strata {
		strata[i] = i % 20
	}
	d, err := bootstrap.NewDesign(300, strata, 1)
	if err != nil {
		b.Fatal(err)
	}
	w := make([]float64, 300)
	for i := 0; b.Loop(); i++ {
		d.Weights(w, i)
	}
}
