package simulated

import (
	"strings"
)

// item is one question as it stands in a message.
type item struct {
	number int // as shown; the ordinal where none is shown
	text   string
}

// message is one user message taken apart: its items, and all the rest.
type message struct {
	head     string // instruction: what is no item, before and after the items
	items    []item
	numbered bool // the items carry numbers
}

// splitMessage takes a message apart. Numbered lines are items, unless they are
// a legend of the scale: lines with "=", or a first block of short lines after
// which the numbering starts anew. A line without number directly below an item
// continues it. Without numbered lines, bulleted ones are items.
func splitMessage(text string) message {
	m := message{}
	if m.scan(text, numberedLine) {
		m.numbered = true
	} else if !m.scan(text, bulletLine) {
		m.head = strings.TrimSpace(text)
	}
	return m
}

// longestItem bounds, in bytes, what continued lines add to an item.
const longestItem = 4000

// scan collects the lines that parse accepts and puts the rest into the head.
func (m *message) scan(text string, parse func(string) (item, bool)) bool {
	m.items, m.head = nil, ""
	var head strings.Builder
	first, inItem := -1, false
	for at := 0; at < len(text); {
		end := strings.IndexByte(text[at:], '\n')
		next := at + end + 1
		if end < 0 {
			next, end = len(text), len(text)-at
		}
		line := text[at : at+end]
		it, ok := parse(line)
		switch {
		case ok:
			if first < 0 {
				first = at
				m.items = make([]item, 0, 1+strings.Count(text[at:], "\n"))
			}
			if m.isLegend(it) {
				m.demote(&head)
			}
			if it.number < 0 {
				it.number = len(m.items) + 1
			}
			m.items, inItem = append(m.items, it), true
		case strings.TrimSpace(line) == "":
			inItem = false
			if first >= 0 {
				head.WriteByte('\n')
			}
		case inItem:
			if last := &m.items[len(m.items)-1]; len(last.text) < longestItem {
				last.text += " " + strings.TrimSpace(line)
			}
		case first >= 0:
			head.WriteString(line)
			head.WriteByte('\n')
		}
		at = next
	}
	if first < 0 {
		return false
	}
	m.head = strings.TrimSpace(text[:first])
	if rest := strings.TrimSpace(head.String()); rest != "" {
		m.head += "\n\n" + rest
	}
	return true
}

// isLegend reports whether the items so far were the points of a scale, now
// that it starts the numbering anew.
func (m *message) isLegend(it item) bool {
	n := len(m.items)
	if n < 2 || n > 11 || it.number < 0 || it.number > m.items[n-1].number {
		return false
	}
	for _, l := range m.items {
		if strings.Count(l.text, " ") > 5 {
			return false
		}
	}
	return true
}

// demote moves the items so far into the head, one "N = text" a line.
func (m *message) demote(head *strings.Builder) {
	for _, l := range m.items {
		writeInt(head, l.number)
		head.WriteString(" = ")
		head.WriteString(l.text)
		head.WriteByte('\n')
	}
	m.items = m.items[:0]
}

// numberedLine reads "1. text", "1) text", "(1) text", "1: text", "Q1. text",
// "Item 1: text", "1 - text", with Markdown emphasis around the number.
func numberedLine(line string) (item, bool) {
	s := strings.TrimLeft(line, " \t*#>(")
	if len(s) == 0 {
		return item{}, false
	}
	if s[0] < '0' || s[0] > '9' {
		word := false
		for _, p := range [...]string{"Question ", "Statement ", "Item ", "Q", "q"} {
			if rest, ok := strings.CutPrefix(s, p); ok {
				s, word = rest, true
				break
			}
		}
		if !word {
			return item{}, false
		}
	}
	n, digits := 0, 0
	for digits < len(s) && digits < 5 && s[digits] >= '0' && s[digits] <= '9' {
		n = n*10 + int(s[digits]-'0')
		digits++
	}
	if digits == 0 || digits == 5 {
		return item{}, false
	}
	text, ok := afterNumber(s[digits:])
	return item{number: n, text: text}, ok
}

// afterNumber cuts what separates an item's number from its text.
func afterNumber(s string) (string, bool) {
	rest := strings.TrimLeft(s, "*")
	rest = strings.TrimPrefix(rest, " ")
	if rest == "" {
		return "", false
	}
	switch rest[0] {
	case '.', ')', ':', ']', '-':
		rest = strings.TrimLeft(rest[1:], "*.:")
		if rest == "" || rest[0] != ' ' && rest[0] != '\t' {
			return "", false
		}
	default:
		return "", false
	}
	rest = strings.TrimSpace(rest)
	return rest, rest != ""
}

// bulletLine reads "- text", "* text" and "• text".
func bulletLine(line string) (item, bool) {
	s := strings.TrimLeft(line, " \t")
	for _, p := range [...]string{"- ", "* ", "• ", "– "} {
		if rest, ok := strings.CutPrefix(s, p); ok {
			rest = strings.TrimSpace(rest)
			return item{number: -1, text: rest}, rest != ""
		}
	}
	return item{}, false
}

// lower changes ASCII letters only, so that offsets in both texts agree.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// lastParagraph returns the last block of text after a blank line, and whether
// there is more than one block.
func lastParagraph(s string) (string, bool) {
	s = strings.TrimSpace(s)
	i := strings.LastIndex(s, "\n\n")
	if i < 0 {
		return s, false
	}
	return strings.TrimSpace(s[i:]), true
}
