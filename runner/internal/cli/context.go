package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/provider"
)

// originOf is an origin of a model: of its answers, or of its personas, which may
// be the same.
func (o *opened) originOf(r *apply.Route) *completion.Origin {
	for _, or := range slices.Concat(o.answers, o.generations) {
		if o.routes[or.Digest()] == r {
			return or
		}
	}
	return nil
}

// checkContexts refuses a conversation that is longer than an Ollama model's
// context: Ollama would leave its beginning out without a word. A server that is
// not there is left to the run, which reports it.
func (a *app) checkContexts(ctx context.Context, o *opened, pool *provider.Pool, p *plan.Plan) error {
	longest, err := plan.Longest(o.design, o.builder)
	if err != nil {
		return err
	}
	var wrong []string
	for _, r := range o.asked(p) {
		origin := o.originOf(r)
		if r.Model.Provider != "ollama" || origin == nil {
			continue
		}
		m, err := pool.OllamaModel(ctx, origin)
		var pe *provider.Error
		if errors.As(err, &pe) && pe.Class == provider.NotFound {
			wrong = append(wrong, fmt.Sprintf("%s: %s\n    mend: %s", shownPlace(o.exp.Place("factors", "model", r.Model.Name)), pe.Error(), pe.Mend))
		}
		if err != nil && (pe == nil || pe.Class != provider.Connection && pe.Class != provider.NotFound && pe.Class != provider.Canceled) {
			fmt.Fprintf(a.stderr, "warning: model %q: the server does not say all about its context: %v\n", r.Model.Name, err)
		}
		if err != nil && m.Trained == 0 {
			continue
		}
		if what := tooShort(origin, m, longest[r.Model.Name]); what != "" {
			wrong = append(wrong, shownPlace(o.exp.Place("factors", "model", r.Model.Name, "parameters", "num_ctx"))+": model "+fmt.Sprintf("%q ", r.Model.Name)+what)
		}
	}
	if len(wrong) > 0 {
		return &exitError{code: exitInvalid, err: errors.New(strings.Join(wrong, "\n"))}
	}
	return nil
}

// tooShort says how a context is too short for a conversation, "" if it is not.
func tooShort(o *completion.Origin, m provider.OllamaModel, longest int64) string {
	context, whence := m.Context(o)
	switch {
	case m.Trained > 0 && longest > int64(m.Trained):
		return fmt.Sprintf("has a context of %s tokens, and the longest conversation may take %s\n    why:  Ollama leaves out the beginning of a longer one without a word\n    mend: use another model, or fewer items in one conversation", num(m.Trained), num(int(longest)))
	case longest > context:
		return fmt.Sprintf("answers within %s tokens (%s), and the longest conversation may take %s\n    why:  Ollama leaves out the beginning of a longer one without a word\n    mend: parameters: num_ctx: %d", num(int(context)), whence, num(int(longest)), (longest+1023)/1024*1024)
	}
	return ""
}
