package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/show"
)

func (a *app) showCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "show",
		Short: "Show what would be sent, and what came back; ask nobody",
		Long: `Show what would be sent, and what came back; ask nobody.

An ID is what a table or a message has: a number from show design, the first
digits of a condition_id, respondent_id or key, levels such as
model=a,prompt=b, or the place that a message names.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.showDesignCmd(), a.showCellCmd(), a.showRespondentCmd(), a.showRequestCmd(), a.showPromptCmd())
	return c
}

func (a *app) showDesignCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "design [DIR]",
		Short: "List the cells, numbered",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withScope(c.Context(), directory(args), func(o *opened, s *show.Scope) error { return a.showDesign(o, s) })
		},
	}
	a.experimentFlags(c, false)
	return c
}

func (a *app) showCellCmd() *cobra.Command {
	var replicate int
	c := &cobra.Command{
		Use:   "cell ID [DIR]",
		Short: "Show a cell, and the first request of one of its respondents",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withScope(c.Context(), directory(args[1:]), func(_ *opened, s *show.Scope) error {
				ref, err := s.Ref(args[0])
				if err != nil {
					return err
				}
				return a.showCell(c.Context(), s, ref.Cell, replicate)
			})
		},
	}
	a.experimentFlags(c, false)
	c.Flags().IntVar(&replicate, "replicate", 1, "the respondent whose request is shown")
	return c
}

func (a *app) showRespondentCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "respondent ID [DIR]",
		Short: "Show a respondent: persona, conversation, replies",
		Args:  cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error {
			return a.withScope(c.Context(), directory(args[1:]), func(_ *opened, s *show.Scope) error {
				ref, err := s.Ref(args[0])
				if err != nil {
					return err
				}
				if ref.Replicate == 0 {
					return &show.NotFound{What: fmt.Sprintf("%q names a cell of %s", args[0], count(s.Design.Experiment.N, "respondent")),
						Mend: fmt.Sprintf("name one of them:  %q", s.Design.Describe(ref.Cell)+", replicate 1")}
				}
				r, err := s.Respondent(c.Context(), ref.Cell, ref.Replicate)
				if err != nil {
					return err
				}
				if a.flags.json {
					a.printJSON(a.stdout, r)
				} else {
					a.printRespondent(r)
				}
				return nil
			})
		},
	}
	a.experimentFlags(c, false)
	return c
}

func (a *app) showRequestCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "request ID [DIR]",
		Short: "Show one request: messages, body, and the reply if it is stored",
		Long: `Show one request: messages, body, and the reply if it is stored.

ID is a key or its first digits, or a respondent (its first request, or the one
that is named with turn=N). Without an experiment in DIR the stores alone are
searched.`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(c *cobra.Command, args []string) error { return a.showRequest(c.Context(), args) },
	}
	a.experimentFlags(c, false)
	return c
}

// withScope opens an experiment and its stores for reading.
func (a *app) withScope(ctx context.Context, dir string, f func(*opened, *show.Scope) error) error {
	o, err := a.design(dir)
	if err != nil {
		return err
	}
	if err := a.openStores(ctx, o, true); err != nil {
		return err
	}
	defer a.close(o)
	err = f(o, &show.Scope{Design: o.design, Builder: o.builder, Library: o.library})
	var unknown *show.NotFound
	if errors.As(err, &unknown) {
		return &exitError{code: exitUsage, err: err}
	}
	return err
}

// isKey tells digits that can only be a key from an id, which has 16.
func isKey(id string) bool {
	return len(id) > 16 && strings.Trim(strings.ToLower(id), "0123456789abcdef") == ""
}

func (a *app) showRequest(ctx context.Context, args []string) error {
	id := args[0]
	if len(args) == 1 && isKey(id) {
		// A key says it all; the working directory need not be an experiment.
		if _, err := a.design("."); err != nil {
			return a.showStored(ctx, id)
		}
	}
	return a.withScope(ctx, directory(args[1:]), func(o *opened, s *show.Scope) error {
		req, err := a.findRequest(ctx, s, id)
		if err != nil {
			return err
		}
		return a.showOne(ctx, o, req)
	})
}

// findRequest finds a request by key, respondent or place.
func (a *app) findRequest(ctx context.Context, s *show.Scope, id string) (*show.Request, error) {
	ref, err := s.Ref(id)
	digits := strings.ToLower(strings.TrimSpace(id))
	if err != nil && strings.Trim(digits, "0123456789abcdef") == "" {
		var key completion.Key
		if ref, key, err = s.Key(ctx, digits); err == nil && key == (completion.Key{}) {
			return a.storedRequest(ctx, s, digits)
		}
		if err == nil {
			return requestOf(ctx, s, ref, key.String())
		}
	}
	if err != nil {
		return nil, err
	}
	if ref.Replicate == 0 {
		ref.Replicate = 1
	}
	return requestOf(ctx, s, ref, "")
}

// requestOf is a respondent's request with the key, or of the turn that ref
// names, or its first.
func requestOf(ctx context.Context, s *show.Scope, ref show.Ref, key string) (*show.Request, error) {
	r, err := s.Respondent(ctx, ref.Cell, ref.Replicate)
	if err != nil {
		return nil, err
	}
	all := append(slices.Clone(r.Personas), r.Requests...)
	i := slices.IndexFunc(all, func(q show.Request) bool {
		switch {
		case key != "":
			return q.Key == key
		case ref.Persona || ref.Turn > 0:
			return q.Turn == ref.Turn
		}
		return q.Purpose == "answer"
	})
	if i < 0 {
		return nil, unknownTurn(r, ref)
	}
	return &all[i], nil
}

// unknownTurn says why a turn cannot be shown.
func unknownTurn(r *show.Respondent, ref show.Ref) error {
	switch {
	case ref.Turn > r.Turns:
		return &show.NotFound{What: fmt.Sprintf("there is no turn %d: the session has %s", ref.Turn, count(r.Turns, "turn")), Mend: fmt.Sprintf("name one from 1 to %d", r.Turns)}
	case len(r.Requests) == 0 && r.State == "persona failed":
		return &show.NotFound{What: "this respondent is not asked: its persona could not be generated", Mend: "turn=0 shows the request that was to generate it"}
	case len(r.Requests) == 0:
		return &show.NotFound{What: "what this respondent is asked is not known yet: its persona is still to be generated", Mend: "turn=0 shows the request that generates it"}
	}
	return &show.NotFound{What: fmt.Sprintf("what turn %d says is not known yet: it follows from the reply to turn %d, which is not stored", ref.Turn, r.Requests[len(r.Requests)-1].Turn),
		Mend: fmt.Sprintf("turn=%d shows the request that comes first", r.Requests[len(r.Requests)-1].Turn)}
}

// storedRequest finds a stored request that the design does not use.
func (a *app) storedRequest(ctx context.Context, s *show.Scope, digits string) (*show.Request, error) {
	key, err := show.StoredKey(ctx, s.Library, digits)
	if err != nil {
		return nil, err
	}
	if key == (completion.Key{}) {
		return nil, &show.NotFound{What: fmt.Sprintf("no request of %s, and none that is stored, has a key that begins with %q", s.Design.Experiment.Name, digits),
			Mend: "take a key from completions.parquet, or name a respondent; requests that follow from replies to come have no key yet"}
	}
	c, err := show.Get(ctx, s.Library, key)
	if err != nil {
		return nil, err
	}
	req := show.NewRequest(c.Request, c)
	return &req, nil
}

// showCell prints a cell with the first request of one respondent.
func (a *app) showCell(ctx context.Context, s *show.Scope, c *design.Cell, replicate int) error {
	if err := s.CheckReplicate(replicate); err != nil {
		return err
	}
	cell, err := s.Cell(c)
	if err != nil {
		return &exitError{code: exitInvalid, err: err}
	}
	r, err := s.Respondent(ctx, c, replicate)
	if err != nil {
		return err
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"cell": cell, "respondent": r})
		return nil
	}
	a.printCell(cell)
	fmt.Fprintln(a.stdout)
	a.printOpening(r)
	return nil
}
