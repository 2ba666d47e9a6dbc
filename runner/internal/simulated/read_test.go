package simulated

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tmc/langchaingo/llms"
)

func TestReadFindsWhoAnswersAndTheScale(t *testing.T) {
	tests := []struct {
		name, text string
		kind       CueKind
		who        string
		low, high  int
	}{
		{"basic", basicPrompt, CueNone, "", 1, 6},
		{"anchor", basicPrompt + " Answer as a person that is being humble and avoiding public recognition.", CueAnchor, "a person that is being humble and avoiding public recognition.", 1, 6},
		{"demographic", ratePrompt + " Answer as a 34-year-old who identifies as female, working in the field of Clerical work, and enjoys Going to parties.", CueDemographic, "a 34-year-old who identifies as female, working in the field of Clerical work, and enjoys Going to parties.", 1, 6},
		{"persona", ratePrompt + " Answer as: Ana is 30 and likes 2 to 3 coffees. She runs.", CuePersona, "Ana is 30 and likes 2 to 3 coffees. She runs.", 1, 6},
		{"persona in paragraphs", ratePrompt + " Answer as: Here is one:\n\n**Ana** is kind. She runs.\n\nShe sings.", CuePersona, "Here is one:\n\n**Ana** is kind. She runs.\n\nShe sings.", 1, 6},
		{"name", ratePrompt + " Answer as Ms. Secatero.", CueName, "Ms. Secatero.", 1, 6},
		{"cue first", "You are Mr. Goseyun. On a scale of 1 to 5, rate each statement.", CueName, "Mr. Goseyun.", 1, 5},
		{"cue in one sentence", "Imagine you are a retired fisherman, please rate how well each line fits you (0-10).", CuePersona, "a retired fisherman", 0, 10},
		{"pretend", "Pretend to be someone who values wealth. Give each line a number between 1 and 7.", CueAnchor, "someone who values wealth.", 1, 7},
		{"age without trigger", "For a 70-year-old man from Ohio. Rate from 1 to 4.", CueDemographic, "For a 70-year-old man from Ohio.", 1, 4},
		{"manner is nobody", "Answer as honestly as you can. You are asked to rate from 1 to 9.", CueNone, "", 1, 9},
		{"assistant is nobody", "You are a helpful assistant. Rate from 1 to 5.", CueNone, "", 1, 5},
		{"number words", "Use a scale from one to five.", CueNone, "", 1, 5},
		{"points", "Use a 7-point Likert scale.", CueNone, "", 1, 7},
		{"points in words", "Answer on a five point scale.", CueNone, "", 1, 5},
		{"negative end", "Rate each value from -1 (opposed to my values) to 7 (of supreme importance).", CueNone, "", -1, 7},
		{"legend with equals", "Answer like this:\n1 = Never\n2 = Rarely\n3 = Often\n4 = Always", CueNone, "", 1, 4},
		{"equals in a sentence", "Rate from 1 = strongly disagree to 5 = strongly agree.", CueNone, "", 1, 5},
		{"falling", "Rate from 1 (very much like me) to 6 (not like me at all).", CueNone, "", 1, 6},
		{"ends apart", "Answer with 0 (never) through 3 (always).", CueNone, "", 0, 3},
		{"a persona's numbers are no scale", "Answer as: Bo, who rated 3 to 9 films and is 20 to 30. Please rate from 1 to 5.", CuePersona, "Bo, who rated 3 to 9 films and is 20 to 30.", 1, 5},
	}
	m := New("reader", Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := m.Truth(tt.text + "\n\n1. They are humble.\n2. They are rich and own expensive things.")
			want := Truth{Kind: tt.kind, Who: tt.who, Low: tt.low, High: tt.high}
			got.Scores, got.Shift = nil, nil
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("Truth (-want +got):\n%s", d)
			}
		})
	}
}

func TestReadFindsTheItems(t *testing.T) {
	rate := "Rate from 1 to 5."
	tests := []struct {
		name, text string
		want       []item
	}{
		{"batch", rate + "\n\n1. a cat\n2. a dog", []item{{1, "a cat"}, {2, "a dog"}}},
		{"items before instruction", "1. a cat\n2. a dog\n\n" + rate, []item{{1, "a cat"}, {2, "a dog"}}},
		{"isolated keeps its number", rate + "\n\n5. a cat", []item{{5, "a cat"}}},
		{"other numbering", rate + "\n\n1) a\nQ2. b\n(3) c\n4: d\n**5.** e\nItem 6: f\n7 - g", []item{{1, "a"}, {2, "b"}, {3, "c"}, {4, "d"}, {5, "e"}, {6, "f"}, {7, "g"}}},
		{"continued line", rate + "\n\n1. a cat\n   on a mat\n2. a dog", []item{{1, "a cat on a mat"}, {2, "a dog"}}},
		{"bullets", rate + "\n\n- a cat\n- a dog", []item{{1, "a cat"}, {2, "a dog"}}},
		{"a numbered legend is no item", "How often?\n1. Never\n2. Sometimes\n3. Often\n\n1. I sleep badly.\n2. I eat late.", []item{{1, "I sleep badly."}, {2, "I eat late."}}},
		{"legend and one item", "Choose one:\n1. Never\n2. Sometimes\n3. Often\n\nHow about this: I sleep badly at night.", []item{{1, "I sleep badly at night."}}},
		{"unnumbered item", rate + "\n\nI sleep badly at night.", []item{{1, "I sleep badly at night."}}},
		{"quoted item", rate + " How well does \"I sleep badly at night\" fit?", []item{{1, "I sleep badly at night"}}},
		{"not an item", rate + "\n\n1. a cat\n\n3.5 is no answer. 10:30 neither.", []item{{1, "a cat"}}},
	}
	m := New("reader", Options{})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := readConversation(user(tt.text))
			r := m.read(&c)
			if d := cmp.Diff(tt.want, r.items, cmp.AllowUnexported(item{})); d != "" {
				t.Errorf("items (-want +got):\n%s", d)
			}
		})
	}
}

func TestReadTakesTheInstructionFromWhereItStands(t *testing.T) {
	human, ai, system := llms.ChatMessageTypeHuman, llms.ChatMessageTypeAI, llms.ChatMessageTypeSystem
	conversations := map[string][]llms.MessageContent{
		"first user message": {
			llms.TextParts(human, basicPrompt+" Answer as Ms. Secatero.\n\n1. They are rich."), llms.TextParts(ai, "4"),
			llms.TextParts(human, "2. They are humble."),
		},
		"system message": {
			llms.TextParts(system, basicPrompt+" Answer as Ms. Secatero."), llms.TextParts(human, "2. They are humble."),
		},
		"before a greeting": {
			llms.TextParts(human, "Answer as Ms. Secatero."), llms.TextParts(ai, "Gladly."),
			llms.TextParts(human, basicPrompt), llms.TextParts(ai, "Yes."), llms.TextParts(human, "2. They are humble."),
		},
		"several parts": {llms.TextParts(human, basicPrompt, "Answer as Ms. Secatero.", "", "2. They are humble.")},
	}
	m := New("reader", Options{})
	for name, messages := range conversations {
		c := readConversation(messages)
		r := m.read(&c)
		if r.cue.kind != CueName || !strings.HasPrefix(r.cue.text, "Ms. Secatero") || r.scale.high != 6 || len(r.items) != 1 || r.items[0].number != 2 {
			t.Errorf("%s: read as %+v", name, r)
		}
	}
}

func TestOwnItemsAndAnchorsArePlaced(t *testing.T) {
	near, exact := 0, 0
	for v, items := range ownItems {
		for _, text := range items {
			code, known := Place(text)
			d := circleDistance(indexOf(code), v)
			if known && d <= 1 {
				near++
			}
			if known && d == 0 {
				exact++
			} else {
				t.Logf("%s read as %s: %s", valueCodes[v], code, text)
			}
		}
	}
	if near < 54 {
		t.Errorf("%d of 57 own items in their value or its neighbour, %d exactly; want at least 54", near, exact)
	}
	for _, a := range anchorTexts {
		if code, known := Place("a person that is " + a.text); !known || code != a.value {
			t.Errorf("anchor of %s read as %s: %s", a.value, code, a.text)
		}
	}
	for v, texts := range traits {
		for _, text := range texts {
			if code, known := Place(text); !known || circleDistance(indexOf(code), v) > 1 {
				t.Errorf("trait of %s read as %s: %s", valueCodes[v], code, text)
			}
		}
	}
}
