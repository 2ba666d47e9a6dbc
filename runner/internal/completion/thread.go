package completion

import (
	"crypto/sha256"
	"slices"
	"unsafe"
)

// Role is who says a message.
type Role byte

// The roles of a message.
const (
	System    Role = 's'
	User      Role = 'u'
	Assistant Role = 'a'
)

// String returns the role's usual name on the wire.
func (r Role) String() string {
	switch r {
	case System:
		return "system"
	case User:
		return "user"
	case Assistant:
		return "assistant"
	}
	return "role(" + string(rune(r)) + ")"
}

// Message is one message of a conversation.
type Message struct {
	Role Role
	Text string
}

// Thread is a conversation, held by its last message. It is immutable: Append
// returns a longer one that shares the beginning, so the 57 turns of a
// sequential questionnaire hash each message once. A nil *Thread is the empty
// conversation.
type Thread struct {
	before *Thread
	role   Role
	text   string
	sum    Digest // of the text
	digest Digest // of the whole conversation
	n      int
	known  bool // text is there, not only its digest
}

// TextDigest returns the digest under which a message's text enters a thread.
func TextDigest(text string) Digest {
	// The bytes are only read. A copy of each text for each of its digests was a
	// tenth of what a run allocates.
	return sha256.Sum256(unsafe.Slice(unsafe.StringData(text), len(text)))
}

// Append returns the conversation with one more message.
func (t *Thread) Append(role Role, text string) *Thread {
	n := t.AppendDigest(role, TextDigest(text))
	n.text, n.known = text, true
	return n
}

// AppendDigest is Append for a message of which only the digest is at hand: the
// keys of later turns need no more. Messages of such a thread cannot be read.
func (t *Thread) AppendDigest(role Role, sum Digest) *Thread {
	n := &Thread{before: t, role: role, sum: sum, n: t.Len() + 1}
	var b [1 + 2*sha256.Size]byte
	b[0] = byte(role)
	prev := t.Digest()
	copy(b[1:], prev[:])
	copy(b[1+sha256.Size:], sum[:])
	n.digest = sha256.Sum256(b[:])
	return n
}

// AppendHashed is Append for a text whose digest is known already, such as an
// item that stands in thousands of conversations.
func (t *Thread) AppendHashed(role Role, text string, sum Digest) *Thread {
	n := t.AppendDigest(role, sum)
	n.text, n.known = text, true
	return n
}

// Digest is the running digest of the conversation; zero for the empty one.
func (t *Thread) Digest() Digest {
	if t == nil {
		return Digest{}
	}
	return t.digest
}

// Len is the number of messages.
func (t *Thread) Len() int {
	if t == nil {
		return 0
	}
	return t.n
}

// Bytes is the length of all messages whose text is at hand.
func (t *Thread) Bytes() int {
	n := 0
	for ; t != nil; t = t.before {
		n += len(t.text)
	}
	return n
}

// Complete reports whether every message's text is at hand.
func (t *Thread) Complete() bool {
	for ; t != nil; t = t.before {
		if !t.known {
			return false
		}
	}
	return true
}

// Messages returns the conversation from its beginning. It panics if the thread
// is not Complete.
func (t *Thread) Messages() []Message { return t.collect(func(*Thread) bool { return false }) }

// New returns the messages that follow the last reply: what this request adds
// to the conversation before it. It panics if one of them is not at hand.
func (t *Thread) New() []Message {
	return t.collect(func(t *Thread) bool { return t.role == Assistant })
}

// collect returns the messages after the last one for which stop holds.
func (t *Thread) collect(stop func(*Thread) bool) []Message {
	out := make([]Message, 0, t.Len())
	for ; t != nil && !stop(t); t = t.before {
		if !t.known {
			panic("completion: message text is not at hand")
		}
		out = append(out, Message{t.role, t.text})
	}
	slices.Reverse(out)
	return out
}
