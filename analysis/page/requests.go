package page

import (
	"errors"
	"io/fs"
	"slices"
)

// requests is the gist of completions.parquet.
type requests struct {
	There    bool // false where answers came from elsewhere
	Replies  int
	Reasked  int // replies to a repeated question
	Retried  int // replies that took more than one sending
	Personas int
	ByStatus []tally
	Served   []served
}

// tally is a word with how often it occurs.
type tally struct {
	Word string
	N    int
}

// served is who answered.
type served struct {
	Requested, Served, Fingerprint string
	N                              int
	Note                           string // that another model answered than the one asked for
}

// noteServed marks what the analysis calls unexpected, from analysis/served.parquet.
func (s *source) noteServed() error {
	t, err := openTable(s.dir, "analysis", "served.parquet")
	if err != nil {
		return missing("analysis/served.parquet", err)
	}
	defer t.Close()
	asked, answered := t.text("model_requested"), t.text("model_served")
	expected, err := t.Bools("expected")
	if err != nil {
		return err
	}
	other := map[[2]string]bool{}
	for row := range t.NumRows {
		if !expected.Values[row] {
			other[[2]string{asked(row), answered(row)}] = true
		}
	}
	for i := range s.requests.Served {
		if x := &s.requests.Served[i]; other[[2]string{x.Requested, x.Served}] {
			x.Note = "not the one asked for"
		}
	}
	return t.err
}

// readRequests counts the replies; the table may be absent.
func (s *source) readRequests() error {
	t, err := openTable(s.dir, "completions.parquet")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer t.Close()
	status, purpose := t.text("status"), t.text("purpose")
	asked, answered, fingerprint := t.text("model_requested"), t.text("model_served"), t.text("system_fingerprint")
	attempt, tries := t.whole("attempt"), t.whole("tries")
	if t.err != nil {
		return t.err
	}
	r := requests{There: true, Replies: t.NumRows}
	byStatus, byServed := map[string]int{}, map[served]int{}
	for row := range t.NumRows {
		byStatus[status(row)]++
		byServed[served{Requested: asked(row), Served: answered(row), Fingerprint: fingerprint(row)}]++
		if attempt(row) > 0 {
			r.Reasked++
		}
		if tries(row) > 1 {
			r.Retried++
		}
		if purpose(row) == "persona" {
			r.Personas++
		}
	}
	r.ByStatus = tallies(byStatus)
	for k, n := range byServed {
		k.N = n
		r.Served = append(r.Served, k)
	}
	slices.SortFunc(r.Served, func(a, b served) int {
		return cmpString(a.Requested+"\x00"+a.Served+"\x00"+a.Fingerprint, b.Requested+"\x00"+b.Served+"\x00"+b.Fingerprint)
	})
	s.requests = r
	return nil
}

// tallies sorts counts, the most frequent first.
func tallies(counts map[string]int) []tally {
	var out []tally
	for w, n := range counts {
		out = append(out, tally{w, n})
	}
	slices.SortFunc(out, func(a, b tally) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return cmpString(a.Word, b.Word)
	})
	return out
}
