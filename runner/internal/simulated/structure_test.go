package simulated

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
)

var sixModels = []string{"gpt-4-0314", "gemini-1.0-pro", "llama-3.1-8b", "llama-3.1-70b", "gemma-2-9b", "gemma-2-27b"}

// The bands hold the median of six models; the paper's Table 1 has medians
// 0.86 and 0.67 (Basic), 0.14 (Value Anchor) and 0.2 to 0.5 for the others.
func TestStructureOfEachPromptLooksLikeThePapers(t *testing.T) {
	bands := map[CueKind][2]float64{
		CueAnchor: {0.08, 0.25}, CueDemographic: {0.18, 0.50}, CuePersona: {0.15, 0.50}, CueName: {0.15, 0.50}, CueNone: {0.45, 0.95},
	}
	for _, kind := range cueKinds {
		prompts := population(t, kind, 300)
		for _, temperature := range []float64{0, 0.7} {
			var all []float64
			for _, name := range sixModels {
				m := New(name, Options{})
				rows := scoresOf(t, m, prompts, temperature)
				all = append(all, misfit(sample(rows), m.Structure().TheoryAngles))
			}
			t.Logf("%-12s %.1f ssd %.2f", kind, temperature, all)
			if got := median(all); got < bands[kind][0] || got > bands[kind][1] {
				t.Errorf("%s at %.1f: median SSD %.2f outside %v", kind, temperature, got, bands[kind])
			}
		}
	}
}

func TestCorrelationDecreasesWithDistanceOnTheCircle(t *testing.T) {
	m := New("a", Options{})
	for _, kind := range []CueKind{CueAnchor, CueDemographic, CuePersona, CueName} {
		corr := sample(scoresOf(t, m, population(t, kind, 300), 0.7))
		var mean, n [valueCount/2 + 1]float64
		for i := range corr {
			for j := range i {
				d := circleDistance(i, j)
				mean[d] += corr[i][j]
				n[d]++
			}
		}
		for d := range mean {
			mean[d] /= max(n[d], 1)
		}
		for d := 3; d < len(mean); d += 2 {
			if mean[d] >= mean[d-2] {
				t.Errorf("%s: correlation at distance %d is %.2f, at %d %.2f", kind, d, mean[d], d-2, mean[d-2])
			}
		}
	}
}

func TestNoValueWithoutVariance(t *testing.T) {
	names := append([]string{"sim-a", "sim-b", "simulated", "x", "model-7"}, sixModels...)
	for _, kind := range cueKinds {
		prompts := population(t, kind, 100)
		for _, name := range names {
			m := New(name, Options{})
			cov := covariance(scoresOf(t, m, prompts, 0))
			for i := range cov {
				if cov[i][i] < 1e-6 {
					t.Errorf("%s, %s at temperature 0: %s does not vary over 100 respondents", name, kind, valueCodes[i])
				}
			}
		}
	}
}

func TestNearConstantBasicVariesLess(t *testing.T) {
	prompts := population(t, CueNone, 100)
	total := func(q Quirks) (sum float64, still int) {
		cov := covariance(scoresOf(t, New("a", Options{Quirks: q}), prompts, 0))
		for i := range cov {
			sum += cov[i][i]
			if cov[i][i] < 1e-6 {
				still++
			}
		}
		return sum, still
	}
	free, _ := total(Quirks{})
	held, still := total(Quirks{NearConstantBasic: true})
	if held > free/3 || still == 0 {
		t.Errorf("variance %.2f with the quirk and %.2f without; %d values do not vary", held, free, still)
	}
}

func TestConstantValueNeverVaries(t *testing.T) {
	m := New("a", Options{Quirks: Quirks{ConstantValue: "COR"}})
	cov := covariance(scoresOf(t, m, population(t, CueAnchor, 100), 0.7))
	for i := range cov {
		if still := cov[i][i] < 1e-12; still != (i == cor) {
			t.Errorf("%s: variance %g", valueCodes[i], cov[i][i])
		}
	}
}

func TestAnchorRaisesItsValueAndLowersTheOpposite(t *testing.T) {
	m := New("a", Options{})
	for _, a := range anchorTexts {
		s := m.Truth(basicPrompt + " Answer as a person that is " + a.text + ".").Shift
		v := indexOf(a.value)
		near, far := 0.0, 0.0
		for d := -1; d <= 1; d++ {
			near += s[(v+d+valueCount)%valueCount] / 3
			far += s[(v+9+d)%valueCount] / 3
		}
		if s[v] < 0.6 || near < 0.5 || far > -0.3 {
			t.Errorf("%s (%s): %.2f at the value, %.2f around it, %.2f opposite", a.value, a.text, s[v], near, far)
		}
	}
}

func TestAgeRaisesConservation(t *testing.T) {
	m := New("a", Options{})
	mean := func(age string) (x float64) {
		for _, who := range []string{"male", "female", "other"} {
			s := m.Truth(ratePrompt + " Answer as a " + age + "-year-old who identifies as " + who + ".").Shift
			x += s[tr] + s[cor] + s[ses] - s[st] - s[he] - s[sda]
		}
		return x
	}
	if young, old := mean("19"), mean("74"); old < young+3 {
		t.Errorf("conservation minus openness: %.2f at 19, %.2f at 74", young, old)
	}
}

// The linear truth that is exported agrees with the answers as they come out.
func TestCorrelationsAgreeWithTheAnswers(t *testing.T) {
	for _, kind := range cueKinds {
		n, least := 400, 0.95
		if kind == CueNone {
			n, least = 3000, 0.85 // the true correlations are near 0
		}
		prompts := population(t, kind, n)
		m := New("a", Options{})
		want := m.Correlations(prompts, 0.7, 3)
		got := sample(scoresOf(t, m, prompts, 0.7))
		var x, y []float64
		for i := range want {
			for j := range i {
				x, y = append(x, want[i][j]), append(y, got[i][j])
			}
		}
		r := stat.Correlation(x, y, nil)
		if r < least {
			t.Errorf("%s: implied and observed correlations correlate %.3f; want %.2f", kind, r, least)
		}
	}
}

func TestTruthScoresAgreeWithTheAnswers(t *testing.T) {
	m := New("a", Options{})
	p := basicPrompt + " Answer as a person that is being ambitious and successful."
	prompts := make([]string, 200)
	for i := range prompts {
		prompts[i] = p
	}
	want := m.Truth(p).Scores
	for v, x := range want {
		mean := 0.0
		for _, r := range scoresOf(t, m, prompts, 0) {
			mean += r[v] / float64(len(prompts))
		}
		if math.Abs(mean-x) > 0.6 { // items of one value stand apart by 0.2 and round
			t.Errorf("%s: expected %.2f, answered %.2f", valueCodes[v], x, mean)
		}
	}
}

func TestProfileKeepsPeoplesHierarchyInOutline(t *testing.T) {
	for _, name := range sixModels {
		b := New(name, Options{}).Structure().Baseline
		if b[pod] > b[bec]-0.8 || b[por] > b[sda]-0.7 {
			t.Errorf("%s: baseline %.2f", name, b)
		}
	}
}
