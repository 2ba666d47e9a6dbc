package simulated

import (
	"os"
	"regexp"
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

// circleDistance is the number of steps between two values.
func circleDistance(a, b int) int {
	d := (a - b + valueCount) % valueCount
	return min(d, valueCount-d)
}
