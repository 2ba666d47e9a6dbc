package provider_test

import (
	"testing"

	"circumplex.example/runner/internal/provider/providertest"
)

func TestOpenAI(t *testing.T)     { providertest.Run(t, providertest.OpenAI()) }
func TestCompatible(t *testing.T) { providertest.Run(t, providertest.Compatible()) }
func TestMistral(t *testing.T)    { providertest.Run(t, providertest.Mistral()) }
func TestAnthropic(t *testing.T)  { providertest.Run(t, providertest.Anthropic()) }
func TestOllama(t *testing.T)     { providertest.Run(t, providertest.Ollama()) }
func TestGoogle(t *testing.T)     { providertest.Run(t, providertest.Google()) }
