package page

import (
	"strings"

	"circumplex.example/analysis/ingest"
)

// condition is one condition with its statistics. A pointer is nil where the
// statistic is not available; the na beside it says why.
type condition struct {
	*ingest.Condition
	Used, Dropped, NoAnswer, TooFew, ValueMissing, Distinct int
	Rho, RhoP, SSD, R, P, NullMean, NullQ05                 *float64
	RhoNA, FitNA                                            string
	RhoInterval, SSDInterval                                interval
	Values                                                  []valueRow // in the order of Data.Values
}

// valueRow is what is known of one value in a condition.
type valueRow struct {
	Mean, SD, Rank  *float64
	X, Y            *float64 // after Procrustes
	BenchX, BenchY  *float64
	MeanNA, PlaceNA string
	Interval        interval // of Mean
}

// readConditions reads fit, value_summary and mds.
func (s *source) readConditions() error {
	index := map[string]*condition{}
	for i := range s.data.Conditions {
		c := &condition{Condition: &s.data.Conditions[i], Values: make([]valueRow, len(s.data.Values))}
		s.conditions = append(s.conditions, c)
		index[c.ID] = c
	}
	place := map[string]int{}
	for i, v := range s.data.Values {
		place[v.Code] = i
	}
	for _, f := range []func(map[string]*condition, map[string]int) error{s.readFit, s.readMeans, s.readPlaces, s.readIntervals} {
		if err := f(index, place); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) readFit(index map[string]*condition, _ map[string]int) error {
	t, err := openTable(s.dir, "analysis", "fit.parquet")
	if err != nil {
		return missing("analysis/fit.parquet", err)
	}
	defer t.Close()
	id, rhoNA, na := t.text("condition_id"), t.text("rho_na_reason"), t.text("na_reason")
	used, dropped, none := t.whole("n_used"), t.whole("n_dropped"), t.whole("n_no_answer")
	few, lacks, distinct := t.whole("n_too_few"), t.whole("n_value_missing"), t.whole("n_distinct")
	means, structure := t.text("means_benchmark"), t.text("structure_benchmark")
	rho, rhoP, ssd, r, p := t.float("rho"), t.float("rho_p"), t.float("ssd"), t.float("r"), t.float("p")
	mean, q05 := t.float("null_mean"), t.float("null_q05")
	for row := range t.NumRows {
		c := index[id(row)]
		if c == nil {
			continue // another run's condition; report.Run would have replaced it
		}
		c.Used, c.Dropped, c.NoAnswer, c.TooFew, c.ValueMissing, c.Distinct = used(row), dropped(row), none(row), few(row), lacks(row), distinct(row)
		c.Rho, c.RhoP, c.SSD, c.R, c.P, c.NullMean, c.NullQ05 = rho(row), rhoP(row), ssd(row), r(row), p(row), mean(row), q05(row)
		c.RhoNA, c.FitNA = rhoNA(row), na(row)
		s.means, s.structure = s.benchmark(means(row)), s.benchmark(structure(row))
	}
	for _, c := range s.conditions {
		if s.means == nil {
			c.RhoNA = "" // there is no column that lacks it
		}
		if s.structure == nil {
			c.FitNA = ""
		}
	}
	return t.err
}

func (s *source) readMeans(index map[string]*condition, place map[string]int) error {
	t, err := openTable(s.dir, "analysis", "value_summary.parquet")
	if err != nil {
		return missing("analysis/value_summary.parquet", err)
	}
	defer t.Close()
	id, value, na := t.text("condition_id"), t.text("value"), t.text("na_reason")
	mean, sd, rank := t.float("mean_"+s.averaged()), t.float("sd_"+s.averaged()), t.float("rank")
	for row := range t.NumRows {
		c, i, ok := cellOf(index, place, id(row), value(row))
		if !ok {
			continue
		}
		v := &c.Values[i]
		v.Mean, v.SD, v.Rank, v.MeanNA = mean(row), sd(row), rank(row), na(row)
	}
	return t.err
}

func (s *source) readPlaces(index map[string]*condition, place map[string]int) error {
	t, err := openTable(s.dir, "analysis", "mds.parquet")
	if err != nil {
		return missing("analysis/mds.parquet", err)
	}
	defer t.Close()
	id, value, na := t.text("condition_id"), t.text("value"), t.text("na_reason")
	x, y, bx, by := t.float("fitted_x"), t.float("fitted_y"), t.float("benchmark_x"), t.float("benchmark_y")
	for row := range t.NumRows {
		c, i, ok := cellOf(index, place, id(row), value(row))
		if !ok {
			continue
		}
		v := &c.Values[i]
		v.X, v.Y, v.BenchX, v.BenchY, v.PlaceNA = x(row), y(row), bx(row), by(row), na(row)
	}
	return t.err
}

func cellOf(index map[string]*condition, place map[string]int, id, value string) (*condition, int, bool) {
	c, i := index[id], place[value]
	_, known := place[value]
	return c, i, c != nil && known
}

// Temp is the temperature as the tables print it.
func (c *condition) Temp() string { return c.TemperatureWord() }

// Chance tells whether the match cannot be told from random labels: it was
// tested and is not below its own 5 % point.
func (c *condition) Chance() bool {
	return c.SSD != nil && c.NullQ05 != nil && *c.SSD >= *c.NullQ05
}

// Why are the reasons of what is not available.
func (c *condition) Why() string {
	switch {
	case c.RhoNA == "" || c.RhoNA == c.FitNA:
		return clean(c.FitNA)
	case c.FitNA == "":
		return clean("rho: " + c.RhoNA)
	}
	return clean("rho: " + c.RhoNA + "; SSD: " + c.FitNA)
}

// Name is the condition in words.
func (c *condition) Name() string {
	parts := append([]string{c.Model, c.Prompt, "T " + c.Temp(), c.Administration}, c.Levels...)
	return clean(strings.Join(parts, ", "))
}
