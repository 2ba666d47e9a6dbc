package importer

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
)

// writer writes the tables of one import.
type writer struct {
	job     *Job
	lay     *layout
	data    *rowsRead
	exp     *schema.Experiment
	info    table.Info
	schemas map[string]tabular.Schema
	kept    []variable // in the order of their columns
	counts  table.Counts
}

// variable is a column of respondents that comes from the source.
type variable struct {
	name    string
	index   int // in layout.keep; -1 is the row number
	integer bool
}

// rowVariable is the row of the source, kept so that a respondent can be found
// there again.
const rowVariable = "source_row"

func writeResults(job *Job, lay *layout, src *source, data *rowsRead) (*Result, error) {
	rec := table.Import{File: filepath.Base(src.path), SHA256: src.sha256, Format: src.format,
		Rows: data.rows, Imported: data.imported, Dropped: data.rows - data.imported, Options: job.options()}
	w := &writer{job: job, lay: lay, data: data, counts: table.Counts{Respondents: map[string]int{}, Responses: map[string]int{}}}
	w.variables()
	w.experiment(rec)
	w.info = table.Info{DesignHash: designHash(job, src), Simulated: "false", ProgramVersion: job.ProgramVersion, Facts: facts(rec)}
	w.describe()
	w.count()
	res := w.result(rec)
	inputs := inputsDigest(job, src, w.info, w.exp.Title)
	old, err := checkDir(job, src.sha256)
	if err != nil {
		return nil, err
	}
	if old.Current(job.Dir, inputs) {
		return res, nil
	}
	if err := w.tables(); err != nil {
		return nil, fmt.Errorf("writing the tables: %w", err)
	}
	m, err := table.NewManifest(job.Dir, w.exp, w.info, inputs, w.counts)
	if err != nil {
		return nil, err
	}
	m.ParserVersion, m.Import = Version, &rec
	if err := w.codebook(rec); err != nil {
		return nil, err
	}
	res.Written = true
	return res, m.Write(job.Dir)
}

// facts are the rows of options.parquet that say where the answers came from.
func facts(rec table.Import) map[string]string {
	out := map[string]string{"import_file": rec.File, "import_sha256": rec.SHA256, "import_format": rec.Format, "import_rows": strconv.Itoa(rec.Rows),
		"import_rows_dropped": strconv.Itoa(rec.Dropped), "import_rows_imported": strconv.Itoa(rec.Imported)}
	for k, v := range rec.Options {
		out["import_"+k] = v
	}
	return out
}

// options are the choices of the job as the manifest shows them.
func (j *Job) options() map[string]string {
	out := map[string]string{"items": j.Items, "na": strings.Join(j.NA, ", ")}
	for name, column := range j.Columns {
		out["column "+name] = column
	}
	for name, level := range j.Set {
		out["set "+name] = level
	}
	for _, f := range j.Factors {
		out["factor "+f] = "declared"
	}
	for _, k := range j.Keep {
		out["keep "+k.Name] = k.Column
	}
	for i, d := range j.Drop {
		out[fmt.Sprintf("drop %d", i+1)] = d.Column + "=" + d.Value
	}
	return out
}

// variables settles name, order and type of the kept columns. A column is of
// whole numbers if all its texts are, written plainly: 007 stays a text.
func (w *writer) variables() {
	w.kept = []variable{{rowVariable, -1, true}}
	for i, k := range w.lay.keep {
		v := variable{name: k.name, index: i, integer: true}
		some := false
		for _, c := range w.data.conditions {
			for _, r := range c.records {
				n, err := strconv.Atoi(r.kept[i])
				plain := err == nil && n >= math.MinInt32 && n <= math.MaxInt32 && strconv.Itoa(n) == r.kept[i]
				v.integer = v.integer && (plain || r.kept[i] == "")
				some = some || plain
			}
		}
		v.integer = v.integer && some
		w.kept = append(w.kept, v)
	}
	slices.SortFunc(w.kept, func(a, b variable) int { return strings.Compare(a.name, b.name) })
}

// experiment is what the layout of the tables follows from: an experiment that
// nobody asks.
func (w *writer) experiment(rec table.Import) {
	job := w.job
	e := &schema.Experiment{Name: job.Name, Title: title(job, w.lay, rec), Instrument: job.Instrument, Benchmarks: job.Benchmarks, Analysis: job.Analysis}
	for _, c := range w.data.conditions {
		e.N = max(e.N, len(c.records))
	}
	for _, f := range w.lay.factors[len(fourFactors):] {
		e.Further = append(e.Further, &schema.Further{Name: f})
	}
	p := &schema.Prompt{}
	for _, v := range w.kept {
		var sample any = ""
		if v.integer {
			sample = int64(0)
		}
		p.Variables = append(p.Variables, &schema.Variable{Name: v.name, Draw: schema.Random, Fields: []string{v.name}, Entries: []schema.Entry{{v.name: sample}}})
	}
	e.Prompts = []*schema.Prompt{p}
	if e.Analysis.AnchorCircle == "" && len(job.Instrument.Circles) > 0 && !slices.ContainsFunc(job.Instrument.Circles, func(c schema.Circle) bool { return c.Name == "a" }) {
		e.Analysis.AnchorCircle = job.Instrument.Circles[0].Name
	}
	w.exp = e
}

// title stands under every table of the analysis, so it says what a reader must
// not miss.
func title(job *Job, lay *layout, rec table.Import) string {
	t := "imported from " + rec.File
	if job.Title != "" {
		t = job.Title + "; " + t
	}
	if !lay.origins["temperature"].given {
		t += "; temperature not stated"
	}
	return t
}

// describe takes the schemas of a collection and says what their columns mean
// where the answers were imported.
func (w *writer) describe() {
	docs := map[string]string{
		"conditions.provider":           `"imported": the answers were collected elsewhere`,
		"conditions.n_planned":          "respondents of the source",
		"conditions.n_complete":         "respondents with at least one cell filled",
		"respondents.replicate":         "counts from 1: the source's own number, or the order of its rows",
		"respondents.sample":            "always 0: what the respondents were asked is not known",
		"respondents.form":              "form of the items: female, male, neutral or unknown",
		"respondents.persona_text":      "always null",
		"respondents.persona_key":       "always null",
		"respondents.status":            "complete, or not_run where every cell is empty",
		"respondents." + rowVariable:    "row of the source, from 1 without the header",
		"responses.position":            "place of the item in the instrument: the order shown is not known",
		"conditions.scale_reversed":     "always false: answers are imported as they stand on the instrument's own scale",
		"responses.scale_reversed":      "always false: answers are imported as they stand on the instrument's own scale",
		"conditions.item_wording":       "always null: the wording shown is that of the instrument",
		"responses.raw_answer":          "the cell of the source",
		"responses.administration":      "level of the factor administration; unknown if the source does not say",
		"respondents." + roleRespondent: "the source's own name of the respondent",
	}
	if !w.lay.origins["temperature"].given {
		docs["conditions.temperature"] = "always null: the source does not state it"
		docs["responses.temperature"] = docs["conditions.temperature"]
	}
	for _, k := range w.lay.keep {
		if name := "respondents." + k.name; docs[name] == "" {
			docs[name] = fmt.Sprintf("column %q of the source; null where it is empty", w.lay.header[k.column])
		}
	}
	w.schemas = map[string]tabular.Schema{}
	for _, s := range table.Schemas(w.exp) {
		s.Columns = slices.Clone(s.Columns)
		for i, c := range s.Columns {
			if doc, ok := docs[s.Name+"."+c.Name]; ok {
				s.Columns[i].Doc = doc
			}
		}
		if s.Name == "completions" {
			s.Doc = "no rows: imported answers have no requests"
		}
		w.schemas[s.Name] = s
	}
}

// respondentStatus is complete unless every cell is empty.
func respondentStatus(r *record) string {
	if slices.ContainsFunc(r.status, func(s status) bool { return s != statusMissing }) {
		return table.StatusComplete
	}
	return table.StatusNotRun
}

func (w *writer) count() {
	for _, c := range w.data.conditions {
		for _, r := range c.records {
			w.counts.Respondents[respondentStatus(r)]++
			for _, s := range r.status {
				w.counts.Responses[s.String()]++
			}
		}
	}
}

// tables writes all tables.
func (w *writer) tables() error {
	if err := os.MkdirAll(w.job.Dir, 0o755); err != nil {
		return err
	}
	for _, t := range []struct {
		name string
		rows func(*tabular.Writer) error
	}{{"responses", w.responses}, {"completions", func(*tabular.Writer) error { return nil }}, {"respondents", w.respondents}, {"conditions", w.conditions}} {
		if err := w.table(t.name, t.rows); err != nil {
			return err
		}
	}
	return table.WriteStatic(w.job.Dir, w.exp, w.info)
}

func (w *writer) table(name string, rows func(*tabular.Writer) error) error {
	t, err := tabular.Create(filepath.Join(w.job.Dir, name+".parquet"), w.schemas[name], w.info.Meta(w.exp))
	if err != nil {
		return err
	}
	defer t.Abort()
	if err := rows(t); err != nil {
		return err
	}
	return t.Close()
}

// codebook writes codebook.md: the columns, then the source.
func (w *writer) codebook(rec table.Import) error {
	var schemas []tabular.Schema
	for _, s := range table.Schemas(w.exp) {
		if s.Name != "runs" { // an import asks nobody
			schemas = append(schemas, w.schemas[s.Name])
		}
	}
	var b bytes.Buffer
	if err := tabular.Codebook(&b, "Codebook of "+w.job.Name, schemas...); err != nil {
		return err
	}
	fmt.Fprintf(&b, "\n## Source\n\nThese answers were collected elsewhere and imported.\n\n| what | is |\n|---|---|\n")
	f := w.info.Facts
	for _, k := range slices.Sorted(maps.Keys(f)) {
		fmt.Fprintf(&b, "| %s | %s |\n", tabular.MarkdownCell(strings.TrimPrefix(k, "import_")), tabular.MarkdownCell(f[k]))
	}
	return tabular.WriteFile(filepath.Join(w.job.Dir, "codebook.md"), b.Bytes())
}
