package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/provider"
)

// checkup is what doctor found out about one model.
type checkup struct {
	Model    string   `json:"model"`
	Provider string   `json:"provider"`
	Host     string   `json:"host,omitempty"`
	Key      string   `json:"key,omitempty"`
	Notes    []string `json:"notes,omitempty"`
	Sent     string   `json:"sent,omitempty"`
	Mends    []string `json:"mends,omitempty"`
	Answer   string   `json:"answer,omitempty"`
	Problem  string   `json:"problem,omitempty"`
	Mend     string   `json:"mend,omitempty"`
	OK       bool     `json:"ok"`

	code int
}

func (a *app) doctorCmd() *cobra.Command {
	var quiet bool
	c := &cobra.Command{
		Use:   "doctor [DIR]",
		Short: "Check keys and endpoints with one tiny request to each model",
		Long: `Check keys and endpoints with one tiny request to each model.

For each model it says where its requests go, whether its key is there, what a
request holds when it leaves, what had to be mended in it, and who answered.
The request asks for one word and costs a few tokens; it goes into the ledger
and its reply nowhere. A model of Ollama is asked for its context too: a
conversation that does not fit would be cut without a word.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return a.doctor(c.Context(), directory(args), !quiet) },
	}
	a.experimentFlags(c, true)
	c.Flags().BoolVar(&quiet, "no-request", false, "send nothing that costs: look at keys and contexts only")
	return c
}

func (a *app) doctor(ctx context.Context, dir string, send bool) error {
	o, err := a.design(dir)
	if err != nil {
		return err
	}
	if len(o.warnings) > 0 && !a.flags.json {
		a.problems(o.warnings)
	}
	if err := a.openStores(ctx, o, false); err != nil {
		return err
	}
	defer a.close(o)
	longest, err := plan.Longest(o.design, o.builder)
	if err != nil {
		return err
	}
	pool := a.callers(o)
	found := []checkup{}
	code := exitDone
	for _, r := range o.routesByModel() {
		if o.part != nil && !o.modelInPart(r) {
			continue
		}
		x := a.examine(ctx, o, pool, r, longest[r.Model.Name], send)
		if x.code != exitDone && code != exitCredentials {
			code = x.code
		}
		found = append(found, x)
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": code == exitDone, "exit_code": code, "experiment": o.exp.Name, "models": found})
	} else {
		a.printCheckups(found)
	}
	if code != exitDone {
		return quiet(code)
	}
	return nil
}

// examine looks at one model.
func (a *app) examine(ctx context.Context, o *opened, pool *provider.Pool, r *apply.Route, longest int64, send bool) checkup {
	m, e := r.Model, a.endpoint(r)
	x := checkup{Model: m.Name, Provider: m.Provider, Host: e.Host(m.Provider), Key: "none is sent", OK: true}
	fail := func(code int, problem, mend string) checkup {
		x.Problem, x.Mend, x.OK, x.code = problem, mend, false, code
		return x
	}
	if m.Retired != nil {
		x.Notes = append(x.Notes, strings.TrimSpace("can no longer be called "+since(m.Retired.Date))+": "+m.Retired.Source)
	}
	switch {
	case m.APIKeyEnv != "" && e.Key == "":
		x.Key = m.APIKeyEnv + ", which is not set"
		return fail(exitCredentials, "its key is not there", fmt.Sprintf("export %s=...  or  --env-file FILE", m.APIKeyEnv))
	case m.APIKeyEnv != "":
		x.Key = "in " + m.APIKeyEnv
	case needsKey(m):
		return fail(exitCredentials, "it names no variable that holds its key", fmt.Sprintf("add  api_key_env: %q", strings.ToUpper(m.Provider)+"_API_KEY"))
	}
	if e.PlainKey(m.Provider) {
		x.Notes = append(x.Notes, "the key goes over the network unencrypted: use https://")
	}
	origin := o.originOf(r)
	if m.Provider == "ollama" {
		info, err := pool.OllamaModel(ctx, origin)
		if err != nil {
			return failed(fail, err)
		}
		if what := tooShort(origin, info, longest); what != "" {
			problem, mend, _ := strings.Cut(what, "\n    mend: ")
			problem, _, _ = strings.Cut(problem, "\n")
			return fail(exitInvalid, problem, mend)
		}
	}
	if !send {
		return x
	}
	done, err := a.tiny(ctx, o, pool, r, origin)
	if err != nil {
		return failed(fail, err)
	}
	x.Sent, x.Mends = string(done.Sent), done.Mends
	x.Answer = fmt.Sprintf("%s in %s", servedName(done), done.Latency.Round(time.Millisecond))
	if done.Simulated {
		x.Notes = append(x.Notes, "the simulated respondent answered, not a model")
	}
	if !completion.ServedAs(m.Model, done.ModelServed, m.AllowServed) {
		return fail(exitIncomplete, fmt.Sprintf("%q answered in its place", done.ModelServed), fmt.Sprintf("if that is the model you mean:  allow_served: [%q]", done.ModelServed))
	}
	return x
}

// failed turns an error of a call into a finding.
func failed(fail func(int, string, string) checkup, err error) checkup {
	var pe *provider.Error
	if !errors.As(err, &pe) {
		return fail(exitFailed, err.Error(), "")
	}
	code := exitFailed
	if pe.Class == provider.Credentials || pe.Class == provider.Quota {
		code = exitCredentials
	}
	return fail(code, pe.Error(), pe.Mend)
}

func servedName(c *completion.Completion) string {
	s := c.ModelServed
	if s == "" {
		s = "a model that does not say which"
	}
	if c.Fingerprint != "" {
		s += " (" + c.Fingerprint + ")"
	}
	return s
}

// tiny sends one short request with the parameters of a cell.
func (a *app) tiny(ctx context.Context, o *opened, pool *provider.Pool, r *apply.Route, origin *completion.Origin) (*completion.Completion, error) {
	caller, err := pool.For(origin)
	if err != nil {
		return nil, err
	}
	req := completion.Request{Origin: origin, Thread: (*completion.Thread)(nil).Append(completion.User, "Reply with the number 1 and nothing else.")}
	done, err := caller.Call(ctx, req, req.Key())
	if lerr := apply.Bill(ctx, o.library, o.exp.Name, r.Model, req, done, err); lerr != nil {
		return nil, lerr
	}
	return done, err
}

func (a *app) printCheckups(found []checkup) {
	w := a.stdout
	for i, x := range found {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s: %s at %s\n", plain(x.Model), x.Provider, x.Host)
		fmt.Fprintf(w, "  key       %s\n", x.Key)
		for _, n := range x.Notes {
			fmt.Fprintf(w, "  note      %s\n", plain(n))
		}
		if x.Sent != "" {
			fmt.Fprintf(w, "  sent      %s\n", plain(x.Sent))
		}
		for _, m := range x.Mends {
			fmt.Fprintf(w, "  mended    %s\n", plain(m))
		}
		if x.Answer != "" {
			fmt.Fprintf(w, "  answered  %s\n", plain(x.Answer))
		}
		if x.OK {
			fmt.Fprintln(w, "  ok")
			continue
		}
		fmt.Fprintf(w, "  PROBLEM   %s\n", plain(x.Problem))
		if x.Mend != "" {
			fmt.Fprintf(w, "  mend      %s\n", plain(x.Mend))
		}
	}
	if len(found) == 0 {
		fmt.Fprintln(w, "every model is simulated: there is nobody to ask")
	}
}

func since(date string) string {
	if date == "" {
		return ""
	}
	return "since " + date
}
