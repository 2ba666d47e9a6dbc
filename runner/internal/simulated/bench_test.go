package simulated

import (
	"testing"

	"github.com/tmc/langchaingo/llms"
)

// BenchmarkBatch57 answers 57 items at once, each time for another of 1000
// demographic lines.
func BenchmarkBatch57(b *testing.B) {
	benchmarkBatch(b, population(b, CueDemographic, 1000))
}

// BenchmarkBatch57Persona does so for 1000 generated personas.
func BenchmarkBatch57Persona(b *testing.B) {
	benchmarkBatch(b, population(b, CuePersona, 1000))
}

// BenchmarkBatch57New reads an instruction that it has never seen each time.
func BenchmarkBatch57New(b *testing.B) {
	prompts := population(b, CueDemographic, 20000)
	for i := range prompts {
		prompts[i] += " Session " + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)) + "."
	}
	benchmarkBatch(b, prompts)
}

func benchmarkBatch(b *testing.B, prompts []string) {
	m := New("bench", Options{})
	batch := ownBatch()
	messages := make([][]llms.MessageContent, len(prompts))
	seeds := make([]Seed, len(prompts))
	for i, p := range prompts {
		messages[i], seeds[i] = user(p+"\n"+batch), seedOf(p, i)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		n := i % len(prompts)
		ask(b, m, seeds[n], 0.7, messages[n])
	}
}

// BenchmarkTurn57of57 answers the last item of a conversation of 113 messages.
func BenchmarkTurn57of57(b *testing.B) {
	m := New("bench", Options{})
	prompts := population(b, CueDemographic, 100)
	conversations := make([][]llms.MessageContent, len(prompts))
	seeds := make([]Seed, len(prompts))
	for i, p := range prompts {
		seeds[i] = seedOf(p, i)
		conversations[i] = converse(b, m, p, ownList(), seeds[i])[:113]
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		n := i % len(prompts)
		ask(b, m, seeds[n], 0.7, conversations[n])
	}
}

// BenchmarkPersona writes a persona.
func BenchmarkPersona(b *testing.B) {
	m := New("bench", Options{})
	seed, messages := seedOf("persona", 1), user("Create a persona (2-3 sentences long):")
	b.ReportAllocs()
	for b.Loop() {
		ask(b, m, seed, 0.7, messages)
	}
}
