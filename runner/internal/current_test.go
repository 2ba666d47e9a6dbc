package internal_test

import (
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"circumplex.example/analysis/published"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/schema"
)

func experiment(t *testing.T, name string) *schema.Experiment {
	t.Helper()
	exp, problems := schema.Load(filepath.Join("..", "..", "experiments", name))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return exp
}

// paper-current is the paper's design on other models: nothing else differs, but
// the labels in the clause of the sequential cells.
func TestPaperCurrentDiffersInItsModelsAlone(t *testing.T) {
	paper, current := experiment(t, "paper"), experiment(t, "paper-current")
	for _, c := range current.Where {
		for i, m := range c["model"] {
			c["model"][i] = strings.TrimSuffix(m, "-instruct")
		}
	}
	diff := cmp.Diff(paper, current, cmpopts.IgnoreUnexported(schema.Experiment{}),
		cmpopts.IgnoreFields(schema.Experiment{}, "Name", "Title", "Description", "Models", "Dir"),
		cmp.Exporter(func(reflect.Type) bool { return true }))
	if diff != "" {
		t.Errorf("(-paper +paper-current)\n%s", diff)
	}
}

// Each of its models says who says that it can be had, and what it costs where that
// is money. That each heeds a temperature is checked as it is loaded.
func TestModelsOfPaperCurrent(t *testing.T) {
	page := regexp.MustCompile(`[a-z]\.[a-z]+/.*20\d\d-\d\d-\d\d`)
	exp := experiment(t, "paper-current")
	for _, m := range exp.Models {
		for _, p := range exp.Prompts {
			// No number of the paper may be set beside theirs as if they were its models.
			cell := published.Cell{Model: m.Name, Prompt: p.Name, Administration: "batch"}
			if _, ok := published.SSD(cell); ok || published.Means(cell) != nil {
				t.Errorf("%s under %s has the label of a cell that the paper prints", m.Name, p.Name)
			}
		}
		local := (&provider.Endpoint{BaseURL: m.BaseURL}).Host(m.Provider)
		own := strings.HasPrefix(local, "localhost")
		switch {
		case m.Retired != nil:
			t.Errorf("%s is retired", m.Name)
		case !page.MatchString(m.Notes):
			t.Errorf("%s: notes have no page with a date: %q", m.Name, m.Notes)
		case own == (m.Price != nil):
			t.Errorf("%s at %s: price %v", m.Name, local, m.Price)
		case own && m.Identity == "" || !own && m.APIKeyEnv == "":
			t.Errorf("%s at %s has neither a key nor an identity", m.Name, local)
		}
	}
}
