package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// body is the page of a document: its Markdown, and beside it the same headings
// and grids as they were given, for LaTeX.
type body struct {
	strings.Builder
	blocks  []block
	section string // the heading of the section
	under   string // the heading that the next grid stands under
}

// block is one grid under the heading that stands over it.
type block struct {
	heading string
	grid    grid
}

// longCell is the width in characters from which a column breaks its lines. Up
// to it, pageWidth characters of \footnotesize fit on an A4 or letter page, so
// that a grid is split where Markdown splits it.
const longCell = 34

// latexHead says what the file needs.
const latexHead = `%% %s
%% Put  \usepackage{array,booktabs,longtable}  into the preamble, then  \input{%s.tex}
%% Characters that pdfLaTeX does not have are set by XeLaTeX and LuaLaTeX.
`

// latex is the document as longtables in the manner of booktabs, all of them
// under one number, with the notes below the last. It is a fragment to \input.
func (d *document) latex(name, banner string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, latexHead, strings.Join(strings.Fields(latexComment(d.title)), " "), name)
	b.WriteString("\\begingroup\\footnotesize\\setlength{\\tabcolsep}{2.5pt}\\sloppy\n")
	first := true
	for _, k := range d.body.blocks {
		for _, columns := range k.grid.parts(k.grid.latexWidths(), pageWidth) {
			k.grid.longtable(&b, columns, d.caption(name, banner, k.heading, first))
			first = false
		}
	}
	d.latexNotes(&b, banner)
	b.WriteString("\\endgroup\n")
	return b.Bytes()
}

// caption is that of one part, with what is simulated said first. Only the
// first part is numbered anew, labelled and listed. LaTeX counts tables itself,
// so the paper's number goes behind the title.
func (d *document) caption(name, banner, heading string, first bool) string {
	title := d.title
	if number, rest, ok := strings.Cut(title, ". "); ok && strings.HasPrefix(number, "Table") {
		title = rest + " (" + number + " of the paper)"
	}
	mark, tail := "", ""
	if simulated, _, ok := strings.Cut(banner, "."); ok {
		mark = `\textbf{` + latexText(simulated) + `.} `
	}
	if heading != "" {
		tail = " " + latexText(heading) + "."
	}
	if first {
		return "\\caption{" + mark + latexText(title) + "." + tail + "}\\label{tab:" + name + "}"
	}
	return "\\caption[]{" + mark + "(Continued.)" + tail + "}"
}

// latexNotes writes the banner, the reasons of NA cells and the notes.
func (d *document) latexNotes(b *bytes.Buffer, banner string) {
	if len(d.body.blocks) == 0 {
		fmt.Fprintf(b, "\\noindent\\textbf{%s}\n", latexText(d.title))
	}
	b.WriteString("\\par\\noindent\\emph{Notes.}\n")
	if banner != "" {
		b.WriteString(latexLines(`\textbf{` + latexText(banner) + `}`))
	}
	for i, f := range d.feet {
		b.WriteString(latexLines(latexText(fmt.Sprintf("NA [%d]: %s.", i+1, strings.TrimSuffix(f, ".")))))
	}
	for _, n := range d.notes {
		b.WriteString(latexLines(latexText(n)))
	}
	b.WriteString("\\par\n")
}

// latexLines breaks a note into lines that a person can read.
func latexLines(s string) string { return wrap(s, "") + "\n" }

// longtable writes some columns of a grid.
func (g *grid) longtable(b *bytes.Buffer, columns []int, caption string) {
	if strings.HasPrefix(caption, `\caption[]`) {
		b.WriteString("\\addtocounter{table}{-1}\n")
	}
	b.WriteString("\\begin{longtable}{@{}" + g.columnSpec(columns) + "@{}}\n" + caption + `\\` + "\n")
	header := latexRow(g.header, columns)
	b.WriteString("\\toprule\n" + header + "\\midrule\n\\endfirsthead\n")
	b.WriteString("\\toprule\n" + header + "\\midrule\n\\endhead\n\\bottomrule\n\\endlastfoot\n")
	for _, r := range g.rows {
		b.WriteString(latexRow(r, columns))
	}
	b.WriteString("\\end{longtable}\n")
}

// latexWidths are the widths of the columns where long cells break.
func (g *grid) latexWidths() []int {
	widths := g.widths()
	for i := range widths {
		widths[i] = min(widths[i], longCell)
	}
	return widths
}

// columnSpec aligns words left and numbers right; long words break.
func (g *grid) columnSpec(columns []int) string {
	widths := g.widths()
	var b strings.Builder
	for _, c := range columns {
		switch {
		case widths[c] > longCell:
			b.WriteString(`>{\raggedright\arraybackslash}p{15em}`)
		case c < g.fixed:
			b.WriteByte('l')
		default:
			b.WriteByte('r')
		}
	}
	return b.String()
}

// latexRow writes one row. A row must not begin with a star or a bracket, which
// would belong to the \\ before it; latexText sees to brackets.
func latexRow(row []string, columns []int) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = latexCell(row[c])
	}
	if strings.HasPrefix(cells[0], "*") {
		cells[0] = "{}" + cells[0]
	}
	return strings.Join(cells, " & ") + " \\\\\n"
}

// latexCell is the text of a cell; a minus before a digit is a minus.
func latexCell(s string) string {
	if len(s) > 1 && s[0] == '-' && s[1] >= '0' && s[1] <= '9' {
		return "$-$" + latexText(s[1:])
	}
	return latexText(s)
}

// latexSpecial are the characters that LaTeX reads otherwise, and those of ours
// that its fonts do not have as they stand.
var latexSpecial = map[rune]string{
	'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '%': `\%`, '_': `\_\allowbreak{}`,
	'^': `\textasciicircum{}`, '~': `\textasciitilde{}`, '<': `\textless{}`, '>': `\textgreater{}`, '|': `\textbar{}`,
	'[': `{[}`, ']': `{]}`, '`': `\textasciigrave{}`, '\'': `{'}`,
	'†': `\dag{}`, '‡': `\ddag{}`, '§': `\S{}`, '–': `--`, '—': `---`, '…': `\ldots{}`, '“': "``", '”': `''`, '‘': `{\textquoteleft}`, '’': `{\textquoteright}`,
	'−': `\ensuremath{-}`, '×': `\ensuremath{\times}`, '±': `\ensuremath{\pm}`, '≤': `\ensuremath{\le}`, '≥': `\ensuremath{\ge}`, '·': `\ensuremath{\cdot}`,
	'√': `\ensuremath{\surd}`, '°': `\textdegree{}`, '²': `\textsuperscript{2}`, '³': `\textsuperscript{3}`, 'µ': `\ensuremath{\mu}`,
	'α': `\ensuremath{\alpha}`, 'ρ': `\ensuremath{\rho}`, 'π': `\ensuremath{\pi}`, 'φ': `\ensuremath{\varphi}`, 'χ': `\ensuremath{\chi}`, '\u00a0': `~`,
}

// latexText makes text safe in LaTeX: on one line, every special character
// escaped, no ligature of dashes, no command of a level's or a model's name.
func latexText(s string) string {
	var b strings.Builder
	last := ' '
	for _, r := range s {
		special, ok := latexSpecial[r]
		switch {
		case ok:
			b.WriteString(special)
		case r == '\n' || r == '\t' || r == '\r':
			b.WriteByte(' ')
		case r == '"' && (unicode.IsSpace(last) || last == '('):
			b.WriteString("``")
		case r == '"':
			b.WriteString("''")
		case strings.ContainsRune("-,!?", r) && (last == r || last == '!' || last == '?'):
			b.WriteString("{}" + string(r)) // no ligature
		case r < ' ' || r >= 0x7f && r < 0xa0:
			continue
		case r < 0x7f || unicode.Is(unicode.Latin, r) && r < 0x17f && !strings.ContainsRune("ĸŉŀĿħĦŧŦªº", r):
			b.WriteRune(r)
		case unicode.IsPrint(r) && r != utf8.RuneError:
			fmt.Fprintf(&b, "{\\ifdefined\\Umathchar %c\\else{[}U+%04X{]}\\fi}", r, r)
		default:
			fmt.Fprintf(&b, "{[}U+%04X{]}", r)
		}
		last = r
	}
	return b.String()
}

// latexComment is text for a comment: one line.
func latexComment(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
}
