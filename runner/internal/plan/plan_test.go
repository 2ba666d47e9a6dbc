package plan_test

import (
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// stored is a store of nothing but keys.
type stored map[completion.Key]session.Reply

func (s stored) Find(k completion.Key) (session.Reply, bool) { r, ok := s[k]; return r, ok }

func paper(t testing.TB) *design.Design {
	t.Helper()
	exp, problems := schema.Load("../../../experiments/paper")
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The figures are METHODS 1: 60 batch cells and 16 sequential ones of 300
// sessions, 300 personas for each of six models.
func TestPaperPlanWithEmptyStore(t *testing.T) {
	d := paper(t)
	b := session.NewBuilder(d, session.Options{})
	p, err := plan.Make(d, &session.Walker{Builder: b, Replies: stored{}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"cells": 76, "sessions": 22800, "wanted": 18000 + 4800*57 + 1800, "make": 18000 + 4800*57 + 1800, "personas": 1800}
	got := map[string]int{"cells": p.Total.Cells, "sessions": p.Total.Sessions, "wanted": p.Total.Wanted, "make": p.Total.Make, "personas": p.Personas.Wanted}
	for k, w := range want {
		if got[k] != w {
			t.Errorf("%s: got %d, want %d", k, got[k], w)
		}
	}
}

func BenchmarkPaperPlan(b *testing.B) {
	d := paper(b)
	for b.Loop() {
		w := &session.Walker{Builder: session.NewBuilder(d, session.Options{}), Replies: stored{}}
		if _, err := plan.Make(d, w, nil, nil); err != nil {
			b.Fatal(err)
		}
	}
}
