package provider

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"
)

// The times a request may take where the endpoint names none.
const (
	// DefaultTimeout bounds one request as a whole. A reply is not streamed, so
	// this holds the time a model thinks.
	DefaultTimeout = 10 * time.Minute
	// DefaultIdle bounds the silence between two pieces of a reply that has begun.
	DefaultIdle = 90 * time.Second
)

// minSecret is the length from which a key is held to be a secret that must not
// stand anywhere. Shorter ones are the placeholders that local servers are given
// ("none", "ollama"): to strike them out of replies would falsify data.
const minSecret = 8

// Endpoint is where requests go and what they go with. Printed in any way, it
// shows its host and the name of the key's variable, never the key.
type Endpoint struct {
	// BaseURL is the server; empty for the provider's own.
	BaseURL string
	// Dialect is an address whose dialect of the format the server speaks; empty
	// means BaseURL. A gateway speaks that of the provider behind it.
	Dialect string
	// Key is sent to that host and to no other; empty where none is needed.
	Key string
	// KeyEnv is the variable the key came from, for messages.
	KeyEnv string
	// Idempotent sends the request's key as Idempotency-Key.
	Idempotent bool
	// Timeout bounds a request as a whole, Idle the silence between two pieces
	// of a reply that has begun. 0 means DefaultTimeout and DefaultIdle.
	Timeout, Idle time.Duration
}

// own is where each provider answers by itself, with the path its interface
// begins at.
var own = map[string]string{
	"openai":    "https://api.openai.com/v1",
	"google":    "https://generativelanguage.googleapis.com/v1beta",
	"ollama":    "http://127.0.0.1:11434",
	"anthropic": "https://api.anthropic.com/v1",
}

// URL is the address below which a provider's interface lies. Gemini's and
// Anthropic's begin with a version, which a base URL need not name.
func (e Endpoint) URL(provider string) (string, error) {
	base := strings.TrimRight(e.BaseURL, "/")
	if base == "" {
		return own[provider], nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("base_url is not the address of a server: want http:// or https://, a host and a path, without user, ? and #")
	}
	switch last := u.Path[strings.LastIndex(u.Path, "/")+1:]; provider {
	case "google":
		if last != "v1beta" && last != "v1" {
			base += "/v1beta"
		}
	case "anthropic":
		if last != "v1" {
			base += "/v1"
		}
	}
	return base, nil
}

// dialect is the address that says which dialect is spoken.
func (e Endpoint) dialect() string {
	if e.Dialect != "" {
		return e.Dialect
	}
	return strings.TrimRight(e.BaseURL, "/")
}

// Host is the server's name and port, for people.
func (e Endpoint) Host(provider string) string {
	base, err := e.URL(provider)
	if err != nil {
		return ""
	}
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}

// PlainKey reports whether the key would go over the network unencrypted: plain
// http to a host that is not this machine.
func (e Endpoint) PlainKey(provider string) bool {
	base, err := e.URL(provider)
	if err != nil || e.Key == "" {
		return false
	}
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// shown is what may be printed of an endpoint.
type shown struct {
	BaseURL    string        `json:"base_url"`
	Key        string        `json:"key"`
	Idempotent bool          `json:"idempotent"`
	Timeout    time.Duration `json:"timeout"`
	Idle       time.Duration `json:"idle"`
}

func (e Endpoint) shown() shown {
	return shown{e.redactor().text(e.BaseURL), e.keySource(), e.Idempotent, e.Timeout, e.Idle}
}

// keySource says where the key came from.
func (e Endpoint) keySource() string {
	switch {
	case e.Key == "":
		return "(none)"
	case e.KeyEnv == "":
		return "(secret)"
	}
	return "(from $" + e.KeyEnv + ")"
}

// String shows the endpoint without its key.
func (e Endpoint) String() string {
	s := e.shown()
	return fmt.Sprintf("%s key %s", s.BaseURL, s.Key)
}

// Format shows the endpoint without its key whatever the verb.
func (e Endpoint) Format(f fmt.State, _ rune) {
	if _, err := io.WriteString(f, e.String()); err != nil {
		return // fmt has no way to hear of it
	}
}

// GoString shows the endpoint without its key.
func (e Endpoint) GoString() string { return e.String() }

// LogValue shows the endpoint without its key.
func (e Endpoint) LogValue() slog.Value { return slog.StringValue(e.String()) }

// MarshalJSON writes the endpoint without its key.
func (e Endpoint) MarshalJSON() ([]byte, error) { return json.Marshal(e.shown()) }

// secret reports whether the key is one that must not stand anywhere.
func (e Endpoint) secret() bool { return len(e.Key) >= minSecret }
