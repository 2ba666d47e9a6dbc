package importer

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"circumplex.example/schema/diag"
)

var delimiters = []struct {
	comma rune
	name  string
}{{',', "comma"}, {';', "semicolon"}, {'\t', "tab"}, {'|', "pipe"}}

// openCSV reads RFC 4180: UTF-8 with or without byte order mark, quoted fields,
// lines that end in LF or CRLF; cells separated by comma, semicolon, tab or |,
// whichever the header shows. A first line such as sep=; is taken as said.
func openCSV(path string, data []byte, p pattern) (*source, error) {
	if err := checkText(path, data); err != nil {
		return nil, err
	}
	c := &csvFile{path: absolute(path), data: bytes.TrimPrefix(data, []byte("\ufeff"))}
	c.declared()
	header, name, err := c.detect(p.count)
	if err != nil {
		return nil, err
	}
	return &source{format: "CSV, " + name + "-separated", decimalComma: c.comma != ',', header: header, rows: c.rows}, nil
}

// checkText refuses what is no UTF-8 text, saying what it looks like.
func checkText(path string, data []byte) error {
	save := "save it as CSV in UTF-8"
	if f := foreign(data); f != nil {
		return problem(path, diag.Problem{What: "this is " + f.what + ", neither CSV nor Parquet", Mend: save + f.how})
	}
	switch {
	case len(data) == 0:
		return problem(path, diag.Problem{What: "the file is empty", Mend: "give a file with a header and one row a respondent"})
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return problem(path, diag.Problem{What: "the text is UTF-16, not UTF-8", Mend: save})
	case !utf8.Valid(data):
		at, line := invalidAt(data)
		return problem(path, diag.Problem{Place: diag.Place{File: absolute(path), Line: line}, What: fmt.Sprintf("byte %d of the file is not UTF-8", at+1),
			Mend: save + ", for example  iconv -f latin1 -t utf-8 OLD.csv > NEW.csv"})
	case !bytes.ContainsRune(data, '\n') && bytes.ContainsRune(data, '\r'):
		return problem(path, diag.Problem{What: "the lines end in CR alone", Mend: "save it with lines that end in LF or CRLF"})
	}
	return nil
}

// format is a kind of file that is often taken for a table of text.
type format struct{ begin, what, how string }

var foreignFormats = []format{
	{"PK\x03\x04", "a workbook or an archive", ""},
	{"\xd0\xcf\x11\xe0", "a workbook or an archive", ""},
	{"$FL2", "a file of SPSS", ", with the numbers of the answers and not their labels; in R:  write.csv(haven::read_sav(\"OLD.sav\"), \"NEW.csv\", row.names = FALSE)"},
	{"$FL3", "a file of SPSS", ", with the numbers of the answers and not their labels"},
	{"<stata_dta>", "a file of Stata", "; in R:  write.csv(haven::read_dta(\"OLD.dta\"), \"NEW.csv\", row.names = FALSE)"},
	{"\x1f\x8b", "a compressed file, as R's .rds is", "; in R:  write.csv(readRDS(\"OLD.rds\"), \"NEW.csv\", row.names = FALSE)"},
}

// foreign tells what a file is that is no text; nil if it may be text.
func foreign(data []byte) *format {
	for i := range foreignFormats {
		if bytes.HasPrefix(data, []byte(foreignFormats[i].begin)) {
			return &foreignFormats[i]
		}
	}
	return nil
}

func invalidAt(data []byte) (at, line int) {
	at = diag.InvalidUTF8(data)
	return at, 1 + bytes.Count(data[:at], []byte("\n"))
}

// csvFile is a CSV file in memory.
type csvFile struct {
	path string
	data []byte
	// first is the number of lines before the header.
	first int
	comma rune // 0 until it is known
	width int  // fields of the header
}

// declared takes the first line sep=X, which spreadsheets write and read.
func (c *csvFile) declared() {
	line, rest, found := bytes.Cut(c.data, []byte("\n"))
	sep, ok := strings.CutPrefix(strings.TrimSuffix(string(line), "\r"), "sep=")
	if !found || !ok {
		return
	}
	for _, d := range delimiters {
		if sep == string(d.comma) {
			c.comma, c.data, c.first = d.comma, rest, 1
		}
	}
}

func (c *csvFile) reader(comma rune) *csv.Reader {
	r := csv.NewReader(bytes.NewReader(c.data))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = comma, -1, true
	return r
}

// detect chooses the delimiter that gives the header the most columns that are
// known, and of equals the one that gives it the most columns.
func (c *csvFile) detect(known func(header []string) int) (header []string, name string, err error) {
	var firstErr error
	best, chosen := -1, c.comma
	for _, d := range delimiters {
		if c.comma != 0 && c.comma != d.comma {
			continue
		}
		fields, err := c.reader(d.comma).Read()
		if err != nil {
			firstErr = cmp.Or(firstErr, err)
			continue
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		if score := known(fields)<<32 + len(fields); score > best {
			best, header, name, chosen = score, fields, d.name, d.comma
		}
	}
	if best < 0 {
		return nil, "", c.syntax(firstErr)
	}
	c.comma, c.width = chosen, len(header)
	return header, name, nil
}

// syntax is a problem that ends the reading.
func (c *csvFile) syntax(err error) error {
	var pe *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
		return problem(c.path, diag.Problem{What: "the file holds no header", Mend: "let its first row name the columns"})
	case !errors.As(err, &pe):
		return unreadable(c.path, err)
	}
	p := diag.Problem{Place: diag.Place{File: c.path, Line: pe.Line + c.first, Col: pe.Column}, What: pe.Err.Error(),
		Mend: `put a cell that holds a quote in quotes, and write the quote twice: "so ""called"""`}
	if errors.Is(pe.Err, csv.ErrQuote) {
		p.What = fmt.Sprintf("a quoted cell that begins in line %d does not end where it should", pe.StartLine+c.first)
	} else if errors.Is(pe.Err, csv.ErrBareQuote) {
		p.What = "a quote within a cell that is not quoted"
	}
	return problem(c.path, p)
}

// rows yields every row after the header. A row of another width than the
// header is yielded as it is; the reader of rows reports it. Empty lines are no
// rows, but where there is one column only it cannot be told whether they are.
func (c *csvFile) rows(_ []int) iter.Seq2[row, error] {
	return func(yield func(row, error) bool) {
		r := c.reader(c.comma)
		var width int
		place := func(column int) diag.Place {
			line, col := r.FieldPos(max(0, min(column, width-1)))
			return diag.Place{File: c.path, Line: line + c.first, Col: col}
		}
		for n := 0; ; n++ {
			from := r.InputOffset()
			cells, err := r.Read()
			if n > 0 && c.width == 1 && emptyLine(c.data[from:r.InputOffset()], err) {
				yield(row{}, problem(c.path, diag.Problem{
					Place: diag.Place{File: c.path, Line: c.first + 1 + bytes.Count(c.data[:from], []byte("\n"))},
					What:  "a line is empty", Why: "with one column only, it cannot be told whether it is a row", Mend: `write an empty cell as ""`}))
				return
			}
			if err == io.EOF {
				return
			}
			if err != nil {
				yield(row{}, c.syntax(err))
				return
			}
			width = len(cells)
			if n > 0 && !yield(row{number: n, cells: cells, place: place}, nil) {
				return
			}
		}
	}
}

// emptyLine tells whether an empty line stands before the record that was read
// from this text, or before the end of the file.
func emptyLine(text []byte, err error) bool {
	return len(text) > 0 && (text[0] == '\n' || bytes.HasPrefix(text, []byte("\r\n"))) || errors.Is(err, io.EOF) && len(text) > 0
}
