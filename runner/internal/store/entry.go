package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"circumplex.example/runner/internal/completion"
)

// detail is the part of a completion that scans do not read. Its encoding is
// length-delimited and has one form for each content, so that decoding and
// encoding again gives the same bytes.
type detail struct {
	lineage    []completion.Key
	responseID string
	mends      []string
	header     []string
	sent, body []byte
}

// detailVersion is the first byte of an encoded detail.
const detailVersion = 1

func (d *detail) append(b []byte) []byte {
	b = append(b, detailVersion)
	b = binary.AppendUvarint(b, uint64(len(d.lineage)))
	for i := range d.lineage {
		b = append(b, d.lineage[i][:]...)
	}
	b = appendString(b, d.responseID)
	b = appendStrings(b, d.mends)
	b = appendStrings(b, d.header)
	b = appendBytes(b, d.sent)
	return appendBytes(b, d.body)
}

func appendString(b []byte, s string) []byte {
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendStrings(b []byte, ss []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(ss)))
	for _, s := range ss {
		b = appendString(b, s)
	}
	return b
}

// appendBytes keeps nil apart from empty: "no wire" is not "nothing sent".
func appendBytes(b, v []byte) []byte {
	if v == nil {
		return append(b, 0)
	}
	b = binary.AppendUvarint(b, uint64(len(v))+1)
	return append(b, v...)
}

// decodeDetail reads what append wrote. The byte slices alias b.
func decodeDetail(b []byte) (detail, error) {
	r := reader{b: b}
	var d detail
	if v := r.bytes(1); r.err == nil && v[0] != detailVersion {
		return d, fmt.Errorf("detail of version %d, want %d", v[0], detailVersion)
	}
	n := r.count(len(completion.Key{}))
	for range n {
		d.lineage = append(d.lineage, completion.Key(r.bytes(len(completion.Key{}))))
	}
	d.responseID = r.string()
	d.mends = r.strings()
	d.header = r.strings()
	d.sent = r.nullable()
	d.body = r.nullable()
	if r.err == nil && len(r.b) > 0 {
		r.err = fmt.Errorf("%d bytes too many", len(r.b))
	}
	return d, r.err
}

var errShort = errors.New("cut off")

// reader takes values from the front of b until the first error.
type reader struct {
	b   []byte
	err error
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 { // a longer form of the same number
		if r.err == nil {
			r.err = errShort
		}
		r.b = nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count reads the number of values that follow, each of at least size bytes.
func (r *reader) count(size int) int {
	v := r.uvarint()
	if v > uint64(len(r.b)/size) {
		r.err, r.b = errShort, nil
		return 0
	}
	return int(v)
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.b) {
		r.err, r.b = errShort, nil
		return make([]byte, n)
	}
	v := r.b[:n:n]
	r.b = r.b[n:]
	return v
}

func (r *reader) string() string { return string(r.bytes(r.count(1))) }

func (r *reader) strings() []string {
	var ss []string
	for range r.count(1) {
		ss = append(ss, r.string())
	}
	return ss
}

func (r *reader) nullable() []byte {
	n := r.uvarint()
	if n == 0 {
		return nil
	}
	if n-1 > uint64(len(r.b)) {
		r.err, r.b = errShort, nil
		return nil
	}
	return r.bytes(int(n - 1))
}

// served is who answered and how the reply ended: one row for very many
// completions.
type served struct {
	model, fingerprint, status, finish string
	http                               int
	version                            string
	simulated                          bool
}

// entry is a completion made ready to be written, outside the writer.
type entry struct {
	key, prev completion.Key
	origin    *completion.Origin
	served    served
	c         *completion.Completion
	textSum   completion.Digest
	messages  []completion.Message
	sums      []completion.Digest // of messages
	packed    []byte              // detail, packed
	digest    completion.Digest   // of everything
}

// newEntry checks a completion and computes all that needs no database.
func newEntry(c *completion.Completion) (*entry, error) {
	if err := check(c); err != nil {
		return nil, err
	}
	messages, err := newMessages(c.Request)
	if err != nil {
		return nil, err
	}
	e := &entry{
		key: c.Request.Key(), prev: c.Request.Prev, origin: c.Request.Origin, c: c,
		textSum: completion.TextDigest(c.Text), messages: messages,
		served: served{c.ModelServed, c.Fingerprint, string(c.Status), c.FinishReason, c.HTTPStatus, c.Version, c.Simulated},
	}
	for _, m := range messages {
		e.sums = append(e.sums, completion.TextDigest(m.Text))
	}
	buf := getBuffer()
	defer putBuffer(buf)
	d := detailOf(c)
	*buf = d.append((*buf)[:0])
	if len(*buf) > maxUnpacked {
		return nil, fmt.Errorf("its bodies have %d bytes", len(*buf))
	}
	e.digest = entryDigest(e.key, e.textSum, c, *buf)
	var texts []string
	if c.Sent != nil || c.Body != nil {
		texts = quotable(c)
	}
	e.packed = pack(*buf, texts)
	return e, nil
}

// quotable lists the texts that the bodies of a completion may repeat, in the order
// in which they stand there: the conversation, then the reply.
func quotable(c *completion.Completion) []string {
	if !c.Request.Thread.Complete() {
		return nil
	}
	texts := make([]string, 0, c.Request.Thread.Len()+1)
	for _, m := range c.Request.Thread.Messages() {
		texts = append(texts, m.Text)
	}
	return append(texts, c.Text)
}

func detailOf(c *completion.Completion) detail {
	return detail{c.Request.Lineage, c.ResponseID, c.Mends, c.Header, c.Sent, c.Body}
}

// check refuses what could not be read back as it was.
func check(c *completion.Completion) error {
	us := c.StartedAt.UnixMicro()
	switch {
	case c.Request.Origin == nil || c.Request.Thread == nil:
		return errors.New("its request has no origin or no messages")
	case !utf8.ValidString(c.Text):
		return errors.New("its text is not valid UTF-8")
	case c.Status == "":
		return errors.New("it has no status")
	case !time.UnixMicro(us).Equal(c.StartedAt):
		return fmt.Errorf("its start %v is finer than a microsecond", c.StartedAt)
	case c.Request.Sample < 0 || c.Request.Attempt < 0:
		return errors.New("its sample or attempt is negative")
	}
	for _, n := range []int{c.Usage.Prompt, c.Usage.Completion, c.Usage.Reasoning, c.Usage.Cached} {
		if n < completion.Unknown {
			return fmt.Errorf("its usage holds %d tokens", n)
		}
	}
	return nil
}

// newMessages returns what the request adds to the turn before it, the whole
// conversation for a first turn.
func newMessages(r completion.Request) (ms []completion.Message, err error) {
	defer func() { // Thread panics for a text that is not at hand
		if p := recover(); p != nil {
			err = fmt.Errorf("its messages are not all at hand: %v", p)
		}
	}()
	if r.Prev == (completion.Key{}) {
		return r.Thread.Messages(), nil
	}
	return r.Thread.New(), nil
}

// entryDigest is the SHA-256 over all of an entry. The request enters by its
// key, the text by its digest.
func entryDigest(key completion.Key, text completion.Digest, c *completion.Completion, detail []byte) completion.Digest {
	b := make([]byte, 0, 512)
	b = append(b, "circumplex entry 1"...)
	b = append(b, key[:]...)
	b = append(b, c.Request.Prev[:]...)
	b = append(b, text[:]...)
	for _, s := range []string{string(c.Status), c.FinishReason, c.ModelServed, c.Fingerprint, c.Version} {
		b = appendString(b, s)
	}
	for _, n := range []int64{
		int64(c.Usage.Prompt), int64(c.Usage.Completion), int64(c.Usage.Reasoning), int64(c.Usage.Cached),
		c.StartedAt.UnixMicro(), int64(c.Latency), int64(c.Tries), int64(c.HTTPStatus),
	} {
		b = binary.AppendVarint(b, n)
	}
	b = append(b, byte(boolInt(c.Simulated)))
	h := sha256.New()
	h.Write(b)
	h.Write(detail)
	var d completion.Digest
	h.Sum(d[:0])
	return d
}

func boolInt(v bool) int64 {
	if v {
		return 1
	}
	return 0
}
