package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"

	"circumplex.example/runner/internal/diff"
)

// marked is text in which what an author wrote stands between marks. An author
// cannot write the marks: they are control characters, which said and named make
// visible.
type marked string

const (
	markSaid  = '\x01' // a text: in quotes
	markNamed = '\x03' // a name, a number, a value
	markEnd   = '\x02'
)

// said marks a text of an author's, named a name of theirs.
func said(s string) string  { return string(markSaid) + visible(s) + string(markEnd) }
func named(s string) string { return string(markNamed) + visible(s) + string(markEnd) }

// longest is how much of one text is shown.
const longest = 400

// visible writes what does not print, such as a control sequence, a line end or a
// mark that turns the direction of writing, as its escape.
func visible(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > longest {
			fmt.Fprintf(&b, "... (%s more)", count(len([]rune(s))-longest, "character"))
			break
		}
		if unicode.IsPrint(r) {
			b.WriteRune(r)
		} else {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
	}
	return b.String()
}

// text renders marked text for a terminal.
func (m marked) text() string {
	var b strings.Builder
	quoted := false
	for _, r := range string(m) {
		switch {
		case r == markSaid:
			quoted = true
			b.WriteByte('"')
		case r == markNamed:
			quoted = false
		case r == markEnd && quoted:
			b.WriteByte('"')
		case r == markEnd:
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// around is how many words are shown beside a change.
const around = 7

// wordDiff renders runs of words: [-removed-] {+added+}, with what is far from a
// change left out.
func wordDiff(words []diff.Word) string {
	var b strings.Builder
	for i, w := range words {
		switch w.Op {
		case "-":
			b.WriteString("[-" + visible(w.Text) + "-]")
		case "+":
			b.WriteString("{+" + visible(w.Text) + "+}")
		default:
			b.WriteString(visible(elide(w.Text, i > 0, i+1 < len(words))))
		}
	}
	return b.String()
}

// elide keeps the words of a run that stand next to a change.
func elide(s string, before, after bool) string {
	parts := strings.SplitAfter(s, " ")
	keep := 0
	if before {
		keep += around
	}
	if after {
		keep += around
	}
	if len(parts) <= keep+2 {
		return s
	}
	out := "..."
	if before {
		out = strings.Join(parts[:around], "") + out
	}
	if after {
		out += " " + strings.Join(parts[len(parts)-around:], "")
	}
	return out
}

// print renders a difference for a terminal, in 80 columns.
func (v *diffView) print(w io.Writer) error {
	var b strings.Builder
	b.WriteString(v.title.text() + "\n\n")
	b.WriteString(wrap(v.verdict.text(), 0, 0) + "\n")
	for _, s := range v.sections {
		b.WriteString("\n" + s.title + "\n")
		for i, x := range s.blocks {
			if i > 0 && (x.apart() || s.blocks[i-1].apart()) {
				b.WriteByte('\n')
			}
			b.WriteString(x.text())
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// text renders one block below a title.
func (x block) text() string {
	switch {
	case x.head != nil:
		return x.tableText()
	case x.words != nil:
		return wrap(wordDiff(x.words), 2*x.depth+2, 2*x.depth+2) + "\n"
	case x.sign == "":
		return wrap(x.says.text(), 2*x.depth+2, 2*x.depth+2) + "\n"
	}
	return wrap(x.sign+" "+x.says.text(), 2*x.depth+2, 2*x.depth+4) + "\n"
}

func (x block) tableText() string {
	t := newTable(x.names)
	t.AppendHeader(row(x.head))
	for i, r := range x.rows {
		if i > 0 && x.names > 1 && r[0] != "" {
			t.AppendSeparator()
		}
		t.AppendRow(row(r))
	}
	var b strings.Builder
	for line := range strings.SplitSeq(t.Render(), "\n") {
		b.WriteString(strings.TrimRight("  "+line, " ") + "\n")
	}
	return b.String()
}

func row(cells []string) table.Row {
	out := make(table.Row, len(cells))
	for i, c := range cells {
		out[i] = marked(c).text()
	}
	return out
}

// wrap breaks a line at blanks, the first indented by first and the others by
// rest.
func wrap(s string, first, rest int) string {
	var b strings.Builder
	indent, width := first, first
	b.WriteString(strings.Repeat(" ", indent))
	for i, word := range strings.Split(s, " ") {
		n := len([]rune(word))
		if i > 0 {
			if width+1+n > columns {
				b.WriteString("\n" + strings.Repeat(" ", rest))
				width = rest
			} else {
				b.WriteByte(' ')
				width++
			}
		}
		b.WriteString(word)
		width += n
	}
	return b.String()
}
