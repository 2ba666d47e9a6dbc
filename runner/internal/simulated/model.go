package simulated

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/tmc/langchaingo/llms"
)

// Model is a simulated respondent. It is safe for concurrent use.
type Model struct {
	name     string
	key      key
	style    Style
	quirks   Quirks
	constant int // position of the constant value, or -1
	circles  [len(cueKinds)]*circle
	lexicon  *lexicon

	instructions *cache[*instruction]
	placements   *cache[*placement]
}

var _ llms.Model = (*Model)(nil)

var sharedLexicon = sync.OnceValue(newLexicon)

// Bounds of the caches, in entries.
const (
	instructionEntries = 4096
	placementEntries   = 8192
)

// New returns the simulated model of that name. Its style and its circle
// follow from the name and the options alone.
func New(name string, opts Options) *Model {
	m := &Model{
		name:         name,
		key:          key(hashText(mixA, name)),
		quirks:       opts.Quirks,
		constant:     indexOf(opts.Quirks.ConstantValue),
		lexicon:      sharedLexicon(),
		instructions: newCache[*instruction](instructionEntries),
		placements:   newCache[*placement](placementEntries),
	}
	m.style = styleOf(m.key)
	if opts.Style != nil {
		m.style = *opts.Style
	}
	for k := range m.circles {
		m.circles[k] = newCircle(m.key, m.style, k)
	}
	return m
}

// circleOf returns the circle that the model holds under a kind of prompt.
func (m *Model) circleOf(kind CueKind) *circle {
	for i, k := range cueKinds {
		if k == kind {
			return m.circles[i]
		}
	}
	return m.circles[0]
}

// Name returns the name the model was made with.
func (m *Model) Name() string { return m.name }

// ErrNoUserMessage says that there is nothing to answer.
var ErrNoUserMessage = errors.New("simulated: no user message with text to answer")

// GenerateContent answers the last user message. Of the call options it heeds
// Temperature, MaxTokens, StopWords, JSONMode and StreamingFunc (called once).
//
// The reply has one choice. StopReason is "stop", "length" for a text that was
// cut off, or "content_filter". GenerationInfo holds "PromptTokens",
// "CompletionTokens" and "TotalTokens", which are an estimate of four
// characters a token rounded up, and "Simulated": true.
//
// It returns the context's error if that has ended, ErrNoUserMessage, or the
// streaming function's error.
func (m *Model) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var call llms.CallOptions
	for _, o := range options {
		o(&call)
	}
	c := readConversation(messages)
	if c.last == "" {
		return nil, ErrNoUserMessage
	}
	session, request := m.keys(ctx, messages, &c)
	in := m.read(&c)
	in.wantsJSON = in.wantsJSON || call.JSONMode
	r := m.write(&in, call.Temperature, session, request)
	r.limit(&call)
	if call.StreamingFunc != nil {
		if err := call.StreamingFunc(ctx, []byte(r.text)); err != nil {
			return nil, fmt.Errorf("simulated: streaming the reply: %w", err)
		}
	}
	return r.response(c.chars), nil
}

// Call answers a single user message.
//
// Deprecated: it is here because llms.Model demands it; use GenerateContent.
func (m *Model) Call(ctx context.Context, prompt string, options ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, m, prompt, options...)
}

// keys derives the generators of a call from the context's seed, or from the
// messages if there is none.
func (m *Model) keys(ctx context.Context, messages []llms.MessageContent, c *conversation) (session, request key) {
	if s, ok := SeedOf(ctx); ok {
		return key(hashSeed(uint64(m.key), &s.Session)), key(hashSeed(uint64(m.key), &s.Request))
	}
	h := uint64(m.key)
	for i := range messages {
		h = hashText(hashText(h, string(messages[i].Role)), textOf(&messages[i]))
	}
	return key(hashText(uint64(m.key), c.users[0])), key(h)
}

// tokens estimates the number of tokens of a text: four characters each.
func tokens(chars int) int { return (chars + 3) / 4 }

// response wraps a reply as langchaingo gives it.
func (r *reply) response(promptChars int) *llms.ContentResponse {
	p, c := tokens(promptChars), tokens(len(r.text))
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{
		Content:    r.text,
		StopReason: r.stop,
		GenerationInfo: map[string]any{
			"PromptTokens": p, "CompletionTokens": c, "TotalTokens": p + c, "Simulated": true,
		},
	}}}
}
