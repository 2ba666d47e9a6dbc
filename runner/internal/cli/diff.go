package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/diff"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema"
)

const diffHelp = `Say what a change of an experiment changes: levels, lists, who is drawn,
sessions, completions kept, orphaned and to be made, cost, where keys go, and
what the tables mean. Comments, order and layout of the files are no change.

A and B are each one of
  a directory             experiments/paper
  a git revision          main:experiments/paper, or HEAD~3 alone for the same
                          directory as the other side
  a results folder        results/paper, or its manifest.json: the experiment
                          that its tables were made from

Without B, the other side is the directory in the work tree. With a directory
alone, or nothing, it is held against the commit where the work left main.`

func (a *app) diffCmd() *cobra.Command {
	var format string
	var detailed bool
	c := &cobra.Command{
		Use:   "diff [A] [B]",
		Short: "Say what a change of an experiment changes, and what it costs",
		Long:  diffHelp,
		Args:  cobra.MaximumNArgs(2), ValidArgsFunction: completeDir,
		RunE: func(c *cobra.Command, args []string) error {
			if a.flags.json {
				format = "json"
			}
			if !slices.Contains([]string{"text", "markdown", "json"}, format) {
				return usageError(c, fmt.Errorf("--format %s: want text, markdown or json", format))
			}
			a.flags.json = format == "json"
			return a.diff(c.Context(), args, format, detailed)
		},
	}
	f := c.Flags()
	f.StringVar(&a.flags.store, "store", "", "`DIR` of the stores (default: the user's data and cache directories; RUNNER_STORE)")
	f.BoolVar(&a.flags.simulate, "simulate", false, "let the simulated respondent answer in place of every model")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON document, as --format json")
	f.StringVar(&format, "format", "text", "text, markdown (fits a pull-request comment) or json")
	f.BoolVar(&detailed, "detailed-exitcode", false, "exit 2 if anything changes")
	return c
}

func (a *app) diff(ctx context.Context, args []string, format string, detailed bool) error {
	tmp, err := os.MkdirTemp("", "runner-diff-")
	if err != nil {
		return err
	}
	defer func() {
		if rerr := os.RemoveAll(tmp); rerr != nil {
			fmt.Fprintln(a.stderr, "runner: removing what was read from git:", rerr)
		}
	}()
	old, now, err := a.diffSides(ctx, args, tmp)
	if err != nil {
		return err
	}
	if format == "text" && len(now.warnings) > 0 {
		a.problems(now.warnings)
	}
	stored, n, err := a.diffStore(ctx, old, now)
	if err != nil {
		return err
	}
	if n == 0 {
		stored = nil
	} else {
		// A tighter heap costs a tenth of the time, and keeps the paper's design with
		// all that is stored for it below 200 MB.
		defer debug.SetGCPercent(debug.SetGCPercent(40))
	}
	before := &old.Side
	if old.absent {
		before = nil
	}
	d, err := diff.Compare(before, &now.Side, stored)
	if err != nil {
		return diffError(err, old, now, tmp)
	}
	if err := a.printDiff(format, old, now, d); err != nil {
		return err
	}
	if detailed && d.Changed {
		return quiet(exitChanges)
	}
	return nil
}

// diffError names the side that an error is about.
func diffError(err error, old, now *diffSide, tmp string) error {
	var at *diff.SideError
	if !errors.As(err, &at) {
		return err
	}
	side := old
	if at.New {
		side = now
	}
	return side.relabel(at.Err, tmp)
}

// diffStore reads what is stored for either side, for reading only. Where there
// is no place for a store there is nothing in it.
func (a *app) diffStore(ctx context.Context, sides ...*diffSide) (session.Replies, int, error) {
	now := sides[len(sides)-1]
	paths, err := a.storePaths(now.exp)
	if err != nil {
		return nil, 0, nil // without a home there is no store, and the report says so
	}
	var answers, generations []*completion.Origin
	texts := false
	seen := map[completion.Digest]bool{}
	for _, s := range sides {
		if s.absent {
			continue
		}
		texts = texts || s.exp.Reask > 0
		x, y, oerr := apply.Origins(s.Design, s.Builder)
		if oerr != nil {
			return nil, 0, &exitError{code: exitInvalid, err: fmt.Errorf("%s: %w", s.label, oerr)}
		}
		generations = appendUnseen(generations, y, seen)
		answers = appendUnseen(answers, x, seen)
	}
	l, err := apply.OpenLibrary(ctx, paths, append(slices.Clone(answers), generations...), store.Options{ReadOnly: true})
	if err != nil {
		return nil, 0, err
	}
	r, n, err := apply.Stored(ctx, l, answers, generations, texts)
	return r, n, errors.Join(err, l.Close())
}

func appendUnseen(list, more []*completion.Origin, seen map[completion.Digest]bool) []*completion.Origin {
	for _, o := range more {
		if !seen[o.Digest()] {
			seen[o.Digest()] = true
			list = append(list, o)
		}
	}
	return list
}

// printDiff renders a difference.
func (a *app) printDiff(format string, old, now *diffSide, d *diff.Diff) error {
	v := newDiffView(old, now, d)
	switch format {
	case "json":
		a.printJSON(a.stdout, struct {
			Experiment string `json:"experiment"`
			Old        string `json:"old"`
			New        string `json:"new"`
			Simulated  bool   `json:"simulated"`
			Verdict    string `json:"verdict"`
			*diff.Diff
		}{now.exp.Name, old.label, now.label, now.Simulated, v.verdict.text(), d})
		return nil
	case "markdown":
		_, err := io.WriteString(a.stdout, v.markdown(commentLimit))
		return err
	}
	return v.print(a.stdout)
}

func allSimulated(e *schema.Experiment) bool {
	return !slices.ContainsFunc(e.Models, func(m *schema.Model) bool { return m.Provider != session.Simulated })
}
