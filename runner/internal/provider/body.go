package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// object is a JSON object whose members keep their order: the body as it has to
// be, made from the request and from nothing else.
type object []member

// member is one field: an object or, if sub is nil, a value.
type member struct {
	name string
	raw  []byte
	sub  object
}

// set adds a value at the end of a path.
func (o *object) set(path []string, v any) {
	if len(path) == 1 {
		*o = append(*o, member{name: path[0], raw: encode(v)})
		return
	}
	for i := range *o {
		if (*o)[i].name == path[0] {
			(*o)[i].sub.set(path[1:], v)
			return
		}
	}
	m := member{name: path[0], sub: object{}}
	m.sub.set(path[1:], v)
	*o = append(*o, m)
}

// add appends the fields of declared parameters.
func (o *object) add(fields []wire.Field) {
	for _, f := range fields {
		o.set(f.Path, f.Value)
	}
}

// append writes the object as JSON.
func (o object) append(b []byte) []byte {
	b = append(b, '{')
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, m.name) // names are plain ASCII, ours all of them
		b = append(b, ':')
		if m.sub != nil {
			b = m.sub.append(b)
		} else {
			b = append(b, m.raw...)
		}
	}
	return append(b, '}')
}

// size is about how many bytes append writes.
func (o object) size() int {
	n := 2
	for _, m := range o {
		n += len(m.name) + len(m.raw) + 4
		if m.sub != nil {
			n += m.sub.size()
		}
	}
	return n
}

// encode writes a value as JSON, with no escapes for HTML. Numbers have the
// fewest digits that give the same number again: 0.7 is 0.7.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		// Values are finite numbers, texts, truths and lists: an Origin holds no others.
		panic("provider: a checked value does not encode: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// turn is a message in OpenAI's and Ollama's formats.
type turn struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

func turns(messages []completion.Message) []turn {
	out := make([]turn, len(messages))
	for i, m := range messages {
		out[i] = turn{m.Role.String(), m.Text}
	}
	return out
}

// apart parts the system prompt from the conversation, for formats that have a
// place of its own for it.
func apart(messages []completion.Message) (system string, rest []completion.Message, err error) {
	for i, m := range messages {
		if m.Role != completion.System {
			continue
		}
		if i > 0 {
			return "", nil, fmt.Errorf("message %d is a system prompt: this format has one, before the conversation", i+1)
		}
		system = m.Text
	}
	if system != "" || len(messages) > 0 && messages[0].Role == completion.System {
		messages = messages[1:]
	}
	return system, messages, nil
}
