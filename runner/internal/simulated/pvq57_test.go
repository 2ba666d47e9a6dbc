package simulated

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// instrumentItems reads the project's own instrument as text: the items' three
// forms by number, and the value that stands in the comment of each.
func instrumentItems(t testing.TB) (values map[string]string, forms map[string][]string) {
	t.Helper()
	text, err := os.ReadFile("../../../experiments/instruments/pvq57.cue")
	if err != nil {
		t.Skip("the instrument is not there: ", err)
	}
	item := regexp.MustCompile(`"(\d+)": \{// (\w+)\n\s*female:\s+"(.*)"\n\s*male:\s+"(.*)"\n\s*neutral:\s+"(.*)"`)
	values, forms = map[string]string{}, map[string][]string{}
	for _, m := range item.FindAllStringSubmatch(string(text), -1) {
		values[m[1]], forms[m[1]] = m[2], m[3:6]
	}
	return values, forms
}

func TestInstrumentItemsArePlacedInTheirValueOrItsNeighbour(t *testing.T) {
	values, forms := instrumentItems(t)
	l := newLexicon()
	near := 0
	for n, f := range forms {
		for i, text := range f {
			p := l.place(text)
			d := circleDistance(p.value, indexOf(values[n]))
			if p.known && d <= 1 {
				near++
			}
			if !p.known || d > 0 {
				t.Logf("item %s form %d of %s read as %s (known %v) %v: %s", n, i, values[n], valueCodes[p.value], p.known, p.score, text)
			}
			if l.place(f[0]).id != p.id {
				t.Logf("item %s form %d: identity differs: %s", n, i, text)
			}
		}
	}
	if len(forms) != 57 || near < 3*54 {
		t.Errorf("%d of %d texts placed in their value or its neighbour; want at least 162 of 171", near, 3*len(forms))
	}
}

func TestInstrumentGivesTheStructureOfAnAnchorAndVariesAtZero(t *testing.T) {
	values, forms := instrumentItems(t)
	var batch strings.Builder
	for q := 1; q <= len(forms); q++ {
		fmt.Fprintf(&batch, "\n%d. %s", q, forms[strconv.Itoa(q)][2])
	}
	for _, kind := range cueKinds {
		prompts := population(t, kind, 300)
		var all []float64
		for _, name := range sixModels {
			m := New(name, Options{})
			rows := make([][]float64, len(prompts))
			for n, p := range prompts {
				rows[n] = make([]float64, valueCount)
				for q, r := range ratings(t, ask(t, m, seedOf(p, n), 0, user(p+"\n"+batch.String())).Content) {
					rows[n][indexOf(values[strconv.Itoa(q)])] += float64(r) / 3
				}
			}
			for v, c := range covariance(rows[:100]) {
				if c[v] < 1e-6 {
					t.Errorf("%s, %s: %s does not vary", name, kind, valueCodes[v])
				}
			}
			all = append(all, misfit(sample(rows), m.Structure().TheoryAngles))
		}
		t.Logf("%-12s ssd %.2f", kind, all)
		if got := median(all); kind == CueAnchor && (got < 0.08 || got > 0.25) {
			t.Errorf("median SSD %.2f under value anchors", got)
		}
	}
}

// circleDistance is the number of steps between two values.
func circleDistance(a, b int) int {
	d := (a - b + valueCount) % valueCount
	return min(d, valueCount-d)
}
