package page

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
)

// Limits of the sample of what could not be read.
const (
	maxSamples   = 20
	maxSampleLen = 600 // characters
)

// unreadable are the statuses that a model's own words have, those that are
// rarest in practice first.
var unreadable = []ingest.Status{ingest.Unparseable, ingest.Refusal, ingest.Ambiguous, ingest.OutOfRange, ingest.NonInteger,
	ingest.Duplicate, ingest.Missing, ingest.Truncated, ingest.Empty}

// sample is one answer that could not be read.
type sample struct {
	Condition  string
	Replicate  int
	Item       int
	Status     string
	Text       string
	Whole      bool // Text is the whole reply, not the piece for the item
	Cut        bool
	respondent string
}

// readSamples picks answers that could not be read: by turns over the statuses
// and over the conditions within each, the first of each, so that the same
// tables give the same sample.
func (s *source) readSamples() error {
	bad := 0
	for _, c := range s.conditions {
		for _, st := range unreadable {
			bad += c.Statuses[st]
		}
	}
	if s.unread = bad; bad == 0 {
		return nil
	}
	t, err := openTable(s.dir, "responses.parquet")
	if err != nil {
		return err
	}
	defer t.Close()
	byStatus, err := s.candidates(t)
	if err != nil {
		return err
	}
	for turn := 0; len(s.samples) < maxSamples; turn++ {
		found := false
		for _, st := range unreadable {
			if list := byStatus[st.String()]; turn < len(list) && len(s.samples) < maxSamples {
				s.samples, found = append(s.samples, list[turn]), true
			}
		}
		if !found {
			break
		}
	}
	return s.wholeReplies()
}

// candidates are the first unreadable answer of each condition and status.
func (s *source) candidates(t *columns) (map[string][]sample, error) {
	status, err := t.Strings("status")
	if err != nil {
		return nil, err
	}
	condition, raw, respondent := t.text("condition_id"), t.text("raw_answer"), t.text("respondent_id")
	replicate, item := t.whole("replicate"), t.whole("item")
	if t.err != nil {
		return nil, t.err
	}
	names := map[string]string{}
	for _, c := range s.conditions {
		names[c.ID] = c.Name()
	}
	wanted := make([]bool, len(status.Dict))
	for code, word := range status.Dict {
		for _, st := range unreadable {
			wanted[code] = wanted[code] || st.String() == word
		}
	}
	seen := map[[2]string]bool{}
	out := map[string][]sample{}
	for row := range t.NumRows {
		if code := status.Codes[row]; code < 0 || !wanted[code] {
			continue
		}
		word, id := status.At(row), condition(row)
		if seen[[2]string{word, id}] {
			continue
		}
		seen[[2]string{word, id}] = true
		out[word] = append(out[word], sample{Condition: names[id], Replicate: replicate(row), Item: item(row), Status: word,
			Text: raw(row), respondent: respondent(row)})
	}
	return out, nil
}

// wholeReplies fills in the reply where no piece of it was kept, and cleans and
// shortens all.
func (s *source) wholeReplies() error {
	lacks := map[string]bool{}
	for _, x := range s.samples {
		if x.Text == "" && x.Status != ingest.Empty.String() {
			lacks[x.respondent] = true
		}
	}
	replies := map[string]string{}
	if len(lacks) > 0 {
		var err error
		if replies, err = s.lastReplies(lacks); err != nil {
			return err
		}
	}
	for i := range s.samples {
		x := &s.samples[i]
		if x.Text == "" && replies[x.respondent] != "" {
			x.Text, x.Whole = replies[x.respondent], true
		}
		x.Text, x.Cut = cut(strings.TrimSpace(clean(x.Text)), maxSampleLen)
	}
	return nil
}

// lastReplies are the last replies of respondents, in the table's order.
func (s *source) lastReplies(of map[string]bool) (map[string]string, error) {
	t, err := tabular.Open(filepath.Join(s.dir, "completions.parquet"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer t.Close()
	who, err := t.Strings("respondent_id")
	if err != nil {
		return nil, err
	}
	text, err := t.Strings("raw_text")
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for row := range t.NumRows {
		if id := who.At(row); of[id] {
			out[id] = text.At(row)
		}
	}
	return out, nil
}
