package ingesttest

import (
	"math"
	"math/rand/v2"
)

// CircleA are the 19 values in the order of Schwartz et al. 2012.
var CircleA = []string{"SDT", "SDA", "ST", "HE", "AC", "POD", "POR", "FAC", "SEP", "SES", "TR", "COR", "COI", "HUM", "BED", "BEC", "UNC", "UNN", "UNT"}

// human are the medians that the paper prints, in the order of CircleA.
var human = []float64{0.58, 0.60, -0.11, 0.23, 0.08, -1.40, -1.33, 0.05, 0.28, 0.32, -0.72, -0.26, -0.16, -0.20, 0.72, 0.79, 0.50, -0.10, 0.37}

// PVQ is a directory with 19 values of three items on a circle, a human and a
// theory benchmark, and no conditions yet.
func PVQ() Spec {
	s := Spec{Values: CircleA, Low: 1, High: 6, Circles: map[string][]string{"a": CircleA}, Simulated: true,
		Options: map[string]string{"instrument": "test57", "instrument_notice": "unvalidated, not the PVQ-RR", "experiment": "test", "title": "A test",
			"means_benchmark": "human_medians", "structure_benchmark": "theory_a", "program_version": "v0"}}
	for range 3 {
		for _, v := range CircleA {
			s.Items = append(s.Items, Item{Value: v})
		}
	}
	for i, v := range CircleA {
		at := 2 * math.Pi * float64(i) / float64(len(CircleA))
		s.Benchmarks = append(s.Benchmarks,
			Number{Name: "human_medians", Kind: "human", Statistic: "median", Value: v, Number: human[i], Label: "medians over 49 groups of centred group means"},
			Number{Name: "theory_a", Kind: "theory", Statistic: "x", Value: v, Number: math.Cos(at), Label: "theory circle A (order of Schwartz et al. 2012)"},
			Number{Name: "theory_a", Kind: "theory", Statistic: "y", Value: v, Number: math.Sin(at), Label: "theory circle A (order of Schwartz et al. 2012)"})
	}
	return s
}

// Circular answers like a person of a random outlook: values that stand close
// on the circle are answered alike, with noise. noise 0.3 is clear, 3 is none.
func Circular(seed uint64, noise float64) func(int, []int16) {
	return func(replicate int, answers []int16) {
		r := rand.New(rand.NewPCG(seed, uint64(replicate)))
		outlook := 2 * math.Pi * r.Float64()
		for i := range answers {
			v := i % len(CircleA)
			x := 3.7 + 0.6*human[v] + 1.5*math.Cos(2*math.Pi*float64(v)/float64(len(CircleA))-outlook) + noise*r.NormFloat64()
			answers[i] = int16(min(6, max(1, math.Round(x))))
		}
	}
}

// Anchored answers like Circular with the outlook of an anchor, CircleA in turn.
func Anchored(seed uint64, noise float64) func(int, []int16) {
	return func(replicate int, answers []int16) {
		r := rand.New(rand.NewPCG(seed, uint64(replicate)))
		outlook := 2 * math.Pi * float64(replicate%len(CircleA)) / float64(len(CircleA))
		for i := range answers {
			v := i % len(CircleA)
			x := 3.7 + 0.6*human[v] + 1.5*math.Cos(2*math.Pi*float64(v)/float64(len(CircleA))-outlook) + noise*r.NormFloat64()
			answers[i] = int16(min(6, max(1, math.Round(x))))
		}
	}
}

// InTurn is the anchor of Anchored.
func InTurn(replicate int) string { return CircleA[replicate%len(CircleA)] }

// Constant answers every item with the same number.
func Constant(answer int16) func(int, []int16) {
	return func(_ int, answers []int16) {
		for i := range answers {
			answers[i] = answer
		}
	}
}

// Paper is a directory of the size of the paper's batch cells: six models, five
// prompts, two temperatures, n respondents each (300 gives 1,026,000 answers).
// The prompts differ in noise, so that some maps are drawn fast and some slowly.
func Paper(n int) Spec {
	s := PVQ()
	for m, model := range []string{"gpt-4-0314", "gemini-1.0-pro", "llama-3.1-8b", "llama-3.1-70b", "gemma-2-9b", "gemma-2-27b"} {
		for p, prompt := range []string{"basic", "demographic", "generated_persona", "names", "value_anchor"} {
			for k, temperature := range []float64{0, 0.7} {
				seed := uint64(m*100 + p*10 + k)
				c := Condition{Model: model, Prompt: prompt, Temperature: temperature, Administration: "batch", N: n, Answer: Circular(seed, []float64{8, 3, 2, 4, 0.8}[p])}
				if prompt == "value_anchor" {
					c.Answer, c.Anchor = Anchored(seed, 1.2), InTurn
				}
				s.Conditions = append(s.Conditions, c)
			}
		}
	}
	return s
}
