package simulated

import (
	"strconv"
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// Stop reasons of a reply.
const (
	stopDone     = "stop"
	stopLength   = "length"
	stopFiltered = "content_filter"
)

// reply is a text and why it ended.
type reply struct{ text, stop string }

// answer is one item's line of a reply before it is written.
type answer struct {
	number int
	rating int
	text   string // in place of the rating
}

const unknownReply = "I can only answer the items of a questionnaire or describe a made-up person."

// write answers a request.
func (m *Model) write(in *request, temperature float64, session, request key) reply {
	q := quirkDraw{&m.quirks, request}
	switch {
	case q.strikes(quirkEmpty):
		return reply{"", stopFiltered}
	case len(in.items) > 0:
		if q.strikes(quirkRefusal) {
			return reply{refusals[request.below(streamPhrase, 0, len(refusals))], stopDone}
		}
		return m.answerItems(in, temperature, session, request)
	case in.wantsPersona:
		if q.strikes(quirkPersonaRefusal) {
			return reply{personaRefusal, stopDone}
		}
		return q.truncate(reply{persona(request), stopDone})
	}
	return reply{unknownReply, stopDone}
}

// answerItems rates the items and writes them in the form that the quirks say.
func (m *Model) answerItems(in *request, temperature float64, session, request key) reply {
	r := respond(m.noiseOf(in.cue.kind, temperature), session, request)
	answers := make([]answer, len(in.items), len(in.items)+1)
	for i := range in.items {
		it := &in.items[i]
		p := m.placements.get(it.text, func(text string) *placement {
			p := m.lexicon.place(text)
			return &p
		})
		answers[i] = answer{number: it.number, rating: m.rating(&r, &in.instruction, p, i)}
	}
	q := quirkDraw{&m.quirks, request}
	if m.quirks.any() {
		answers = q.spoil(answers, &in.scale)
	}
	out := reply{q.form(in, answers), stopDone}
	return q.truncate(out)
}

// plain writes the usual form: "N. r" lines, or the bare answer to a single
// item.
func plain(answers []answer, single bool) string {
	if len(answers) == 0 {
		return "I would rather not answer this one."
	}
	b := make([]byte, 0, 8*len(answers))
	for i := range answers {
		if i > 0 {
			b = append(b, '\n')
		}
		if !single || len(answers) > 1 {
			b = strconv.AppendInt(b, int64(answers[i].number), 10)
			b = append(b, ". "...)
		}
		b = answers[i].append(b)
	}
	return string(b)
}

// append writes the answer itself.
func (a *answer) append(b []byte) []byte {
	if a.text != "" {
		return append(b, a.text...)
	}
	return strconv.AppendInt(b, int64(a.rating), 10)
}

// limit cuts a reply as the call options ask.
func (r *reply) limit(call *llms.CallOptions) {
	for _, w := range call.StopWords {
		if i := strings.Index(r.text, w); w != "" && i >= 0 {
			r.text = r.text[:i]
		}
	}
	if n := call.MaxTokens; n > 0 && tokens(len(r.text)) > n {
		r.text, r.stop = cut(r.text, 4*n), stopLength
	}
}

// cut shortens s to at most n bytes at a border of characters.
func cut(s string, n int) string {
	for n > 0 && n < len(s) && s[n]&0xc0 == 0x80 {
		n--
	}
	return s[:min(n, len(s))]
}

func writeInt(b *strings.Builder, n int) { b.WriteString(strconv.Itoa(n)) }
