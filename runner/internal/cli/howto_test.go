package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var shFence = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")

// howtoExperiment is the study that the pages speak of.
const howtoExperiment = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name:       "study"
	seed:       1
	n:          3
	instrument: instruments.ten
	factors: {
		model: {"sim-a": provider: "simulated", "sim-b": provider: "simulated"}
		prompt: {
			basic: template: "Rate each description from 1 to 5."
			hobby: {
				template: "Rate each description from 1 to 5. Answer as one who likes {hobby}."
				variables: hobby: {from: ["chess", "rowing", "jazz", "bread"], draw: "shuffle"}
			}
		}
		temperature: "0.7": value: 0.7
		administration: batch: {}
	}
}
`

// howto runs the commands of a page in an empty directory that holds the study,
// as a machine that has nothing else, and returns what they print.
func howto(t *testing.T, page string, replace ...string) string {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the commands of the pages are for sh")
	}
	src, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "howto", page))
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, m := range shFence.FindAllStringSubmatch(string(src), -1) {
		script.WriteString(m[1])
	}
	if script.Len() == 0 {
		t.Fatalf("%s has no commands", page)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "study"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "study", "experiment.cue"), []byte(howtoExperiment), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e", "-c", strings.NewReplacer(replace...).Replace(script.String()))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+filepath.Join(dir, ".home"), "XDG_DATA_HOME=", "XDG_CACHE_HOME=", "RUNNER_STORE=")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", page, err, out)
	}
	return string(out)
}

// An experiment that was published is reproduced, byte for byte and offline, by
// the commands of the page: diff at its end would fail otherwise.
func TestHowtoPublish(t *testing.T) {
	out := howto(t, "publish-your-data.md")
	for _, want := range []string{"12 completions written to published/replies, in 1 part", "12 completions read: 12 added", "nothing to do", "the results follow from what was collected"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

func TestHowtoExplain(t *testing.T) {
	out := howto(t, "explain-a-request.md")
	for _, want := range []string{"study: 4 cells of 3 respondents", "          | … Answer as one who [-likes-] {+loves+} jazz.\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// The page is about the user's own store; here it holds the study.
func TestHowtoBackUp(t *testing.T) {
	out := howto(t, "back-up-the-store.md", "runner status ./experiments/quickstart", "runner apply --no-analysis study; runner status study")
	for _, want := range []string{"store:     ", "simulated replies: 12, ", "12 completions, all as they were written", "to remove: nothing"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}
