package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"circumplex.example/runner/internal/simulated/server"
	"circumplex.example/schema/diag"
)

// simulateFlags are the flags of simulate as they are written.
type simulateFlags struct {
	listen, faults, retryAfter, log string
	models, quirks                  []string
	idempotent                      bool
	opts                            server.Options
}

// options checks the flags and makes of them what the server takes.
func (f *simulateFlags) options() (server.Options, error) {
	o := f.opts
	var err error
	if o.Quirks, err = server.ParseQuirks(f.quirks); err != nil {
		return o, flagProblem("--quirk", err)
	}
	if o.Faults, err = server.ParsePlan(f.faults); err != nil {
		return o, flagProblem("--faults", err)
	}
	if o.RetryAfter, err = parseRange(f.retryAfter); err != nil {
		return o, fmt.Errorf("--retry-after: %w", err)
	}
	switch {
	case o.Limit < 0:
		return o, fmt.Errorf("--limit %d: want 0 or more", o.Limit)
	case o.MaxInFlight < 0:
		return o, fmt.Errorf("--max-in-flight %d: want 0 or more", o.MaxInFlight)
	case o.Context < 1:
		return o, fmt.Errorf("--context %d: want 1 or more", o.Context)
	case o.Latency < 0:
		return o, fmt.Errorf("--latency %v: want 0s or more", o.Latency)
	}
	o.Models, o.IgnoreKeys = f.models, !f.idempotent
	return o, nil
}

// flagProblem adds the nearest known name to what a list of settings is refused
// for.
func flagProblem(flag string, err error) error {
	var unknown *server.UnknownError
	if errors.As(err, &unknown) {
		return fmt.Errorf("%s: %w\n    mend: %s", flag, err, cmp.Or(diag.DidYouMean(unknown.Name, unknown.Known), "runner simulate --help  lists them"))
	}
	return fmt.Errorf("%s: %w", flag, err)
}

// parseRange reads "1s" and "0s..3s".
func parseRange(text string) (server.Range, error) {
	low, high, two := strings.Cut(text, "..")
	if !two {
		high = low
	}
	from, err1 := time.ParseDuration(low)
	to, err2 := time.ParseDuration(high)
	if err1 != nil || err2 != nil || from < 0 || to < from {
		return server.Range{}, fmt.Errorf("%q: want a duration or a range of them, for example 1s or 0s..3s", text)
	}
	return server.Range{Min: from, Max: to}, nil
}
