package schema

import (
	"cmp"
	"slices"

	"circumplex.example/schema/diag"
)

// Experiment is a loaded, checked experiment. Levels are sorted by name,
// temperatures by value, so that the order in the files means nothing.
type Experiment struct {
	Name, Title, Description string
	// Seed keys every draw.
	Seed uint64
	// N is the number of replicates of each cell.
	N              int
	Instrument     *Instrument
	Models         []*Model
	Prompts        []*Prompt
	Temperatures   []*Temperature
	Administration []*Administration
	// Further are the factors beyond the four, sorted by name.
	Further []*Further
	// Where is nil if every combination is in the design.
	Where []Clause
	// Reask is how often an invalid reply is asked for again.
	Reask int
	// Replication names the pool of completions; empty is the common one.
	Replication string
	// Store is the declared place of the store, empty for the default.
	Store string
	// Limits are those of every account, Accounts those of named ones, with what
	// they leave open filled in from Limits.
	Limits   Limits
	Accounts map[string]Limits
	Budget   Budget
	// CallOrder is blocked or listed.
	CallOrder  string
	Benchmarks []*Benchmark
	Analysis   Analysis

	// Dir is the directory the experiment was loaded from, Root the directory
	// that holds its cue.mod; both absolute.
	Dir, Root string

	places func(path ...string) diag.Place
}

// Place returns where the author wrote the field at the path, or the nearest
// parent that was written.
func (e *Experiment) Place(path ...string) diag.Place {
	if e.places == nil {
		return diag.Place{File: e.Dir}
	}
	return e.places(path...)
}

// Shown is Place as it stands inside a message: relative to the working
// directory.
func (e *Experiment) Shown(path ...string) string { return shown(e.Place(path...)) }

// Level is what every level of a factor has.
type Level struct {
	// Name is the level's name.
	Name string `json:"-"`
	// Shared and Independent say what to do where another level sends the same
	// requests.
	Shared      bool `json:"shared,omitempty"`
	Independent bool `json:"independent,omitempty"`
}

// Further is a factor beyond the four.
type Further struct {
	Name   string
	Levels []*FurtherLevel
}

// FurtherLevel says what a level of a further factor changes in the request.
type FurtherLevel struct {
	Level
	ItemOrder  string         `json:"item_order,omitempty"`
	Scale      string         `json:"scale,omitempty"`
	Wording    string         `json:"wording,omitempty"`
	System     *string        `json:"system,omitempty"`
	Text       *string        `json:"text,omitempty"`
	Form       string         `json:"form,omitempty"`
	Parameters map[string]any `json:"parameters,omitempty"`
}

// Clause maps factors to the levels it admits.
type Clause map[string][]string

// Admits reports whether the clause admits a combination of levels.
func (c Clause) Admits(levels map[string]string) bool {
	for f, allowed := range c {
		if !slices.Contains(allowed, levels[f]) {
			return false
		}
	}
	return true
}

// Temperature is a level of the factor temperature.
type Temperature struct {
	Level
	Value float64 `json:"value"`
}

// Administration is a level of the factor administration.
type Administration struct {
	Level
	Mode Mode `json:"mode,omitempty"`
}

// Mode is how items reach the respondent.
type Mode string

// The modes of administration.
const (
	Batch      Mode = "batch"
	Sequential Mode = "sequential"
	Isolated   Mode = "isolated"
)

// Model is a level of the factor model.
type Model struct {
	Level
	Provider       string         `json:"provider"`
	Model          string         `json:"model,omitempty"`
	BaseURL        string         `json:"base_url,omitempty"`
	Identity       string         `json:"identity,omitempty"`
	APIKeyEnv      string         `json:"api_key_env,omitempty"`
	Account        string         `json:"account,omitempty"`
	Parameters     map[string]any `json:"parameters,omitempty"`
	Unsupported    string         `json:"unsupported,omitempty"`
	AllowServed    []string       `json:"allow_served,omitempty"`
	IdempotencyKey bool           `json:"idempotency_key,omitempty"`
	Retired        *Retired       `json:"retired,omitempty"`
	Price          *Price         `json:"price,omitempty"`
	Simulated      Simulated      `json:"simulated,omitempty"`
	Notes          string         `json:"notes,omitempty"`
}

// Retired says that a model can no longer be called.
type Retired struct {
	Date   string `json:"date,omitempty"`
	Source string `json:"source"`
}

// Price is what a model costs, in US dollars a million tokens.
type Price struct {
	Prompt     float64 `json:"prompt_usd_per_million"`
	Completion float64 `json:"completion_usd_per_million"`
	// Cached is the price of prompt tokens from the provider's cache; nil if it is
	// that of all prompt tokens.
	Cached *float64 `json:"cached_usd_per_million,omitempty"`
	Date   string   `json:"date"`
	Source string   `json:"source"`
}

// USD is what so many tokens cost. cached of the prompt tokens came from the
// provider's cache; a negative number is not known and counts as none.
func (p *Price) USD(prompt, completion, cached int) float64 {
	cost := float64(prompt)*p.Prompt + float64(completion)*p.Completion
	if p.Cached != nil && cached > 0 {
		cost += float64(min(cached, prompt)) * (*p.Cached - p.Prompt)
	}
	return cost / 1e6
}

// Simulated is how a simulated respondent behaves. Quirks holds the declared
// rates and switches by their names in the schema.
type Simulated struct {
	Quirks map[string]any `json:"quirks,omitempty"`
}

// Limits bound the calls to an account; 0 means not declared.
type Limits struct {
	MaxInFlight       int     `json:"max_in_flight,omitempty"`
	RequestsPerMinute int     `json:"requests_per_minute,omitempty"`
	TokensPerMinute   int     `json:"tokens_per_minute,omitempty"`
	MaxTries          int     `json:"max_tries,omitempty"`
	TimeoutSeconds    float64 `json:"timeout_seconds,omitempty"`
	IdleSeconds       float64 `json:"idle_seconds,omitempty"`
}

// Or returns the limits with what is not declared taken from others.
func (l Limits) Or(others Limits) Limits {
	return Limits{
		MaxInFlight: cmp.Or(l.MaxInFlight, others.MaxInFlight), RequestsPerMinute: cmp.Or(l.RequestsPerMinute, others.RequestsPerMinute),
		TokensPerMinute: cmp.Or(l.TokensPerMinute, others.TokensPerMinute), MaxTries: cmp.Or(l.MaxTries, others.MaxTries),
		TimeoutSeconds: cmp.Or(l.TimeoutSeconds, others.TimeoutSeconds), IdleSeconds: cmp.Or(l.IdleSeconds, others.IdleSeconds),
	}
}

// The orders in which requests are sent.
const (
	Blocked = "blocked"
	Listed  = "listed"
)

// Budget bounds what an experiment may cost in all; 0 means not declared.
type Budget struct {
	USD      float64 `json:"usd,omitempty"`
	Requests int     `json:"requests,omitempty"`
}

// Prompt is a level of the factor prompt.
type Prompt struct {
	Level
	// Template is the instruction, parsed.
	Template *Template
	// System is the system prompt; nil if none is sent.
	System *Template
	// Variables are sorted by name.
	Variables []*Variable
	Form      FormRule
}

// Variable returns the named variable, or nil.
func (p *Prompt) Variable(name string) *Variable {
	for _, v := range p.Variables {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// FormRule says which form of the items a respondent gets.
type FormRule struct {
	// Fixed is set unless the form depends on a field.
	Fixed string
	// By is the field that decides, Forms the form for each of its values.
	By    string
	Forms map[string]string
}

// Draw is how a variable takes its values.
type Draw string

// The draws.
const (
	Random   Draw = "random"
	Shuffle  Draw = "shuffle"
	Cycle    Draw = "cycle"
	Uniform  Draw = "uniform"  // a range
	Generate Draw = "generate" // a text the model writes
)

// Variable takes one value for each replicate.
type Variable struct {
	Name string
	Draw Draw
	// Fields are the placeholders the variable fills, sorted; for a list of
	// plain texts, a range and a generated text this is the variable's name.
	Fields []string
	// Used are those fields that the prompt uses; they make the entry's identity.
	Used []string
	// Entries are the list's entries; each has all Fields.
	Entries []Entry
	// Balance is the field whose groups are taken in turn, or "".
	Balance string
	// Min and Max bound a range.
	Min, Max int64
	// Generate is the request of a generated variable.
	Generate *Generation
}

// Entry is one entry of a list: field to value, a string or an int64.
type Entry map[string]any

// Generation is the request that generates a text.
type Generation struct {
	Prompt      string         `json:"prompt"`
	System      *string        `json:"system,omitempty"`
	Temperature *float64       `json:"temperature,omitempty"`
	Parameters  map[string]any `json:"parameters,omitempty"`
}

// Instrument is a questionnaire. Items are in order of their number.
type Instrument struct {
	Name, Title, Notice, Source, Licence string
	Validated                            bool
	// Structure is circumplex or none.
	Structure string
	Min, Max  int
	Labels    map[int]string
	Values    []Value
	Items     []Item
	Circles   []Circle
	// Wordings are other wordings of the items, sorted by name.
	Wordings []*Wording
	// Hash is over everything that can change an answer or a score: scale,
	// labels, key, reverse, item texts, wordings.
	Hash string
}

// Value is one thing the instrument measures.
type Value struct {
	Code, Name, Description string
}

// Item is one item: Number as declared, Texts by form (missing forms absent).
type Item struct {
	Number  int
	Value   string
	Reverse bool
	Texts   map[string]string
}

// Circle is an order of the values around a circle.
type Circle struct {
	Name  string
	Order []string
}

// HasTexts reports whether the instrument's items have texts at all: one of key
// and scale alone is enough for answers collected elsewhere.
func (in *Instrument) HasTexts() bool {
	return slices.ContainsFunc(in.Items, func(i Item) bool { return len(i.Texts) > 0 })
}

// Benchmark is what results are compared with. Field is its name in the
// experiment, Name the name in tables.
type Benchmark struct {
	Field        string                        `json:"-"`
	Name         string                        `json:"name"`
	Kind         string                        `json:"kind"`
	Statistic    string                        `json:"statistic"`
	Label        string                        `json:"label"`
	Source       string                        `json:"source"`
	Means        map[string]float64            `json:"means,omitempty"`
	Coordinates  map[string][2]float64         `json:"coordinates,omitempty"`
	Correlations map[string]map[string]float64 `json:"correlations,omitempty"`
	Alphas       map[string]float64            `json:"alphas,omitempty"` // of some values at least
}

// Analysis are the options of the analysis, defaults filled in.
type Analysis struct {
	MeansBenchmark     string  `json:"means_benchmark,omitempty"`
	StructureBenchmark string  `json:"structure_benchmark,omitempty"`
	AlphaBenchmark     string  `json:"alpha_benchmark,omitempty"`
	Scores             string  `json:"scores"`
	Correlation        string  `json:"correlation"`
	Missing            string  `json:"missing"`
	MinAnswered        float64 `json:"min_answered"`
	RequireAllValues   bool    `json:"require_all_values"`
	Dissimilarity      string  `json:"dissimilarity"`
	MDS                string  `json:"mds"`
	Restarts           int     `json:"restarts"`
	Permutations       int     `json:"permutations"`
	Seed               uint64  `json:"seed"`
	Bootstrap          int     `json:"bootstrap"`
	BootstrapSeed      uint64  `json:"bootstrap_seed"`
	// Strata is nil for the default, empty for none.
	Strata       []string `json:"strata"`
	AnchorCircle string   `json:"anchor_circle,omitempty"`
	AnchorColumn string   `json:"anchor_column"`
}
