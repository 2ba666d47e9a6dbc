package cli

import "github.com/spf13/cobra"

func (a *app) importCmd() *cobra.Command {
	return &cobra.Command{Use: "import", Short: "Make tables from data collected elsewhere"}
}
