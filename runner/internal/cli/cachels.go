package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/known"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/schema/diag"
)

func (a *app) cacheLsCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "ls",
		Short: "List who was asked, how often, when, and which experiments use it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.cacheLs(c.Context()) },
	}
	a.cacheFlags(c)
	return c
}

// storeListing is what ls shows of one store.
type storeListing struct {
	Path        string          `json:"path"`
	Simulated   bool            `json:"simulated"`
	Completions int64           `json:"completions"`
	Bytes       int64           `json:"bytes"`
	Oldest      *time.Time      `json:"oldest"`
	Newest      *time.Time      `json:"newest"`
	Origins     []originListing `json:"origins"`
	Experiments []useListing    `json:"experiments"`
}

type originListing struct {
	Origin           string         `json:"origin"`
	Provider         string         `json:"provider"`
	Identity         string         `json:"identity,omitempty"`
	Model            string         `json:"model"`
	Parameters       map[string]any `json:"parameters"`
	Pool             string         `json:"pool,omitempty"`
	Independent      []string       `json:"independent,omitempty"`
	Completions      int64          `json:"completions"`
	PromptTokens     int64          `json:"prompt_tokens"`
	CompletionTokens int64          `json:"completion_tokens"`
	Unreported       int64          `json:"without_token_counts"`
	Bytes            int64          `json:"bytes"`
	Simulated        int64          `json:"simulated"`
	CostUSD          *float64       `json:"cost_usd"`
	Oldest           time.Time      `json:"oldest"`
	Newest           time.Time      `json:"newest"`
	stats            store.OriginStats
}

type useListing struct {
	known.Use
	// Uses counts stored completions that it uses now.
	Uses    int    `json:"uses"`
	Problem string `json:"problem,omitempty"`
}

func (a *app) cacheLs(ctx context.Context) error {
	return a.withCache(ctx, nil, func(l *apply.Library, paths apply.Paths) error {
		var list []storeListing
		for _, s := range []*store.Store{l.Real, l.Simulated} {
			one, err := a.listStore(ctx, l, s)
			if err != nil {
				return err
			}
			one.Simulated = s == l.Simulated
			list = append(list, *one)
		}
		if a.flags.json {
			a.printJSON(a.stdout, map[string]any{"ok": true, "stores": list})
			return nil
		}
		for i := range list {
			if i > 0 {
				fmt.Fprintln(a.stdout)
			}
			a.printListing(&list[i])
		}
		return nil
	})
}

func (a *app) listStore(ctx context.Context, l *apply.Library, s *store.Store) (*storeListing, error) {
	st, err := s.Stats(ctx)
	if err != nil {
		return nil, err
	}
	out := &storeListing{Path: s.Path(), Completions: st.Completions, Bytes: st.Bytes, Origins: []originListing{}, Experiments: []useListing{}}
	if st.Completions > 0 {
		out.Oldest, out.Newest = &st.Oldest, &st.Newest
	}
	for _, o := range st.Origins {
		line := originListing{Origin: o.Origin.Digest().String(), Provider: o.Origin.Provider, Identity: o.Origin.Identity, Model: o.Origin.Model,
			Parameters: parametersOf(o.Origin), Pool: o.Origin.Pool, Independent: o.Origin.Independent, Completions: o.Completions,
			PromptTokens: o.PromptTokens, CompletionTokens: o.CompletionTokens, Unreported: o.Unreported, Bytes: o.Bytes, Simulated: o.Simulated,
			Oldest: o.Oldest, Newest: o.Newest, stats: o}
		if o.Billed > o.Unpriced {
			cost := float64(o.Micros) / 1e6
			line.CostUSD = &cost
		}
		out.Origins = append(out.Origins, line)
	}
	uses, err := known.List(s.Path())
	if err != nil {
		return nil, &exitError{code: exitStore, err: err}
	}
	for _, u := range uses {
		line := useListing{Use: u}
		if line.Uses, err = a.countUse(ctx, l, s, u); err != nil {
			if errors.Is(err, store.ErrCorrupt) {
				return nil, err
			}
			line.Problem = firstLine(err)
		}
		out.Experiments = append(out.Experiments, line)
	}
	return out, nil
}

func parametersOf(o *completion.Origin) map[string]any {
	m := map[string]any{}
	for _, p := range o.Parameters {
		m[p.Name] = p.Value
	}
	return m
}

// countUse counts the completions of a store that a known experiment uses.
func (a *app) countUse(ctx context.Context, l *apply.Library, s *store.Store, u known.Use) (int, error) {
	o, err := a.loadUse(u)
	if err != nil {
		return 0, err
	}
	keys := map[completion.Key]bool{}
	if err := apply.Uses(ctx, l, o.design, o.builder, keys); err != nil {
		return 0, err
	}
	// A library has two stores; only what lies in this one counts here.
	list := make([]completion.Key, 0, len(keys))
	for k := range keys {
		list = append(list, k)
	}
	x, err := s.Lookup(ctx, list)
	if err != nil {
		return 0, err
	}
	return x.Len(), nil
}

func firstLine(err error) string {
	var problems diag.List
	if errors.As(err, &problems) && len(problems) > 0 {
		return problems[0].What
	}
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

const day = "2006-01-02"

func (a *app) printListing(s *storeListing) {
	w := a.stdout
	what := "replies over a network"
	if s.Simulated {
		what = "simulated replies"
	}
	fmt.Fprintf(w, "%s\n", s.Path)
	if s.Completions == 0 {
		fmt.Fprintf(w, "%s: none\n", what)
		return
	}
	fmt.Fprintf(w, "%s: %s, %s, made from %s to %s\n\n", what, num(int(s.Completions)), bytesWord(s.Bytes), s.Oldest.Format(day), s.Newest.Format(day))
	t := newTable(2)
	t.SetColumnConfigs([]table.ColumnConfig{{Number: 2, WidthMax: 24, WidthMaxEnforcer: text.WrapText},
		right(3), right(4), right(5), right(6), right(7)})
	t.AppendHeader(table.Row{"origin", "who was asked, and how", "replies", "sent", "received", "size", "cost"})
	for _, o := range s.Origins {
		t.AppendRow(table.Row{o.Origin[:8], plain(describeOrigin(&o.stats)), num(int(o.Completions)), compact(o.PromptTokens), compact(o.CompletionTokens),
			bytesWord(o.Bytes), moneyWord(o.stats.Micros, o.stats.Unpriced, o.stats.Billed)})
	}
	printTrimmed(w, t.Render())
	for i, u := range s.Experiments {
		if i == 0 {
			fmt.Fprintln(w, "\nknown experiments:")
		}
		how := ""
		if u.Simulate {
			how = " (--simulate)"
		}
		uses := "uses " + num(u.Uses)
		if u.Problem != "" {
			uses = "cannot be read: " + plain(u.Problem)
		}
		fmt.Fprintf(w, "  %s%s: %s\n    %s\n", plain(u.Experiment), how, uses, plain(u.Directory))
	}
}

func right(n int) table.ColumnConfig {
	return table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight}
}

// describeOrigin names who is asked, and how, on a line each.
func describeOrigin(st *store.OriginStats) string {
	o := st.Origin
	lines := []string{o.Provider + " " + o.Model}
	if o.Identity != "" {
		lines = append(lines, "at "+o.Identity)
	}
	for _, p := range o.Parameters {
		lines = append(lines, fmt.Sprintf("%s=%v", p.Name, p.Value))
	}
	if o.Pool != "" {
		lines = append(lines, "replication="+o.Pool)
	}
	lines = append(lines, o.Independent...)
	if st.Simulated > 0 && o.Provider != session.Simulated {
		lines = append(lines, fmt.Sprintf("simulated: %s", num(int(st.Simulated))))
	}
	return strings.Join(lines, "\n")
}

// compact renders a large number in a narrow column.
func compact(n int64) string {
	switch {
	case n >= 10_000_000_000:
		return fmt.Sprintf("%.0fG", float64(n)/1e9)
	case n >= 1_000_000:
		return fmt.Sprintf("%.1fM", float64(n)/1e6)
	case n >= 10_000:
		return fmt.Sprintf("%.0fk", float64(n)/1e3)
	}
	return num(int(n))
}
