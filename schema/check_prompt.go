package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"circumplex.example/schema/diag"
)

func (l *loader) checkPrompt(e *Experiment, p *Prompt) {
	p.markUsed(e)
	at := func(path ...string) diag.Place {
		return l.places.placeAt(append([]string{"factors", "prompt", p.Name}, path...)...)
	}
	owner := l.fieldOwners(e, p, at)
	l.checkPlaceholders(e, p, owner, at)
	for _, v := range p.Variables {
		if len(v.Used) == 0 {
			if !p.nearlyUsed(v, owner) {
				l.fail(diag.Problem{Place: at("variables", v.Name), What: fmt.Sprintf("variable %q of prompt %q is used nowhere", v.Name, p.Name),
					Why:  fmt.Sprintf("the template (%s) has %s", shown(at("template")), p.Template.list()),
					Mend: fmt.Sprintf("put {%s} into the template, or remove the variable", v.Fields[0])})
			}
			continue
		}
		l.checkEntries(e, p, v, at)
		l.checkGenerate(p, v, owner, at)
	}
	l.checkForm(p, owner, at)
	l.checkEmpty(p, owner, at)
}

// nearlyUsed reports whether a placeholder that nothing fills is a slip for one
// of the variable's fields; that is then told at the template.
func (p *Prompt) nearlyUsed(v *Variable, owner map[string]*Variable) bool {
	return slices.ContainsFunc(p.Template.Placeholders(), func(ph string) bool {
		return owner[ph] == nil && slices.Contains(v.Fields, diag.Nearest(ph, slices.Collect(maps.Keys(owner))))
	})
}

// checkEmpty makes sure that no respondent gets an empty instruction.
func (l *loader) checkEmpty(p *Prompt, owner map[string]*Variable, at func(...string) diag.Place) {
	if strings.TrimSpace(p.Template.Render(func(string) string { return "x" })) == "" {
		l.fail(diag.Problem{Place: at("template"), What: fmt.Sprintf("the template of prompt %q is empty", p.Name), Mend: "write the instruction the model is to follow"})
		return
	}
	if strings.TrimSpace(p.Template.Render(func(string) string { return "" })) != "" {
		return
	}
	// All that is said is said by variables: one must always say something.
	var blank []diag.Place
	for _, ph := range p.Template.Placeholders() {
		v := owner[ph]
		if v == nil {
			return // a further factor's, or the scale's
		}
		i := slices.IndexFunc(v.Entries, func(e Entry) bool { return strings.TrimSpace(fmt.Sprint(e[ph])) == "" })
		if i < 0 {
			return
		}
		blank = append(blank, at("variables", v.Name, "from", fmt.Sprint(i)))
	}
	l.fail(diag.Problem{Place: blank[0], What: fmt.Sprintf("the template of prompt %q renders empty with this entry", p.Name),
		Why:  fmt.Sprintf("nothing but placeholders stands in it (%s)", shown(at("template"))),
		Mend: "remove the entry, or write an instruction into the template"})
}

// checkGenerate points at a placeholder in the request for a text: it would be
// sent as it stands.
func (l *loader) checkGenerate(p *Prompt, v *Variable, owner map[string]*Variable, at func(...string) diag.Place) {
	if v.Generate == nil {
		return
	}
	request := map[string]string{"prompt": v.Generate.Prompt}
	if v.Generate.System != nil {
		request["system"] = *v.Generate.System
	}
	for _, field := range slices.Sorted(maps.Keys(request)) {
		for _, ph := range bracedNames(request[field]) {
			mend := fmt.Sprintf("write the text out in place of {%s}, or remove it", ph)
			if owner[ph] != nil {
				mend = fmt.Sprintf("remove {%s} from it", ph)
			}
			l.fail(diag.Problem{Place: at("variables", v.Name, "generate", field), What: fmt.Sprintf("the request that generates %q in prompt %q holds {%s}, which is not filled there", v.Name, p.Name, ph),
				Why: "a text is generated once for each model and replicate, from one request", Mend: mend})
		}
	}
}

var braced = regexp.MustCompile(`\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// bracedNames are the names that stand in a text like placeholders, each once;
// other braces, such as those of JSON, are none of ours.
func bracedNames(s string) []string {
	var out []string
	for _, m := range braced.FindAllStringSubmatchIndex(s, -1) {
		if m[0] > 0 && s[m[0]-1] == '{' && strings.HasPrefix(s[m[1]:], "}") {
			continue
		}
		if name := s[m[2]:m[3]]; !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// checkSystems checks the system prompts that levels of further factors put in
// place of the prompts' own: every prompt must fill their placeholders.
func (l *loader) checkSystems(e *Experiment) {
	for _, f := range e.Further {
		for _, lv := range f.Levels {
			if lv.System == nil {
				continue
			}
			place := l.places.placeAt("factors", f.Name, lv.Name, "system")
			t, err := ParseTemplate(*lv.System)
			if err != nil {
				l.fail(diag.Problem{Place: place, What: fmt.Sprintf("the system of level %q of factor %q cannot be read: %v", lv.Name, f.Name, err), Mend: bracesMend})
				continue
			}
			for _, ph := range t.Placeholders() {
				for _, p := range e.Prompts {
					if p.fills(ph) || e.fillsPlaceholder(ph) || slices.Contains(scalePlaceholders, ph) {
						continue
					}
					l.fail(diag.Problem{Place: place, What: fmt.Sprintf("placeholder {%s} in the system of level %q of factor %q has no variable in prompt %q", ph, lv.Name, f.Name, p.Name),
						Why: "a level meets every prompt; this one stands at " + shown(l.places.placeAt("factors", "prompt", p.Name)), Mend: "declare the variable there, or write the text out"})
				}
			}
		}
	}
}

// fills reports whether one of the prompt's variables fills a placeholder.
func (p *Prompt) fills(placeholder string) bool {
	return slices.ContainsFunc(p.Variables, func(v *Variable) bool { return slices.Contains(v.Fields, placeholder) })
}

// fieldOwners maps each placeholder that a variable fills to the variable.
func (l *loader) fieldOwners(e *Experiment, p *Prompt, at func(...string) diag.Place) map[string]*Variable {
	owner := map[string]*Variable{}
	for _, v := range p.Variables {
		for _, f := range v.Fields {
			if o, dup := owner[f]; dup {
				l.fail(diag.Problem{Place: at("variables", v.Name), What: fmt.Sprintf("variables %q and %q of prompt %q both fill {%s}", o.Name, v.Name, p.Name, f), Mend: "rename the field in one of the lists"})
			}
			if slices.Contains(scalePlaceholders, f) {
				l.fail(diag.Problem{Place: at("variables", v.Name), What: fmt.Sprintf("variable %q of prompt %q fills {%s}, which the scale fills", v.Name, p.Name, f), Mend: "rename the field"})
			}
			if slices.Contains(reserved, f) || slices.Contains(e.FactorNames(), f) {
				l.fail(diag.Problem{Place: at("variables", v.Name), What: fmt.Sprintf("variable %q of prompt %q has a field named %q", v.Name, p.Name, f),
					Why: "the tables already have a column of that name", Mend: "rename the field"})
			}
			owner[f] = v
		}
	}
	return owner
}

func (l *loader) checkPlaceholders(e *Experiment, p *Prompt, owner map[string]*Variable, at func(...string) diag.Place) {
	check := func(t *Template, field string) {
		for _, ph := range t.Placeholders() {
			if owner[ph] != nil || e.fillsPlaceholder(ph) || slices.Contains(scalePlaceholders, ph) {
				continue
			}
			known := slices.Collect(maps.Keys(owner))
			if strings.HasPrefix(ph, "scale_") {
				known = append(known, scalePlaceholders...)
			}
			mend := diag.DidYouMean(ph, known)
			if mend == "" {
				mend = fmt.Sprintf("declare it:  variables: %s: from: [...]", ph)
			}
			l.fail(diag.Problem{Place: at(field), What: fmt.Sprintf("placeholder {%s} in the %s of prompt %q has no variable", ph, field, p.Name), Mend: mend})
		}
	}
	check(p.Template, "template")
	if p.System != nil {
		check(p.System, "system")
	}
}

// fillsPlaceholder reports whether a further factor fills {name}: all its
// levels have a text.
func (e *Experiment) fillsPlaceholder(name string) bool {
	for _, f := range e.Further {
		if f.Name == name {
			return len(f.Levels) > 0 && !slices.ContainsFunc(f.Levels, func(l *FurtherLevel) bool { return l.Text == nil })
		}
	}
	return false
}

// checkEntries looks for entries that would be drawn as one, and for a shuffle
// that runs out of entries.
func (l *loader) checkEntries(e *Experiment, p *Prompt, v *Variable, at func(...string) diag.Place) {
	seen := map[string]int{}
	for i, entry := range v.Entries {
		if v.blank(entry) {
			// Only a warning: to say nothing may be a condition.
			l.fail(diag.Problem{Severity: diag.Warning, Place: at("variables", v.Name, "from", fmt.Sprint(i)), What: fmt.Sprintf("entry %d of variable %q in prompt %q is empty", i+1, v.Name, p.Name),
				Why: fmt.Sprintf("{%s} is filled with nothing", strings.Join(v.Used, "} {")), Mend: "write its text, or remove the entry, unless it is meant so"})
		}
		id := v.Identity(entry)
		first, dup := seen[id]
		if !dup {
			seen[id] = i
			continue
		}
		l.fail(diag.Problem{Place: at("variables", v.Name, "from", fmt.Sprint(i)),
			What: fmt.Sprintf("entry %d of variable %q in prompt %q is a duplicate of entry %d: %s", i+1, v.Name, p.Name, first+1, v.show(entry)),
			Why:  "both would be rendered alike; the other stands at " + shown(at("variables", v.Name, "from", fmt.Sprint(first))),
			Mend: "remove one of them"})
	}
	if v.Draw == Shuffle && len(v.Entries) > 0 && e.N > len(v.Entries) {
		l.fail(diag.Problem{Place: at("variables", v.Name, "from"),
			What: fmt.Sprintf("variable %q of prompt %q is drawn without replacement from %d entries, but n is %d", v.Name, p.Name, len(v.Entries), e.N),
			Why:  "n is set at " + shown(l.places.placeAt("n")),
			Mend: fmt.Sprintf(`add entries (%d are missing), lower n to %d, or write  draw: "random"`, e.N-len(v.Entries), len(v.Entries))})
	}
}

// blank reports whether an entry says nothing: all its used fields are empty.
func (v *Variable) blank(e Entry) bool {
	return !slices.ContainsFunc(v.Used, func(f string) bool { return strings.TrimSpace(fmt.Sprint(e[f])) != "" })
}

// show renders an entry's used fields for a message.
func (v *Variable) show(e Entry) string {
	var parts []string
	for _, f := range v.Used {
		parts = append(parts, fmt.Sprintf("%s=%q", f, fmt.Sprint(e[f])))
	}
	return strings.Join(parts, " ")
}

// checkForm makes sure that every respondent has a form.
func (l *loader) checkForm(p *Prompt, owner map[string]*Variable, at func(...string) diag.Place) {
	by := p.Form.By
	if by == "" {
		return
	}
	v := owner[by]
	if v == nil {
		l.fail(diag.Problem{Place: at("form"), What: fmt.Sprintf("the form of prompt %q goes by %q, which no variable fills", p.Name, by), Mend: diag.DidYouMean(by, slices.Collect(maps.Keys(owner)))})
		return
	}
	if len(v.Entries) == 0 {
		l.fail(diag.Problem{Place: at("form"), What: fmt.Sprintf("the form of prompt %q goes by %q, which is not drawn from a list", p.Name, by), Mend: "use a variable with  from: [...]"})
		return
	}
	unmapped := map[string]bool{}
	for _, e := range v.Entries {
		val := fmt.Sprint(e[by])
		if p.Form.Forms[val] == "" {
			unmapped[val] = true
		}
	}
	for _, val := range slices.Sorted(maps.Keys(unmapped)) {
		l.fail(diag.Problem{Place: at("form"), What: fmt.Sprintf("the form of prompt %q says nothing for %s %q", p.Name, by, val),
			Mend: fmt.Sprintf("add  %q: \"neutral\"", val)})
	}
}
