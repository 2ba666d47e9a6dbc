package answer

import (
	"fmt"
	"strings"
	"testing"
)

// pvqLabels are the words of the six-point scale of the PVQ-RR.
var pvqLabels = map[int]string{
	1: "Not like me at all", 2: "Not like me", 3: "A little like me",
	4: "Somewhat like me", 5: "Like me", 6: "Very much like me",
}

var (
	pvq = Scale{Min: 1, Max: 6, Labels: pvqLabels}
	// four are items with a number in one, and one that begins like another.
	four = Sheet{Scale: pvq, Items: []string{
		"It is important to him to form his views independently.",
		"It is important to him that his country is secure and stable.",
		"It is important to him to have at least 2 good times a week.",
		"It is important to him to avoid upsetting other people.",
	}}
	bipolar = Sheet{Scale: Scale{Min: -3, Max: 3}, Items: make([]string, 4)}
	eleven  = Sheet{Scale: Scale{Min: 0, Max: 10}, Items: make([]string, 4)}
	ends    = Sheet{Scale: Scale{Min: 1, Max: 4, Labels: map[int]string{1: "Not like me at all", 4: "Very much like me"}}, Items: make([]string, 4)}
	likert  = Sheet{Scale: Scale{Min: 1, Max: 5, Labels: map[int]string{1: "Strongly disagree", 2: "Disagree", 3: "Neither agree nor disagree", 4: "Agree", 5: "Strongly agree"}},
		Items: []string{"Talkative", "Tends to find fault with others", "Does a thorough job", "Depressed, blue"}}
)

// outcome writes answers as one line: responses, or statuses where there is none.
func outcome(answers []Answer) string {
	words := make([]string, len(answers))
	for i, a := range answers {
		words[i] = string(a.Status)
		if a.Status == OK {
			words[i] = fmt.Sprint(a.Response)
		}
	}
	return strings.Join(words, " ")
}

type batchCase struct {
	name, text, want string
	sheet            *Sheet // four if nil
	finish           Finish
}

var item = four.Items

var batchCases = []batchCase{
	// Numbered lines.
	{name: "dot", text: "1. 4\n2. 5\n3. 2\n4. 6", want: "4 5 2 6"},
	{name: "colon", text: "1: 4\n2: 5\n3: 2\n4: 6", want: "4 5 2 6"},
	{name: "bracket", text: "1) 4\n2) 5\n3) 2\n4) 6", want: "4 5 2 6"},
	{name: "both brackets", text: "(1) 4\n(2) 5\n(3) 2\n(4) 6", want: "4 5 2 6"},
	{name: "square brackets", text: "[1] 4\n[2] 5\n[3] 2\n[4] 6", want: "4 5 2 6"},
	{name: "Q equals", text: "Q1 = 4\nQ2 = 5\nQ3 = 2\nQ4 = 6", want: "4 5 2 6"},
	{name: "Item dash", text: "Item 1 - 4\nItem 2 - 5\nItem 3 - 2\nItem 4 - 6", want: "4 5 2 6"},
	{name: "Question hash", text: "Question #1: 4\nQuestion #2: 5\nQuestion #3: 2\nQuestion #4: 6", want: "4 5 2 6"},
	{name: "underscore key", text: "item_1: 4\nitem_2: 5\nitem_3: 2\nitem_4: 6", want: "4 5 2 6"},
	{name: "Item of all", text: "Item 1 of 4: 4\nItem 2 of 4: 5\nItem 3/4: 2\nItem 4 of 4: 6", want: "4 5 2 6"},
	{name: "arrow", text: "1 → 4\n2 → 5\n3 -> 2\n4 => 6", want: "4 5 2 6"},
	{name: "dash without space", text: "1-4\n2-5\n3-2\n4-6", want: "4 5 2 6"},
	{name: "dash with spaces", text: "1 - 4\n2 - 5\n3 - 2\n4 - 6", want: "4 5 2 6"},
	{name: "en dash", text: "1 – 4\n2 – 5\n3 – 2\n4 – 6", want: "4 5 2 6"},
	{name: "two columns", text: "1 4\n2 5\n3 2\n4 6", want: "4 5 2 6"},
	{name: "tab columns", text: "1\t4\n2\t5\n3\t2\n4\t6", want: "4 5 2 6"},
	{name: "csv with header", text: "item,rating\n1,4\n2,5\n3,2\n4,6", want: "4 5 2 6"},
	{name: "dot without space", text: "1.4\n2.5\n3.2\n4.6", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "dot and bracket", text: "1.) 4\n2.) 5\n3.) 2\n4.) 6", want: "4 5 2 6"},
	{name: "one line, commas", text: "1: 4, 2: 5, 3: 2, 4: 6", want: "4 5 2 6"},
	{name: "one line, no commas", text: "1. 4 2. 5 3. 2 4. 6", want: "4 5 2 6"},
	{name: "one line, dashes", text: "1-4, 2-5, 3-2, 4-6", want: "4 5 2 6"},
	{name: "one line, Q", text: "Q1: 4; Q2: 5; Q3: 2; Q4: 6", want: "4 5 2 6"},
	{name: "any order", text: "4. 6\n2. 5\n3. 2\n1. 4", want: "4 5 2 6"},
	{name: "answer in brackets", text: "1. [4]\n2. (5)\n3. {2}\n4. \"6\"", want: "4 5 2 6"},
	{name: "trailing stop and space", text: "1. 4.\n2. 5. \n3. 2,\n4. 6;", want: "4 5 2 6"},
	{name: "carriage returns", text: "1. 4\r\n2. 5\r\n3. 2\r\n4. 6\r\n", want: "4 5 2 6"},
	{name: "old carriage returns", text: "1. 4\r2. 5\r3. 2\r4. 6", want: "4 5 2 6"},
	{name: "blank lines and indents", text: "\n  1. 4\n\n\t2. 5\n\n  3. 2\n\n 4. 6\n\n", want: "4 5 2 6"},
	{name: "answer on the next line", text: "Item 1\n4\nItem 2\n5\nItem 3\n2\nItem 4\n6", want: "4 5 2 6"},

	// Decoration.
	{name: "bold", text: "**1.** 4\n**2.** 5\n**3.** 2\n**4.** 6", want: "4 5 2 6"},
	{name: "bold answers", text: "1. **4**\n2. **5**\n3. __2__\n4. *6*", want: "4 5 2 6"},
	{name: "bullets", text: "- 1. 4\n- 2. 5\n* 3. 2\n• 4. 6", want: "4 5 2 6"},
	{name: "bulleted bare", text: "- 4\n- 5\n- 2\n- 6", want: "4 5 2 6"},
	{name: "code fence", text: "```\n1. 4\n2. 5\n3. 2\n4. 6\n```", want: "4 5 2 6"},
	{name: "code fence with language", text: "```text\n4\n5\n2\n6\n```", want: "4 5 2 6"},
	{name: "headings", text: "### Item 1\n4\n### Item 2\n5\n### Item 3\n2\n### Item 4\n6", want: "4 5 2 6"},
	{name: "quotation", text: "> 1. 4\n> 2. 5\n> 3. 2\n> 4. 6", want: "4 5 2 6"},
	{name: "html", text: "<p>1. 4</p><p>2. 5</p><br>3. 2<br/>4. <b>6</b>", want: "4 5 2 6"},
	{name: "thinking left out", text: "<think>\n1. 1\n2. 1\nMaybe 3?\n</think>\n1. 4\n2. 5\n3. 2\n4. 6", want: "4 5 2 6"},
	{name: "thinking never ended", text: "<think>\n1. 1\n2. 1", finish: FinishLength, want: "truncated truncated truncated truncated"},

	// Bare lists.
	{name: "bare lines", text: "4\n5\n2\n6", want: "4 5 2 6"},
	{name: "bare commas", text: "4, 5, 2, 6", want: "4 5 2 6"},
	{name: "bare commas without space", text: "4,5,2,6", want: "4 5 2 6"},
	{name: "bare semicolons", text: "4; 5; 2; 6", want: "4 5 2 6"},
	{name: "bare spaces", text: "4 5 2 6", want: "4 5 2 6"},
	{name: "bare, two a line", text: "4 5\n2 6", want: "4 5 2 6"},
	{name: "bare behind a heading", text: "Here are my ratings: 4, 5, 2, 6", want: "4 5 2 6"},
	{name: "bare lines of Rating", text: "Rating: 4\nRating: 5\nRating: 2\nRating: 6", want: "4 5 2 6"},
	{name: "bare with one of each fault", text: "4\n3.5\n3-4\n9", want: "4 non_integer ambiguous out_of_range"},
	{name: "one too few", text: "4\n5\n2", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "one too many", text: "4, 5, 2, 6, 1", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "digits in one word", text: "4526", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "rows of pairs that make a full list", text: "1 4\n2 5", want: "ambiguous ambiguous ambiguous ambiguous"},

	{name: "bare with stops", text: "4. 5. 2. 6.", want: "missing missing missing ambiguous"},
	{name: "bare behind ranges of items", text: "1-2: 4, 5\n3-4: 2, 6", want: "4 5 2 6"},
	{name: "the scale as options", text: "Options: 1, 2, 3, 4, 5, 6\n4\n5\n2\n6", want: "4 5 2 6"},
	{name: "pairs with column marks", text: "1. 4 | 2. 5 | 3. 2 | 4. 6", want: "4 5 2 6"},
	{name: "an average behind a blank", text: "1. 4\n2. 5\n3. 2\n4. " + item[3] + "\n\nAverage rating: 4\nOverall: 4\nThe mean: 4", want: "4 5 2 missing"},

	// Tables.
	{name: "table", text: "| Item | Rating |\n|------|--------|\n| 1 | 4 |\n| 2 | 5 |\n| 3 | 2 |\n| 4 | 6 |", want: "4 5 2 6"},
	{name: "table with text", text: "| # | Statement | Score |\n|:-|:-|-:|\n| 1 | " + item[0] + " | 4 |\n| 2 | " + item[1] + " | 5 |\n| 3 | " + item[2] + " | **2** |\n| 4 | " + item[3] + " | 6 |", want: "4 5 2 6"},
	{name: "table with other text", text: "| No. | Statement | Rating | Why |\n|-|-|-|-|\n| 1 | Views in 3 words | 4 | over 2 reasons |\n| 2 | Country | 5 | |\n| 3 | Fun | 2 | |\n| 4 | Peace | 6 | |", want: "4 5 2 6"},
	{name: "table without edges", text: "Item | Rating\n--- | ---\n1 | 4\n2 | 5\n3 | 2\n4 | 6", want: "4 5 2 6"},
	{name: "table without head", text: "| 1 | 4 |\n| 2 | 5 |\n| 3 | 2 |\n| 4 | 6 |", want: "4 5 2 6"},
	{name: "table, answer first", text: "| Rating | Item |\n|-|-|\n| 4 | 1 |\n| 5 | 2 |\n| 2 | 3 |\n| 6 | 4 |", want: "4 5 2 6"},
	{name: "table of texts", text: "| Statement | Rating |\n|-|-|\n| " + item[0] + " | 4 |\n| " + item[1] + " | 5 |\n| " + item[2] + " | 2 |\n| " + item[3] + " | 6 |", want: "4 5 2 6"},
	{name: "table with words", text: "| Item | Rating | Label |\n|-|-|-|\n| 1 | 4 | Somewhat like me |\n| 2 | 5 | Like me |\n| 3 | 2 | Not like me |\n| 4 | 6 | Very much like me |", want: "4 5 2 6"},
	{name: "table, side by side", text: "| Item | Rating | Item | Rating |\n|-|-|-|-|\n| 1 | 4 | 3 | 2 |\n| 2 | 5 | 4 | 6 |", want: "4 5 2 6"},
	{name: "table, two raters", text: "| Item | Rating A | Rating B |\n|-|-|-|\n| 1 | 4 | 4 |\n| 2 | 5 | 3 |\n| 3 | 2 | 2 |\n| 4 | 6 | 6 |", want: "4 ambiguous 2 6"},
	{name: "table with an empty cell", text: "| Item | Rating |\n|-|-|\n| 1 | 4 |\n| 2 | |\n| 3 | N/A |\n| 4 | 6 |", want: "4 missing missing 6"},

	// JSON.
	{name: "object", text: `{"1": 4, "2": 5, "3": 2, "4": 6}`, want: "4 5 2 6"},
	{name: "object of strings", text: `{"1": "4", "2": "5 - Like me", "3": "Not like me", "4": "6"}`, want: "4 5 2 6"},
	{name: "object, indented, fenced", text: "Sure!\n```json\n{\n  \"1\": 4,\n  \"2\": 5,\n  \"3\": 2,\n  \"4\": 6\n}\n```\n", want: "4 5 2 6"},
	{name: "object keyed q1", text: `{"q1": 4, "q2": 5, "q3": 2, "q4": 6}`, want: "4 5 2 6"},
	{name: "object keyed Item 1", text: `{"Item 1": 4, "Item 2": 5, "Item 3": 2, "Item 4": 6}`, want: "4 5 2 6"},
	{name: "array", text: "[4, 5, 2, 6]", want: "4 5 2 6"},
	{name: "array over lines", text: "[\n4,\n5,\n2,\n6\n]", want: "4 5 2 6"},
	{name: "answers array", text: `{"answers": [4, 5, 2, 6]}`, want: "4 5 2 6"},
	{name: "answers object", text: `{"scale": "1-6", "ratings": {"1": 4, "2": 5, "3": 2, "4": 6}, "n": 4}`, want: "4 5 2 6"},
	{name: "array of objects", text: `[{"item":1,"rating":4},{"item":2,"rating":5},{"item":3,"rating":2},{"item":4,"rating":6}]`, want: "4 5 2 6"},
	{name: "array of objects, no numbers", text: `[{"rating":4},{"rating":5},{"rating":2},{"rating":6}]`, want: "4 5 2 6"},
	{name: "array of objects, texts", text: `[{"statement":"` + item[1] + `","score":5},{"statement":"` + item[0] + `","score":4},{"statement":"` + item[2] + `","score":2},{"statement":"` + item[3] + `","score":6}]`, want: "4 5 2 6"},
	{name: "array of objects with reasons", text: `[{"id":1,"reason":"I rate 3 of them","rating":4},{"id":2,"rating":5},{"id":3,"rating":2},{"id":4,"rating":6}]`, want: "4 5 2 6"},
	{name: "object of objects", text: `{"1":{"rating":4,"why":"2 reasons"},"2":{"rating":5},"3":{"rating":2},"4":{"rating":6}}`, want: "4 5 2 6"},
	{name: "object keyed by texts", text: `{"` + item[0] + `": 4, "` + item[1] + `": 5, "` + item[2] + `": 2, "` + item[3] + `": 6}`, want: "4 5 2 6"},
	{name: "array of pairs", text: "[[1,4],[2,5],[3,2],[4,6]]", want: "4 5 2 6"},
	{name: "Python dictionary", text: "{1: 4, 2: 5, 3: 2, 4: 6,}", want: "4 5 2 6"},
	{name: "single quotes", text: "{'1': '4', '2': '5', '3': '2', '4': '6'}", want: "4 5 2 6"},
	{name: "JSON with null and faults", text: `{"1": null, "2": 3.5, "3": 9, "4": "3-4"}`, want: "missing non_integer out_of_range ambiguous"},
	{name: "JSON with a doubled key", text: `{"1": 4, "2": 5, "2": 6, "3": 2, "4": 6}`, want: "4 duplicate 2 6"},
	{name: "JSON cut off", text: `{"1": 4, "2": 5, "3`, finish: FinishLength, want: "4 5 truncated truncated"},
	{name: "array too short", text: "[4, 5, 2]", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "array numbered from 0", text: `[{"index":0,"rating":4},{"index":1,"rating":5},{"index":2,"rating":2},{"index":3,"rating":6}]`, want: "4 5 2 6"},

	// Preambles, closings, item texts.
	{name: "preamble and closing", text: "Here are my 4 ratings, from 1 to 6:\n\n1. 4\n2. 5\n3. 2\n4. 6\n\nI hope these 4 answers help! Average: 4.25", want: "4 5 2 6"},
	{name: "preamble before bare", text: "Here are my 57 ratings on the scale from 1 to 6:\n4\n5\n2\n6\nLet me know if you need anything else.", want: "4 5 2 6"},
	{name: "preamble with a range of items", text: "Ratings 1-4:\n4\n5\n2\n6", want: "4 5 2 6"},
	{name: "legend of words", text: "Scale:\n1 = Not like me at all\n2 = Not like me\n3 = A little like me\n4 = Somewhat like me\n5 = Like me\n6 = Very much like me\n\n1. 4\n2. 5\n3. 2\n4. 6", want: "4 5 2 6"},
	{name: "legend of the ends", text: "1 = Not like me at all\n4 = Very much like me\n\n1. 4\n2. 2\n3. 2\n4. 1", sheet: &ends, want: "4 2 2 1"},
	{name: "legend before bare", text: "(1 = Not like me at all, 6 = Very much like me)\n4\n5\n2\n6", want: "4 5 2 6"},
	{name: "legend alone", text: "1 - Not like me at all\n2 - Not like me\n3 - A little like me\n4 - Somewhat like me\n5 - Like me\n6 - Very much like me", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "text, then answer", text: "1. " + item[0] + " 4\n2. " + item[1] + ": 5\n3. " + item[2] + " - 2\n4. " + item[3] + " (6)", want: "4 5 2 6"},
	{name: "answer, then text", text: "1. 4 - " + item[0] + "\n2. 5: " + item[1] + "\n3. 2 " + item[2] + "\n4. 6, " + item[3], want: "4 5 2 6"},
	{name: "text, then answer on a line", text: "1. " + item[0] + "\nRating: 4\n\n2. " + item[1] + "\n**Rating:** 5\n\n3. " + item[2] + "\n- 2\n\n4. " + item[3] + "\nI would rate this a 6.", want: "4 5 2 6"},
	{name: "text without numbers", text: item[1] + ": 5\n" + item[0] + ": 4\n" + item[3] + ": 6\n" + item[2] + ": 2", want: "4 5 2 6"},
	{name: "number inside the text only", text: "1. 4\n2. 5\n3. " + item[2] + "\n4. 6", want: "4 5 missing 6"},
	{name: "number and text disagree", text: "1. 4\n2. " + item[2] + " 5\n3. 3\n4. 6", want: "4 ambiguous ambiguous 6"},
	{name: "shortened text", text: "1. Independent views: 4\n2. Secure country: 5\n3. Good times: 2\n4. Not upsetting: 6", want: "4 5 2 6"},
	{name: "reasons after", text: "1. 4 - I like to think for myself.\n2. 5, because it matters\n3. 2 (not often)\n4. 6. People come first.", want: "4 5 2 6"},
	{name: "a number in a reason", text: "1. 4 - with 3 exceptions\n2. 5\n3. 2\n4. 6", want: "ambiguous 5 2 6"},

	// Words of the scale.
	{name: "number and words", text: "1. 4 - Somewhat like me\n2. 5 (Like me)\n3. 2 = Not like me\n4. 6: Very much like me", want: "4 5 2 6"},
	{name: "words and number", text: "1. Somewhat like me (4)\n2. Like me - 5\n3. Not like me: 2\n4. Very much like me [6]", want: "4 5 2 6"},
	{name: "words alone, numbered", text: "1. Somewhat like me\n2. LIKE ME\n3. Not like me.\n4. *Not like me at all*", want: "4 5 2 1"},
	{name: "words alone, bare", text: "Somewhat like me\nLike me\nNot like me\nVery much like me", want: "4 5 2 6"},
	{name: "words alone, commas", text: "Somewhat like me, Like me, Not like me, Very much like me", want: "4 5 2 6"},
	{name: "number dash words, bare", text: "4 - Somewhat like me\n5 - Like me\n2 - Not like me\n6 - Very much like me", want: "4 5 2 6"},
	{name: "number dot words, bare", text: "4. Somewhat like me\n5. Like me\n2. Not like me\n6. Very much like me", want: "4 5 2 6"},
	{name: "number and words disagree", text: "1. 4 - Very much like me\n2. 5\n3. Like me (2)\n4. 6", want: "ambiguous 5 ambiguous 6"},
	{name: "words that only look like the scale", text: "1. Not very much like me\n2. Like me, I think\n3. Really like me\n4. quite like me", want: "unparseable 5 unparseable unparseable"},
	{name: "another scale's words", text: "1. Talkative: Agree\n2. Strongly agree\n3. 3 (Neither agree nor disagree)\n4. Depressed, blue - strongly disagree", sheet: &likert, want: "4 5 3 1"},

	// Numbers that are no answer, or not just one.
	{name: "of the maximum", text: "1. 4/6\n2. 5 out of 6\n3. 2 / 6\n4. 6 of 6", want: "4 5 2 6"},
	{name: "of another maximum", text: "1. 4/10\n2. 5/7\n3. 2/5\n4. 6/6", want: "ambiguous ambiguous ambiguous 6"},
	{name: "chains", text: "1. 0/6/6\n2. 5/6/6\n3. 1-2-3\n4. 1-6-6", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "ranges", text: "1. 3-4\n2. 3 to 4\n3. 3 or 4\n4. 3–4", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "hedges", text: "1. ~4\n2. 4+\n3. <4\n4. 4?", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "decimals", text: "1. 3.5\n2. 4.0\n3. 4.50\n4. 3½", want: "non_integer 4 non_integer non_integer"},
	{name: "decimal comma", text: "1. 3,5\n2. 5\n3. 2\n4. 6", want: "ambiguous 5 2 6"},
	{name: "out of range", text: "1. 0\n2. 7\n3. -3\n4. 99999999999999999999999999", want: "out_of_range out_of_range out_of_range out_of_range"},
	{name: "two answers", text: "1. 4, 5\n2. 5 2\n3. 2; 3\n4. 6", want: "ambiguous ambiguous ambiguous 6"},
	{name: "the same twice", text: "1. 4 (4)\n2. 5, 5\n3. 2\n4. 6", want: "4 5 2 6"},
	{name: "superscripts", text: "1. 4²\n2. 5\n3. 2\n4. 6", want: "ambiguous 5 2 6"},
	{name: "crossed out", text: "1. ~~3~~ 4\n2. 5\n3. 2\n4. 6", want: "ambiguous 5 2 6"},

	// Other scales.
	{name: "signed", text: "1. -2\n2. 3\n3. +1\n4. 0", sheet: &bipolar, want: "-2 3 1 0"},
	{name: "signed, true minus", text: "1: −2\n2: −3\n3: 1\n4: −1", sheet: &bipolar, want: "-2 -3 1 -1"},
	{name: "signed bare", text: "-2, 3, 1, -1", sheet: &bipolar, want: "-2 3 1 -1"},
	{name: "signed, loose minus", text: "1. - 2\n2. 3\n3. 1\n4. 0", sheet: &bipolar, want: "ambiguous 3 1 0"},
	{name: "signed dashes", text: "1 - -2\n2 - 3\n3 - 1\n4 - 0", sheet: &bipolar, want: "-2 3 1 0"},
	{name: "signed bullets", text: "- 2\n- 3\n- 1\n- 1", sheet: &bipolar, want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "signed out of range", text: "1. -4\n2. 4\n3. -3\n4. 3", sheet: &bipolar, want: "out_of_range out_of_range -3 3"},
	{name: "ten", text: "1. 10\n2. 0\n3. 7\n4. 11", sheet: &eleven, want: "10 0 7 out_of_range"},
	{name: "ten of ten", text: "1. 10/10\n2. 0/10\n3. 7 out of 10\n4. 5", sheet: &eleven, want: "10 0 7 5"},
	{name: "ten cut off", text: "1. 10\n2. 0\n3. 7\n4. 1", sheet: &eleven, finish: FinishLength, want: "10 0 7 truncated"},

	// Numbering.
	{name: "from 0", text: "0. 4\n1. 5\n2. 2\n3. 6", want: "4 5 2 6"},
	{name: "from 0, not full", text: "0. 4\n1. 5\n2. 2", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "from 0 to n", text: "0. 1\n1. 4\n2. 5\n3. 2\n4. 6", want: "ambiguous ambiguous ambiguous ambiguous"},
	{name: "one number too many", text: "1. 4\n2. 5\n3. 2\n4. 6\n5. 1", want: "4 5 2 6"},
	{name: "items repeated, no answer", text: "1. " + item[0] + "\n2. " + item[1] + "\n3. " + item[2] + "\n4. " + item[3], want: "unparseable unparseable unparseable unparseable"},
	{name: "items repeated under other numbers", text: "1. " + item[0] + "\n2. " + item[2] + "\n3. " + item[3], want: "unparseable unparseable unparseable unparseable"},
	{name: "items repeated, one answered", text: "1. " + item[0] + "\n2. " + item[1] + ": 5\n3. " + item[2] + "\n4. " + item[3], want: "missing 5 missing missing"},
	{name: "nothing applies", text: "1. N/A\n2. N/A\n3. N/A\n4. N/A", want: "unparseable unparseable unparseable unparseable"},
	{name: "one left out", text: "1. 4\n2. 5\n4. 6", want: "4 5 missing 6"},
	{name: "a number twice before prose", text: "1. 1. They are very kind\n2. 5\n3. 3. Not like me\n4. 6. They are very kind", want: "ambiguous 5 ambiguous 6"},
	{name: "a number twice", text: "1. 1.\n2. 2\n3. 3. A little like me\n4. 4 - Somewhat like me", want: "1 2 3 4"},
	{name: "left blank behind N/A", text: "1. 4\n2. N/A\n3.\n4. 6", want: "4 missing missing 6"},
	{name: "left blank", text: "1. 4\n2.\n3. N/A\n4. 6", want: "4 missing missing 6"},
	{name: "twice the same", text: "1. 4\n2. 5\n2. 5\n3. 2\n4. 6", want: "4 5 2 6"},
	{name: "twice, different", text: "1. 4\n2. 5\n2. 3\n3. 2\n4. 6", want: "4 duplicate 2 6"},
	{name: "a list and its summary", text: "1. 4\n2. 5\n3. 2\n4. 6\n\nSummary: [4, 5, 2, 6]", want: "4 5 2 6"},
	{name: "three times", text: "1. 4\n2. 5\n2. 3\n2. 5\n3. 2\n4. 6", want: "4 duplicate 2 6"},
	{name: "a list and another", text: "1. 4\n2. 5\n3. 2\n4. 6\n\nFinal: [4, 5, 3, 6]", want: "4 5 duplicate 6"},

	// Scripts.
	{name: "full width", text: "１：４\n２：５\n３：２\n４：６", want: "4 5 2 6"},
	{name: "Arabic-Indic", text: "١. ٤\n٢. ٥\n٣. ٢\n٤. ٦", want: "4 5 2 6"},
	{name: "Devanagari, Bengali, Thai", text: "1. ४\n2. ৫\n3. ๒\n4. 𝟔", want: "4 5 2 6"},
	{name: "keycaps", text: "1️⃣ 4️⃣\n2️⃣ 5️⃣\n3️⃣ 2️⃣\n4️⃣ 6️⃣", want: "4 5 2 6"},
	{name: "circled", text: "①4\n②5\n③2\n④6", want: "4 5 2 6"},
	{name: "no-break and zero-width", text: "1.\u00a04\n2.\u200b 5\n\ufeff3. 2\u200d\n4.\u202f6", want: "4 5 2 6"},
	{name: "Chinese", text: "以下是我的评分：\n1、4分\n2、5分\n3、2分\n4、6分", want: "4 5 2 6"},
	{name: "invalid UTF-8", text: "\xff1. 4\n2. 5\xc3\n3. 2\n4. 6\xf0\x28", want: "4 5 2 6"},

	// No answers.
	{name: "empty", text: "", want: "empty empty empty empty"},
	{name: "white space", text: " \r\n\t\u200b\n", want: "empty empty empty empty"},
	{name: "empty, cut off", text: "", finish: FinishLength, want: "truncated truncated truncated truncated"},
	{name: "empty, filtered", text: "", finish: FinishFilter, want: "refusal refusal refusal refusal"},
	{name: "refusal", text: "I'm sorry, but as an AI language model I don't have personal values, so I can't rate these 57 statements from 1 to 6.", want: "refusal refusal refusal refusal"},
	{name: "refusal, curly", text: "I’m sorry, but I can’t help with that.", want: "refusal refusal refusal refusal"},
	{name: "refusal, then answers", text: "As an AI, I don't have personal values, but I can answer as asked:\n1. 4\n2. 5\n3. 2\n4. 6", want: "4 5 2 6"},
	{name: "refusal midway", text: "1. 4\n2. 5\nI'm sorry, I cannot answer the rest.", want: "4 5 refusal refusal"},
	{name: "refusal of one", text: "1. 4\n2. I prefer not to answer\n3. 2\n4. 6", want: "4 refusal 2 6"},
	{name: "filtered midway", text: "1. 4\n2. 5\n", finish: FinishFilter, want: "4 5 refusal refusal"},
	{name: "cut off", text: "1. 4\n2. 5\n3. It is imp", finish: FinishLength, want: "4 5 truncated truncated"},
	{name: "cut off behind a gap", text: "1. 4\n3. 2\n", finish: FinishLength, want: "4 missing 2 truncated"},
	{name: "cut off in the words", text: "1. Somewhat like me\n2. Not like me", finish: FinishLength, want: "4 truncated truncated truncated"},
	{name: "bare, cut off", text: "4, 5, 2", finish: FinishLength, want: "ambiguous ambiguous ambiguous truncated"},
	{name: "prose", text: "I think a life should be free, and I cannot stand injustice.", want: "unparseable unparseable unparseable unparseable"},
	{name: "a question back", text: "Could you tell me which of the 6 options to use?", want: "unparseable unparseable unparseable unparseable"},
	{name: "one unreadable", text: "1. 4\n2. It depends\n3. 2\n4. 6", want: "4 unparseable 2 6"},
}

func TestBatch(t *testing.T) {
	for _, c := range batchCases {
		t.Run(c.name, func(t *testing.T) {
			sheet := four
			if c.sheet != nil {
				sheet = *c.sheet
			}
			got := NewParser(sheet).Batch(c.text, c.finish)
			if outcome(got) != c.want {
				t.Errorf("Batch(%q)\n got %s\nwant %s\nfull %+v", c.text, outcome(got), c.want, got)
			}
		})
	}
}
