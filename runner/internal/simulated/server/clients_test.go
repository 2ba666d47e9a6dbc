package server_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"github.com/tmc/langchaingo/llms/anthropic"
	"github.com/tmc/langchaingo/llms/ollama"
	"github.com/tmc/langchaingo/llms/openai"

	"circumplex.example/runner/internal/simulated/server"
)

// langchaingo's own clients, as they come, understand replies, whole ones and
// streams, in a conversation with a system prompt.
func TestClientsUnderstandReplies(t *testing.T) {
	s := server.New(server.Options{})
	hs := httptest.NewServer(s)
	defer hs.Close()
	openAI, err1 := openai.New(openai.WithBaseURL(hs.URL+"/v1"), openai.WithToken("K"), openai.WithModel("m"))
	claude, err2 := anthropic.New(anthropic.WithBaseURL(hs.URL+"/v1"), anthropic.WithToken("K"), anthropic.WithModel("m"))
	llama, err3 := ollama.New(ollama.WithServerURL(hs.URL), ollama.WithModel("m"))
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			t.Fatal(err)
		}
	}
	messages := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Answer as somebody who wants to be rich above all."),
		llms.TextParts(llms.ChatMessageTypeHuman, "Rate from 1 to 5.\n\n1. Money matters most."),
		llms.TextParts(llms.ChatMessageTypeAI, "5"),
		llms.TextParts(llms.ChatMessageTypeHuman, "2. Nature should be protected."),
	}
	for name, m := range map[string]llms.Model{"openai": openAI, "anthropic": claude, "ollama": llama} {
		out, err := m.GenerateContent(t.Context(), messages, llms.WithTemperature(0.7), llms.WithMaxTokens(50))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if len(out.Choices) != 1 || !rating(out.Choices[0].Content) {
			t.Errorf("%s: %+v", name, out.Choices[0])
		}
		streamed := ""
		out, err = m.GenerateContent(t.Context(), messages, llms.WithTemperature(0.7), llms.WithStreamingFunc(func(_ context.Context, b []byte) error {
			streamed += string(b)
			return nil
		}))
		if err != nil || !rating(streamed) || len(out.Choices) != 1 || out.Choices[0].Content != streamed {
			t.Errorf("%s: streamed %q, %v", name, streamed, err)
		}
	}
	if n := s.Counters(); n.Acknowledged != 6 || n.Requests != 6 {
		t.Errorf("%+v", n)
	}
}

func rating(s string) bool { return len(s) == 1 && s >= "1" && s <= "5" }
