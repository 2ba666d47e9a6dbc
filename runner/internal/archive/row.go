package archive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/completion"
)

func col(name string, t tabular.Type, doc string) tabular.Column {
	return tabular.Column{Name: name, Type: t, Doc: doc}
}

func null(name string, t tabular.Type, doc string) tabular.Column {
	return tabular.Column{Name: name, Type: t, Nullable: true, Doc: doc}
}

// schema is that of a part. The order of the columns is that of values.
var schema = tabular.Schema{Name: "completions", Doc: "one row a request and its reply", Columns: []tabular.Column{
	col("key", tabular.String, "SHA-256 of the request"),
	null("prev", tabular.String, "key of the turn before; null for the first"),
	col("provider", tabular.String, "wire format"),
	null("identity", tabular.String, "endpoint; null for the provider's own"),
	col("model", tabular.String, "model as requested"),
	col("parameters", tabular.String, "sampling parameters, a JSON object"),
	null("pool", tabular.String, "replication pool; null for the common one"),
	null("independent", tabular.String, "levels that enter the key, a JSON list; null if there are none"),
	col("sample", tabular.Int32, "tells identical requests apart, from 0"),
	col("attempt", tabular.Int32, "counts re-asks of an invalid reply, from 0"),
	null("lineage", tabular.String, "keys of the generations whose text stands in the messages, a JSON list"),
	col("messages", tabular.String, "messages since the turn before, a JSON list of role and text"),
	col("prompt_sha256", tabular.String, "running digest of the whole conversation"),
	null("text", tabular.String, "the reply; null if it is empty"),
	col("text_sha256", tabular.String, "SHA-256 of the reply"),
	col("status", tabular.String, "ok, refusal, truncated or empty"),
	null("finish_reason", tabular.String, "the provider's word for how the reply ended"),
	null("model_served", tabular.String, "model that answered, as the provider named it"),
	null("system_fingerprint", tabular.String, "as the provider gave it"),
	null("response_id", tabular.String, "as the provider gave it"),
	null("prompt_tokens", tabular.Int32, "as reported; null if it was not"),
	null("completion_tokens", tabular.Int32, "as reported; null if it was not"),
	null("reasoning_tokens", tabular.Int32, "as reported; null if it was not"),
	null("cached_tokens", tabular.Int32, "as reported; null if it was not"),
	col("started_at", tabular.Timestamp, "when the request was sent, UTC"),
	col("latency_ns", tabular.Int64, "nanoseconds to the end of the reply"),
	col("tries", tabular.Int32, "sendings over the network"),
	col("http_status", tabular.Int32, "status code, 0 where there was no HTTP"),
	null("mends", tabular.String, "what the transport changed in the body, a JSON list"),
	null("header", tabular.String, "response headers that were kept, a JSON list"),
	null("sent", tabular.String, "request body as it went over the wire; null where there was none"),
	null("sent_base64", tabular.String, "in place of sent, where that is no UTF-8"),
	null("body", tabular.String, "response body; null where there was none"),
	null("body_base64", tabular.String, "in place of body, where that is no UTF-8"),
	null("error_class", tabular.String, "class of the last error before the reply came; null if there was none"),
	col("version", tabular.String, "program version that made it"),
	col("simulated", tabular.Bool, "true if no model wrote the reply"),
	col("entry_sha256", tabular.String, "SHA-256 over the whole entry"),
}}

// message is one element of the column messages.
type message struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// values are the cells of a row.
func values(c *completion.Completion, digest completion.Digest, mishap string) ([]any, error) {
	if err := readable(c); err != nil {
		return nil, err
	}
	r := c.Request
	ms := r.Thread.New()
	var prev any
	if r.Prev != (completion.Key{}) {
		prev = r.Prev.String()
	} else {
		ms = r.Thread.Messages()
	}
	messages := make([]message, len(ms))
	for i, m := range ms {
		messages[i] = message{m.Role.String(), m.Text}
	}
	lineage := make([]string, len(r.Lineage))
	for i, k := range r.Lineage {
		lineage[i] = k.String()
	}
	sent, sent64 := textOrBase64(c.Sent)
	body, body64 := textOrBase64(c.Body)
	return []any{
		r.Key().String(), prev, r.Origin.Provider, orNull(r.Origin.Identity), r.Origin.Model, r.Origin.ParametersJSON(),
		orNull(r.Origin.Pool), listOrNull(r.Origin.Independent), r.Sample, r.Attempt, listOrNull(lineage), encode(messages),
		r.Thread.Digest().String(), orNull(c.Text), completion.TextDigest(c.Text).String(), string(c.Status),
		orNull(c.FinishReason), orNull(c.ModelServed), orNull(c.Fingerprint), orNull(c.ResponseID),
		tokens(c.Usage.Prompt), tokens(c.Usage.Completion), tokens(c.Usage.Reasoning), tokens(c.Usage.Cached),
		c.StartedAt, int64(c.Latency), c.Tries, c.HTTPStatus, listOrNull(c.Mends), listOrNull(c.Header),
		sent, sent64, body, body64, orNull(mishap), c.Version, c.Simulated, digest.String(),
	}, nil
}

// readable refuses what would not come back as it was: text that is no UTF-8
// anywhere but in the bodies.
func readable(c *completion.Completion) error {
	texts := append([]string{c.Text, c.FinishReason, c.ModelServed, c.Fingerprint, c.ResponseID, c.Version, string(c.Status),
		c.Request.Origin.Identity, c.Request.Origin.Model, c.Request.Origin.Pool}, c.Mends...)
	for _, m := range c.Request.Thread.Messages() {
		texts = append(texts, m.Text)
	}
	for _, s := range append(texts, c.Header...) {
		if !utf8.ValidString(s) {
			return fmt.Errorf("holds %.40q, which is not valid UTF-8", s)
		}
	}
	return nil
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func tokens(n int) any {
	if n == completion.Unknown {
		return nil
	}
	return n
}

func listOrNull(l []string) any {
	if len(l) == 0 {
		return nil
	}
	return encode(l)
}

// encode writes JSON without escaping what HTML would mind.
func encode(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("archive: a list of texts does not encode: " + err.Error())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// textOrBase64 keeps bytes whole: as text where they are, else as base64.
func textOrBase64(b []byte) (text, encoded any) {
	switch {
	case b == nil:
		return nil, nil
	case utf8.Valid(b):
		return string(b), nil
	}
	return nil, base64.StdEncoding.EncodeToString(b)
}
