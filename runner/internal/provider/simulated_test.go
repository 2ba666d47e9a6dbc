package provider

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/simulated"
)

// model is a langchaingo model that shows what it was given.
type model struct {
	seed     simulated.Seed
	messages []llms.MessageContent
	options  llms.CallOptions
	choice   llms.ContentChoice
}

func (m *model) GenerateContent(ctx context.Context, messages []llms.MessageContent, options ...llms.CallOption) (*llms.ContentResponse, error) {
	m.seed, _ = simulated.SeedOf(ctx)
	m.messages = messages
	for _, o := range options {
		o(&m.options)
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{&m.choice}}, nil
}

func (m *model) Call(context.Context, string, ...llms.CallOption) (string, error) {
	return "", errors.New("not asked for")
}

func request(t *testing.T, params ...completion.Parameter) completion.Request {
	t.Helper()
	o, err := completion.NewOrigin("simulated", "", "m", params, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var th *completion.Thread
	th = th.Append(completion.System, "s").Append(completion.User, "1. a").Append(completion.Assistant, "4").Append(completion.User, "2. b")
	return completion.Request{Origin: o, Thread: th}
}

func TestSeedIsTheRequestAndTheConversation(t *testing.T) {
	m, req := &model{choice: llms.ContentChoice{Content: "5", StopReason: "stop"}}, request(t)
	if _, err := (&chat{model: m, now: time.Now}).Call(t.Context(), req, completion.Key{2}); err != nil {
		t.Fatal(err)
	}
	if m.seed.Request != req.Key() || m.seed.Session != [32]byte{2} {
		t.Errorf("seed %v", m.seed)
	}
}

func TestMessagesAndParametersReachTheModel(t *testing.T) {
	m := &model{choice: llms.ContentChoice{Content: "5\xff", StopReason: "stop", GenerationInfo: map[string]any{"PromptTokens": 7}}}
	req := request(t, completion.Parameter{Name: "temperature", Value: 0.7}, completion.Parameter{Name: "stop", Value: []string{"x"}}, completion.Parameter{Name: "max_tokens", Value: 9.0})
	at := time.Date(2026, 1, 2, 3, 4, 5, 6789, time.Local)
	c, err := (&chat{model: m, options: callOptions(req.Origin), version: "v", now: func() time.Time { return at }}).Call(t.Context(), req, req.Key())
	if err != nil {
		t.Fatal(err)
	}
	roles := []llms.ChatMessageType{llms.ChatMessageTypeSystem, llms.ChatMessageTypeHuman, llms.ChatMessageTypeAI, llms.ChatMessageTypeHuman}
	for i, text := range []string{"s", "1. a", "4", "2. b"} {
		if m.messages[i].Role != roles[i] || m.messages[i].Parts[0].(llms.TextContent).Text != text {
			t.Errorf("message %d is %v", i, m.messages[i])
		}
	}
	if m.options.Temperature != 0.7 || m.options.MaxTokens != 9 || len(m.options.StopWords) != 1 {
		t.Errorf("options %+v", m.options)
	}
	if c.Text != "5\uFFFD" || c.Status != completion.OK || c.ModelServed != "simulated:m" || !c.Simulated || c.Version != "v" || c.Tries != 1 {
		t.Errorf("completion %+v", c)
	}
	if c.Usage != (completion.Usage{Prompt: 7, Completion: completion.Unknown, Reasoning: completion.Unknown, Cached: completion.Unknown}) {
		t.Errorf("usage %+v, want what was reported and the rest unknown", c.Usage)
	}
	if !c.StartedAt.Equal(at.Truncate(time.Microsecond)) || c.StartedAt.Location() != time.UTC {
		t.Errorf("started at %v, want whole microseconds in UTC", c.StartedAt)
	}
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		finish, text string
		want         completion.Status
	}{
		{"stop", "4", completion.OK}, {"stop", " \n", completion.Empty},
		{"length", "1. 4", completion.Truncated}, {"content_filter", "", completion.Refusal},
	} {
		if got := Status(c.finish, c.text); got != c.want {
			t.Errorf("Status(%q, %q) = %s, want %s", c.finish, c.text, got, c.want)
		}
	}
}

func TestPoolKeepsCallersAndRefusesWhatItCannotCall(t *testing.T) {
	p, req := &Pool{}, request(t)
	a, err := p.For(req.Origin)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := p.For(req.Origin); a != b {
		t.Error("one origin has two callers")
	}
	o, err := completion.NewOrigin("cohere", "", "m", nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.For(o); !errors.Is(err, ErrUnavailable) {
		t.Errorf("cohere: %v, want ErrUnavailable", err)
	}
	if _, err := p.For(request(t, completion.Parameter{Name: "quirk.no_such_rate", Value: 1.0}).Origin); err == nil {
		t.Error("an unknown quirk is accepted")
	}
}
