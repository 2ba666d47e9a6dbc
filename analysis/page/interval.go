package page

import (
	"errors"
	"fmt"
	"io/fs"
)

// interval is a bootstrap interval of one statistic.
type interval struct {
	Low         *float64
	High        *float64
	Approximate bool
}

// String is the interval as the table of conditions prints it; empty if there
// is none.
func (i interval) String() string {
	if i.Low == nil || i.High == nil {
		return ""
	}
	about := ""
	if i.Approximate {
		about = "≈ "
	}
	return fmt.Sprintf("%s%s to %s", about, fixed(i.Low, 2), fixed(i.High, 2))
}

// readIntervals reads intervals.parquet, which an analysis without resamples
// may lack.
func (s *source) readIntervals(index map[string]*condition, place map[string]int) error {
	t, err := openTable(s.dir, "analysis", "intervals.parquet")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer t.Close()
	id, statistic, value := t.text("condition_id"), t.text("statistic"), t.text("value")
	low, high := t.float("low"), t.float("high")
	approximate, err := t.Bools("approximate")
	t.keep(err)
	if t.err != nil {
		return t.err
	}
	for row := range t.NumRows {
		c := index[id(row)]
		if c == nil || low(row) == nil || high(row) == nil {
			continue
		}
		iv := interval{low(row), high(row), approximate.Values[row]}
		s.intervals, s.approximate = true, s.approximate || iv.Approximate
		switch statistic(row) {
		case "rho":
			c.RhoInterval = iv
		case "ssd":
			c.SSDInterval = iv
		case "mean":
			if i, ok := place[value(row)]; ok {
				c.Values[i].Interval = iv
			}
		}
	}
	return nil
}
