package ingest

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"circumplex.example/analysis/tabular"
)

// Replies says how the replies of one condition came about.
type Replies struct {
	Completions int // replies to questions that stand in the table
	ReAsked     int // sessions in which some reply was asked for again
	ReAsks      int // replies beyond the first to a question
	Refused     int // replies that the provider or the model refused
	Truncated   int
	By          map[Answerer]int // replies by who answered
}

// ReadReplies reads completions.parquet beside the tables of d, by condition;
// nil without an error if there is no such table, which the statistics do not
// need.
func ReadReplies(d *Data) ([]Replies, error) {
	r := &reader{dir: d.Dir, d: d}
	if _, err := os.Stat(filepath.Join(d.Dir, "completions.parquet")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	t, err := r.open("completions", col("respondent_id", tabular.String), col("purpose", tabular.String), col("attempt", tabular.Int32),
		col("status", tabular.String), col("model_requested", tabular.String), col("model_served", tabular.String), col("system_fingerprint", tabular.String))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	who, purpose, status := t.strings("respondent_id"), t.strings("purpose"), t.strings("status")
	asked, served, print, attempt := t.strings("model_requested"), t.strings("model_served"), t.strings("system_fingerprint"), t.ints("attempt")
	if t.err != nil {
		return nil, t.err
	}
	owner := make(map[string]int, len(d.Respondents))
	for _, resp := range d.Respondents {
		owner[resp.ID] = resp.Condition
	}
	out := make([]Replies, len(d.Conditions))
	for i := range out {
		out[i].By = map[Answerer]int{}
	}
	again := map[int32]bool{}
	for row := range t.NumRows {
		if who.Null(row) || purpose.At(row) != "answer" {
			continue
		}
		c, ok := owner[who.At(row)]
		if !ok {
			return nil, t.at(row, "respondent_id", "%q is not in respondents.parquet", who.At(row))
		}
		x := &out[c]
		x.Completions++
		x.By[Answerer{asked.At(row), served.At(row), print.At(row)}]++
		switch status.At(row) {
		case "refusal":
			x.Refused++
		case "truncated":
			x.Truncated++
		}
		if attempt.Values[row] > 0 {
			x.ReAsks++
			if code := who.Codes[row]; !again[code] {
				again[code] = true
				x.ReAsked++
			}
		}
	}
	return out, nil
}
