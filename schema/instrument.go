package schema

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/schema/diag"
)

// items builds the items from key and texts, and checks that the key uses each
// declared item exactly once.
func (l *loader) items(in *Instrument, r rawInstrument) {
	valueOf := map[int]string{}
	for _, code := range slices.Sorted(maps.Keys(r.Key)) {
		at := func(more ...string) diag.Place {
			return l.places.placeAt(append([]string{"instrument", "key", code}, more...)...)
		}
		if _, ok := r.Values[code]; !ok {
			l.fail(diag.Problem{Place: at(), What: fmt.Sprintf("the key names the value %q, which the instrument does not declare", code),
				Mend: diag.DidYouMean(code, slices.Collect(maps.Keys(r.Values)))})
		}
		if len(r.Key[code]) == 0 {
			l.fail(diag.Problem{Place: at(), What: fmt.Sprintf("value %q has no item in the key", code), Mend: "name its items, for example  " + code + ": [1, 23, 39]"})
		}
		for i, n := range r.Key[code] {
			if other, dup := valueOf[n]; dup {
				l.fail(diag.Problem{Place: at(strconv.Itoa(i)), What: fmt.Sprintf("item %d stands in the key twice, for %q and for %q", n, other, code),
					Mend: "let each item count for one value"})
				continue
			}
			valueOf[n] = code
		}
	}
	l.keyAgainstItems(r, valueOf)
	for _, n := range slices.Sorted(maps.Keys(valueOf)) {
		in.Items = append(in.Items, Item{Number: n, Value: valueOf[n],
			Reverse: slices.Contains(r.Reverse, n), Texts: r.Items[strconv.Itoa(n)]})
	}
	l.itemTexts(in, func(i int) map[string]string { return in.Items[i].Texts }, "instrument", "items")
	l.instrumentExtras(in, r, valueOf)
}

// itemTexts looks through the texts of all items of a wording for such as say
// nothing, and for two that say the same: one of them is a slip in copying.
func (l *loader) itemTexts(in *Instrument, texts func(i int) map[string]string, path ...string) {
	said := map[string]int{} // by form and text
	for i, it := range in.Items {
		var same []string
		other := 0
		at := func(form string) diag.Place {
			return l.places.placeAt(append(slices.Clone(path), strconv.Itoa(it.Number), form)...)
		}
		for _, form := range slices.Sorted(maps.Keys(texts(i))) {
			text := strings.TrimSpace(texts(i)[form])
			if text == "" {
				l.fail(diag.Problem{Place: at(form), What: fmt.Sprintf("the %s text of item %d is empty", form, it.Number), Mend: "write the text, or leave the field out"})
				continue
			}
			first, dup := said[form+" "+text]
			if !dup {
				said[form+" "+text] = it.Number
			} else if other == 0 || first == other {
				same, other = append(same, form), first
			}
		}
		if len(same) > 0 {
			l.fail(diag.Problem{Severity: diag.Warning, Place: at(same[0]), What: fmt.Sprintf("items %d and %d have the same %s text: %q", other, it.Number, strings.Join(same, " and "), clip(strings.TrimSpace(texts(i)[same[0]]))),
				Why: "a respondent would be asked the same twice", Mend: "write the text of the one that was copied"})
		}
	}
}

func (l *loader) keyAgainstItems(r rawInstrument, valueOf map[int]string) {
	for code := range r.Values {
		// A slip in its name is told where the key has it.
		slip := slices.ContainsFunc(slices.Collect(maps.Keys(r.Key)), func(k string) bool {
			_, declared := r.Values[k]
			return !declared && diag.Nearest(k, slices.Collect(maps.Keys(r.Values))) == code
		})
		if _, ok := r.Key[code]; !ok && !slip {
			l.fail(diag.Problem{Place: l.places.placeAt("instrument", "key"), What: fmt.Sprintf("value %q has no entry in the key", code),
				Mend: fmt.Sprintf("add  %s: [...]  with its item numbers", code)})
		}
	}
	if len(r.Items) == 0 {
		return
	}
	for label := range r.Items {
		n, err := strconv.Atoi(label)
		if _, used := valueOf[n]; err != nil || !used {
			l.fail(diag.Problem{Place: l.places.placeAt("instrument", "items", label), What: fmt.Sprintf("item %s stands under no value in the key", label),
				Mend: "add its number to the key, or remove the item"})
		}
	}
	for _, n := range slices.Sorted(maps.Keys(valueOf)) {
		if _, ok := r.Items[strconv.Itoa(n)]; !ok {
			code := valueOf[n]
			l.fail(diag.Problem{Place: l.places.placeAt("instrument", "key", code), What: fmt.Sprintf("the key of %q names item %d, which the instrument does not have", code, n),
				Mend: fmt.Sprintf("add the item to items, or take %d out of the key", n)})
		}
	}
}

func (l *loader) instrumentExtras(in *Instrument, r rawInstrument, valueOf map[int]string) {
	place := func(path ...string) diag.Place { return l.places.placeAt(append([]string{"instrument"}, path...)...) }
	if in.Min >= in.Max {
		l.fail(diag.Problem{Place: place("scale"), What: fmt.Sprintf("the scale goes from %d to %d", in.Min, in.Max), Mend: "let min be smaller than max"})
	}
	l.labelsOnScale(in, in.Labels, "scale")
	for i, n := range r.Reverse {
		if _, ok := valueOf[n]; !ok {
			l.fail(diag.Problem{Place: place("reverse", strconv.Itoa(i)), What: fmt.Sprintf("reverse names item %d, which the instrument does not have", n), Mend: fmt.Sprintf("take %d out of reverse", n)})
		}
	}
	codes := slices.Sorted(maps.Keys(r.Values))
	for _, c := range in.Circles {
		if !slices.Equal(slices.Sorted(slices.Values(c.Order)), codes) {
			l.fail(diag.Problem{Place: place("circles", c.Name), What: fmt.Sprintf("circle %q does not name each value exactly once", c.Name),
				Why:  missingAndExtra(c.Order, codes),
				Mend: "list all " + strconv.Itoa(len(codes)) + " values in their order around the circle"})
		}
	}
}

func missingAndExtra(got, want []string) string {
	var parts []string
	for _, w := range want {
		if !slices.Contains(got, w) {
			parts = append(parts, w+" is missing")
		}
	}
	for i, g := range got {
		if !slices.Contains(want, g) {
			parts = append(parts, g+" is no value")
		} else if slices.Contains(got[:i], g) {
			parts = append(parts, g+" stands there twice")
		}
	}
	return strings.Join(parts, ", ")
}

// hash covers what can change an answer or a score, and no more: titles,
// notices and value names may be reworded freely.
func (in *Instrument) hash() string {
	type item struct {
		N       int
		Value   string
		Reverse bool
		Texts   map[string]string
	}
	var items []item
	for _, it := range in.Items {
		items = append(items, item{it.Number, it.Value, it.Reverse, it.Texts})
	}
	slices.SortFunc(items, func(a, b item) int { return cmp.Compare(a.N, b.N) })
	whole := map[string]any{"min": in.Min, "max": in.Max, "labels": in.Labels, "items": items}
	if len(in.Wordings) > 0 {
		whole["wordings"] = in.hashedWordings()
	}
	b, err := json.Marshal(whole)
	if err != nil {
		panic("schema: an instrument does not encode: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Forms returns the forms in which every item has a text, sorted.
func (in *Instrument) Forms() []string { return in.FormsIn("") }

// FormsIn is Forms in a wording; "" is the instrument's own.
func (in *Instrument) FormsIn(wording string) []string {
	var out []string
	for _, f := range []string{"female", "male", "neutral"} {
		all := len(in.Items) > 0
		for i := range in.Items {
			all = all && in.Text(i, wording, f) != ""
		}
		if all {
			out = append(out, f)
		}
	}
	return out
}
