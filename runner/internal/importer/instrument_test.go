package importer

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"circumplex.example/schema"
)

// tidy is a questionnaire of three invented items.
const tidy = "Nr;weiblich;männlich;neutral;Wert;umgepolt\n" +
	"1;Sie räumt auf.;Er räumt auf.;They tidy up.;TID;\n" +
	"2;Sie fragt nach.;Er fragt nach.;They ask again.;CUR;0\n" +
	"3;Sie lässt es liegen.;Er lässt es liegen.;They let it lie.;TID;ja\n"

func tidyJob() InstrumentJob {
	return InstrumentJob{File: "tidy.csv", Name: "tidy", Min: 1, Max: 5, Labels: map[int]string{1: "never", 5: "always"}}
}

func utf16Of(s string, big, mark bool) []byte {
	units := utf16.Encode([]rune(s))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var out []byte
	for _, u := range units {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}

// The same questionnaire is read from every encoding, separator and end of line
// that a spreadsheet writes.
func TestInstrumentFromEveryKindOfCSV(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String(tidy)
	if err != nil {
		t.Fatal(err)
	}
	want := []schema.Item{
		{Number: 1, Value: "TID", Texts: map[string]string{"female": "Sie räumt auf.", "male": "Er räumt auf.", "neutral": "They tidy up."}},
		{Number: 2, Value: "CUR", Texts: map[string]string{"female": "Sie fragt nach.", "male": "Er fragt nach.", "neutral": "They ask again."}},
		{Number: 3, Value: "TID", Reverse: true, Texts: map[string]string{"female": "Sie lässt es liegen.", "male": "Er lässt es liegen.", "neutral": "They let it lie."}},
	}
	for name, c := range map[string]struct {
		data, encoding, format string
	}{
		"semicolon":            {tidy, "", "CSV, semicolon-separated, utf-8"},
		"comma":                {strings.ReplaceAll(tidy, ";", ","), "", "CSV, comma-separated, utf-8"},
		"tab":                  {strings.ReplaceAll(tidy, ";", "\t"), "", "CSV, tab-separated, utf-8"},
		"mark":                 {"\ufeff" + tidy, "", "CSV, semicolon-separated, utf-8"},
		"CRLF":                 {strings.ReplaceAll(tidy, "\n", "\r\n"), "", "CSV, semicolon-separated, utf-8"},
		"sep":                  {"sep=;\n" + tidy, "", "CSV, semicolon-separated, utf-8"},
		"UTF-16 little":        {string(utf16Of(tidy, false, true)), "", "CSV, semicolon-separated, utf-16le"},
		"UTF-16 big":           {string(utf16Of(tidy, true, true)), "", "CSV, semicolon-separated, utf-16be"},
		"UTF-16 without mark":  {string(utf16Of(tidy, false, false)), "utf-16le", "CSV, semicolon-separated, utf-16le"},
		"windows-1252":         {latin, "windows-1252", "CSV, semicolon-separated, windows-1252"},
		"empty rows":           {tidy + ";;;;;\n\n", "", "CSV, semicolon-separated, utf-8"},
		"other names":          {strings.Replace(tidy, "Nr;weiblich;männlich;neutral;Wert", "Item-No.;TEXT female;Maennlich;Wording;subscale", 1), "", "CSV, semicolon-separated, utf-8"},
		"numbers of q1, 2.0":   {strings.NewReplacer("1;Sie", "q01;Sie", "2;Sie", "2.0;Sie", "3;Sie", "Item 3;Sie").Replace(tidy), "", "CSV, semicolon-separated, utf-8"},
		"a column of no use":   {strings.NewReplacer("umgepolt\n", "umgepolt;Quelle\n", "TID;\n", "TID;;x\n", "CUR;0\n", "CUR;0;\n", "ja\n", "ja;\n").Replace(tidy), "", "CSV, semicolon-separated, utf-8"},
		"rows in other order":  {"Nr;weiblich;männlich;neutral;Wert;umgepolt\n" + strings.Join(append(strings.SplitAfter(tidy, "\n")[2:4], strings.SplitAfter(tidy, "\n")[1]), ""), "", "CSV, semicolon-separated, utf-8"},
		"quoted, with newline": {strings.Replace(tidy, "They tidy up.", "\"They tidy up.\"", 1), "", "CSV, semicolon-separated, utf-8"},
	} {
		t.Run(name, func(t *testing.T) {
			job := tidyJob()
			job.Encoding = c.encoding
			res, err := readInstrument(job, []byte(c.data))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(res.Instrument.Items, want); diff != "" {
				t.Error(diff)
			}
			if res.Format != c.format || res.Rows != 3 || len(res.Missing) != 0 {
				t.Errorf("%q, %d rows, missing %v", res.Format, res.Rows, res.Missing)
			}
		})
	}
}

// What is written as CUE is read back as what was imported.
func TestInstrumentAsCUE(t *testing.T) {
	hostile := strings.NewReplacer("They tidy up.", `"They say ""#{\(1)}"" \n and <b>$HOME</b>."`, "They ask again.", "They ask: ''' \"\"\" \\u0041 — и так?").Replace(strings.ReplaceAll(tidy, ";", ","))
	hostile = strings.Replace(hostile, "\"\"\" \\u", `\\u`, 1)
	res, err := readInstrument(tidyJob(), []byte(hostile))
	if err != nil {
		t.Fatal(err)
	}
	res.Instrument.Title, res.Instrument.Circles = `a "title"`, []schema.Circle{{Name: "a b", Order: []string{"TID", "CUR"}}}
	src, err := schema.InstrumentCUE("study", "tidy", "One.\nTwo.", res.Instrument)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "tidy.cue")
	if err := os.WriteFile(file, src, 0o600); err != nil {
		t.Fatal(err)
	}
	in, problems := schema.LoadInstrument(file)
	if problems.HasErrors() {
		t.Fatalf("%v\n%s", problems, src)
	}
	in.Hash = ""
	if diff := cmp.Diff(in, res.Instrument); diff != "" {
		t.Error(diff)
	}
	if again, err := schema.Format("tidy.cue", src); err != nil || !bytes.Equal(again, src) {
		t.Errorf("it is not in the standard form: %v", err)
	}
}

// A key of another instrument gives scale, values, key and circles, and every
// item is held to it.
func TestInstrumentWithKey(t *testing.T) {
	key, problems := schema.LoadInstrument("ten")
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	var b strings.Builder
	b.WriteString("number,text,value\n")
	for n := 1; n <= 10; n++ {
		value := []string{"cur", "Tidiness"}[n%2] // as code in another case, and by name
		b.WriteString(strings.ReplaceAll("N,They do thing N.,", "N", string(rune('0'+n%10))) + value + "\n")
	}
	text := strings.Replace(b.String(), "0,They do thing 0.", "10,They do thing 10.", 1)
	res, err := readInstrument(InstrumentJob{File: "t.csv", Name: "mine", Key: key}, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	in := res.Instrument
	if in.Min != 1 || in.Max != 5 || len(in.Values) != 2 || in.Structure != "none" || len(in.Labels) != 5 {
		t.Errorf("%+v", in)
	}
	for i, it := range in.Items {
		if want := key.Items[i]; it.Number != want.Number || it.Value != want.Value || it.Reverse != want.Reverse {
			t.Errorf("item %+v, want %+v", it, want)
		}
	}
	if diff := cmp.Diff(res.Missing, []string{"female", "male"}); diff != "" {
		t.Error(diff)
	}
}

// Blanks and invisible characters are faults, which Clean mends where nothing is
// lost by it.
func TestCleaned(t *testing.T) {
	for in, want := range map[string]string{
		" a b ": "a b", "a\u00a0b": "a b", "a\nb": "a b", "a \r\n\t b": "a b", "a\u00adb\u200b": "ab", "\ufeffa": "a",
		"a  b": "a  b", "a": "a", "": "", "a\x1bb": "a\x1bb", "a\ufffdb": "a\ufffdb",
	} {
		if got := cleaned(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// A file that is not there, and flags that mean nothing.
func TestInstrumentUsage(t *testing.T) {
	_, err := ReadInstrument(InstrumentJob{File: filepath.Join(t.TempDir(), "none.csv")})
	if err == nil || !strings.Contains(err.Error(), "the file cannot be read: no such file") {
		t.Errorf("got %v", err)
	}
	for want, change := range map[string]func(*InstrumentJob){
		`--encoding "utf8" is not known`:                func(j *InstrumentJob) { j.Encoding = "utf8" },
		`--forms "divers": there is no such form`:       func(j *InstrumentJob) { j.Forms = []string{"divers"} },
		`--column text=Nr: a column cannot mean "text"`: func(j *InstrumentJob) { j.Columns = map[string]string{"text": "Nr"} },
	} {
		job := tidyJob()
		change(&job)
		if _, err := readInstrument(job, []byte(tidy)); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// Whatever the bytes: no panic, and either every row is an item with texts that
// are valid, or there is a problem with a place.
func FuzzInstrument(f *testing.F) {
	f.Add([]byte(tidy), "", false)
	f.Add([]byte("number,text,value\n1,\" a\",A\n1,b\u00a0,\n"), "", true)
	f.Add(utf16Of(tidy, true, true), "", false)
	f.Add([]byte("sep=;\nnr;text;wert\n1;\"x"), "windows-1252", false)
	f.Add([]byte("number\ttext\tvalue\n\t\t\n99999999\tx\ty\n"), "", true)
	f.Fuzz(func(t *testing.T, data []byte, encoding string, clean bool) {
		job := tidyJob()
		job.Encoding, job.Clean = encoding, clean
		res, err := readInstrument(job, data)
		if err != nil {
			if err.Error() == "" {
				t.Error("an error without words")
			}
			return
		}
		if res.Rows != len(res.Instrument.Items) || len(res.Forms) == 0 {
			t.Fatalf("%d rows, %d items, forms %v", res.Rows, len(res.Instrument.Items), res.Forms)
		}
		for _, it := range res.Instrument.Items {
			for _, form := range res.Forms {
				if text := it.Texts[form]; strings.TrimSpace(text) != text || text == "" || strings.ContainsFunc(text, odd) {
					t.Errorf("item %d has the %s text %q", it.Number, form, text)
				}
			}
		}
		if _, err := schema.InstrumentCUE("a", "b", "", res.Instrument); err != nil {
			t.Errorf("as CUE: %v", err)
		}
	})
}

// Faults of the encoding are told with what to type.
func TestInstrumentEncodingFaults(t *testing.T) {
	latin, err := charmap.Windows1252.NewEncoder().String(tidy)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data string
		want []string
	}{
		"windows-1252": {latin, []string{"tidy.csv:1: this line is not UTF-8",
			`read as windows-1252 it is "Nr;weiblich;männlich;neutral;Wert;umgepolt"`, "if that is right:  --encoding windows-1252 ."}},
		"UTF-16 without mark": {string(utf16Of(tidy, false, false)), []string{"bytes of 0, as UTF-16 without its mark does", "--encoding utf-16le"}},
		"workbook":            {"PK\x03\x04\x00\x00\xff", []string{"this is a workbook or an archive"}},
		"empty":               {"", []string{"the file is empty", "give a CSV file with a header and one row an item"}},
		"header only":         {"nr;text;wert\n", []string{"there is no row below the header"}},
		"broken quote":        {"nr;text;wert\n1;\"They;A\n", []string{"a quoted cell that begins in line 2 does not end"}},
		"mojibake":            {strings.Replace(tidy, "räumt", "rÃ¤umt", 1), []string{`:2:3: item 1, female text: "Ã¤" looks like UTF-8 that was read as windows-1252`}},
		"lost character":      {strings.Replace(tidy, "räumt", "r\ufffdumt", 1), []string{"it holds a character that was lost in an earlier conversion (U+FFFD)", "remove the character"}},
		"escape":              {strings.Replace(tidy, "räumt", "r\x1b[31mumt", 1), []string{"it holds the invisible character U+001B", "remove the character"}},
		"turned round":        {strings.Replace(tidy, "räumt", "r\u202eumt", 1), []string{"it holds the invisible character U+202E"}},
	} {
		_, err := readInstrument(tidyJob(), []byte(c.data))
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %s", name, err, want)
			}
		}
	}
}
