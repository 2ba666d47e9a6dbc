package cli

import (
	"fmt"
	"strings"

	"circumplex.example/runner/internal/diff"
)

// verdict is the line that says it all.
func (v *diffView) sayVerdict() marked {
	d := v.d
	switch {
	case !d.Changed && d.Stored != nil && d.Stored.Make.Completions > 0:
		return marked(fmt.Sprintf("No change; %s still to make.", areStill(d.Stored.Make.Completions)))
	case !d.Changed:
		return "No change."
	case d.Fresh:
		return marked(fmt.Sprintf("A new experiment: %s, %s, %s.", count(d.Cells.New, "cell"), count(d.Sessions.New, "session"), v.toMake()))
	case d.Sessions.Added+d.Sessions.Removed == 0 && d.Requests.Added+d.Requests.Removed == 0:
		return marked("No request changes: " + v.aside() + ".")
	}
	var parts []string
	if s := v.cellsChange(); s != "" {
		parts = append(parts, s)
	}
	parts = append(parts, sessionsChange(d.Sessions), v.toMake())
	if s := v.meaning(); s != "" {
		parts = append(parts, s)
	}
	return marked(strings.Join(parts, ", ") + "; " + v.lost() + ".")
}

func areStill(n int) string {
	if n == 1 {
		return "1 completion is"
	}
	return num(n) + " completions are"
}

func (v *diffView) cellsChange() string {
	c := v.d.Cells
	var parts []string
	if c.Added+c.Removed > 0 {
		parts = append(parts, plusMinus(c.Added, c.Removed, "cell"))
	}
	if c.Renamed > 0 {
		parts = append(parts, count(c.Renamed, "cell")+" under another name")
	}
	return strings.Join(parts, ", ")
}

// sessionsChange says how many sessions are new and how many are no more.
func sessionsChange(c diff.Count) string {
	var parts []string
	if c.Added > 0 {
		parts = append(parts, count(c.Added, "new session"))
	}
	if c.Removed > 0 {
		parts = append(parts, count(c.Removed, "session")+" dropped")
	}
	return strings.Join(parts, ", ")
}

// plusMinus says how many were added and removed.
func plusMinus(added, removed int, noun string) string {
	switch {
	case added > 0 && removed > 0:
		return fmt.Sprintf("%s added and %s removed", count(added, noun), num(removed))
	case removed > 0:
		return count(removed, noun) + " removed"
	}
	return count(added, noun) + " added"
}

// toMake says what apply would make, and what that costs.
func (v *diffView) toMake() string {
	need := v.need()
	if need.Completions == 0 {
		return "nothing to make"
	}
	s := count(need.Completions, "completion") + " to make"
	if st := v.d.Stored; st != nil && st.MissingBefore > 0 && !v.d.Fresh {
		s += fmt.Sprintf(" (%s missing before)", num(st.MissingBefore))
	}
	return s + ", " + v.costWords(need.Cost)
}

// need is what is to be made: by the store if one was looked at, else by the
// change alone.
func (v *diffView) need() diff.Need {
	if v.d.Stored != nil {
		return v.d.Stored.Make
	}
	return v.d.Change
}

func (v *diffView) costWords(c diff.Cost) string {
	switch {
	case v.now.Simulated:
		return "nothing to pay (simulated)"
	case c.Free:
		return "nothing to pay"
	case len(c.Models) == 0:
		return dollarRange(c.Low, c.High)
	case c.High == 0:
		return "cost unknown"
	}
	return fmt.Sprintf("%s and unknown for %s", dollarRange(c.Low, c.High), count(len(c.Models), "model"))
}

// dollarRange renders a range of money.
func dollarRange(low, high float64) string {
	if high < 0.01 {
		return "less than $0.01"
	}
	f := func(x float64) string {
		if x >= 100 {
			return num(int(x + 0.5))
		}
		return fmt.Sprintf("%.2f", x)
	}
	if f(low) == f(high) {
		return "about $" + f(low)
	}
	return "about $" + f(low) + "-" + f(high)
}

// lost says what becomes of what is there.
func (v *diffView) lost() string {
	switch st := v.d.Stored; {
	case st != nil && st.Orphaned > 0:
		return fmt.Sprintf("%s no longer used (kept in the store)", areOfStored(st.Orphaned))
	case st != nil:
		return "nothing stored is lost"
	case v.d.Requests.Removed > 0:
		return fmt.Sprintf("%s no longer asked for", areAsked(v.d.Requests.Removed))
	}
	return "all that was asked for before is kept"
}

func areOfStored(n int) string {
	if n == 1 {
		return "1 stored completion is"
	}
	return num(n) + " stored completions are"
}

func areAsked(n int) string {
	if n == 1 {
		return "1 completion is"
	}
	return num(n) + " completions are"
}

// meaning says which part of the tables means something else.
func (v *diffView) meaning() string {
	var parts []string
	for _, x := range []struct {
		fields []diff.Field
		name   string
	}{{v.d.Instrument, "the questionnaire"}, {v.d.Benchmarks, "the benchmarks"}, {v.d.Analysis, "the analysis"}} {
		if len(x.fields) > 0 {
			parts = append(parts, x.name)
		}
	}
	switch len(parts) {
	case 0:
		return ""
	case 1:
		return "other tables (" + parts[0] + ")"
	}
	return "other tables (" + strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1] + ")"
}

// aside says what changes where no request does.
func (v *diffView) aside() string {
	var parts []string
	if s := v.meaning(); s != "" {
		parts = append(parts, s)
	}
	if v.d.Cells.Renamed > 0 {
		parts = append(parts, count(v.d.Cells.Renamed, "cell")+" under another name")
	}
	if len(v.d.EndpointsAdded)+len(v.d.EndpointsRemoved) > 0 {
		parts = append(parts, "another endpoint or key")
	}
	if len(v.d.Draws) > 0 {
		parts = append(parts, "personas under other replicate numbers")
	}
	switch {
	case len(parts) > 0:
	case len(v.d.Settings) > 0:
		parts = append(parts, "settings")
	case len(v.d.Factors) > 0 && v.onlyLists():
		parts = append(parts, "no respondent draws the changed entries")
	case len(v.d.Factors) > 0:
		parts = append(parts, "settings of levels")
	}
	if len(parts) == 0 {
		parts = append(parts, "only what people and providers are told")
	}
	out := strings.Join(parts, ", ")
	if v.d.Stored != nil && v.d.Stored.Make.Completions > 0 {
		out += fmt.Sprintf("; %s still to make", areStill(v.d.Stored.Make.Completions))
	} else {
		out += "; nothing to make, nothing lost"
	}
	return out
}

// onlyLists reports whether nothing of the levels changes but lists.
func (v *diffView) onlyLists() bool {
	for _, f := range v.d.Factors {
		for _, c := range f.Levels {
			for _, x := range c.Fields {
				if x.List == nil {
					return false
				}
			}
		}
	}
	return true
}
