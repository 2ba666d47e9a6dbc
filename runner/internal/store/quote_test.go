package store

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

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

// A body that is full of a text's beginning takes no more time than it is long.
func TestFoldOfAHostileBody(t *testing.T) {
	text := strings.Repeat("a", 4<<20) + "b"
	body := []byte(`"` + strings.Repeat("a", 4<<20) + `c"`)
	began := time.Now()
	if got := fold(body, []string{strings.Repeat("a", 50) + "b", text}); got != nil {
		t.Errorf("folded into %d bytes", len(got))
	}
	// The text's beginning with its quotation mark would be found once only.
	inner := []byte(strings.Repeat(`"`+strings.Repeat("a", 47), 80_000) + "c")
	if at := index(inner, append(bytes.Clone(inner[:len(inner)-1]), 'b')); at >= 0 {
		t.Errorf("found at %d", at)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %v", took)
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
	s := opened(t, filepath.Join(t.TempDir(), "store.db"), Options{})
	turns := conversationOverTheWire(t, 57)
	var sent, stored int
	for _, c := range turns {
		if _, err := s.Submit(t.Context(), Batch{Put: []*completion.Completion{c}}); err != nil {
			t.Fatal(err)
		}
		sent += len(c.Sent) + len(c.Body)
	}
	for _, c := range turns {
		got, gerr := s.Get(t.Context(), c.Request.Key())
		if gerr != nil {
			t.Fatal(gerr)
		}
		if !bytes.Equal(got.Sent, c.Sent) || !bytes.Equal(got.Body, c.Body) {
			t.Fatalf("got %s and %s\nwant %s and %s", got.Sent, got.Body, c.Sent, c.Body)
		}
	}
	err := s.read(t.Context(), "", func(c *conn) error {
		n, nerr := c.number(`SELECT sum(length(data)) FROM detail`)
		stored = int(n)
		return nerr
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

// oldStore makes a store of format 1 that holds a completion, and returns its path.
func oldStore(t *testing.T, c *completion.Completion) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "store.db")
	s := opened(t, path, Options{})
	if _, err := s.Submit(t.Context(), Batch{Put: []*completion.Completion{c}}); err != nil {
		t.Fatal(err)
	}
	d := detailOf(c) // format 1 had it whole
	err := s.writer.do(func(c *conn) error {
		_, _, err := c.exec(`UPDATE detail SET data = ?`, pack(d.append(nil), nil))
		return errors.Join(err, c.script(`PRAGMA user_version=1`))
	})
	if err = errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func opened(t *testing.T, path string, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// looked returns a store's format, and how many of its details are folded.
func looked(t *testing.T, path string) (format, foldedDetails int64) {
	t.Helper()
	c, err := dial(path, "mode=rw")
	if err != nil {
		t.Fatal(err)
	}
	format, err = c.number(`PRAGMA user_version`)
	if err == nil {
		foldedDetails, err = c.number(`SELECT count(*) FROM detail WHERE hex(substr(data, 1, 1)) IN ('02', '03')`)
	}
	if err = errors.Join(err, c.close()); err != nil {
		t.Fatal(err)
	}
	return format, foldedDetails
}

// A store of format 1 is read as it is, and becomes format 2 with the first body that
// format 1 cannot hold: not when it is only opened, and not while another process,
// which may know format 1 alone, has it open.
func TestFormat1BecomesFormat2(t *testing.T) {
	turns := conversationOverTheWire(t, 3)
	path := oldStore(t, turns[0])
	expect := func(when string, format, folded int64) {
		t.Helper()
		if f, n := looked(t, path); f != format || n != folded {
			t.Errorf("%s: format %d with %d details folded, want %d with %d", when, f, n, format, folded)
		}
	}
	put := func(s *Store, c *completion.Completion) {
		t.Helper()
		if _, err := s.Submit(t.Context(), Batch{Put: []*completion.Completion{c}}); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range []Options{{ReadOnly: true}, {}} {
		s := opened(t, path, o)
		if got, err := s.Get(t.Context(), turns[0].Request.Key()); err != nil || !bytes.Equal(got.Sent, turns[0].Sent) {
			t.Errorf("%+v: got %v, %v", o, got, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		expect("opened", 1, 0)
	}
	other := opened(t, path, Options{})
	s := opened(t, path, Options{})
	put(s, sample("without bodies"))
	put(s, turns[1])
	expect("another has it open", 1, 0)
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	put(s, turns[2])
	expect("nobody else has it open", 2, 1)
	for _, c := range turns {
		if got, err := s.Get(t.Context(), c.Request.Key()); err != nil || !bytes.Equal(got.Sent, c.Sent) || !bytes.Equal(got.Body, c.Body) {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if n, err := s.Verify(t.Context(), func(err error) { t.Error(err) }, nil); n != 4 || err != nil {
		t.Errorf("verified %d, %v", n, err)
	}
}

// A file that a newer program made its own meanwhile stays so.
func TestNewerFormatIsNotLowered(t *testing.T) {
	turns := conversationOverTheWire(t, 2)
	path := oldStore(t, turns[0])
	s := opened(t, path, Options{})
	if err := s.writer.do(func(c *conn) error { return c.script(`PRAGMA user_version=3`) }); err != nil {
		t.Fatal(err)
	}
	_, err := s.Submit(t.Context(), Batch{Put: turns[1:]})
	if !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "is a store of format 3, this program knows up to 2") {
		t.Errorf("got %v, want ErrFormat", err)
	}
	if format, _ := looked(t, path); format != 3 {
		t.Errorf("the store is of format %d now, want 3", format)
	}
}

// These bytes were written once, by the first program that wrote them, and stand in
// stores since: they must be read for ever. (None of them is to be made anew.)
func TestPackedDetailsAreFrozen(t *testing.T) {
	c := conversationOverTheWire(t, 2)[1]
	c.ResponseID, c.Header = "chatcmpl-1", []string{"Date: Sun, 29 Nov 2026 12:00:00 GMT"}
	d := detailOf(c)
	want := d.append(nil)
	for name, frozen := range map[string]string{
		"plain":                 frozenPlain,
		"compressed":            frozenCompressed,
		"folded":                frozenFolded,
		"folded and compressed": frozenFoldedCompressed,
	} {
		b, err := hex.DecodeString(frozen)
		if err != nil {
			t.Fatal(err)
		}
		got, err := unpack(b, func() []string { return quotable(c) })
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %q, %v\nwant %q", name, got, err, want)
		}
	}
	if got := hex.EncodeToString(pack(want, quotable(c))); got != frozenFolded {
		t.Errorf("packed: %s, want %s", got, frozenFolded)
	}
}

func BenchmarkFold(b *testing.B) {
	text := strings.Repeat("It is important to this person to be told apart.\n", 25)
	body := []byte(`{"model":"m","messages":[{"role":"user","content":` + quote(text) + `}],"temperature":0.7}` + strings.Repeat(`{"id":"x"}`, 40))
	for b.Loop() {
		fold(body, []string{text, "4"})
	}
}

const (
	frozenPlain = "0001000a63686174636d706c2d31000123446174653a2053756e2c203239204e6f7620323032362031323a30303a30302047" +
		"4d54ed027b226d6f64656c223a226d222c226d65737361676573223a5b7b22726f6c65223a2275736572222c22636f6e7465" +
		"6e74223a224974656d20303a20497420697320696d706f7274616e7420746f207468697320706572736f6e20746f20626520" +
		"746f6c642061706172742066726f6d20746865206f74686572732c20616e6420746f2073617920736f2e227d2c7b22726f6c" +
		"65223a22617373697374616e74222c22636f6e74656e74223a224f6e207468652077686f6c65207468697320697320736f6d" +
		"6577686174206c696b65206d652c20492073686f756c64207361793a2034227d2c7b22726f6c65223a2275736572222c2263" +
		"6f6e74656e74223a224974656d20313a20497420697320696d706f7274616e7420746f207468697320706572736f6e20746f" +
		"20626520746f6c642061706172742066726f6d20746865206f74686572732c20616e6420746f2073617920736f2e227d5d2c" +
		"2274656d7065726174757265223a302e377d5f7b2263686f69636573223a5b7b226d657373616765223a7b22636f6e74656e" +
		"74223a224f6e207468652077686f6c65207468697320697320736f6d6577686174206c696b65206d652c20492073686f756c" +
		"64207361793a2034227d7d5d7d"
	frozenCompressed = "0128b52ffd40000001f50700b212392b902901300cc3300c664ad22449de47c9ff27f5bf243ea993c23ecb59c0c02e96f024" +
		"450ed8af0cee9a9401136492146a2499b5356c578312c464d05814ea8b3a9f424d1b158883e06a927ce78976f11f57b45d27" +
		"d8f3ce25d1b67c6667b6fafaec925c57df31b4cb66c69cca848de54f92bf7dc7e5157eba7aafabdff649bc5f4279e7d9be46" +
		"7cfb6ef9297466abbffd76d96fa1c6ceecfdb85adeb41fa8b09db6db06157cca112ad4671f4a0f0a5923c9ac0d156ca8f051" +
		"671b4a00150e0a095f16b52c8a71bc80599853ecc20f982b2e6ab8d24e0401c6c231f040ade95c4dc082110700703684185b" +
		"ae034cf73425d8161ce4e31ce15d0429"
	frozenFolded = "02ce0101000a63686174636d706c2d31000123446174653a2053756e2c203239204e6f7620323032362031323a30303a3030" +
		"20474d54ed027b226d6f64656c223a226d222c226d65737361676573223a5b7b22726f6c65223a2275736572222c22636f6e" +
		"74656e74223a01407d2c7b22726f6c65223a22617373697374616e74222c22636f6e74656e74223a03367d2c7b22726f6c65" +
		"223a2275736572222c22636f6e74656e74223a05707d5d2c2274656d7065726174757265223a302e377d5f7b2263686f6963" +
		"6573223a5b7b226d657373616765223a7b22636f6e74656e74223a07087d7d5d7d"
	frozenFoldedCompressed = "0328b52ffd00007d0500f2ca26298009060c038c61188645c2427c97e829acf8445d04f9c79273a30c58b4d21c6d7c6564d0" +
		"5d5293e403f33127c180d44b879e974520845d4acc0484a4dfb8f48aabb8eda3c754041a01fd567384795dbf0dc64b34178c" +
		"bedff683ece87179b97e1b8c970e3d2fc5625e7774777ddb09e82e012e221c1a4e4a9a922ac669a8a44e057c380aeaa0b740" +
		"1cdd5e0c0626611c34c5b15e10569018631105007cec5186112f04048a32f02f9c3a03"
)
