package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"circumplex.example/analysis/report"
	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/table"
)

// applyFlags are apply's own flags.
type applyFlags struct {
	offline, noAnalysis, yes bool
	maxCost                  float64
	maxRequests              int
}

func (a *app) applyCmd() *cobra.Command {
	var f applyFlags
	c := &cobra.Command{
		Use:   "apply [DIR]",
		Short: "Ask what is missing, write the tables, analyze them",
		Long: `Ask what is missing, write the tables, analyze them.

apply always converges: interrupted or killed and run again it makes only what
is missing. A finished design makes no call. The first Ctrl-C finishes what is
in flight and saves; the second stops at once. Nothing stored is lost either
way.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for _, name := range []string{"max-cost", "max-requests"} {
				if c.Flags().Changed(name) && !f.bounds(name) {
					return &exitError{code: exitUsage, err: fmt.Errorf("--%s %s: want a number above 0\n    mend: leave it out for no limit; apply --offline asks nobody", name, c.Flag(name).Value)}
				}
			}
			return a.apply(c.Context(), directory(args), f)
		},
	}
	a.experimentFlags(c, true)
	c.Flags().BoolVar(&f.offline, "offline", false, "ask nobody; a missing completion makes the run incomplete")
	c.Flags().BoolVar(&f.yes, "yes", false, "go on without asking where it costs money")
	c.Flags().Float64Var(&f.maxCost, "max-cost", 0, "stop, with everything stored, before this run has cost more than so many dollars (`USD`)")
	c.Flags().IntVar(&f.maxRequests, "max-requests", 0, "stop, with everything stored, after this run has sent `N` requests")
	c.Flags().BoolVar(&f.noAnalysis, "no-analysis", false, "write the tables and leave the analysis out")
	return c
}

// bounds says whether the limit of this name bounds anything. 0 must not mean that
// there is none: a script may have computed that nothing is left.
func (f *applyFlags) bounds(name string) bool {
	if name == "max-cost" {
		return f.maxCost > 0 && !math.IsInf(f.maxCost, 0)
	}
	return f.maxRequests > 0
}

func (a *app) apply(ctx context.Context, dir string, f applyFlags) error {
	started := time.Now()
	o, err := a.design(dir)
	if err != nil {
		return err
	}
	a.problemsIfAny(o)
	if err := a.openStores(ctx, o, false); err != nil {
		return err
	}
	defer a.close(o)
	if err := errors.Join(writable(o.results), a.remember(o), a.sharesBudget(o)); err != nil {
		return err
	}
	p := newProgress(a.stderr)
	ctx, stop, release := a.signals(ctx, p)
	defer release()
	res, err := apply.Run(ctx, a.job(ctx, o, f, stop, p))
	p.close()
	code := collectionCode(res, err, f)
	if herr := a.history(o, res, err, started, code); herr != nil {
		err = errors.Join(err, herr)
	}
	if err != nil {
		return err
	}
	return a.afterApply(ctx, stop, o, res, f, code)
}

func (a *app) job(ctx context.Context, o *opened, f applyFlags, stop <-chan struct{}, p *progress) apply.Job {
	pool := a.callers(o)
	return apply.Job{
		Design: o.design, Builder: o.builder, Library: o.library, Part: o.part,
		Callers: pool, Routes: o.routes, Caps: apply.Caps{USD: f.maxCost, Requests: f.maxRequests},
		Results: o.results, Info: o.info, Offline: f.offline, InFlight: inFlight(o), Stop: stop,
		FixedGC: os.Getenv("GOGC") != "",
		Planned: func(pl *plan.Plan) error {
			if !a.flags.json {
				a.printPlanLine(o, pl)
			}
			if !f.offline {
				if err := errors.Join(a.checkKeys(o, pl), a.checkPrices(o, pl, f)); err != nil {
					return err
				}
				asking, cancel := apply.Unless(ctx, stop)
				defer cancel()
				if err := a.checkContexts(asking, o, pool, pl); err != nil {
					return err
				}
				if err := a.approve(stop, o, pl, f); err != nil {
					return err
				}
			}
			p.total(pl.Total.Make)
			return nil
		},
		Phase: p.phase, Done: p.add,
	}
}

// inFlight is how many requests to the simulated respondent are answered at once.
func inFlight(o *opened) int { return cmp.Or(o.exp.Limits.MaxInFlight, 256) }

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
	}
	return haltCode(res)
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
	if res.Unpriced == 0 {
		run.CostUSD = &res.CostUSD
	}
	switch {
	case err != nil:
		run.Note = err.Error()
	case res.Stopped:
		run.Note = "interrupted"
	case len(res.Halts) > 0:
		run.Note = haltsText(res.Halts)
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
func (a *app) afterApply(ctx context.Context, stop <-chan struct{}, o *opened, res *apply.Result, f applyFlags, code int) error {
	var sum *report.Summary
	if !f.noAnalysis && !res.Stopped {
		var err error
		if sum, err = a.analyzeCollected(ctx, stop, o); err != nil {
			return err
		}
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": code == exitDone, "exit_code": code, "experiment": o.exp.Name,
			"problems": a.relative(o.warnings), "results": o.results, "store": o.paths, "simulated": o.info.Simulated, "run": res, "analysis": sum})
	} else {
		a.printApplied(a.stdout, o, res, sum, f.offline)
	}
	if code != exitDone {
		return quiet(code)
	}
	return nil
}

// printApplied is the short summary at the end of apply.
func (a *app) printApplied(w io.Writer, o *opened, res *apply.Result, sum *report.Summary, offline bool) {
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
	a.printSent(w, res)
	switch {
	case res.Missing > 0 && offline:
		fmt.Fprintf(w, "incomplete: %s missing\n%s\n", count(res.Missing, "completion"), a.offlineMend(o, res.Gap.Cells, res.Gap.First, res.Gap.Place))
	case res.Missing > 0 && len(res.Halts) > 0:
		fmt.Fprintf(w, "incomplete: %s missing; mend what is named above, then run apply again\n", count(res.Missing, "completion"))
	case res.Missing > 0:
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
			fmt.Fprintf(w, "           %s  adds intervals (about a minute)\n", a.again("analyze", shown(o.exp.Dir)))
		}
	}
	for _, s := range a.storeLines(o) {
		if s[:5] == "store" {
			fmt.Fprintln(w, s)
		}
	}
	if res.Plan != nil {
		printSimulated(w, res.Plan)
	}
	if o.info.Simulated != "false" {
		fmt.Fprintln(w, "simulated: the simulated respondent answered; no language model was asked")
	}
}
