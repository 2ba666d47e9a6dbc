package schema

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
)

// encodingFormat is raised when a field changes its meaning. A field that is
// added needs no new number: a program that does not know it refuses it.
const encodingFormat = 1

// encoded is an experiment as JSON: what the files said, after defaults, without
// where they lie. A test fills every field of Experiment and demands it back.
type encoded struct {
	Format         int                      `json:"format"`
	Name           string                   `json:"name"`
	Title          string                   `json:"title,omitempty"`
	Description    string                   `json:"description,omitempty"`
	Seed           uint64                   `json:"seed"`
	N              int                      `json:"n"`
	Reask          int                      `json:"reask,omitempty"`
	Replication    string                   `json:"replication,omitempty"`
	Store          string                   `json:"store,omitempty"`
	Models         []named[*Model]          `json:"models"`
	Prompts        []encodedPrompt          `json:"prompts"`
	Temperatures   []named[*Temperature]    `json:"temperatures"`
	Administration []named[*Administration] `json:"administration"`
	Further        []encodedFurther         `json:"further,omitempty"`
	Where          []Clause                 `json:"where"`
	Limits         Limits                   `json:"limits"`
	Accounts       map[string]Limits        `json:"accounts,omitempty"`
	Budget         Budget                   `json:"budget"`
	CallOrder      string                   `json:"call_order,omitempty"`
	Instrument     *Instrument              `json:"instrument"`
	Benchmarks     []named[*Benchmark]      `json:"benchmarks,omitempty"`
	Analysis       Analysis                 `json:"analysis"`
}

// named is a level with its name, which the level itself does not encode.
type named[T any] struct {
	Name  string `json:"name"`
	Level T      `json:"level"`
}

type encodedPrompt struct {
	Name      string      `json:"name"`
	Level     Level       `json:"sharing"`
	Template  string      `json:"template"`
	System    *string     `json:"system,omitempty"`
	Variables []*Variable `json:"variables,omitempty"`
	Form      FormRule    `json:"form"`
}

type encodedFurther struct {
	Name   string                 `json:"name"`
	Levels []named[*FurtherLevel] `json:"levels"`
}

func withNames[T any](levels []T, name func(T) string) []named[T] {
	out := make([]named[T], len(levels))
	for i, l := range levels {
		out[i] = named[T]{name(l), l}
	}
	return out
}

// Encode writes the experiment as JSON: the same bytes for the same experiment,
// however its files are laid out. Decode reads it.
func (e *Experiment) Encode() ([]byte, error) {
	x := encoded{
		Format: encodingFormat, Name: e.Name, Title: e.Title, Description: e.Description, Seed: e.Seed, N: e.N,
		Reask: e.Reask, Replication: e.Replication, Store: e.Store, Where: e.Where, Limits: e.Limits, Accounts: e.Accounts, Budget: e.Budget, CallOrder: e.CallOrder,
		Instrument: e.Instrument, Analysis: e.Analysis,
		Models:         withNames(e.Models, func(m *Model) string { return m.Name }),
		Temperatures:   withNames(e.Temperatures, func(t *Temperature) string { return t.Name }),
		Administration: withNames(e.Administration, func(a *Administration) string { return a.Name }),
		Benchmarks:     withNames(e.Benchmarks, func(b *Benchmark) string { return b.Field }),
	}
	for _, p := range e.Prompts {
		ep := encodedPrompt{Name: p.Name, Level: p.Level, Template: p.Template.Source, Variables: p.Variables, Form: p.Form}
		if p.System != nil {
			ep.System = &p.System.Source
		}
		x.Prompts = append(x.Prompts, ep)
	}
	for _, f := range e.Further {
		x.Further = append(x.Further, encodedFurther{f.Name, withNames(f.Levels, func(l *FurtherLevel) string { return l.Name })})
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(x); err != nil {
		return nil, fmt.Errorf("encoding the experiment %q: %w", e.Name, err)
	}
	return buf.Bytes(), nil
}

// ErrEncoding is wrapped where bytes are no experiment that this program wrote.
var ErrEncoding = errors.New("not an experiment as this version of runner encodes it")

// Decode reads what Encode wrote. The experiment has no places: messages about
// it name no line.
func Decode(data []byte) (*Experiment, error) {
	var x encoded
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&x); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something stands after it", ErrEncoding)
	}
	if x.Format != encodingFormat {
		return nil, fmt.Errorf("%w: its format is %d, this version reads %d", ErrEncoding, x.Format, encodingFormat)
	}
	e, err := x.experiment()
	if err == nil {
		err = e.sound()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncoding, err)
	}
	return e, nil
}

func (x *encoded) experiment() (*Experiment, error) {
	e := &Experiment{
		Name: x.Name, Title: x.Title, Description: x.Description, Seed: x.Seed, N: x.N, Reask: x.Reask,
		Replication: x.Replication, Store: x.Store, Where: x.Where, Limits: x.Limits,
		Accounts: x.Accounts, Budget: x.Budget, CallOrder: x.CallOrder, Instrument: x.Instrument, Analysis: x.Analysis,
	}
	for _, m := range x.Models {
		if m.Level == nil {
			return nil, fmt.Errorf("model %q is empty", m.Name)
		}
		m.Level.Name = m.Name
		e.Models = append(e.Models, m.Level)
	}
	for _, t := range x.Temperatures {
		if t.Level == nil {
			return nil, fmt.Errorf("temperature %q is empty", t.Name)
		}
		t.Level.Name = t.Name
		e.Temperatures = append(e.Temperatures, t.Level)
	}
	slices.SortStableFunc(e.Temperatures, func(a, b *Temperature) int { return cmp.Compare(a.Value, b.Value) })
	for _, a := range x.Administration {
		if a.Level == nil {
			return nil, fmt.Errorf("administration %q is empty", a.Name)
		}
		a.Level.Name = a.Name
		e.Administration = append(e.Administration, a.Level)
	}
	for _, b := range x.Benchmarks {
		if b.Level == nil {
			return nil, fmt.Errorf("benchmark %q is empty", b.Name)
		}
		b.Level.Field = b.Name
		e.Benchmarks = append(e.Benchmarks, b.Level)
	}
	for _, f := range x.Further {
		further := &Further{Name: f.Name}
		for _, l := range f.Levels {
			if l.Level == nil {
				return nil, fmt.Errorf("level %q of factor %q is empty", l.Name, f.Name)
			}
			l.Level.Name = l.Name
			further.Levels = append(further.Levels, l.Level)
		}
		e.Further = append(e.Further, further)
	}
	for _, p := range x.Prompts {
		prompt, err := p.prompt()
		if err != nil {
			return nil, fmt.Errorf("prompt %q: %w", p.Name, err)
		}
		e.Prompts = append(e.Prompts, prompt)
	}
	return e, nil
}

func (x *encodedPrompt) prompt() (*Prompt, error) {
	p := &Prompt{Level: x.Level, Variables: x.Variables, Form: x.Form}
	p.Name = x.Name
	var err error
	if p.Template, err = ParseTemplate(x.Template); err != nil {
		return nil, err
	}
	if x.System != nil {
		if p.System, err = ParseTemplate(*x.System); err != nil {
			return nil, err
		}
	}
	for _, v := range p.Variables {
		if v == nil {
			return nil, errors.New("a variable is empty")
		}
		for _, entry := range v.Entries {
			if err := wholeNumbers(entry); err != nil {
				return nil, fmt.Errorf("variable %q: %w", v.Name, err)
			}
		}
	}
	return p, nil
}

// wholeNumbers gives the numbers of an entry the type that loading gives them.
func wholeNumbers(e Entry) error {
	for f, x := range e {
		switch x := x.(type) {
		case string:
		case float64:
			if x != math.Trunc(x) || math.Abs(x) > 1<<53-1 {
				return fmt.Errorf("the entry %v = %v is no whole number", f, x)
			}
			e[f] = int64(x)
		default:
			return fmt.Errorf("the field %q of an entry is neither text nor number", f)
		}
	}
	return nil
}

// sound refuses what would not expand: the bytes come from a file that anyone
// may have written.
func (e *Experiment) sound() error {
	switch {
	case e.Instrument == nil:
		return errors.New("it has no instrument")
	case e.N < 1 || e.N > 10_000_000:
		return fmt.Errorf("its n is %d", e.N)
	case len(e.Models) == 0 || len(e.Prompts) == 0 || len(e.Temperatures) == 0 || len(e.Administration) == 0:
		return errors.New("a factor has no levels")
	}
	for _, p := range e.Prompts {
		for _, v := range p.Variables {
			if err := v.sound(); err != nil {
				return fmt.Errorf("variable %q of prompt %q: %w", v.Name, p.Name, err)
			}
		}
	}
	for _, a := range e.Administration {
		if a.Mode != Batch && a.Mode != Sequential && a.Mode != Isolated {
			return fmt.Errorf("administration %q has the mode %q", a.Name, a.Mode)
		}
	}
	return nil
}

func (v *Variable) sound() error {
	switch v.Draw {
	case Uniform:
		if v.Min > v.Max {
			return fmt.Errorf("its range is %d to %d", v.Min, v.Max)
		}
	case Generate:
		if v.Generate == nil {
			return errors.New("it says not what is generated")
		}
	case Random, Shuffle, Cycle:
		if len(v.Entries) == 0 || slices.ContainsFunc(v.Entries, func(e Entry) bool { return len(e) == 0 }) {
			return errors.New("its list is empty, or an entry of it is")
		}
	default:
		return fmt.Errorf("its draw is %q", v.Draw)
	}
	return nil
}
