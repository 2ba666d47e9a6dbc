package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

const schemaHelp = `Print what may stand in an experiment, as CUE with its comments.

field! must be there, field? may be, * marks a default. A name prints that
definition alone; its # may be left out, since many shells take it for a
comment.

  runner schema            everything
  runner schema Model      how a model is declared
  runner schema --list     the names, each with its first sentence`

func (a *app) schemaCmd() *cobra.Command {
	list := false
	c := &cobra.Command{
		Use:   "schema [NAME...]",
		Short: "Print what may stand in an experiment",
		Long:  schemaHelp,
		Args:  cobra.ArbitraryArgs,
		RunE:  func(_ *cobra.Command, args []string) error { return a.schema(args, list) },
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return definitionNames(), cobra.ShellCompDirectiveNoFileComp
		},
	}
	c.Flags().BoolVar(&list, "list", false, "print the names only, each with its first sentence")
	c.Flags().BoolVar(&a.flags.json, "json", false, "print one JSON document")
	return c
}

func (a *app) schema(names []string, list bool) error {
	defs, err := schema.Definitions()
	if err != nil {
		return err
	}
	if defs, err = chosen(defs, names); err != nil {
		return err
	}
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"definitions": defs})
		return nil
	}
	for i, d := range defs {
		switch {
		case list:
			fmt.Fprintf(a.stdout, "%-16s %s\n", d.Name, firstSentence(d.Doc))
		case i > 0:
			fmt.Fprintf(a.stdout, "\n%s", d.Source)
		default:
			fmt.Fprint(a.stdout, d.Source)
		}
	}
	return nil
}

// chosen returns the definitions of these names, all if there are none.
func chosen(defs []schema.Definition, names []string) ([]schema.Definition, error) {
	if len(names) == 0 {
		return defs, nil
	}
	var out []schema.Definition
	for _, name := range names {
		i := slices.IndexFunc(defs, func(d schema.Definition) bool {
			return strings.EqualFold(d.Name, "#"+strings.TrimPrefix(strings.TrimPrefix(name, "schema."), "#"))
		})
		if i < 0 {
			mend := "runner schema --list  lists them"
			if near := diag.Nearest("#"+strings.TrimPrefix(name, "#"), definitionNames()); near != "" {
				mend = fmt.Sprintf("did you mean %s? %s", strings.TrimPrefix(near, "#"), mend)
			}
			return nil, &exitError{code: exitUsage, err: fmt.Errorf("the schema has no definition %q\n    mend: %s", name, mend)}
		}
		out = append(out, defs[i])
	}
	return out, nil
}

// definitionNames are the names that schema takes.
func definitionNames() []string {
	defs, err := schema.Definitions()
	if err != nil {
		return nil
	}
	var out []string
	for _, d := range defs {
		out = append(out, d.Name)
	}
	return out
}

// firstSentence is a comment up to its first full stop or colon, on one line.
func firstSentence(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	if i := strings.Index(s, ". "); i >= 0 {
		s = s[:i]
	}
	return strings.TrimSuffix(s, ".")
}
