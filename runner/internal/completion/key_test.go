package completion_test

import (
	"math"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
)

func origin(t *testing.T, change func(*originParts)) *completion.Origin {
	t.Helper()
	p := originParts{provider: "openai", model: "gpt-4-0314", params: []completion.Parameter{{Name: "temperature", Value: 0.7}, {Name: "max_tokens", Value: 400.0}}}
	if change != nil {
		change(&p)
	}
	o, err := completion.NewOrigin(p.provider, p.identity, p.model, p.params, p.pool, p.independent)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

type originParts struct {
	provider, identity, model, pool string
	params                          []completion.Parameter
	independent                     []string
}

func request(t *testing.T) completion.Request {
	t.Helper()
	var th *completion.Thread
	return completion.Request{Origin: origin(t, nil), Thread: th.Append(completion.User, "Rate.\n\n1. Likes tea.")}
}

// Keys are the identity of what was paid for: these two must never change.
func TestPinnedKeys(t *testing.T) {
	r := request(t)
	if got, want := r.Key().String(), "94ff672e0842e576f6493ed42e43b0ac7916842c051ba57d45a8871589486d45"; got != want {
		t.Errorf("batch request: key %s, want %s", got, want)
	}
	r.Thread = r.Thread.Append(completion.Assistant, "4").Append(completion.User, "2. Likes coffee.")
	r.Sample, r.Attempt = 299, 1
	r.Lineage = []completion.Key{request(t).Key()}
	if got, want := r.Key().String(), "5bcdccdf8657d3034ffff9894b2ca4135efc3afa04cd3b9571caab6548b7c29e"; got != want {
		t.Errorf("second turn: key %s, want %s", got, want)
	}
}

// Each part of a request that makes it another request makes another key.
func TestEveryPartEntersTheKey(t *testing.T) {
	base := request(t)
	seen := map[completion.Key]string{base.Key(): "the base"}
	var none *completion.Thread
	with := func(change func(*originParts)) completion.Request {
		r := base
		r.Origin = origin(t, change)
		return r
	}
	thread := func(th *completion.Thread) completion.Request {
		r := base
		r.Thread = th
		return r
	}
	sampled, attempted, descended := base, base, base
	sampled.Sample, attempted.Attempt = 1, 1
	descended.Lineage = []completion.Key{{1}}
	for name, r := range map[string]completion.Request{
		"provider":             with(func(p *originParts) { p.provider = "ollama" }),
		"identity":             with(func(p *originParts) { p.identity = "http://localhost:8000/v1" }),
		"model":                with(func(p *originParts) { p.model = "gpt-4" }),
		"pool":                 with(func(p *originParts) { p.pool = "second" }),
		"independent":          with(func(p *originParts) { p.independent = []string{"model=a"} }),
		"a parameter's value":  with(func(p *originParts) { p.params[0].Value = 0.0 }),
		"a parameter more":     with(func(p *originParts) { p.params = append(p.params, completion.Parameter{Name: "seed", Value: 0.0}) }),
		"a parameter fewer":    with(func(p *originParts) { p.params = p.params[:1] }),
		"a number as text":     with(func(p *originParts) { p.params[0].Value = "0.7" }),
		"a list":               with(func(p *originParts) { p.params[0].Value = []string{"0.7"} }),
		"sample":               sampled,
		"attempt":              attempted,
		"lineage":              descended,
		"text":                 thread(none.Append(completion.User, "Rate.\n\n1. Likes tea")),
		"role":                 thread(none.Append(completion.System, "Rate.\n\n1. Likes tea.")),
		"text in two messages": thread(none.Append(completion.User, "Rate.\n\n").Append(completion.User, "1. Likes tea.")),
		"a system message":     thread(none.Append(completion.System, "Be brief.").Append(completion.User, "Rate.\n\n1. Likes tea.")),
	} {
		if other, dup := seen[r.Key()]; dup {
			t.Errorf("%s has the key of %s", name, other)
		}
		seen[r.Key()] = name
	}
}

// What does not make another request leaves the key as it is.
func TestWhatStaysOutOfTheKey(t *testing.T) {
	base := request(t)
	reordered := base
	reordered.Origin = origin(t, func(p *originParts) { p.params[0], p.params[1] = p.params[1], p.params[0] })
	prev := base
	prev.Prev = completion.Key{9}
	var none *completion.Thread
	text := "Rate.\n\n1. Likes tea."
	digests := base
	digests.Thread = none.AppendDigest(completion.User, completion.TextDigest(text))
	negativeZero, zero := base, base
	negativeZero.Origin = origin(t, func(p *originParts) { p.params[0].Value = math.Copysign(0, -1) })
	zero.Origin = origin(t, func(p *originParts) { p.params[0].Value = 0.0 })
	for name, pair := range map[string][2]completion.Request{
		"order of parameters":    {base, reordered},
		"the turn before":        {base, prev},
		"a text known by digest": {base, digests},
		"minus zero":             {zero, negativeZero},
	} {
		if pair[0].Key() != pair[1].Key() {
			t.Errorf("%s changes the key", name)
		}
	}
}

func TestParametersWithoutCanonicalForm(t *testing.T) {
	for want, params := range map[string][]completion.Parameter{
		"is not a finite number": {{Name: "x", Value: math.NaN()}},
		"integers go up to":      {{Name: "x", Value: 9007199254740993.0}},
		"is given twice":         {{Name: "x", Value: 1.0}, {Name: "x", Value: 1.0}},
		"a value of type int":    {{Name: "x", Value: 1}},
	} {
		_, err := completion.NewOrigin("openai", "", "m", params, "", nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: error %v, want one that says %q", params, err, want)
		}
	}
}

func TestThread(t *testing.T) {
	var th *completion.Thread
	th = th.Append(completion.System, "s").Append(completion.User, "a").Append(completion.Assistant, "b").Append(completion.User, "c")
	if got := th.Messages(); len(got) != 4 || got[0].Text != "s" || got[3].Text != "c" {
		t.Errorf("messages %v", got)
	}
	if got := th.New(); len(got) != 1 || got[0].Text != "c" {
		t.Errorf("new messages %v", got)
	}
	short := th.AppendDigest(completion.Assistant, completion.TextDigest("d"))
	if short.Complete() || !th.Complete() {
		t.Error("Complete is wrong about a text known by digest")
	}
}

func TestParseKey(t *testing.T) {
	k := request(t).Key()
	if got, err := completion.ParseKey(k.String()); err != nil || got != k {
		t.Errorf("round trip: %v, %v", got, err)
	}
	for _, bad := range []string{"", "ab", strings.Repeat("g", 64)} {
		if _, err := completion.ParseKey(bad); err == nil {
			t.Errorf("ParseKey(%q) succeeded", bad)
		}
	}
}
