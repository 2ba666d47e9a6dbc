package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"circumplex.example/schema/diag"
)

// check finds what the schema cannot: what spans fields.
func (l *loader) check(e *Experiment) {
	l.checkLevels(e)
	for _, a := range e.Administration {
		l.checkAdministration(a)
	}
	for _, p := range e.Prompts {
		l.checkPrompt(e, p)
	}
	for _, m := range e.Models {
		l.checkModel(e, m)
	}
	l.checkBudget(e)
	l.checkSystems(e)
	l.checkFurther(e)
	l.checkTexts(e)
	l.checkWhere(e)
	l.checkBenchmarks(e)
	l.checkAnalysis(e)
}

// FactorNames lists the factors in the order of the tables.
func (e *Experiment) FactorNames() []string {
	out := []string{"model", "prompt", "temperature", "administration"}
	for _, f := range e.Further {
		out = append(out, f.Name)
	}
	return out
}

// LevelNames lists a factor's levels; nil if there is no such factor.
func (e *Experiment) LevelNames(factor string) []string {
	var out []string
	for _, l := range e.levels(factor) {
		out = append(out, l.Name)
	}
	return out
}

func (e *Experiment) levels(factor string) []Level {
	var out []Level
	switch factor {
	case "model":
		for _, m := range e.Models {
			out = append(out, m.Level)
		}
	case "prompt":
		for _, p := range e.Prompts {
			out = append(out, p.Level)
		}
	case "temperature":
		for _, t := range e.Temperatures {
			out = append(out, t.Level)
		}
	case "administration":
		for _, a := range e.Administration {
			out = append(out, a.Level)
		}
	}
	for _, f := range e.Further {
		if f.Name == factor {
			for _, fl := range f.Levels {
				out = append(out, fl.Level)
			}
		}
	}
	return out
}

// reserved are the columns that every table of responses or respondents has; a
// factor or variable of that name would hide one.
var reserved = []string{"respondent_id", "condition_id", "experiment", "provider", "simulated", "replicate", "sample", "form",
	"persona_text", "persona_key", "status", "n_answered", "n_planned", "n_complete", "item", "value", "position", "response", "raw_answer",
	"scale_reversed", "item_wording"}

func (l *loader) checkLevels(e *Experiment) {
	for _, factor := range e.FactorNames() {
		place := l.places.placeAt("factors", factor)
		if slices.Contains(scalePlaceholders, factor) {
			l.fail(diag.Problem{Place: place, What: fmt.Sprintf("a factor cannot be named %q", factor), Why: fmt.Sprintf("the scale fills {%s} in templates", factor), Mend: "give it another name"})
		}
		if !isPlaceholder(factor) || slices.Contains(reserved, factor) {
			l.fail(diag.Problem{Place: place, What: fmt.Sprintf("a factor cannot be named %q", factor),
				Why: "its levels become a column of that name", Mend: "use letters, digits and _, and no name that a table already has"})
		} else if AnalysisColumn(factor) {
			l.fail(diag.Problem{Place: place, What: fmt.Sprintf("a factor cannot be named %q", factor),
				Why: "tables of the analysis have a column of that name already", Mend: fmt.Sprintf("give it another name, for example  %s_factor", factor)})
		}
		ls := e.levels(factor)
		if len(ls) == 0 {
			l.fail(diag.Problem{Place: place, What: fmt.Sprintf("factor %q has no levels", factor),
				Why: "a full factorial design needs at least one level of every factor", Mend: "give it a level, for example  " + levelExample(factor)})
		}
		for _, lv := range ls {
			l.checkLevelName(factor, lv)
		}
	}
	l.checkDuplicateLevels(e)
}

func levelExample(factor string) string {
	switch factor {
	case "model":
		return `model: "sim-a": provider: "simulated"`
	case "prompt":
		return `prompt: basic: template: "Rate each description from 1 to 6."`
	case "temperature":
		return `temperature: {"0.7": value: 0.7}`
	case "administration":
		return "administration: batch: {}"
	}
	return factor + ": fixed: {}"
}

func (l *loader) checkLevelName(factor string, lv Level) {
	bad := strings.ContainsAny(lv.Name, ",=\"") || strings.TrimSpace(lv.Name) != lv.Name || lv.Name == "" ||
		strings.ContainsFunc(lv.Name, unicode.IsControl)
	if bad {
		l.fail(diag.Problem{Place: l.places.placeAt("factors", factor, lv.Name), What: fmt.Sprintf("level %q of factor %q has a name that cannot be typed after --only", lv.Name, factor),
			Mend: "leave out commas, equal signs, quotes, control characters and outer spaces"})
	}
	if lv.Shared && lv.Independent {
		l.fail(diag.Problem{Place: l.places.placeAt("factors", factor, lv.Name), What: fmt.Sprintf("level %q of factor %q is both shared and independent", lv.Name, factor), Mend: "remove one of them"})
	}
}

// checkDuplicateLevels reports two levels of a factor that say the same: every
// cell of one would repeat a cell of the other.
func (l *loader) checkDuplicateLevels(e *Experiment) {
	var seen map[string]string
	factor := ""
	add := func(lv Level, content any) {
		b, err := json.Marshal(content)
		if err != nil {
			panic("schema: a level does not encode: " + err.Error())
		}
		other, dup := seen[string(b)]
		if !dup {
			seen[string(b)] = lv.Name
			return
		}
		if lv.Shared || lv.Independent {
			return
		}
		l.fail(diag.Problem{Place: l.places.placeAt("factors", factor, lv.Name),
			What: fmt.Sprintf("levels %q and %q of factor %q are the same", other, lv.Name, factor),
			Why:  "they would send the same requests",
			Mend: "remove one, or say which is meant:  shared: true  (one completion serves both) or  independent: true  (each has its own)"})
	}
	begin := func(name string) { factor, seen = name, map[string]string{} }
	begin("model")
	for _, m := range e.Models {
		c := *m
		c.Level, c.Notes, c.Price, c.Retired, c.Account = Level{}, "", nil, nil, ""
		add(m.Level, c)
	}
	begin("temperature")
	for _, t := range e.Temperatures {
		add(t.Level, t.Value)
	}
	begin("administration")
	for _, a := range e.Administration {
		if a.Mode == "" {
			a.Mode = Mode(a.Name)
		}
		add(a.Level, a.Mode)
	}
	for _, f := range e.Further {
		begin(f.Name)
		for _, fl := range f.Levels {
			c := *fl
			c.Level = Level{}
			add(fl.Level, c)
		}
	}
}

func (l *loader) checkAdministration(a *Administration) {
	modes := []string{string(Batch), string(Sequential), string(Isolated)}
	if !slices.Contains(modes, string(a.Mode)) {
		mend := diag.DidYouMean(a.Name, modes)
		l.fail(diag.Problem{Place: l.places.placeAt("factors", "administration", a.Name),
			What: fmt.Sprintf("administration %q is no mode, and declares none", a.Name),
			Mend: strings.TrimSpace(mend + "; or add  mode: \"batch\"")})
	}
}

func (l *loader) checkModel(e *Experiment, m *Model) {
	if !l.checkKeyName(m) {
		return
	}
	if m.Provider != "simulated" && m.Provider != "openai" && m.BaseURL == "" && m.Identity != "" {
		l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("factors", "model", m.Name, "identity"),
			What: fmt.Sprintf("model %q names an identity without a base_url", m.Name),
			Why:  "an identity stands for an address in the keys of completions", Mend: "add  base_url  or remove  identity"})
	}
	if m.Account != "" {
		known := slices.Sorted(maps.Keys(e.Accounts))
		if !slices.Contains(known, m.Account) {
			l.fail(diag.Problem{Place: l.places.placeAt("factors", "model", m.Name, "account"),
				What: fmt.Sprintf("model %q names the account %q, which is not declared", m.Name, m.Account),
				Mend: cmp.Or(diag.DidYouMean(m.Account, known), fmt.Sprintf("declare its limits:  accounts: %q: max_in_flight: 8", m.Account))})
		}
	}
	if m.Provider != "simulated" && m.Provider != "ollama" && m.BaseURL == "" && m.APIKeyEnv == "" && m.Retired == nil {
		l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("factors", "model", m.Name),
			What: fmt.Sprintf("model %q names no variable that holds its key", m.Name),
			Why:  fmt.Sprintf("the own endpoint of %s takes no request without one", m.Provider),
			Mend: fmt.Sprintf("add  api_key_env: %q", strings.ToUpper(m.Provider)+"_API_KEY")})
	}
	if m.APIKeyEnv != "" && strings.HasPrefix(m.BaseURL, "http://") && !m.OnThisMachine() {
		l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("factors", "model", m.Name, "base_url"),
			What: fmt.Sprintf("the key in %s would go over the network unencrypted", m.APIKeyEnv),
			Why:  "base_url is plain http, and its host is not this machine", Mend: "write https://"})
	}
	if _, constant := m.Parameters["seed"].(float64); constant && e.N > 1 {
		l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("factors", "model", m.Name, "parameters", "seed"),
			What: fmt.Sprintf("model %q sends one seed with every request", m.Name),
			Why:  "where prompts are identical the replicates would be copies of one reply",
			Mend: `write  seed: "per_sample"  or remove it`})
	}
	v, ok := m.Simulated.Quirks["constant_value"].(string)
	if ok && !slices.ContainsFunc(e.Instrument.Values, func(x Value) bool { return x.Code == v }) {
		l.fail(diag.Problem{Place: l.places.placeAt("factors", "model", m.Name, "simulated", "quirks", "constant_value"),
			What: fmt.Sprintf("quirk constant_value names the value %q, which the instrument does not declare", v), Mend: diag.DidYouMean(v, e.Instrument.codes())})
	}
}

// checkBudget makes sure that a budget in dollars can be kept, and that every
// account is somebody's.
func (l *loader) checkBudget(e *Experiment) {
	for _, name := range slices.Sorted(maps.Keys(e.Accounts)) {
		if !slices.ContainsFunc(e.Models, func(m *Model) bool { return m.Account == name }) {
			l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("accounts", name),
				What: fmt.Sprintf("no model names the account %q: its limits hold for nobody", name), Mend: fmt.Sprintf("write  account: %q  at a model, or remove it", name)})
		}
	}
	for _, m := range e.Models {
		if e.Budget.USD > 0 && m.Price == nil && !m.Free() {
			l.fail(diag.Problem{Severity: diag.Warning, Place: l.places.placeAt("factors", "model", m.Name),
				What: fmt.Sprintf("model %q has no price, and the experiment a budget in dollars", m.Name),
				Why:  "what it costs cannot be counted, so apply will not start",
				Mend: `add  price: {prompt_usd_per_million: 1.0, completion_usd_per_million: 2.0, date: "2026-01-31", source: "..."}  with its own numbers`})
		}
	}
}

func (in *Instrument) codes() []string {
	var out []string
	for _, v := range in.Values {
		out = append(out, v.Code)
	}
	return out
}

// checkTexts makes sure that every respondent can be shown every item.
func (l *loader) checkTexts(e *Experiment) {
	wordings := e.wordingsShown()
	if slices.Contains(wordings, "") && !e.Instrument.HasTexts() {
		l.fail(diag.Problem{Place: l.places.placeAt("instrument"), What: fmt.Sprintf("instrument %q has no item texts", e.Instrument.Name),
			Why:  "without them there is nothing to ask; an instrument of key and scale alone is for imported answers",
			Mend: "add items, or use  runner import answers"})
		return
	}
	needed := map[string][]string{}
	for _, p := range e.Prompts {
		for _, f := range p.Form.all() {
			needed[f] = append(needed[f], shown(l.places.placeAt("factors", "prompt", p.Name)))
		}
	}
	for _, f := range e.Further {
		for _, lv := range f.Levels {
			if lv.Form != "" {
				needed[lv.Form] = append(needed[lv.Form], shown(l.places.placeAt("factors", f.Name, lv.Name)))
			}
		}
	}
	for _, form := range slices.Sorted(maps.Keys(needed)) {
		for _, wording := range wordings {
			l.checkForms(e.Instrument, wording, form, "the form is asked for at "+strings.Join(slices.Compact(needed[form]), ", "))
		}
	}
}

// checkForms makes sure that every item has a text in a wording and form. An
// item without any text is told of elsewhere.
func (l *loader) checkForms(in *Instrument, wording, form, why string) {
	var without []string
	for i, it := range in.Items {
		texts := it.Texts
		if w := in.Wording(wording); w != nil {
			texts = w.Texts[i]
		}
		if texts != nil && texts[form] == "" {
			without = append(without, fmt.Sprint(it.Number))
		}
	}
	if len(without) == 0 {
		return
	}
	place, of := []string{"instrument", "items", without[0]}, ""
	if wording != "" {
		place, of = []string{"instrument", "wordings", wording, "items", without[0]}, fmt.Sprintf(" in wording %q", wording)
	}
	l.fail(diag.Problem{Place: l.places.placeAt(place...), What: fmt.Sprintf("no %s text for item %s%s", form, clip(strings.Join(without, ", ")), of),
		Why: why, Mend: "write the text" + otherForms(in, wording)})
}

// otherForms suggests the forms that every item of a wording has.
func otherForms(in *Instrument, wording string) string {
	forms := in.FormsIn(wording)
	if len(forms) == 0 {
		return ""
	}
	return fmt.Sprintf(", or choose a form that every item has (%s)", strings.Join(forms, ", "))
}

// all lists the forms the rule can lead to.
func (f FormRule) all() []string {
	if f.By == "" {
		if f.Fixed == "" {
			return []string{"neutral"}
		}
		return []string{f.Fixed}
	}
	return slices.Compact(slices.Sorted(maps.Values(f.Forms)))
}
