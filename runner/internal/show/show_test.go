package show

import (
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

func TestWords(t *testing.T) {
	long := strings.Repeat("same ", 9)
	for _, c := range []struct{ a, b, want string }{
		{"one word here", "one worm here", "one [-word-] {+worm+} here"},
		{"a b", "a b", ""},
		{"", "new", "{+new+}"},
		{"old", "", "[-old-]"},
		{long + "x " + long + "y", long + "z " + long + "y", "… same same same same [-x-] {+z+} same same same same …"},
		{"rate from 1 to 5.\n\n1. tea", "rate from 1 to 5. Be brief.\n\n1. tea", "… from 1 to 5. {+Be brief.+}\n\n1. tea"},
		{"a " + long + long + "b", "c " + long + long + "d", "[-a-] {+c+} same same same same … same same same same [-b-]{+d+}"},
	} {
		if got := Words(c.a, c.b); got != c.want {
			t.Errorf("Words(%q, %q) = %q, want %q", c.a, c.b, got, c.want)
		}
	}
	if big := strings.Repeat("x y ", maxWords); !strings.HasPrefix(Words(big+"1", "2 "+big+"3"), "[-x") {
		t.Error("a very long difference is not shown")
	}
}

func TestCountsGrowAndStaySmall(t *testing.T) {
	if counts(3, 3) != 0 || !(counts(0, 1) > 0) || !(counts(0, 9) > counts(0, 1)) || counts(0, 1e6) >= 0.5 {
		t.Error(counts(3, 3), counts(0, 1), counts(0, 9), counts(0, 1e6))
	}
}

// The nearest request is the one that a person would name, and the differences
// are all there are.
func TestNearest(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	origins := storetest.Origins(3)
	if near, err := Nearest(t.Context(), s, storetest.Completion(origins[0], 1).Request); err != nil || near != nil {
		t.Fatalf("nothing is stored: %v, %v", near, err)
	}
	var all []*completion.Completion
	for i := range 40 {
		all = append(all, storetest.Completion(origins[0], i))
	}
	talk := storetest.Conversation(origins[0], 3, 5)
	all = append(all, talk...)
	if _, err := s.Submit(t.Context(), store.Batch{Put: all}); err != nil {
		t.Fatal(err)
	}
	var none *completion.Thread
	other := func(change func(*completion.Request)) completion.Request {
		r := all[7].Request
		change(&r)
		return r
	}
	for name, c := range map[string]struct {
		req  completion.Request
		near completion.Key
		want string
	}{
		"temperature": {other(func(r *completion.Request) { r.Origin = origins[1] }), all[7].Request.Key(), "parameter temperature: 0.7 0"},
		"model":       {other(func(r *completion.Request) { r.Origin = origins[2] }), all[7].Request.Key(), "model: model-1 model-0"},
		"sample":      {other(func(r *completion.Request) { r.Sample = 2 }), all[7].Request.Key(), "sample: 2 0"},
		"lineage":     {other(func(r *completion.Request) { r.Lineage = []completion.Key{{1}} }), all[7].Request.Key(), "lineage: 010000000000 none"},
		"a word": {other(func(r *completion.Request) {
			r.Thread = none.Append(completion.User, "For each of the following statements, rate them. Answer as person 7.")
		}), all[7].Request.Key(), "message 1 (user): … the following statements, rate [-it.-] {+them.+} Answer as person 7."},
		"a system message": {other(func(r *completion.Request) {
			r.Thread = none.Append(completion.System, "Be brief.").Append(completion.User, r.Thread.Messages()[0].Text)
		}), all[7].Request.Key(), "message 1: system user"},
		"a reply before": {completion.Request{Origin: origins[0], Sample: 3, Prev: completion.Key{7}, Thread: none.Append(completion.User, storetest.Item(0)).
			Append(completion.Assistant, "zz").Append(completion.User, storetest.Item(1))}, talk[1].Request.Key(), "message 2 (assistant): [-"},
	} {
		near, err := Nearest(t.Context(), s, c.req)
		if err != nil {
			t.Fatal(err)
		}
		if got := near.Completion.Request.Key(); got != c.near {
			t.Errorf("%s: nearest is %s, want %s", name, got, c.near)
		}
		d := near.Differences[0]
		got := d.What + ": " + strings.TrimSpace(d.Wanted+" "+d.Stored) + d.Words
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if name != "a system message" && len(near.Differences) != 1 {
			t.Errorf("%s: %d differences, want one: %+v", name, len(near.Differences), near.Differences)
		}
	}
}
