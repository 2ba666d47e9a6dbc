package cli_test

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/cli"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

// hostile is a completion as a provider on the network would have brought it,
// by a model that means ill.
func hostile(t *testing.T) *completion.Completion {
	t.Helper()
	o, err := completion.NewOrigin("openai", "https://llm.example/v1", "gpt-x", []completion.Parameter{{Name: "temperature", Value: 0.7}}, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := storetest.Completion(o, 3)
	c.Text = "1. 4\x1b[2J\x1b]0;owned\x07\n2. <script>alert(1)</script>\u202e\r3. | a | b |"
	c.ModelServed, c.Fingerprint = "gpt-x-2026\x1b[1m", "fp\u009b31m"
	c.FinishReason = "stop\x1b"
	c.Mends = []string{"removed top_p \x1b[31m"}
	c.Header = []string{"X-Request-Id: \x1b[5m"}
	c.Sent = []byte(`{"model":"gpt-x"}` + "\x1b")
	c.Body = []byte("{}\x00\x1b\xff")
	c.Latency = 1500 * time.Millisecond
	return c
}

func hostileStore(t *testing.T) (dir string, c *completion.Completion) {
	t.Helper()
	dir, c = t.TempDir(), hostile(t)
	s, err := store.Open(t.Context(), filepath.Join(dir, "store.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	try := store.Try{At: c.StartedAt, Origin: c.Request.Origin, Key: c.Request.Key(), Tries: 1, Usage: c.Usage, Micros: 12_300_000, Outcome: "ok"}
	if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}, Tries: []store.Try{try}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir()) // no experiment here
	return dir, c
}

func output(t *testing.T, want int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := cli.Main(args, &out, &errs); code != want {
		t.Fatalf("%v: exit %d, want %d\n%s%s", args, code, want, &out, &errs)
	}
	return out.String()
}

// Everything that is stored of a request is shown, and as plain text: nothing
// in it reaches the terminal as a command.
func TestShowOfAStoredRequestIsPlainAndWhole(t *testing.T) {
	dir, c := hostileStore(t)
	got := output(t, 0, "show", "request", c.Request.Key().String(), "--store", dir)
	for _, r := range got {
		if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u202e') {
			t.Fatalf("%q is in the output:\n%q", r, got)
		}
	}
	for _, want := range []string{
		"asks:        openai gpt-x at https://llm.example/v1\nparameters:  temperature=0.7\n",
		"\nmessages\nuser      | For each of the following statements, rate it. Answer as person 3.\n",
		`reply     | 1. 4\x1b[2J\x1b]0;owned\x07` + "\n" + `          | 2. <script>alert(1)</script>\u202e\x0d3. | a | b |` + "\n",
		`served by:   gpt-x-2026\x1b[1m fp`,
		`ended:       ok (stop\x1b)`,
		"tokens:      3 cached, 171 completion, 103 prompt\n",
		"took:        1500 ms, 1 try\n",
		"http:        200 chatcmpl-",
		`mended:      removed top_p \x1b[31m`,
		"\nbody that was sent\n          | " + `{"model":"gpt-x"}\x1b` + "\n",
		"\nbody that came back\n          | " + `X-Request-Id: \x1b[5m` + "\n" + `          | {}\x00\x1b`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// A listing says what replies cost, gc that they are gone for good.
func TestCacheTellsWhatWasPaid(t *testing.T) {
	dir, c := hostileStore(t)
	got := output(t, 0, "cache", "ls", "--store", dir)
	_, got, _ = strings.Cut(got, "\n\n")
	got, _, _ = strings.Cut(got, "\n\n")
	want := `origin    who was asked, and how    replies  sent  received   size    cost
────────────────────────────────────────────────────────────────────────────
` + c.Request.Origin.Digest().String()[:8] + `  openai gpt-x                    1   103       171  156 B  $12.30
          at https://llm.example/v
          1
          temperature=0.7`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = output(t, 1, "cache", "gc", "--store", dir, "--older-than", "1d")
	for _, line := range []string{"to remove: 1 completion\n", "made:      from 2026-03-01 to 2026-03-01\n", "tokens:    103 sent, 171 received\n",
		"cost:      $12.30 was paid for them\n", "first:     runner cache export OUT  keeps a copy of all that is stored\n"} {
		if !strings.Contains(got, line) {
			t.Errorf("%q is not in\n%s", line, got)
		}
	}
}

// What a model wrote goes through an archive as it was, and nothing is
// overwritten on the way back.
func TestHostileReplySurvivesAnArchive(t *testing.T) {
	dir, c := hostileStore(t)
	output(t, 0, "cache", "export", "out", "--store", dir)
	output(t, 0, "cache", "import", "out", "--store", "copy")
	s, err := store.Open(t.Context(), filepath.Join("copy", "store.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Get(t.Context(), c.Request.Key())
	if err != nil || got.Text != c.Text || !bytes.Equal(got.Body, c.Body) || got.Header[0] != c.Header[0] {
		t.Errorf("%v, %v", got, err)
	}
	other := *c
	other.Request.Sample++
	if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{&other}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// A store that has another reply to one of the requests.
	clash := *c
	clash.Text = "another"
	s, err = store.Open(t.Context(), filepath.Join("clash", "store.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{&clash}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	if code := cli.Main([]string{"cache", "import", filepath.Join("copy", "store.db"), "--store", "clash"}, &out, &errs); code != 1 {
		t.Errorf("exit %d", code)
	}
	want := "runner: 1 completion is left out: the store has another reply to the same request, which stays\n    " + c.Request.Key().String() +
		"\n    mend: import into a store of its own:  --store DIR\n"
	if got, _, _ := strings.Cut(out.String(), "\n"); got != "2 completions read: 1 added, 0 there already" || errs.String() != want {
		t.Errorf("%s\n%s", &out, &errs)
	}
}
