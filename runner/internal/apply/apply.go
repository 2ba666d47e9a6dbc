package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/pace"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/table"
)

// Job is what to apply, and how.
type Job struct {
	Design  *design.Design
	Builder *session.Builder
	Library *Library
	Callers Callers
	// Part restricts what is asked; the tables always hold the whole design.
	Part plan.Part
	// Results is the directory of the tables, absolute.
	Results string
	Info    table.Info
	// Offline asks nobody: missing completions stay missing.
	Offline bool
	// InFlight bounds requests to the simulated respondent in flight; what goes
	// over a network is bounded by the limits of its account.
	InFlight int
	// Routes are those of Routes: who is asked over a network.
	Routes map[completion.Digest]*Route
	// Backoff says when a request is sent again; the zero value is good for use.
	Backoff pace.Retry
	// Caps bound what this run may spend.
	Caps Caps
	// FixedGC leaves Go's garbage collector as it is set. Else it waits, while
	// requests are sent, for a fixed amount of garbage.
	FixedGC bool
	// Stop is closed to end gracefully: what is in flight is finished and saved.
	Stop <-chan struct{}
	// Planned is called with the plan before anything is asked; an error ends
	// the job with nothing done.
	Planned func(*plan.Plan) error
	// Done is called, from several goroutines, for every n completions that are
	// there now and were missing before.
	Done func(n int)
	// Phase is called when another phase of the job begins.
	Phase func(name string)
}

// Callers finds who sends an origin's requests; *provider.Pool does.
type Callers interface {
	For(*completion.Origin) (provider.Caller, error)
}

// Result is what a job did.
type Result struct {
	Plan *plan.Plan `json:"plan"`
	// Made, Reused, Failed, Missing count completions of the part.
	Made    int `json:"made"`
	Reused  int `json:"reused"`
	Failed  int `json:"failed"`
	Missing int `json:"missing"`
	// Halts are parts of the design that were given up while the rest went on.
	Halts []Halt `json:"halts,omitempty"`
	// Sent counts sendings over networks, CostUSD what they cost as far as prices
	// and usage are known; Unpriced counts sendings whose cost is not.
	Sent     int     `json:"sent"`
	CostUSD  float64 `json:"cost_usd"`
	Unpriced int     `json:"unpriced"`
	// Served tells cells that more than one model or system answered, or another
	// than was asked.
	Served []ServedBy `json:"served,omitempty"`
	// Gap tells what is missing, if anything is.
	Gap *Gap `json:"gap,omitempty"`
	// Displaced counts replies that came while another process stored one for
	// the same request: the first stays.
	Displaced int       `json:"displaced"`
	Failures  []Failure `json:"failures,omitempty"`
	// Stopped is true if the job was asked to stop.
	Stopped bool `json:"stopped"`
	// Written is false if the tables were right already.
	Written  bool            `json:"tables_written"`
	Manifest *table.Manifest `json:"-"`
}

// Run carries a job out. The result is valid also with an error, as far as the
// job went: what was stored is stored.
func Run(ctx context.Context, j Job) (*Result, error) {
	res := &Result{}
	s, err := Look(ctx, j.Library, j.Design, j.Builder, j.Part, j.Info)
	if err != nil {
		return res, err
	}
	res.Plan = s.Plan
	if err := j.Planned(s.Plan); err != nil {
		return res, err
	}
	res.Reused, res.Missing, res.Served = s.Plan.Total.Stored, s.Plan.Total.Make, s.Drift()
	if len(s.Todo) > 0 && !j.Offline {
		if err := j.collect(ctx, s, res); err != nil {
			return res, err
		}
		// What is stored now decides what the tables say and what is missing.
		if s, err = Look(ctx, j.Library, j.Design, j.Builder, j.Part, j.Info); err != nil {
			return res, err
		}
		res.Missing, res.Served = s.Plan.Total.Make, s.Drift()
	}
	if res.Missing > 0 {
		res.Gap = &s.Gap
	}
	return res, j.tables(ctx, s, res)
}

// collect makes what is missing: first personas, then answers.
func (j *Job) collect(ctx context.Context, s *Survey, res *Result) error {
	waits, end := context.WithCancelCause(ctx)
	defer end(nil)
	unstopped, cancel := Unless(waits, j.Stop)
	defer cancel()
	defer context.AfterFunc(unstopped, func() { end(errStopped) })()
	b, err := j.budget(ctx, s.Plan)
	if err != nil {
		return err
	}
	c := &collector{d: j.Design, b: j.Builder, lib: j.Library, send: newSender(waits, j, b), briefs: s.briefs,
		accounts: map[string]string{}, inFlight: j.InFlight, reader: table.NewReader(j.Design.Experiment.Instrument), stop: j.Stop, done: j.Done}
	for _, r := range j.Routes {
		c.accounts[r.Model.Name] = r.Account
	}
	todo := map[int]bool{}
	for _, seat := range s.Todo {
		todo[seat.Cell.Index] = true
	}
	for _, x := range s.Drift() {
		// A cell that nothing is asked of is no reason to call the run incomplete.
		if x.Unexpected != "" && todo[x.cell.Index] {
			c.send.haltCell(x.cell.Index, servedHalt(j.Design, x.cell, x.cell.Model, x.Unexpected))
		}
	}
	defer func() {
		res.Made, res.Failed, res.Failures, res.Displaced = int(c.made.Load()), int(c.failed.Load()), c.failures, c.lost
		res.Halts, res.Stopped = c.send.halts, c.stopped()
		run := b.spentByRun()
		res.Sent, res.CostUSD, res.Unpriced = int(run.requests), float64(c.send.cost.Load())/1e6, int(c.send.unpriced.Load())
	}()
	if !j.FixedGC {
		defer spareCollector()()
	}
	// A halted cell needs no personas, unless another cell shares them.
	asked := slices.DeleteFunc(slices.Clone(s.Todo), func(s Seat) bool { return c.send.cells[s.Cell.Index] })
	if personas := personaSeats(asked); len(personas) > 0 {
		j.Phase("personas")
		if err := c.run(ctx, personas, c.persona); err != nil {
			return err
		}
	}
	j.Phase("answers")
	return c.run(ctx, s.Todo, c.session)
}

// Unless returns a context that ends with its parent, when a channel closes, or when
// it is canceled, which a caller has to do in the end.
func Unless(parent context.Context, stop <-chan struct{}) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	go func() {
		select {
		case <-stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// budget is what may be spent, by this run and by the experiment in all. A request
// whose cost is not known, because its reply had no usage, counts in later runs as
// one of the dearest level of what is still to make, on the high side: as nothing it
// would let a budget be spent again and again.
func (j *Job) budget(ctx context.Context, p *plan.Plan) (*budget, error) {
	e := j.Design.Experiment
	if len(j.Routes) == 0 {
		return newBudget(ctx, Caps{}, Caps{}, nil)
	}
	each := 0.0
	for _, l := range p.Levels {
		if l.Make > 0 {
			each = max(each, l.High/float64(l.Make))
		}
	}
	return newBudget(ctx, j.Caps, Caps{USD: e.Budget.USD, Requests: e.Budget.Requests}, func(ctx context.Context) (store.Spending, error) {
		sp, err := j.Library.Real.Spent(ctx, e.Name, time.Time{})
		sp.Micros += int64(float64(sp.Unpriced) * each * 1e6)
		return sp, err
	})
}

// personaSeats picks one respondent for each text to be generated: a model,
// prompt and replicate.
func personaSeats(todo []Seat) []Seat {
	type id struct {
		model, prompt string
		replicate     int
	}
	seen := map[id]bool{}
	var out []Seat
	for _, s := range todo {
		k := id{s.Cell.Model.Name, s.Cell.Prompt.Name, s.Replicate}
		if len(session.GeneratedVariables(s.Cell.Prompt)) == 0 || seen[k] {
			continue
		}
		seen[k] = true
		out = append(out, s)
	}
	return out
}

// LockTables takes the lock on a results directory, which every process that
// shares the library respects. A library that is only read has none to take.
func LockTables(ctx context.Context, l *Library, results string) (unlock func() error, err error) {
	s := l.Simulated
	if l.Real != nil {
		s = l.Real
	}
	unlock, err = tableLock(ctx, s, results)
	if errors.Is(err, store.ErrReadOnly) {
		return func() error { return nil }, nil
	}
	return unlock, err
}

// tables writes the tables under the lock of the results directory.
func (j *Job) tables(ctx context.Context, s *Survey, res *Result) error {
	// Stopping gracefully still writes what there is.
	j.Phase("tables")
	unlock, err := LockTables(ctx, j.Library, j.Results)
	if err != nil {
		return err
	}
	if j.Offline && res.Missing > 0 {
		err = keepReplies(ctx, j.Library, j.Results)
	}
	if err == nil {
		res.Manifest, res.Written, err = writeTables(ctx, j.Library, j.Design, j.Builder, s, j.Results, j.Info)
	}
	if err != nil {
		err = fmt.Errorf("writing the tables: %w", err)
	}
	return errors.Join(err, unlock())
}
