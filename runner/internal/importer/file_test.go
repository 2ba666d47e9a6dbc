package importer_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema/diag"
)

// One table in every way of writing CSV gives the same responses.
func TestWaysOfWritingCSV(t *testing.T) {
	for name, c := range map[string]struct{ text, format string }{
		"comma":            {"q1,q2,q3,q4,note\n1,2,3,4,a\n5,4,,2,b\n", "comma"},
		"semicolon":        {"q1;q2;q3;q4;note\n1;2;3;4;a\n5;4;;2;b\n", "semicolon"},
		"tab":              {"q1\tq2\tq3\tq4\tnote\n1\t2\t3\t4\ta\n5\t4\t\t2\tb\n", "tab"},
		"byte order mark":  {"\ufeffq1,q2,q3,q4,note\n1,2,3,4,a\n5,4,,2,b\n", "comma"},
		"CRLF":             {"q1,q2,q3,q4,note\r\n1,2,3,4,a\r\n5,4,,2,b\r\n", "comma"},
		"no last line end": {"q1,q2,q3,q4,note\n1,2,3,4,a\n5,4,,2,b", "comma"},
		"quoted":           {"\"q1\",\"q2\",\"q3\",\"q4\",\"note\"\n\"1\",\"2\",\"3\",\"4\",\"a, \"\"b\"\"\nc\"\n5,4,\"\",2,b\n", "comma"},
		"empty lines":      {"q1,q2,q3,q4,note\n\n1,2,3,4,a\n\n5,4,,2,b\n\n\n", "comma"},
		"row names":        {"\"\",q1,q2,q3,q4\n\"1\",1,2,3,4\n\"2\",5,4,NA,2\n", "comma"},
		"other order":      {"q4,q3,q2,q1\n4,3,2,1\n2,,4,5\n", "comma"},
		"spaces in header": {" q1 , q2, q3 ,q4\n1,2,3,4\n5,4,,2\n", "comma"},
		"pipe":             {"q1|q2|q3|q4|note\n1|2|3|4|a, b\n5|4||2|c\n", "pipe"},
		"sep line":         {"sep=;\nq1;q2;q3;q4\n1;2;3;4\n5;4;;2\n", "semicolon"},
		"decimal comma":    {"q1;q2;q3;q4\n1,0;2,00;3;4\n5;4;;2\n", "semicolon"},
		"commas in header": {"q1;q2;q3;q4;a,b,c,d,e,f,g\n1;2;3;4;x\n5;4;;2;x\n", "semicolon"},
	} {
		t.Run(name, func(t *testing.T) {
			j := job(t, c.text)
			res := run(t, j)
			want(t, "responses", table(t, j.Dir, "responses", "replicate", "item", "response"), []string{
				"1 1 1", "1 2 2", "1 3 3", "1 4 4", "2 1 5", "2 2 4", "2 3 .", "2 4 2"})
			if res.Source.Format != "CSV, "+c.format+"-separated" || res.BadTotal != 0 {
				t.Errorf("format %q, %d bad cells", res.Source.Format, res.BadTotal)
			}
		})
	}
}

// A file that cannot be read is a problem of the file, at its line, with
// something to type; nothing is written.
func TestProblemsOfTheFile(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":            {"", "the file is empty"},
		"line ends only":   {"\n\n", "the file holds no header"},
		"header only":      {"q1,q2,q3,q4\n", "there is no row to import"},
		"UTF-16":           {"\xff\xfeq\x001\x00", "the text is UTF-16, not UTF-8"},
		"workbook":         {"PK\x03\x04\x14\x00", "this is a workbook or an archive"},
		"SPSS":             {"$FL2@(#) IBM SPSS STATISTICS\x00\x02", "this is a file of SPSS, neither CSV nor Parquet"},
		"R":                {"\x1f\x8b\x08\x00", "this is a compressed file, as R's .rds is"},
		"Latin-1":          {"q1,q2,q3,q4,ort\n1,2,3,4,K\xf6ln\n", "answers.csv:2: byte 26 of the file is not UTF-8"},
		"CR":               {"q1,q2,q3,q4\r1,2,3,4\r", "the lines end in CR alone"},
		"short row":        {"q1,q2,q3,q4\n1,2,3,4\n1,2,3\n", "answers.csv:3:1: row 2: cells: 3, but 4 in the header"},
		"long row":         {"q1,q2,q3,q4\n1,2,3,4,5\n", "answers.csv:2:1: row 1: cells: 5, but 4 in the header"},
		"open quote":       {"q1,q2,q3,q4\n1,2,\"3,4\n5,5,5,5\n", "a quoted cell that begins in line 2 does not end where it should"},
		"bare quote":       {"q1,q2,q3,q4\n1,2,3\"x,4\n", "answers.csv:2:6: a quote within a cell that is not quoted"},
		"no items":         {"v1,v2,v3,v4\n1,2,3,4\n", "did you mean  --items 'v%d' ?"},
		"zeros":            {"PVQ_01,PVQ_02,PVQ_03,PVQ_04\n1,2,3,4\n", "did you mean  --items 'PVQ_%02d' ?"},
		"two of an item":   {"q1,q2,q3,q4,q2\n1,2,3,4,5\n", `there are two columns "q2"`},
		"no temperature":   {"q1,q2,q3,q4,temperature\n1,2,3,4,warm\n", `answers.csv:2:9: row 1, column "temperature": "warm" is no temperature`},
		"negative":         {"q1,q2,q3,q4,temperature\n1,2,3,4,-1\n", `"-1" is no temperature`},
		"infinite":         {"q1,q2,q3,q4,temperature\n1,2,3,4,Inf\n", `"Inf" is no temperature`},
		"model missing":    {"q1,q2,q3,q4,model\n1,2,3,4,\n", `answers.csv:2:9: row 1, column "model": the model is missing`},
		"form":             {"q1,q2,q3,q4,form\n1,2,3,4,other\n", `"other" is no form of the items`},
		"replicate":        {"q1,q2,q3,q4,replicate\n1,2,3,4,0\n", `"0" is no replicate`},
		"replicate twice":  {"q1,q2,q3,q4,replicate\n1,2,3,4,1\n1,2,3,4,1\n", `row 2, column "replicate": replicate 1 of the same condition stands in row 1 too`},
		"respondent twice": {"q1,q2,q3,q4,respondent\n1,2,3,4,x\n1,2,3,4,x\n", `row 2, column "respondent": respondent "x" stands in row 1 too`},
		"no respondent":    {"q1,q2,q3,q4,respondent\n1,2,3,4,\n", "the respondent is missing"},
		"damaged parquet":  {"PAR1 and nothing that follows", "the Parquet file cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			j := job(t, c.text)
			_, err := importer.Run(j)
			var list diag.List
			if !errors.As(err, &list) || !strings.Contains(list.Relative(filepath.Dir(j.File)).String(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if _, err := os.Stat(j.Dir); err == nil {
				t.Error("something was written")
			}
		})
	}
}

// All problems of the rows come in one report, the first 20 one by one.
func TestProblemsOfRowsComeTogether(t *testing.T) {
	j := job(t, "q1,q2,q3,q4,model\n"+strings.Repeat("1,2,3\n1,2,3,4,\n", 15))
	_, err := importer.Run(j)
	var list diag.List
	if !errors.As(err, &list) || len(list) != 21 || list[20].What != "and 10 problems more" {
		t.Errorf("%d problems: %v", len(list), err)
	}
}

func TestFileThatIsNotThere(t *testing.T) {
	for _, file := range []string{filepath.Join(t.TempDir(), "none.csv"), t.TempDir()} {
		j := job(t, "")
		j.File = file
		if _, err := importer.Run(j); err == nil || !strings.Contains(err.Error(), "the file cannot be read") {
			t.Errorf("got %v", err)
		}
	}
}

// A job that does not fit itself or the file says what to type.
func TestUsage(t *testing.T) {
	for want, change := range map[string]func(*importer.Job){
		`--name "A b" cannot name a folder of results`:           func(j *importer.Job) { j.Name = "A b" },
		`--items "q" does not say where the item number stands`:  func(j *importer.Job) { j.Items = "q" },
		`--items "q%d_%d" does not say`:                          func(j *importer.Job) { j.Items = "q%d_%d" },
		`--na "3": that is a point of the scale 1..5 of short`:   func(j *importer.Job) { j.NA = []string{"3"} },
		`--column modl=x: "modl" is no factor`:                   func(j *importer.Job) { j.Columns["modl"] = "x" },
		`did you mean "model"?`:                                  func(j *importer.Job) { j.Columns["modl"] = "x" },
		`the file has no column "Modell"`:                        func(j *importer.Job) { j.Columns["model"] = "Modell" },
		`--set replicate=1: "replicate" is no factor`:            func(j *importer.Job) { j.Set["replicate"] = "1" },
		`model has both --column and --set`:                      func(j *importer.Job) { j.Set["model"], j.Columns["model"] = "a", "q1" },
		`--factor language: the file has no column of that name`: func(j *importer.Job) { j.Factors = []string{"language"} },
		`--factor status: the tables have a column of that name`: func(j *importer.Job) { j.Factors = []string{"status"} },
		`rename it:  --keep NEW=sample`:                          func(j *importer.Job) { j.Keep = []importer.Keep{{Name: "sample", Column: "sample"}} },
		`--keep age: the name is given twice`: func(j *importer.Job) {
			j.Keep = []importer.Keep{{Name: "age", Column: "q1"}, {Name: "age", Column: "q2"}}
		},
		`--drop pilot=1: the file has no column "pilot"`: func(j *importer.Job) { j.Drop = []importer.Drop{{Column: "pilot", Value: "1"}} },
		`--set temperature=hot: "hot" is no temperature`: func(j *importer.Job) { j.Set["temperature"] = "hot" },
		`--set form=x: "x" is no form of the items`:      func(j *importer.Job) { j.Set["form"] = "x" },
	} {
		j := job(t, "q1,q2,q3,q4\n1,2,3,4\n")
		change(&j)
		if _, err := importer.Run(j); !errors.Is(err, importer.ErrUsage) || !strings.Contains(err.Error(), want) {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

// Parquet with whole numbers, floating-point numbers and texts gives what CSV
// gives.
func TestParquet(t *testing.T) {
	file := filepath.Join(t.TempDir(), "answers.parquet")
	w, err := tabular.Create(file, tabular.Schema{Name: "answers", Columns: []tabular.Column{
		{Name: "q1", Type: tabular.Int32, Nullable: true}, {Name: "q2", Type: tabular.Int64}, {Name: "q3", Type: tabular.Float64, Nullable: true},
		{Name: "q4", Type: tabular.String, Nullable: true}, {Name: "model", Type: tabular.String}, {Name: "temperature", Type: tabular.Float64},
		{Name: "age", Type: tabular.Float64, Nullable: true}, {Name: "when", Type: tabular.Timestamp}, {Name: "pilot", Type: tabular.Bool},
	}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range [][]any{{1, int64(2), 3.0, "4", "m", 0.7, 31.0}, {nil, int64(9), 3.5, nil, "m", 0.7, nil}} {
		for k, v := range row {
			switch v := v.(type) {
			case nil:
				w.Col(k).AppendNull()
			case int:
				w.Col(k).AppendInt32(int32(v))
			case int64:
				w.Col(k).AppendInt64(v)
			case float64:
				w.Col(k).AppendFloat64(v)
			case string:
				w.Col(k).AppendString(v)
			}
		}
		w.Col(7).AppendMicros(int64(i))
		w.Col(8).AppendBool(false)
		if err := w.EndRow(); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	j := job(t, "")
	j.File = file
	j.Keep = []importer.Keep{{Name: "age", Column: "age"}}
	j.Drop = []importer.Drop{{Column: "pilot", Value: "true"}}
	res := run(t, j)
	want(t, "responses", table(t, j.Dir, "responses", "model", "temperature", "item", "response", "raw_answer", "status"), []string{
		"m 0.7 1 1 1 ok", "m 0.7 2 2 2 ok", "m 0.7 3 3 3 ok", "m 0.7 4 4 4 ok",
		"m 0.7 1 . . missing", "m 0.7 2 . 9 out_of_range", "m 0.7 3 . 3.5 non_integer", "m 0.7 4 . . missing"})
	want(t, "respondents", table(t, j.Dir, "respondents", "age"), []string{"31", "."})
	want(t, "ignored", res.Ignored, []string{"when"})
	j.Keep = []importer.Keep{{Name: "when", Column: "when"}}
	if _, err := importer.Run(j); err == nil || !strings.Contains(err.Error(), "the type of these columns cannot be read: when") {
		t.Errorf("got %v", err)
	}
}
