package schema

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/schema/diag"
)

// Wording is another wording of all items of an instrument, such as a
// translation. Texts holds, in the order of the instrument's items, the texts
// by form.
type Wording struct {
	Name, Language, Source string
	Labels                 map[int]string
	Texts                  []map[string]string
}

// Wording returns the named wording, or nil.
func (in *Instrument) Wording(name string) *Wording {
	for _, w := range in.Wordings {
		if w.Name == name {
			return w
		}
	}
	return nil
}

// Text returns the text of the i-th item in a wording ("" is the instrument's
// own) and form; "" if there is none.
func (in *Instrument) Text(i int, wording, form string) string {
	if w := in.Wording(wording); w != nil {
		return w.Texts[i][form]
	}
	return in.Items[i].Texts[form]
}

// LabelsIn returns what the points of the scale are called in a wording ("" is
// the instrument's own). On a reversed scale each point has the words of the
// point opposite to it.
func (in *Instrument) LabelsIn(wording string, reversed bool) map[int]string {
	words := in.Labels
	if w := in.Wording(wording); w != nil {
		words = w.Labels
	}
	if !reversed {
		return words
	}
	out := make(map[int]string, len(words))
	for n, label := range words {
		out[in.Min+in.Max-n] = label
	}
	return out
}

// Placeholders that the scale fills.
const (
	scaleMin      = "scale_min"
	scaleMax      = "scale_max"
	scaleMinLabel = "scale_min_label"
	scaleMaxLabel = "scale_max_label"
	scaleLabels   = "scale_labels"
)

var (
	scalePlaceholders = []string{scaleLabels, scaleMax, scaleMaxLabel, scaleMin, scaleMinLabel}
	// directed are those that tell which way the scale runs.
	directed = []string{scaleLabels, scaleMaxLabel, scaleMinLabel}
)

// ScaleText returns what the scale fills a placeholder with, in a wording and
// direction; false if it is no placeholder of the scale.
func (in *Instrument) ScaleText(placeholder, wording string, reversed bool) (string, bool) {
	words := in.LabelsIn(wording, reversed)
	switch placeholder {
	case scaleMin:
		return strconv.Itoa(in.Min), true
	case scaleMax:
		return strconv.Itoa(in.Max), true
	case scaleMinLabel:
		return words[in.Min], true
	case scaleMaxLabel:
		return words[in.Max], true
	case scaleLabels:
		var parts []string
		for _, n := range slices.Sorted(maps.Keys(words)) {
			parts = append(parts, fmt.Sprintf("%d (%s)", n, words[n]))
		}
		return strings.Join(parts, ", "), true
	}
	return "", false
}

// FillScale fills the placeholders of the scale in the text of a level.
func (in *Instrument) FillScale(text, wording string, reversed bool) string {
	if !strings.Contains(text, "{scale_") {
		return text
	}
	var pairs []string
	for _, p := range scalePlaceholders {
		value, _ := in.ScaleText(p, wording, reversed)
		pairs = append(pairs, "{"+p+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// wordings decodes the wordings and checks that each has every item.
func (l *loader) wordings(in *Instrument, r rawInstrument) {
	for _, name := range slices.Sorted(maps.Keys(r.Wordings)) {
		raw := r.Wordings[name]
		at := func(more ...string) diag.Place {
			return l.places.placeAt(append([]string{"instrument", "wordings", name}, more...)...)
		}
		w := &Wording{Name: name, Language: raw.Language, Source: raw.Source, Labels: labels(raw.Labels)}
		in.Wordings = append(in.Wordings, w)
		l.labelsOnScale(in, w.Labels, "wordings", name)
		known := map[string]bool{}
		var without []string
		for _, it := range in.Items {
			n := strconv.Itoa(it.Number)
			known[n] = true
			if len(raw.Items[n]) == 0 {
				without = append(without, n)
			}
			w.Texts = append(w.Texts, raw.Items[n])
		}
		l.itemTexts(in, func(i int) map[string]string { return w.Texts[i] }, "instrument", "wordings", name, "items")
		if len(without) > 0 {
			l.fail(diag.Problem{Place: at("items"), What: fmt.Sprintf("wording %q has no text for item %s", name, clip(strings.Join(without, ", "))),
				Why: "a respondent is shown every item in one wording", Mend: "write the item, for example  " + strconv.Quote(without[0]) + `: neutral: "..."`})
		}
		for _, n := range slices.Sorted(maps.Keys(raw.Items)) {
			if !known[n] {
				l.fail(diag.Problem{Place: at("items", n), What: fmt.Sprintf("wording %q has item %s, which stands under no value in the key", name, n),
					Mend: "give it the number of an item of the instrument, or remove it"})
			}
		}
	}
}

// labelsOnScale checks that words are for points of the scale.
func (l *loader) labelsOnScale(in *Instrument, words map[int]string, path ...string) {
	for _, n := range slices.Sorted(maps.Keys(words)) {
		if n < in.Min || n > in.Max {
			place := l.places.placeAt(append(append([]string{"instrument"}, path...), "labels", strconv.Itoa(n))...)
			l.fail(diag.Problem{Place: place, What: fmt.Sprintf("the label of %d lies outside the scale %d..%d", n, in.Min, in.Max), Mend: "remove the label, or widen the scale"})
		}
	}
}

// hashedWordings is the part of the wordings that can change an answer.
func (in *Instrument) hashedWordings() any {
	type wording struct {
		Labels map[int]string
		Texts  []map[string]string
	}
	out := map[string]wording{}
	for _, w := range in.Wordings {
		out[w.Name] = wording{w.Labels, w.Texts}
	}
	return out
}
