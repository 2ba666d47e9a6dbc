package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"circumplex.example/analysis/page"
	"circumplex.example/analysis/report"
)

func (a *app) reportCmd() *cobra.Command {
	var out string
	var open bool
	over := map[string]string{}
	c := &cobra.Command{
		Use:   "report [DIR]",
		Short: "Make one HTML file of the results, to read, print and send",
		Long: `Make one HTML file of the results, to read, print and send.

DIR is an experiment, or a directory of results. The analysis is made anew if
the tables have changed since, or if it has no intervals yet, with the options
it was made with. The file opens from disk and needs no network.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return a.report(c.Context(), directory(args), out, over, open)
		},
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "`FILE` to write (default: report.html in the results directory)")
	f.BoolVar(&open, "open", false, "open it in the browser")
	f.StringVar(&a.flags.results, "results", "", "`DIR` of the results (default: results beside the experiment's cue.mod)")
	f.BoolVar(&a.flags.simulate, "simulate", false, "report the results of apply --simulate")
	f.BoolVar(&a.flags.json, "json", false, "print one JSON document")
	f.StringToStringVar(&over, "set", nil, "replace an analysis option, such as restarts=0 (may be given several times)")
	return c
}

func (a *app) report(ctx context.Context, dir, out string, over map[string]string, open bool) error {
	if err := checkOptions(over); err != nil {
		return err
	}
	_, results, err := a.resultsOf(dir)
	if err != nil {
		return err
	}
	if out == "" {
		out = filepath.Join(results, page.FileName)
	}
	if out, err = filepath.Abs(out); err != nil {
		return err
	}
	all := report.Overrides{}
	maps.Copy(all, page.Overrides(results))
	maps.Copy(all, over)
	if len(all) == 0 {
		all = nil
	}
	p := newProgress(a.stderr)
	sum, err := report.RunWith(ctx, results, all, report.Settings{Resample: true, Progress: resampling(p)})
	p.close()
	if err != nil {
		return err
	}
	if err := page.Write(results, out); err != nil {
		return err
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": true, "report": out, "analysis_unchanged": sum.Unchanged, "simulated": sum.Simulated})
	} else {
		fmt.Fprintf(a.stdout, "report:    %s\n", shown(out))
	}
	if !open {
		return nil
	}
	if err := openFile(ctx, out); err != nil {
		return fmt.Errorf("no browser could be started: %w\n    mend: open the file yourself:  %s", err, shown(out))
	}
	return nil
}

// openFile hands a file to the program that the desktop opens it with.
func openFile(ctx context.Context, path string) error {
	var c *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		c = exec.CommandContext(ctx, "open", path)
	case "windows":
		c = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", path)
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return errors.New("there is no desktop here")
		}
		c = exec.CommandContext(ctx, "xdg-open", path)
	}
	return c.Run()
}
