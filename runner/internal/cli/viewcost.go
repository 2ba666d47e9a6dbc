package cli

import (
	"fmt"
	"io"
	"strings"

	"circumplex.example/runner/internal/plan"
)

// printCost says what the plan would cost, what the sequential sessions say again,
// and which hosts would get a key.
func (a *app) printCost(w io.Writer, o *opened, p *plan.Plan) {
	if t := p.Total; t.Repeated > 0 && t.PromptTokens > 0 {
		prose(w, fmt.Sprintf("           %d %% of those sent say again what earlier turns said (sequential)", 100*t.Repeated/t.PromptTokens))
	}
	asked := o.asked(p)
	if len(asked) == 0 {
		return
	}
	fmt.Fprintf(w, "cost:      %s\n", costText(p.Total.Cost))
	for _, l := range p.Levels {
		if l.Factor == "model" && l.High > 0 && len(asked) > 1 {
			fmt.Fprintf(w, "           %s: %s to %s, by its price of %s\n", l.Level, dollars(l.Low), dollars(l.High), o.priceDate(l.Level))
		}
		if l.Factor == "administration" && l.Repeated > 0 && l.High > 0 {
			fmt.Fprintf(w, "           %s, which says everything again at every turn: %s to %s\n", l.Level, dollars(l.Low), dollars(l.High))
		}
	}
	if p.Total.High > 0 {
		fmt.Fprintf(w, "           assumed: %s\n", plan.AssumedTexts)
		fmt.Fprintf(w, "           left out: %s\n", plan.AssumedOut)
	}
	if b := o.exp.Budget; b.USD > 0 || b.Requests > 0 {
		fmt.Fprintf(w, "budget:    %s\n", budgetText(b.USD, b.Requests))
	}
	for i, line := range a.keyLines(o, p) {
		head := "keys:      "
		if i > 0 {
			head = "           "
		}
		fmt.Fprintln(w, head+strings.TrimLeft(wrap(line, len(head), len(head)), " "))
	}
}

func (o *opened) priceDate(model string) string {
	for _, m := range o.exp.Models {
		if m.Name == model && m.Price != nil {
			return m.Price.Date
		}
	}
	return "an unknown date"
}

func budgetText(usd float64, requests int) string {
	switch {
	case usd == 0:
		return count(requests, "request") + " in all"
	case requests == 0:
		return dollars(usd) + " in all"
	}
	return dollars(usd) + " and " + count(requests, "request") + " in all"
}
