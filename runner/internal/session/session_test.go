package session_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// study has every way in which a message can be made: drawn and generated
// texts, forms, a system prompt, a further factor that turns the items round
// and fills a placeholder.
const study = `package study

import "circumplex.example/schema"

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 4
	instrument: {
		name: "three", structure: "none"
		scale: {min: 1, max: 5}
		values: A: name: "A"
		key: A: [1, 2, 3]
		items: {
			"1": {female: "She runs.", neutral: "They run."}
			"2": {female: "She sings.", neutral: "They sing."}
			"3": {female: "She reads.", neutral: "They read."}
		}
	}
	factors: {
		model: m: provider: "simulated"
		prompt: {
			basic: template: "Rate from 1 to 5."
			drawn: {
				template: "Rate as {title} {who}. Use {{1}} to {{5}}."
				variables: {
					title: from: ["Ms."]
					who: from: ["Ito, of Acme Inc."]
				}
				form: {by: "title", "Ms.": "female"}
				system: "You are {who}"
			}
			stops: {template: "As {a}. Or {b}!", variables: {a: from: ["x.."], b: from: ["y."]}}
			persona: {template: "Answer as: {persona}. Rate.", variables: persona: generate: {prompt: "Create a persona:", system: "Be brief.", temperature: 0.3}}
			pairs: {template: "Rate as {name}.", variables: name: {from: ["Kim", "Lee"], draw: "cycle"}}
		}
		temperature: {"0.0": value: 0.0, "0.7": value: 0.7}
		administration: {batch: {}, sequential: {}, isolated: independent: true}
		tone: {plain: {}, turned: item_order: "reversed"}
	}
	where: [
		{administration: ["batch"]},
		{administration: ["sequential", "isolated"]},
	]
	on_invalid: reask: 2
}
`

type fixture struct {
	t *testing.T
	d *design.Design
	b *session.Builder
}

func load(t *testing.T, src string) fixture {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "study.cue"), []byte(src), 0o666); err != nil {
		t.Fatal(err)
	}
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	return fixture{t, d, session.NewBuilder(d, session.Options{})}
}

// respondent finds a replicate of the cell that a text such as
// "basic 0.0 batch plain" names.
func (f fixture) respondent(cell string, replicate int) design.Respondent {
	f.t.Helper()
	for _, c := range f.d.Cells() {
		if fmt.Sprintf("%s %s %s %s", c.Prompt.Name, c.Temperature.Name, c.Administration.Name, c.Further[0].Name) == cell {
			return f.d.Respondent(c, replicate)
		}
	}
	f.t.Fatalf("there is no cell %s", cell)
	return design.Respondent{}
}

func (f fixture) session(cell string, replicate int, generated map[string]session.Generated) *session.Session {
	f.t.Helper()
	s, err := f.b.Session(f.respondent(cell, replicate), generated)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// sent is a request's conversation, one "role: text" a message.
func sent(r completion.Request) []string {
	var out []string
	for _, m := range r.Thread.Messages() {
		out = append(out, m.Role.String()+": "+m.Text)
	}
	return out
}

func same(t *testing.T, what string, got completion.Request, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, sent(got)); diff != "" {
		t.Errorf("%s (-want +sent):\n%s", what, diff)
	}
}

// DESIGN 4, What is sent: template, blank line, each item on a line, nothing
// after the last; no system prompt unless declared.
func TestBatchSendsEveryItemInOneMessage(t *testing.T) {
	f := load(t, study)
	s := f.session("basic 0.0 batch plain", 1, nil)
	if s.Turns != 1 {
		t.Errorf("%d turns, want 1", s.Turns)
	}
	same(t, "batch", s.Request(1, 0), "user: Rate from 1 to 5.\n\n1. They run.\n2. They sing.\n3. They read.")
	same(t, "turned round: N is the position", f.session("basic 0.0 batch turned", 1, nil).Request(1, 0),
		"user: Rate from 1 to 5.\n\n1. They read.\n2. They sing.\n3. They run.")
}

func TestFormSystemAndBracesAreRendered(t *testing.T) {
	f := load(t, study)
	same(t, "drawn", f.session("drawn 0.0 batch plain", 1, nil).Request(1, 0),
		"system: You are Ito, of Acme Inc.",
		"user: Rate as Ms. Ito, of Acme Inc. Use {1} to {5}.\n\n1. She runs.\n2. She sings.\n3. She reads.")
}

// One trailing full stop is lost, and only where the template has its own.
func TestFullStopIsLostWhereTheTemplateHasOne(t *testing.T) {
	f := load(t, study)
	same(t, "stops", f.session("stops 0.0 isolated plain", 1, nil).Request(2, 0), "user: As x.. Or y.!\n\n2. They sing.")
}

// Replies stay in the conversation as the model wrote them, also when they
// cannot be read.
func TestSequentialKeepsRepliesAsWritten(t *testing.T) {
	f := load(t, study)
	s := f.session("drawn 0.0 sequential plain", 1, nil)
	if s.Turns != 3 {
		t.Errorf("%d turns, want 3", s.Turns)
	}
	first := s.Request(1, 0)
	opening := []string{"system: You are Ito, of Acme Inc.", "user: Rate as Ms. Ito, of Acme Inc. Use {1} to {5}.\n\n1. She runs."}
	same(t, "first turn", first, opening...)
	reply(s, first, " 4 \n")
	second := s.Request(2, 0)
	same(t, "second turn", second, append(opening, "assistant:  4 \n", "user: 2. She sings.")...)
	if second.Prev != first.Key() {
		t.Error("the second turn does not follow from the first")
	}
	reply(s, second, "I would rather not.")
	same(t, "third turn", s.Request(3, 0), append(opening, "assistant:  4 \n", "user: 2. She sings.", "assistant: I would rather not.", "user: 3. She reads.")...)
}

func reply(s *session.Session, r completion.Request, text string) {
	s.Reply(r, r.Key(), completion.TextDigest(text), text, true)
}

// A conversation of which only digests are at hand has the keys of one whose
// texts are.
func TestKeysOfLaterTurnsNeedNoTexts(t *testing.T) {
	f := load(t, study)
	full, lean := f.session("basic 0.0 sequential plain", 2, nil), f.session("basic 0.0 sequential plain", 2, nil)
	for turn := 1; turn <= 3; turn++ {
		a, b := full.Request(turn, 0), lean.Request(turn, 0)
		if a.Key() != b.Key() {
			t.Fatalf("turn %d: the keys differ", turn)
		}
		reply(full, a, "3")
		lean.Reply(b, b.Key(), completion.TextDigest("3"), "", false)
	}
}

func TestIsolatedBeginsAnewWithEachItem(t *testing.T) {
	f := load(t, study)
	s := f.session("basic 0.0 isolated plain", 1, nil)
	for turn, item := range []string{"1. They run.", "2. They sing.", "3. They read."} {
		r := s.Request(turn+1, 0)
		same(t, item, r, "user: Rate from 1 to 5.\n\n"+item)
		reply(s, r, "5")
		if r.Prev != (completion.Key{}) {
			t.Errorf("%s follows from something", item)
		}
	}
}

// A generated persona is trimmed of outer white space and otherwise kept whole,
// preamble included; its generation is the lineage of what is asked.
func TestPersonaIsTrimmedAndItsKeyIsTheLineage(t *testing.T) {
	f := load(t, study)
	text := "\n Sure! Here is one:\n\nAda, 40, a baker. \n"
	key := completion.Key{1}
	s := f.session("persona 0.7 batch plain", 3, map[string]session.Generated{"persona": {Text: text, Key: key}})
	r := s.Request(1, 0)
	same(t, "persona", r, "user: Answer as: Sure! Here is one:\n\nAda, 40, a baker. Rate.\n\n1. They run.\n2. They sing.\n3. They read.")
	if diff := cmp.Diff([]completion.Key{key}, r.Lineage); diff != "" || r.Sample != 0 {
		t.Errorf("sample %d, lineage %s", r.Sample, diff)
	}
	other := f.session("persona 0.7 batch plain", 4, map[string]session.Generated{"persona": {Text: text, Key: completion.Key{2}}})
	if other.Request(1, 0).Key() == r.Key() {
		t.Error("two personas that read alike share a reply")
	}
}

// The persona stage: once a model and replicate, whatever temperatures and
// administrations use it; sample = replicate, from 0.
func TestGenerationIsSharedOverCells(t *testing.T) {
	f := load(t, study)
	keys := map[completion.Key]bool{}
	for _, c := range f.d.Cells() {
		for _, v := range session.GeneratedVariables(c.Prompt) {
			for replicate := 1; replicate <= 4; replicate++ {
				r, err := f.b.Generation(c.Model, c.Prompt, v, replicate)
				if err != nil {
					t.Fatal(err)
				}
				keys[r.Key()] = true
				same(t, "generation", r, "system: Be brief.", "user: Create a persona:")
				if got, _ := r.Origin.Parameter("temperature"); got != 0.3 || r.Sample != replicate-1 {
					t.Errorf("temperature %v, sample %d; want 0.3, %d", got, r.Sample, replicate-1)
				}
			}
		}
	}
	if len(keys) != 4 {
		t.Errorf("%d generations for 4 replicates in %d cells", len(keys), len(f.d.Cells()))
	}
}

// Sample: how many lower replicates of the cell are rendered alike. It holds
// for all turns.
func TestSamplesTellEqualRequestsApart(t *testing.T) {
	f := load(t, study)
	for cell, want := range map[string][]int{
		"basic 0.0 sequential plain": {0, 1, 2, 3},
		"pairs 0.7 sequential plain": {0, 0, 1, 1},
	} {
		for i, sample := range want {
			s := f.session(cell, i+1, nil)
			for turn := 1; turn <= 3; turn++ {
				r := s.Request(turn, 0)
				reply(s, r, "2")
				if r.Sample != sample {
					t.Errorf("%s, replicate %d, turn %d: sample %d, want %d", cell, i+1, turn, r.Sample, sample)
				}
			}
		}
	}
}

// Declared and nothing else: the temperature, and the mark of an independent
// level.
func TestOriginHoldsWhatIsDeclared(t *testing.T) {
	f := load(t, study)
	o := f.session("basic 0.7 isolated plain", 1, nil).Request(1, 0).Origin
	if got := o.ParametersJSON(); got != `{"temperature":0.7}` {
		t.Errorf("parameters %s", got)
	}
	if diff := cmp.Diff([]string{"administration=isolated"}, o.Independent); diff != "" {
		t.Error(diff)
	}
	if o := f.session("basic 0.7 batch plain", 1, nil).Request(1, 0).Origin; len(o.Independent) != 0 {
		t.Errorf("independent %v", o.Independent)
	}
}

// stored is a store of replies.
type stored map[completion.Key]session.Reply

func (s stored) Find(k completion.Key) (session.Reply, bool) { r, ok := s[k]; return r, ok }

func ok(text string) session.Reply {
	return session.Reply{Sum: completion.TextDigest(text), Text: text, Known: true}
}

// walker reads replies that are numbers as valid.
func (f fixture) walker(s stored) *session.Walker {
	return &session.Walker{Builder: f.b, Replies: s, Valid: func(_ *session.Session, _ int, r session.Reply) bool {
		return len(r.Text) == 1
	}}
}

func (f fixture) visit(w *session.Walker, cell string) *session.Visit {
	f.t.Helper()
	var v session.Visit
	if err := w.Visit(f.respondent(cell, 1), &v); err != nil {
		f.t.Fatal(err)
	}
	return &v
}

// show is what a visit found: one word a turn.
func show(v *session.Visit) string {
	var out []string
	for _, t := range v.Turns {
		word := "missing"
		if t.Stored {
			word = "invalid"
		}
		if t.Stands {
			word = "stands"
		}
		out = append(out, fmt.Sprintf("%d.%d %s", t.Turn, t.Request.Attempt, word))
	}
	return strings.Join(out, ", ") + fmt.Sprintf("; %d unknown", v.Unknown)
}

// on_invalid: the same request again as the next attempt; in a conversation the
// last attempt's reply stands, also when it cannot be read.
func TestInvalidRepliesAreAskedAgainAndTheLastStands(t *testing.T) {
	f := load(t, study)
	const cell = "basic 0.0 sequential plain"
	s := stored{}
	w := f.walker(s)
	step := func(want string, text string) {
		t.Helper()
		v := f.visit(w, cell)
		if got := show(v); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		last := v.Turns[len(v.Turns)-1]
		s[last.Key] = ok(text)
	}
	step("1.0 missing; 2 unknown", "no")
	step("1.0 invalid, 1.1 missing; 2 unknown", "no")
	step("1.0 invalid, 1.1 invalid, 1.2 missing; 2 unknown", "never")
	step("1.0 invalid, 1.1 invalid, 1.2 stands, 2.0 missing; 1 unknown", "3")
	step("1.0 invalid, 1.1 invalid, 1.2 stands, 2.0 stands, 3.0 missing; 0 unknown", "no")
	step("1.0 invalid, 1.1 invalid, 1.2 stands, 2.0 stands, 3.0 invalid, 3.1 missing; 0 unknown", "4")
	v := f.visit(w, cell)
	if v.State != session.Complete || len(s) != 6 {
		t.Errorf("state %v with %d stored; %s", v.State, len(s), show(v))
	}
	same(t, "attempts repeat the request", v.Turns[2].Request, sent(v.Turns[0].Request)...)
	same(t, "what stands is in the conversation", v.Turns[3].Request,
		"user: Rate from 1 to 5.\n\n1. They run.", "assistant: never", "user: 2. They sing.")
}

// A persona that could not be generated: its respondents are not asked.
func TestFailedPersonaIsNotAsked(t *testing.T) {
	f := load(t, study)
	const cell = "persona 0.0 sequential plain"
	s := stored{}
	w := f.walker(s)
	v := f.visit(w, cell)
	if v.State != session.PersonaMissing || v.Unknown != 3 || len(v.Turns) != 0 || len(v.Personas) != 1 {
		t.Fatalf("state %v, %d unknown, %d turns, %d personas; want a missing persona and 3 unknown", v.State, v.Unknown, len(v.Turns), len(v.Personas))
	}
	key := v.Personas[0].Key
	for name, r := range map[string]session.Reply{
		"refusal":     {Status: completion.Refusal, Text: "x", Known: true},
		"empty":       {Status: completion.Empty, Known: true},
		"white space": {Text: " \n", Known: true},
	} {
		s[key] = r
		got := f.visit(w, cell)
		if got.State != session.PersonaFailed || got.Session != nil || len(got.Turns) != 0 || got.Unknown != 0 {
			t.Errorf("%s: state %v, %d turns, %d unknown; want a failed persona and nothing asked", name, got.State, len(got.Turns), got.Unknown)
		}
	}
	s[key] = ok("Ada.")
	v = f.visit(w, cell)
	if v.State != session.Partial || len(v.Turns) != 1 {
		t.Fatalf("state %v, %d turns; want the first turn", v.State, len(v.Turns))
	}
	same(t, "with a persona", v.Turns[0].Request, "user: Answer as: Ada. Rate.\n\n1. They run.")
}

// language has a wording and a reversed scale beside one another, and a system
// prompt that says the scale.
const language = `package study

import "circumplex.example/schema"

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 2
	instrument: {
		name: "two", structure: "none"
		scale: {min: 0, max: 3, labels: {"0": "never", "1": "rarely", "3": "always"}}
		values: A: name: "A"
		key: A: [1, 2]
		items: {"1": neutral: "They run.", "2": neutral: "They sing."}
		wordings: german: {
			labels: {"0": "nie", "3": "immer"}
			items: {"1": neutral: "Sie laufen.", "2": neutral: "Sie singen."}
		}
	}
	factors: {
		model: m: provider: "simulated"
		prompt: {
			ends: {template: "{language} {{1}}", system: "{scale_labels}"}
			own: template: "{scale_min} is {scale_min_label}, {scale_max} is {scale_max_label}."
		}
		temperature: "0.0": value: 0.0
		administration: batch: {}
		direction: {down: scale: "reversed", up: {}}
		language: {
			de: {wording: "german", text: "Von {scale_min} ({scale_min_label}) bis {scale_max} ({scale_max_label})! {x}"}
			en: text: "From {scale_min} ({scale_min_label}) to {scale_max} ({scale_max_label})."
		}
	}
}
`

func TestWordingAndDirectionAreShown(t *testing.T) {
	f := load(t, language)
	want := map[string][]string{
		"ends up en":   {"system: 0 (never), 1 (rarely), 3 (always)", "user: From 0 (never) to 3 (always). {1}\n\n1. They run.\n2. They sing."},
		"ends down en": {"system: 0 (always), 2 (rarely), 3 (never)", "user: From 0 (always) to 3 (never). {1}\n\n1. They run.\n2. They sing."},
		"ends up de":   {"system: 0 (nie), 3 (immer)", "user: Von 0 (nie) bis 3 (immer)! {x} {1}\n\n1. Sie laufen.\n2. Sie singen."},
		"own down de":  {"user: 0 is immer, 3 is nie.\n\n1. Sie laufen.\n2. Sie singen."},
		"own up en":    {"user: 0 is never, 3 is always.\n\n1. They run.\n2. They sing."},
	}
	seen := map[completion.Key]string{}
	for _, c := range f.d.Cells() {
		name := fmt.Sprintf("%s %s %s", c.Prompt.Name, c.Further[0].Name, c.Further[1].Name)
		s, err := f.b.Session(f.d.Respondent(c, 1), nil)
		if err != nil {
			t.Fatal(err)
		}
		r := s.Request(1, 0)
		if w := want[name]; w != nil {
			same(t, name, r, w...)
			delete(want, name)
		}
		if other, dup := seen[r.Key()]; dup {
			t.Errorf("%s and %s have one key", name, other)
		}
		seen[r.Key()] = name
	}
	if len(want) > 0 || len(seen) != 8 {
		t.Errorf("%d cells; not met: %v", len(seen), want)
	}
}
