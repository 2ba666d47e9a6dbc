// Package session renders a respondent into requests, turn by turn.
//
// It knows what is sent (runner/DESIGN.md, "What is sent") and the identity of
// each request. It asks nobody and stores nothing: who drives a session hands
// it the replies.
//
//	b := session.NewBuilder(d, session.Options{})
//	s, err := b.Session(respondent, nil)
//	req := s.Request(1, 0) // turn 1, first attempt
package session

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/schema"
)

// Options change who is asked.
type Options struct {
	// Simulate replaces every model by the simulated respondent.
	Simulate bool
}

// Builder makes the sessions of one design. It is safe for concurrent use.
type Builder struct {
	d    *design.Design
	opts Options

	mu      sync.Mutex // guards what follows
	origins map[string]*completion.Origin
	items   map[string]*rendering
}

// NewBuilder returns a builder for the design.
func NewBuilder(d *design.Design, opts Options) *Builder {
	return &Builder{d: d, opts: opts, origins: map[string]*completion.Origin{}, items: map[string]*rendering{}}
}

// rendering is the items in one wording, form and order.
type rendering struct {
	lines   []string            // "N. text" by position
	digests []completion.Digest // of lines
	block   string              // lines joined by newlines
	texts   []string            // without numbers
}

// Session is one respondent's conversation.
type Session struct {
	Respondent design.Respondent
	// Mode is how the items are administered.
	Mode schema.Mode
	// Turns is the number of requests: 1 in batch, else the number of items.
	Turns int
	// Texts are the items' texts as shown, by position.
	Texts []string

	origin  *completion.Origin
	lineage []completion.Key
	head    *completion.Thread // system message, if any
	opening string             // the rendered template
	items   *rendering
	thread  *completion.Thread // sequential: the conversation so far
	prev    completion.Key
}

// Generated is a generated variable's text and the key of its generation.
type Generated struct {
	Text string
	Key  completion.Key
}

// Session begins a respondent's session. generated holds a text for every
// generated variable of its prompt.
func (b *Builder) Session(r design.Respondent, generated map[string]Generated) (*Session, error) {
	origin, err := b.Origin(r.Cell)
	if err != nil {
		return nil, err
	}
	s := &Session{Respondent: r, Mode: r.Cell.Administration.Mode, origin: origin, items: b.rendering(r)}
	s.Texts = s.items.texts
	s.Turns = len(s.items.lines)
	if s.Mode == schema.Batch {
		s.Turns = 1
	}
	for _, v := range r.Cell.Prompt.Variables {
		if v.Draw == schema.Generate {
			s.lineage = append(s.lineage, generated[v.Name].Key)
		}
	}
	value := func(name string) string { return b.value(r, generated, name) }
	s.opening = r.Cell.Prompt.Template.Render(value)
	if sys := r.Cell.System(); sys != nil {
		s.head = s.head.Append(completion.System, sys.Render(value))
	}
	return s, nil
}

// value fills one placeholder.
func (b *Builder) value(r design.Respondent, generated map[string]Generated, name string) string {
	if g, ok := generated[name]; ok {
		return strings.TrimSpace(g.Text)
	}
	if v, ok := r.Persona[name]; ok {
		return fmt.Sprint(v)
	}
	text, _ := b.d.Text(r.Cell, name)
	return text
}

// rendering returns the items in the respondent's wording, form and order. Renderings of
// a fixed order are shared: there are few, and each holds the whole
// questionnaire.
func (b *Builder) rendering(r design.Respondent) *rendering {
	wording := r.Cell.Wording()
	if r.Order != nil && r.Cell.ItemOrder() == "shuffled" {
		return render(b.d.Experiment.Instrument, wording, r.Form, r.Order)
	}
	key := r.Form + "/" + wording + "/" + r.Cell.ItemOrder()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.items[key] == nil {
		b.items[key] = render(b.d.Experiment.Instrument, wording, r.Form, r.Order)
	}
	return b.items[key]
}

func render(in *schema.Instrument, wording, form string, order []int) *rendering {
	n := len(in.Items)
	out := &rendering{lines: make([]string, n), digests: make([]completion.Digest, n), texts: make([]string, n)}
	for pos := range n {
		i := pos
		if order != nil {
			i = order[pos]
		}
		out.texts[pos] = in.Text(i, wording, form)
		out.lines[pos] = strconv.Itoa(pos+1) + ". " + out.texts[pos]
		out.digests[pos] = completion.TextDigest(out.lines[pos])
	}
	out.block = strings.Join(out.lines, "\n")
	return out
}

// ItemAt returns the index of the item shown at a position (from 1).
func (s *Session) ItemAt(position int) int {
	if s.Respondent.Order == nil {
		return position - 1
	}
	return s.Respondent.Order[position-1]
}

// Positions returns the first and last position that a turn asks for.
func (s *Session) Positions(turn int) (first, last int) {
	if s.Mode == schema.Batch {
		return 1, len(s.items.lines)
	}
	return turn, turn
}

// Request returns the request of a turn (from 1) and attempt (from 0). In a
// sequential session every earlier turn must have been answered.
func (s *Session) Request(turn, attempt int) completion.Request {
	req := completion.Request{Origin: s.origin, Sample: s.Respondent.Sample, Attempt: attempt, Lineage: s.lineage}
	switch {
	case s.Mode == schema.Batch:
		req.Thread = s.head.Append(completion.User, s.opening+"\n\n"+s.items.block)
	case s.Mode == schema.Isolated || turn == 1:
		req.Thread = s.head.Append(completion.User, s.opening+"\n\n"+s.items.lines[turn-1])
	default:
		req.Prev = s.prev
		req.Thread = s.thread.AppendHashed(completion.User, s.items.lines[turn-1], s.items.digests[turn-1])
	}
	return req
}

// Reply records the reply that stands: the conversation goes on with it. text
// may be left out (known false) where only its digest is at hand.
func (s *Session) Reply(req completion.Request, key completion.Key, sum completion.Digest, text string, known bool) {
	if s.Mode != schema.Sequential {
		return
	}
	s.prev = key
	if known {
		s.thread = req.Thread.AppendHashed(completion.Assistant, text, sum)
	} else {
		s.thread = req.Thread.AppendDigest(completion.Assistant, sum)
	}
}
