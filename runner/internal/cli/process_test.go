package cli_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // to age the heartbeat of a killed process

	"circumplex.example/analysis/tabular"
)

// sequentialCUE makes 5,520 requests, most of them turns of conversations that
// each follow from the one before. Few are in flight, so that a run lasts long
// enough to be disturbed.
const sequentialCUE = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 120
	instrument: instruments.ten
	limits: max_in_flight: 8
	factors: {
		model: {"sim-a": provider: "simulated", "sim-b": {provider: "simulated", simulated: quirks: refusal_rate: 0.1}}
		prompt: {
			aged: {template: "Rate each description from 1 to 5. Answer as one aged {age}.", variables: age: range: {min: 18, max: 75}}
			persona: {template: "Rate each description from 1 to 5. Answer as: {persona}.", variables: persona: generate: prompt: "Create a persona:"}
		}
		temperature: "0.7": value: 0.7
		administration: {batch: {}, sequential: {}}
	}
}
`

// sequentialWanted is 2 models x (2 prompts x 120 x (1 batch + 10 turns) + 120 personas).
const sequentialWanted = 2 * (2*120*(1+10) + 120)

// site is a directory with an experiment, a store and results of its own.
type site struct {
	t   *testing.T
	dir string
}

func newSite(t *testing.T) site {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "study.cue"), []byte(sequentialCUE), 0o666); err != nil {
		t.Fatal(err)
	}
	return site{t, dir}
}

// process is the program running in a site.
type process struct {
	*exec.Cmd
	t              *testing.T
	stdout, stderr bytes.Buffer
}

// start starts the program as a process of its own; TestMain put it in PATH.
func (s site) start(args ...string) *process {
	s.t.Helper()
	p := &process{t: s.t, Cmd: exec.Command("runner", append(args, "--store", "store", "--json", ".")...)}
	p.Dir, p.Stdout, p.Stderr = s.dir, &p.stdout, &p.stderr
	if err := p.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		_ = p.Process.Kill() // it may have ended
		_, _ = p.Process.Wait()
	})
	return p
}

// end waits for the program and returns its exit code, -1 if it was killed.
func (p *process) end() int {
	p.t.Helper()
	var ee *exec.ExitError
	if err := p.Wait(); err != nil && !errors.As(err, &ee) {
		p.t.Fatal(err)
	}
	return p.ProcessState.ExitCode()
}

// document is what apply and plan print with --json, as far as tests ask.
type document struct {
	Run struct {
		Made, Reused, Failed, Missing, Displaced int
		Stopped                                  bool
	}
	Plan struct {
		Total struct{ Completions, Stored int }
	}
}

func (p *process) document() document {
	p.t.Helper()
	var d document
	if err := json.Unmarshal(p.stdout.Bytes(), &d); err != nil {
		p.t.Fatalf("%v\n%s%s", err, p.stdout.String(), p.stderr.String())
	}
	return d
}

// done runs the program to its end, which must be with exit code 0.
func (s site) done(args ...string) document {
	s.t.Helper()
	p := s.start(args...)
	if code := p.end(); code != 0 {
		s.t.Fatalf("runner %s: exit %d\n%s", strings.Join(args, " "), code, p.stderr.String())
	}
	return p.document()
}

func (s site) stored() int {
	s.t.Helper()
	return s.done("plan").Plan.Total.Stored
}

// wait returns once so many bytes are in the store, or the program has ended.
func (s site) wait(p *process, size int64) {
	s.t.Helper()
	for began := time.Now(); s.size() < size; time.Sleep(time.Millisecond) {
		if time.Since(began) > time.Minute {
			s.t.Fatalf("the store has %d bytes after a minute, want %d", s.size(), size)
		}
		if p.over() {
			return
		}
	}
}

// over reports whether the program has written its document.
func (p *process) over() bool {
	_, err := os.Stat(filepath.Join(p.Dir, "results", "study", "manifest.json"))
	return err == nil
}

// stopClaims lets the heartbeat of a killed process be long past, so that the
// next one need not wait for it to be.
func (s site) stopClaims() {
	s.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(s.dir, "store", "simulated.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE owner SET seen_us = 0"); err != nil {
		s.t.Fatal(err)
	}
}

// size is how large the store is with its journal.
func (s site) size() (n int64) {
	for _, f := range []string{"simulated.db", "simulated.db-wal"} {
		if st, err := os.Stat(filepath.Join(s.dir, "store", f)); err == nil {
			n += st.Size()
		}
	}
	return n
}

// tables returns every row of the tables that must not depend on how they came
// about: all columns but the three timing ones.
func (s site) tables() map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	for _, name := range []string{"conditions", "respondents", "responses", "completions"} {
		open, err := tabular.Open(filepath.Join(s.dir, "results", "study", name+".parquet"))
		if err != nil {
			s.t.Fatal(err)
		}
		rows := make([]string, open.NumRows)
		for _, c := range open.Schema.Columns {
			if name == "completions" && (c.Name == "started_at" || c.Name == "latency_ms" || c.Name == "tries") {
				continue
			}
			for i, v := range column(s.t, open, c) {
				rows[i] += v + "\x1f"
			}
		}
		out[name] = rows
		open.Close()
	}
	return out
}

// column reads any column as text.
func column(t *testing.T, open *tabular.Table, c tabular.Column) []string {
	t.Helper()
	out := make([]string, open.NumRows)
	fill := func(err error, at func(i int) any, null func(i int) bool) {
		if err != nil {
			t.Fatal(err)
		}
		for i := range out {
			if out[i] = "null"; !null(i) {
				out[i] = fmt.Sprint(at(i))
			}
		}
	}
	switch c.Type {
	case tabular.String:
		v, err := open.Strings(c.Name)
		fill(err, func(i int) any { return v.At(i) }, func(i int) bool { return v.Null(i) })
	case tabular.Int32:
		v, err := open.Int32s(c.Name)
		fill(err, func(i int) any { return v.Values[i] }, func(i int) bool { return v.Null(i) })
	case tabular.Float64:
		v, err := open.Float64s(c.Name)
		fill(err, func(i int) any { return v.Values[i] }, func(i int) bool { return v.Null(i) })
	case tabular.Bool:
		v, err := open.Bools(c.Name)
		fill(err, func(i int) any { return v.Values[i] }, func(i int) bool { return v.Null(i) })
	default:
		t.Fatalf("column %s has type %v, which this test does not read", c.Name, c.Type)
	}
	return out
}

// lone is the outcome of a run in one go, made for the first test that asks.
var lone struct {
	tables map[string][]string
	size   int64
}

// once returns the tables of an undisturbed run, and how large its store was.
func once(t *testing.T) (map[string][]string, int64) {
	t.Helper()
	if lone.tables == nil {
		lone.tables, lone.size = undisturbed(t)
	}
	return lone.tables, lone.size
}

// undisturbed applies in one go and returns the tables and the store's size.
func undisturbed(t *testing.T) (map[string][]string, int64) {
	t.Helper()
	s := newSite(t)
	p := s.start("apply", "--no-analysis")
	var most int64
	ended := make(chan int)
	go func() { ended <- p.end() }()
	for {
		select {
		case code := <-ended:
			if made := p.document().Run.Made; code != 0 || made != sequentialWanted {
				t.Fatalf("exit %d, made %d; want 0, %d", code, made, sequentialWanted)
			}
			return s.tables(), most
		case <-time.After(time.Millisecond):
			most = max(most, s.size())
		}
	}
}

// Killed at three moments and applied again, the tables are those of a run that
// nobody disturbed, and no request that was stored is made again.
func TestKilledAndAppliedAgainMakesTheSameTables(t *testing.T) {
	t.Parallel()
	want, size := once(t)
	s := newSite(t)
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	before, partly := 0, 0
	for kill := range 3 {
		// A store that is closed has written its journal into the file, so while
		// it runs it has little more than half of its greatest size.
		share := 0.2 * (float64(kill) + 0.2 + 0.6*random.Float64())
		p := s.start("apply", "--no-analysis")
		s.wait(p, int64(share*float64(size)))
		_ = p.Process.Kill() // it may have ended
		p.end()
		s.stopClaims()
		now := s.stored()
		t.Logf("killed at %.0f %% of the store's size: %d of %d stored", 100*share, now, sequentialWanted)
		if now < before {
			t.Errorf("after kill %d %d completions are stored, before it %d were", kill+1, now, before)
		}
		if now > before && now < sequentialWanted {
			partly++
		}
		before = now
	}
	if partly == 0 {
		t.Error("no kill came while completions were being made: the test shows nothing")
	}
	d := s.done("apply", "--no-analysis")
	if d.Run.Made != sequentialWanted-before || d.Run.Missing != 0 {
		t.Errorf("the last apply made %d with %d stored and left %d; %d are wanted", d.Run.Made, before, d.Run.Missing, sequentialWanted)
	}
	if diff := cmp.Diff(want, s.tables()); diff != "" {
		t.Error("tables differ from an undisturbed run's (-undisturbed +killed):\n" + diff)
	}
}

// Ctrl-C finishes what is in flight, saves it, writes the tables and exits with
// 130; the next apply makes the rest.
func TestInterruptSavesWhatWasMade(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no interrupt can be sent to a process")
	}
	want, size := once(t)
	s := newSite(t)
	p := s.start("apply", "--no-analysis")
	s.wait(p, size/3)
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	code := p.end()
	d := p.document()
	if code != 130 || !d.Run.Stopped || d.Run.Missing == 0 {
		t.Fatalf("exit %d, stopped %v, missing %d; want 130, true, some\n%s", code, d.Run.Stopped, d.Run.Missing, p.stderr.String())
	}
	if !strings.Contains(p.stderr.String(), "stopping: what is in flight is finished and saved; Ctrl-C again stops at once") {
		t.Errorf("stderr says %q", p.stderr.String())
	}
	if got := s.stored(); got != d.Run.Made || d.Run.Failed != 0 {
		t.Errorf("made %d, stored %d, failed %d", d.Run.Made, got, d.Run.Failed)
	}
	if rows := s.tables()["completions"]; len(rows) < d.Run.Made {
		t.Errorf("the tables hold %d completions of %d", len(rows), d.Run.Made)
	}
	rest := s.done("apply", "--no-analysis")
	if rest.Run.Made != sequentialWanted-d.Run.Made || rest.Run.Reused != d.Run.Made {
		t.Errorf("then made %d and reused %d; want %d and %d", rest.Run.Made, rest.Run.Reused, sequentialWanted-d.Run.Made, d.Run.Made)
	}
	if diff := cmp.Diff(want, s.tables()); diff != "" {
		t.Error("tables differ from an undisturbed run's (-undisturbed +interrupted):\n" + diff)
	}
}

// Two processes at once on one store make each request once between them, and
// the tables are whole.
func TestTwoProcessesMakeEachRequestOnce(t *testing.T) {
	t.Parallel()
	want, _ := once(t)
	var s site
	var da, db document
	for try := 0; da.Run.Made == 0 || db.Run.Made == 0; try++ {
		if try == 5 {
			t.Fatal("one of the two always made everything: the test shows nothing")
		}
		s = newSite(t)
		a, b := s.start("apply", "--no-analysis"), s.start("apply", "--no-analysis", "--only", "model=sim-b")
		if ca, cb := a.end(), b.end(); ca != 0 || cb != 0 {
			t.Fatalf("exits %d and %d\n%s%s", ca, cb, a.stderr.String(), b.stderr.String())
		}
		da, db = a.document(), b.document()
		t.Logf("one made %d, the other %d", da.Run.Made, db.Run.Made)
	}
	if da.Run.Made+db.Run.Made != sequentialWanted || da.Run.Displaced+db.Run.Displaced != 0 {
		t.Errorf("made %d + %d, displaced %d + %d; want %d in all, each once", da.Run.Made, db.Run.Made, da.Run.Displaced, db.Run.Displaced, sequentialWanted)
	}
	if da.Run.Missing+db.Run.Missing != 0 {
		t.Errorf("missing %d and %d", da.Run.Missing, db.Run.Missing)
	}
	if diff := cmp.Diff(want, s.tables()); diff != "" {
		t.Error("tables differ from a lone run's (-lone +two):\n" + diff)
	}
	if made := s.done("apply", "--no-analysis").Run.Made; made != 0 {
		t.Errorf("a third run made %d", made)
	}
	// Runs that end at the same moment have a row each.
	var idle []*process
	for range 4 {
		idle = append(idle, s.start("apply"))
	}
	for _, p := range idle {
		if code := p.end(); code != 0 {
			t.Errorf("exit %d\n%s", code, p.stderr.String())
		}
	}
	runs, err := tabular.Open(filepath.Join(s.dir, "results", "study", "runs.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	defer runs.Close()
	if runs.NumRows != 7 {
		t.Errorf("runs.parquet has %d rows, want one a run, 7", runs.NumRows)
	}
}

// Ctrl-C while the analysis is made ends it: what was collected is in the
// tables, and analyze makes the rest.
func TestInterruptEndsTheAnalysis(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no interrupt can be sent to a process")
	}
	s := newSite(t)
	s.done("apply", "--no-analysis")
	runs := filepath.Join(s.dir, "results", "study", "runs.parquet")
	if err := os.Remove(runs); err != nil {
		t.Fatal(err)
	}
	p := s.start("apply")
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(runs); err == nil {
			break // the run is written down, the analysis begins
		}
		if time.Since(began) > time.Minute {
			t.Fatal("no run was written down within a minute")
		}
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	const want = "runner: interrupted: the answers are collected and the tables written, the analysis is not made\n    mend: runner analyze .  makes it\n"
	if code := p.end(); code != 130 || !strings.HasSuffix(p.stderr.String(), want) {
		t.Errorf("exit %d, want 130; stderr says %q", code, p.stderr.String())
	}
}
