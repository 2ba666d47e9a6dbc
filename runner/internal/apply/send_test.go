package apply_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/store"
)

// wired is a study whose models are asked over networks: two of one account, one
// of another. Each has 4 batch requests and 4 sessions of 10 turns.
const wired = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 7, n: 4
	instrument: instruments.ten
	factors: {
		model: {
			a: {provider: "openai", base_url: "https://one.example/v1", price: cents}
			b: {provider: "openai", base_url: "https://one.example/v1", price: cents}
			c: {provider: "openai", base_url: "https://two.example/v1", price: cents}
		}
		prompt: basic: template: "Rate from 1 to 5."
		temperature: "0.0": value: 0.0
		administration: {batch: {}, sequential: {}}
	}
}
cents: {prompt_usd_per_million: 1000, completion_usd_per_million: 10000, date: "2026-11-01", source: "test"}
`

const perModel = 4 + 40

// network answers as a test says, and counts.
type network struct {
	mu     sync.Mutex
	calls  map[string]int // by model
	tries  map[completion.Key]int
	order  []string
	answer func(req completion.Request, try int) (*completion.Completion, error)
}

func (n *network) For(*completion.Origin) (provider.Caller, error) { return n, nil }

func (n *network) Call(_ context.Context, req completion.Request, _ completion.Key) (*completion.Completion, error) {
	n.mu.Lock()
	if n.calls == nil {
		n.calls, n.tries = map[string]int{}, map[completion.Key]int{}
	}
	n.calls[req.Origin.Model]++
	n.tries[req.Key()]++
	n.order = append(n.order, req.Origin.Model)
	try := n.tries[req.Key()]
	n.mu.Unlock()
	if n.answer == nil {
		return reply(req), nil
	}
	return n.answer(req, try)
}

// reply is a good one: 100 tokens sent and 10 received, at $0.2.
func reply(req completion.Request) *completion.Completion {
	u := completion.UnknownUsage()
	u.Prompt, u.Completion = 100, 10
	return &completion.Completion{Request: req, Text: "3", Status: completion.OK, Usage: u, ModelServed: req.Origin.Model,
		StartedAt: time.UnixMicro(1_000_000).UTC(), Tries: 1, HTTPStatus: 200, Version: "test"}
}

func refusal(class provider.Class, status int) *provider.Error {
	return &provider.Error{Class: class, Status: status, RetryAfter: -1, Message: "as the test says", Usage: completion.UnknownUsage(), Billed: status == 200}
}

func (b *bench) ledger(experiment string) store.Spending {
	b.t.Helper()
	s, err := store.Open(context.Background(), b.paths().Real, store.Options{ReadOnly: true})
	if err != nil {
		b.t.Fatal(err)
	}
	defer s.Close()
	sp, err := s.Spent(context.Background(), experiment, time.Time{})
	if err != nil {
		b.t.Fatal(err)
	}
	return sp
}

func halts(res *apply.Result) []string {
	var out []string
	for _, h := range res.Halts {
		out = append(out, h.Kind+" "+h.Name+" "+h.Class)
	}
	slices.Sort(out)
	return out
}

func TestFailuresThatPassAreSentAgainAndEverySendingIsInTheLedger(t *testing.T) {
	b := newBench(t, wired)
	n := &network{answer: func(req completion.Request, try int) (*completion.Completion, error) {
		switch {
		case try == 1 && req.Thread.Len()%4 == 1:
			e := refusal(provider.RateLimited, 429)
			e.RetryAfter = time.Millisecond // without a word of the server the account would pause
			return nil, e
		case try == 2 && req.Thread.Len()%4 == 1:
			return nil, refusal(provider.Malformed, 200) // may be billed
		}
		return reply(req), nil
	}}
	res := b.must(n)
	if res.Made != 3*perModel || res.Missing != 0 || res.Failed != 0 || len(res.Halts) > 0 {
		t.Fatalf("made %d, missing %d, failed %d, halts %v", res.Made, res.Missing, res.Failed, halts(res))
	}
	// Turns 1, 3, 5, 7, 9 and the batch request take three tries.
	again := 3 * (4 + 4*5)
	if res.Sent != 3*perModel+2*again || res.Unpriced != again {
		t.Errorf("sent %d, of unknown cost %d; want %d, %d", res.Sent, res.Unpriced, 3*perModel+2*again, again)
	}
	sp := b.ledger("study")
	if int(sp.Tries) != res.Sent || int(sp.Unpriced) != again || sp.Micros != int64(3*perModel)*200_000 {
		t.Errorf("ledger %+v, want %d tries, %d without a price, $%.1f", sp, res.Sent, again, float64(3*perModel)*0.2)
	}
}

func TestADeadModelIsGivenUpAndTheOthersFinish(t *testing.T) {
	b := newBench(t, wired)
	n := &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		if req.Origin.Model == "a" {
			return nil, refusal(provider.Connection, 0)
		}
		return reply(req), nil
	}}
	res := b.must(n)
	if got := halts(res); !slices.Equal(got, []string{"model a failing"}) {
		t.Errorf("halts %v", got)
	}
	if res.Made != 2*perModel || res.Missing != perModel {
		t.Errorf("made %d, missing %d; want %d, %d", res.Made, res.Missing, 2*perModel, perModel)
	}
	if most := 8 * 4; n.calls["a"] > most {
		t.Errorf("the dead model was sent %d requests, want at most %d", n.calls["a"], most)
	}
	// Once it is back only its own are asked.
	back := &network{}
	if res = b.must(back); res.Made != perModel || len(back.calls) != 1 || res.Missing != 0 {
		t.Errorf("then: made %d by %v", res.Made, back.calls)
	}
}

func TestARefusedKeyStopsItsAccountAtOnce(t *testing.T) {
	for _, class := range []provider.Class{provider.Credentials, provider.Quota} {
		b := newBench(t, wired)
		n := &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
			if req.Origin.Model == "a" {
				return nil, refusal(class, 401)
			}
			return reply(req), nil
		}}
		res := b.must(n)
		if got := halts(res); !slices.Equal(got, []string{"account openai one.example " + string(class)}) {
			t.Errorf("halts %v", got)
		}
		if n.calls["c"] != perModel || n.calls["a"] > 16 {
			t.Errorf("%s: asked %v; want all of c and a few of a", class, n.calls)
		}
		for k, tries := range n.tries {
			if tries > 1 {
				t.Errorf("%s: %s was sent %d times", class, k, tries)
			}
		}
	}
}

func TestABudgetStopsWithEverythingStored(t *testing.T) {
	for _, c := range []struct {
		name string
		src  string
		caps apply.Caps
		most int // completions at $0.2
	}{
		{"dollars of the run", wired, apply.Caps{USD: 4}, 20},
		{"requests of the run", wired, apply.Caps{Requests: 17}, 17},
		{"dollars of the experiment", strings.Replace(wired, `seed: 7`, `seed: 7, budget: usd: 4`, 1), apply.Caps{}, 20},
		{"requests of the experiment", strings.Replace(wired, `seed: 7`, `seed: 7, budget: requests: 17`, 1), apply.Caps{}, 17},
	} {
		t.Run(c.name, func(t *testing.T) {
			// A prompt as long as the replies say, so that no estimate is below the cost:
			// what is in flight before the first reply could not be known to cost more.
			b := newBench(t, strings.Replace(c.src, "Rate from 1 to 5.", strings.Repeat("Rate from 1 to 5. ", 24), 1))
			b.caps = c.caps
			n := &network{}
			res := b.must(n)
			// A sending is let through only if the dearest reply would still be paid.
			if got := halts(res); !slices.Equal(got, []string{"budget  budget"}) || res.Made > c.most || res.Made < c.most-8 {
				t.Errorf("halts %v, made %d; want at most %d", got, res.Made, c.most)
			}
			if sp := b.ledger("study"); int(sp.Tries) != res.Made {
				t.Errorf("ledger has %d sendings, made %d", sp.Tries, res.Made)
			}
			again := &network{}
			after := b.must(again)
			if strings.Contains(c.name, "experiment") {
				if total := res.Made + after.Made; total > c.most {
					t.Errorf("two runs made %d, the experiment may %d", total, c.most)
				}
			} else if after.Made < c.most-8 {
				t.Errorf("the next run made %d: it has a cap of its own", after.Made)
			}
		})
	}
}

func TestAnotherModelsReplyIsStoredMarkedAndStopsItsCell(t *testing.T) {
	b := newBench(t, wired)
	n := &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		r := reply(req)
		switch {
		case req.Origin.Model == "a" && req.Thread.Len() == 3:
			r.ModelServed = "a-turbo"
		case req.Origin.Model == "b":
			r.ModelServed = "b-2026-01-31" // a snapshot of what was asked
		}
		return r, nil
	}}
	res := b.must(n)
	cell := "cell model=a, prompt=basic, temperature=0.0, administration=sequential served"
	if got := halts(res); !slices.Equal(got, []string{cell}) {
		t.Errorf("halts %v", got)
	}
	if len(res.Served) != 1 || res.Served[0].Unexpected != "a-turbo" {
		t.Errorf("served %+v", res.Served)
	}
	if n.calls["a"] < 4+2 || n.calls["a"] > 4+2*4 || res.Missing < 40-8 {
		t.Errorf("asked %v, missing %d; want the cell stopped at its second turn", n.calls, res.Missing)
	}
	// Applied again it asks nothing of that cell, until the author allows it.
	again := &network{}
	if res = b.must(again); len(again.calls) != 0 || len(res.Halts) != 1 {
		t.Errorf("applied again it asked %v, halts %v", again.calls, halts(res))
	}
	b.src = strings.Replace(b.src, "a: {", `a: {allow_served: ["a-turbo"], `, 1)
	if res = b.must(again); res.Missing != 0 || len(res.Halts) != 0 {
		t.Errorf("allowed: missing %d, halts %v", res.Missing, halts(res))
	}
}

func TestAnErrorThatNoRetryMendsIsSentOnce(t *testing.T) {
	b := newBench(t, wired)
	n := &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		if req.Thread.Len() == 5 {
			return nil, refusal(provider.TooLong, 400)
		}
		return reply(req), nil
	}}
	res := b.must(n)
	if res.Failed != 12 || res.Missing != 12*8 || len(res.Failures) != 12 {
		t.Errorf("failed %d, missing %d, halts %v; want each of 12 conversations to end at its third turn", res.Failed, res.Missing, halts(res))
	}
	for k, tries := range n.tries {
		if tries > 1 {
			t.Errorf("%s was sent %d times", k, tries)
		}
	}
}

func TestStopEndsTheWaitsForAnotherTry(t *testing.T) {
	b := newBench(t, wired)
	n := &network{}
	var once sync.Once
	n.answer = func(req completion.Request, _ int) (*completion.Completion, error) {
		once.Do(func() { time.AfterFunc(20*time.Millisecond, func() { close(b.stop) }) })
		e := refusal(provider.RateLimited, 429)
		e.RetryAfter = time.Minute
		return nil, e
	}
	started := time.Now()
	res := b.must(n)
	if took := time.Since(started); took > 20*time.Second || !res.Stopped {
		t.Errorf("stopped: %v after %v", res.Stopped, took)
	}
	if sp := b.ledger("study"); int(sp.Tries) != res.Sent {
		t.Errorf("ledger has %d sendings, sent %d", sp.Tries, res.Sent)
	}
}

func TestModelsOfABlockAreAskedInAnOrderOfItsOwn(t *testing.T) {
	src := strings.Replace(strings.Replace(wired, "n: 4", "n: 40", 1), "{batch: {}, sequential: {}}", "batch: {}", 1)
	first := func(src string) map[string]int {
		b := newBench(t, src)
		n := &network{}
		// One at a time, in one account, shows the order.
		b.src = strings.ReplaceAll(strings.Replace(src, "seed: 7", "seed: 7, limits: max_in_flight: 1", 1), "two.example", "one.example")
		b.must(n)
		firsts := map[string]int{}
		for i := 0; i < len(n.order); i += 3 {
			block := slices.Sorted(slices.Values(n.order[i : i+3]))
			if !slices.Equal(block, []string{"a", "b", "c"}) {
				t.Fatalf("replicate %d is %v", i/3+1, n.order[i:i+3])
			}
			firsts[n.order[i]]++
		}
		return firsts
	}
	if got := first(src); got["a"] < 5 || got["b"] < 5 || got["c"] < 5 {
		t.Errorf("blocks begin with %v, want each about 13 times of 40", got)
	}
	if got := first(strings.Replace(src, "seed: 7", `seed: 7, call_order: "listed"`, 1)); got["a"] != 40 {
		t.Errorf("listed: blocks begin with %v, want a", got)
	}
}

func TestStoreErrorsEndTheRun(t *testing.T) {
	b := newBench(t, wired)
	n := &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		r := reply(req)
		r.StartedAt = time.Unix(1, 1) // finer than a microsecond: cannot be stored
		return r, nil
	}}
	if _, err := b.run(context.Background(), n); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

// Who wrote a persona is who was asked, too: a cell whose personas another model
// wrote is not asked, in the run that finds out and in later ones.
func TestAnotherModelsPersonasStopTheirCells(t *testing.T) {
	src := strings.Replace(wired, `basic: template: "Rate from 1 to 5."`,
		`made: {template: "{persona} Rate from 1 to 5.", variables: persona: generate: {prompt: "Create a persona:", temperature: 0.7}}`, 1)
	b := newBench(t, src)
	b.must(&network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		r := reply(req)
		if strings.HasPrefix(req.Thread.Messages()[0].Text, "Create") && req.Origin.Model == "a" {
			r.ModelServed = "a-turbo"
		}
		return r, nil
	}})
	again := &network{}
	res := b.must(again)
	if again.calls["a"] != 0 {
		t.Errorf("applied again it asked %v, want nothing of a", again.calls)
	}
	for _, x := range res.Served {
		if x.Unexpected != "a-turbo" || x.String() != "another model than was asked wrote personas: a-turbo" {
			t.Errorf("served %q: %+v", x, x)
		}
	}
	if len(res.Served) != 2 {
		t.Errorf("served %+v, want both cells of a", res.Served)
	}
}

// A limit of money stops what costs money; what costs nothing goes on.
func TestABudgetOfMoneyDoesNotStopFreeModels(t *testing.T) {
	src := strings.Replace(wired, `base_url: "https://two.example/v1", price: cents`, `base_url: "http://localhost:1/v1"`, 1)
	b := newBench(t, src)
	b.caps = apply.Caps{USD: 2}
	n := &network{}
	res := b.must(n)
	if got := halts(res); !slices.Equal(got, []string{"budget  budget"}) {
		t.Errorf("halts %v", got)
	}
	if n.calls["c"] != perModel || n.calls["a"]+n.calls["b"] == 0 || res.CostUSD > 2 {
		t.Errorf("asked %v for $%.2f, want all of c and something of the others for at most $2", n.calls, res.CostUSD)
	}
}

// What is refused before it is sent stands in the ledger with its class, and was
// not sent: it counts against no limit.
func TestWhatWasNotSentIsNotCounted(t *testing.T) {
	b := newBench(t, wired)
	b.caps = apply.Caps{Requests: 2*perModel + 8}
	res := b.must(&network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		if req.Origin.Model == "c" && req.Thread.Len() > 1 {
			return nil, &provider.Error{Class: provider.TooLong, Unsent: true, RetryAfter: -1, Usage: completion.UnknownUsage()}
		}
		return reply(req), nil
	}})
	sp := b.ledger("study")
	if int(sp.Tries) != res.Sent || res.Sent != res.Made || sp.Lines <= sp.Tries {
		t.Errorf("sent %d, made %d, ledger %+v; want what was made, and lines of no try besides", res.Sent, res.Made, sp)
	}
	for _, h := range res.Halts {
		if h.Kind == apply.HaltBudget {
			t.Errorf("%+v, though no more was sent than may be", h)
		}
	}
}
