package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/schema/diag"
)

// checkFurther checks what levels of further factors do to items and scale.
func (l *loader) checkFurther(e *Experiment) {
	l.checkContested(e)
	for _, f := range e.Further {
		for _, lv := range f.Levels {
			if lv.Wording != "" && e.Instrument.Wording(lv.Wording) == nil {
				l.unknownWording(e, f, lv)
			}
			l.checkText(f, lv)
			if lv.Scale == "reversed" {
				l.checkReversed(e, f, lv)
			}
			l.checkScaleWords(e, func(field string) diag.Place { return l.places.placeAt("factors", f.Name, lv.Name, field) },
				fmt.Sprintf("level %q of factor %q", lv.Name, f.Name), map[string][]string{"text": scalePlaceholdersIn(lv.Text)})
		}
	}
	for _, p := range e.Prompts {
		used := map[string][]string{"template": p.Template.Placeholders()}
		if p.System != nil {
			used["system"] = p.System.Placeholders()
		}
		l.checkScaleWords(e, func(field string) diag.Place { return l.places.placeAt("factors", "prompt", p.Name, field) }, fmt.Sprintf("prompt %q", p.Name), used)
	}
}

// likeScale matches what looks like a placeholder of the scale.
var likeScale = regexp.MustCompile(`\{(scale_\w*)\}`)

// checkText points at a misspelt placeholder of the scale in a level's text: it
// would be sent as it stands.
func (l *loader) checkText(f *Further, lv *FurtherLevel) {
	if lv.Text == nil {
		return
	}
	for _, m := range likeScale.FindAllStringSubmatch(*lv.Text, -1) {
		if !slices.Contains(scalePlaceholders, m[1]) {
			l.fail(diag.Problem{Place: l.places.placeAt("factors", f.Name, lv.Name, "text"),
				What: fmt.Sprintf("placeholder {%s} in the text of level %q of factor %q is none that the scale fills", m[1], lv.Name, f.Name), Mend: diag.DidYouMean(m[1], scalePlaceholders)})
		}
	}
}

func (l *loader) unknownWording(e *Experiment, f *Further, lv *FurtherLevel) {
	var known []string
	for _, w := range e.Instrument.Wordings {
		known = append(known, w.Name)
	}
	mend := "remove wording: this instrument declares no wordings"
	if len(known) > 0 {
		mend = diag.DidYouMean(lv.Wording, known)
	}
	l.fail(diag.Problem{Place: l.places.placeAt("factors", f.Name, lv.Name, "wording"),
		What: fmt.Sprintf("level %q of factor %q names the wording %q, which instrument %q does not have", lv.Name, f.Name, lv.Wording, e.Instrument.Name), Mend: mend})
}

// checkContested refuses two factors that set the same thing: in a cell with a
// level of each, one of them would silently lose.
func (l *loader) checkContested(e *Experiment) {
	fields := []struct {
		name string
		set  func(*FurtherLevel) bool
	}{
		{"form", func(lv *FurtherLevel) bool { return lv.Form != "" }},
		{"item_order", func(lv *FurtherLevel) bool { return lv.ItemOrder != "" }},
		{"scale", func(lv *FurtherLevel) bool { return lv.Scale != "" }},
		{"system", func(lv *FurtherLevel) bool { return lv.System != nil }},
		{"wording", func(lv *FurtherLevel) bool { return lv.Wording != "" }},
	}
	for _, field := range fields {
		first := ""
		for _, f := range e.Further {
			i := slices.IndexFunc(f.Levels, field.set)
			if i < 0 {
				continue
			}
			if first != "" {
				l.fail(diag.Problem{Place: l.places.placeAt("factors", f.Name, f.Levels[i].Name, field.name), What: fmt.Sprintf("the factors %q and %q both set %s", first, f.Name, field.name),
					Why: "a cell has a level of each, and can have one " + field.name + " only", Mend: "declare it in one of them"})
				continue
			}
			first = f.Name
		}
	}
}

// checkReversed makes sure that a respondent who is scored on a reversed scale
// was shown one.
func (l *loader) checkReversed(e *Experiment, f *Further, lv *FurtherLevel) {
	for _, p := range e.Prompts {
		if !e.meets(p.Name, f.Name, lv.Name) || e.saysDirection(p, f, lv) {
			continue
		}
		l.fail(diag.Problem{Place: l.places.placeAt("factors", f.Name, lv.Name, "scale"),
			What: fmt.Sprintf("level %q of factor %q turns the scale round, but prompt %q does not say which way it runs", lv.Name, f.Name, p.Name),
			Why:  fmt.Sprintf("answers would be turned back that nobody gave on a reversed scale; the template stands at %s", shown(l.places.placeAt("factors", "prompt", p.Name, "template"))),
			Mend: "write the scale's ends there as  {scale_min} ({scale_min_label}) to {scale_max} ({scale_max_label})"})
	}
}

// saysDirection reports whether a prompt tells a respondent of the level which
// way the scale runs: by a placeholder, or by a text or system prompt that is
// the level's own and so is the author's word.
func (e *Experiment) saysDirection(p *Prompt, f *Further, lv *FurtherLevel) bool {
	if lv.System != nil {
		return true
	}
	seen := p.Template.Placeholders()
	if p.System != nil {
		seen = append(seen, p.System.Placeholders()...)
	}
	for _, ph := range seen {
		if slices.Contains(directed, ph) || ph == f.Name && lv.Text != nil {
			return true
		}
		for _, g := range e.Further {
			if g.Name == ph && !slices.ContainsFunc(g.Levels, func(x *FurtherLevel) bool { return len(directedIn(x.Text)) == 0 }) {
				return true
			}
		}
	}
	return false
}

// meets reports whether where admits some cell of a prompt with a level.
func (e *Experiment) meets(prompt, factor, level string) bool {
	free := func(c Clause, factor, level string) bool {
		levels, named := c[factor]
		return !named || slices.Contains(levels, level)
	}
	return len(e.Where) == 0 || slices.ContainsFunc(e.Where, func(c Clause) bool {
		return free(c, "prompt", prompt) && free(c, factor, level)
	})
}

// scalePlaceholdersIn lists the placeholders of the scale in a level's text.
func scalePlaceholdersIn(text *string) []string {
	var out []string
	for _, ph := range scalePlaceholders {
		if text != nil && strings.Contains(*text, "{"+ph+"}") {
			out = append(out, ph)
		}
	}
	return out
}

func directedIn(text *string) []string {
	return slices.DeleteFunc(scalePlaceholdersIn(text), func(ph string) bool { return !slices.Contains(directed, ph) })
}

// checkScaleWords makes sure that both ends of the scale have words, in every
// wording that is shown, where a placeholder asks for them.
func (l *loader) checkScaleWords(e *Experiment, at func(field string) diag.Place, whose string, used map[string][]string) {
	for _, field := range []string{"template", "system", "text"} {
		i := slices.IndexFunc(used[field], func(ph string) bool { return slices.Contains(directed, ph) })
		if i < 0 {
			continue // what one of them lacks, all lack
		}
		for _, wording := range e.wordingsShown() {
			l.checkEnds(e, at(field), fmt.Sprintf("placeholder {%s} in the %s of %s", used[field][i], field, whose), wording)
		}
	}
}

func (l *loader) checkEnds(e *Experiment, place diag.Place, what, wording string) {
	in := e.Instrument
	for _, n := range []int{in.Min, in.Max} {
		if in.LabelsIn(wording, false)[n] != "" {
			continue
		}
		of := fmt.Sprintf("instrument %q", in.Name)
		if wording != "" {
			of = fmt.Sprintf("wording %q of instrument %q", wording, in.Name)
		}
		l.fail(diag.Problem{Place: place, What: fmt.Sprintf("%s has no words: %s has no label for point %d", what, of, n),
			Mend: "add it there, for example  labels: " + strconv.Quote(strconv.Itoa(n)) + `: "Strongly agree"`})
	}
}

// wordingsShown lists the wordings that some respondent is shown; "" is the
// instrument's own.
func (e *Experiment) wordingsShown() []string {
	for _, f := range e.Further {
		var out []string
		for _, lv := range f.Levels {
			if lv.Wording == "" || e.Instrument.Wording(lv.Wording) != nil {
				out = append(out, lv.Wording)
			}
		}
		if slices.ContainsFunc(f.Levels, func(lv *FurtherLevel) bool { return lv.Wording != "" }) {
			slices.Sort(out)
			return slices.Compact(out)
		}
	}
	return []string{""}
}
