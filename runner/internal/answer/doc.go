// Package answer reads what a model replied to questionnaire items: text in,
// one answer or status an item out. It never fails, never clamps, never guesses.
package answer
