package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/show"
	"circumplex.example/schema/diag"
)

func (a *app) showPromptCmd() *cobra.Command {
	var replicate int
	levels := map[string]*string{"model": new(string), "temperature": new(string), "administration": new(string)}
	c := &cobra.Command{
		Use:   "prompt NAME [DIR]",
		Short: "Show how a prompt reads for one respondent",
		Long: `Show how a prompt reads for one respondent.

Where --model, --temperature, --administration or --level leave several cells,
the first of them is shown.`,
		Args: cobra.RangeArgs(1, 2),
	}
	a.experimentFlags(c, false)
	f := c.Flags()
	f.IntVar(&replicate, "replicate", 1, "the respondent, counted from 1")
	for _, name := range []string{"model", "temperature", "administration"} {
		f.StringVar(levels[name], name, "", "level of the factor "+name)
	}
	further := f.StringArray("level", nil, "level of a further factor, as factor=level")
	c.RunE = func(c *cobra.Command, args []string) error {
		return a.withScope(c.Context(), directory(args[1:]), func(_ *opened, s *show.Scope) error {
			want := map[string]string{"prompt": args[0]}
			for name, level := range levels {
				if *level != "" {
					want[name] = *level
				}
			}
			return a.showPrompt(c.Context(), s, want, *further, replicate)
		})
	}
	return c
}

func (a *app) showPrompt(ctx context.Context, s *show.Scope, want map[string]string, further []string, replicate int) error {
	exp := s.Design.Experiment
	clause, err := only(exp, further)
	if err != nil {
		return &exitError{code: exitUsage, err: fmt.Errorf("--level: %w", err)}
	}
	for _, factor := range slices.Sorted(maps.Keys(want)) {
		if known := exp.LevelNames(factor); !slices.Contains(known, want[factor]) {
			return &show.NotFound{What: fmt.Sprintf("factor %q has no level %q", factor, want[factor]), Mend: diag.DidYouMean(want[factor], known)}
		}
		clause[factor] = []string{want[factor]}
	}
	i := slices.IndexFunc(s.Design.Cells(), func(c *design.Cell) bool { return clause.Admits(s.Design.Levels(c)) })
	if i < 0 {
		return &show.NotFound{What: "no cell of the design has these levels together", Mend: "runner show design  lists the cells"}
	}
	if err := s.CheckReplicate(replicate); err != nil {
		return err
	}
	r, err := s.Respondent(ctx, s.Design.Cells()[i], replicate)
	if err != nil {
		return err
	}
	if a.flags.json {
		a.printJSON(a.stdout, r)
		return nil
	}
	a.printOpening(r)
	return nil
}

// showDesign lists the cells.
func (a *app) showDesign(o *opened, s *show.Scope) error {
	var cells []*show.Cell
	for _, c := range s.Design.Cells() {
		cell, err := s.Cell(c)
		if err != nil {
			return &exitError{code: exitInvalid, err: err}
		}
		cells = append(cells, cell)
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"experiment": o.exp.Name, "design_hash": o.info.DesignHash, "n": o.exp.N, "cells": cells})
		return nil
	}
	fmt.Fprintf(a.stdout, "%s: %s of %s; id is how condition_id begins\n\n", o.exp.Name, count(len(cells), "cell"), count(o.exp.N, "respondent"))
	t := newTable(2)
	factors := o.exp.FactorNames()
	short := map[string]string{"temperature": "temp", "administration": "admin."}
	head := table.Row{"cell", "id"}
	configs := []table.ColumnConfig{right(1)}
	for _, f := range factors {
		head = append(head, cmp.Or(short[f], f))
	}
	t.AppendHeader(append(head, "requests"))
	t.SetColumnConfigs(append(configs, right(len(factors)+3)))
	for _, c := range cells {
		row := table.Row{c.Number, c.ConditionID[:8]}
		for _, f := range factors {
			row = append(row, c.Levels[f])
		}
		t.AppendRow(append(row, num(c.Respondents*c.Turns)))
	}
	printTrimmed(a.stdout, t.Render())
	return nil
}

// showStored shows a stored request without an experiment.
func (a *app) showStored(ctx context.Context, id string) error {
	paths, err := a.cachePaths(nil)
	if err != nil {
		return err
	}
	l, err := openCache(ctx, paths)
	if err != nil {
		return err
	}
	defer a.close(&opened{library: l})
	key, err := show.StoredKey(ctx, l, id)
	if err == nil && key == (completion.Key{}) {
		err = &exitError{code: exitUsage, err: &show.NotFound{What: fmt.Sprintf("no request whose key begins with %q is stored", id),
			Mend: "name the experiment, which knows requests that are not stored:  runner show request " + id + " DIR"}}
	}
	if err != nil {
		return err
	}
	c, err := show.Get(ctx, l, key)
	if err != nil {
		return err
	}
	req := show.NewRequest(c.Request, c)
	return a.showOne(ctx, nil, &req)
}
