package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// opened is an experiment with its design and its stores.
type opened struct {
	exp      *schema.Experiment
	design   *design.Design
	builder  *session.Builder
	library  *apply.Library
	paths    apply.Paths
	part     plan.Part
	info     table.Info
	results  string
	warnings diag.List
	// answers and generations are the origins of the design's requests.
	answers, generations []*completion.Origin
	// routes say who is asked over a network.
	routes map[completion.Digest]*apply.Route
}

// design loads and expands an experiment. Its error is a diag.List where the
// experiment is at fault.
func (a *app) design(dir string) (*opened, error) {
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		return nil, problems
	}
	d, err := design.New(exp)
	if err != nil {
		return nil, err
	}
	o := &opened{exp: exp, design: d, warnings: problems}
	o.builder = session.NewBuilder(d, session.Options{Simulate: a.flags.simulate})
	unsent := o.builder.Unsupported()
	// What is left out needs no warning of what sending it would do.
	o.warnings = slices.DeleteFunc(o.warnings, func(w diag.Problem) bool {
		return slices.ContainsFunc(unsent, func(p diag.Problem) bool { return p.Severity == diag.Warning && p.Place == w.Place })
	})
	o.warnings = append(o.warnings, unsent...)
	if o.warnings = o.warnings.Sorted(); o.warnings.HasErrors() {
		return nil, o.warnings
	}
	if a.flags.envFile != "" {
		if a.env, err = readEnvFile(a.flags.envFile); err != nil {
			return nil, err
		}
	}
	if o.part, err = a.part(d); err != nil {
		return nil, err
	}
	o.info = table.Info{DesignHash: d.Hash(), Simulated: a.simulated(exp), ProgramVersion: Version}
	if o.results, err = a.resultsDir(exp); err != nil {
		return nil, err
	}
	if o.answers, o.generations, err = apply.Origins(d, o.builder); err != nil {
		return nil, &exitError{code: exitInvalid, err: err}
	}
	if o.routes, err = apply.Routes(d, o.builder); err != nil {
		return nil, &exitError{code: exitInvalid, err: err}
	}
	return o, nil
}

// simulated says whether the answers are a simulated respondent's.
func (a *app) simulated(exp *schema.Experiment) string {
	n := 0
	for _, m := range exp.Models {
		if m.Provider == session.Simulated {
			n++
		}
	}
	switch {
	case a.flags.simulate || n == len(exp.Models):
		return "true"
	case n == 0:
		return "false"
	}
	return "mixed"
}

// openStores opens the stores that the design needs.
func (a *app) openStores(ctx context.Context, o *opened, readOnly bool) error {
	var err error
	if o.paths, err = a.storePaths(o.exp); err != nil {
		return err
	}
	origins := append(slices.Clone(o.answers), o.generations...)
	o.library, err = apply.OpenLibrary(ctx, o.paths, origins, store.Options{ReadOnly: readOnly})
	return err
}

// close closes the stores, reporting what that brings up.
func (a *app) close(o *opened) {
	if o.library == nil {
		return
	}
	if err := o.library.Close(); err != nil {
		fmt.Fprintln(a.stderr, "runner: closing the store:", err)
	}
}

// part reads --only and --first.
func (a *app) part(d *design.Design) (plan.Part, error) {
	if len(a.flags.only) == 0 && a.flags.first == 0 {
		return nil, nil
	}
	clause, err := only(d.Experiment, a.flags.only)
	if err != nil {
		return nil, &exitError{code: exitUsage, err: err}
	}
	admitted := make([]bool, len(d.Cells()))
	for i, c := range d.Cells() {
		admitted[i] = clause.Admits(d.Levels(c))
	}
	first := a.flags.first
	return func(r design.Respondent) bool {
		return admitted[r.Cell.Index] && (first == 0 || r.Replicate <= first)
	}, nil
}

// only reads factor=level,factor=level,...
func only(exp *schema.Experiment, args []string) (schema.Clause, error) {
	clause := schema.Clause{}
	for _, arg := range args {
		for _, pair := range strings.Split(arg, ",") {
			factor, level, ok := strings.Cut(strings.TrimSpace(pair), "=")
			if !ok {
				return nil, fmt.Errorf("--only %s: want factor=level, for example  --only model=%s", pair, exp.Models[0].Name)
			}
			if !slices.Contains(exp.FactorNames(), factor) {
				return nil, fmt.Errorf("--only %s: there is no factor %q\n    mend: %s", pair, factor, diag.DidYouMean(factor, exp.FactorNames()))
			}
			if !slices.Contains(exp.LevelNames(factor), level) {
				return nil, fmt.Errorf("--only %s: factor %q has no level %q\n    mend: %s", pair, factor, level, cmp.Or(diag.DidYouMean(level, exp.LevelNames(factor)), "runner plan  lists them"))
			}
			clause[factor] = append(clause[factor], level)
		}
	}
	return clause, nil
}
