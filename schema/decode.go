package schema

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"cuelang.org/go/cue"

	"circumplex.example/schema/diag"
)

// raw is the experiment as CUE exports it, before names become fields.
type raw struct {
	Name, Title, Description string
	Seed                     uint64
	N                        int
	Instrument               rawInstrument
	Factors                  map[string]json.RawMessage
	Where                    []Clause
	OnInvalid                struct{ Reask int } `json:"on_invalid"`
	Replication, Store       string
	Limits                   Limits
	Accounts                 map[string]Limits
	Budget                   Budget
	CallOrder                string `json:"call_order"`
	Benchmarks               map[string]*Benchmark
	Analysis                 *Analysis
}

type rawInstrument struct {
	Name, Title, Notice, Source, Licence, Structure string
	Validated                                       bool
	Scale                                           struct {
		Min, Max int
		Labels   map[string]string
	}
	Values   map[string]struct{ Name, Description string }
	Key      map[string][]int
	Reverse  []int
	Circles  map[string][]string
	Items    map[string]map[string]string
	Wordings map[string]rawWording
}

type rawWording struct {
	Language, Source string
	Labels           map[string]string
	Items            map[string]map[string]string
}

type rawPrompt struct {
	Level
	Template  string
	System    *string
	Variables map[string]rawVariable
	Form      json.RawMessage
}

type rawVariable struct {
	From     []any
	Range    *struct{ Min, Max int64 }
	Generate *Generation
	Draw     Draw
	Balance  string
}

// decode turns a value that the schema admits into an Experiment and checks
// what spans fields.
func (l *loader) decode(v cue.Value) *Experiment {
	var r raw
	b, err := v.MarshalJSON()
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		l.fail(diag.Problem{Place: l.places.place(), What: fmt.Sprintf("reading the experiment: %v", err)})
		return nil
	}
	e := &Experiment{
		Name: r.Name, Title: r.Title, Description: r.Description, Seed: r.Seed, N: r.N,
		Where: r.Where, Reask: r.OnInvalid.Reask, Replication: r.Replication, Store: r.Store,
		Limits: r.Limits, Accounts: r.Accounts, Budget: r.Budget, CallOrder: r.CallOrder, Dir: l.dir, Root: l.root, places: l.places.placeAt,
	}
	for name, own := range e.Accounts {
		e.Accounts[name] = own.Or(e.Limits)
	}
	e.Instrument = l.instrument(v, r.Instrument)
	l.factors(e, r.Factors)
	for _, name := range slices.Sorted(maps.Keys(r.Benchmarks)) {
		b := r.Benchmarks[name]
		b.Field = name
		e.Benchmarks = append(e.Benchmarks, b)
	}
	e.Analysis = l.analysisDefaults(r.Analysis)
	l.check(e)
	return e
}

// analysisDefaults fills in the schema's defaults where the experiment says
// nothing about its analysis at all.
func (l *loader) analysisDefaults(a *Analysis) Analysis {
	if a != nil {
		return *a
	}
	var out Analysis
	def, err := l.definition("#Analysis")
	if err == nil {
		err = def.Decode(&out)
	}
	if err != nil {
		l.fail(diag.Problem{Place: l.places.place(), What: fmt.Sprintf("reading the analysis defaults: %v", err)})
	}
	return out
}

// factors decodes the levels of every factor.
func (l *loader) factors(e *Experiment, factors map[string]json.RawMessage) {
	for _, name := range slices.Sorted(maps.Keys(factors)) {
		switch name {
		case "model":
			e.Models = levels(l, name, factors[name], func(m *Model) *Level { return &m.Level })
			for _, m := range e.Models {
				m.Model = cmp.Or(m.Model, m.Name)
			}
		case "prompt":
			for _, p := range levels(l, name, factors[name], func(p *rawPrompt) *Level { return &p.Level }) {
				e.Prompts = append(e.Prompts, l.prompt(p))
			}
		case "temperature":
			e.Temperatures = levels(l, name, factors[name], func(t *Temperature) *Level { return &t.Level })
			slices.SortStableFunc(e.Temperatures, func(a, b *Temperature) int { return cmp.Compare(a.Value, b.Value) })
		case "administration":
			e.Administration = levels(l, name, factors[name], func(a *Administration) *Level { return &a.Level })
		default:
			f := &Further{Name: name}
			f.Levels = levels(l, name, factors[name], func(f *FurtherLevel) *Level { return &f.Level })
			e.Further = append(e.Further, f)
		}
	}
}

// levels decodes one factor's levels, sorted by name.
func levels[T any](l *loader, factor string, data json.RawMessage, level func(*T) *Level) []*T {
	var m map[string]*T
	if err := json.Unmarshal(data, &m); err != nil {
		l.fail(diag.Problem{Place: l.places.placeAt("factors", factor), What: fmt.Sprintf("reading factor %q: %v", factor, err)})
		return nil
	}
	out := make([]*T, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		level(m[name]).Name = name
		out = append(out, m[name])
	}
	return out
}

// instrument decodes the questionnaire. Values keep the order in which the
// author wrote them: it is the order of the tables.
func (l *loader) instrument(v cue.Value, r rawInstrument) *Instrument {
	in := &Instrument{
		Name: r.Name, Title: r.Title, Notice: r.Notice, Source: r.Source, Licence: r.Licence,
		Validated: r.Validated, Structure: r.Structure, Min: r.Scale.Min, Max: r.Scale.Max,
		Labels: labels(r.Scale.Labels),
	}
	it, err := v.LookupPath(cue.ParsePath("instrument.values")).Fields()
	for err == nil && it.Next() {
		code := it.Selector().Unquoted()
		in.Values = append(in.Values, Value{Code: code, Name: r.Values[code].Name, Description: r.Values[code].Description})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Circles)) {
		in.Circles = append(in.Circles, Circle{Name: name, Order: r.Circles[name]})
	}
	l.items(in, r)
	l.wordings(in, r)
	in.Hash = in.hash()
	return in
}

// labels are the words of a scale's points.
func labels(raw map[string]string) map[int]string {
	out := map[int]string{}
	for k, label := range raw {
		if n, err := strconv.Atoi(k); err == nil {
			out[n] = label
		}
	}
	return out
}
