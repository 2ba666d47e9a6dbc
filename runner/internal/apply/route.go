package apply

import (
	"strings"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// Route says who answers the requests of an origin over a network, and against
// which account they count.
type Route struct {
	Model *schema.Model
	// Account is the name of the account: the one that the model names, or what
	// tells it from others, its provider, host and key.
	Account string
	Limits  schema.Limits
}

// Routes finds the route of every origin of a design that goes over a network.
// Origins that the simulated respondent answers have none.
func Routes(d *design.Design, b *session.Builder) (map[completion.Digest]*Route, error) {
	routes := map[completion.Digest]*Route{}
	models := map[string]*Route{}
	for _, c := range d.Cells() {
		m := c.Model
		if b.Simulates(m) {
			continue
		}
		if models[m.Name] == nil {
			models[m.Name] = route(d.Experiment, m)
		}
		o, err := b.Origin(c)
		if err != nil {
			return nil, err
		}
		add := func(o *completion.Origin) {
			if routes[o.Digest()] == nil {
				routes[o.Digest()] = models[m.Name]
			}
		}
		add(o)
		for _, v := range session.GeneratedVariables(c.Prompt) {
			req, err := b.Generation(m, c.Prompt, v, 1)
			if err != nil {
				return nil, err
			}
			add(req.Origin)
		}
	}
	return routes, nil
}

// fewInFlight bounds what is in flight to a server of this machine, where nothing
// is declared: such servers queue what they cannot answer and never turn anything
// away, so nothing would be learned but time-outs.
const fewInFlight = 8

func route(e *schema.Experiment, m *schema.Model) *Route {
	r := accountOf(e, m)
	if m.OnThisMachine() {
		r.Limits = r.Limits.Or(schema.Limits{MaxInFlight: fewInFlight})
	}
	return r
}

// hostOf is the server that is asked, "" for the provider's own, however it is
// written: limits are not doubled by a slash.
func hostOf(m *schema.Model) string {
	host := func(base string) string {
		h := strings.ToLower(provider.Endpoint{BaseURL: base}.Host(m.Provider))
		return strings.TrimSuffix(strings.TrimSuffix(h, ":443"), ":80")
	}
	if h := host(m.BaseURL); h != host("") {
		return h
	}
	return ""
}

func accountOf(e *schema.Experiment, m *schema.Model) *Route {
	if m.Account != "" {
		return &Route{Model: m, Account: m.Account, Limits: e.Accounts[m.Account]}
	}
	parts := []string{m.Provider}
	for _, s := range []string{hostOf(m), m.APIKeyEnv} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return &Route{Model: m, Account: strings.Join(parts, " "), Limits: e.Limits}
}
