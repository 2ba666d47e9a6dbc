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
	diff.ByAdded:   "entries were added",
	diff.ByRemoved: "entries were removed",
	diff.ByEdited:  "entries were edited",
	diff.ByBalance: "other groups take turns",
	diff.ByFields:  "the prompt uses other fields of the list",
	diff.ByText:    "the text that generates it is another",
}

// draws says who is drawn anew, and why.
func (v *diffView) draws() []block {
	var out []block
	moved := false
	for _, r := range v.d.Draws {
		what := named(r.Variable)
		if r.Prompt != "" {
			what += " of prompt " + said(r.Prompt)
		}
		s := fmt.Sprintf("%s (%s): %s of %s change", what, r.Draw, num(r.Changed), count(r.Of, "replicate"))
		if takesPlaces[r.Draw] && r.Prompt != "" && r.Fresh < r.Changed {
			moved = true
			s += fmt.Sprintf("; %s, the others change places", areNew(r.Fresh))
		}
		out = append(out, block{sign: "~", says: marked(s)})
		for _, w := range r.Why {
			out = append(out, block{depth: 1, sign: "*", says: marked(causes[w])})
		}
	}
	if moved {
		out = append(out, block{says: "Replies are found by what was asked: who only changes places keeps them, unless another part of the text changes too."})
	}
	return out
}

// takesPlaces are the draws that hand the entries round.
var takesPlaces = map[string]bool{"shuffle": true, "cycle": true}

func areNew(n int) string {
	switch n {
	case 0:
		return "none is new"
	case 1:
		return "1 is new"
	}
	return num(n) + " are new"
}

func (v *diffView) askedSummary() string {
	d := v.d
	return fmt.Sprintf("%s kept, %s new, %s dropped", count(d.Sessions.Kept, "session"), num(d.Sessions.Added), num(d.Sessions.Removed))
}

// asked holds cells, sessions and completions against each other.
func (v *diffView) asked() []block {
	d := v.d
	if d.Sessions.Added+d.Sessions.Removed+d.Requests.Added+d.Requests.Removed+d.Cells.Renamed == 0 {
		return nil
	}
	kept := d.Cells.New - d.Cells.Added
	counts := block{names: 1, head: []string{"", "before", "after", "kept", "new", "dropped"}, rows: [][]string{
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
	s := strings.TrimPrefix(v.costWords(c), "cost ")
	if len(c.Models) == 0 {
		return s
	}
	var models []string
	for _, m := range c.Models {
		models = append(models, said(m))
	}
	return s + " (no price is declared for " + strings.Join(models, ", ") + ")"
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

// levelsShown is up to how many levels those are shown too to which nothing
// happens.
const levelsShown = 40

// levelTable shows the sessions of each level that changes.
func (v *diffView) levelTable() block {
	t := block{names: 2, head: []string{"factor", "level", "kept", "new", "dropped", "asked anew"}}
	factor := ""
	for _, l := range v.d.Levels {
		if len(v.d.Levels) > levelsShown && l.Added+l.Removed+l.Make == 0 {
			continue
		}
		name := named(l.Factor)
		if l.Factor == factor {
			name = ""
		}
		factor = l.Factor
		t.rows = append(t.rows, []string{name, named(l.Level), num(l.Kept), num(l.Added), num(l.Removed), num(l.Make)})
	}
	return t
}
