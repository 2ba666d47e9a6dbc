package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
)

func TestFoldLeavesTextsOut(t *testing.T) {
	long := strings.Repeat("How much is this person like you? ", 3)
	for _, c := range []struct {
		name, body string
		texts      []string
		left       int // bytes after folding, 0: not folded
	}{
		{"none", `{"content":"something else"}`, []string{long}, 0},
		{"one", `{"content":` + quote(long) + `}`, []string{long}, 1 + 11 + 1 + 1 + 1},
		{"alone", quote(long), []string{long}, 1},
		{"in order", `[` + quote(long) + `,` + quote("the second of the texts") + `]`, []string{long, "the second of the texts"}, 2 + 1 + 2 + 1 + 2},
		// The order is that of the bodies; another one leaves something in.
		{"not in order", `[` + quote(long) + `,` + quote("the second of the texts") + `]`, []string{"the second of the texts", long}, 1 + 1 + 1 + len(long) + 2 + 1 + 1 + 1 + 1},
		{"twice", `[` + quote(long) + `,` + quote(long) + `]`, []string{long, long}, 2 + 1 + 2 + 1 + 2},
		{"short", `["4","5"]`, []string{"4", "5"}, 0},
		{"escapes", `{"content":` + quote(long+"\"\\\n\t\x01\u2028é") + `}`, []string{long + "\"\\\n\t\x01\u2028é"}, 1 + 11 + 1 + 1 + 1},
		{"other escapes", `{"content":"` + strings.ReplaceAll(long, "i", `\u0069`) + `"}`, []string{long}, 0},
		{"part of a longer one", `{"content":` + quote(long+"indeed") + `}`, []string{long}, 0},
		{"empty", ``, []string{long}, 0},
	} {
		got := fold([]byte(c.body), c.texts)
		if len(got) != c.left {
			t.Errorf("%s: %d bytes left, want %d: %q", c.name, len(got), c.left, got)
		}
		if got == nil {
			continue
		}
		if back, err := unfold(got, c.texts); err != nil || string(back) != c.body {
			t.Errorf("%s: unfolded %q, %v; want %q", c.name, back, err, c.body)
		}
	}
}

func TestUnfoldRefusesWhatFoldNeverWrites(t *testing.T) {
	for _, b := range [][]byte{
		{0},                      // a literal of no bytes
		{4, 'a'},                 // of two, with one there
		{1},                      // a text that is not there
		{0x80, 0},                // a longer form of a number
		{0x81, 0x80, 0x80, 0x80}, // cut off
	} {
		if got, err := unfold(b, nil); err == nil {
			t.Errorf("unfold(%x) = %q, want an error", b, got)
		}
	}
}

// quote is how our own bodies have a text: encoding/json without escapes for HTML.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Stored bodies depend on these bytes: whoever has to change one of them here
// changes what was sent.
func TestQuotedIsFrozen(t *testing.T) {
	for text, want := range map[string]string{
		"":                       `""`,
		"plain":                  `"plain"`,
		`"\/`:                    `"\"\\/"`,
		"\b\f\n\r\t":             `"\b\f\n\r\t"`,
		"\x00\x1f\x7f":           "\"\\u0000\\u001f\x7f\"",
		"<a & b>":                `"<a & b>"`,
		"é\u2027ab":              "\"é\u2027ab\"",
		"\u2028\u2029":           `"\u2028\u2029"`,
		"\U0001F600\u200d\ufffd": "\"\U0001F600\u200d\ufffd\"",
	} {
		if got := string(appendQuoted(nil, text)); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func FuzzQuoted(f *testing.F) {
	f.Add("a\"b\\c\n\u2028\xff<é>")
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "\ufffd") // as all that is stored
		got := string(appendQuoted([]byte("x"), s))
		if want := "x" + quote(s); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add([]byte(`{"messages":["some longer text","and a \"second\" one"]}`), "some longer text", `and a "second" one`, "a reply that is long")
	f.Fuzz(func(t *testing.T, b []byte, x, y, z string) {
		texts := []string{x, y, z, x}
		got, err := unpack(pack(b, texts), func() []string { return texts })
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%q: got %q, %v", b, got, err)
		}
	})
}

// conversationOverTheWire is a sequential administration as a server has it: every request
// sends all that was said before.
func conversationOverTheWire(t *testing.T, turns int) []*completion.Completion {
	t.Helper()
	item := func(turn int) string {
		return "Item " + strconv.Itoa(turn) + ": It is important to this person to be told apart from the others, and to say so."
	}
	const reply = "On the whole this is somewhat like me, I should say: 4"
	origin := sample("").Request.Origin
	var out []*completion.Completion
	var th *completion.Thread
	var prev completion.Key
	var sent []string
	for turn := range turns {
		th = th.Append(completion.User, item(turn))
		sent = append(sent, `{"role":"user","content":`+quote(item(turn))+`}`)
		c := sample("")
		c.Text = reply
		c.Request = completion.Request{Origin: origin, Thread: th, Prev: prev}
		c.Sent = []byte(`{"model":"m","messages":[` + strings.Join(sent, ",") + `],"temperature":0.7}`)
		c.Body = []byte(`{"choices":[{"message":{"content":` + quote(reply) + `}}]}`)
		out = append(out, c)
		prev = c.Request.Key()
		th = th.Append(completion.Assistant, reply)
		sent = append(sent, `{"role":"assistant","content":`+quote(reply)+`}`)
	}
	return out
}

// What is stored of a conversation grows as it does, not as the square: each body is
// the same bytes again all the same.
func TestBodiesOfAConversation(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	turns := conversationOverTheWire(t, 57)
	var sent, stored int
	for _, c := range turns {
		if _, err := s.Submit(t.Context(), Batch{Put: []*completion.Completion{c}}); err != nil {
			t.Fatal(err)
		}
		sent += len(c.Sent) + len(c.Body)
	}
	for _, c := range turns {
		got, err := s.Get(t.Context(), c.Request.Key())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Sent, c.Sent) || !bytes.Equal(got.Body, c.Body) {
			t.Fatalf("got %s and %s\nwant %s and %s", got.Sent, got.Body, c.Sent, c.Body)
		}
	}
	err = s.read(t.Context(), "", func(c *conn) error {
		n, err := c.number(`SELECT sum(length(data)) FROM detail`)
		stored = int(n)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if stored*20 > sent {
		t.Errorf("bodies of %d bytes take %d, want a twentieth at most", sent, stored)
	}
	if n, err := s.Verify(t.Context(), func(err error) { t.Error(err) }, nil); n != len(turns) || err != nil {
		t.Errorf("verified %d, %v", n, err)
	}
}

// A store of format 1 is read as it is and goes on as format 2.
func TestFormat1BecomesFormat2(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	open := func(o Options) *Store {
		t.Helper()
		s, err := Open(t.Context(), path, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	version := func() (n int64) {
		t.Helper()
		c, err := dial(path, "mode=rw")
		if err != nil {
			t.Fatal(err)
		}
		defer c.close()
		if n, err = c.number(`PRAGMA user_version`); err != nil {
			t.Fatal(err)
		}
		return n
	}
	turns := conversationOverTheWire(t, 2)
	s := open(Options{})
	if _, err := s.Submit(t.Context(), Batch{Put: turns[:1]}); err != nil {
		t.Fatal(err)
	}
	// As format 1 had it: whole.
	first := turns[0].Request.Key()
	d := detailOf(turns[0])
	err := s.writer.do(func(c *conn) error {
		_, _, err := c.exec(`UPDATE detail SET data = ? WHERE id = (SELECT id FROM completion WHERE key = ?)`, pack(d.append(nil), nil), first[:])
		return errors.Join(err, c.script(`PRAGMA user_version=1`))
	})
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	s = open(Options{ReadOnly: true})
	if got, err := s.Get(t.Context(), first); err != nil || !bytes.Equal(got.Sent, turns[0].Sent) {
		t.Errorf("read only: got %v, %v", got, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := version(); n != 1 {
		t.Errorf("a store that was only read is of format %d, want 1", n)
	}
	s = open(Options{})
	if _, err := s.Submit(t.Context(), Batch{Put: turns[1:]}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Verify(t.Context(), func(err error) { t.Error(err) }, nil); n != 2 || err != nil {
		t.Errorf("verified %d, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := version(); n != userVersion {
		t.Errorf("a store that was written is of format %d, want %d", n, userVersion)
	}
}

func BenchmarkFold(b *testing.B) {
	text := strings.Repeat("It is important to this person to be told apart.\n", 25)
	body := []byte(`{"model":"m","messages":[{"role":"user","content":` + quote(text) + `}],"temperature":0.7}` + strings.Repeat(`{"id":"x"}`, 40))
	for b.Loop() {
		fold(body, []string{text, "4"})
	}
}
