package table

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/analysis/tabular"
	"circumplex.example/schema"
)

// Info is what every table's metadata and the manifest say about a collection.
type Info struct {
	// DesignHash identifies the design, Simulated is "true", "false" or "mixed".
	DesignHash, Simulated string
	// ProgramVersion is the version of the program that wrote the tables.
	ProgramVersion string
	// Facts are further rows of the options table.
	Facts map[string]string `json:",omitempty"`
}

func (i Info) meta(exp *schema.Experiment) map[string]string {
	return map[string]string{
		"table_version": Version, "design_hash": i.DesignHash,
		"instrument_hash": exp.Instrument.Hash, "simulated": i.Simulated,
	}
}

// small writes a table of few rows.
func small(dir string, s tabular.Schema, meta map[string]string, rows func(add func(values ...any) error) error) error {
	w, err := tabular.Create(filepath.Join(dir, s.Name+".parquet"), s, meta)
	if err != nil {
		return err
	}
	defer w.Abort()
	if err := rows(w.Append); err != nil {
		return err
	}
	return w.Close()
}

// WriteStatic writes the tables that follow from the experiment alone: items,
// values, benchmarks and options.
func WriteStatic(dir string, exp *schema.Experiment, info Info) error {
	meta := info.meta(exp)
	if err := writeItems(dir, exp.Instrument, meta); err != nil {
		return err
	}
	if err := writeValues(dir, exp.Instrument, meta); err != nil {
		return err
	}
	if err := writeBenchmarks(dir, exp, meta); err != nil {
		return err
	}
	return writeOptions(dir, exp, info, meta)
}

func writeItems(dir string, in *schema.Instrument, meta map[string]string) error {
	return small(dir, itemsSchema(in), meta, func(add func(...any) error) error {
		for i, it := range in.Items {
			row := []any{in.Name, it.Number, it.Value, orNull(it.Texts["female"]), orNull(it.Texts["male"]), orNull(it.Texts["neutral"]), it.Reverse, in.Min, in.Max}
			for _, w := range in.Wordings {
				for _, form := range forms {
					row = append(row, orNull(w.Texts[i][form]))
				}
			}
			if err := add(row...); err != nil {
				return err
			}
		}
		return nil
	})
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func writeValues(dir string, in *schema.Instrument, meta map[string]string) error {
	return small(dir, valuesSchema(in), meta, func(add func(...any) error) error {
		for i, v := range in.Values {
			row := []any{in.Name, v.Code, v.Name, i + 1}
			for _, c := range in.Circles {
				row = append(row, slices.Index(c.Order, v.Code))
			}
			if err := add(row...); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeBenchmarks(dir string, exp *schema.Experiment, meta map[string]string) error {
	codes := make([]string, len(exp.Instrument.Values))
	for i, v := range exp.Instrument.Values {
		codes[i] = v.Code
	}
	return small(dir, benchmarksSchema, meta, func(add func(...any) error) error {
		for _, b := range exp.Benchmarks {
			for _, c := range codes {
				if err := addBenchmark(add, b, c, codes); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// addBenchmark adds the rows of one value.
func addBenchmark(add func(...any) error, b *schema.Benchmark, code string, codes []string) error {
	row := func(statistic string, second any, number float64) error {
		return add(b.Name, b.Kind, b.Source, statistic, code, second, number, b.Label)
	}
	switch b.Statistic {
	case "coordinates":
		if err := row("x", nil, b.Coordinates[code][0]); err != nil {
			return err
		}
		return row("y", nil, b.Coordinates[code][1])
	case "correlation":
		for _, c := range codes {
			if err := row("correlation", c, b.Correlations[code][c]); err != nil {
				return err
			}
		}
		return nil
	case "alpha":
		if x, ok := b.Alphas[code]; ok {
			return row("alpha", nil, x)
		}
		return nil
	}
	return row(b.Statistic, nil, b.Means[code])
}

func writeOptions(dir string, exp *schema.Experiment, info Info, meta map[string]string) error {
	a := exp.Analysis
	opts := map[string]string{
		"scores": a.Scores, "correlation": a.Correlation, "missing": a.Missing,
		"min_answered": number(a.MinAnswered), "require_all_values": strconv.FormatBool(a.RequireAllValues),
		"dissimilarity": a.Dissimilarity, "mds": a.MDS, "restarts": strconv.Itoa(a.Restarts),
		"bootstrap": strconv.Itoa(a.Bootstrap), "bootstrap_seed": strconv.FormatUint(a.BootstrapSeed, 10), "strata": strata(a.Strata),
		"permutations": strconv.Itoa(a.Permutations), "seed": strconv.FormatUint(a.Seed, 10),
		"means_benchmark": a.MeansBenchmark, "structure_benchmark": a.StructureBenchmark, "alpha_benchmark": a.AlphaBenchmark,
		"anchor_circle": a.AnchorCircle, "anchor_column": a.AnchorColumn,
		"instrument": exp.Instrument.Name, "instrument_hash": exp.Instrument.Hash,
		"instrument_notice": exp.Instrument.Notice, "instrument_structure": exp.Instrument.Structure,
		"experiment": exp.Name, "title": exp.Title, "design_hash": info.DesignHash, "program_version": info.ProgramVersion,
	}
	if len(exp.Instrument.Labels) > 0 {
		b, err := json.Marshal(exp.Instrument.Labels)
		if err != nil {
			return err
		}
		opts["scale_labels"] = string(b)
	}
	maps.Copy(opts, info.Facts)
	return small(dir, optionsSchema, meta, func(add func(...any) error) error {
		for _, name := range slices.Sorted(maps.Keys(opts)) {
			if opts[name] == "" {
				continue // absent means the default
			}
			if err := add(name, opts[name]); err != nil {
				return err
			}
		}
		return nil
	})
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// strata is the option's text: names, none for an empty list, nothing for the
// default.
func strata(names []string) string {
	if names != nil && len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ",")
}
