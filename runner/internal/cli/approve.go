package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/plan"
)

// costly lists the models to be asked that cost money or may do so.
func costly(o *opened, p *plan.Plan) []*apply.Route {
	var out []*apply.Route
	for _, r := range o.asked(p) {
		if !r.Model.Free() {
			out = append(out, r)
		}
	}
	return out
}

// checkPrices makes sure that a limit in dollars can be kept.
func (a *app) checkPrices(o *opened, p *plan.Plan, f applyFlags) error {
	limit := "--max-cost"
	if f.maxCost == 0 {
		limit = "budget.usd"
	}
	if f.maxCost == 0 && o.exp.Budget.USD == 0 {
		return nil
	}
	for _, r := range costly(o, p) {
		if r.Model.Price == nil {
			return &exitError{code: exitCost, err: fmt.Errorf("%s: model %q has no price, so %s cannot be kept\n    mend: add its price, with date and source, or leave the model out with --only",
				shownPlace(o.exp.Place("factors", "model", r.Model.Name)), r.Model.Name, limit)}
		}
	}
	return nil
}

// approve asks before anything is sent that may cost money. Without a terminal
// --yes has to say so. The first Ctrl-C ends the question: nothing is in flight yet.
func (a *app) approve(stop <-chan struct{}, o *opened, p *plan.Plan, f applyFlags) error {
	asked := costly(o, p)
	if len(asked) == 0 || f.yes {
		return nil
	}
	var names []string
	n := 0
	for _, r := range asked {
		names = append(names, fmt.Sprintf("%q", r.Model.Name))
		for _, l := range p.Levels {
			if l.Factor == "model" && l.Level == r.Model.Name {
				n += l.Make
			}
		}
	}
	what := fmt.Sprintf("%s of %s, %s", count(n, "completion"), strings.Join(names, ", "), costText(p.Total.Cost))
	if a.flags.json || !term.IsTerminal(int(os.Stdin.Fd())) {
		bound := ", --max-cost USD to bound it"
		if f.maxCost > 0 {
			bound = ""
		}
		return &exitError{code: exitCost, err: fmt.Errorf("not approved: %s\n    mend: runner plan %s  shows it; add --yes to go on%s", what, shown(o.exp.Dir), bound)}
	}
	for _, line := range a.keyLines(o, p) {
		fmt.Fprintln(a.stderr, "  "+line)
	}
	fmt.Fprintf(a.stderr, "ask for %s? [y/N] ", what)
	answer, err := readAnswer(stop, os.Stdin)
	if err != nil {
		return err
	}
	if s := strings.ToLower(strings.TrimSpace(answer)); s != "y" && s != "yes" {
		return &exitError{code: exitCost, err: errors.New("not approved: nothing was sent")}
	}
	return nil
}

// readAnswer reads a line, until stop is closed.
func readAnswer(stop <-chan struct{}, r io.Reader) (string, error) {
	type line struct {
		text string
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := bufio.NewReader(r).ReadString('\n')
		if errors.Is(err, io.EOF) {
			err = nil
		}
		read <- line{text, err}
	}()
	select {
	case l := <-read:
		return l.text, l.err
	case <-stop:
		return "", &exitError{code: exitInterrupted, err: errors.New("interrupted: nothing was sent")}
	}
}

// costText says a cost range in words.
func costText(c plan.Cost) string {
	var parts []string
	if c.High > 0 {
		parts = append(parts, dollars(c.Low)+" to "+dollars(c.High))
	}
	if c.Unpriced > 0 {
		parts = append(parts, fmt.Sprintf("unknown for %s without a price", count(c.Unpriced, "completion")))
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, "; ")
}

// dollars shows an amount with as many digits as it needs.
func dollars(usd float64) string {
	if usd > 0 && usd < 0.1 {
		return fmt.Sprintf("$%.4f", usd)
	}
	whole, cents, _ := strings.Cut(fmt.Sprintf("%.2f", usd), ".")
	if n, err := strconv.Atoi(whole); err == nil {
		whole = num(n)
	}
	return "$" + whole + "." + cents
}
