package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"circumplex.example/runner/internal/show"
)

// line prints a named value; what authors and models wrote is made safe.
func (a *app) line(name, format string, args ...any) {
	a.lineAt(labelWidth, name, format, args...)
}

// labelWidth is where what is named begins, unless a name is longer.
const labelWidth = 12

func (a *app) lineAt(width int, name, format string, args ...any) {
	fmt.Fprintf(a.stdout, "%-*s %s\n", width, name+":", oneLine(fmt.Sprintf(format, args...)))
}

// block prints text under a heading, each line behind a bar, so that nothing in
// it can be taken for the program's own words.
func (a *app) block(head, text string) {
	for i, l := range strings.Split(plain(text), "\n") {
		if i > 0 {
			head = ""
		}
		fmt.Fprintln(a.stdout, strings.TrimRight(fmt.Sprintf("%-10s| %s", head, l), " "))
	}
}

func (a *app) origin(provider, model, identity string, params map[string]any) {
	at := ""
	if identity != "" {
		at = " at " + identity
	}
	a.line("asks", "%s %s%s", provider, model, at)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		list = append(list, fmt.Sprintf("%s=%v", name, params[name]))
	}
	if len(list) == 0 {
		list = []string{"none are sent"}
	}
	a.line("parameters", "%s", strings.Join(list, ", "))
}

func (a *app) printCell(c *show.Cell) {
	a.line("cell", "%d, condition_id %s", c.Number, c.ConditionID)
	a.line("levels", "%s", c.Place)
	a.origin(c.Provider, c.Model, c.Identity, c.Parameters)
	a.line("respondents", "%s, %s each (%s)", num(c.Respondents), count(c.Turns, "request"), c.Mode)
}

func (a *app) printPerson(r *show.Respondent) {
	width := labelWidth
	for name := range r.Persona {
		width = max(width, len(name)+1)
	}
	a.lineAt(width, "respondent", "%s, replicate %d", r.ID, r.Replicate)
	a.lineAt(width, "cell", "%d, condition_id %s", r.Cell, r.ConditionID)
	a.lineAt(width, "levels", "%s", r.Place)
	for _, name := range slices.Sorted(maps.Keys(r.Persona)) {
		a.lineAt(width, name, "%v", r.Persona[name])
	}
	a.lineAt(width, "form", "%s", r.Form)
	if r.Sample > 0 {
		a.lineAt(width, "sample", "%d: as many lower replicates are asked the same", r.Sample)
	}
	if r.Order != nil {
		a.lineAt(width, "item order", "%s", strings.Trim(fmt.Sprint(r.Order), "[]"))
	}
}

// printOpening shows a respondent and its first request.
func (a *app) printOpening(r *show.Respondent) {
	a.printPerson(r)
	for _, q := range r.Personas {
		a.printPersona(&q)
	}
	if len(r.Requests) == 0 {
		a.printUnknown(r)
		return
	}
	q := &r.Requests[0]
	fmt.Fprintf(a.stdout, "\nturn %d of %d, key %s\n", q.Turn, r.Turns, q.Key)
	a.printMessages(q.Messages)
	if q.Stored != nil {
		a.printReply(q.Stored)
	}
}

func (a *app) printPersona(q *show.Request) {
	fmt.Fprintf(a.stdout, "\npersona, key %s\n", q.Key)
	a.printMessages(q.Messages)
	if q.Stored != nil {
		a.printReply(q.Stored)
	} else {
		fmt.Fprintln(a.stdout, "not stored yet")
	}
}

func (a *app) printMessages(ms []show.Message) {
	for _, m := range ms {
		a.block(m.Role, m.Text)
	}
}

func (a *app) printReply(s *show.Stored) {
	head := "reply"
	if s.Simulated {
		head = "simulated"
	}
	a.block(head, s.Text)
	if s.Status != "ok" {
		fmt.Fprintf(a.stdout, "status:    %s\n", s.Status)
	}
}

// printRespondent shows a session: what each turn adds, and its reply.
func (a *app) printRespondent(r *show.Respondent) {
	a.printPerson(r)
	a.line("state", "%s", r.State)
	for i := range r.Personas {
		a.printPersona(&r.Personas[i])
	}
	shown := 0 // messages of the conversation that stand above already
	for i := range r.Requests {
		q := &r.Requests[i]
		again := ""
		if q.Attempt > 0 {
			again = fmt.Sprintf(", attempt %d", q.Attempt)
		}
		fmt.Fprintf(a.stdout, "\nturn %d of %d%s, key %s\n", q.Turn, r.Turns, again, q.Key)
		ms := q.Messages
		if r.Mode == "sequential" && shown < len(ms) {
			ms = ms[shown:]
		}
		a.printMessages(ms)
		if q.Stored == nil {
			fmt.Fprintln(a.stdout, "not stored yet")
			continue
		}
		a.printReply(q.Stored)
		shown = len(q.Messages) + 1
	}
	a.printUnknown(r)
}

func (a *app) printUnknown(r *show.Respondent) {
	switch {
	case r.State == "persona missing":
		fmt.Fprintf(a.stdout, "\nwhat it is asked (%s) is not known yet: the persona is still to be generated\n", count(r.Unknown, "turn"))
	case r.State == "persona failed":
		fmt.Fprintln(a.stdout, "\nnot asked: the persona could not be generated")
	case r.Unknown == 1:
		fmt.Fprintln(a.stdout, "\n1 turn more is not known yet: it follows from a reply still to come")
	case r.Unknown > 1:
		fmt.Fprintf(a.stdout, "\n%s more are not known yet: they follow from replies still to come\n", count(r.Unknown, "turn"))
	}
}
