package table

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// Record is what a table shows of a stored completion.
type Record struct {
	Text                                   string
	Status                                 completion.Status
	FinishReason, ModelServed, Fingerprint string
	Usage                                  completion.Usage
	StartedAt                              time.Time
	Latency                                time.Duration
	Tries, HTTPStatus                      int
	Simulated                              bool
}

// Records finds the record of a reply by the Ref it was found with.
type Records interface {
	Record(ref int) Record
	// Mishap returns the class of the last error of a request that was ever sent
	// in vain, "" if it never was.
	Mishap(completion.Key) string
}

// Cell is what a row of conditions says beside the design.
type Cell struct {
	// Served and Fingerprints name who answered; Unexpected says that one of them
	// is not who was asked.
	Served, Fingerprints []string
	Unexpected           bool
	// Skipped are the declared parameters that were left out.
	Skipped []string
}

// Counts sums up what was written.
type Counts struct {
	// Respondents by status, responses by status.
	Respondents map[string]int `json:"respondents"`
	Responses   map[string]int `json:"responses"`
	Completions int            `json:"completions"`
}

// Builder writes the tables of a collection: conditions, respondents, responses
// and completions. Cells and respondents are handed to it in the design's order.
type Builder struct {
	d       *design.Design
	dir     string
	info    Info
	records Records
	reader  *Reader
	vars    []variableColumn
	writers map[string]*tabular.Writer
	counts  Counts
	// personaDone holds the generations that have a row already.
	personaDone map[completion.Key]bool

	params    map[*completion.Origin]string
	complete  int  // of the current cell
	simulated bool // a reply of the current cell is the simulated respondent's
}

// NewBuilder begins the tables below dir. Close finishes them, Abort removes
// what is unfinished.
func NewBuilder(dir string, d *design.Design, info Info, records Records, reader *Reader) (*Builder, error) {
	exp := d.Experiment
	b := &Builder{d: d, dir: dir, info: info, records: records, reader: reader, vars: variableColumns(exp),
		writers: map[string]*tabular.Writer{}, personaDone: map[completion.Key]bool{}, params: map[*completion.Origin]string{},
		counts: Counts{Respondents: map[string]int{}, Responses: map[string]int{}}}
	for _, s := range []tabular.Schema{conditionsSchema(exp), respondentsSchema(exp), responsesSchema(exp), completionsSchema} {
		w, err := tabular.Create(filepath.Join(dir, s.Name+".parquet"), s, info.meta(exp))
		if err != nil {
			b.Abort()
			return nil, err
		}
		b.writers[s.Name] = w
	}
	return b, nil
}

// Abort removes the unfinished tables. After Close it does nothing.
func (b *Builder) Abort() {
	for _, w := range b.writers {
		w.Abort()
	}
}

// Close finishes all tables: each is synced and renamed.
func (b *Builder) Close() (Counts, error) {
	for _, name := range []string{"responses", "completions", "respondents", "conditions"} {
		if err := b.writers[name].Close(); err != nil {
			return b.counts, err
		}
	}
	return b.counts, nil
}

// Respondent writes one respondent: its row, a row an item, a row a completion.
func (b *Builder) Respondent(v *session.Visit) error {
	id := design.RespondentID(v.Respondent.Cell, v.Respondent.Replicate)
	status := respondentStatus(v)
	b.counts.Respondents[status]++
	if status == StatusComplete {
		b.complete++
	}
	answered, err := b.responses(v, id)
	if err != nil {
		return err
	}
	if err := b.respondent(v, id, status, answered); err != nil {
		return err
	}
	return b.completions(v, id)
}

// The statuses of a respondent.
const (
	StatusComplete      = "complete"
	StatusPartial       = "partial"
	StatusNotRun        = "not_run"
	StatusPersonaFailed = "persona_failed"
)

func respondentStatus(v *session.Visit) string {
	switch v.State {
	case session.Complete:
		return StatusComplete
	case session.PersonaFailed:
		return StatusPersonaFailed
	}
	for _, t := range v.Turns {
		if t.Stored {
			return StatusPartial
		}
	}
	return StatusNotRun
}

func (b *Builder) respondent(v *session.Visit, id, status string, answered int) error {
	r := v.Respondent
	w := b.writers["respondents"]
	w.Col(0).AppendString(id)
	w.Col(1).AppendString(r.Cell.ID)
	w.Col(2).AppendInt32(int32(r.Replicate))
	w.Col(3).AppendInt32(int32(r.Sample))
	w.Col(4).AppendString(r.Form)
	text, key := persona(v)
	w.Col(5).AppendStringOrNull(text)
	w.Col(6).AppendStringOrNull(key)
	for i, c := range b.vars {
		b.variable(w.Col(7+i), c, v)
	}
	w.Col(7 + len(b.vars)).AppendString(status)
	w.Col(8 + len(b.vars)).AppendInt32(int32(answered))
	return w.EndRow()
}

func (b *Builder) variable(w *tabular.ColumnWriter, c variableColumn, v *session.Visit) {
	switch x := v.Respondent.Persona[c.name].(type) {
	case int64:
		if c.integer {
			w.AppendInt32(int32(x))
		} else {
			w.AppendString(fmt.Sprint(x))
		}
	case string:
		w.AppendString(x)
	default:
		if g, ok := v.Generated[c.name]; ok && c.generated && g.Text != "" {
			w.AppendString(g.Text)
			return
		}
		w.AppendNull()
	}
}

// EndCell writes the row of a cell after its last respondent.
func (b *Builder) EndCell(c *design.Cell, about Cell) error {
	levels := b.d.Levels(c)
	row := []any{c.ID, b.d.Experiment.Name, c.Model.Provider, b.info.Simulated == "true" || c.Model.Provider == session.Simulated || b.simulated,
		c.Model.Name, c.Prompt.Name, c.Temperature.Value, c.Administration.Name}
	for _, f := range b.d.Experiment.Further {
		row = append(row, levels[f.Name])
	}
	row = append(row, b.d.Experiment.N, b.complete, joined(about.Served), joined(about.Fingerprints), about.Unexpected, joined(about.Skipped),
		c.ScaleReversed(), orNull(c.Wording()))
	b.complete, b.simulated = 0, false
	return b.writers["conditions"].Append(row...)
}

// joined is a list in one cell of a table, nil for none.
func joined(list []string) any {
	return orNull(strings.ToValidUTF8(strings.Join(list, "; "), "\uFFFD"))
}

// Reader reads replies as answers, one parser for each order of items.
type Reader struct {
	in      *schema.Instrument
	parsers map[string]*answer.Parser
}

// NewReader returns a reader for an instrument's scale.
func NewReader(in *schema.Instrument) *Reader {
	return &Reader{in: in, parsers: map[string]*answer.Parser{}}
}

// parser returns the parser for scale and items as a session shows them: where
// the scale is reversed its words stand for the numbers they were shown with.
// Shuffled orders are as many as replicates, so only shared ones are kept.
func (r *Reader) parser(s *session.Session) *answer.Parser {
	c := s.Respondent.Cell
	key := s.Respondent.Form + "/" + c.Wording() + "/" + c.ItemOrder()
	if c.ScaleReversed() {
		key += "/reversed"
	}
	if p := r.parsers[key]; p != nil {
		return p
	}
	p := answer.NewParser(answer.Sheet{Items: s.Texts,
		Scale: answer.Scale{Min: r.in.Min, Max: r.in.Max, Labels: r.in.LabelsIn(c.Wording(), c.ScaleReversed())}})
	if c.ItemOrder() != "shuffled" {
		r.parsers[key] = p
	}
	return p
}

// Read returns the answers that a turn's reply gives, by position from the
// turn's first.
func (r *Reader) Read(s *session.Session, turn int, reply session.Reply) []answer.Answer {
	finish := answer.FinishStop
	switch reply.Status {
	case completion.Truncated:
		finish = answer.FinishLength
	case completion.Refusal:
		finish = answer.FinishFilter
	}
	p := r.parser(s)
	if s.Mode == schema.Batch {
		return p.Batch(reply.Text, finish)
	}
	return []answer.Answer{p.Single(turn, reply.Text, finish)}
}

// Valid reports whether every answer of a turn can be used.
func (r *Reader) Valid(s *session.Session, turn int, reply session.Reply) bool {
	for _, a := range r.Read(s, turn, reply) {
		if a.Status != answer.OK {
			return false
		}
	}
	return true
}
