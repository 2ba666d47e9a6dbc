package cli

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"circumplex.example/runner/internal/diff"
)

// change renders a field of two values.
func change(f diff.Field) string {
	switch {
	case f.Old == nil:
		return value(f.New) + " (not declared before)"
	case f.New == nil:
		return value(f.Old) + " -> not declared"
	}
	return value(f.Old) + " -> " + value(f.New)
}

// value renders what was declared: a text in quotes, the rest as JSON has it.
func value(v any) string {
	switch x := v.(type) {
	case string:
		return said(x)
	case float64:
		return named(strconv.FormatFloat(x, 'f', -1, 64))
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return named(fmt.Sprint(v))
	}
	return named(strings.TrimSuffix(b.String(), "\n"))
}

// causes say why a draw gives something else.
var causes = map[string]string{
	diff.BySeed:    "the seed is another",
	diff.ByName:    "draws are keyed by the prompt's name, which is another",
	diff.ByDraw:    "it is drawn another way",
	diff.ByRange:   "the range is another",
	diff.ByOrder:   "the list is taken in turn (cycle), and its order is another",
	diff.ByLength:  "the list is taken in turn (cycle), and its length is another",
	diff.ByAdded:   "entries were added or edited",
	diff.ByRemoved: "entries were removed or edited",
	diff.ByBalance: "other groups take turns",
	diff.ByFields:  "the prompt uses other fields of the list",
	diff.ByText:    "the text that generates it is another",
}

// draws says who is drawn anew, and why.
func (v *diffView) draws() []block {
	var out []block
	for _, r := range v.d.Draws {
		what := named(r.Variable)
		if r.Prompt != "" {
			what += " of prompt " + said(r.Prompt)
		}
		out = append(out, block{sign: "~", says: marked(fmt.Sprintf("%s (%s): %s of %s get another value, %s", what, r.Draw, num(r.Changed), count(r.Of, "replicate"), fresh(r)))})
		var why []string
		for _, w := range r.Why {
			why = append(why, causes[w])
		}
		if len(why) > 0 {
			out = append(out, block{depth: 1, sign: "*", says: marked("why: " + strings.Join(why, "; "))})
		}
		if r.Fresh < r.Changed && r.Draw != "generate" && r.Variable != "order of the items" {
			out = append(out, block{depth: 1, sign: "*", says: "the others move to another replicate number; a reply is found by what was asked, so it moves along where the whole text stays the same"})
		}
	}
	return out
}

func fresh(r diff.Redraw) string {
	switch r.Fresh {
	case 0:
		return "none of them new"
	case 1:
		return "1 value is drawn that was not before"
	}
	return num(r.Fresh) + " values are drawn that were not before"
}

func (v *diffView) askedSummary() string {
	d := v.d
	return fmt.Sprintf("%s kept, %s added, %s removed", count(d.Sessions.Kept, "session"), num(d.Sessions.Added), num(d.Sessions.Removed))
}

// asked holds cells, sessions and completions against each other.
func (v *diffView) asked() []block {
	d := v.d
	if d.Sessions.Added+d.Sessions.Removed+d.Requests.Added+d.Requests.Removed+d.Cells.Renamed == 0 {
		return nil
	}
	kept := d.Cells.New - d.Cells.Added
	counts := block{names: 1, head: []string{"", "before", "after", "kept", "added", "removed"}, rows: [][]string{
		{"cells", num(d.Cells.Old), num(d.Cells.New), num(kept), num(d.Cells.Added), num(max(0, d.Cells.Old-kept))},
		counted("sessions", d.Sessions), counted("completions", d.Requests)}}
	out := []block{counts}
	out = append(out, v.storeLines()...)
	need := v.need()
	if need.Completions > 0 {
		out = append(out, block{says: marked(fmt.Sprintf("Tokens: about %s sent, %s received. Cost: %s.", short(need.Prompt), short(need.Completion), v.costSentence(need.Cost)))})
	}
	return append(out, v.levelTable())
}

func counted(name string, c diff.Count) []string {
	return []string{name, num(c.Old), num(c.New), num(c.Kept), num(c.Added), num(c.Removed)}
}

func (v *diffView) costSentence(c diff.Cost) string {
	s := costWords(c)
	if len(c.Unpriced) == 0 {
		return s
	}
	var models []string
	for _, m := range c.Unpriced {
		models = append(models, said(m))
	}
	return s + " (no price declared for " + strings.Join(models, ", ") + ")"
}

// storeLines says what the store holds of it.
func (v *diffView) storeLines() []block {
	st := v.d.Stored
	if st == nil {
		if v.d.Fresh {
			return nil
		}
		return []block{{says: "Nothing is stored for either side: this counts as if all that was asked for before were stored."}}
	}
	s := fmt.Sprintf("In the store: %s kept", count(st.Kept, "completion"))
	s += fmt.Sprintf(", %s no longer used", num(st.Orphaned))
	if st.Found > 0 {
		s += fmt.Sprintf(", %s found that another experiment or an earlier state made", num(st.Found))
	}
	s += fmt.Sprintf(". To make: %s", num(st.Make.Completions))
	if st.MissingBefore > 0 {
		s += fmt.Sprintf(" (%s missing before the change)", num(st.MissingBefore))
	}
	if st.NotKnown > 0 {
		s += fmt.Sprintf(", %s of them not known yet, following from replies to come", num(st.NotKnown))
	}
	return []block{{says: marked(s + ".")}}
}

// levelTable shows the sessions of each level that changes.
func (v *diffView) levelTable() block {
	t := block{names: 2, head: []string{"factor", "level", "kept", "added", "removed", "to make"}}
	factor := ""
	for _, l := range v.d.Levels {
		name := named(l.Factor)
		if l.Factor == factor {
			name = ""
		}
		factor = l.Factor
		t.rows = append(t.rows, []string{name, named(l.Level), num(l.Kept), num(l.Added), num(l.Removed), num(l.Make)})
	}
	return t
}

// endpoints says where requests and keys go.
func (v *diffView) endpoints() []block {
	var out []block
	for _, x := range []struct {
		sign string
		list []diff.Endpoint
	}{{"+", v.d.EndpointsAdded}, {"-", v.d.EndpointsRemoved}} {
		for _, e := range x.list {
			out = append(out, block{sign: x.sign, says: endpoint(e)})
		}
	}
	return out
}

func endpoint(e diff.Endpoint) marked {
	where := "the address of provider " + named(e.Provider)
	if e.Host != "" {
		where = named(e.Host)
	}
	key := "no key declared"
	if e.KeyFrom != "" {
		key = "with the key from " + named(e.KeyFrom)
	}
	var models []string
	for _, m := range e.Models {
		models = append(models, said(m))
	}
	return marked(fmt.Sprintf("%s, %s (model %s)", where, key, strings.Join(models, ", ")))
}

// tables says what published tables mean now.
func (v *diffView) tables() []block {
	var out []block
	group := func(title string, fields []diff.Field, each func(diff.Field) []block) {
		if len(fields) == 0 {
			return
		}
		out = append(out, block{sign: "~", says: marked(title)})
		for i, f := range fields {
			if i == fieldsShown {
				out = append(out, block{depth: 1, sign: "*", says: marked(fmt.Sprintf("and %s more", num(len(fields)-i)))})
				break
			}
			out = append(out, each(f)...)
		}
	}
	group("questionnaire: scores before and after cannot be compared", v.d.Instrument, fieldBlocks)
	group("benchmarks: the same answers are compared with something else", v.d.Benchmarks, benchmarkBlock)
	group("analysis: the same answers give other numbers; nobody is asked again", v.d.Analysis, fieldBlocks)
	return out
}

// fieldsShown is how many fields of one kind are named.
const fieldsShown = 10

func benchmarkBlock(f diff.Field) []block {
	if strings.HasSuffix(f.Path, ".numbers") {
		return []block{{depth: 1, sign: "~", says: marked(fmt.Sprintf("%s: %s changed", named(strings.TrimSuffix(f.Path, ".numbers")), count(f.New.(int), "number")))}}
	}
	return fieldBlocks(f)
}

func (v *diffView) harmless() []block {
	var out []block
	for _, f := range v.d.Harmless {
		out = append(out, block{sign: "~", says: marked(named(f.Path) + " " + change(f))})
	}
	return out
}
