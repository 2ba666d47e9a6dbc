package table

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"circumplex.example/analysis/tabular"
)

// Run is what one apply did: a row of runs.parquet.
type Run struct {
	StartedAt, EndedAt                      time.Time
	ProgramVersion, DesignHash              string
	Sessions, Made, Reused, Failed, Missing int
	CostUSD                                 *float64
	ExitCode                                int
	Note                                    string
}

var runsSchema = tabular.Schema{Name: "runs", Doc: "one row an apply; the one table that differs from run to run", Columns: []tabular.Column{
	col("started_at", tabular.Timestamp, "when apply began, UTC"),
	col("ended_at", tabular.Timestamp, "when it ended, UTC"),
	col("program_version", tabular.String, "version of runner"),
	col("design_hash", tabular.String, "design that was applied"),
	col("sessions", tabular.Int32, "respondents of the part that was asked for"),
	col("made", tabular.Int32, "completions made"),
	col("reused", tabular.Int32, "completions found in the store"),
	col("failed", tabular.Int32, "requests that brought no reply"),
	col("missing", tabular.Int32, "completions still missing at the end"),
	null("cost_usd", tabular.Float64, "cost of the completions made; null if unknown"),
	col("exit_code", tabular.Int32, "exit code of the collection"),
	null("note", tabular.String, "why it stopped, if it did"),
}}

// AppendRun adds a row to runs.parquet in dir. An unreadable file is an error:
// history is not overwritten.
func AppendRun(dir string, run Run) error {
	path := filepath.Join(dir, "runs.parquet")
	old, err := readRuns(path)
	if err != nil {
		return fmt.Errorf("adding to the history of runs: %w", err)
	}
	w, err := tabular.Create(path, runsSchema, map[string]string{"table_version": Version})
	if err != nil {
		return err
	}
	defer w.Abort()
	for _, r := range append(old, run) {
		var cost any
		if r.CostUSD != nil {
			cost = *r.CostUSD
		}
		err := w.Append(r.StartedAt, r.EndedAt, r.ProgramVersion, r.DesignHash, r.Sessions, r.Made, r.Reused, r.Failed, r.Missing, cost, r.ExitCode, orNull(r.Note))
		if err != nil {
			return err
		}
	}
	return w.Close()
}

// readRuns reads the rows of an earlier runs.parquet; none if there is no file.
func readRuns(path string) ([]Run, error) {
	t, err := tabular.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer t.Close()
	out := make([]Run, t.NumRows)
	if err := errors.Join(
		times(t, "started_at", func(i int, v time.Time) { out[i].StartedAt = v }),
		times(t, "ended_at", func(i int, v time.Time) { out[i].EndedAt = v }),
		strs(t, "program_version", func(i int, v string) { out[i].ProgramVersion = v }),
		strs(t, "design_hash", func(i int, v string) { out[i].DesignHash = v }),
		strs(t, "note", func(i int, v string) { out[i].Note = v }),
		ints(t, "sessions", func(i, v int) { out[i].Sessions = v }),
		ints(t, "made", func(i, v int) { out[i].Made = v }),
		ints(t, "reused", func(i, v int) { out[i].Reused = v }),
		ints(t, "failed", func(i, v int) { out[i].Failed = v }),
		ints(t, "missing", func(i, v int) { out[i].Missing = v }),
		ints(t, "exit_code", func(i, v int) { out[i].ExitCode = v }),
	); err != nil {
		return nil, err
	}
	cost, err := t.Float64s("cost_usd")
	if err != nil {
		return nil, err
	}
	for i := range out {
		if !cost.Null(i) {
			out[i].CostUSD = &cost.Values[i]
		}
	}
	return out, nil
}

func times(t *tabular.Table, name string, set func(int, time.Time)) error {
	v, err := t.Timestamps(name)
	if err != nil {
		return err
	}
	for i, us := range v.Values {
		set(i, time.UnixMicro(us).UTC())
	}
	return nil
}

func ints(t *tabular.Table, name string, set func(i, v int)) error {
	v, err := t.Int32s(name)
	if err != nil {
		return err
	}
	for i, x := range v.Values {
		set(i, int(x))
	}
	return nil
}

func strs(t *tabular.Table, name string, set func(int, string)) error {
	v, err := t.Strings(name)
	if err != nil {
		return err
	}
	for i := range t.NumRows {
		set(i, v.At(i))
	}
	return nil
}
