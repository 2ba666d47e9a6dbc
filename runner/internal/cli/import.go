package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"circumplex.example/schema/diag"
)

func (a *app) importCmd() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Take in answers, benchmarks and questionnaires from elsewhere",
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.importAnswersCmd(), a.importBenchmarkCmd(), a.importInstrumentCmd())
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var names []string
		for _, s := range c.Commands() {
			names = append(names, s.Name())
		}
		return fmt.Errorf("there is no import %q; %s", args[0], diag.DidYouMean(args[0], names))
	}
	return c
}
