package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// hostile are labels that a careless writer would choke on.
var hostile = []string{
	`<script>alert("x")</script>`, `a & b 'c' "d" ]]> -->`, "line\nbreak\ttab", "nul\x00bell\x07escape\x1b[31m",
	"invalid \xff\xfe utf-8", "\u202Eright to left\u202C", "价值观 模型", "naïve Ærøskøbing Ωμέγα", "",
	strings.Repeat("W", 300), strings.Repeat("very_long-level.name/", 20), "\uFFFE\uFFFF", strings.Repeat("many short words ", 40),
}

// random makes figures of every kind from one seed.
func random(seed uint64) map[string]*Drawing {
	rng := rand.New(rand.NewPCG(seed, 1))
	label := func() string {
		if rng.IntN(3) == 0 {
			return hostile[rng.IntN(len(hostile))]
		}
		return strings.Repeat(string(rune('a'+rng.IntN(26))), 1+rng.IntN(24)) + fmt.Sprint(rng.IntN(1000))
	}
	meta := Meta{Title: label(), Subtitle: label(), Caption: []string{label(), label()}}
	if rng.IntN(2) == 0 {
		meta.Banner = "SIMULATED. " + label()
	}
	return map[string]*Drawing{
		"heat map": randomHeat(rng, meta, label).Draw(), "profiles": randomProfiles(rng, meta, label).Draw(),
		"shifts": randomShifts(rng, meta, label).Draw(), "overlay": randomOverlay(rng, meta, label).Draw(),
	}
}

// number is now and then missing, enormous or constant.
func number(rng *rand.Rand) float64 {
	switch rng.IntN(12) {
	case 0:
		return math.NaN()
	case 1:
		return 0
	case 2:
		return 40 * rng.NormFloat64()
	}
	return rng.NormFloat64()
}

func numbersOf(rng *rand.Rand, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = number(rng)
	}
	return out
}

func randomHeat(rng *rand.Rand, m Meta, label func() string) HeatMap {
	h := HeatMap{Meta: m, Scale: label()}
	for range 1 + rng.IntN(3) {
		g := Grid{Title: label(), RowKeys: []string{label(), "T"}}
		group := label()
		for range 1 + rng.IntN(8) {
			if rng.IntN(2) == 0 {
				group = label()
			}
			g.Columns = append(g.Columns, Column{group, label()})
		}
		first := label()
		for range 1 + rng.IntN(6) {
			if rng.IntN(2) == 0 {
				first = label()
			}
			g.Rows = append(g.Rows, []string{first, label()})
			var row []Cell
			for range g.Columns {
				row = append(row, Cell{Value: 2*rng.Float64() - 1, Text: "-0.12***", Absent: rng.IntN(6) == 0, Plain: rng.IntN(6) == 0, Empty: rng.IntN(6) == 0, Hint: label()})
			}
			g.Cells = append(g.Cells, row)
		}
		h.Grids = append(h.Grids, g)
	}
	return h
}

func randomProfiles(rng *rand.Rand, m Meta, label func() string) Profiles {
	n := 1 + rng.IntN(25)
	p := Profiles{Meta: m, Vertical: label(), Columns: 1 + rng.IntN(3), ReferenceName: label(), Reference: numbersOf(rng, n)}
	for range n {
		p.Values = append(p.Values, label())
	}
	for range 1 + rng.IntN(9) {
		p.Series = append(p.Series, label())
	}
	for range 1 + rng.IntN(5) {
		panel := ProfilePanel{Title: label()}
		for range p.Series {
			panel.Lines = append(panel.Lines, Line{Y: numbersOf(rng, n), Low: numbersOf(rng, n), High: numbersOf(rng, n)})
		}
		p.Panels = append(p.Panels, panel)
	}
	return p
}

func randomShifts(rng *rand.Rand, m Meta, label func() string) Shifts {
	s := Shifts{Meta: m, Vertical: label(), Columns: 1 + rng.IntN(4)}
	for range 1 + rng.IntN(6) {
		n := 1 + rng.IntN(120)
		p := ShiftPanel{Title: label(), Note: label(), Mean: numbersOf(rng, n), A: number(rng), B: number(rng), Phi: 1, Each: [][]float64{numbersOf(rng, n), nil}}
		if rng.IntN(4) == 0 {
			p.Absent = label() + "x"
		}
		s.Panels = append(s.Panels, p)
	}
	return s
}

func randomOverlay(rng *rand.Rand, m Meta, label func() string) Overlay {
	o := Overlay{Meta: m, Benchmark: label(), Fitted: label(), Circle: rng.IntN(2) == 0, Columns: 1 + rng.IntN(3)}
	spread := []float64{0, 1e-9, 0.1, 1}[rng.IntN(4)]
	n := 1 + rng.IntN(24)
	for range 1 + rng.IntN(3) {
		p := Map{Title: label(), Note: label()}
		if rng.IntN(4) == 0 {
			p.Absent = label() + "x"
		}
		for i := range n {
			sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
			v := Pair{Label: label(), Name: label(), Benchmark: [2]float64{cos, sin}, Fitted: [2]float64{spread * rng.NormFloat64(), spread * rng.NormFloat64()}}
			if rng.IntN(20) == 0 {
				v.Fitted[0] = math.NaN()
			}
			p.Points = append(p.Points, v)
		}
		o.Panels = append(o.Panels, p)
	}
	return o
}

// TestNothingOverlapsOrLeavesTheCanvas: whatever the labels, no words cover
// other words, nothing is drawn beyond the edge and every coordinate is finite.
func TestNothingOverlapsOrLeavesTheCanvas(t *testing.T) {
	runs := 25
	if testing.Short() {
		runs = 10
	}
	for seed := range runs {
		for kind, d := range random(uint64(seed)) {
			if err := check(d); err != nil {
				t.Errorf("%s of seed %d: %v", kind, seed, err)
			}
		}
	}
}

// check looks for the first fault of a layout.
func check(d *Drawing) error {
	canvas := box{0, 0, d.W, d.H}
	var boxes []box
	var texts []string
	for _, o := range d.ops {
		if s := o.shape; s != nil {
			b, ok := extent(s.path)
			if !ok || !finite(b.x0, b.y0, b.x1, b.y1) || !b.within(canvas) {
				return fmt.Errorf("a shape at %v leaves the canvas %v", b, canvas)
			}
			continue
		}
		b := o.words.box()
		if !finite(b.x0, b.y0, b.x1, b.y1) || !b.within(canvas) {
			return fmt.Errorf("%q at %v leaves the canvas %v", o.words.text, b, canvas)
		}
		boxes, texts = append(boxes, b), append(texts, o.words.text)
	}
	for i, b := range boxes {
		for j := range i {
			if b.overlaps(boxes[j]) {
				return fmt.Errorf("%q at %v covers %q at %v", texts[i], b, texts[j], boxes[j])
			}
		}
	}
	return nil
}

// TestLabelsLeavePointsVisible: no label of a map covers a point of it.
func TestLabelsLeavePointsVisible(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 2))
		o := randomOverlay(rng, Meta{}, func() string { return "LABEL" })
		for _, p := range o.Panels {
			d, without := o.plot(p, mapStyle{side: 1200, text: 12, radius: 4, both: true})
			if without != nil {
				t.Fatalf("seed %d: no place for a label on a map of 1200 pixels", seed)
			}
			var points []box
			for _, op := range d.ops {
				if s := op.shape; s != nil && len(s.path) == 6 && s.path[1].op == 'C' {
					b, _ := extent(s.path)
					points = append(points, b)
				}
			}
			for _, op := range d.ops {
				if op.words == nil {
					continue
				}
				for _, b := range points {
					if op.words.box().overlaps(b) {
						t.Errorf("seed %d: %q covers a point", seed, op.words.text)
					}
				}
			}
		}
	}
}

// TestEveryCellReadsWell: numbers in coloured cells have the contrast that
// WCAG 2 asks of text, everywhere on the ramp.
func TestEveryCellReadsWell(t *testing.T) {
	for i := -100; i <= 100; i++ {
		c := ramp(float64(i) / 100)
		if got := contrast(c, inkOn(c)); got < 4.5 {
			t.Errorf("ramp(%v): contrast %.2f", float64(i)/100, got)
		}
	}
	for i := range 100 {
		if ramp(float64(i+1)/100).luminance() >= ramp(float64(i)/100).luminance() || ramp(-float64(i+1)/100).luminance() >= ramp(-float64(i)/100).luminance() {
			t.Errorf("the ramp does not darken at %d", i)
		}
	}
}

// TestSVGIsSafeAndWellFormed: hostile labels neither break the XML nor become
// elements, and nothing refers to the outside.
func TestSVGIsSafeAndWellFormed(t *testing.T) {
	allowed := map[string]bool{"svg": true, "title": true, "desc": true, "defs": true, "path": true, "g": true, "use": true}
	for seed := range uint64(8) {
		for kind, d := range random(seed) {
			dec := xml.NewDecoder(bytes.NewReader(d.SVG()))
			for {
				tok, err := dec.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s of seed %d: %v", kind, seed, err)
				}
				e, ok := tok.(xml.StartElement)
				if ok && !allowed[e.Name.Local] {
					t.Errorf("%s of seed %d: element %q", kind, seed, e.Name.Local)
				}
				for _, at := range e.Attr {
					if at.Name.Local == "href" && !strings.HasPrefix(at.Value, "#") || strings.HasPrefix(at.Name.Local, "on") {
						t.Errorf("%s of seed %d: attribute %v", kind, seed, at)
					}
				}
			}
		}
	}
}

// TestSameDataGiveTheSameBytes: SVG and PNG do not depend on the run.
func TestSameDataGiveTheSameBytes(t *testing.T) {
	first, again := random(7), random(7)
	for kind, d := range first {
		a, err := d.PNG(2)
		if err != nil {
			t.Fatal(err)
		}
		b, err := again[kind].PNG(2)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) || !bytes.Equal(d.SVG(), again[kind].SVG()) {
			t.Errorf("%s: the bytes differ", kind)
		}
		img, err := png.Decode(bytes.NewReader(a))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := img.Bounds().Dx(), int(2*math.Ceil(d.W)); got != want {
			t.Errorf("%s: %d pixels wide, want %d", kind, got, want)
		}
	}
}

// TestPNGTooLarge: a picture beyond the limit is an error, not a crash.
func TestPNGTooLarge(t *testing.T) {
	if _, err := (&Drawing{W: 1e6, H: 1e6}).PNG(2); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("error %v", err)
	}
	if _, err := (&Drawing{}).PNG(2); err == nil {
		t.Error("a picture without extent is no error")
	}
}

// TestGolden compares small figures with the files in testdata.
func TestGolden(t *testing.T) {
	for name, d := range small() {
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, d.SVG(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(d.SVG(), want) {
			t.Errorf("%s differs; look at it, then go test ./analysis/figure -update", path)
		}
	}
}

// small are figures with few labels.
func small() map[string]*Drawing {
	m := Meta{Title: "A", Banner: "SIMULATED", Caption: []string{"N = 3"}}
	return map[string]*Drawing{
		"heat": HeatMap{Meta: m, Scale: "rho", Grids: []Grid{{RowKeys: []string{"m"}, Rows: [][]string{{"a"}, {"b"}},
			Columns: []Column{{"p", "0"}, {"p", "1"}}, Cells: [][]Cell{{{Value: 0.5, Text: "0.50*"}, {Value: -0.5, Text: "-0.50"}}, {{Absent: true, Text: "NA"}, {Empty: true}}}}}}.Draw(),
		"profile": Profiles{Meta: m, Values: []string{"AA", "BB", "CC"}, Vertical: "mean", ReferenceName: "human", Reference: []float64{1, 0, -1},
			Series: []string{"a"}, Panels: []ProfilePanel{{Title: "p", Lines: []Line{{Y: []float64{0.5, math.NaN(), -0.5}, Low: []float64{0, 0, -1}, High: []float64{1, 1, 0}}}}}}.Draw(),
		"shift": Shifts{Meta: m, Vertical: "mean", Panels: []ShiftPanel{{Title: "p", Mean: []float64{1, 0, -1, 0}, B: 1}, {Title: "q", Absent: "no session"}}, Columns: 2}.Draw(),
		"overlay": Overlay{Meta: m, Benchmark: "theory", Fitted: "a", Circle: true, Panels: []Map{{Points: []Pair{
			{Label: "AA", Benchmark: [2]float64{1, 0}, Fitted: [2]float64{0.8, 0.1}}, {Label: "BB", Benchmark: [2]float64{0, 1}, Fitted: [2]float64{0, 0.9}},
			{Label: "CC", Benchmark: [2]float64{-1, -1}, Fitted: [2]float64{-0.7, -1}}}}}}.Draw(),
	}
}
