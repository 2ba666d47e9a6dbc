package internal_test

import (
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

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

// paper-current is the paper's design on other models: nothing else differs.
func TestPaperCurrentDiffersInItsModelsAlone(t *testing.T) {
	paper, current := experiment(t, "paper"), experiment(t, "paper-current")
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
	for _, m := range experiment(t, "paper-current").Models {
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
