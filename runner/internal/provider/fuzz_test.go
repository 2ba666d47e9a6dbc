package provider_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/provider/providertest"
)

// fuzzDecoder holds a decoder to: no panic, the same answer twice, and no
// completion unless the bytes are whole JSON that says why it ended.
func fuzzDecoder(f *testing.F, format providertest.Format, why string) {
	seen := 0
	for _, r := range format.Replies {
		f.Add([]byte(r.Body))
		if got := provider.Decode(format.Provider, []byte(r.Body)); got.OK {
			seen++
		}
	}
	if seen != len(format.Replies) || seen == 0 {
		f.Fatalf("%d of %d seeds are replies", seen, len(format.Replies))
	}
	for _, b := range format.Faults {
		f.Add([]byte(b.Body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got := provider.Decode(format.Provider, body)
		if again := provider.Decode(format.Provider, body); again != got {
			t.Fatalf("%+v, then %+v", got, again)
		}
		if !got.OK {
			if !slices.Contains(provider.Classes(), got.Class) || got.Message == "" {
				t.Errorf("a fault without a class or a message: %+v", got)
			}
			return
		}
		if !whole(body) || !bytes.Contains(bytes.ToLower(body), []byte(why)) {
			t.Errorf("a completion from %q", body)
		}
		if !utf8.ValidString(got.Text) {
			t.Errorf("text %q is no UTF-8", got.Text)
		}
		trimmed := bytes.TrimSpace(body)
		if cut := provider.Decode(format.Provider, trimmed[:len(trimmed)-1]); cut.OK {
			t.Errorf("a completion from a body whose last byte is cut: %q", body)
		}
	})
}

// whole reports whether a body is a sequence of whole JSON values.
func whole(body []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(body))
	for {
		var v any
		if err := dec.Decode(&v); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

func FuzzDecodeOpenAI(f *testing.F) { fuzzDecoder(f, providertest.OpenAI(), "finish_reason") }
func FuzzDecodeAnthropic(f *testing.F) {
	fuzzDecoder(f, providertest.Anthropic(), "stop_reason")
}
func FuzzDecodeOllama(f *testing.F) { fuzzDecoder(f, providertest.Ollama(), "done") }
func FuzzDecodeGoogle(f *testing.F) { fuzzDecoder(f, providertest.Google(), "reason") }

// FuzzClassify: any failed response has a class that fits its status, and a
// message of one clean line.
func FuzzClassify(f *testing.F) {
	for _, format := range []providertest.Format{providertest.OpenAI(), providertest.Compatible(), providertest.Anthropic(), providertest.Ollama(), providertest.Google()} {
		for _, x := range format.Failures {
			f.Add(x.Status, []byte(x.Body))
		}
	}
	f.Add(500, []byte(`{"error":{"message":"a\u0000b\nc","details":7}}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		class, message := provider.Classify(status, body)
		if !slices.Contains(provider.Classes(), class) {
			t.Errorf("class %q", class)
		}
		if !utf8.ValidString(message) || strings.ContainsFunc(message, unicode.IsControl) || len(message) > 600 {
			t.Errorf("message %q", message)
		}
	})
}
