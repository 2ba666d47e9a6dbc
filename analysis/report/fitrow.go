package report

import (
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/score"
)

// fitCounts are the columns of fit up to the correlation with the means.
func (a *analysis) fitCounts(r *result) []any {
	row := []any{r.c.Simulated, r.c.Planned, r.c.Complete, r.used(), r.dropped(),
		r.scores.DroppedFor(score.NoAnswer), r.scores.DroppedFor(score.TooFewAnswers), r.scores.DroppedFor(score.ValueMissing),
		r.c.Answers.Distinct(r.scores.Kept)}
	var name any
	if a.means != nil {
		name = a.means.Name
	}
	return append(row, name, present(r.rho.Rho, r.rhoNA == ""), present(r.rho.P, r.rhoNA == ""), orNull(r.rhoNA))
}

// fitChoices are the columns of fit that name benchmark and options.
func (a *analysis) fitChoices(*result) []any {
	var name, kind any
	if a.structure != nil {
		name, kind = a.structure.Name, a.structure.Kind
	}
	return []any{name, kind, scoresWord(a.opts.Centred), a.opts.Correlation.String(), a.opts.Missing.String(),
		a.opts.MDS.String(), kindWord(a.opts.Dissimilarity)}
}

// fitNumbers are the columns of fit about map and match.
func (a *analysis) fitNumbers(r *result) []any {
	row := make([]any, 0, 17)
	if f := r.fit; f != nil {
		row = append(row, f.Stress1, len(f.Descents), f.ShareAtBest(), f.Iterations, f.Converged, f.NegativeDisparities)
	} else {
		row = append(row, nil, nil, nil, nil, nil, nil)
	}
	if r.fitNA == "" {
		row = append(row, r.match.SSD, r.ssdLow, r.ssdHigh, r.match.R)
	} else {
		row = append(row, nil, nil, nil, nil)
	}
	if t := r.test; t != nil {
		row = append(row, t.P, t.Permutations, t.Null.Mean, t.Null.Q05, t.Null.Q01)
	} else {
		row = append(row, nil, nil, nil, nil, nil)
	}
	return append(row, orNull(r.fitNA))
}

// scoresWord is the word of the options for the scores.
func scoresWord(centred bool) string {
	if centred {
		return "centred"
	}
	return "raw"
}

// kindWord is the word of the options for a dissimilarity.
func kindWord(k mds.Dissimilarity) string {
	if k == mds.SqrtTwoOneMinusR {
		return "sqrt_2_1mr"
	}
	return "one_minus_r"
}
