package page

import (
	"encoding/base64"
	"errors"
	"html/template"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// document is one table for readers, analysis/tables/NAME.md with NAME.csv.
type document struct {
	Name, Title string
	Parts       []part
	Notes       []string
	CSV         template.URL // empty: there is no CSV
	Bytes       int
}

// part is a heading or a grid of cells.
type part struct {
	Heading string
	Header  []string
	Words   int // columns of words, before those of numbers
	Rows    [][]string
}

// tableOrder is that of the paper; tables it does not name come after.
var tableOrder = []string{"table1_ssd", "table2_4_means", "table5_batch_sequential", "spearman", "structure_fit", "uncertainty", "differences",
	"figure6_batch_sequential", "sensitivity", "anchor_shift", "variance", "cronbach_alpha", "data_quality", "served_models", "missing_by_item"}

// outputs lists the files of the analysis in a folder that end in ending, by
// the manifest, so that what an earlier run left is not shown. Where the
// manifest names no file of the folder, those that stand there are taken.
func (s *source) outputs(folder, ending string) []string {
	var names []string
	for name := range s.analysis.Outputs {
		if base, ok := strings.CutPrefix(name, folder+"/"); ok && strings.HasSuffix(base, ending) && filepath.IsLocal(filepath.FromSlash(name)) {
			names = append(names, base)
		}
	}
	if len(names) == 0 {
		entries, _ := os.ReadDir(filepath.Join(s.dir, "analysis", folder)) // none is none
		for _, e := range entries {
			if !e.IsDir() && strings.HasSuffix(e.Name(), ending) {
				names = append(names, e.Name())
			}
		}
	}
	slices.Sort(names)
	return names
}

// documents reads the tables for readers.
func (s *source) documents() ([]document, error) {
	names := s.outputs("tables", ".md")
	rank := func(name string) int {
		if i := slices.Index(tableOrder, strings.TrimSuffix(name, ".md")); i >= 0 {
			return i
		}
		return len(tableOrder)
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	var out []document
	for _, name := range names {
		b, err := os.ReadFile(filepath.Join(s.dir, "analysis", "tables", name))
		if err != nil {
			return nil, err
		}
		d := parseDocument(string(b))
		d.Name = strings.TrimSuffix(name, ".md")
		if d.Title == "" {
			d.Title = d.Name
		}
		csv, err := os.ReadFile(filepath.Join(s.dir, "analysis", "tables", d.Name+".csv"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err == nil {
			d.CSV, d.Bytes = dataURI("text/csv;charset=utf-8", csv), len(csv)
		}
		out = append(out, d)
	}
	return out, nil
}

// dataURI is a file as an address.
func dataURI(kind string, data []byte) template.URL {
	return template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)) //nolint:gosec // base64 holds nothing to escape
}

// parseDocument reads the Markdown that the analysis writes: a title, headings,
// grids and lists of notes. The quotation that says SIMULATED is left out: the
// page has its own.
func parseDocument(text string) document {
	var d document
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "# "):
			d.Title = plain(line[2:])
		case strings.HasPrefix(line, "## "), strings.HasPrefix(line, "### "):
			d.Parts = append(d.Parts, part{Heading: plain(strings.TrimLeft(line, "#"))})
		case strings.HasPrefix(line, "- "):
			d.Notes = append(d.Notes, plain(line[2:]))
		case strings.HasPrefix(line, "  ") && len(d.Notes) > 0:
			d.Notes[len(d.Notes)-1] += " " + plain(line)
		case strings.HasPrefix(line, "|"):
			end := i
			for end < len(lines) && strings.HasPrefix(lines[end], "|") {
				end++
			}
			d.add(grid(lines[i:end]))
			i = end - 1
		}
	}
	return d
}

// add appends a grid, or joins it to the one before if it is the
// continuation of that to the right.
func (d *document) add(p part) {
	if n := len(d.Parts); n > 0 && d.Parts[n-1].joins(p) {
		q := &d.Parts[n-1]
		q.Header = append(q.Header, p.Header[p.Words:]...)
		for i := range q.Rows {
			q.Rows[i] = append(q.Rows[i], p.Rows[i][p.Words:]...)
		}
		return
	}
	d.Parts = append(d.Parts, p)
}

func (p *part) joins(q part) bool {
	if p.Header == nil || p.Words != q.Words || p.Words == 0 || len(p.Rows) != len(q.Rows) || !slices.Equal(p.Header[:p.Words], q.Header[:q.Words]) {
		return false
	}
	for i := range p.Rows {
		if !slices.Equal(p.Rows[i][:p.Words], q.Rows[i][:q.Words]) {
			return false
		}
	}
	return true
}

// grid reads the lines of a Markdown table.
func grid(lines []string) part {
	p := part{Header: cells(lines[0])}
	rest := lines[1:]
	if len(rest) > 0 && strings.Trim(rest[0], "|-: ") == "" {
		for _, c := range cells(rest[0]) {
			if strings.HasSuffix(c, ":") {
				break
			}
			p.Words++
		}
		rest = rest[1:]
	}
	for _, line := range rest {
		row := cells(line)
		for len(row) < len(p.Header) {
			row = append(row, "")
		}
		p.Rows = append(p.Rows, row[:len(p.Header)])
	}
	p.Words = min(p.Words, len(p.Header))
	return p
}

// cells splits a line of a table at the bars that are not escaped.
func cells(line string) []string {
	line = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "|"), "|")
	var out []string
	from := 0
	for i := range len(line) {
		if line[i] == '|' && (i == 0 || line[i-1] != '\\') {
			out, from = append(out, plain(line[from:i])), i+1
		}
	}
	return append(out, plain(line[from:]))
}

// plain undoes the escapes of tabular.MarkdownCell.
func plain(s string) string {
	return clean(strings.TrimSpace(strings.NewReplacer(`\|`, "|", "&lt;", "<").Replace(s)))
}
