package schema

import (
	"net"
	"net/url"
)

// OnThisMachine reports whether a model is asked at an address of this machine.
func (m *Model) OnThisMachine() bool {
	if m.BaseURL == "" {
		return m.Provider == "ollama" || m.Provider == "simulated"
	}
	u, err := url.Parse(m.BaseURL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Free reports whether asking a model is known to cost nothing: by its declared
// price or, where none is declared, because it runs on this machine.
func (m *Model) Free() bool {
	if m.Price != nil {
		return m.Price.Prompt == 0 && m.Price.Completion == 0
	}
	return m.OnThisMachine()
}
