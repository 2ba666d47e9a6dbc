package schema

import (
	"fmt"
	"slices"
	"strings"
)

// Template is a text with {placeholders}. "{{" and "}}" stand for braces.
type Template struct {
	// Source is the text as the author wrote it.
	Source string
	// parts alternate: parts[0] literal, parts[1] placeholder, parts[2] literal, ...
	parts []string
}

// ParseTemplate reads a template. The error says which brace is at fault.
func ParseTemplate(src string) (*Template, error) {
	t := &Template{Source: src}
	var lit strings.Builder
	for i := 0; i < len(src); {
		switch {
		case strings.HasPrefix(src[i:], "{{"), strings.HasPrefix(src[i:], "}}"):
			lit.WriteByte(src[i])
			i += 2
		case src[i] == '{':
			end := strings.IndexByte(src[i:], '}')
			if end < 0 {
				return nil, fmt.Errorf("the brace in %q is never closed", clip(src[i:]))
			}
			name := src[i+1 : i+end]
			if !isPlaceholder(name) {
				return nil, fmt.Errorf("%q is no placeholder: a name of letters, digits and _ is wanted between the braces", clip(src[i:i+end+1]))
			}
			t.parts = append(t.parts, lit.String(), name)
			lit.Reset()
			i += end + 1
		case src[i] == '}':
			return nil, fmt.Errorf("the brace after %q was never opened", clipEnd(src[:i]))
		default:
			lit.WriteByte(src[i])
			i++
		}
	}
	t.parts = append(t.parts, lit.String())
	return t, nil
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// clipEnd is clip from the other end.
func clipEnd(s string) string {
	if r := []rune(s); len(r) > 40 {
		return "…" + string(r[len(r)-40:])
	}
	return s
}

func isPlaceholder(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// Placeholders returns the names in the template, sorted, each once.
func (t *Template) Placeholders() []string {
	var out []string
	for i := 1; i < len(t.parts); i += 2 {
		out = append(out, t.parts[i])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// list renders the placeholders for a message.
func (t *Template) list() string {
	ps := t.Placeholders()
	if len(ps) == 0 {
		return "no placeholder"
	}
	return "{" + strings.Join(ps, "} {") + "}"
}

// Render fills the placeholders. A value that ends in a full stop loses it
// where the template goes on with its own.
func (t *Template) Render(value func(name string) string) string {
	var b strings.Builder
	for i := 0; i < len(t.parts); i += 2 {
		b.WriteString(t.parts[i])
		if i+1 < len(t.parts) {
			v := value(t.parts[i+1])
			if strings.HasPrefix(t.parts[i+2], ".") {
				v = strings.TrimSuffix(v, ".")
			}
			b.WriteString(v)
		}
	}
	return b.String()
}
