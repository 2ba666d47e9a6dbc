// Package report turns a results directory into the statistics and the tables
// of the paper.
//
// It knows which statistics are wanted of which condition, what makes one NA,
// and how the tables are laid out. The statistics themselves are the numeric
// packages' business, the reading of tables is ingest's. It must not know how
// answers were collected.
//
//	summary, err := report.Run(ctx, "results/quickstart", nil)
//
// Everything written is a function of the tables, the options and [Version]:
// conditions are worked on in parallel, each with seeds of its own, and written
// in their order. A statistic that is not defined is null in Parquet and NA in
// a table, with the reason beside it; it never stops the others.
package report

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"circumplex.example/analysis/ingest"
	"golang.org/x/sync/errgroup"
)

// Version is the version of what this package computes and writes. A change of
// it makes every analysis run anew.
const Version = "6"

// Overrides replace options of the experiment, by the names and words of
// options.parquet, such as "restarts": "0". ingest.OptionNames lists them.
type Overrides map[string]string

// Summary is what a run did, for the command to print.
type Summary struct {
	Dir       string     `json:"dir"`       // the analysis directory
	Files     []string   `json:"files"`     // what stands there now, relative to Dir, sorted
	Unchanged bool       `json:"unchanged"` // nothing had changed, so nothing was written
	Simulated string     `json:"simulated"` // "true", "false" or "mixed"
	Headlines []Headline `json:"headlines"`
	// Factors are the further factors, in the order of a headline's levels.
	Factors []string `json:"factors,omitempty"`
	Notes   []string `json:"notes"` // sentences a reader of the headlines must know
}

// Headline is the gist of one condition. A pointer is nil where the statistic
// is not available; NA then says why.
type Headline struct {
	Model          string   `json:"model"`
	Prompt         string   `json:"prompt"`
	Temperature    *float64 `json:"temperature"` // nil: not stated
	Administration string   `json:"administration"`
	Levels         []string `json:"levels,omitempty"`
	Used           int      `json:"n_used"`
	Dropped        int      `json:"n_dropped"`
	Rho            *float64 `json:"rho"`
	RhoP           *float64 `json:"rho_p"`
	RhoNA          string   `json:"rho_na,omitempty"`
	SSD            *float64 `json:"ssd"`
	R              *float64 `json:"r"`
	P              *float64 `json:"p"`
	NA             string   `json:"na,omitempty"`
}

// Settings are how a run goes about it, beside what the options say.
type Settings struct {
	// Resample asks for what takes seconds to a minute: bootstrap intervals, as
	// the option bootstrap says, and split halves. Overrides that name bootstrap
	// ask for it too.
	Resample bool
	// Progress, if it is not nil, is called as resampling goes on, by one
	// goroutine at a time.
	Progress func(done, total int)
}

// Run is RunWith without Settings: it makes no intervals unless the overrides
// name bootstrap, and leaves those that stand there and still hold.
func Run(ctx context.Context, dir string, over Overrides) (*Summary, error) {
	return RunWith(ctx, dir, over, Settings{})
}

// RunWith analyses the results directory dir and writes dir/analysis, unless
// what stands there was made from the same tables with the same options by the
// same version. After an error, or when ctx is cancelled, the files of the run
// before may stand beside new ones; the next run notices and writes all anew.
func RunWith(ctx context.Context, dir string, over Overrides, set Settings) (*Summary, error) {
	if err := checkOverrides(over); err != nil {
		return nil, err
	}
	now, err := digestInputs(dir, over)
	if err != nil {
		return nil, err
	}
	_, named := over["bootstrap"]
	now.Resampled = set.Resample || named
	out := filepath.Join(dir, "analysis")
	old := readManifest(out)
	if old.upToDate(now, out) {
		return old.summary(out, true), nil
	}
	a, err := load(dir, over)
	if err != nil {
		return nil, err
	}
	a.resampling = now.Resampled && a.opts.Bootstrap > 0
	if err := a.compute(ctx); err != nil {
		return nil, err
	}
	if err := a.resample(ctx, set.Progress); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Join(out, "tables"), 0o755); err != nil {
		return nil, err
	}
	now.Outputs, err = a.write(ctx, out)
	if err != nil {
		return nil, err
	}
	if err := a.writeFigures(ctx, out, now.Outputs); err != nil {
		return nil, err
	}
	now.Simulated, now.Factors, now.Headlines, now.Notes = a.simulated(), a.d.Factors, a.headlines(), a.summaryNotes()
	old.removeStale(now, out)
	if err := now.write(out); err != nil {
		return nil, err
	}
	return now.summary(out, false), nil
}

// checkOverrides refuses unknown names and words before any work.
func checkOverrides(over Overrides) error {
	known := ingest.OptionNames()
	scratch := ingest.Defaults()
	for name, value := range over {
		if !slices.Contains(known, name) {
			return fmt.Errorf("there is no option %q of the analysis; there are %s", name, strings.Join(known, ", "))
		}
		if err := scratch.Set(name, value); err != nil {
			return fmt.Errorf("option %w", err)
		}
	}
	return nil
}

// analysis is the state of one run.
type analysis struct {
	d         *ingest.Data
	opts      ingest.Options
	means     *ingest.Benchmark // nil: none
	structure *ingest.Benchmark // nil: none, structureNA says why
	alphas    *ingest.Benchmark // nil: none
	targets   map[embedding]target
	circle    []int // values in the order of the anchor circle
	circleNA  string
	anchors   *ingest.Variable // nil: no anchors
	results   []result
	replies   []ingest.Replies // a condition each; nil: no completions.parquet

	quality    []quality
	resampling bool // bootstrap and split halves are wanted

	structureNA string
}

// load reads the directory and settles options and benchmarks.
func load(dir string, over Overrides) (*analysis, error) {
	d, err := ingest.Read(dir)
	if err != nil {
		return nil, err
	}
	a := &analysis{d: d, opts: d.Options}
	for name, value := range over {
		if err := a.opts.Set(name, value); err != nil {
			return nil, err // checked before; kept in case the tables differ
		}
	}
	if err := a.checkVariables(over); err != nil {
		return nil, err
	}
	if err := a.chooseBenchmarks(); err != nil {
		return nil, err
	}
	if a.replies, err = ingest.ReadReplies(d); err != nil {
		return nil, err
	}
	if a.circle, err = d.Circle(a.opts.AnchorCircle); err != nil {
		a.circleNA = err.Error()
	}
	if v := d.Variable(a.opts.AnchorColumn); v != nil && v.Text != nil {
		a.anchors = v
	}
	return a, nil
}

// checkVariables refuses options that name a column which the respondents do not have.
// Those of the experiment were checked with it, or are defaults that need not be there.
func (a *analysis) checkVariables(over Overrides) error {
	var known []string
	for _, v := range a.d.Variables {
		known = append(known, v.Name)
	}
	named := map[string][]string{"anchor_column": {a.opts.AnchorColumn}, "strata": a.opts.Strata}
	for _, option := range slices.Sorted(maps.Keys(over)) {
		for _, c := range named[option] {
			if slices.Contains(known, c) {
				continue
			}
			mend := "leave it away: the respondents have no variables"
			if len(known) > 0 {
				mend = "--set " + option + "=" + strings.Join(known, ", or "+option+"=")
			}
			return fmt.Errorf("option %s: the respondents have no column %q\n    mend: %s", option, c, mend)
		}
	}
	return nil
}

// compute works on the conditions in parallel.
func (a *analysis) compute(ctx context.Context) error {
	if err := a.embedBenchmark(); err != nil {
		return err
	}
	a.results = make([]result, len(a.d.Conditions))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range a.d.Conditions {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			r, err := a.condition(&a.d.Conditions[i])
			if err != nil {
				return fmt.Errorf("%s: %w", label(&a.d.Conditions[i]), err)
			}
			a.results[i] = *r
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	a.quality = a.qualities()
	return nil
}

// label names a condition in messages.
func label(c *ingest.Condition) string {
	s := fmt.Sprintf("model=%s, prompt=%s, temperature=%s, administration=%s", c.Model, c.Prompt, tempOf(c), c.Administration)
	if len(c.Levels) > 0 {
		s += ", " + strings.Join(c.Levels, ", ")
	}
	return s
}

// headlines are the gist of every condition.
func (a *analysis) headlines() []Headline {
	out := make([]Headline, len(a.results))
	for i := range a.results {
		r := &a.results[i]
		c := r.c
		h := Headline{Model: c.Model, Prompt: c.Prompt, Temperature: c.Temperature, Administration: c.Administration, Levels: c.Levels,
			Used: r.used(), Dropped: r.dropped(), RhoNA: r.rhoNA, NA: r.fitNA}
		if r.rhoNA == "" {
			h.Rho, h.RhoP = &r.rho.Rho, &r.rho.P
		}
		if r.fitNA == "" {
			h.SSD, h.R = &r.match.SSD, &r.match.R
			if r.test != nil {
				h.P = &r.test.P
			}
		}
		out[i] = h
	}
	return out
}
