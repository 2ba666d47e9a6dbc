package cli

import (
	"context"

	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/show"
)

// wire is a request as it would go over the network. A key stands in it as the
// name of its variable.
type wire struct {
	Method string   `json:"method"`
	URL    string   `json:"url"`
	Header []string `json:"header"`
	Body   string   `json:"body"`
	Mends  []string `json:"mends,omitempty"`
}

// wireBody renders a request as it would go over the network, without sending
// it; where that cannot be, it says why.
func (a *app) wireBody(ctx context.Context, o *opened, q *show.Request) (*wire, string) {
	switch {
	case q.Provider == session.Simulated:
		return nil, "none: the simulated respondent is part of the program"
	case o == nil:
		return nil, "no experiment here says which endpoint it would go to"
	}
	sent, err := a.callers(o).Render(ctx, q.Sent)
	if err != nil {
		return nil, err.Error()
	}
	return &wire{Method: sent.Method, URL: sent.URL, Header: sent.Header, Body: string(sent.Body), Mends: sent.Mends}, ""
}
