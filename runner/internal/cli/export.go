package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"circumplex.example/analysis/export"
)

func (a *app) exportCmd() *cobra.Command {
	var format, out string
	c := &cobra.Command{
		Use:   "export [DIR]",
		Short: "Rewrite the tables as CSV or Arrow, for programs without Parquet",
		Long: `Rewrite the tables as CSV or Arrow, for programs without Parquet.

DIR is an experiment or a directory of results. Besides every table, csv writes
responses_wide.csv: one row a respondent, one column an item, as psych::alpha
and factor analyses want it.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return a.export(directory(args), format, out) },
	}
	c.Flags().StringVar(&format, "format", "csv", "csv or arrow")
	a.exportFlags(c, &out)
	personas := &cobra.Command{
		Use:   "personas [DIR]",
		Short: "Write the generated personas with the scores of who answered as them",
		Args:  cobra.MaximumNArgs(1),
		RunE:  func(_ *cobra.Command, args []string) error { return a.exportPersonas(directory(args), out) },
	}
	a.exportFlags(personas, &out)
	c.AddCommand(personas)
	return c
}

func (a *app) exportFlags(c *cobra.Command, out *string) {
	f := c.Flags()
	f.StringVar(out, "out", "", "directory to write to (default: export in the results directory)")
	f.StringVar(&a.flags.results, "results", "", "`DIR` of the results (default: results beside the experiment's cue.mod)")
	f.BoolVar(&a.flags.simulate, "simulate", false, "export the results of apply --simulate")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON document")
}

func (a *app) export(dir, format, out string) error {
	if format != string(export.CSV) && format != string(export.Arrow) {
		return &exitError{code: exitUsage, err: fmt.Errorf("--format %s: want csv or arrow", format)}
	}
	results, out, err := a.exportPlaces(dir, out)
	if err != nil {
		return err
	}
	files, err := export.Tables(results, out, export.Format(format))
	if err != nil {
		return a.exportError(dir, results, err)
	}
	if format == string(export.CSV) {
		wide, err := export.Wide(results, out)
		if err != nil {
			return a.exportError(dir, results, err)
		}
		files = append(files, wide)
	}
	return a.exported(out, files)
}

func (a *app) exportPersonas(dir, out string) error {
	results, out, err := a.exportPlaces(dir, out)
	if err != nil {
		return err
	}
	files, err := export.Personas(results, out)
	if err != nil {
		return a.exportError(dir, results, err)
	}
	return a.exported(out, files)
}

func (a *app) exportPlaces(dir, out string) (results, to string, err error) {
	_, results, err = a.resultsOf(dir)
	if err != nil {
		return "", "", err
	}
	if out == "" {
		out = filepath.Join(results, "export")
	}
	return results, out, nil
}

func (a *app) exportError(dir, results string, err error) error {
	if errors.Is(err, export.ErrNoTables) || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there are no tables here\n    mend: %s  writes them", shown(results), a.again("apply", filepath.ToSlash(dir)))
	}
	return err
}

func (a *app) exported(out string, files []string) error {
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "directory": out, "files": files})
		return nil
	}
	fmt.Fprintf(a.stdout, "%s written to %s\n", count(len(files), "file"), shown(out))
	return nil
}
