package server

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fault is something that can go wrong.
type fault struct {
	name   string
	status int           // sent in place of a reply; 0 if a reply is made
	text   bool          // changes the text or what is said about it
	timed  bool          // takes a duration
	span   time.Duration // its default
	mixed  bool          // part of the shorthand mixed
}

// faults lists all of them. Draws go through it in this order, so entries are
// only ever added at the end.
var faults = []fault{
	{name: "408", status: 408, mixed: true},
	{name: "409", status: 409, mixed: true},
	{name: "429", status: 429, mixed: true},
	{name: "429date", status: 429, mixed: true},
	{name: "500", status: 500, mixed: true},
	{name: "502", status: 502, mixed: true},
	{name: "503", status: 503, mixed: true},
	{name: "504", status: 504, mixed: true},
	{name: "529", status: 529, mixed: true},
	{name: "error200", status: 500, mixed: true},
	{name: "reset", mixed: true},
	{name: "cut", mixed: true},
	{name: "truncate", mixed: true},
	{name: "empty", mixed: true},
	{name: "slow", timed: true, span: 300 * time.Millisecond, mixed: true},
	{name: "stall", timed: true, span: 2 * time.Second, mixed: true},
	{name: "quota", status: 429},
	{name: "auth", status: 401},
	{name: "refusal", text: true},
	{name: "prose", text: true},
	{name: "count", text: true},
	{name: "filter", text: true},
	{name: "length", text: true},
	{name: "served", text: true},
}

// mixed is the shorthand that spreads a rate over all faults that a retry mends.
const mixed = "mixed"

// Plan is how often which fault strikes. The zero value is no fault.
type Plan struct{ entries []planned }

type planned struct {
	*fault
	rate float64
	span time.Duration
}

// UnknownError says that a list holds a name that does not exist.
type UnknownError struct {
	What, Name string
	Known      []string
}

func (e *UnknownError) Error() string { return fmt.Sprintf("there is no %s %q", e.What, e.Name) }

// FaultNames are the names that ParsePlan knows.
func FaultNames() []string {
	out := []string{mixed}
	for i := range faults {
		out = append(out, faults[i].name)
	}
	slices.Sort(out)
	return out
}

// ParsePlan reads a list such as "429=5%,reset=2%,slow=2%:300ms,mixed=20%".
// A rate is a percentage or a share; slow and stall take a duration. Rates of
// faults that exclude each other add up to at most 100 %.
func ParsePlan(text string) (Plan, error) {
	rates := make([]float64, len(faults))
	spans := make([]time.Duration, len(faults))
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		at := slices.IndexFunc(faults, func(f fault) bool { return f.name == name })
		switch {
		case at < 0 && name != mixed:
			return Plan{}, &UnknownError{What: "fault", Name: name, Known: FaultNames()}
		case !ok:
			return Plan{}, fmt.Errorf("%q has no rate; want for example %s=5%%", part, name)
		case seen[name]:
			return Plan{}, fmt.Errorf("%q is named twice", name)
		}
		seen[name] = true
		rate, span, err := parseRate(value)
		switch {
		case err != nil:
			return Plan{}, fmt.Errorf("%q: %w", part, err)
		case span != 0 && (name == mixed || !faults[at].timed):
			return Plan{}, fmt.Errorf("%q: only slow and stall take a duration", part)
		case name == mixed:
			spread(rates, rate)
		default:
			rates[at] += rate
			spans[at] = span
		}
	}
	return planOf(rates, spans)
}

// spread adds a share to every fault that a retry mends.
func spread(rates []float64, rate float64) {
	n := 0
	for i := range faults {
		if faults[i].mixed {
			n++
		}
	}
	for i := range faults {
		if faults[i].mixed {
			rates[i] += rate / float64(n)
		}
	}
}

func planOf(rates []float64, spans []time.Duration) (Plan, error) {
	var p Plan
	var sums [2]float64
	for i, rate := range rates {
		if rate == 0 {
			continue
		}
		e := planned{fault: &faults[i], rate: rate, span: faults[i].span}
		if spans[i] != 0 {
			e.span = spans[i]
		}
		p.entries = append(p.entries, e)
		if e.text {
			sums[1] += rate
		} else {
			sums[0] += rate
		}
	}
	for i, what := range []string{"faults of the transport", "faults of the text"} {
		if sums[i] > 1+1e-9 {
			return Plan{}, fmt.Errorf("%s add up to %.4g %%; want at most 100 %%", what, 100*sums[i])
		}
	}
	return p, nil
}

var errRate = errors.New("want a rate from 0% to 100%, for example 5% or 0.05")

// parseRate reads "5%", "0.05" and "2%:300ms".
func parseRate(value string) (float64, time.Duration, error) {
	number, duration, timed := strings.Cut(value, ":")
	var span time.Duration
	if timed {
		d, err := time.ParseDuration(duration)
		if err != nil || d <= 0 {
			return 0, 0, fmt.Errorf("want a duration after the colon, for example 300ms, not %q", duration)
		}
		span = d
	}
	digits, percent := strings.CutSuffix(number, "%")
	rate, err := strconv.ParseFloat(digits, 64)
	if percent {
		rate /= 100
	}
	if err != nil || !(rate >= 0 && rate <= 1) {
		return 0, 0, errRate
	}
	return rate, span, nil
}

// String writes the plan as ParsePlan reads it, the shorthand spelt out.
func (p Plan) String() string {
	var parts []string
	for _, e := range p.entries {
		part := e.name + "=" + strconv.FormatFloat(100*e.rate, 'g', 4, 64) + "%"
		if e.timed {
			part += ":" + e.span.String()
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ",")
}

// struck returns the fault that a number in [0, 1) falls on, or nil.
func (p Plan) struck(u float64, text bool) *planned {
	for i := range p.entries {
		if e := &p.entries[i]; e.text == text {
			if u < e.rate {
				return e
			}
			u -= e.rate
		}
	}
	return nil
}
