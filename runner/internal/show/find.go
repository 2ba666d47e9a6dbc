package show

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema/diag"
)

// NotFound is an id that names nothing, or more than one thing.
type NotFound struct{ What, Mend string }

// Error says what is wrong and what to type.
func (e *NotFound) Error() string { return e.What + "\n    mend: " + e.Mend }

// Ref is a place in a design: a cell, and within it a replicate and a turn if
// they were named, else 0.
type Ref struct {
	Cell            *design.Cell
	Replicate, Turn int
	Persona         bool
}

var (
	number  = regexp.MustCompile(`^(?:cell )?(\d{1,7})$`)
	hexID   = regexp.MustCompile(`^[0-9a-f]+$`)
	counted = regexp.MustCompile(`^(replicate|turn|cell)[ =](\d{1,9})$`)
)

// Ref reads what a person wrote for a cell or a respondent: the number that
// show design gives a cell, the first digits of a condition_id or
// respondent_id, levels as model=a,prompt=b, or the place that a message names.
func (s *Scope) Ref(id string) (Ref, error) {
	id = strings.TrimSpace(id)
	cells := s.Design.Cells()
	if m := number.FindStringSubmatch(id); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil && n >= 1 && n <= len(cells) {
			return Ref{Cell: cells[n-1]}, nil
		}
		// The first digits of an id may all be decimal, but not so few: whoever writes
		// 99 means a number.
		if strings.HasPrefix(id, "cell ") || len(m[1]) < 4 {
			return Ref{}, s.noCell(m[1])
		}
	}
	if lower := strings.ToLower(id); hexID.MatchString(lower) && len(lower) <= 16 {
		return s.byDigits(lower)
	}
	return s.byLevels(id)
}

// noCell says that a number names no cell.
func (s *Scope) noCell(digits string) error {
	return &NotFound{fmt.Sprintf("there is no cell %s: the design has %d", digits, len(s.Design.Cells())), "runner show design  lists the cells"}
}

// byDigits finds a cell or respondent by the first digits of its id.
func (s *Scope) byDigits(digits string) (Ref, error) {
	var found []Ref
	for _, c := range s.Design.Cells() {
		if strings.HasPrefix(c.ID, digits) {
			found = append(found, Ref{Cell: c})
		}
	}
	if len(found) == 0 {
		for _, c := range s.Design.Cells() {
			for r := 1; r <= s.Design.Experiment.N; r++ {
				if strings.HasPrefix(design.RespondentID(c, r), digits) {
					found = append(found, Ref{Cell: c, Replicate: r})
				}
			}
		}
	}
	switch len(found) {
	case 0:
		return Ref{}, &NotFound{fmt.Sprintf("no cell or respondent of %s has an id that begins with %q", s.Design.Experiment.Name, digits),
			"runner show design  lists the cells; respondents.parquet has the respondents"}
	case 1:
		return found[0], nil
	}
	return Ref{}, &NotFound{fmt.Sprintf("%d ids begin with %q", len(found), digits), "give more digits"}
}

// byLevels reads levels, as in model=a,prompt=b, and the words of a place.
func (s *Scope) byLevels(id string) (Ref, error) {
	exp := s.Design.Experiment
	ref, want := Ref{}, map[string]string{}
	for _, part := range strings.Split(strings.NewReplacer("cell (", "", ")", "", ", its persona", ",turn 0").Replace(id), ",") {
		part = strings.TrimSpace(part)
		if m := counted.FindStringSubmatch(part); m != nil {
			if err := s.count(&ref, m[1], m[2]); err != nil {
				return ref, err
			}
			continue
		}
		factor, level, ok := strings.Cut(part, "=")
		if !ok && strings.Contains(id, ",") && (number.MatchString(part) || hexID.MatchString(part)) {
			of, err := s.Ref(part) // an id, and further which replicate or turn
			if err != nil {
				return ref, err
			}
			ref.Cell, ref.Replicate = of.Cell, max(ref.Replicate, of.Replicate)
			continue
		}
		if !ok {
			return ref, &NotFound{fmt.Sprintf("%q names no cell, respondent or request", id), "give an id from a table, a number from  runner show design , or levels such as model=" + exp.Models[0].Name}
		}
		if !slices.Contains(exp.FactorNames(), factor) {
			return ref, &NotFound{fmt.Sprintf("there is no factor %q", factor), diag.DidYouMean(factor, exp.FactorNames())}
		}
		if !slices.Contains(exp.LevelNames(factor), level) {
			return ref, &NotFound{fmt.Sprintf("factor %q has no level %q", factor, level), diag.DidYouMean(level, exp.LevelNames(factor))}
		}
		want[factor] = level
	}
	if len(want) == 0 && ref.Cell != nil {
		return ref, nil
	}
	return s.only(ref, want)
}

func (s *Scope) count(ref *Ref, what, digits string) error {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return err
	}
	switch what {
	case "turn":
		ref.Turn, ref.Persona = n, n == 0
	case "cell":
		if n < 1 || n > len(s.Design.Cells()) {
			return s.noCell(digits)
		}
		ref.Cell = s.Design.Cells()[n-1]
	default:
		ref.Replicate = n
		return s.CheckReplicate(n)
	}
	return nil
}

// CheckReplicate makes sure that a replicate is of the design.
func (s *Scope) CheckReplicate(n int) error {
	if n >= 1 && n <= s.Design.Experiment.N {
		return nil
	}
	return &NotFound{fmt.Sprintf("there is no replicate %d: n is %d, and they count from 1", n, s.Design.Experiment.N), fmt.Sprintf("name one from 1 to %d", s.Design.Experiment.N)}
}

// only finds the one cell with these levels.
func (s *Scope) only(ref Ref, want map[string]string) (Ref, error) {
	var found []*design.Cell
	for _, c := range s.Design.Cells() {
		if ref.Cell != nil && c != ref.Cell {
			continue
		}
		levels, fits := s.Design.Levels(c), true
		for f, l := range want {
			fits = fits && levels[f] == l
		}
		if fits {
			found = append(found, c)
		}
	}
	switch len(found) {
	case 0:
		return ref, &NotFound{"no cell of the design has these levels together", "runner show design  lists the cells"}
	case 1:
		ref.Cell = found[0]
		return ref, nil
	}
	return ref, &NotFound{fmt.Sprintf("%d cells have these levels, among them:\n      %s\n      %s", len(found), s.Design.Describe(found[0]), s.Design.Describe(found[1])),
		"name " + strings.Join(s.differing(found), ", ") + " too"}
}

// differing lists the factors in which cells differ.
func (s *Scope) differing(cells []*design.Cell) []string {
	var out []string
	for _, f := range s.Design.Experiment.FactorNames() {
		first := s.Design.Levels(cells[0])[f]
		if slices.ContainsFunc(cells, func(c *design.Cell) bool { return s.Design.Levels(c)[f] != first }) {
			out = append(out, f)
		}
	}
	return out
}

// Key finds a request of the design by the first digits of its key. Requests
// that are not known yet cannot be found.
func (s *Scope) Key(ctx context.Context, digits string) (Ref, completion.Key, error) {
	type hit struct {
		ref Ref
		key completion.Key
	}
	found := map[completion.Key]hit{}
	err := apply.Walk(ctx, s.Library, s.Design, s.Builder, func(v *session.Visit) {
		for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
			for _, t := range turns {
				if _, seen := found[t.Key]; !seen && strings.HasPrefix(t.Key.String(), digits) {
					found[t.Key] = hit{Ref{Cell: v.Respondent.Cell, Replicate: v.Respondent.Replicate, Turn: t.Turn, Persona: t.Turn == 0}, t.Key}
				}
			}
		}
	})
	if err != nil {
		return Ref{}, completion.Key{}, err
	}
	if len(found) > 1 {
		return Ref{}, completion.Key{}, &NotFound{fmt.Sprintf("%d keys begin with %q", len(found), digits), "give more digits"}
	}
	for h := range maps.Values(found) {
		return h.ref, h.key, nil
	}
	return Ref{}, completion.Key{}, nil
}

// StoredKey finds a stored completion by the first digits of its key; zero if
// there is none.
func StoredKey(ctx context.Context, l *apply.Library, digits string) (completion.Key, error) {
	var found []completion.Key
	for _, s := range l.Stores() {
		err := s.Outlines(ctx, nil, func(o *store.Outline) error {
			if strings.HasPrefix(o.Key.String(), digits) {
				found = append(found, o.Key)
			}
			return nil
		})
		if err != nil {
			return completion.Key{}, err
		}
	}
	switch len(found) {
	case 0:
		return completion.Key{}, nil
	case 1:
		return found[0], nil
	}
	return completion.Key{}, &NotFound{fmt.Sprintf("%d keys begin with %q", len(found), digits), "give more digits"}
}
