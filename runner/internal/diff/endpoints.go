package diff

import (
	"cmp"
	"net/url"
	"slices"

	"circumplex.example/schema"
)

// Endpoint is a host that is called, and the variable its key is taken from.
type Endpoint struct {
	// Host is empty for the provider's own.
	Host     string `json:"host,omitempty"`
	Provider string `json:"provider"`
	// KeyFrom is the declared variable, empty if none is declared.
	KeyFrom string   `json:"key_from,omitempty"`
	Models  []string `json:"models"`
}

// endpoints compares who is called: which host with the key from which variable.
func endpoints(a, b *schema.Experiment) (added, removed []Endpoint) {
	old, now := called(a), called(b)
	return less(now, old), less(old, now)
}

func called(e *schema.Experiment) []Endpoint {
	if e == nil {
		return nil
	}
	var out []Endpoint
	for _, m := range e.Models {
		if m.Provider == simulated {
			continue
		}
		x := Endpoint{Provider: m.Provider, KeyFrom: m.APIKeyEnv, Host: host(m.BaseURL)}
		i := slices.IndexFunc(out, x.same)
		if i < 0 {
			out, i = append(out, x), len(out)
		}
		out[i].Models = append(out[i].Models, m.Name)
	}
	slices.SortFunc(out, func(a, b Endpoint) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Host, b.Host), cmp.Compare(a.KeyFrom, b.KeyFrom))
	})
	return out
}

func host(address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Scheme + "://" + u.Host
}

func (e Endpoint) same(o Endpoint) bool {
	return e.Provider == o.Provider && e.Host == o.Host && e.KeyFrom == o.KeyFrom
}

// less lists those of the one that are not in the other.
func less(list, other []Endpoint) []Endpoint {
	var out []Endpoint
	for _, x := range list {
		if !slices.ContainsFunc(other, x.same) {
			out = append(out, x)
		}
	}
	return out
}
