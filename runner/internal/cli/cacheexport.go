package cli

import (
	"context"
	"fmt"
	"maps"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/archive"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

func (a *app) cacheExportCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "export [DIR] OUT",
		Short: "Write stored replies as Parquet, to publish or to keep",
		Long: `Write stored replies as Parquet, to publish or to keep.

With DIR, an experiment, what it uses is written; without, all replies of
models, or with --simulate all simulated ones. OUT is a directory that is new,
empty, or an earlier export, which is replaced. The same replies give the same
bytes. runner cache import OUT rebuilds a store from it.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			dir := ""
			if len(args) == 2 {
				dir = args[0]
			}
			return a.cacheExport(c.Context(), dir, args[len(args)-1])
		},
	}
	a.cacheFlags(c)
	c.Flags().BoolVar(&a.flags.simulate, "simulate", false, "the replies of the simulated respondent, in place of every model's")
	return c
}

// exportJob is what goes into an archive.
type exportJob struct {
	about   archive.About
	stores  []*store.Store
	want    func(completion.Key) bool
	total   int
	missing int
}

func (a *app) cacheExport(ctx context.Context, dir, out string) error {
	var exp *schema.Experiment
	var o *opened
	if dir != "" {
		var err error
		if o, err = a.design(dir); err != nil {
			return err
		}
		exp = o.exp
	}
	return a.withCache(ctx, exp, func(l *apply.Library, _ apply.Paths) error {
		job, err := a.exportJob(ctx, l, o)
		if err != nil {
			return err
		}
		if job.total == 0 {
			return a.nothingToExport(l, o)
		}
		m, err := a.writeArchive(ctx, job, out)
		if err != nil {
			return err
		}
		return a.exportedArchive(out, m, job)
	})
}

// exportJob decides what is exported: what an experiment uses, or one store.
func (a *app) exportJob(ctx context.Context, l *apply.Library, o *opened) (*exportJob, error) {
	job := &exportJob{about: archive.About{ProgramVersion: Version}}
	if o == nil {
		s := l.Real
		if a.flags.simulate {
			s = l.Simulated
		}
		st, err := s.Stats(ctx)
		if err != nil {
			return nil, err
		}
		job.stores, job.total = []*store.Store{s}, int(st.Completions)
		return job, nil
	}
	job.about.Experiment, job.about.DesignHash = o.exp.Name, o.info.DesignHash
	job.stores = []*store.Store{l.Real, l.Simulated}
	keys := map[completion.Key]bool{}
	err := apply.Walk(ctx, l, o.design, o.builder, func(v *session.Visit) {
		job.missing += take(v, keys)
	})
	job.want, job.total = func(k completion.Key) bool { return keys[k] }, len(keys)
	return job, err
}

// take adds what a respondent uses to keys and returns how much is missing.
func take(v *session.Visit, keys map[completion.Key]bool) int {
	missing := v.Unknown
	for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
		for _, t := range turns {
			if t.Stored {
				keys[t.Key] = true
			} else {
				missing++
			}
		}
	}
	return missing
}

func (a *app) nothingToExport(l *apply.Library, o *opened) error {
	if o != nil {
		return &exitError{code: exitIncomplete, err: fmt.Errorf("nothing of %s is stored, so there is nothing to export\n    mend: %s  asks for it first%s",
			o.exp.Name, a.again("apply", shown(o.exp.Dir)), simulateHint(a.flags.simulate || o.info.Simulated == "true"))}
	}
	path, other := l.Real.Path(), "--simulate  exports simulated replies; "
	if a.flags.simulate {
		path, other = l.Simulated.Path(), ""
	}
	return &exitError{code: exitIncomplete, err: fmt.Errorf("%s: nothing is stored, so there is nothing to export\n    mend: %s--store DIR  names another store", path, other)}
}

func simulateHint(already bool) string {
	if already {
		return ""
	}
	return "; --simulate  exports the replies of the simulated respondent"
}

func (a *app) writeArchive(ctx context.Context, job *exportJob, out string) (*archive.Manifest, error) {
	mishaps := map[completion.Key]string{}
	for _, s := range job.stores {
		m, err := archive.Mishaps(ctx, s)
		if err != nil {
			return nil, err
		}
		maps.Copy(mishaps, m)
	}
	w, err := archive.Create(out, job.about, mishaps)
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	p := newProgress(a.stderr)
	p.phase("exported")
	p.total(job.total)
	defer p.close()
	for _, s := range job.stores {
		err := s.Sorted(ctx, job.want, func(c *completion.Completion, digest completion.Digest) error {
			p.add(1)
			return w.Add(c, digest)
		})
		if err != nil {
			return nil, err
		}
	}
	return w.Close()
}

func (a *app) exportedArchive(out string, m *archive.Manifest, job *exportJob) error {
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "directory": out, "archive": m, "missing": job.missing})
		return nil
	}
	if job.missing > 0 {
		fmt.Fprintf(a.stderr, "warning: %s of %s not stored: tables made from the export will lack as much\n", count(job.missing, "completion"), m.Experiment)
	}
	fmt.Fprintf(a.stdout, "%s written to %s, in %s\n", count(m.Completions, "completion"), shownArg(out), count(len(m.Parts), "part"))
	if m.Simulated > 0 {
		fmt.Fprintf(a.stdout, "simulated: %s; no language model wrote them\n", num(m.Simulated))
	}
	return nil
}
