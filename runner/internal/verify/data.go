package verify

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
)

// data is one table in memory.
type data struct {
	file   string
	rows   int
	schema tabular.Schema
	meta   map[string]string
	text   map[string]*tabular.Strings
	ints   map[string]*tabular.Values[int32]
	floats map[string]*tabular.Values[float64]
	bools  map[string]*tabular.Values[bool]
	longs  map[string]*tabular.Values[int64]
}

// load reads all columns of a table.
func load(path string) (*data, error) {
	t, err := tabular.Open(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	d := &data{file: filepath.Base(path), rows: t.NumRows, schema: t.Schema, meta: t.Meta, text: map[string]*tabular.Strings{},
		ints: map[string]*tabular.Values[int32]{}, floats: map[string]*tabular.Values[float64]{},
		bools: map[string]*tabular.Values[bool]{}, longs: map[string]*tabular.Values[int64]{}}
	for _, c := range t.Schema.Columns {
		switch c.Type {
		case tabular.String:
			d.text[c.Name], err = t.Strings(c.Name)
		case tabular.Int32:
			d.ints[c.Name], err = t.Int32s(c.Name)
		case tabular.Float64:
			d.floats[c.Name], err = t.Float64s(c.Name)
		case tabular.Bool:
			d.bools[c.Name], err = t.Bools(c.Name)
		case tabular.Timestamp:
			d.longs[c.Name], err = t.Timestamps(c.Name)
		case tabular.Int64:
			d.longs[c.Name], err = t.Int64s(c.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	return d, nil
}

// str, int and num are cells; null is "" or 0.
func (d *data) str(column string, row int) string { return d.text[column].At(row) }

func (d *data) int(column string, row int) int { return int(d.ints[column].Values[row]) }

func (d *data) num(column string, row int) float64 { return d.floats[column].Values[row] }

// schemas reads the tables and holds their columns against the layout.
func (s *state) schemas() {
	names := table.Names()
	if s.manifest.Import != nil {
		names = slices.DeleteFunc(names, func(n string) bool { return n == "completions" })
	}
	read := map[string]*data{}
	for _, name := range names {
		d, err := load(filepath.Join(s.dir, name+".parquet"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // digests says so
		}
		if err != nil {
			s.diff(name+".parquet", 0, "", "cannot be read: %v", err)
			continue
		}
		read[name] = d
	}
	for _, want := range layout(read) {
		if d := read[want.Name]; d != nil && s.columns(d, want) && s.metadata(d) {
			s.tables[want.Name] = d
		}
	}
}

// layout is what the tables of this folder should look like: the further
// factors are those of conditions, the circles those of values, the wordings
// those of items.
func layout(read map[string]*data) []tabular.Schema {
	exp := &schema.Experiment{Instrument: &schema.Instrument{}}
	if d := read["conditions"]; d != nil {
		from, to := d.schema.Index("administration"), d.schema.Index("n_planned")
		for i := from + 1; i > 0 && i < to; i++ {
			exp.Further = append(exp.Further, &schema.Further{Name: d.schema.Columns[i].Name})
		}
	}
	if d := read["values"]; d != nil {
		for _, c := range d.schema.Columns {
			if name, ok := strings.CutPrefix(c.Name, "circle_"); ok {
				exp.Instrument.Circles = append(exp.Instrument.Circles, schema.Circle{Name: name})
			}
		}
	}
	if d := read["items"]; d != nil {
		for _, c := range d.schema.Columns {
			if name, ok := wordingOf(c.Name); ok {
				exp.Instrument.Wordings = append(exp.Instrument.Wordings, &schema.Wording{Name: name})
			}
		}
	}
	return table.Schemas(exp)
}

// wordingOf is the wording whose female texts a column of items has.
func wordingOf(column string) (string, bool) {
	name, ok := strings.CutPrefix(column, "text_")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, "_female")
}

// columns compares the columns of a table; respondents may have variables
// before the status.
func (s *state) columns(d *data, want tabular.Schema) bool {
	sound, k := true, 0
	for _, c := range want.Columns {
		for want.Name == "respondents" && c.Name == "status" && k < len(d.schema.Columns) && d.schema.Columns[k].Name != "status" {
			v := d.schema.Columns[k]
			if !v.Nullable || v.Type != tabular.String && v.Type != tabular.Int32 {
				s.diff(d.file, 0, v.Name, "a variable is a text or an int32 that may be null, not %s", v.Type)
				sound = false
			}
			k++
		}
		if k >= len(d.schema.Columns) || d.schema.Columns[k].Name != c.Name {
			found := "nothing"
			if k < len(d.schema.Columns) {
				found = d.schema.Columns[k].Name
			}
			s.diff(d.file, 0, c.Name, "is missing; %s stands in its place", found)
			return false
		}
		if got := d.schema.Columns[k]; got.Type != c.Type || got.Nullable != c.Nullable {
			s.diff(d.file, 0, c.Name, "is %s%s, want %s%s", got.Type, nullWord(got.Nullable), c.Type, nullWord(c.Nullable))
			sound = false
		}
		k++
	}
	for ; k < len(d.schema.Columns); k++ {
		s.diff(d.file, 0, d.schema.Columns[k].Name, "is no column of this table")
	}
	return sound
}

func nullWord(nullable bool) string {
	if nullable {
		return " that may be null"
	}
	return ""
}

// metadata holds a file's key-value metadata against the manifest. It always
// returns true: the rows can be checked all the same.
func (s *state) metadata(d *data) bool {
	want := map[string]string{"table_version": s.manifest.TableVersion, "design_hash": s.manifest.DesignHash,
		"instrument_hash": s.manifest.Instrument.Hash, "simulated": s.manifest.Simulated}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if d.meta[name] != want[name] {
			s.diff(d.file, 0, "", "its metadata says %s = %q, the manifest %q", name, d.meta[name], want[name])
		}
	}
	return true
}
