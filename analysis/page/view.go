package page

import (
	"cmp"
	"encoding/json"
	"html/template"
	"slices"
	"strconv"

	"circumplex.example/analysis/ingest"
)

// view is what the template shows.
type view struct {
	Title, Experiment, Banner, Notice string
	Tiles                             []tile
	Summary, Notes                    []string
	Selectors                         []selector
	Conditions                        []*condition
	Factors                           []string
	Documents                         []document
	Figures                           []figure
	LeftOut                           []string
	Methods                           string
	Comparisons                       []comparison
	FairWords                         []string
	Statuses                          []statusRow
	Sessions                          []tally
	Requests                          requests
	Flags                             []flag
	Samples                           []sample
	Unread                            int
	Facts                             [][2]string
	Options                           [][2]string
	Digests                           [][2]string
	Mixed                             bool // some models are simulated, some are not
	AnyNA                             bool
	Intervals, Approximate            bool
	Rho, Map                          bool // there is a benchmark of means, of the structure
	Paper                             bool // the tables are those of the paper
	Policy                            string
	Style, Scripts, Data              template.HTML
}

// selector filters by one factor.
type selector struct {
	Key, Label string
	Levels     []string
}

// statusRow is a status of answers with its meaning.
type statusRow struct {
	Word, Meaning string
	N             int
	Share         string
}

func newView(s *source) (*view, error) {
	v := &view{Title: clean(or(s.manifest.Title, s.opts.Title, s.data.Experiment, "Results")), Experiment: clean(s.data.Experiment),
		Notice: clean(s.opts.InstrumentNotice), Tiles: s.tiles(), Summary: s.summary(), Conditions: s.conditions, Factors: s.data.Factors,
		Comparisons: s.comparisons(), Sessions: tallies(s.manifest.Counts.Respondents), Requests: s.requests,
		Samples: s.samples, Unread: s.unread, Facts: s.facts(), Options: s.options, Mixed: s.simulated() == "mixed", Intervals: s.intervals, Approximate: s.approximate,
		Rho: s.means != nil, Map: s.structure != nil, Paper: !s.opts.NoCircle}
	v.Banner = map[string]string{
		"true":  "No model was asked: a program made up every answer. These numbers say nothing about any model.",
		"mixed": "Where the model is marked (simulated), no model was asked: a program made up the answers, and the numbers say nothing about any model.",
	}[s.simulated()]
	for _, n := range s.analysis.Notes {
		v.Notes = append(v.Notes, clean(n))
	}
	for _, t := range s.manifest.Tables {
		v.Digests = append(v.Digests, [2]string{t.File, t.SHA256})
	}
	v.AnyNA = slices.ContainsFunc(s.conditions, func(c *condition) bool { return c.Why() != "" })
	v.selectors(s)
	v.statuses(s)
	seen := map[string]bool{}
	for _, c := range v.Comparisons {
		if !seen[c.Words] {
			seen[c.Words] = true
			v.FairWords = append(v.FairWords, c.Words)
		}
	}
	var err error
	if v.Flags, err = s.flags(); err != nil {
		return nil, err
	}
	if v.Documents, err = s.documents(); err != nil {
		return nil, err
	}
	v.Methods = s.methods(v.Documents)
	if v.Figures, v.LeftOut, err = s.figures(); err != nil {
		return nil, err
	}
	return v, v.chart(s)
}

func (v *view) selectors(s *source) {
	v.Selectors = []selector{
		{"model", "Model", s.distinct(func(c *condition) string { return c.Model })},
		{"prompt", "Prompt", s.prompts()},
		{"temp", "Temperature", s.temperatures()},
		{"admin", "Administration", s.distinct(func(c *condition) string { return c.Administration })},
	}
	for k, f := range s.data.Factors {
		v.Selectors = append(v.Selectors, selector{"f" + strconv.Itoa(k), clean(f), s.distinct(func(c *condition) string { return c.Levels[k] })})
	}
}

// meanings say what a status of an answer is.
var meanings = map[ingest.Status]string{
	ingest.OK: "a number on the scale was read", ingest.NotRun: "not asked yet", ingest.Failed: "the request brought no reply",
	ingest.PersonaFailed: "no persona could be generated", ingest.Refusal: "the model refused", ingest.Unparseable: "no answer was found in the reply",
	ingest.Missing: "the reply leaves the item out", ingest.OutOfRange: "a number that is not on the scale", ingest.NonInteger: "a number between two points",
	ingest.Ambiguous: "more than one answer could be meant", ingest.Duplicate: "the item was answered twice, differently",
	ingest.Truncated: "the reply was cut off before the item", ingest.Empty: "the reply was empty",
}

func (v *view) statuses(s *source) {
	total := 0
	var sums [ingest.StatusCount]int
	for _, c := range s.conditions {
		for i, n := range c.Statuses {
			sums[i] += n
			total += n
		}
	}
	for i, n := range sums {
		if n > 0 || i == int(ingest.OK) {
			st := ingest.Status(i)
			v.Statuses = append(v.Statuses, statusRow{st.String(), meanings[st], n, percent(n, total)})
		}
	}
}

// facts are where the numbers come from.
func (s *source) facts() [][2]string {
	m, o := s.manifest, s.opts
	out := [][2]string{{"Experiment", s.data.Experiment}, {"Title", or(m.Title, o.Title)}, {"Simulated", s.simulated()},
		{"Design hash", or(m.DesignHash, s.data.DesignHash)}, {"Instrument", or(o.Instrument, s.data.Instrument)}, {"Instrument hash", o.InstrumentHash},
		{"Instrument notice", o.InstrumentNotice}, {"Program version", or(m.ProgramVersion, o.ProgramVersion)}, {"Table version", or(m.TableVersion, ingest.TableVersion)},
		{"Analysis version", s.analysis.ReportVersion}, {"Inputs digest", m.InputsDigest}, {"Analysis seed", strconv.FormatUint(o.Seed, 10)}}
	if m.ParserVersion > 0 {
		out = append(out, [2]string{"Parser version", strconv.Itoa(m.ParserVersion)})
	}
	if m.Seed != nil {
		out = append(out, [2]string{"Design seed", strconv.FormatInt(*m.Seed, 10)})
	}
	if s.means != nil {
		out = append(out, [2]string{"Benchmark of means", benchmarkWords(s.means)})
	}
	if s.structure != nil {
		out = append(out, [2]string{"Benchmark of structure", benchmarkWords(s.structure)})
	}
	return tidy(out)
}

// tidy cleans facts and drops those that are not known.
func tidy(facts [][2]string) [][2]string {
	var out [][2]string
	for _, f := range facts {
		if f[1] != "" {
			out = append(out, [2]string{f[0], clean(f[1])})
		}
	}
	return out
}

// order lists the values by the benchmark's means, the highest first, or as
// the instrument does where there are none.
func (s *source) order() []int {
	out := make([]int, len(s.data.Values))
	for i := range out {
		out[i] = i
	}
	if s.means != nil && len(s.means.Means) == len(out) {
		slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(s.means.Means[b], s.means.Means[a]) })
	}
	return out
}

// chart is what the scripts draw from.
type chart struct {
	Values     []chartValue     `json:"values"`
	Order      []int            `json:"order"` // by the benchmark's means, or the instrument's order
	Benchmark  string           `json:"benchmark"`
	Structure  string           `json:"structure"`
	Kind       string           `json:"kind"`
	Scores     string           `json:"scores"` // raw or centred
	Rho        bool             `json:"rho"`    // there is a benchmark of means
	Map        bool             `json:"map"`    // there is a benchmark of the structure
	Conditions []chartCondition `json:"conditions"`
}

type chartValue struct {
	Code string   `json:"code"`
	Name string   `json:"name"`
	Mean *float64 `json:"mean"`
	X    *float64 `json:"x"`
	Y    *float64 `json:"y"`
}

type chartCondition struct {
	Name  string     `json:"name"`
	N     int        `json:"n"`
	Rho   *float64   `json:"rho"`
	SSD   *float64   `json:"ssd"`
	R     *float64   `json:"r"`
	P     *float64   `json:"p"`
	Q05   *float64   `json:"q05"`
	RhoNA string     `json:"rhoNA,omitempty"`
	FitNA string     `json:"fitNA,omitempty"`
	Mean  []*float64 `json:"mean"`
	SD    []*float64 `json:"sd"`
	Low   []*float64 `json:"low"`
	High  []*float64 `json:"high"`
	Rank  []*float64 `json:"rank"`
	X     []*float64 `json:"x"`
	Y     []*float64 `json:"y"`
}

// chart puts the numbers of the interactive figures into the page. JSON as Go
// writes it holds no character that could end a script.
func (v *view) chart(s *source) error {
	c := chart{Structure: s.structureWord(), Kind: "benchmark", Benchmark: s.meansWord(), Order: s.order(),
		Scores: s.averaged(), Rho: s.means != nil, Map: s.structure != nil}
	if s.structure != nil {
		c.Kind = s.structure.Kind
	}
	if s.means == nil {
		c.Benchmark = "the instrument" // whose order it is
	}
	for i, w := range s.data.Values {
		x := chartValue{Code: clean(w.Code), Name: clean(w.Name)}
		if s.means != nil && len(s.means.Means) > i {
			x.Mean = &s.means.Means[i]
		}
		for _, cond := range s.conditions {
			if p := cond.Values[i]; p.BenchX != nil && p.BenchY != nil {
				x.X, x.Y = p.BenchX, p.BenchY
				break
			}
		}
		c.Values = append(c.Values, x)
	}
	for _, cond := range s.conditions {
		x := chartCondition{Name: cond.Name(), N: cond.Used, Rho: cond.Rho, SSD: cond.SSD, R: cond.R, P: cond.P, Q05: cond.NullQ05,
			RhoNA: clean(cond.RhoNA), FitNA: clean(cond.FitNA)}
		for _, w := range cond.Values {
			x.Mean, x.SD, x.Rank = append(x.Mean, w.Mean), append(x.SD, w.SD), append(x.Rank, w.Rank)
			x.Low, x.High = append(x.Low, w.Interval.Low), append(x.High, w.Interval.High)
			x.X, x.Y = append(x.X, w.X), append(x.Y, w.Y)
		}
		c.Conditions = append(c.Conditions, x)
	}
	b, err := json.Marshal(c)
	if err != nil {
		return err
	}
	v.Data = template.HTML(`<script type="application/json" id="data">` + string(b) + `</script>`) //nolint:gosec // see above
	return nil
}

// Keys are the attributes of a condition's row that the selectors compare.
func (v *view) Keys(c *condition) [][2]string {
	levels := append([]string{c.Model, c.Prompt, c.Temp(), c.Administration}, c.Levels...)
	var out [][2]string
	for i, s := range v.Selectors {
		out = append(out, [2]string{s.Key, strconv.Itoa(slices.Index(s.Levels, levels[i]))})
	}
	return out
}
