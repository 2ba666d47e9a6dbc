package tabular

import (
	"fmt"
	"io"
	"strings"
)

// Codebook writes what the tables hold, as Markdown: a section a table, a line
// a column.
func Codebook(w io.Writer, title string, schemas ...Schema) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", title)
	for _, s := range schemas {
		fmt.Fprintf(&b, "\n## %s.parquet\n\n%s\n\n", s.Name, s.Doc)
		b.WriteString("| column | type | missing | meaning |\n|---|---|---|---|\n")
		for _, c := range s.Columns {
			null := "never"
			if c.Nullable {
				null = "null"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", MarkdownCell(c.Name), c.Type, null, MarkdownCell(c.Doc))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// MarkdownCell makes text safe inside a Markdown table: one line, no bar that
// would end the cell, nothing that begins an HTML tag, no control characters.
func MarkdownCell(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case r < ' ' || r >= 0x7f && r < 0xa0:
		case r == '|':
			b.WriteString(`\|`)
		case r == '<' && beginsTag(s[i+1:]):
			b.WriteString("&lt;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// beginsTag tells whether a < before rest would be read as HTML; "<.001" is not.
func beginsTag(rest string) bool {
	if rest == "" {
		return false
	}
	c := rest[0]
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '/' || c == '!' || c == '?'
}
