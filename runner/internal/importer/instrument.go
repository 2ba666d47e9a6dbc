package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// InstrumentJob is a questionnaire to be read from a CSV file, and how.
type InstrumentJob struct {
	// File is the source; Name, Title and Licence are those of the instrument.
	File, Name, Title, Licence string
	// Key is an instrument whose scale, values, key and circles are taken over;
	// nil where the file says which value an item measures.
	Key *schema.Instrument
	// Min and Max are the ends of the scale, both 0 where Key says; Labels name
	// its points.
	Min, Max int
	Labels   map[int]string
	// Values are what is measured, in the order of the tables; nil for the codes
	// of the file in the order in which they come.
	Values []schema.Value
	// Reverse are item numbers that are reverse-keyed, besides those of a column.
	Reverse []int
	// Structure is circumplex or none; empty for that of Key, or none.
	Structure string
	// Encoding is the file's; empty to find out.
	Encoding string
	// Columns maps number, female, male, neutral, value and reverse to the names
	// of columns.
	Columns map[string]string
	// Forms are the forms to take; nil for all that the file has.
	Forms []string
	// Clean mends blanks at the ends, line breaks, tabs, no-break spaces and
	// invisible characters in texts.
	Clean bool
	// Gaps says that the instrument has no items of the numbers left out.
	Gaps bool
}

// InstrumentResult is what was read.
type InstrumentResult struct {
	Instrument *schema.Instrument `json:"-"`
	File       string             `json:"file"`
	Format     string             `json:"format"`
	SHA256     string             `json:"sha256"`
	Rows       int                `json:"rows"`
	Items      int                `json:"items"`
	// Columns are the columns taken, by what they mean; Ignored the others.
	Columns map[string]string `json:"columns"`
	Ignored []string          `json:"ignored,omitempty"`
	// Forms are those that every item has, Missing those that none has.
	Forms   []string `json:"forms"`
	Missing []string `json:"missing_forms,omitempty"`
	// Cleaned counts the cells that Clean changed.
	Cleaned int      `json:"cleaned"`
	Notes   []string `json:"notes,omitempty"`
}

// oneRowAnItem is the mend for a file that is none.
const oneRowAnItem = "give a CSV file with a header and one row an item"

// forms in the order in which they are told.
var forms = []string{"female", "male", "neutral"}

// ReadInstrument reads a questionnaire. Its error is a diag.List with every
// fault of the file at its place, or wraps ErrUsage.
func ReadInstrument(job InstrumentJob) (*InstrumentResult, error) {
	data, err := os.ReadFile(job.File)
	if err != nil {
		return nil, cannotRead(job.File, err, oneRowAnItem)
	}
	return readInstrument(job, data)
}

func readInstrument(job InstrumentJob, data []byte) (*InstrumentResult, error) {
	if len(data) == 0 {
		return nil, problem(job.File, diag.Problem{What: "the file is empty", Mend: oneRowAnItem})
	}
	text, enc, err := toUTF8(job.File, data, job.Encoding)
	if err != nil {
		return nil, err
	}
	for _, f := range job.Forms {
		if !slices.Contains(forms, f) {
			return nil, usagef(diag.DidYouMean(f, forms), "--forms %q: there is no such form", f)
		}
	}
	w := &wording{job: job, path: absolute(job.File), csv: &csvFile{path: absolute(job.File), data: text}}
	w.csv.declared()
	header, delimiter, err := w.csv.detect(knownColumns)
	if err != nil {
		return nil, err
	}
	if err := w.columns(header); err != nil {
		return nil, err
	}
	if err := w.read(); err != nil {
		return nil, err
	}
	w.check()
	if w.problems.HasErrors() {
		return nil, w.problems.Sorted()
	}
	sum := sha256.Sum256(data)
	res := &InstrumentResult{File: filepath.Base(job.File), Format: fmt.Sprintf("CSV, %s-separated, %s", delimiter, enc),
		SHA256: hex.EncodeToString(sum[:]), Rows: w.rows, Columns: map[string]string{}, Ignored: w.ignored, Cleaned: w.cleaned, Notes: w.notes}
	for field, i := range w.column {
		res.Columns[field] = header[i]
	}
	res.Instrument = w.instrument(res)
	res.Items = len(res.Instrument.Items)
	res.Forms = res.Instrument.Forms()
	for _, f := range forms {
		if !slices.Contains(res.Forms, f) {
			res.Missing = append(res.Missing, f)
		}
	}
	return res, nil
}

// instrument puts together what was read and checked.
func (w *wording) instrument(res *InstrumentResult) *schema.Instrument {
	job := w.job
	in := &schema.Instrument{Name: job.Name, Title: job.Title, Licence: job.Licence, Structure: job.Structure,
		Min: job.Min, Max: job.Max, Labels: job.Labels, Values: w.values,
		Notice: "wording imported from " + res.File + "; not compared with a publication",
		Source: "wording: " + res.File + ", SHA-256 " + res.SHA256}
	if k := job.Key; k != nil {
		in.Source += "; key: " + k.Source
		in.Circles = k.Circles
		if in.Structure == "" {
			in.Structure = k.Structure
		}
		if in.Min == 0 && in.Max == 0 {
			in.Min, in.Max = k.Min, k.Max
		}
		if len(in.Labels) == 0 && in.Min == k.Min && in.Max == k.Max {
			in.Labels = k.Labels
		}
	}
	if in.Structure == "" {
		in.Structure = "none"
	}
	for _, it := range w.items {
		in.Items = append(in.Items, schema.Item{Number: it.number, Value: it.value, Reverse: it.reverse, Texts: it.texts})
	}
	slices.SortFunc(in.Items, func(a, b schema.Item) int { return a.Number - b.Number })
	return in
}
