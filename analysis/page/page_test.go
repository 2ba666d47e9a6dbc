package page_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/ingest/ingesttest"
	"circumplex.example/analysis/page"
	"circumplex.example/analysis/report"
	"circumplex.example/analysis/tabular"
)

var hostile = flag.String("hostile", "", "write the page of hostile replies to this file, for .ci/browser")

// build writes the tables, analyses them and makes the page.
func build(t *testing.T, s ingesttest.Spec, prepare ...func(dir string)) string {
	t.Helper()
	dir := t.TempDir()
	ingesttest.Write(t, dir, s)
	if _, err := report.Run(context.Background(), dir, report.Overrides{"restarts": "1", "permutations": "99", "bootstrap": "0", "figures": "false"}); err != nil {
		t.Fatal(err)
	}
	for _, f := range prepare {
		f(dir)
	}
	html, err := page.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	return string(html)
}

// spec is a directory of these conditions.
func spec(conditions ...ingesttest.Condition) ingesttest.Spec {
	s := ingesttest.PVQ()
	s.Conditions = conditions
	return s
}

func condition(model, prompt string, n int, answer func(int, []int16)) ingesttest.Condition {
	return ingesttest.Condition{Model: model, Prompt: prompt, Temperature: 0.7, Administration: "batch", N: n, Answer: answer}
}

var clearly = ingesttest.Circular(1, 0.5)

var raw = regexp.MustCompile(`(?s)<(script|style)[^>]*>.*?</(script|style)>`)

// picture is an attribute that HTML allows to hold <, and XML does not.
var picture = regexp.MustCompile(`src="data:image[^"]*"`)

// element is one start tag with the text up to the next tag.
type element struct {
	name string
	attr map[string]string
	text string
}

// elements reads the page as a forgiving reader of XML does, and fails if tags
// do not nest.
func elements(t *testing.T, html string) []element {
	t.Helper()
	html = picture.ReplaceAllStringFunc(raw.ReplaceAllString(html, ""), func(p string) string { return strings.ReplaceAll(p, "<", "%3C") })
	d := xml.NewDecoder(strings.NewReader(html))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var out []element
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			e := element{name: tok.Name.Local, attr: map[string]string{}}
			for _, a := range tok.Attr {
				e.attr[a.Name.Local] = a.Value
			}
			out = append(out, e)
		case xml.CharData:
			if len(out) > 0 {
				out[len(out)-1].text += string(tok)
			}
		}
	}
}

func TestPageIsWholeAndClosed(t *testing.T) {
	html := build(t, spec(condition("m1", "clear", 30, clearly), condition("m1", "noisy", 30, ingesttest.Circular(2, 3)),
		condition("m2", "flat", 10, ingesttest.Constant(4)), condition("m2", "refuses", 5, ingesttest.Constant(-int16(ingest.Refusal)))))
	count := map[string]int{}
	sorts, ids := 0, map[string]bool{}
	for _, e := range elements(t, html) {
		count[e.name]++
		if e.name == "th" && e.attr["scope"] == "" {
			t.Errorf("a heading without scope: %q", e.text)
		}
		if e.attr["data-sort"] != "" {
			sorts++
		}
		if id := e.attr["id"]; id != "" && ids[id] {
			t.Errorf("the id %q is there twice", id)
		} else {
			ids[id] = true
		}
		for _, name := range []string{"src", "href", "action"} {
			if a := e.attr[name]; a != "" && !strings.HasPrefix(a, "#") && !strings.HasPrefix(a, "data:") {
				t.Errorf("<%s %s=%q> leaves the page", e.name, name, a)
			}
		}
		if e.attr["style"] != "" || e.attr["onclick"] != "" {
			t.Errorf("<%s> has what the policy forbids", e.name)
		}
	}
	for name, want := range map[string]int{"main": 1, "h1": 1, "nav": 1, "header": 1} {
		if count[name] != want {
			t.Errorf("%d <%s>, want %d", count[name], name, want)
		}
	}
	if sorts != 13 {
		t.Errorf("%d columns sort, want 13", sorts)
	}
	for _, id := range []string{"summary", "conditions", "figures", "tables", "quality", "methods", "provenance", "t-table1_ssd", "t-data_quality"} {
		if !ids[id] {
			t.Errorf("there is no section %q", id)
		}
	}
	for _, want := range []string{"SIMULATED.", "no variance in any of the 19 values", "2 conditions have no structure match", "download=\"table1_ssd.csv\"", "experiment test", "99 permutations"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(html, "NaN") || strings.Contains(html, "ZgotmplZ") || strings.Contains(html, "<nil>") {
		t.Error("the page holds NaN, a nil or an address that was refused")
	}
}

// The policy names each script and style of the page by digest, and nothing else.
func TestPolicyNamesEveryScript(t *testing.T) {
	html := build(t, spec(condition("m1", "clear", 20, clearly)))
	policy := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(html)[1]
	policy = strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(policy)
	if strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("the policy is %s", policy)
	}
	found := 0
	for _, m := range regexp.MustCompile(`(?s)<(?:script|style)>(.*?)</(?:script|style)>`).FindAllStringSubmatch(html, -1) {
		sum := sha256.Sum256([]byte(m[1]))
		if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("the policy does not admit the script that begins %.40q", m[1])
		}
		found++
	}
	if found != 5 || strings.Count(policy, "sha256-") != 5 {
		t.Errorf("%d scripts and styles, %d digests; want 5", found, strings.Count(policy, "sha256-"))
	}
}

const attack = "</pre><script>window.ran=1</script>\x1b[31m\u202e<img src=x onerror='window.ran=2'>\x00&amp;"

// hostileReplies writes completions in which every reply is an attack.
func hostileReplies(t *testing.T) func(string) {
	return func(dir string) {
		text := func(name string) tabular.Column {
			return tabular.Column{Name: name, Type: tabular.String, Nullable: true}
		}
		whole := func(name string) tabular.Column {
			return tabular.Column{Name: name, Type: tabular.Int32, Nullable: true}
		}
		w, err := tabular.Create(filepath.Join(dir, "completions.parquet"), tabular.Schema{Name: "completions", Columns: []tabular.Column{
			text("respondent_id"), text("status"), text("purpose"), text("model_requested"), text("model_served"), text("system_fingerprint"),
			whole("attempt"), whole("tries"), text("raw_text")}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"c0000r000000", "c0001r000000"} {
			if err := w.Append(id, "refusal", "answer", "m1", attack, attack, 1, 2, attack+strings.Repeat(" long", 500)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// What stands out in a condition is in the report: drift, other models,
// parameters that were not sent.
func TestFlagsAreShown(t *testing.T) {
	s := spec(condition("m1", "clear", 4, clearly), condition("m1", "other", 4, clearly))
	s.Conditions[1].Skipped = "top_k"
	dir := t.TempDir()
	ingesttest.Write(t, dir, s)
	ingesttest.WriteReplies(t, dir, ingesttest.Reply{Requested: "gpt-4o", Served: "gpt-4o-2024-08-06"},
		ingesttest.Reply{Requested: "gpt-4o", Served: "gpt-4o-2024-05-13"}, ingesttest.Reply{Condition: 1, Requested: "gpt-4o", Served: "<b>mini</b>"})
	if _, err := report.Run(context.Background(), dir, report.Overrides{"restarts": "1", "permutations": "99", "bootstrap": "0", "figures": "false"}); err != nil {
		t.Fatal(err)
	}
	b, err := page.Build(dir)
	if err != nil {
		t.Fatal(err)
	}
	html := string(b)
	for _, want := range []string{"2 models served: gpt-4o-2024-05-13 (1), gpt-4o-2024-08-06 (1)", "&lt;b&gt;mini&lt;/b&gt; for gpt-4o (1)", "<td>not the one asked for</td>",
		"<td>parameters declared and not sent</td><td>top_k</td>"} {
		if !strings.Contains(html, want) {
			t.Errorf("the report does not show %s", want)
		}
	}
}

func TestRepliesAreShownNotRun(t *testing.T) {
	s := spec(condition("m1", "clear", 20, ingesttest.Constant(-int16(ingest.Unparseable))), condition(attack, attack, 20, clearly))
	s.Options["title"] = "A \"title\" " + attack
	s.Options["instrument_notice"] = attack
	html := build(t, s, hostileReplies(t))
	if *hostile != "" {
		if err := os.WriteFile(*hostile, []byte(html), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	shown := false
	for _, e := range elements(t, html) {
		if e.name == "pre" {
			shown = shown || strings.Contains(e.text, "<script>window.ran=1</script>[31m<img src=x onerror=")
		}
		if e.attr["onerror"] != "" || e.name == "img" {
			t.Errorf("the attack made an element: %+v", e)
		}
	}
	if !shown {
		t.Error("the reply is not shown as it was written")
	}
	if n := strings.Count(html, "<script>window.ran"); n != 0 {
		t.Errorf("%d scripts got into the page", n)
	}
	for _, bad := range []string{"\x1b", "\x00", "\u202e"} {
		if strings.Contains(html, bad) {
			t.Errorf("the control character %q got into the page", bad)
		}
	}
	if !strings.Contains(html, "Cut here") {
		t.Error("a long reply is not cut, or that is not said")
	}
	data := regexp.MustCompile(`(?s)id="data">(.*?)</script>`).FindStringSubmatch(html)[1]
	if !json.Valid([]byte(data)) || strings.Contains(data, "<") {
		t.Error("the numbers of the figures are no JSON, or hold a tag")
	}
}

// The same tables give the same bytes, wherever they lie.
func TestDeterministic(t *testing.T) {
	s := spec(condition("m1", "clear", 20, clearly), condition("m2", "refuses", 5, ingesttest.Constant(-int16(ingest.Refusal))))
	a, b := build(t, s, hostileReplies(t)), build(t, s, hostileReplies(t))
	if a != b {
		t.Error("two pages of the same tables differ")
	}
}

func TestMissingAnalysis(t *testing.T) {
	dir := t.TempDir()
	ingesttest.Write(t, dir, spec(condition("m1", "clear", 5, clearly)))
	_, err := page.Build(dir)
	if !errors.Is(err, page.ErrNoAnalysis) || !strings.Contains(err.Error(), "mend: runner analyze") {
		t.Errorf("%v", err)
	}
}

// An instrument that claims no circle, and a lone condition, have a whole page.
func TestNoStructureAndOneCondition(t *testing.T) {
	s := spec(condition("m1", "clear", 20, clearly))
	s.Options["instrument_structure"] = "none"
	delete(s.Options, "structure_benchmark")
	html := build(t, s)
	elements(t, html)
	for _, want := range []string{"The instrument claims no circular structure: there are means and correlations of its values, and no map.", "1 condition", "so no map was drawn.",
		">Each can be had as CSV", "Correlations of the raw value scores", `"scores":"raw","rho":true,"map":false`, "<figure hidden>"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for _, not := range []string{"Best structure match", ">SSD</th>", ">why NA</th>", "Tables 2-4", "centred score"} {
		if strings.Contains(html, not) {
			t.Errorf("the page says %q where there is no structure", not)
		}
	}
}

// Without a benchmark of means there is no column of rho, and no word of it.
func TestNoBenchmarkAtAll(t *testing.T) {
	s := spec(condition("m1", "clear", 20, clearly))
	s.Options["instrument_structure"] = "none"
	delete(s.Options, "structure_benchmark")
	delete(s.Options, "means_benchmark")
	s.Benchmarks = nil
	html := build(t, s)
	elements(t, html)
	if !strings.Contains(html, "There is no benchmark of means, so no rank correlation.") || !strings.Contains(html, `"rho":false`) {
		t.Error("the page does not say that there is no benchmark of means")
	}
	for _, not := range []string{">rho</th>", ">p of rho</th>", ">why NA</th>", "Figure 2"} {
		if strings.Contains(html, not) {
			t.Errorf("the page says %q where nothing is compared", not)
		}
	}
}

func TestNoConditionCanBeUsed(t *testing.T) {
	html := build(t, spec(condition("m1", "none", 0, clearly)))
	elements(t, html)
	if !strings.Contains(html, "There is no rank correlation of the value means") {
		t.Error("the page does not say that there is nothing")
	}
}

// A condition that the paper prints stands beside it, with why that is unfair.
func TestBesideThePaper(t *testing.T) {
	html := build(t, spec(condition("gpt-4-0314", "basic", 20, clearly), condition("gemma-2-27b", "demographic", 20, clearly)))
	for _, want := range []string{"Not a fair comparison: a simulated respondent answered, not this model;", "human correlations; here it is theory_a", "not its wording", "0.15"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}

// Figures are put in as images with what they say of themselves.
func TestFiguresAreImages(t *testing.T) {
	svg := []byte("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\"><title>Map &lt;of&gt; m1</title><desc>SSD is 0.1</desc>\n<rect fill=\"#fff\" width=\"50%\"/></svg>")
	html := build(t, spec(condition("m1", "clear", 20, clearly)), func(dir string) {
		if err := os.MkdirAll(filepath.Join(dir, "analysis", "figures"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "analysis", "figures", "figure3_map_m1_clear_T0.7_batch.svg"), svg, 0o644); err != nil {
			t.Fatal(err)
		}
	})
	var figure, img element
	for _, e := range elements(t, html) {
		if e.name == "figure" && e.attr["data-i"] != "" {
			figure = e
		}
		if e.name == "img" {
			img = e
		}
	}
	if img.attr["alt"] != "Map <of> m1. SSD is 0.1." || !strings.HasPrefix(img.attr["src"], "data:image/svg+xml;charset=utf-8,%3Csvg xmlns='") {
		t.Errorf("%+v", img)
	}
	if !bytes.Contains([]byte(img.attr["src"]), []byte("fill='%23fff' width='50%25'")) {
		t.Errorf("what an address cannot hold is not escaped: %s", img.attr["src"])
	}
	if figure.attr["data-i"] != "0" || figure.attr["class"] != "wide" {
		t.Errorf("%+v", figure)
	}
}

// A factor of the experiment's own has a column and a selector.
func TestFurtherFactors(t *testing.T) {
	a, b := condition("m1", "clear", 20, clearly), condition("m1", "clear", 20, ingesttest.Circular(2, 1))
	a.Levels, b.Levels = []string{"short"}, []string{"long"}
	s := spec(a, b)
	s.Factors = []string{"length"}
	html := build(t, s)
	var rows []string
	selectors := 0
	for _, e := range elements(t, html) {
		if e.name == "tr" && e.attr["data-f0"] != "" {
			rows = append(rows, e.attr["data-f0"])
		}
		if e.name == "select" && e.attr["data-key"] == "f0" {
			selectors++
		}
	}
	if selectors != 1 || strings.Join(rows, " ") != "0 1" {
		t.Errorf("%d selectors, rows of levels %v", selectors, rows)
	}
	if !strings.Contains(html, "m1, clear, T 0.7, batch, long") {
		t.Error("the level is not part of the condition's name")
	}
}

func TestBrokenInputsAreErrors(t *testing.T) {
	for _, name := range []string{"analysis/fit.parquet", "analysis/manifest.json", "responses.parquet"} {
		dir := t.TempDir()
		ingesttest.Write(t, dir, spec(condition("m1", "clear", 5, clearly)))
		if _, err := report.Run(context.Background(), dir, report.Overrides{"permutations": "0", "figures": "false"}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte("{broken"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := page.Build(dir); err == nil || !strings.Contains(err.Error(), filepath.Base(name)) {
			t.Errorf("%s is broken, and the error is %v", name, err)
		}
	}
}
