package completion_test

import (
	"crypto/sha256"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
)

// sizes of the paper's messages in bytes: an instruction, an item, a reply.
const (
	instruction = 250
	itemLine    = 90
	replyLine   = 1
)

func benchOrigin(b *testing.B) *completion.Origin {
	b.Helper()
	o, err := completion.NewOrigin("openai", "", "gpt-4-0314", []completion.Parameter{{Name: "temperature", Value: 0.7}}, "", nil)
	if err != nil {
		b.Fatal(err)
	}
	return o
}

// BenchmarkKeyBatch57 makes the key of a batch request of 5,400 bytes.
func BenchmarkKeyBatch57(b *testing.B) {
	o := benchOrigin(b)
	text := strings.Repeat("x", instruction+57*itemLine)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		var th *completion.Thread
		_ = completion.Request{Origin: o, Sample: 7, Thread: th.Append(completion.User, text)}.Key()
	}
}

// BenchmarkSHA256Batch57 is what the key costs at least, for the ratio.
func BenchmarkSHA256Batch57(b *testing.B) {
	text := []byte(strings.Repeat("x", instruction+57*itemLine))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		_ = sha256.Sum256(text)
	}
}

// BenchmarkKeysSequential57 makes the 57 keys of one conversation. Each message
// is hashed once: hashing every request anew would be 150 kB instead of 5.
func BenchmarkKeysSequential57(b *testing.B) {
	o := benchOrigin(b)
	opening := strings.Repeat("x", instruction)
	item := strings.Repeat("i", itemLine)
	sum := completion.TextDigest(item)
	reply := strings.Repeat("4", replyLine)
	for b.Loop() {
		var th *completion.Thread
		th = th.Append(completion.User, opening+"\n\n"+item)
		for turn := range 57 {
			if turn > 0 {
				th = th.AppendHashed(completion.User, item, sum)
			}
			_ = completion.Request{Origin: o, Thread: th}.Key()
			th = th.Append(completion.Assistant, reply)
		}
	}
}
