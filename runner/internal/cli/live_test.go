package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"circumplex.example/runner/internal/cli"
	"circumplex.example/runner/internal/simulated/server"
)

// liveCUE is a small design whose model a server answers.
const liveCUE = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 8
	instrument: instruments.ten
	limits: max_in_flight: 64
	factors: {
		model: m: {provider: %q, base_url: %q, identity: "server", idempotency_key: true, parameters: max_tokens: 1000}
		prompt: {
			aged: {template: "Rate each description from 1 to 5. Answer as one aged {age}.", variables: age: range: {min: 18, max: 75}}
			persona: {template: "Rate each description from 1 to 5. Answer as: {persona}.", variables: persona: generate: prompt: "Create a persona:"}
		}
		temperature: {"0.0": value: 0.0, "0.7": value: 0.7}
		administration: {batch: {}, sequential: {}}
	}
}
`

// liveWanted is 2 prompts x 2 temperatures x 8 x (1 batch + 10 turns) + 8 personas.
const liveWanted = 2*2*8*(1+10) + 8

// live applies liveCUE until it is complete, and returns the responses.
func live(t *testing.T, provider, path string, o server.Options) ([]byte, server.Counters) {
	t.Helper()
	s := server.New(o)
	ts := httptest.NewServer(s)
	defer ts.Close()
	dir := t.TempDir()
	study := filepath.Join(dir, "study")
	if err := os.Mkdir(study, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(study, "study.cue"), fmt.Appendf(nil, liveCUE, provider, ts.URL+path), 0o600); err != nil {
		t.Fatal(err)
	}
	made := 0
	for range 5 {
		var stdout, stderr bytes.Buffer
		code := cli.Main([]string{"apply", study, "--store", filepath.Join(dir, "store"), "--results", filepath.Join(dir, "results"), "--yes", "--json", "--no-analysis"}, &stdout, &stderr)
		var d document
		if err := json.Unmarshal(stdout.Bytes(), &d); err != nil {
			t.Fatalf("exit %d, %v\n%s%s", code, err, stdout.String(), stderr.String())
		}
		if made += d.Run.Made; code == 0 {
			break
		}
		// A request that was struck six times in a row is given up; another run sends it.
		if code != 3 || d.Run.Made == 0 {
			t.Fatalf("exit %d\n%s%s", code, stdout.String(), stderr.String())
		}
	}
	if made != liveWanted {
		t.Errorf("made %d completions, want %d", made, liveWanted)
	}
	b, err := os.ReadFile(filepath.Join(dir, "results", "study", "responses.parquet"))
	if err != nil {
		t.Fatal(err)
	}
	return b, s.Counters()
}

// The real client of each wire format comes to completeness through faults of the
// transport, with the tables of a run without any. .ci/providers does the same
// with processes and the paper's design.
func TestFaultsOfTheTransportLeaveNoTrace(t *testing.T) {
	faults, err := server.ParsePlan("408=2%,429=2%,429date=2%,500=2%,502=2%,503=2%,529=2%,error200=2%,reset=2%,cut=2%,truncate=2%,empty=2%,stall=1%:50ms")
	if err != nil {
		t.Fatal(err)
	}
	for provider, path := range map[string]string{"openai": "/v1", "google": "/v1beta", "anthropic": "/v1", "ollama": ""} {
		if testing.Short() && provider != "openai" {
			continue
		}
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			calm, c := live(t, provider, path, server.Options{})
			if c.Requests != liveWanted && provider != "ollama" { // which is asked for its context too
				t.Errorf("%d requests without faults, want %d", c.Requests, liveWanted)
			}
			rough, c := live(t, provider, path, server.Options{Faults: faults})
			if struck := c.Requests - c.ByOutcome[server.OutcomeOK]; struck < liveWanted/10 || c.Destroyed == 0 {
				t.Errorf("%d of %d requests struck, %d replies destroyed: the test shows nothing", struck, c.Requests, c.Destroyed)
			}
			if c.Duplicates != 0 || c.KeysReused != 0 || c.Keys != liveWanted {
				t.Errorf("%d keys, %d answered twice, %d with two bodies; want %d, 0, 0", c.Keys, c.Duplicates, c.KeysReused, liveWanted)
			}
			if c.Connections > 64+struckConnections(c) {
				t.Errorf("%d connections: they are not used again", c.Connections)
			}
			if !bytes.Equal(calm, rough) {
				t.Error("responses.parquet is not the same bytes")
			}
		})
	}
}

// struckConnections counts the faults after which a connection is gone.
func struckConnections(c server.Counters) int {
	return c.ByOutcome["reset"] + c.ByOutcome["cut"] + c.ByOutcome["stall"] + c.ByOutcome["408"]
}
