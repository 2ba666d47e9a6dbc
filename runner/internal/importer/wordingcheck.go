package importer

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// check looks at the items together: numbers, key and forms.
func (w *wording) check() {
	if w.rows == 0 {
		return
	}
	byNumber := map[int]*wordingItem{}
	for _, it := range w.items {
		if first := byNumber[it.number]; first != nil {
			w.fail(it.place["number"], fmt.Sprintf("item %d is there twice", it.number),
				fmt.Sprintf("the other stands in line %d", first.place["number"].Line), "remove one of them, or mend its number")
			continue
		}
		byNumber[it.number] = it
	}
	w.scale()
	w.reversed(byNumber)
	if w.job.Key != nil {
		w.againstKey(byNumber)
	} else {
		w.gaps(byNumber)
		w.fileValues()
	}
	w.formsComplete()
	w.sameTexts()
}

func (w *wording) scale() {
	job := w.job
	lo, hi := job.Min, job.Max
	if job.Key != nil && lo == 0 && hi == 0 {
		lo, hi = job.Key.Min, job.Key.Max
	}
	whole := diag.Place{File: w.path}
	if lo >= hi {
		w.fail(whole, fmt.Sprintf("the scale goes from %d to %d", lo, hi), "", "say it:  --scale 1-6")
	}
	for n := range job.Labels {
		if n < lo || n > hi {
			w.fail(whole, fmt.Sprintf("the label of %d lies outside the scale %d to %d", n, lo, hi), "", fmt.Sprintf("leave out  --label %d=...  or mend --scale", n))
		}
	}
}

func (w *wording) reversed(byNumber map[int]*wordingItem) {
	for _, n := range w.job.Reverse {
		if byNumber[n] == nil {
			w.fail(diag.Place{File: w.path}, fmt.Sprintf("--reverse names item %d, which the file does not have", n), "", "mend the number")
		}
	}
}

// gaps finds numbers that are left out between the first and the last.
func (w *wording) gaps(byNumber map[int]*wordingItem) {
	last := 0
	for n := range byNumber {
		last = max(last, n)
	}
	var missing []int
	for n := 1; n < last; n++ {
		if byNumber[n] == nil {
			missing = append(missing, n)
		}
	}
	if len(missing) > 0 && !w.job.Gaps && w.complete() {
		w.fail(diag.Place{File: w.path}, fmt.Sprintf("%s %s not there, though the numbers go to %d", numbers(missing), isAre(missing), last), "",
			"add the rows, or say  --gaps  if the questionnaire has no such items")
	}
}

// complete reports whether every row became an item: else what is missing may
// stand in a row whose own fault is told.
func (w *wording) complete() bool { return w.rows == len(w.items) }

// numbers lists item numbers, the first of them one by one.
func numbers(list []int) string {
	word := "item"
	if len(list) > 1 {
		word = "items"
	}
	var parts []string
	for i, n := range list {
		if i == 10 && len(list) > 11 {
			return word + " " + strings.Join(parts, ", ") + fmt.Sprintf(" and %d more", len(list)-i)
		}
		parts = append(parts, fmt.Sprint(n))
	}
	return word + " " + strings.Join(parts, ", ")
}

func isAre(list []int) string {
	if len(list) == 1 {
		return "is"
	}
	return "are"
}

// againstKey compares the numbers, and the values where the file has them, with
// a known key.
func (w *wording) againstKey(byNumber map[int]*wordingItem) {
	k := w.job.Key
	w.values = k.Values
	valueOf, reverse := map[int]string{}, map[int]bool{}
	var missing []int
	for _, it := range k.Items {
		valueOf[it.Number], reverse[it.Number] = it.Value, it.Reverse
		if byNumber[it.Number] == nil {
			missing = append(missing, it.Number)
		}
	}
	if len(missing) > 0 && w.complete() {
		w.fail(diag.Place{File: w.path}, fmt.Sprintf("%s of the key of %s %s not there: it has %d items, the file has %d", numbers(missing), k.Name, isAre(missing), len(k.Items), len(byNumber)),
			"", "add the rows, or take another --key")
	}
	for _, it := range w.items {
		want, ok := valueOf[it.number]
		if !ok {
			w.fail(it.place["number"], fmt.Sprintf("the key of %s has no item %d", k.Name, it.number), "", "mend the number, or take another --key")
			continue
		}
		if it.value != "" && !strings.EqualFold(it.value, want) && !strings.EqualFold(it.value, nameOf(k.Values, want)) {
			w.fail(it.place["value"], fmt.Sprintf("item %d stands under %q, in the key of %s under %q", it.number, it.value, k.Name, want),
				"", "mend the number or the value, or take another --key")
		}
		if _, column := w.column["reverse"]; column && it.reverse != reverse[it.number] {
			w.fail(it.place["reverse"], fmt.Sprintf("item %d is marked otherwise than in the key of %s: there it is %s", it.number, k.Name, map[bool]string{true: "reverse-keyed", false: "not reverse-keyed"}[reverse[it.number]]),
				"", "mend the mark, or take another --key")
		}
		it.value, it.reverse = want, reverse[it.number] || it.reverse
	}
}

func nameOf(values []schema.Value, code string) string {
	for _, v := range values {
		if v.Code == code {
			return v.Name
		}
	}
	return ""
}

// fileValues takes the values from the file, and holds them to those declared
// if there are any.
func (w *wording) fileValues() {
	w.values = slices.Clone(w.job.Values)
	var known []string
	for _, v := range w.values {
		known = append(known, v.Code)
	}
	declared, used := len(known) > 0, map[string]bool{}
	for _, it := range w.items {
		switch {
		case it.value == "":
			w.fail(it.place["value"], fmt.Sprintf("item %d: no value", it.number), "", "write which value the item measures")
		case strings.ContainsFunc(it.value, odd):
			w.fail(it.place["value"], fmt.Sprintf("item %d: the value %q holds an invisible character", it.number, it.value), "", "write it anew")
		case declared && !slices.Contains(known, it.value):
			w.fail(it.place["value"], fmt.Sprintf("item %d stands under the value %q, which --values does not name", it.number, it.value), "", diag.DidYouMean(it.value, known))
		case !slices.Contains(known, it.value):
			if near := diag.Nearest(it.value, known); near != "" && strings.EqualFold(near, it.value) {
				w.fail(it.place["value"], fmt.Sprintf("item %d stands under the value %q, others under %q", it.number, it.value, near), "", "write one of them everywhere")
				continue
			}
			known = append(known, it.value)
			w.values = append(w.values, schema.Value{Code: it.value, Name: it.value})
		}
		used[it.value] = true
	}
	for _, v := range w.job.Values {
		if !used[v.Code] {
			w.fail(diag.Place{File: w.path}, fmt.Sprintf("no item stands under the value %q of --values", v.Code), "", "mend --values, or the column")
		}
	}
}

// formsComplete sees to it that a form has a text for every item or for none.
func (w *wording) formsComplete() {
	have := map[string]int{}
	for _, it := range w.items {
		for f, text := range it.texts {
			if text != "" {
				have[f]++
			}
		}
	}
	for _, it := range w.items {
		for _, f := range forms {
			text, column := it.texts[f]
			switch {
			case text != "" || !column:
			case have[f] == 0:
				delete(it.texts, f)
			default:
				w.fail(it.place[f], fmt.Sprintf("item %d has no %s text, though %d of %d have one", it.number, f, have[f], len(w.items)), "",
					fmt.Sprintf("fill the cell, or leave the form out:  --forms %s", others(f, have)))
			}
		}
	}
	if len(have) == 0 && len(w.items) > 0 {
		w.fail(diag.Place{File: w.path}, "no item has a text", "", "fill the columns of the texts, or take other --forms")
	}
}

// others are the forms that would be left without one.
func others(without string, have map[string]int) string {
	var out []string
	for _, f := range forms {
		if f != without && have[f] > 0 {
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		return "..."
	}
	return strings.Join(out, ",")
}

// sameTexts notes items that read alike: a row that was pasted twice looks so.
func (w *wording) sameTexts() {
	for _, f := range forms {
		seen := map[string]int{}
		for _, it := range w.items {
			text := it.texts[f]
			if first, dup := seen[text]; dup && text != "" && first != it.number {
				w.notes = append(w.notes, fmt.Sprintf("items %d and %d have the same %s text", first, it.number, f))
			} else {
				seen[text] = it.number
			}
		}
	}
}
