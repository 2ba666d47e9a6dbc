// Package answer reads what a model replied to questionnaire items: text in,
// one answer for each item out, each with a response or with the reason why
// there is none. It never fails, never clamps a number to the scale and never
// guesses: where two readings are possible, neither is taken.
//
//	p := answer.NewParser(answer.Sheet{Scale: answer.Scale{Min: 1, Max: 6}, Items: texts})
//	answers := p.Batch(reply, answer.FinishStop) // len(texts) answers, by position
//
// It knows texts and scales. It knows nothing of models, requests or tables.
//
// # How a reply is read
//
// The rules, in the order in which they apply. Version counts their editions.
//
//  1. Spelling. The text is brought into Unicode form NFKC; the decimal digits
//     of every script, dashes, arrows and quotation marks become their ASCII
//     likes; invisible characters and invalid UTF-8 are left out. A superscript
//     is never a digit, and ½ is .5. Text between <think> and </think> (also
//     thinking, reasoning) is not part of the reply. Raw quotes the original.
//  2. Nothing. A reply without a sign of text is empty; truncated if it was cut
//     off, a refusal if a filter stopped it.
//  3. JSON. Objects and arrays are read wherever they stand: an item's number or
//     text as key, or an entry with the item's number or text and a rating, or a
//     plain list. Single quotes, bare keys and a missing end are forgiven.
//  4. Lines. Bold, bullets, headings, quotation marks and tags are left out. A
//     row of a table is read by its headings, if they tell, else by its cells. A
//     line that begins with an item's number is for that item: "1.", "1:", "1)",
//     "(1)", "Q1", "Item 1 -". So is a line with an item's text as shown, and an
//     announced answer on a line below either ("Rating: 4"). Several items on
//     one line are read if their numbers rise.
//  5. Numbers that could be either. In "1 4", "1-4", "1,4" and "1.4" the 1 is an
//     item's number only if such numbers count up from 1 (or 0) through the
//     reply, and complete the questionnaire or leave the scale, so that they
//     cannot be answers. If they make a full list of answers too, every item is
//     ambiguous.
//  6. Numbering from 0. A full numbering from 0 to n-1 is read as one from 1 to
//     n. With a 0 in any other numbering every item is ambiguous.
//  7. Bare answers. If no answer names its item, lines that hold nothing but
//     answers, their words and known announcements are counted. If there are as
//     many as items they are taken in order; one more or less, and every item is
//     ambiguous, as it cannot be told where the error is. Prose is not counted.
//  8. Legends. Lines that spell out the scale ("1 = Not like me at all", ...) are
//     no answers if the same items are answered elsewhere; a legend alone is
//     ambiguous.
//
// # What is an answer
//
// A number is an answer where it stands first, or last behind a mark, or where
// words announce it without a negation ("I would rate this a 4", "my answer is
// 4"). The words of the scale are an answer under the same conditions; case and
// punctuation do not matter, and the longest words win ("Not like me at all"
// is not "Not like me"). Numbers within the item's text, within the scale
// ("from 1 to 6", "6-point"), and in "item 12" are not answers. Beyond that:
//
//   - "4/6" and "4 out of 6" are 4 if 6 is the greatest point of the scale, else
//     ambiguous. "4.0" is 4; "3.5" is non_integer. "3-4", "3 or 4", "~4", "4+",
//     "4?", "4%" are ambiguous, never 3 or 4.
//   - A number off the scale is out_of_range, a negative one too.
//   - Number and words that disagree are ambiguous. So is an answer beside which
//     another number of the scale stands alone on the line ("4, maybe 5"), and one
//     between the number of one item and the text of another.
//   - On a scale with negative points "- 2" is ambiguous, "-2" is not.
//   - An item answered twice alike has that answer; answered differently it is a
//     duplicate, however often it is answered. Numbers beyond the last item are
//     passed over.
//   - Numbers written as words ("four") are not read.
//
// # Items without an answer
//
// If a filter stopped the reply they are refusals. If the reply was cut off, they
// are truncated from behind the last item answered; so is an answer at the very
// end that could be the beginning of a longer one ("1" of "10"). In a bare list
// that was cut off the count cannot be checked: what is there is ambiguous. If the
// reply holds no answer, they are refusals if it has a wording of refusal, else
// unparseable. If it holds some, they are missing, or refusals if a wording of
// refusal follows the last answer; unparseable if the item's own line holds
// something else. A refusal followed by answers is answers. The wordings are
// English and few, on purpose.
//
// # A reply to one item
//
// Single reads the same way. The number under which the item was shown may stand
// before the answer; lines with it that disagree are a duplicate. If other items'
// numbers or texts do, the reply is ambiguous.
// A number that could be the item's or the answer ("3. I agree" to item 3, "3-4")
// is ambiguous, and so is one that could be the next item's where a model goes on by
// itself ("4. They are kind" to item 3). Without any number of an item, all answers in the reply must agree.
package answer
