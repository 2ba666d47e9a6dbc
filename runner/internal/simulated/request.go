package simulated

import (
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// instruction is what the words around the items say, as one model reads them.
type instruction struct {
	scale        scale
	hasScale     bool
	cue          cue
	circle       *circle              // as the model holds it for such a cue
	shift        *[valueCount]float64 // what the cue does to the values
	wantsPersona bool
	wantsJSON    bool
}

// request is a whole conversation as read: what is wanted, of whom, of which
// items.
type request struct {
	instruction
	items    []item
	numbered bool
}

// conversation is the text of the messages by role.
type conversation struct {
	system string
	users  []string // the first few user messages, for the instruction
	last   string   // the last user message
	turns  int      // user messages
	chars  int      // characters of all messages
}

// leading is how many user messages may hold the instruction: later ones of a
// long conversation are items and replies.
const leading = 4

// readConversation gathers the texts. Parts that are not text are passed over.
func readConversation(messages []llms.MessageContent) conversation {
	c := conversation{}
	for i := range messages {
		text := textOf(&messages[i])
		c.chars += len(text)
		switch messages[i].Role {
		case llms.ChatMessageTypeSystem:
			c.system = join(c.system, text)
		case llms.ChatMessageTypeHuman, llms.ChatMessageTypeGeneric:
			if c.turns < leading {
				c.users = append(c.users, text)
			}
			c.last = text
			c.turns++
		}
	}
	return c
}

// textOf returns the text of a message.
func textOf(m *llms.MessageContent) string {
	text := ""
	for _, p := range m.Parts {
		if t, ok := p.(llms.TextContent); ok {
			text = join(text, t.Text)
		}
	}
	return text
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "\n" + b
}

// read understands a conversation. The last user message counts first; what it
// does not say is taken from the system message and from the first user
// messages, up to the first that holds items.
func (m *Model) read(c *conversation) request {
	last := splitMessage(c.last)
	in := *m.instruct(last.head)
	single := in.hasScale // the scale stands beside the only item
	if c.turns > 1 {
		for _, u := range c.users {
			first := splitMessage(u)
			in.complete(m.instruct(first.head))
			if len(first.items) > 0 {
				break
			}
		}
	}
	if c.system != "" {
		in.complete(m.instruct(c.system))
	}
	r := request{instruction: in, items: last.items, numbered: last.numbered}
	r.rescueLegend(m, &last)
	switch {
	case in.wantsPersona && !r.hasScale:
		r.items = nil
	case len(r.items) == 0 && r.hasScale && (c.turns > 1 || single):
		r.items = []item{{number: 1, text: loneItem(last.head)}}
	}
	if len(r.items) > 0 && !r.hasScale {
		r.scale = plainScale
	}
	return r
}

// complete takes from other what in does not say.
func (in *instruction) complete(other *instruction) {
	if !in.hasScale {
		in.scale, in.hasScale = other.scale, other.hasScale
	}
	if in.cue.kind == CueNone {
		in.cue, in.circle, in.shift = other.cue, other.circle, other.shift
	}
	in.wantsJSON = in.wantsJSON || other.wantsJSON
}

// rescueLegend takes a message whose only numbered lines are few, short and
// without a scale around them as an unnumbered item under a numbered scale.
func (r *request) rescueLegend(m *Model, last *message) {
	n := len(r.items)
	if r.hasScale || n < 2 || n > 11 || !r.numbered || r.items[0].number > 1 {
		return
	}
	text, ok := lastParagraph(last.head)
	if !ok && last.head == "" {
		return
	}
	for i, it := range r.items {
		if it.number != r.items[0].number+i || strings.Count(it.text, " ") > 5 {
			return
		}
	}
	r.scale = scale{low: r.items[0].number, high: r.items[n-1].number, labels: map[int]string{}}
	for _, it := range r.items {
		r.scale.labels[it.number] = it.text
	}
	r.scale, r.hasScale = r.scale.finish(), true
	r.items, r.numbered = []item{{number: 1, text: loneItem(text)}}, false
}

// loneItem is the item in a text that numbers none: the last paragraph, what
// stands in quotation marks, or what follows the last colon.
func loneItem(text string) string {
	text, _ = lastParagraph(text)
	for _, q := range [...][2]string{{"\"", "\""}, {"\u201c", "\u201d"}} {
		if i := strings.Index(text, q[0]); i >= 0 {
			rest := text[i+len(q[0]):]
			if j := strings.Index(rest, q[1]); j > 10 {
				return rest[:j]
			}
		}
	}
	if i := strings.LastIndex(text, ": "); i >= 0 && len(text)-i > 12 {
		return strings.TrimSpace(text[i+2:])
	}
	return text
}

// instruct reads an instruction, from the cache if it has been read before.
func (m *Model) instruct(head string) *instruction {
	return m.instructions.get(head, func(text string) *instruction {
		in := &instruction{cue: readCue(text)}
		in.scale, in.hasScale = readScale(withoutCue(text, in.cue))
		if !in.hasScale {
			in.scale, in.hasScale = readScale(text)
		}
		in.circle = m.circleOf(in.cue.kind)
		in.shift = in.circle.shift(m.key, &m.style, in.cue, m.lexicon)
		low := lower(text)
		in.wantsPersona = asksPersona(low)
		in.wantsJSON = strings.Contains(low, "json")
		return in
	})
}

// withoutCue takes the words about a person out: a persona's ages and numbers
// are no scale.
func withoutCue(text string, c cue) string {
	if c.text == "" {
		return text
	}
	before, after, _ := strings.Cut(text, c.text)
	return before + after
}

// asksPersona reports whether an instruction asks to make up a person.
func asksPersona(low string) bool {
	verb, noun := false, false
	for _, w := range [...]string{"create", "write", "generat", "invent", "describ", "make up", "come up with", "imagine", "give me", "draft", "produce", "sketch", "compose"} {
		verb = verb || strings.Contains(low, w)
	}
	for _, w := range [...]string{"persona", "character", "a person", "a human", "an individual", "someone", "biograph", "backstory", "profile of"} {
		noun = noun || strings.Contains(low, w)
	}
	return verb && noun
}
