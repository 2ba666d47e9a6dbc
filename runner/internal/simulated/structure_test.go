package simulated

import (
	"testing"
)

var sixModels = []string{"gpt-4-0314", "gemini-1.0-pro", "llama-3.1-8b", "llama-3.1-70b", "gemma-2-9b", "gemma-2-27b"}

func TestStructureOfEachPromptLooksLikeThePapers(t *testing.T) {
	for _, kind := range []CueKind{CueAnchor, CueDemographic, CuePersona, CueName, CueNone} {
		prompts := population(t, kind, 300)
		for _, temperature := range []float64{0, 0.7} {
			for _, name := range sixModels {
				m := New(name, Options{})
				rows := scoresOf(t, m, prompts, temperature)
				corr := sample(rows)
				t.Logf("%-12s %.1f %-15s ssd %.2f", kind, temperature, name, misfit(corr, m.Structure().TheoryAngles))
			}
		}
	}
}
