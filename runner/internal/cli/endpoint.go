package cli

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/schema"
)

// endpoint is where a model's requests go, with its key, if it has one.
func (a *app) endpoint(r *apply.Route) provider.Endpoint {
	m := r.Model
	return provider.Endpoint{
		BaseURL: m.BaseURL, Key: a.secret(m.APIKeyEnv), KeyEnv: m.APIKeyEnv, Idempotent: m.IdempotencyKey,
		Timeout: seconds(r.Limits.TimeoutSeconds), Idle: seconds(r.Limits.IdleSeconds),
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// callers sends the requests of an experiment.
func (a *app) callers(o *opened) *provider.Pool {
	return &provider.Pool{Version: Version, Endpoint: func(or *completion.Origin) (provider.Endpoint, error) {
		if r := o.routes[or.Digest()]; r != nil {
			return a.endpoint(r), nil
		}
		return provider.Endpoint{}, nil
	}}
}

// secret returns the value of a variable that holds a key: from --env-file, else
// from the environment.
func (a *app) secret(name string) string {
	if v, ok := a.env[name]; ok {
		return v
	}
	if name == "" {
		return ""
	}
	return os.Getenv(name)
}

// readEnvFile reads NAME=value lines. It is read here and not by a library of
// .env files, since those expand $ in values, and keys may hold one.
func readEnvFile(path string) (map[string]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, &exitError{code: exitCredentials, err: fmt.Errorf("--env-file: %w\n    mend: name a file with lines of the form NAME=value", err)}
	}
	env := map[string]string{}
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "export ")), "=")
		if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, " \t\"'") {
			// The line is not shown: it may be a key.
			return nil, &exitError{code: exitCredentials, err: fmt.Errorf("%s:%d: not a line of the form NAME=value\n    mend: write one variable a line; comments begin with #", shown(path), i+1)}
		}
		value = strings.TrimSpace(value)
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		env[name] = value
	}
	return env, nil
}

// routesByModel lists the routes of all models that are asked over a network, by
// the model's name.
func (o *opened) routesByModel() []*apply.Route {
	byModel := map[string]*apply.Route{}
	for _, r := range o.routes {
		byModel[r.Model.Name] = r
	}
	return slices.SortedFunc(maps.Values(byModel), func(a, b *apply.Route) int { return cmp.Compare(a.Model.Name, b.Model.Name) })
}

// asked lists the routes of models that have something to make.
func (o *opened) asked(p *plan.Plan) []*apply.Route {
	return slices.DeleteFunc(o.routesByModel(), func(r *apply.Route) bool {
		return !slices.ContainsFunc(p.Levels, func(l plan.Level) bool { return l.Factor == "model" && l.Level == r.Model.Name && l.Make > 0 })
	})
}

// modelInPart reports whether the part that was asked for holds a model.
func (o *opened) modelInPart(r *apply.Route) bool {
	return slices.ContainsFunc(o.design.Cells(), func(c *design.Cell) bool {
		return c.Model == r.Model && o.part(o.design.Respondent(c, 1))
	})
}

// needsKey reports whether a provider's own endpoint takes no request without a
// key.
func needsKey(m *schema.Model) bool { return m.BaseURL == "" && m.Provider != "ollama" }

// checkKeys makes sure that every model that is to be asked has its key.
func (a *app) checkKeys(o *opened, p *plan.Plan) error {
	var missing []string
	for _, r := range o.asked(p) {
		m := r.Model
		switch {
		case m.APIKeyEnv == "" && needsKey(m):
			missing = append(missing, fmt.Sprintf("%s: model %q names no variable that holds its key\n    mend: add  api_key_env: %q  to it, and set that variable",
				shownPlace(o.exp.Place("factors", "model", m.Name)), m.Name, strings.ToUpper(m.Provider)+"_API_KEY"))
		case m.APIKeyEnv != "" && a.secret(m.APIKeyEnv) == "":
			missing = append(missing, fmt.Sprintf("%s: model %q takes its key from %s, which is not set\n    mend: export %s=...  or  --env-file FILE  with that line",
				shownPlace(o.exp.Place("factors", "model", m.Name, "api_key_env")), m.Name, m.APIKeyEnv, m.APIKeyEnv))
		}
	}
	if len(missing) > 0 {
		return &exitError{code: exitCredentials, err: fmt.Errorf("%s", strings.Join(missing, "\n"))}
	}
	return nil
}

// keyLines say which hosts would get a key, from which variable, one a line.
func (a *app) keyLines(o *opened, p *plan.Plan) []string {
	var out []string
	for _, r := range o.asked(p) {
		e := a.endpoint(r)
		host := e.Host(r.Model.Provider)
		line := fmt.Sprintf("%s gets no key", host)
		if r.Model.APIKeyEnv != "" {
			line = fmt.Sprintf("%s gets the key in %s", host, r.Model.APIKeyEnv)
			if e.Key == "" {
				line += ", which is not set"
			}
		}
		if !slices.Contains(out, line) {
			out = append(out, line)
		}
	}
	return out
}
