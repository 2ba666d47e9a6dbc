package schema_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"circumplex.example/schema"
)

func TestShippedInstrumentsLoadByName(t *testing.T) {
	names := schema.ShippedInstruments()
	for _, want := range []string{"pvq57", "pvqrr_key", "ten"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not among %v", want, names)
		}
	}
	for _, name := range names {
		in, problems := schema.LoadInstrument(name)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		if in.Name != name || len(in.Hash) != 64 {
			t.Errorf("%s: name %q, hash %q", name, in.Name, in.Hash)
		}
	}
}

// The key of the PVQ-RR is that of pvq57; the wording is neither.
func TestPVQRRKeyHasTheKeyOfPVQ57AndNoWording(t *testing.T) {
	key, problems := schema.LoadInstrument("pvqrr_key")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	full, _ := schema.LoadInstrument("pvq57")
	if key.HasTexts() || len(key.Items) != 57 || len(key.Values) != 19 || key.Min != 1 || key.Max != 6 {
		t.Errorf("texts %v, %d items, %d values, scale %d..%d", key.HasTexts(), len(key.Items), len(key.Values), key.Min, key.Max)
	}
	if !strings.Contains(key.Notice, "wording is not included") {
		t.Errorf("notice: %q", key.Notice)
	}
	for i, it := range key.Items {
		if f := full.Items[i]; it.Number != f.Number || it.Value != f.Value || it.Reverse || f.Reverse {
			t.Errorf("item %d measures %s, %d of pvq57 %s", it.Number, it.Value, f.Number, f.Value)
		}
	}
	for i, v := range key.Values {
		if v.Code != full.Values[i].Code || v.Name != full.Values[i].Name {
			t.Errorf("value %d: %v", i, v)
		}
	}
	for i, c := range key.Circles {
		if !slices.Equal(c.Order, full.Circles[i].Order) {
			t.Errorf("circle %s differs", c.Name)
		}
	}
	if key.Hash == full.Hash {
		t.Error("an instrument without wording has the hash of one with wording")
	}
}

func TestShippedBenchmarksFitThePVQ(t *testing.T) {
	all, err := schema.ShippedBenchmarks()
	if err != nil {
		t.Fatal(err)
	}
	pvq, _ := schema.LoadInstrument("pvqrr_key")
	ten, _ := schema.LoadInstrument("ten")
	var names []string
	for _, b := range all {
		names = append(names, b.Name)
		if !b.Fits(pvq) || b.Fits(ten) {
			t.Errorf("%s fits pvqrr_key: %v, ten: %v", b.Name, b.Fits(pvq), b.Fits(ten))
		}
	}
	if want := []string{"schwartz_cieciuch_2022_medians", "theory_circle_a", "theory_circle_b"}; !slices.Equal(names, want) {
		t.Errorf("benchmarks %v, want %v", names, want)
	}
}

func TestDefaultAnalysisIsThatOfMETHODS(t *testing.T) {
	a, err := schema.DefaultAnalysis()
	if err != nil {
		t.Fatal(err)
	}
	want := schema.Analysis{Scores: "raw", Correlation: "pearson", Missing: "pairwise", MinAnswered: 0.7, RequireAllValues: true,
		Dissimilarity: "one_minus_r", MDS: "ratio", Restarts: 20, Permutations: 9999, Seed: 1, Bootstrap: 1000, BootstrapSeed: 1, AnchorColumn: "anchor_value"}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("got %+v, want %+v", a, want)
	}
}

func writeCUE(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scale.cue")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestScaleAndKeyAloneAreEnough(t *testing.T) {
	in, problems := schema.LoadInstrument(writeCUE(t, `
Mine: {
	scale: {min: 0, max: 4}
	key: {WARM: [2, 1], COLD: [3]}
	reverse: [3]
	structure: "none"
}
`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if in.Name != "mine" || in.Min != 0 || in.Max != 4 || in.Structure != "none" {
		t.Errorf("%+v", in)
	}
	if len(in.Values) != 2 || in.Values[0] != (schema.Value{Code: "WARM", Name: "WARM"}) || in.Values[1].Code != "COLD" {
		t.Errorf("values %+v, want those of the key in its order", in.Values)
	}
	if len(in.Items) != 3 || in.Items[0].Number != 1 || in.Items[0].Value != "WARM" || !in.Items[2].Reverse {
		t.Errorf("items %+v", in.Items)
	}
}

func TestFieldOfAFileWithSeveralInstruments(t *testing.T) {
	file := writeCUE(t, `package instruments

import "circumplex.example/schema"

one: schema.#Instrument & {name: "one", scale: {min: 1, max: 2}, values: A: name: "a", key: A: [1]}
two: schema.#Instrument & {name: "two", scale: {min: 1, max: 2}, values: A: name: "a", key: A: [1]}
note: "not an instrument"
`)
	if _, problems := schema.LoadInstrument(file); !strings.Contains(problems.String(), "there are 2 instruments in this file: one, two") {
		t.Errorf("got %v", problems)
	}
	in, problems := schema.LoadInstrument(file + "#two")
	if len(problems) > 0 || in.Name != "two" {
		t.Errorf("got %v, %v", in, problems)
	}
	if _, problems := schema.LoadInstrument(file + "#tow"); !strings.Contains(problems.String(), `did you mean "two"?`) {
		t.Errorf("got %v", problems)
	}
}

// Each problem names the author's own line.
func TestInstrumentProblemsNameTheLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"item twice", "a: {\n\tscale: {min: 1, max: 5}\n\tkey: {\n\t\tX: [1, 2]\n\t\tY: [2, 3]\n\t}\n}", `:5:7: item 2 stands in the key twice, for "X" and for "Y"`},
		{"unknown field", "a: {\n\tscale: {min: 1, max: 5}\n\tkye: {}\n\tkey: X: [1]\n}", `:3:2: unknown field "kye" in instrument`},
		{"no scale", "a: {\n\tkey: X: [1]\n}", `:1:1: missing field "scale" in instrument`},
		{"no key", "a: {\n\tscale: {min: 1, max: 5}\n}", `missing field "key" in instrument`},
		{"wrong type", "a: {\n\tscale: {min: 1, max: \"5\"}\n\tkey: X: [1]\n}", `:2:`},
		{"scale upside down", "a: {\n\tscale: {min: 5, max: 1}\n\tkey: X: [1]\n}", `:2:2: the scale goes from 5 to 1`},
		{"empty key", "a: {\n\tscale: {min: 1, max: 5}\n\tkey: {X: []}\n}", `:3:8: value "X" has no item in the key`},
		{"circle", "a: {\n\tscale: {min: 1, max: 5}\n\tkey: {X: [1], Y: [2]}\n\tcircles: a: [\"X\"]\n}", `:4:11: circle "a" does not name each value exactly once`},
		{"syntax", "a: {\n\tscale: {", `:2:`},
		{"reference", "a: {\n\tscale: {min: 1, max: top}\n\tkey: X: [1]\n}", `reference "top" not found`},
		{"no instrument", "a: 1", "there is no instrument in this file"},
		{"experiment only", "experiment: {name: \"x\"}", "there is no instrument in this file"},
	} {
		_, problems := schema.LoadInstrument(writeCUE(t, c.text))
		if !problems.HasErrors() || !strings.Contains(problems.String(), c.want) {
			t.Errorf("%s: got\n%s\nwant %s", c.name, problems, c.want)
		}
	}
}

func TestInstrumentThatIsNotThere(t *testing.T) {
	for given, want := range map[string]string{
		"pvq75":         `did you mean "pvq57"?`,
		"nowhere.cue":   "the instrument cannot be read",
		"pvqrr_key.cue": "--instrument pvqrr_key",
	} {
		if _, problems := schema.LoadInstrument(given); !strings.Contains(problems.String(), want) {
			t.Errorf("%s: got %v, want %s", given, problems, want)
		}
	}
}
