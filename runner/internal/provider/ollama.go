package provider

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/ollama"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// llama speaks Ollama's POST /api/chat.
type llama struct{ repliesOnly }

func (llama) address(base, _ string) string { return base + "/api/chat" }

func (llama) header(h http.Header, key string) { setKey(h, "Authorization", "Bearer ", key) }

func (llama) body(model string, messages []completion.Message, fields []wire.Field) (object, error) {
	var o object
	o.set([]string{"model"}, model)
	o.set([]string{"messages"}, turns(messages))
	o.set([]string{"stream"}, false)
	o.add(fields)
	return o, nil
}

func (llama) client(o *completion.Origin, base, _ string, rt http.RoundTripper) (llms.Model, []llms.CallOption, error) {
	// WithServerURL ends the program over a bad address; this one was read before.
	if _, err := url.Parse(base); err != nil {
		return nil, nil, err
	}
	options := []ollama.Option{ollama.WithModel(o.Model), ollama.WithServerURL(base), ollama.WithHTTPClient(&http.Client{Transport: rt})}
	if v, ok := o.Parameter("num_ctx"); ok {
		if n, ok := v.(float64); ok {
			options = append(options, ollama.WithRunnerNumCtx(int(n)))
		}
	}
	m, err := ollama.New(options...)
	return m, nil, err
}

// chunk is one JSON value of a reply: the whole of it, or a line of a stream.
// https://docs.ollama.com/api/chat (2026-11-28)
type chunk struct {
	Model   word `json:"model"`
	Message *struct {
		Content string `json:"content"`
	} `json:"message"`
	Done            bool            `json:"done"`
	DoneReason      string          `json:"done_reason"`
	PromptEvalCount *tally          `json:"prompt_eval_count"`
	EvalCount       *tally          `json:"eval_count"`
	Error           json.RawMessage `json:"error"`
}

// decode reads one value, or the lines of a stream up to the one that is done:
// servers in between may stream whatever they are asked.
func (llama) decode(body []byte) (*reply, *fault) {
	dec := json.NewDecoder(bytes.NewReader(body))
	var text strings.Builder
	for {
		var c chunk
		switch err := dec.Decode(&c); {
		case errors.Is(err, io.EOF) && text.Len() == 0:
			return nil, malformed("the body is empty or says nothing")
		case errors.Is(err, io.EOF):
			return nil, malformed("the reply breaks off before done")
		case err != nil:
			return nil, malformed("the body is not the JSON of a chat reply")
		}
		if filled(c.Error) {
			return nil, behind200(body, completion.UnknownUsage())
		}
		if c.Message != nil {
			text.WriteString(c.Message.Content)
		}
		if !c.Done {
			continue
		}
		if _, err := dec.Token(); !errors.Is(err, io.EOF) {
			return nil, malformed("the body goes on after the reply")
		}
		return c.end(text.String())
	}
}

// end makes a reply of the last value.
func (c *chunk) end(text string) (*reply, *fault) {
	usage := completion.UnknownUsage()
	usage.Prompt, usage.Completion = known(c.PromptEvalCount), known(c.EvalCount)
	// load and unload answer requests that hold no question: for one that does,
	// such a reply is a server that has only loaded its model.
	if c.Message == nil || c.DoneReason == "load" || c.DoneReason == "unload" || c.DoneReason == "" && text == "" {
		return nil, &fault{Malformed, "the server says it is done, but neither what the model said nor why it ended", usage}
	}
	out := &reply{text: text, finish: c.DoneReason, model: string(c.Model), usage: usage}
	out.status = ended(c.DoneReason, text, nil, []string{"length"})
	return out, nil
}
