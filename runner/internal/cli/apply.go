package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"circumplex.example/analysis/report"
	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/table"
)

// applyFlags are apply's own flags.
type applyFlags struct {
	offline, noAnalysis bool
}

func (a *app) applyCmd() *cobra.Command {
	var f applyFlags
	c := &cobra.Command{
		Use:   "apply [DIR]",
		Short: "Ask what is missing, write the tables, analyze them",
		Long: `Ask what is missing, write the tables, analyze them.

apply always converges: interrupted or killed and run again it makes only what
is missing. A finished design makes no call. The first Ctrl-C finishes what is
in flight and saves; the second stops at once. Nothing stored is lost either way.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.apply(c.Context(), directory(args), f) },
	}
	a.experimentFlags(c, true)
	c.Flags().BoolVar(&f.offline, "offline", false, "ask nobody; a missing completion makes the run incomplete")
	c.Flags().BoolVar(&f.noAnalysis, "no-analysis", false, "write the tables and leave the analysis out")
	return c
}

func (a *app) apply(ctx context.Context, dir string, f applyFlags) error {
	started := time.Now()
	o, err := a.design(dir)
	if err != nil {
		return err
	}
	a.problemsIfAny(o)
	if !f.offline {
		if err := a.callable(o); err != nil {
			return err
		}
	}
	if err := a.openStores(ctx, o, false); err != nil {
		return err
	}
	defer a.close(o)
	if err := writable(o.results); err != nil {
		return err
	}
	p := newProgress(a.stderr)
	ctx, stop, release := a.signals(ctx, p)
	defer release()
	res, err := apply.Run(ctx, a.job(o, f, stop, p))
	p.close()
	code := collectionCode(res, err, f)
	if herr := a.history(o, res, err, started, code); herr != nil {
		err = errors.Join(err, herr)
	}
	if err != nil {
		return err
	}
	return a.afterApply(ctx, o, res, f, code)
}

// callable makes sure that every provider the part needs can be called, before
// anything is sent.
func (a *app) callable(o *opened) error {
	for _, c := range o.design.Cells() {
		origin, err := o.builder.Origin(c)
		if err != nil {
			return &exitError{code: exitInvalid, err: err}
		}
		needed := o.part == nil || o.part(o.design.Respondent(c, 1))
		if err := provider.Available(origin.Provider); err != nil && needed {
			return &exitError{code: exitInvalid, err: fmt.Errorf("%s: model %q: %w\n    mend: --simulate  lets the simulated respondent answer in its place; --offline  makes the tables from what is stored",
				shownPlace(o.exp.Place("factors", "model", c.Model.Name, "provider")), c.Model.Name, err)}
		}
	}
	return nil
}

func (a *app) job(o *opened, f applyFlags, stop <-chan struct{}, p *progress) apply.Job {
	return apply.Job{
		Design: o.design, Builder: o.builder, Library: o.library, Part: o.part,
		Callers: &provider.Pool{Version: Version},
		Results: o.results, Info: o.info, Offline: f.offline, InFlight: inFlight(o), Stop: stop,
		Planned: func(pl *plan.Plan) error {
			if !a.flags.json {
				a.printPlanLine(o, pl)
			}
			p.total(pl.Total.Make)
			return nil
		},
		Phase: p.phase, Done: p.add,
	}
}

// inFlight is how many requests may be on their way at once.
func inFlight(o *opened) int {
	if n := o.exp.Limits.MaxInFlight; n > 0 {
		return n
	}
	for _, or := range o.answers {
		if or.Provider != session.Simulated {
			return 16
		}
	}
	return 256
}

// printPlanLine says in a line what is about to happen.
func (a *app) printPlanLine(o *opened, p *plan.Plan) {
	what := "nothing to do"
	if p.Total.Make > 0 {
		what = fmt.Sprintf("%s to make, %s stored", count(p.Total.Make, "completion"), num(p.Total.Stored))
	}
	fmt.Fprintf(a.stderr, "%s: %s in %s; %s\n", o.exp.Name, count(p.Total.Sessions, "session"), count(p.Total.Cells, "cell"), what)
}

// signals turns the first interrupt into a graceful stop and the second into a
// cancellation.
func (a *app) signals(ctx context.Context, p *progress) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := make(chan struct{})
	in := make(chan os.Signal, 2)
	signal.Notify(in, os.Interrupt, syscall.SIGTERM)
	var once sync.Once
	go func() {
		for {
			select {
			case <-in:
				select {
				case <-stop:
					cancel()
				default:
					once.Do(func() { close(stop) })
					p.say("stopping: what is in flight is finished and saved; Ctrl-C again stops at once")
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx, stop, func() { signal.Stop(in); cancel() }
}

// collectionCode is the exit code of the collection, before the analysis.
func collectionCode(res *apply.Result, err error, f applyFlags) int {
	switch {
	case err != nil:
		return exitCode(err)
	case res.Stopped:
		return exitInterrupted
	case res.Missing > 0:
		return exitIncomplete
	}
	return exitDone
}

// history adds a row to runs.parquet, also for a run that failed, if the
// results directory is there.
func (a *app) history(o *opened, res *apply.Result, err error, started time.Time, code int) error {
	if _, serr := os.Stat(o.results); serr != nil {
		return nil
	}
	run := table.Run{StartedAt: started, EndedAt: time.Now(), ProgramVersion: Version, DesignHash: o.info.DesignHash,
		Made: res.Made, Reused: res.Reused, Failed: res.Failed, Missing: res.Missing, ExitCode: code}
	if res.Plan != nil {
		run.Sessions = res.Plan.Total.Sessions
	}
	if o.info.Simulated == "true" {
		run.CostUSD = new(float64)
	}
	switch {
	case err != nil:
		run.Note = err.Error()
	case res.Stopped:
		run.Note = "interrupted"
	}
	// Not the run's context: that may be what ended.
	unlock, lerr := apply.LockTables(context.Background(), o.library, o.results)
	if lerr != nil {
		return lerr
	}
	return errors.Join(table.AppendRun(o.results, run), unlock())
}

// smallSessions is the size of a design up to which apply makes the bootstrap
// intervals too, since that takes seconds.
const smallSessions = 5000

func small(o *opened) bool { return len(o.design.Cells())*o.exp.N <= smallSessions }

// afterApply analyzes what was collected, prints the summary and decides the
// exit code.
func (a *app) afterApply(ctx context.Context, o *opened, res *apply.Result, f applyFlags, code int) error {
	var sum *report.Summary
	if !f.noAnalysis && !res.Stopped {
		var err error
		p := newProgress(a.stderr)
		sum, err = report.RunWith(ctx, o.results, nil, report.Settings{Resample: small(o), Progress: resampling(p)})
		p.close()
		if err != nil {
			return fmt.Errorf("the answers are collected and the tables written, but the analysis failed: %w", err)
		}
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": code == exitDone, "exit_code": code, "experiment": o.exp.Name,
			"results": o.results, "store": o.paths, "simulated": o.info.Simulated, "run": res, "analysis": sum})
	} else {
		a.printApplied(a.stdout, o, res, sum)
	}
	if code != exitDone {
		return quiet(code)
	}
	return nil
}

// printApplied is the short summary at the end of apply.
func (a *app) printApplied(w io.Writer, o *opened, res *apply.Result, sum *report.Summary) {
	if sum != nil {
		printHeadlines(w, o.exp.Name, sum)
		fmt.Fprintln(w)
	}
	made := "nothing to do: every completion was stored already"
	if res.Made > 0 || res.Missing > 0 {
		made = fmt.Sprintf("made %s, %s stored before", count(res.Made, "completion"), num(res.Reused))
	}
	fmt.Fprintln(w, made)
	if res.Displaced > 0 {
		fmt.Fprintf(w, "%s came while another process stored one for the same request: the first stays\n", count(res.Displaced, "reply"))
	}
	for _, f := range res.Failures {
		fmt.Fprintf(w, "failed: %s: %s\n", f.Place, f.Error)
	}
	if res.Failed > len(res.Failures) {
		fmt.Fprintf(w, "and %s more\n", num(res.Failed-len(res.Failures)))
	}
	if res.Missing > 0 {
		fmt.Fprintf(w, "incomplete: %s missing; run apply again to make what is missing\n", count(res.Missing, "completion"))
	}
	state := "unchanged"
	if res.Written {
		state = "written"
	}
	fmt.Fprintf(w, "tables:    %s/*.parquet (%s)\n", shown(o.results), state)
	if sum != nil {
		fmt.Fprintf(w, "analysis:  %s/tables/*.md, figures/*.svg\n", shown(sum.Dir))
		if !small(o) {
			fmt.Fprintf(w, "           runner analyze %s  adds intervals (about a minute)\n", shown(o.exp.Dir))
		}
	}
	for _, s := range a.storeLines(o) {
		if s[:5] == "store" {
			fmt.Fprintln(w, s)
		}
	}
	if o.info.Simulated != "false" {
		fmt.Fprintln(w, "simulated: the simulated respondent answered; no language model was asked")
	}
}
