package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/simulated"
	"circumplex.example/runner/internal/table"
)

func (a *app) versionCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of program, tables, parser and simulated respondent",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.flags.json {
				a.printJSON(a.stdout, map[string]any{"version": Version, "tables": table.Version, "parser": answer.Version,
					"simulated_respondent": simulated.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH})
				return nil
			}
			fmt.Fprintf(a.stdout, "runner %s (tables %s, parser %d, simulated respondent %d; %s %s/%s)\n",
				Version, table.Version, answer.Version, simulated.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
	c.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return c
}
