package answer

import (
	"fmt"
	"testing"
)

type singleCase struct {
	name, text, want string
	position         int    // 3 if 0
	sheet            *Sheet // long if nil
	finish           Finish
}

// long has more items than its scale has points, so that a position of 12
// cannot be an answer while one of 3 can.
var long = Sheet{Scale: pvq, Items: append(append([]string{}, item...), make([]string, 53)...)}

var singleCases = []singleCase{
	{name: "number", text: "4", want: "4"},
	{name: "number, white space", text: " 4\r\n", want: "4"},
	{name: "number and stop", text: "4.", want: "4"},
	{name: "bold", text: "**4**", want: "4"},
	{name: "quoted", text: "\"4\"", want: "4"},
	{name: "in a box", text: `$\boxed{4}$`, want: "4"},
	{name: "tag", text: "<answer>4</answer>", want: "4"},
	{name: "repeats the position", text: "12. 4", position: 12, want: "4"},
	{name: "repeats the position, dash", text: "12 - 4", position: 12, want: "4"},
	{name: "repeats the position, space", text: "12 4", position: 12, want: "4"},
	{name: "repeats the position, text", text: "3. " + item[2] + "\n4", want: "4"},
	{name: "repeats the text", text: item[2] + ": 4", want: "4"},
	{name: "repeats another text", text: item[1] + ": 4", want: "ambiguous"},
	{name: "repeats the text and no more", text: "Quite so. " + item[2], want: "unparseable"},
	{name: "keyed position and no answer", text: "Item 3: hard to say", want: "unparseable"},
	{name: "keyed position left blank", text: "Item 3:", want: "missing"},
	{name: "the next number before prose", text: "4. They are kind to strangers", want: "ambiguous"},
	{name: "the next number, off the scale", text: "13. They are kind to strangers", position: 12, want: "unparseable"},
	{name: "the next number before the words of the scale", text: "4. Somewhat like me", want: "4"},
	{name: "another number before prose", text: "5. They are kind to strangers", want: "5"},
	{name: "position that could be an answer", text: "3. 4", want: "4"},
	{name: "position or range", text: "3 - 4", want: "ambiguous"},
	{name: "position or range, no space", text: "3-4", want: "ambiguous"},
	{name: "another position", text: "1. 4", position: 12, want: "ambiguous"},
	{name: "position on its own line", text: "12.\n4", position: 12, want: "4"},
	{name: "several with this one", text: "10. 2\n11. 5\n12. 4", position: 12, want: "4"},
	{name: "twice, differently", text: "12. 5\n12. 6", position: 12, want: "duplicate"},
	{name: "twice, differently, position that could be an answer", text: "3. 5\n3. 4", want: "duplicate"},
	{name: "twice, keyed", text: "Item 12: 5\n\nItem 12: 6", position: 12, want: "duplicate"},
	{name: "twice, alike", text: "12. 5\n12. 5", position: 12, want: "5"},
	{name: "three times", text: "12. 5\n12. 6\n12. 5", position: 12, want: "duplicate"},
	{name: "twice, once unclear", text: "12: 5\n12: 3-4", position: 12, want: "ambiguous"},
	{name: "keyed", text: "Item 12: 4", position: 12, want: "4"},
	{name: "keyed another", text: "Item 11: 4", position: 12, want: "ambiguous"},
	{name: "number and words", text: "4 - Somewhat like me", want: "4"},
	{name: "number dot words", text: "4. Somewhat like me", want: "4"},
	{name: "number is the position, words differ", text: "3. Somewhat like me", want: "4"},
	{name: "words and number", text: "Somewhat like me (4)", want: "4"},
	{name: "words", text: "Not like me at all", want: "1"},
	{name: "shorter words", text: "not like me!", want: "2"},
	{name: "words in a sentence", text: "This is very much like me.", want: "6"},
	{name: "words of a person", text: "He is somewhat like me", want: "4"},
	{name: "words of a person, denied", text: "She is not like me.", want: "2"},
	{name: "an age", text: "I am 5", want: "unparseable"},
	{name: "go with", text: "I'd go with option 4.", want: "4"},
	{name: "words turned round", text: "This is not very much like me.", want: "unparseable"},
	{name: "words by the way", text: "I want people to like me.", want: "unparseable"},
	{name: "words disagree", text: "4 - Very much like me", want: "ambiguous"},
	{name: "words disagree, stop between", text: "12. 4. Very much like me", position: 12, want: "ambiguous"},
	{name: "two words", text: "Like me or somewhat like me", want: "unparseable"},
	{name: "sentence", text: "I would rate this statement as a 4.", want: "4"},
	{name: "sentence of the item", text: "For item 12, my answer is 4.", position: 12, want: "4"},
	{name: "sentence with the scale", text: "On a scale from 1 to 6, I'd give this a 4.", want: "4"},
	{name: "sentence denied", text: "I wouldn't say 4.", want: "unparseable"},
	{name: "sentence that doubts", text: "I'd say 4, or maybe 5.", want: "ambiguous"},
	{name: "announced", text: "Rating: 4", want: "4"},
	{name: "announced, bold", text: "**My rating:** 4 (Somewhat like me)", want: "4"},
	{name: "announced after reasons", text: "I value my 2 children above all.\n\nRating: 4", want: "4"},
	{name: "reasons after", text: "4\n\nHe values his country, and has 2 children.", want: "4"},
	{name: "reasons on the line", text: "4, because security matters to me.", want: "4"},
	{name: "reasons behind a stop", text: "4. Security matters to me.", position: 12, want: "4"},
	{name: "reasons behind the position", text: "3. Security matters to me.", want: "ambiguous"},
	{name: "prose behind the position", text: "12. Security matters to me.", position: 12, want: "unparseable"},
	{name: "changed mind", text: "4\nActually, my answer is 5.", want: "ambiguous"},
	{name: "numbers that count", text: "2 children depend on me.", want: "unparseable"},
	{name: "numbers that end a sentence", text: "I have 3", want: "unparseable"},
	{name: "range", text: "3-4", position: 12, want: "ambiguous"},
	{name: "choice", text: "3 or 4", want: "ambiguous"},
	{name: "between", text: "I'd say between 3 and 4", want: "ambiguous"},
	{name: "scale alone", text: "1-6", want: "ambiguous"},
	{name: "of six", text: "4/6", want: "4"},
	{name: "of six in words", text: "4 out of 6", want: "4"},
	{name: "of ten", text: "4/10", want: "ambiguous"},
	{name: "decimal", text: "3.5", want: "non_integer"},
	{name: "whole decimal", text: "4.0", want: "4"},
	{name: "zero", text: "0", want: "out_of_range"},
	{name: "seven", text: "7", want: "out_of_range"},
	{name: "minus three", text: "-3", want: "out_of_range"},
	{name: "per cent", text: "4%", want: "ambiguous"},
	{name: "ordinal", text: "4th", want: "unparseable"},
	{name: "JSON", text: `{"rating": 4, "reason": "I have 2 reasons"}`, want: "4"},
	{name: "JSON of the position", text: `{"12": 4}`, position: 12, want: "4"},
	{name: "array of one", text: "[4]", want: "4"},
	{name: "array of two", text: "[4, 5]", want: "ambiguous"},
	{name: "table", text: "| Item | Rating |\n|-|-|\n| 12 | 4 |", position: 12, want: "4"},
	{name: "full width", text: "４", want: "4"},
	{name: "Chinese", text: "我的评分：4分", want: "4"},
	{name: "thinking", text: "<think>2 or 3?</think>\n4", want: "4"},
	{name: "empty", text: "", want: "empty"},
	{name: "empty, cut off", text: "", finish: FinishLength, want: "truncated"},
	{name: "one token allowed", text: "4", finish: FinishLength, want: "4"},
	{name: "half a number", text: "1", sheet: &eleven, finish: FinishLength, want: "truncated"},
	{name: "half the words", text: "Not like me", finish: FinishLength, want: "truncated"},
	{name: "cut off prose", text: "This statement describes", finish: FinishLength, want: "truncated"},
	{name: "filtered", text: "This", finish: FinishFilter, want: "refusal"},
	{name: "refusal", text: "I'm sorry, but I can't answer that.", want: "refusal"},
	{name: "refusal as an AI", text: "As an AI, I don't have personal values or 2 children.", want: "refusal"},
	{name: "refusal, then an answer", text: "As an AI, I don't have values. But as this person I'd say 4.", want: "4"},
	{name: "no refusal", text: "I cannot stand injustice.", want: "unparseable"},
	{name: "not applicable", text: "N/A", want: "missing"},
	{name: "marks", text: "...", want: "missing"},
	{name: "negative", text: "-2", sheet: &bipolar, want: "-2"},
	{name: "negative, repeated position", text: "3. -2", sheet: &bipolar, want: "-2"},
	{name: "negative or dash", text: "3 -2", sheet: &bipolar, want: "ambiguous"},
}

func TestSingle(t *testing.T) {
	for _, c := range singleCases {
		t.Run(c.name, func(t *testing.T) {
			sheet, position := long, 3
			if c.sheet != nil {
				sheet = *c.sheet
			}
			if c.position != 0 {
				position = c.position
			}
			got := NewParser(sheet).Single(position, c.text, c.finish)
			if outcome([]Answer{got}) != c.want {
				t.Errorf("Single(%d, %q)\n got %+v\nwant %s", position, c.text, got, c.want)
			}
		})
	}
}

// A sheet of one item is read alike by Batch and by Single.
func TestBatchOfOneItemIsSingle(t *testing.T) {
	p := NewParser(Sheet{Scale: pvq, Items: []string{""}})
	for _, c := range singleCases {
		got, want := p.Batch(c.text, c.finish), p.Single(1, c.text, c.finish)
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s: Batch gives %v, Single %v", c.name, got, want)
		}
	}
}

func ExampleParser_Batch() {
	p := NewParser(Sheet{Scale: Scale{Min: 1, Max: 6}, Items: make([]string, 3)})
	for _, a := range p.Batch("Here you go:\n1. 4\n2. 3-4\n", FinishStop) {
		fmt.Printf("%s %d %q\n", a.Status, a.Response, a.Raw)
	}
	// Output:
	// ok 4 "1. 4"
	// ambiguous 0 "2. 3-4"
	// missing 0 ""
}
