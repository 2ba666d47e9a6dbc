package server

import (
	"net/http"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// format is one provider's way of asking and answering.
type format interface {
	// name is the format's word in logs and counters.
	name() string
	// key returns the API key that a request carries.
	key(r *http.Request) string
	// read understands a request. rest is what the path holds beyond the route.
	read(r *http.Request, rest string, body []byte) (*chat, *failure)
	// reply writes a reply as one body, also if it is a stream of events.
	reply(p *reply) (contentType string, body []byte)
	// fail writes an error body, and may correct the status.
	fail(f *failure, requestID string) (status int, body []byte)
	// limits adds the format's headers that say how much of the limit is left.
	limits(h http.Header, limit int, a admission, now time.Time)
}

// Roles of a message.
const (
	roleSystem    = "system"
	roleUser      = "user"
	roleAssistant = "assistant"
)

// message is one text of a conversation.
type message struct{ role, text string }

// streaming is how a reply is written.
type streaming int

const (
	whole  streaming = iota // one document
	events                  // server-sent events
	lines                   // a document a line
	array                   // one JSON array
)

// chat is a request in no provider's words.
type chat struct {
	model       string
	messages    []message
	temperature float64
	maxTokens   int // 0 is no bound
	stop        []string
	json        bool
	stream      streaming
	usage       bool // a stream tells what it used
	context     int  // tokens, 0 is no bound
	numbers     bool // enumerations are written as numbers
	load        bool // nothing is asked: the model is loaded
}

// turn is the number of the user's messages.
func (c *chat) turn() int {
	n := 0
	for _, m := range c.messages {
		if m.role == roleUser {
			n++
		}
	}
	return n
}

func (c *chat) replied() bool {
	for _, m := range c.messages {
		if m.role == roleAssistant {
			return true
		}
	}
	return false
}

// opening is what a conversation began with: model, system prompt, and the
// messages up to the reply that settles who answers.
func (c *chat) opening() []string {
	out, replies := []string{"conversation", c.model}, 0
	for _, m := range c.messages {
		out = append(out, m.role, m.text)
		if m.role == roleAssistant {
			if replies++; replies == settled {
				break
			}
		}
	}
	// What was asked after the last reply belongs to this turn alone.
	for out[len(out)-2] != roleAssistant {
		out = out[:len(out)-2]
	}
	return out
}

// contents converts to langchaingo's messages.
func (c *chat) contents() []llms.MessageContent {
	messages := c.kept()
	out := make([]llms.MessageContent, len(messages))
	for i, m := range messages {
		role := llms.ChatMessageTypeHuman
		switch m.role {
		case roleSystem:
			role = llms.ChatMessageTypeSystem
		case roleAssistant:
			role = llms.ChatMessageTypeAI
		}
		out[i] = llms.TextParts(role, m.text)
	}
	return out
}

// kept leaves out the oldest messages that the context has no room for. System
// prompts and the last message stay.
func (c *chat) kept() []message {
	if c.context == 0 {
		return c.messages
	}
	size := 0
	for _, m := range c.messages {
		size += len(m.text)
	}
	over := size - 4*c.context // the respondent counts four characters a token
	out := c.messages[:0:0]
	for i, m := range c.messages {
		if over > 0 && m.role != roleSystem && i < len(c.messages)-1 {
			over -= len(m.text)
			continue
		}
		out = append(out, m)
	}
	return out
}

// Reasons why a reply ended, in the respondent's words.
const (
	finishStop     = "stop"
	finishLength   = "length"
	finishFiltered = "content_filter"
)

// reply is what was made, in no provider's words.
type reply struct {
	*chat
	text         string
	finish       string
	stopped      string // the stop word that ended it
	prompt, used int    // tokens
	served       string // the model that answered
	id           string // hexadecimal, one a reply
	fingerprint  string
	at           time.Time
	took         time.Duration
}

// failure is an error in no provider's words.
type failure struct {
	status  int
	message string
	param   string // the field that is wrong
	quota   bool   // nothing is left to be spent
	missing bool   // no API key at all
	wait    time.Duration
}

func badRequest(param, message string) *failure {
	return &failure{status: http.StatusBadRequest, message: message, param: param}
}
