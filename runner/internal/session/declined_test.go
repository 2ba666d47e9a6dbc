package session

import (
	"testing"

	"circumplex.example/runner/internal/completion"
)

func TestPersonaRefusedInWordsIsUnusable(t *testing.T) {
	cases := []struct {
		name, text string
		want       bool
	}{
		{"the simulated respondent's", "I'm sorry, but I can't make up a person.", true},
		{"curly apostrophe", "I’m sorry, but I can’t help with that.", true},
		{"as an AI", "As an AI language model, I cannot create a persona.", true},
		{"apology and AI", "Sorry. As an AI, I'm unable to generate personas of real people.", true},
		{"bare", "I cannot fulfill this request.", true},
		{"declines", "Unfortunately, I must decline.", true},
		{"will not comply", "I will not comply with it.", true},
		{"offer after it", "I can't provide that. But here is a joke.", true},
		{"third person", "Maria is a 39-year-old translator who cannot help making others laugh.", false},
		{"first person, cannot", "I can't sit still. I am Tom, 34, a courier.", false},
		{"first person, will not make", "I won't make excuses: I am Ann, a nurse of 51.", false},
		{"AI by trade", "I am an AI engineer who won't do overtime.", false},
		{"sorry in a persona", "Sorry days are behind her: Eve, 60, can do that now.", false},
		{"refusal later on", "Ben, 23. I cannot create a persona of more detail.", false},
		{"preamble of a persona", "Sure! Here is a persona: Li, 30, a baker.", false},
	}
	for _, c := range cases {
		r := Reply{Status: completion.OK, Text: c.text, Known: true}
		if got := PersonaUnusable(r); got != c.want {
			t.Errorf("%s: %q unusable: got %v, want %v", c.name, c.text, got, c.want)
		}
	}
}
