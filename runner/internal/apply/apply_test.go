package apply_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/pace"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/table"
	"circumplex.example/schema"
)

const study = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 7, n: 4
	instrument: instruments.ten
	factors: {
		model: a: provider: "simulated"
		prompt: {
			basic: template: "Rate from 1 to 5."
			persona: {template: "Rate from 1 to 5. Answer as: {persona}.", variables: persona: generate: {prompt: "Create a persona:", temperature: 0.7}}
		}
		temperature: {"0.0": value: 0.0, "0.7": value: 0.7}
		administration: {batch: {}, sequential: {}}
	}
}
`

// wanted is 8 cells of 4 sessions: 16 batch requests, 16 x 10 turns, and 4
// personas shared by four cells.
const wanted = 16 + 160 + 4

// asked counts how often each key was sent, and answers by a function.
type asked struct {
	mu      sync.Mutex
	keys    map[completion.Key]int
	flying  int
	most    int
	answer  func(req completion.Request) (string, completion.Status, error)
	onCall  func(n int)
	latency time.Duration
	// replies counts the texts of earlier replies in what was sent.
	replies map[string]int
}

func (a *asked) For(*completion.Origin) (provider.Caller, error) { return a, nil }

func (a *asked) Call(ctx context.Context, req completion.Request, _ completion.Key) (*completion.Completion, error) {
	a.mu.Lock()
	if a.keys == nil {
		a.keys, a.replies = map[completion.Key]int{}, map[string]int{}
	}
	for _, m := range req.Thread.Messages() {
		if m.Role == completion.Assistant {
			a.replies[m.Text]++
		}
	}
	a.keys[req.Key()]++
	n := 0
	for _, c := range a.keys {
		n += c
	}
	a.flying++
	a.most = max(a.most, a.flying)
	a.mu.Unlock()
	defer func() { a.mu.Lock(); a.flying--; a.mu.Unlock() }()
	if a.onCall != nil {
		a.onCall(n)
	}
	select {
	case <-time.After(a.latency):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	text, status, err := "3", completion.OK, error(nil)
	if a.answer != nil {
		text, status, err = a.answer(req)
	}
	if err != nil {
		return nil, err
	}
	return &completion.Completion{Request: req, Text: text, Status: status, Usage: completion.UnknownUsage(),
		StartedAt: time.UnixMicro(1_000_000).UTC(), Tries: 1, Version: "test", Simulated: true}, nil
}

// sent is how many requests went out, and how many of them more than once.
func (a *asked) sent() (all, twice int) {
	for _, n := range a.keys {
		all += n
		if n > 1 {
			twice++
		}
	}
	return all, twice
}

// bench is one experiment with a store of its own.
type bench struct {
	t    testing.TB
	dir  string
	src  string
	stop chan struct{}
	part plan.Part
	caps apply.Caps
	// phase hears of the phases of a run, done of replies that are stored.
	phase func(name string)
	done  func(int)
}

func newBench(t testing.TB, src string) *bench {
	return &bench{t: t, dir: t.TempDir(), src: src, stop: make(chan struct{}), phase: func(string) {}, done: func(int) {}}
}

func (b *bench) paths() apply.Paths {
	return apply.Paths{Real: filepath.Join(b.dir, "r.db"), Simulated: filepath.Join(b.dir, "s.db")}
}

func (b *bench) run(ctx context.Context, callers apply.Callers) (*apply.Result, error) {
	b.t.Helper()
	dir := filepath.Join(b.dir, "study")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "study.cue"), []byte(b.src), 0o644); err != nil {
		b.t.Fatal(err)
	}
	exp, problems := schema.Load(dir)
	if problems.HasErrors() {
		b.t.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		b.t.Fatal(err)
	}
	builder := session.NewBuilder(d, session.Options{})
	answers, generations, err := apply.Origins(d, builder)
	if err != nil {
		b.t.Fatal(err)
	}
	lib, err := apply.OpenLibrary(ctx, b.paths(), append(answers, generations...), store.Options{})
	if err != nil {
		b.t.Fatal(err)
	}
	defer lib.Close()
	routes, err := apply.Routes(d, builder)
	if err != nil {
		b.t.Fatal(err)
	}
	return apply.Run(ctx, apply.Job{
		Design: d, Builder: builder, Library: lib, Callers: callers, Part: b.part,
		Results: filepath.Join(b.dir, "results"), Info: table.Info{DesignHash: d.Hash(), Simulated: "true", ProgramVersion: "test"},
		Routes: routes, Caps: b.caps, Backoff: pace.Retry{MaxTries: 4, Base: time.Millisecond, Cap: 2 * time.Millisecond},
		InFlight: 8, Stop: b.stop, Planned: func(*plan.Plan) error { return nil },
		Done: b.done, Phase: b.phase,
	})
}

func (b *bench) must(callers apply.Callers) *apply.Result {
	b.t.Helper()
	res, err := b.run(context.Background(), callers)
	if err != nil {
		b.t.Fatal(err)
	}
	return res
}

func TestEveryRequestIsSentOnceAndNothingTheSecondTime(t *testing.T) {
	b, a := newBench(t, study), &asked{}
	res := b.must(a)
	if all, twice := a.sent(); all != wanted || twice != 0 || res.Made != wanted || res.Missing != 0 {
		t.Errorf("sent %d (%d of them twice), made %d, missing %d; want %d, none, %d, 0", all, twice, res.Made, res.Missing, wanted, wanted)
	}
	if a.most > 8 {
		t.Errorf("%d requests in flight, want at most 8", a.most)
	}
	again := &asked{}
	if res = b.must(again); len(again.keys) != 0 || res.Made != 0 || res.Written {
		t.Errorf("second run sent %d, made %d, wrote tables: %v; want nothing", len(again.keys), res.Made, res.Written)
	}
}

func TestFailedRequestsAreCountedAndTheRestGoesOn(t *testing.T) {
	b := newBench(t, study)
	broken := &asked{answer: func(req completion.Request) (string, completion.Status, error) {
		if v, _ := req.Origin.Parameter("temperature"); v == 0.0 && req.Thread.Len() == 5 {
			return "", "", errors.New("the line is dead")
		}
		return "3", completion.OK, nil
	}}
	res := b.must(broken)
	// Eight sequential sessions at temperature 0 stop at their third turn.
	if res.Failed != 8 || res.Missing != 8*8 || res.Made != wanted-8*8 {
		t.Errorf("failed %d, missing %d, made %d; want 8, 64, %d", res.Failed, res.Missing, res.Made, wanted-64)
	}
	want := "cell (model=a, prompt=basic, temperature=0.0, administration=sequential), replicate "
	if len(res.Failures) != 8 || !strings.HasSuffix(res.Failures[0].Place, ", turn 3") || !strings.HasPrefix(res.Failures[0].Place[:10], want[:10]) || res.Failures[0].Error != "the line is dead" {
		t.Errorf("failures %+v, want 8 at turn 3 of cells such as %q", res.Failures, want)
	}
	mended := &asked{answer: func(completion.Request) (string, completion.Status, error) { return "3", completion.OK, nil }}
	if res = b.must(mended); res.Made != 64 || res.Missing != 0 {
		t.Errorf("after mending: made %d, missing %d; want 64, 0", res.Made, res.Missing)
	}
	if mended.replies["4"] > 0 || mended.replies["3"] == 0 {
		t.Errorf("continued conversations repeat the replies %v, want only those stored", mended.replies)
	}
}

func TestStopFinishesWhatIsInFlight(t *testing.T) {
	b := newBench(t, study)
	a := &asked{latency: time.Millisecond}
	a.onCall = func(n int) {
		if n == 40 {
			close(b.stop)
		}
	}
	res := b.must(a)
	all, _ := a.sent()
	if !res.Stopped || res.Made != all || res.Missing != wanted-all || all > 40+8 {
		t.Errorf("stopped %v, sent %d, made %d, missing %d", res.Stopped, all, res.Made, res.Missing)
	}
	b.stop = make(chan struct{})
	rest := &asked{}
	if res = b.must(rest); res.Made != wanted-all {
		t.Errorf("the next run made %d, want the other %d", res.Made, wanted-all)
	}
}

func TestCancelLosesNothingThatWasStored(t *testing.T) {
	b := newBench(t, study)
	ctx, cancel := context.WithCancel(context.Background())
	a := &asked{latency: time.Millisecond}
	a.onCall = func(n int) {
		if n == 50 {
			cancel()
		}
	}
	res, err := b.run(ctx, a)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	rest := &asked{}
	if again := b.must(rest); again.Reused != res.Made || again.Made != wanted-res.Made {
		t.Errorf("the next run reused %d and made %d, want %d and %d", again.Reused, again.Made, res.Made, wanted-res.Made)
	}
}

func TestInvalidRepliesAreAskedAgainAndTheLastStands(t *testing.T) {
	src := strings.Replace(study, "n: 4", "n: 4, on_invalid: reask: 2", 1)
	b := newBench(t, src)
	a := &asked{answer: func(req completion.Request) (string, completion.Status, error) {
		if req.Attempt < 1 && req.Thread.Len() == 1 && len(req.Lineage) == 0 && req.Sample == 2 {
			return "I would rather talk about the weather.", completion.OK, nil
		}
		if strings.Contains(req.Thread.Messages()[0].Text, "2. ") { // batch
			return numbered(10), completion.OK, nil
		}
		return "3", completion.OK, nil
	}}
	res := b.must(a)
	// Replicate 3 of the four basic cells asks its first request once more. The
	// personas' own request has sample 2 too, and is no answer.
	if res.Made != wanted+4 || res.Missing != 0 {
		t.Errorf("made %d, missing %d; want %d, 0", res.Made, res.Missing, wanted+4)
	}
	if res = b.must(&asked{}); res.Made != 0 {
		t.Errorf("the second run made %d, want 0", res.Made)
	}
}

func numbered(n int) string {
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf("%d. 3", i+1))
	}
	return strings.Join(lines, "\n")
}

func TestRespondentsWithoutPersonaAreNotAsked(t *testing.T) {
	b := newBench(t, study)
	a := &asked{answer: func(req completion.Request) (string, completion.Status, error) {
		if strings.HasPrefix(req.Thread.Messages()[0].Text, "Create") && req.Sample == 1 {
			return "", completion.Refusal, nil
		}
		return "3", completion.OK, nil
	}}
	res := b.must(a)
	// Replicate 2 of the persona prompt: two batch cells, two sequential ones.
	if want := wanted - 2*1 - 2*10; res.Made != want || res.Missing != 0 || res.Manifest.Counts.Respondents["persona_failed"] != 4 {
		t.Errorf("made %d, missing %d, respondents %v; want %d, 0, 4 persona_failed", res.Made, res.Missing, res.Manifest.Counts.Respondents, want)
	}
}

func TestOnePartIsReusedByTheWhole(t *testing.T) {
	b := newBench(t, study)
	b.part = func(r design.Respondent) bool { return r.Replicate == 1 }
	pilot := b.must(&asked{})
	b.part = nil
	rest := b.must(&asked{})
	if pilot.Made != wanted/4 || rest.Made != wanted-wanted/4 {
		t.Errorf("pilot made %d, the rest %d; want %d and %d", pilot.Made, rest.Made, wanted/4, wanted-wanted/4)
	}
}

func TestSharedLevelsSendOneRequest(t *testing.T) {
	src := strings.Replace(study, "model: a: provider: \"simulated\"", `model: {a: {provider: "simulated", model: "m", shared: true}, b: {provider: "simulated", model: "m", shared: true}}`, 1)
	b, a := newBench(t, src), &asked{latency: time.Millisecond}
	res := b.must(a)
	if all, twice := a.sent(); all != wanted || twice != 0 || res.Missing != 0 {
		t.Errorf("sent %d, %d of them twice, missing %d; want %d, 0, 0", all, twice, res.Missing, wanted)
	}
	if got := res.Manifest.Counts.Respondents["complete"]; got != 64 {
		t.Errorf("%d respondents are complete, want 64", got)
	}
}

func TestTwoProcessesSendEachRequestOnce(t *testing.T) {
	b, a := newBench(t, study), &asked{latency: 2 * time.Millisecond}
	var wg sync.WaitGroup
	made := make([]int, 2)
	for i := range made {
		wg.Add(1)
		go func() {
			defer wg.Done()
			res, err := b.run(context.Background(), a)
			if err != nil {
				t.Error(err)
				return
			}
			made[i] = res.Made
		}()
	}
	wg.Wait()
	if all, twice := a.sent(); all != wanted || twice != 0 || made[0]+made[1] != wanted {
		t.Errorf("sent %d, %d of them twice, made %v; want %d", all, twice, made, wanted)
	}
}
