package archive

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

// Reader reads an archive.
type Reader struct {
	Manifest
	dir     string
	origins map[string]*completion.Origin
	// mishaps are the errors that came before replies, of the parts read.
	mishaps map[completion.Key]string
}

// Open reads the manifest and checks the digest of every part.
func Open(dir string) (*Reader, error) {
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	for _, p := range m.Parts {
		path := filepath.Join(dir, p.File)
		sum, err := fileDigest(path)
		if err != nil {
			return nil, &Error{Kind: ErrDamaged, Place: path, What: "cannot be read: " + err.Error(), Mend: "copy the archive again"}
		}
		if sum != p.SHA256 {
			return nil, &Error{Kind: ErrDamaged, Place: path, What: "does not have the digest that " + manifestName + " says",
				Why: "it was changed or cut off after it was written", Mend: "copy the archive again"}
		}
	}
	return &Reader{Manifest: *m, dir: dir, origins: map[string]*completion.Origin{}, mishaps: map[completion.Key]string{}}, nil
}

// Part returns the completions of a part, each checked: request against key,
// reply and conversation against their digests, and all against the digest of
// the entry.
func (r *Reader) Part(i int) ([]*completion.Completion, error) {
	path := filepath.Join(r.dir, r.Parts[i].File)
	t, err := openPart(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	if t.NumRows != r.Parts[i].Rows {
		return nil, &Error{Kind: ErrDamaged, Place: path, What: fmt.Sprintf("has %d rows, %s says %d", t.NumRows, manifestName, r.Parts[i].Rows), Mend: "copy the archive again"}
	}
	cols, err := readColumns(t)
	if err != nil {
		return nil, &Error{Kind: ErrDamaged, Place: path, What: err.Error(), Mend: "use the version of runner that wrote it, or copy the archive again"}
	}
	threads := map[completion.Key]*completion.Thread{}
	out := make([]*completion.Completion, t.NumRows)
	for n := range out {
		c, err := cols.completion(n, r.origins, threads)
		if err != nil {
			return nil, &Error{Kind: ErrDamaged, Place: fmt.Sprintf("%s: row %d", path, n+1), What: err.Error(),
				Why: "what it says and its digests do not fit", Mend: "copy the archive again; nothing of this part was imported"}
		}
		threads[c.Request.Key()] = c.Request.Thread.Append(completion.Assistant, c.Text)
		if class := cols.at("error_class", n); class != "" {
			r.mishaps[c.Request.Key()] = class
		}
		out[n] = c
	}
	return out, nil
}

func openPart(path string) (*tabular.Table, error) {
	t, err := tabular.Open(path)
	if err != nil {
		return nil, &Error{Kind: ErrDamaged, Place: path, What: "is no table that can be read", Why: err.Error(), Mend: "copy the archive again"}
	}
	return t, nil
}

// columns are those of a part.
type columns struct {
	text  map[string]*tabular.Strings
	ints  map[string]*tabular.Values[int32]
	long  *tabular.Values[int64]
	start *tabular.Values[int64]
	sim   *tabular.Values[bool]
}

func readColumns(t *tabular.Table) (*columns, error) {
	c := &columns{text: map[string]*tabular.Strings{}, ints: map[string]*tabular.Values[int32]{}}
	for _, s := range schema.Columns {
		i := t.Schema.Index(s.Name)
		if i < 0 {
			return nil, fmt.Errorf("has no column %s", s.Name)
		}
		if t.Schema.Columns[i].Nullable && !s.Nullable {
			return nil, fmt.Errorf("column %s may be null", s.Name)
		}
		var err error
		switch s.Type {
		case tabular.String:
			c.text[s.Name], err = t.Strings(s.Name)
		case tabular.Int32:
			c.ints[s.Name], err = t.Int32s(s.Name)
		case tabular.Int64:
			c.long, err = t.Int64s(s.Name)
		case tabular.Timestamp:
			c.start, err = t.Timestamps(s.Name)
		case tabular.Bool:
			c.sim, err = t.Bools(s.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *columns) at(name string, n int) string { return c.text[name].At(n) }

func (c *columns) int(name string, n int) int { return int(c.ints[name].Values[n]) }

// completion puts a row together and checks it.
func (c *columns) completion(n int, origins map[string]*completion.Origin, threads map[completion.Key]*completion.Thread) (*completion.Completion, error) {
	out := &completion.Completion{
		Text: c.at("text", n), Status: completion.Status(c.at("status", n)), FinishReason: c.at("finish_reason", n),
		ModelServed: c.at("model_served", n), Fingerprint: c.at("system_fingerprint", n), ResponseID: c.at("response_id", n),
		Usage: completion.Usage{Prompt: c.count("prompt_tokens", n), Completion: c.count("completion_tokens", n),
			Reasoning: c.count("reasoning_tokens", n), Cached: c.count("cached_tokens", n)},
		StartedAt: time.UnixMicro(c.start.Values[n]).UTC(), Latency: time.Duration(c.long.Values[n]), Tries: c.int("tries", n),
		HTTPStatus: c.int("http_status", n), Version: c.at("version", n), Simulated: c.sim.Values[n],
	}
	req, err := c.request(n, origins, threads)
	if err != nil {
		return nil, err
	}
	out.Request = req
	for _, list := range []struct {
		name string
		into *[]string
	}{{"mends", &out.Mends}, {"header", &out.Header}} {
		if err := c.list(list.name, n, list.into); err != nil {
			return nil, err
		}
	}
	if out.Sent, err = c.bytes("sent", n); err != nil {
		return nil, err
	}
	if out.Body, err = c.bytes("body", n); err != nil {
		return nil, err
	}
	return out, c.check(n, out)
}

// check holds a completion against the digests beside it.
func (c *columns) check(n int, out *completion.Completion) error {
	digest, err := store.EntryDigest(out)
	switch {
	case err != nil:
		return err
	case out.Request.Key().String() != c.at("key", n):
		return fmt.Errorf("the request does not have its key %q", c.at("key", n))
	case out.Request.Thread.Digest().String() != c.at("prompt_sha256", n):
		return fmt.Errorf("the conversation does not have its digest")
	case completion.TextDigest(out.Text).String() != c.at("text_sha256", n):
		return fmt.Errorf("the reply does not have its digest")
	case digest.String() != c.at("entry_sha256", n):
		return fmt.Errorf("the entry does not have its digest")
	case inProgram(out) && !out.Simulated:
		return fmt.Errorf("simulated is false for the provider %q", out.Request.Origin.Provider)
	}
	return nil
}

// inProgram tells replies of the respondent inside the program, which have a
// store of their own, from those that came over a network, from whomever.
func inProgram(c *completion.Completion) bool { return c.Request.Origin.Provider == "simulated" }

func (c *columns) request(n int, origins map[string]*completion.Origin, threads map[completion.Key]*completion.Thread) (req completion.Request, err error) {
	if req.Origin, err = c.origin(n, origins); err != nil {
		return req, err
	}
	req.Sample, req.Attempt = c.int("sample", n), c.int("attempt", n)
	var lineage []string
	if err := c.list("lineage", n, &lineage); err != nil {
		return req, err
	}
	for _, s := range lineage {
		k, perr := completion.ParseKey(s)
		if perr != nil {
			return req, fmt.Errorf("lineage: %w", perr)
		}
		req.Lineage = append(req.Lineage, k)
	}
	if !c.text["prev"].Null(n) {
		if req.Prev, err = completion.ParseKey(c.at("prev", n)); err != nil {
			return req, fmt.Errorf("prev: %w", err)
		}
		if req.Thread = threads[req.Prev]; req.Thread == nil {
			return req, fmt.Errorf("the turn before it, %s, does not stand before it in this part", req.Prev)
		}
	}
	var messages []message
	if err := json.Unmarshal([]byte(c.at("messages", n)), &messages); err != nil || len(messages) == 0 {
		return req, fmt.Errorf("messages is no list of messages")
	}
	for _, m := range messages {
		role, ok := roles[m.Role]
		if !ok {
			return req, fmt.Errorf("there is no role %q", m.Role)
		}
		req.Thread = req.Thread.Append(role, m.Text)
	}
	return req, nil
}

var roles = map[string]completion.Role{"system": completion.System, "user": completion.User, "assistant": completion.Assistant}

func (c *columns) origin(n int, origins map[string]*completion.Origin) (*completion.Origin, error) {
	parts := make([]string, 0, 6)
	for _, name := range []string{"provider", "identity", "model", "parameters", "pool", "independent"} {
		parts = append(parts, c.at(name, n))
	}
	id := encode(parts)
	if o := origins[id]; o != nil {
		return o, nil
	}
	params, err := completion.ParseParameters(parts[3])
	if err != nil {
		return nil, fmt.Errorf("parameters: %w", err)
	}
	var independent []string
	if err := c.list("independent", n, &independent); err != nil {
		return nil, err
	}
	o, err := completion.NewOrigin(parts[0], parts[1], parts[2], params, parts[4], independent)
	if err == nil {
		origins[id] = o
	}
	return o, err
}

// count reads a number of tokens.
func (c *columns) count(name string, n int) int {
	if c.ints[name].Null(n) {
		return completion.Unknown
	}
	return c.int(name, n)
}

func (c *columns) list(name string, n int, into *[]string) error {
	if c.text[name].Null(n) {
		return nil
	}
	if err := json.Unmarshal([]byte(c.at(name, n)), into); err != nil {
		return fmt.Errorf("%s is no list of texts", name)
	}
	return nil
}

func (c *columns) bytes(name string, n int) ([]byte, error) {
	switch {
	case !c.text[name].Null(n) && !c.text[name+"_base64"].Null(n):
		return nil, fmt.Errorf("%s and %s_base64 both have a value", name, name)
	case !c.text[name].Null(n):
		return []byte(strings.Clone(c.at(name, n))), nil
	case c.text[name+"_base64"].Null(n):
		return nil, nil
	}
	b, err := base64.StdEncoding.DecodeString(c.at(name+"_base64", n))
	if err != nil {
		return nil, fmt.Errorf("%s_base64 is no base64", name)
	}
	return b, nil
}
