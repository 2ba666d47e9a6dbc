package cli

import (
	"fmt"
	"io"
	"strings"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/provider"
)

// haltCode is the exit code of a run that was not stopped: where several hold,
// credentials before cost before incomplete.
func haltCode(res *apply.Result) int {
	code := exitDone
	if res.Missing > 0 || len(res.Halts) > 0 {
		code = exitIncomplete
	}
	for _, h := range res.Halts {
		switch {
		case h.Class == string(provider.Credentials) || h.Class == string(provider.Quota):
			return exitCredentials
		case h.Kind == apply.HaltBudget:
			code = exitCost
		}
	}
	return code
}

// haltsText says in a line what was given up.
func haltsText(halts []apply.Halt) string {
	parts := make([]string, len(halts))
	for i, h := range halts {
		parts[i] = haltText(h)
	}
	return strings.Join(parts, "; ")
}

func haltText(h apply.Halt) string {
	if h.Kind == apply.HaltBudget {
		return "budget reached: " + h.Reason
	}
	return fmt.Sprintf("%s %s asked no more: %s", h.Kind, h.Name, h.Reason)
}

// printSent says what went over networks, what was given up, and who answered.
func (a *app) printSent(w io.Writer, res *apply.Result) {
	if res.Sent > 0 {
		cost := dollars(res.CostUSD)
		if res.Unpriced > 0 {
			cost = fmt.Sprintf("at least %s (the cost of %s is not known)", cost, count(res.Unpriced, "request"))
		}
		again := ""
		if more := res.Sent - res.Made - res.Displaced; more > 0 {
			again = fmt.Sprintf(", %s of them in vain", num(more))
		}
		fmt.Fprintf(w, "sent:      %s%s; cost %s\n", count(res.Sent, "request"), again, cost)
	}
	for _, f := range res.Failures {
		fmt.Fprintf(w, "failed: %s: %s\n", f.Place, f.Error)
	}
	if res.Failed > len(res.Failures) {
		fmt.Fprintf(w, "and %s more\n", num(res.Failed-len(res.Failures)))
	}
	for _, h := range res.Halts {
		fmt.Fprintln(w, haltText(h))
		if h.Mend != "" {
			fmt.Fprintln(w, "    mend: "+h.Mend)
		}
	}
	printDrift(w, res.Served)
}

// maxDrift is how many cells are named whose provider changed something.
const maxDrift = 10

// printDrift names cells that more than one model or system answered.
func printDrift(w io.Writer, drift []apply.ServedBy) {
	for i, x := range drift {
		if i == maxDrift {
			fmt.Fprintf(w, "and %s more; conditions.parquet has them all\n", num(len(drift)-i))
			return
		}
		fmt.Fprintf(w, "served: cell (%s): %s\n", x.Cell, plain(x.String()))
	}
}
