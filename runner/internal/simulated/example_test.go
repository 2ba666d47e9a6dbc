package simulated_test

import (
	"context"
	"fmt"

	"github.com/tmc/langchaingo/llms"

	"circumplex.example/runner/internal/simulated"
)

func Example() {
	m := simulated.New("sim-a", simulated.Options{})
	ctx := simulated.WithSeed(context.Background(), simulated.Seed{Request: [32]byte{1}, Session: [32]byte{1}})
	prompt := "You are someone who values wealth. How much do you agree, from 1 (not at all) to 5 (entirely)?\n\n" +
		"1. Money matters most.\n2. Nature should be protected."
	reply, err := m.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, prompt)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(reply.Choices[0].Content)
	fmt.Println(reply.Choices[0].GenerationInfo["Simulated"], m.Truth(prompt).Kind)
	// Output:
	// 1. 4
	// 2. 2
	// true anchor
}
