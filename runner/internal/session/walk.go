package session

import (
	"strings"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/schema"
)

// Reply is what is known of a stored completion.
type Reply struct {
	// Sum is the digest of the reply's text.
	Sum completion.Digest
	// Status is how the completion ended.
	Status completion.Status
	// Text is the reply, if Known.
	Text  string
	Known bool
	// ModelServed and Fingerprint name who answered, as far as it is known.
	ModelServed, Fingerprint string
	// Simulated is true if no model wrote the reply.
	Simulated bool
	// At is when the completion was made, in microseconds since 1970 UTC.
	At int64
	// Ref is for the caller's use, such as the row of an entry.
	Ref int
}

// Replies finds stored completions.
type Replies interface {
	Find(completion.Key) (Reply, bool)
}

// Walker goes through sessions as far as replies are stored.
type Walker struct {
	*Builder
	// Replies finds what is stored.
	Replies Replies
	// Valid says whether a reply can be read as answers; it is asked only where
	// invalid replies are asked for again, and then needs texts.
	Valid func(s *Session, turn int, r Reply) bool
}

// Turn is one request of a session, stored or not.
type Turn struct {
	Request completion.Request
	Key     completion.Key
	// Turn counts from 1; it is 0 for the generation of a persona.
	Turn   int
	Stored bool
	// Stands is false for a stored reply that was invalid and asked for again.
	Stands bool
	Reply  Reply
}

// State is how far a respondent has come.
type State int

// The states of a respondent.
const (
	// Complete: every turn has a reply that stands.
	Complete State = iota
	// Partial: at least one turn has none.
	Partial
	// PersonaMissing: a text that its prompt needs is not generated yet.
	PersonaMissing
	// PersonaFailed: the text could not be generated; it is not asked.
	PersonaFailed
)

// Visit is what is known of one respondent.
type Visit struct {
	Respondent design.Respondent
	// Session is nil if the persona is missing or failed.
	Session *Session
	State   State
	// Personas are the generation requests, Turns the answer requests, as far
	// as they are known: of a sequential session up to the first that is not
	// stored. The slices are reused by the walker's next visit.
	Personas, Turns []Turn
	// Unknown counts turns whose requests are not known yet.
	Unknown int
	// Generated holds the generated texts.
	Generated map[string]Generated
}

// Visit goes through one respondent's session. v is overwritten.
func (w *Walker) Visit(r design.Respondent, v *Visit) error {
	*v = Visit{Respondent: r, Personas: v.Personas[:0], Turns: v.Turns[:0]}
	if err := w.personas(v); err != nil {
		return err
	}
	if v.State != Complete {
		if v.State == PersonaMissing {
			v.Unknown = w.turns(r.Cell)
		}
		return nil
	}
	s, err := w.Session(r, v.Generated)
	if err != nil {
		return err
	}
	v.Session = s
	for turn := 1; turn <= s.Turns; turn++ {
		if w.turn(v, turn) {
			continue
		}
		v.State = Partial
		if s.Mode == schema.Sequential {
			v.Unknown = s.Turns - turn
			return nil
		}
	}
	return nil
}

// turns is how many requests a respondent of a cell makes.
func (w *Walker) turns(c *design.Cell) int {
	if c.Administration.Mode == schema.Batch {
		return 1
	}
	return len(w.d.Experiment.Instrument.Items)
}

// personas looks up the generated texts of a respondent.
func (w *Walker) personas(v *Visit) error {
	for _, variable := range v.Respondent.Cell.Prompt.Variables {
		if variable.Draw != schema.Generate {
			continue
		}
		req, err := w.Generation(v.Respondent.Cell.Model, v.Respondent.Cell.Prompt, variable, v.Respondent.Replicate)
		if err != nil {
			return err
		}
		t := Turn{Request: req, Key: req.Key(), Stands: true}
		t.Reply, t.Stored = w.Replies.Find(t.Key)
		v.Personas = append(v.Personas, t)
		switch {
		case !t.Stored:
			v.State = PersonaMissing
		case v.State == Complete && PersonaUnusable(t.Reply):
			v.State = PersonaFailed
		}
		if v.Generated == nil {
			v.Generated = map[string]Generated{}
		}
		v.Generated[variable.Name] = Generated{Text: t.Reply.Text, Key: t.Key}
	}
	return nil
}

// PersonaUnusable reports whether a generated reply is no persona: it was
// refused, by a filter or in words, or holds no text.
func PersonaUnusable(r Reply) bool {
	return r.Status == completion.Refusal || r.Status == completion.Empty || r.Known && (strings.TrimSpace(r.Text) == "" || declined(r.Text))
}

// turn looks up one turn's attempts and reports whether a reply stands. The
// last attempt's reply stands whether it is valid or not.
func (w *Walker) turn(v *Visit, turn int) bool {
	s, reask := v.Session, w.d.Experiment.Reask
	for attempt := 0; ; attempt++ {
		req := s.Request(turn, attempt)
		t := Turn{Request: req, Key: req.Key(), Turn: turn}
		t.Reply, t.Stored = w.Replies.Find(t.Key)
		if t.Stored {
			t.Stands = attempt >= reask || w.Valid(s, turn, t.Reply)
		}
		v.Turns = append(v.Turns, t)
		if !t.Stored {
			return false
		}
		if t.Stands {
			s.Reply(req, t.Key, t.Reply.Sum, t.Reply.Text, t.Reply.Known)
			return true
		}
	}
}
