package apply_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/store"
)

func TestTablesHaveCachedAndReasoningTokensAndTheirPrice(t *testing.T) {
	b := newBench(t, strings.Replace(wired, `date: "2026`, `cached_usd_per_million: 100, date: "2026`, 1))
	res := b.must(&network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		r := reply(req)
		r.Usage.Cached, r.Usage.Reasoning = 80, 6
		return r, nil
	}})
	open, err := tabular.Open(filepath.Join(b.dir, "results", "completions.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	cached, err := open.Int32s("cached_tokens")
	if err != nil {
		t.Fatal(err)
	}
	reasoning, err := open.Int32s("reasoning_tokens")
	if err != nil {
		t.Fatal(err)
	}
	cost, err := open.Float64s("cost_usd")
	if err != nil {
		t.Fatal(err)
	}
	// 20 tokens at $1000, 80 at $100 and 10 at $10000 a million.
	sum := 0.0
	for i := range cost.Values {
		sum += cost.Values[i]
		if cached.Null(i) || cached.Values[i] != 80 || reasoning.Null(i) || reasoning.Values[i] != 6 || math.Abs(cost.Values[i]-0.128) > 1e-9 {
			t.Fatalf("row %d: cached %d, reasoning %d, cost %v; want 80, 6, 0.128", i, cached.Values[i], reasoning.Values[i], cost.Values[i])
		}
	}
	if math.Abs(sum-res.CostUSD) > 1e-6 {
		t.Errorf("the tables say $%v, the run $%v", sum, res.CostUSD)
	}
}

func TestABudgetHoldsWhereRepliesCostFarMoreThanEstimated(t *testing.T) {
	b := newBench(t, strings.Replace(wired, "n: 4", "n: 150", 1))
	b.caps = apply.Caps{USD: 100}
	// A model that thinks: $10.1 where about $0.2 was thought.
	res := b.must(&network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		time.Sleep(20 * time.Millisecond)
		r := reply(req)
		r.Usage.Completion = 1000
		return r, nil
	}})
	// Until its first reply nobody can know of a model, and there are three; accounts
	// begin with 16 at a time.
	if most := 10 + 3*16; res.Made > most || res.Made < 9 {
		t.Errorf("made %d for $%.1f, want at most %d", res.Made, res.CostUSD, most)
	}
	if len(res.Halts) != 1 || res.Halts[0].Kind != apply.HaltBudget {
		t.Errorf("halts %v", halts(res))
	}
}

// A process that was thought dead is overtaken: the first reply that is stored
// stays, and the conversation goes on from that one. Progress counts each once.
func TestADisplacedReplyIsNotWhatTheConversationGoesOnFrom(t *testing.T) {
	for turn := 1; turn <= 2; turn++ {
		t.Run(fmt.Sprintf("turn %d", turn), func(t *testing.T) { displaced(t, turn) })
	}
}

func displaced(t *testing.T, turn int) {
	b := newBench(t, wired)
	var counted atomic.Int64
	b.done = func(n int) { counted.Add(int64(n)) }
	other, err := store.Open(context.Background(), b.paths().Real, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	var once sync.Once
	var wrong sync.Map
	last := 2*turn - 1 // in the conversation: the message of the reply that is displaced
	res, err := b.run(context.Background(), &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		r := reply(req)
		if req.Origin.Model == "a" && req.Thread.Len() == last && strings.Contains(req.Thread.Messages()[0].Text, "\n\n1. ") && !strings.Contains(req.Thread.Messages()[0].Text, "\n2. ") {
			once.Do(func() {
				r.Text = "5"
				first := reply(req)
				first.Text = "1"
				if _, perr := other.Submit(context.Background(), store.Batch{Put: []*completion.Completion{first}}); perr != nil {
					t.Error(perr)
				}
			})
		}
		if m := req.Thread.Messages(); len(m) > last && m[last].Text == "5" {
			wrong.Store(req.Key(), true)
		}
		return r, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if res.Displaced != 1 || res.Missing != 0 || res.Failed != 0 {
		t.Errorf("displaced %d, missing %d, failed %d: %v; want 1, 0, 0", res.Displaced, res.Missing, res.Failed, res.Failures)
	}
	wrong.Range(func(k, _ any) bool {
		t.Errorf("%v goes on from the reply that was not stored", k)
		return true
	})
	if sp := b.ledger("study"); int(sp.Tries) != res.Sent || res.Sent != res.Made+1 {
		t.Errorf("sent %d, made %d, ledger %d; want one more sent than made, and each in the ledger", res.Sent, res.Made, sp.Tries)
	}
	if int(counted.Load()) != res.Sent {
		t.Errorf("progress counted %d of %d replies", counted.Load(), res.Sent)
	}
}

func TestACellThatIsCompleteEndsNothing(t *testing.T) {
	b := newBench(t, strings.Replace(wired, "n: 4", "n: 1", 1))
	dead := true
	n := &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		r := reply(req)
		if req.Origin.Model == "a" && strings.Contains(req.Thread.Messages()[0].Text, "\n2. ") {
			r.ModelServed = "a-turbo" // the one request of the batch cell
		}
		if req.Origin.Model == "c" && dead {
			return nil, refusal(provider.Invalid, 400)
		}
		return r, nil
	}}
	b.must(n)
	dead = false
	res := b.must(n)
	if len(res.Halts) != 0 || res.Missing != 0 || len(res.Served) != 1 {
		t.Errorf("halts %v, missing %d, served %v; want only the served model told", halts(res), res.Missing, res.Served)
	}
}

// What cannot be stored was paid for all the same.
func TestAReplyThatCannotBeStoredIsInTheLedger(t *testing.T) {
	b := newBench(t, wired)
	res, err := b.run(context.Background(), &network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
		r := reply(req)
		r.Usage.Prompt = -7
		return r, nil
	}})
	if !errors.Is(err, store.ErrInvalid) {
		t.Fatalf("%v, want an error of the store", err)
	}
	if sp := b.ledger("study"); int(sp.Tries) != res.Sent || sp.Micros != int64(res.Sent)*93_000 {
		t.Errorf("sent %d, ledger %+v", res.Sent, sp)
	}
}

// A budget is not spent anew by each run where replies do not say what they cost.
func TestABudgetIsKeptOverRunsWithoutUsage(t *testing.T) {
	src := strings.Replace(strings.Replace(wired, "n: 4", "n: 150", 1), "seed: 7", "seed: 7, budget: usd: 5.0", 1)
	b := newBench(t, src)
	sent := 0
	for range 4 {
		res := b.must(&network{answer: func(req completion.Request, _ int) (*completion.Completion, error) {
			r := reply(req)
			r.Usage = completion.UnknownUsage()
			return r, nil
		}})
		if sent > 0 && res.Sent > sent/4 {
			t.Errorf("sent %d, and then %d more", sent, res.Sent)
		}
		sent += res.Sent
	}
	if sent == 0 {
		t.Error("sent nothing")
	}
}
