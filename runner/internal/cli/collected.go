package cli

import (
	"context"
	"errors"
	"fmt"

	"circumplex.example/analysis/report"
	"circumplex.example/runner/internal/apply"
)

// analyzeCollected analyzes what apply has just written. Nothing of it is worth
// finishing once somebody wants to stop: the tables are there, and the analysis
// can be made from them at any time. So the first interrupt ends it.
func (a *app) analyzeCollected(ctx context.Context, stop <-chan struct{}, o *opened) (*report.Summary, error) {
	ctx, cancel := apply.Unless(ctx, stop)
	defer cancel()
	p := newProgress(a.stderr)
	sum, err := report.RunWith(ctx, o.results, nil, report.Settings{Resample: small(o), Progress: resampling(p)})
	p.close()
	switch {
	case errors.Is(err, context.Canceled):
		return nil, &exitError{code: exitInterrupted, err: fmt.Errorf("interrupted: the answers are collected and the tables written, the analysis is not made\n    mend: %s  makes it", a.again("analyze", shown(o.exp.Dir)))}
	case err != nil:
		return nil, fmt.Errorf("the answers are collected and the tables written, but the analysis failed: %w", err)
	}
	return sum, nil
}
