package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// wordingColumns are what a column can mean, and the names that say so, as
// columnName writes them.
var wordingColumns = []struct {
	field string
	names []string
}{
	{"number", []string{"number", "no", "nr", "nummer", "item", "item_number", "item_no", "item_nr", "itemnummer"}},
	{"female", []string{"female", "f", "woman", "text_female", "female_text", "weiblich", "w", "frau", "text_weiblich"}},
	{"male", []string{"male", "m", "man", "text_male", "male_text", "maennlich", "mann", "text_maennlich"}},
	{"neutral", []string{"neutral", "n", "text", "wording", "item_text", "text_neutral", "neutral_text", "wortlaut", "itemtext"}},
	{"value", []string{"value", "subscale", "code", "wert", "subskala"}},
	{"reverse", []string{"reverse", "reversed", "reverse_keyed", "umgepolt", "invertiert"}},
}

var columnReplacer = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", " ", "_", "-", "_", ".", "_")

// columnName is a header's name in the form of the table above: Männlich and
// maennlich, Item Nr. and item_nr are one.
func columnName(s string) string {
	return strings.Trim(columnReplacer.Replace(strings.ToLower(strings.TrimSpace(s))), "_")
}

// meaning says what a column with a name is, "" for nothing known.
func meaning(header string) string {
	name := columnName(header)
	for _, c := range wordingColumns {
		if slices.Contains(c.names, name) {
			return c.field
		}
	}
	return ""
}

func knownColumns(header []string) int {
	n := 0
	for _, h := range header {
		if meaning(h) != "" {
			n++
		}
	}
	return n
}

// wording is a questionnaire while it is read.
type wording struct {
	job      InstrumentJob
	path     string
	csv      *csvFile
	header   []string
	column   map[string]int // what a column means to its index
	ignored  []string
	items    []*wordingItem
	rows     int // read, those that cannot be taken included
	cleaned  int
	values   []schema.Value
	problems diag.List
	notes    []string
}

// wordingItem is one row: an item and where it stands.
type wordingItem struct {
	number  int
	value   string
	reverse bool
	texts   map[string]string
	place   map[string]diag.Place // by what the column means
}

func (w *wording) fail(place diag.Place, what, why, mend string) {
	w.problems.Add(diag.Problem{Place: place, What: what, Why: why, Mend: mend})
}

// columns finds out what each column is: by --column, else by its name.
func (w *wording) columns(header []string) error {
	w.header, w.column = header, map[string]int{}
	head := diag.Place{File: w.path, Line: w.csv.first + 1}
	fields := []string{}
	for _, c := range wordingColumns {
		fields = append(fields, c.field)
	}
	for field, name := range w.job.Columns {
		if !slices.Contains(fields, field) {
			return usagef(diag.DidYouMean(field, fields), "--column %s=%s: a column cannot mean %q", field, name, field)
		}
		i := slices.Index(header, name)
		if i < 0 {
			w.fail(head, fmt.Sprintf("there is no column %q", name), "--column "+field+"="+name+" asks for it", diag.DidYouMean(name, header))
			continue
		}
		w.column[field] = i
	}
	for i, name := range header {
		field := meaning(name)
		chosen, named := w.job.Columns[field], w.job.Columns[field] != ""
		switch first, taken := w.column[field]; {
		case slices.ContainsFunc(fields, func(f string) bool { j, ok := w.column[f]; return ok && j == i }):
		case field == "" || named && chosen != name:
			if name != "" {
				w.ignored = append(w.ignored, name)
			}
		case taken:
			w.fail(head, fmt.Sprintf("columns %q and %q both look like the %s", header[first], name, columnTitle(field)), "",
				fmt.Sprintf("say which:  --column %s=%s", field, header[first]))
		default:
			w.column[field] = i
		}
	}
	w.columnsMissing(head)
	if w.problems.HasErrors() {
		return w.problems.Sorted()
	}
	return nil
}

// columnTitle is what a column of a kind is called in a message.
func columnTitle(field string) string {
	switch field {
	case "number":
		return "item number"
	case "value":
		return "value"
	case "reverse":
		return "mark of reverse-keyed items"
	}
	return field + " text"
}

func (w *wording) columnsMissing(head diag.Place) {
	need := func(what, why string, fields ...string) {
		for _, f := range fields {
			if _, ok := w.column[f]; ok || w.job.Columns[f] != "" {
				return // there, or asked for and told to be missing
			}
		}
		for _, name := range w.ignored {
			for _, c := range wordingColumns {
				if near := diag.Nearest(columnName(name), c.names); near != "" && slices.Contains(fields, c.field) {
					w.fail(head, what, why, fmt.Sprintf("is it %q? then  --column %s=%s", Printable(name), c.field, Printable(name)))
					return
				}
			}
		}
		w.fail(head, what, why, fmt.Sprintf("name it:  --column %s=NAME ; the columns are %s", fields[len(fields)-1], Printable(strings.Join(w.header, ", "))))
	}
	need("no column holds the numbers of the items", "", "number")
	need("no column holds the texts of the items", "", "female", "male", "neutral")
	if w.job.Key == nil {
		need("no column says which value an item measures", "without it, the key of another instrument has to say so:  --key", "value")
	}
}

// read reads the rows. Its error ends the reading; what is wrong with cells is
// among the problems.
func (w *wording) read() error {
	for r, err := range w.csv.rows(nil) {
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(r.cells, func(c string) bool { return strings.TrimSpace(c) != "" }) {
			continue
		}
		w.rows++
		if len(r.cells) != len(w.header) {
			w.fail(r.place(0), fmt.Sprintf("row %d has %d cells, the header has %d", r.number, len(r.cells), len(w.header)), "",
				"put a text that holds the separator in quotes, or add the cell that is missing")
			continue
		}
		w.row(r)
	}
	if w.rows == 0 && !w.problems.HasErrors() {
		w.fail(diag.Place{File: w.path, Line: w.csv.first + 1}, "there is no row below the header", "", "write one row an item")
	}
	return nil
}

// itemNumber is a whole number, also as spreadsheets write it (1.0), or with a
// name before it (q1, PVQ_01, Item 1).
var itemNumber = regexp.MustCompile(`^(?:[\pL_][\pL_ .-]*)?([0-9]{1,6})(?:\.0*)?$`)

func (w *wording) row(r row) {
	it := &wordingItem{texts: map[string]string{}, place: map[string]diag.Place{}}
	cell := func(field string) (string, bool) {
		i, ok := w.column[field]
		if !ok {
			return "", false
		}
		it.place[field] = r.place(i)
		return r.cells[i], true
	}
	number, _ := cell("number")
	m := itemNumber.FindStringSubmatch(strings.TrimSpace(number))
	if m == nil {
		w.fail(it.place["number"], fmt.Sprintf("row %d: %q is no item number", r.number, number), "", "write a whole number from 1")
		return
	}
	it.number, _ = strconv.Atoi(m[1]) // six digits at most
	if it.number == 0 {
		w.fail(it.place["number"], fmt.Sprintf("row %d: items are numbered from 1, and this is 0", r.number), "", "renumber the items, and the key with them")
		return
	}
	for _, f := range forms {
		if text, ok := cell(f); ok && (w.job.Forms == nil || slices.Contains(w.job.Forms, f)) {
			it.texts[f] = w.text(it, f, text)
		}
	}
	if v, ok := cell("value"); ok {
		it.value = strings.TrimSpace(v)
	}
	it.reverse = slices.Contains(w.job.Reverse, it.number)
	if mark, ok := cell("reverse"); ok {
		reversed, known := truth(mark)
		if !known {
			w.fail(it.place["reverse"], fmt.Sprintf("item %d: %q does not say whether the item is reverse-keyed", it.number, mark), "", "write 1 or 0, yes or no, or nothing for no")
		}
		it.reverse = it.reverse || reversed
	}
	w.items = append(w.items, it)
}

// truth reads yes and no.
func truth(s string) (yes, known bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "1", "yes", "y", "true", "x", "r", "ja", "j":
		return true, true
	case "", "0", "no", "n", "false", "-", "nein":
		return false, true
	}
	return false, false
}
