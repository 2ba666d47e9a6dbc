package report

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"

	"circumplex.example/analysis/anchor"
	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/mds"
	"circumplex.example/analysis/procrustes"
	"circumplex.example/analysis/rank"
	"circumplex.example/analysis/score"
	"gonum.org/v1/gonum/mat"
)

// result is what is known of one condition. Every statistic has an na beside
// it: empty if it is there, else the reason why it is not.
type result struct {
	c       *ingest.Condition
	scores  *score.Scores
	raw     []score.Summary // a value each
	centred []score.Summary
	alpha   []score.Alpha

	means, ranks []float64
	meansNA      string
	rho          rank.Correlation
	rhoNA        string

	corr   *corr.Result
	corrNA string

	fit   *mds.Result
	match *procrustes.Match
	test  *procrustes.Test // nil: no permutations were asked for
	// ssdLow and ssdHigh are the extremes of the SSD over all starts.
	ssdLow, ssdHigh float64
	fitNA           string

	sensitivity []sensitivity
	resampled   resampled

	anchored bool // the condition has anchors
	curve    *anchor.Curve
	sine     anchor.Sinusoid
	curveNA  string
}

// sensitivity is the SSD under one combination of choices.
type sensitivity struct {
	centred bool
	embedding
	ssd, stress float64
	na          string
}

// averaged are the scores whose means are shown: centred ones where the values
// stand in opposition on a circle. Of an instrument that claims none the raw
// ones, since centring makes each value the complement of all others.
func (a *analysis) averaged(r *result) (*score.Matrix, []score.Summary) {
	if a.opts.NoCircle {
		return r.scores.Raw, r.raw
	}
	return r.scores.Centred, r.centred
}

func (r *result) used() int    { return len(r.scores.Kept) }
func (r *result) dropped() int { return len(r.scores.Dropped) }

// condition computes everything about one condition. An error is a fault of
// the program or the tables; what the data do not allow is an na.
func (a *analysis) condition(c *ingest.Condition) (*result, error) {
	s, err := score.Score(c.Answers, a.d.Key, a.opts.Score())
	if err != nil {
		return nil, err
	}
	if s.Kept == nil {
		s.Kept = []int{} // nil would mean every session below
	}
	r := &result{c: c, scores: s, raw: s.Raw.Summaries(), centred: s.Centred.Summaries(),
		alpha: score.CronbachAlpha(c.Answers, a.d.Key, s.Kept, a.opts.Missing)}
	a.rankMeans(r)
	if err := a.structureOf(r); err != nil {
		return nil, err
	}
	return r, a.anchorShift(r)
}

// rankMeans ranks the means and correlates them with the benchmark's.
func (a *analysis) rankMeans(r *result) {
	_, summaries := a.averaged(r)
	r.means = make([]float64, len(summaries))
	for i, s := range summaries {
		m, ok := s.Mean()
		if !ok {
			r.meansNA = a.noScores(r, i)
			break
		}
		r.means[i] = m
	}
	switch {
	case r.meansNA != "":
		r.rhoNA = r.meansNA
		return
	case a.means == nil:
		r.rhoNA = NoMeansBenchmark
	}
	r.ranks = rank.Descending(r.means)
	if r.rhoNA != "" {
		return
	}
	var err error
	switch r.rho, err = rank.Spearman(r.means, a.means.Means); {
	case errors.Is(err, rank.ErrConstant):
		r.rhoNA = "all values have the same mean"
	case errors.Is(err, rank.ErrTooFew):
		r.rhoNA = fmt.Sprintf("a rank correlation needs three values, the instrument has %d", len(r.means))
	case err != nil:
		r.rhoNA = err.Error()
	}
}

// noScores says why value i has no mean.
func (a *analysis) noScores(r *result, i int) string {
	if r.used() == 0 {
		return fmt.Sprintf("no session can be used (%d planned)", r.c.Planned)
	}
	return "no session answered an item of value " + a.d.Values[i].Code
}

// structureOf correlates, draws and matches, and does so again for every row of
// the sensitivity table.
func (a *analysis) structureOf(r *result) error {
	var matrices [2]*corr.Result // raw, centred
	var nas [2]string
	wanted := 0
	if a.opts.Centred {
		wanted = 1
	}
	for i, x := range []*score.Matrix{r.scores.Raw, r.scores.Centred} {
		if i != wanted && a.structure == nil {
			continue // only the sensitivity table needs the other one
		}
		matrices[i], nas[i] = a.correlate(r, x)
	}
	r.corr, r.corrNA = matrices[wanted], nas[wanted]
	if err := a.printedFit(r); err != nil || a.structure == nil {
		return err
	}
	for i := range matrices {
		for _, k := range kinds {
			for _, l := range levels {
				s, err := a.sensitive(matrices[i], nas[i], i == 1, embedding{level: l, kind: k})
				if err != nil {
					return err
				}
				r.sensitivity = append(r.sensitivity, s)
			}
		}
	}
	return nil
}

// correlate correlates the values, or says why it cannot. A value without
// variance in its raw scores makes the whole condition NA, also for centred
// scores, as in the paper.
func (a *analysis) correlate(r *result, x *score.Matrix) (*corr.Result, string) {
	if n := r.used(); n < corr.MinSessions {
		return nil, fmt.Sprintf("correlations need %d sessions, %d can be used", corr.MinSessions, n)
	}
	if cols := corr.NoVariance(r.scores.Raw); len(cols) > 0 {
		return nil, "no variance in " + a.valueNames(cols)
	}
	c, err := corr.Correlate(x, corr.Options{Method: a.opts.Correlation, Missing: a.opts.Missing})
	var few *corr.TooFewError
	var flat *corr.NoVarianceError
	var pair *corr.PairError
	switch {
	case errors.As(err, &few):
		return nil, fmt.Sprintf("correlations need %d sessions, %d are complete", corr.MinSessions, few.N)
	case errors.As(err, &flat):
		return nil, "no variance in " + a.valueNames(flat.Columns)
	case errors.As(err, &pair):
		return nil, fmt.Sprintf("values %s and %s have no correlation: %d sessions have both, or one is constant among them",
			a.d.Values[pair.I].Code, a.d.Values[pair.J].Code, pair.N)
	case err != nil:
		return nil, err.Error()
	}
	return c, ""
}

// valueNames lists values for a reason.
func (a *analysis) valueNames(cols []int) string {
	codes := make([]string, len(cols))
	for i, c := range cols {
		codes[i] = a.d.Values[c].Code
	}
	switch {
	case len(codes) == 1:
		return "value " + codes[0]
	case len(codes) == len(a.d.Values):
		return fmt.Sprintf("any of the %d values, %s among them", len(codes), codes[0])
	case len(codes) > 6:
		return fmt.Sprintf("values %s and %d more", strings.Join(codes[:5], ", "), len(codes)-5)
	}
	return "values " + strings.Join(codes[:len(codes)-1], ", ") + " and " + codes[len(codes)-1]
}

// printedFit draws the map that is printed and matches it with the benchmark.
func (a *analysis) printedFit(r *result) error {
	t := a.targets[a.printed()]
	for _, na := range []string{a.structureNA, r.corrNA, t.na} {
		if na != "" {
			r.fitNA = na
			return nil
		}
	}
	seed := mixSeed(a.opts.Seed, r.c.ID)
	var err error
	if r.fit, r.fitNA, err = a.draw(r.corr.R, a.printed(), seed); err != nil || r.fitNA != "" {
		return err
	}
	if r.match, err = procrustes.Fit(t.config, r.fit.Config); err != nil {
		r.fitNA, err = degenerate(err)
		return err
	}
	r.ssdLow, r.ssdHigh = r.match.SSD, r.match.SSD
	for _, d := range r.fit.Descents {
		if ssd, err := procrustes.SSD(t.config, d.Config); err == nil {
			r.ssdLow, r.ssdHigh = min(r.ssdLow, ssd), max(r.ssdHigh, ssd)
		}
	}
	if a.opts.Permutations > 0 {
		r.test, err = procrustes.Protest(t.config, r.fit.Config, a.opts.Permutations, seed)
	}
	return err
}

// degenerate turns a configuration without spread into a reason.
func degenerate(err error) (string, error) {
	if errors.Is(err, procrustes.ErrDegenerate) {
		return "all points of a map coincide", nil
	}
	return "", err
}

// sensitive is one cell of the sensitivity table, from the Torgerson start.
func (a *analysis) sensitive(c *corr.Result, na string, centred bool, e embedding) (sensitivity, error) {
	s := sensitivity{centred: centred, embedding: e, na: na}
	t := a.targets[e]
	if s.na == "" {
		s.na = t.na
	}
	if s.na != "" {
		return s, nil
	}
	var fit *mds.Result
	var err error
	if fit, s.na, err = a.draw(c.R, e, 0); err != nil || s.na != "" {
		return s, err
	}
	s.stress = fit.Stress1
	if s.ssd, err = procrustes.SSD(t.config, fit.Config); err != nil {
		s.na, err = degenerate(err)
	}
	return s, err
}

// anchorShift computes the curve of a condition that has anchors.
func (a *analysis) anchorShift(r *result) error {
	if a.anchors == nil || a.opts.NoCircle {
		return nil
	}
	index := map[string]int{}
	for i, v := range a.d.Values {
		index[v.Code] = i
	}
	anchors := make([]int, len(r.scores.Kept))
	for _, row := range r.c.Respondents {
		r.anchored = r.anchored || !a.anchors.Text.Null(row)
	}
	if !r.anchored {
		return nil
	}
	for i, kept := range r.scores.Kept {
		anchors[i] = anchor.None
		if v, ok := index[a.anchors.Text.At(r.c.Respondents[kept])]; ok {
			anchors[i] = v
		}
	}
	if r.curveNA = a.circleNA; r.curveNA != "" {
		return nil
	}
	var err error
	if r.curve, err = anchor.Shift(r.scores.Centred, anchors, a.circle); err != nil {
		r.curve, r.curveNA = nil, err.Error()
		return nil
	}
	if r.sine, err = anchor.FitSinusoid(r.curve.Offset); err != nil {
		r.curveNA = err.Error()
	}
	return nil
}

// mixSeed gives each condition a seed of its own that no other condition, nor
// the order of the conditions, changes.
func mixSeed(seed uint64, id string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return seed*0x9e3779b97f4a7c15 ^ h.Sum64()
}

// coordinate reads a configuration.
func coordinate(m *mat.Dense, i int) (x, y float64) {
	_, k := m.Dims()
	if k < 2 {
		return m.At(i, 0), 0
	}
	return m.At(i, 0), m.At(i, 1)
}
