package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// ignored is a field that is accepted and changes nothing here.
type ignored = json.RawMessage

// decode reads one JSON document. A strict one must not hold unknown fields.
func decode(body []byte, v any, strict bool) *failure {
	if len(bytes.TrimSpace(body)) == 0 {
		return badRequest("", "the request has no body")
	}
	if !utf8.Valid(body) {
		return badRequest("", "the body is not valid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if strict {
		dec.DisallowUnknownFields()
	}
	if err := dec.Decode(v); err != nil {
		return decodeFailure(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badRequest("", "the body goes on after the JSON document")
	}
	return nil
}

func decodeFailure(err error) *failure {
	var wrong *json.UnmarshalTypeError
	var field *fieldError
	switch {
	case errors.As(err, &field):
		return badRequest(field.field, err.Error())
	case errors.As(err, &wrong):
		return badRequest(wrong.Field, fmt.Sprintf("Invalid type for '%s': got %s.", wrong.Field, wrong.Value))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name = strings.Trim(name, `"`)
		return badRequest(name, fmt.Sprintf("Unknown name \"%s\": cannot find field.", name))
	}
	return badRequest("", "We could not parse the JSON body of your request: "+err.Error())
}

// fieldError is what is wrong with one field's value.
type fieldError struct{ field, problem string }

func (e *fieldError) Error() string { return fmt.Sprintf("Invalid '%s': %s.", e.field, e.problem) }

// text is a string, or a list of parts of type text.
type text struct {
	value string
	set   bool
}

// UnmarshalJSON reads either form; null is no text.
func (t *text) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case 'n':
		return nil
	case '"':
		t.set = true
		return json.Unmarshal(b, &t.value)
	case '[':
	default:
		return &fieldError{"content", "want a string or a list of parts"}
	}
	var parts []struct {
		Type string  `json:"type"`
		Text *string `json:"text"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	for i, p := range parts {
		switch {
		case p.Type != "text":
			return &fieldError{"content", fmt.Sprintf("part %d is of type %q; the simulated respondent reads text only", i, p.Type)}
		case p.Text == nil:
			return &fieldError{"content", fmt.Sprintf("part %d has no text", i)}
		case i > 0:
			t.value += "\n"
		}
		t.value += *p.Text
	}
	t.set = len(parts) > 0
	return nil
}

// texts is a string or a list of strings.
type texts []string

// UnmarshalJSON reads either form.
func (t *texts) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		*t = make(texts, 1)
		return json.Unmarshal(b, &(*t)[0])
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// bound says between which ends a number must lie that may be absent.
type bound struct {
	name      string
	value     *float64
	low, high float64
}

// outside returns what is wrong with the first number that lies outside.
func outside(bounds ...bound) *failure {
	for _, b := range bounds {
		if b.value != nil && (*b.value < b.low || *b.value > b.high) {
			return badRequest(b.name, fmt.Sprintf("Invalid '%s': want a number from %v to %v, got %v.", b.name, b.low, b.high, *b.value))
		}
	}
	return nil
}

// atLeastOne checks a whole number that may be absent.
func atLeastOne(name string, v *int) *failure {
	if v != nil && *v < 1 {
		return badRequest(name, fmt.Sprintf("Invalid '%s': integer below minimum value. Expected a value >= 1, but got %d instead.", name, *v))
	}
	return nil
}

// first returns the first failure, if there is one.
func first(failures ...*failure) *failure {
	for _, f := range failures {
		if f != nil {
			return f
		}
	}
	return nil
}

// or returns the value behind p, or another if there is none.
func or[T any](p *T, other T) T {
	if p == nil {
		return other
	}
	return *p
}

// encode writes a document. What is written cannot fail: it holds texts, numbers
// and maps of them.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("server: encoding a reply: " + err.Error())
	}
	return b
}

// event is one server-sent event; a name is optional.
func event(b []byte, name string, data []byte) []byte {
	if name != "" {
		b = append(append(append(b, "event: "...), name...), '\n')
	}
	return append(append(append(b, "data: "...), data...), "\n\n"...)
}
