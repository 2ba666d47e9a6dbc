package verify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/table"
)

// turn is one stored reply of a respondent.
type turn struct {
	number, attempt, row int
}

// reread reads the replies anew and compares what comes of them with the
// answers. How items were administered is told by the replies: a session with
// more than one turn asked an item a turn.
func (s *state) reread() {
	c, r, a := s.tables["completions"], s.tables["respondents"], s.tables["responses"]
	turns := map[string][]turn{}
	for i := range c.rows {
		if c.str("purpose", i) == "answer" && !c.ints["turn"].Null(i) {
			id := c.str("respondent_id", i)
			turns[id] = append(turns[id], turn{c.int("turn", i), c.int("attempt", i), i})
		}
	}
	single := map[string]bool{} // by condition
	for i := range r.rows {
		for _, t := range turns[r.str("respondent_id", i)] {
			single[r.str("condition_id", i)] = single[r.str("condition_id", i)] || t.number > 1
		}
	}
	shown := map[string][]int{} // rows of responses by respondent
	for i := range a.rows {
		id := a.str("respondent_id", i)
		shown[id] = append(shown[id], i)
	}
	p := parsers{s: s, known: map[string]*answer.Parser{}, sheets: s.sheets(), scales: map[sheet]answer.Scale{}}
	for i := range r.rows {
		id := r.str("respondent_id", i)
		rows := shown[id]
		slices.SortFunc(rows, func(x, y int) int { return a.int("position", x) - a.int("position", y) })
		stand := standing(turns[id])
		s.turnsOf(c, r, i, turns[id])
		if len(stand) == 0 || len(rows) != s.tables["items"].rows || strings.HasPrefix(r.str("status", i), "persona") {
			s.unread(r, i, rows, len(stand))
			continue
		}
		p.as = p.sheets[r.str("condition_id", i)]
		want := p.read(r.str("form", i), rows, stand, single[r.str("condition_id", i)])
		if !single[r.str("condition_id", i)] && len(stand) == 1 {
			// A first turn alone may be that of an unfinished conversation.
			if other := p.read(r.str("form", i), rows, stand, true); s.unlike(rows, want) > s.unlike(rows, other) {
				want = other
			}
		}
		s.compare(rows, want, stand)
	}
}

// turnsOf checks that turns and attempts are counted without a gap.
func (s *state) turnsOf(c, r *data, i int, turns []turn) {
	seen := map[[2]int]bool{}
	for _, t := range turns {
		if seen[[2]int{t.number, t.attempt}] {
			s.diff(c.file, t.row+1, "turn", "turn %d, attempt %d stands in an earlier row of the respondent too", t.number, t.attempt)
		}
		seen[[2]int{t.number, t.attempt}] = true
		if t.attempt > 0 && !seen[[2]int{t.number, t.attempt - 1}] {
			s.diff(c.file, t.row+1, "attempt", "is %d, with no attempt %d before it", t.attempt, t.attempt-1)
		}
		if t.number < 1 || t.number > s.tables["items"].rows {
			s.diff(c.file, t.row+1, "turn", "%d is none from 1 to %d", t.number, s.tables["items"].rows)
		}
	}
	if status := r.str("status", i); (status == table.StatusComplete || status == table.StatusPartial) && len(turns) == 0 {
		s.diff(r.file, i+1, "status", "is %s, completions.parquet has no reply of the respondent", status)
	}
}

// standing keeps the last attempt of each turn: the one whose reply counts.
func standing(turns []turn) []turn {
	last := map[int]turn{}
	for _, t := range turns {
		if old, ok := last[t.number]; !ok || t.attempt > old.attempt {
			last[t.number] = t
		}
	}
	var out []turn
	for _, t := range last {
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b turn) int { return a.number - b.number })
	return out
}

// unread checks a respondent without replies: nothing can have been answered.
func (s *state) unread(r *data, i int, rows []int, replies int) {
	a := s.tables["responses"]
	for _, row := range rows {
		if status := answer.Status(a.str("status", row)); !slices.Contains(unasked, status) {
			s.diff(a.file, row+1, "status", "is %q, and its respondent has %d replies and status %q", status, replies, r.str("status", i))
		}
	}
}

// parsers reads replies as the collection does.
type parsers struct {
	s     *state
	known map[string]*answer.Parser
	// sheets tells how the items were shown, by condition; as is that of the
	// respondent who is read.
	sheets map[string]sheet
	as     sheet
	scales map[sheet]answer.Scale
}

// sheet is how a condition showed the items: in which wording, "" for the
// instrument's own, and with the words of the scale turned round.
type sheet struct {
	wording  string
	reversed bool
}

func (s *state) sheets() map[string]sheet {
	c := s.tables["conditions"]
	out := map[string]sheet{}
	for i := range c.rows {
		out[c.str("condition_id", i)] = sheet{c.str("item_wording", i), c.bools["scale_reversed"].Values[i]}
	}
	return out
}

// read returns the answer at each position, from 0; nil where there is no reply.
func (p *parsers) read(form string, rows []int, stand []turn, single bool) []*answer.Answer {
	out := make([]*answer.Answer, len(rows))
	parser := p.parser(form, rows)
	c := p.s.tables["completions"]
	for _, t := range stand {
		text, finish := c.str("raw_text", t.row), answer.FinishStop
		switch completion.Status(c.str("status", t.row)) {
		case completion.Truncated:
			finish = answer.FinishLength
		case completion.Refusal:
			finish = answer.FinishFilter
		}
		if single {
			if t.number >= 1 && t.number <= len(out) {
				got := parser.Single(t.number, text, finish)
				out[t.number-1] = &got
			}
			continue
		}
		for i, got := range parser.Batch(text, finish) {
			out[i] = &got
		}
	}
	return out
}

// parser is one for a form and an order of items.
func (p *parsers) parser(form string, rows []int) *answer.Parser {
	it, a := p.s.tables["items"], p.s.tables["responses"]
	numbers := map[int]int{}
	for i := range it.rows {
		numbers[it.int("item", i)] = i
	}
	texts := make([]string, len(rows))
	for i, row := range rows {
		column := "text_" + form
		if p.as.wording != "" {
			column = "text_" + p.as.wording + "_" + form
		}
		if it.text[column] != nil {
			texts[i] = it.str(column, numbers[a.int("item", row)])
		}
	}
	key := fmt.Sprint(p.as.reversed) + p.as.wording + "\x00" + form + "\x00" + strings.Join(texts, "\x00")
	if p.known[key] == nil {
		if len(p.known) > 1000 { // shuffled orders: each is used by few
			clear(p.known)
		}
		p.known[key] = answer.NewParser(answer.Sheet{Scale: p.scaleOf(), Items: texts})
	}
	return p.known[key]
}

// scaleOf is the scale as it was shown: with the words that options have for it
// or, in another wording, those of the experiment beside the tables.
func (p *parsers) scaleOf() answer.Scale {
	if sc, ok := p.scales[p.as]; ok {
		return sc
	}
	it := p.s.tables["items"]
	sc := answer.Scale{Min: it.int("scale_min", 0), Max: it.int("scale_max", 0), Labels: p.labels()}
	if p.as.reversed {
		turned := make(map[int]string, len(sc.Labels))
		for n, label := range sc.Labels {
			turned[sc.Min+sc.Max-n] = label
		}
		sc.Labels = turned
	}
	p.scales[p.as] = sc
	return sc
}

func (p *parsers) labels() map[int]string {
	if p.as.wording != "" {
		exp, err := p.s.manifest.Declared(p.s.dir)
		if err != nil {
			p.s.diff("experiment.json", 0, "", "the words of the scale in wording %q cannot be read: %v", p.as.wording, err)
			return nil
		}
		return exp.Instrument.LabelsIn(p.as.wording, false)
	}
	o, labels := p.s.tables["options"], map[int]string{}
	for i := range o.rows {
		if o.str("name", i) == "scale_labels" {
			if err := json.Unmarshal([]byte(o.str("value", i)), &labels); err != nil {
				p.s.diff(o.file, i+1, "value", "scale_labels is no JSON object of numbers and words")
			}
		}
	}
	return labels
}

// unlike counts the positions at which answers differ.
func (s *state) unlike(rows []int, want []*answer.Answer) int {
	n := 0
	for i, row := range rows {
		if s.mismatch(row, want[i]) != "" {
			n++
		}
	}
	return n
}

// compare reports the answers of a respondent that do not follow. A reply that
// cannot be read may still have been asked for again: then it does not count.
func (s *state) compare(rows []int, want []*answer.Answer, stand []turn) {
	a := s.tables["responses"]
	noReply := func(row int) bool { return slices.Contains(unasked, answer.Status(a.str("status", row))) }
	again := !slices.ContainsFunc(rows, func(row int) bool { return !noReply(row) }) &&
		slices.ContainsFunc(want, func(w *answer.Answer) bool { return w != nil && w.Status != answer.OK })
	for i, row := range rows {
		column := s.mismatch(row, want[i])
		if column == "" || again || noReply(row) && want[i] != nil && want[i].Status != answer.OK && i >= len(stand)-1 {
			continue
		}
		from := stand[0]
		for _, t := range stand {
			if t.number == i+1 {
				from = t
			}
		}
		s.diff(a.file, row+1, column, "is %s; completions.parquet, row %d, reads as %s", s.cellText(row, column), from.row+1, described(want[i], column))
	}
}

// mismatch names the column in which a row differs from what was read; "" if
// it does not.
func (s *state) mismatch(row int, want *answer.Answer) string {
	a := s.tables["responses"]
	status := answer.NotRun
	switch {
	case want != nil:
		status = want.Status
	case a.str("status", row) == string(answer.Failed):
		status = answer.Failed // why there is no reply stands in no table
	}
	switch {
	case a.str("status", row) != string(status):
		return "status"
	case status == answer.OK && (a.ints["response"].Null(row) || a.int("response", row) != want.Response):
		return "response"
	case want != nil && a.str("raw_answer", row) != strings.ToValidUTF8(want.Raw, "\uFFFD"):
		return "raw_answer"
	}
	return ""
}

// cellText is a cell of responses as a message shows it.
func (s *state) cellText(row int, column string) string {
	a := s.tables["responses"]
	if column == "response" {
		if a.ints["response"].Null(row) {
			return "null"
		}
		return fmt.Sprint(a.int("response", row))
	}
	return fmt.Sprintf("%q", a.str(column, row))
}

func described(want *answer.Answer, column string) string {
	switch {
	case want == nil:
		return "no reply"
	case column == "response":
		return fmt.Sprint(want.Response)
	case column == "raw_answer":
		return fmt.Sprintf("%q", want.Raw)
	}
	return fmt.Sprintf("%q", want.Status)
}
