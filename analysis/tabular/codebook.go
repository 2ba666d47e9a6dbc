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
// would end the cell, no HTML, no control characters.
func MarkdownCell(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case r < ' ' || r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, s)
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;").Replace(s)
}
