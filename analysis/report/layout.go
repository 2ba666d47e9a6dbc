package report

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"circumplex.example/analysis/tabular"
)

// pageWidth is the width that a table and its notes keep to where they can.
const pageWidth = 98

// document is one table for readers: Markdown with footnotes and notes, and the
// same numbers as CSV, a row a number.
type document struct {
	title string
	body  body
	feet  []string // reasons of NA cells, by number
	notes []string

	header []string // of the CSV
	rows   [][]string
}

// na is the cell of a statistic that is not available.
func (d *document) na(reason string) string {
	i := slices.Index(d.feet, reason)
	if i < 0 {
		i = len(d.feet)
		d.feet = append(d.feet, reason)
	}
	return fmt.Sprintf("NA [%d]", i+1)
}

// heading begins a section.
func (d *document) heading(s string) {
	d.body.WriteString("\n## " + tabular.MarkdownCell(s) + "\n")
	d.body.section, d.body.under = s, s
}

// subheading names a grid of a section that has several.
func (d *document) subheading(s string) {
	d.body.WriteString("\n### " + tabular.MarkdownCell(s) + "\n")
	d.body.under = d.body.section + ". " + s
}

// markdown is the whole page.
func (d *document) markdown(banner string) []byte {
	var b bytes.Buffer
	b.WriteString("# " + tabular.MarkdownCell(d.title) + "\n")
	if banner != "" {
		b.WriteString("\n" + wrap("**"+banner+"**", "> ") + "\n")
	}
	b.WriteString(d.body.String())
	if len(d.feet) > 0 {
		b.WriteString("\nNot available (NA):\n\n")
		for i, f := range d.feet {
			b.WriteString(wrap(fmt.Sprintf("[%d] %s", i+1, f), "- ") + "\n")
		}
	}
	b.WriteString("\nNotes:\n\n")
	for _, n := range d.notes {
		b.WriteString(wrap(n, "- ") + "\n")
	}
	return b.Bytes()
}

// csv is the same as comma-separated values.
func (d *document) csv() []byte {
	var b bytes.Buffer
	// A bytes.Buffer takes everything.
	_ = tabular.WriteCSV(&b, d.header, d.rows)
	return b.Bytes()
}

// grid is a table of cells. The first fixed columns are words, stand left and
// are repeated where a grid is too wide and goes on below.
type grid struct {
	fixed  int
	header []string
	rows   [][]string
}

// write writes the grid to the page.
func (g *grid) write(b *body) {
	b.blocks = append(b.blocks, block{b.under, *g})
	widths := g.widths()
	for _, columns := range g.parts(widths, pageWidth) {
		g.part(&b.Builder, widths, columns)
	}
}

// widths are the widths of the columns in characters.
func (g *grid) widths() []int {
	widths := make([]int, len(g.header))
	for i := range widths {
		widths[i] = max(3, cellWidth(g.header[i]))
		for _, r := range g.rows {
			widths[i] = max(widths[i], cellWidth(r[i]))
		}
	}
	return widths
}

// parts are the columns of each part of a grid with columns of these widths that
// is to be width characters wide: the fixed ones, and as many of the others as
// there is room for.
func (g *grid) parts(widths []int, width int) [][]int {
	var out [][]int
	for from := g.fixed; from < len(g.header) || from == g.fixed; {
		to := g.fit(widths, from, width)
		columns := make([]int, 0, len(g.header))
		for i := range g.fixed {
			columns = append(columns, i)
		}
		for i := from; i < to; i++ {
			columns = append(columns, i)
		}
		out = append(out, columns)
		from = max(to, from+1)
	}
	return out
}

// fit is the column before which a part that begins with from must end.
func (g *grid) fit(widths []int, from, width int) int {
	total := 1
	for _, w := range widths[:g.fixed] {
		total += w + 3
	}
	to := from
	for to < len(widths) && (to == from || total+widths[to]+3 <= width) {
		total += widths[to] + 3
		to++
	}
	return to
}

// part writes some columns.
func (g *grid) part(b *strings.Builder, widths, columns []int) {
	b.WriteString("\n")
	g.line(b, widths, columns, g.header)
	for _, c := range columns {
		if c < g.fixed {
			b.WriteString("|" + strings.Repeat("-", widths[c]+2))
		} else {
			b.WriteString("|" + strings.Repeat("-", widths[c]+1) + ":")
		}
	}
	b.WriteString("|\n")
	for _, r := range g.rows {
		g.line(b, widths, columns, r)
	}
}

// line writes one row.
func (g *grid) line(b *strings.Builder, widths, columns []int, row []string) {
	for _, c := range columns {
		cell := tabular.MarkdownCell(row[c])
		pad := strings.Repeat(" ", max(0, widths[c]-utf8.RuneCountInString(cell)))
		if c < g.fixed {
			b.WriteString("| " + cell + pad + " ")
		} else {
			b.WriteString("| " + pad + cell + " ")
		}
	}
	b.WriteString("|\n")
}

// cellWidth is the width of a cell as it is written.
func cellWidth(s string) int { return utf8.RuneCountInString(tabular.MarkdownCell(s)) }

// wrap breaks text into lines of pageWidth, the first after prefix. A quotation
// repeats its prefix; other prefixes are replaced by spaces.
func wrap(text, prefix string) string {
	next := strings.Repeat(" ", len(prefix))
	if strings.HasPrefix(prefix, ">") {
		next = prefix
	}
	var b strings.Builder
	line := prefix
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > pageWidth:
			b.WriteString(line + "\n")
			line = next + word
		default:
			line += " " + word
		}
	}
	return b.String() + line
}

// fixed2 prints a number with two decimals, never "-0.00".
func fixed2(x float64) string { return fixedN(x, 2) }

// fixedN prints a number with n decimals, never a negative zero.
func fixedN(x float64, n int) string {
	s := strconv.FormatFloat(x, 'f', n, 64)
	if strings.Trim(s, "-0.") == "" {
		return strings.TrimPrefix(s, "-")
	}
	return s
}

// exact prints a number so that reading it gives it back.
func exact(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// exactOr is the number, or empty unless ok.
func exactOr(x float64, ok bool) string {
	if !ok {
		return ""
	}
	return exact(x)
}

// probability prints a p-value: three decimals without the zero before them.
func probability(p float64) string {
	if p < 0.0005 {
		return "<.001"
	}
	return strings.TrimPrefix(fixedN(p, 3), "0")
}

// stars marks a p-value.
func stars(p float64) string {
	switch {
	case p < 0.001:
		return "***"
	case p < 0.01:
		return "**"
	case p < 0.05:
		return "*"
	}
	return ""
}

// rankWord prints a rank: 3 or 3.5.
func rankWord(r float64) string {
	if r == math.Trunc(r) {
		return fixedN(r, 0)
	}
	return exact(r)
}
