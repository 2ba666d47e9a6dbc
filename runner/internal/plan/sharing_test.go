package plan_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

const ordered = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 30
	instrument: instruments.ten
	factors: {
		model: m: provider: "simulated"
		prompt: basic: template: "Rate from 1 to 5."
		temperature: "0.7": value: 0.7
		administration: ADMINISTRATION
		item_order: ORDER
	}
}
`

// loaded expands an experiment, with texts replaced.
func loaded(t *testing.T, src string, replace ...string) *design.Design {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "study.cue"), []byte(strings.NewReplacer(replace...).Replace(src)), 0o644); err != nil {
		t.Fatal(err)
	}
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func planned(t *testing.T, administration, order string) (*design.Design, *session.Builder, error) {
	t.Helper()
	d := loaded(t, ordered, "ADMINISTRATION", administration, "ORDER", order)
	b := session.NewBuilder(d, session.Options{})
	_, err := plan.Make(d, &session.Walker{Builder: b, Replies: stored{}}, nil, nil)
	return d, b, err
}

// Respondents whose items are shuffled may be shown the same item at the same
// place. Each must get a reply of its own all the same.
func TestShuffledRespondentsShareNoReply(t *testing.T) {
	for _, administration := range []string{"isolated: {}", "sequential: {}"} {
		d, b, err := planned(t, administration, `shuffled: item_order: "shuffled"`)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[completion.Key]int{}
		for r := range d.Respondents(d.Cells()[0]) {
			s, err := b.Session(r, nil)
			if err != nil {
				t.Fatal(err)
			}
			last := 1
			if s.Mode == schema.Isolated {
				last = s.Turns
			}
			for turn := 1; turn <= last; turn++ {
				k := s.Request(turn, 0).Key()
				if other, dup := seen[k]; dup {
					t.Errorf("%s: replicates %d and %d share the reply to turn %d", administration, other, r.Replicate, turn)
				}
				seen[k] = r.Replicate
			}
		}
	}
}

// An isolated item that two orders show at one place would be sent by both.
func TestOrdersThatSendTheSameIsolatedItemAreAnError(t *testing.T) {
	_, _, err := planned(t, "isolated: {}", `{fixed: item_order: "fixed", shuffled: item_order: "shuffled"}`)
	if err == nil || !strings.Contains(err.Error(), `levels "fixed" and "shuffled" of factor "item_order" would send the same requests`) {
		t.Errorf("error %v, want one that names both levels", err)
	}
	_, _, err = planned(t, "isolated: {}", `{fixed: item_order: "fixed", shuffled: {item_order: "shuffled", independent: true}}`)
	if err != nil {
		t.Errorf("with independent: %v", err)
	}
}
