package importer

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"circumplex.example/runner/internal/answer"
)

func TestCellReader(t *testing.T) {
	r := cellReader{min: 1, max: 6, na: []string{"NA", "-99"}}
	for text, want := range map[string]string{
		"1": "1 ok", "6": "6 ok", " 4\t": "4 ok", "4.0": "4 ok", "4.": "4 ok", "+4": "4 ok", "04": "4 ok", "4e0": "4 ok", "\u00a05": "5 ok", ".4e1": "4 ok",
		"": "0 missing", "  ": "0 missing", "NA": "0 missing", "-99": "0 missing", "na": "0 unparseable",
		"0": "0 out_of_range", "7": "0 out_of_range", "-1": "0 out_of_range", "66": "0 out_of_range", "6.5": "0 out_of_range", "0.5": "0 out_of_range", "1e30": "0 out_of_range",
		"3.5": "0 non_integer", "1.0000000000000000000000001": "0 non_integer",
		"3-4": "0 ambiguous", "3 or 4": "0 ambiguous", "3,4": "0 ambiguous", "4 4": "0 ambiguous", "4.0.1": "0 ambiguous", "1e999": "0 ambiguous",
		"agree": "0 unparseable", "4*": "0 unparseable", "nan": "0 unparseable", "-": "0 unparseable", ".": "0 unparseable", "\u0664": "0 unparseable",
	} {
		n, s := r.read(text)
		if got := fmt.Sprintf("%d %s", n, s); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	r.decimalComma = true
	for text, want := range map[string]string{"4,0": "4 ok", "3,5": "0 non_integer", "3,4,5": "0 ambiguous"} {
		n, s := r.read(text)
		if got := fmt.Sprintf("%d %s", n, s); got != want {
			t.Errorf("decimal comma, %q: %s, want %s", text, got, want)
		}
	}
	zero := cellReader{min: 0, max: 4}
	if n, s := zero.read("-0"); n != 0 || s != statusOK {
		t.Errorf("-0: %d %s", n, s)
	}
}

func TestPattern(t *testing.T) {
	for _, c := range []struct {
		pattern, column string
		item            int
		ok              bool
	}{
		{"q%d", "q7", 7, true}, {"q%d", "q07", 7, false}, {"q%d", "q57", 57, true}, {"q%d", "q", 0, false}, {"q%d", "q-1", 0, false}, {"q%d", "Q1", 0, false},
		{"PVQ_%02d", "PVQ_07", 7, true}, {"PVQ_%02d", "PVQ_7", 7, false}, {"PVQ_%02d", "PVQ_107", 107, true},
		{"i%03d (self)", "i012 (self)", 12, true}, {"%d", "3", 3, true},
	} {
		p, err := parsePattern(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := p.item(c.column); ok != c.ok || ok && n != c.item {
			t.Errorf("%s, %s: %d %v", c.pattern, c.column, n, ok)
		}
	}
	for _, c := range [][2]string{
		{"id,PVQ_01,PVQ_02,PVQ_10", "PVQ_%02d"}, {"v1,v2,w1", "v%d"}, {"item1_a,item2_a", "item%d_a"}, {"a,b", ""}, {"q1", ""},
	} {
		if got := suggest(strings.Split(c[0], ",")); got != c[1] {
			t.Errorf("%s: suggests %q, want %q", c[0], got, c[1])
		}
	}
}

// What raw_answer holds is valid, trimmed and bounded, also where a cell is a
// whole essay.
func TestClip(t *testing.T) {
	for _, text := range []string{"", " a ", strings.Repeat("ä", 300), strings.Repeat("\xff", 300), "x" + strings.Repeat("ä", 300)} {
		got := clip(text)
		if len(got) > answer.MaxRaw || !utf8.ValidString(got) || !strings.HasPrefix(strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD"), got) {
			t.Errorf("%.20q: %q", text, got)
		}
	}
}

// readAll opens a CSV text and reads its rows.
func readAll(data []byte) (header []string, rows [][]string, err error) {
	p, err := parsePattern("q%d")
	if err != nil {
		return nil, nil, err
	}
	src, err := openCSV("f.csv", data, p)
	if err != nil {
		return nil, nil, err
	}
	for r, err := range src.rows(nil) {
		if err != nil {
			return nil, nil, err
		}
		for i := range r.cells {
			if pl := r.place(i); pl.Line < 1 || pl.Col < 1 {
				return nil, nil, fmt.Errorf("no place: %v", pl)
			}
		}
		_ = r.place(-1)
		if r.number != len(rows)+1 {
			return nil, nil, fmt.Errorf("row %d after %d", r.number, len(rows))
		}
		rows = append(rows, slices.Clone(r.cells))
	}
	return src.header, rows, nil
}

// FuzzCSV: any bytes are read without a panic, and every record that is there,
// by a reader of its own kind, is a row.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		"q1,q2\n1,2\n", "q1;q2\r\n1;2\r\n\r\n3;4", "\ufeffq1\tq2\n1\t2\n", "\"q1\",\"q\n2\"\n\"1\",\"2\"\"\"\n", "sep=;\nq1;q2\n1;2\n",
		"q1\n\n1\n", "q1\n\"\"\n", "q1,q2\n1\n", "q1,q2\n\"1,2\n", "q1\r1\r", "", "\n", "a,b\n\x00,\xff\n", "q1,q2\n,\n,\n", "PAR1", "sep=,\n", "q1\n1\n\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		header, rows, err := readAll(data)
		if err != nil {
			return
		}
		if want, ok := plainRecords(data); ok && want != len(rows)+1 {
			t.Errorf("%d rows and a header, %d records: %q, header %q", len(rows), want, data, header)
		}
	})
}

// plainRecords counts the records of a text without quotes: its lines that are
// not empty.
func plainRecords(data []byte) (n int, ok bool) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.ContainsAny(data, "\"") || bytes.HasPrefix(data, []byte("sep=")) {
		return 0, false
	}
	for l := range strings.SplitSeq(string(data), "\n") {
		if strings.TrimSuffix(l, "\r") != "" {
			n++
		}
	}
	return n, true
}

// FuzzCSVRoundTrip: whatever cells are written, they are read again, none lost
// and none moved.
func FuzzCSVRoundTrip(f *testing.F) {
	f.Add("1", "a,b", "x\ny", uint8(3), uint8(0))
	f.Add("\"", "", ";", uint8(1), uint8(1))
	f.Add("\t", "é", " ", uint8(9), uint8(2))
	f.Fuzz(func(t *testing.T, a, b, c string, n, d uint8) {
		cells := []string{a, b, c}
		for i := range cells {
			// The reader takes CRLF within a cell for LF, as encoding/csv says it does.
			cells[i] = strings.ReplaceAll(strings.ToValidUTF8(cells[i], "?"), "\r", "")
		}
		var buf bytes.Buffer
		w := csv.NewWriter(&buf)
		w.Comma = delimiters[int(d)%len(delimiters)].comma
		w.UseCRLF = n%2 == 0
		records := [][]string{{"q1", "q2", "q3"}}
		for i := range int(n % 16) {
			records = append(records, []string{cells[i%3], cells[(i+1)%3], cells[(i+2)%3]})
		}
		if err := w.WriteAll(records); err != nil {
			t.Skip(err)
		}
		header, rows, err := readAll(buf.Bytes())
		if err != nil {
			t.Fatalf("%v: %q", err, buf.Bytes())
		}
		if got := append([][]string{header}, rows...); !slices.EqualFunc(got, records, slices.Equal) {
			t.Errorf("%q: got %q, want %q", buf.Bytes(), got, records)
		}
	})
}

// FuzzCell: a cell is ok only if it is one whole number of the scale, written
// in some way.
func FuzzCell(f *testing.F) {
	for _, s := range []string{"4", "4.0", "3-4", "1e1", "+.0", "99999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, comma := range []bool{false, true} {
			n, s := cellReader{min: 1, max: 6, decimalComma: comma}.read(text)
			if s == statusOK && (n < 1 || n > 6 || !strings.ContainsAny(text, "123456")) || s != statusOK && n != 0 {
				t.Errorf("%q: %d %s", text, n, s)
			}
			if (s == statusMissing) != (strings.TrimSpace(text) == "") {
				t.Errorf("%q: %s", text, s)
			}
		}
	})
}
