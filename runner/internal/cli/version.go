package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

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
			var settings []debug.BuildSetting
			if info, ok := debug.ReadBuildInfo(); ok {
				settings = info.Settings
			}
			from := builtFrom(settings)
			if a.flags.json {
				out := map[string]any{"version": Version, "tables": table.Version, "parser": answer.Version,
					"simulated_respondent": simulated.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
				if from != (origin{}) {
					out["built_from"] = from
				}
				a.printJSON(a.stdout, out)
				return nil
			}
			fmt.Fprintf(a.stdout, "runner %s (tables %s, parser %d, simulated respondent %d; %s %s/%s%s)\n",
				Version, table.Version, answer.Version, simulated.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, from)
			return nil
		},
	}
	c.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return c
}

// origin is the commit that a program was built from. It is printed for people
// and stands in no table: the same store gives the same bytes whoever built the
// program.
type origin struct {
	Commit string `json:"commit,omitempty"`
	Time   string `json:"time,omitempty"`
	// Modified says that the tree had changes which are in no commit.
	Modified bool `json:"modified,omitempty"`
}

// String is the origin as it ends the line of the version; empty if it is not
// known, as in a program built from a copy without its history.
func (o origin) String() string {
	if o.Commit == "" {
		return ""
	}
	s := "; commit " + o.Commit[:min(12, len(o.Commit))]
	if len(o.Time) >= 10 {
		s += " of " + o.Time[:10]
	}
	if o.Modified {
		s += ", with changes"
	}
	return s
}

// builtFrom reads what the Go toolchain recorded.
func builtFrom(settings []debug.BuildSetting) origin {
	var o origin
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			o.Commit = s.Value
		case "vcs.time":
			o.Time = s.Value
		case "vcs.modified":
			o.Modified = s.Value == "true"
		}
	}
	return o
}
