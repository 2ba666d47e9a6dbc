package cli_test

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sheet is the answers of one respondent as responses.parquet has them.
type sheet struct {
	levels                    string // model, prompt, administration and the factor
	replicate                 int
	items, answers, positions []int
	reversed                  bool
}

// sheets reads responses.parquet by respondent. factor is a further factor, or
// empty. Every answer must have been read.
func sheets(t *testing.T, dir, factor string) []*sheet {
	t.Helper()
	tb := openTable(t, dir, "responses")
	if got := tb.counts("status"); len(got) != 1 || got["ok"] == 0 {
		t.Fatalf("statuses %v, want ok alone", got)
	}
	level := make([]string, tb.open.NumRows)
	if factor != "" {
		level = tb.strings(factor)
	}
	who, model, prompt, administration := tb.strings("respondent_id"), tb.strings("model"), tb.strings("prompt"), tb.strings("administration")
	replicate, item, position, response := tb.ints("replicate"), tb.ints("item"), tb.ints("position"), tb.ints("response")
	reversed, err := tb.open.Bools("scale_reversed")
	if err != nil {
		t.Fatal(err)
	}
	var out []*sheet
	for row := range tb.open.NumRows {
		if row == 0 || who[row] != who[row-1] {
			out = append(out, &sheet{levels: strings.TrimSpace(fmt.Sprintf("%s %s %s %s", model[row], prompt[row], administration[row], level[row])),
				replicate: replicate[row], reversed: reversed.Values[row]})
		}
		s := out[len(out)-1]
		s.items, s.answers, s.positions = append(s.items, item[row]), append(s.answers, response[row]), append(s.positions, position[row])
	}
	return out
}

func (tb table) ints(column string) []int {
	tb.t.Helper()
	c, err := tb.open.Int32s(column)
	if err != nil {
		tb.t.Fatal(err)
	}
	out := make([]int, len(c.Values))
	for i, v := range c.Values {
		out[i] = int(v)
	}
	return out
}

// tenKey is the key of the instrument ten, by hand: the value of each item, and
// whether it is reverse-keyed.
func tenKey(item int) (value string, reverse bool) {
	if item%2 == 1 {
		return "TID", item == 5
	}
	return "CUR", item == 8
}

// byHand are the mean raw scores by levels and value, computed from the answers
// as given.
func byHand(all []*sheet) map[string]float64 {
	sum, n := map[string]float64{}, map[string]float64{}
	for _, s := range all {
		for i, item := range s.items {
			value, reverse := tenKey(item)
			x := s.answers[i]
			if s.reversed != reverse { // one turn; two are none
				x = 6 - x
			}
			sum[s.levels+" "+value] += float64(x)
			n[s.levels+" "+value]++
		}
	}
	for k := range sum {
		sum[k] /= n[k]
	}
	return sum
}

// checkMeans holds the means of the analysis against those computed by hand from
// responses.parquet, and returns them.
func checkMeans(t *testing.T, dir, factor string) map[string]float64 {
	t.Helper()
	want := byHand(sheets(t, dir, factor))
	tb := openTable(t, dir, "analysis/value_summary")
	columns := []string{"model", "prompt", "administration"}
	if factor != "" {
		columns = append(columns, factor)
	}
	columns = append(columns, "value")
	means, got := tb.floats("mean_raw"), map[string]float64{}
	all := make([][]string, len(columns))
	for i, c := range columns {
		all[i] = tb.strings(c)
	}
	for row := range tb.open.NumRows {
		words := make([]string, len(columns))
		for i := range columns {
			words[i] = all[i][row]
		}
		got[strings.Join(words, " ")] = means[row]
	}
	if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
		t.Fatalf("means of %v, want of %v", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
	for k, x := range want {
		if math.Abs(got[k]-x) > 1e-9 {
			t.Errorf("mean of %s is %v, by hand from the answers %v", k, got[k], x)
		}
	}
	return got
}

// checkNoCircle demands that nothing speaks of a structure or a benchmark that
// is not there.
func checkNoCircle(t *testing.T, dir string) {
	t.Helper()
	pages, err := filepath.Glob(filepath.Join(dir, "analysis", "tables", "*.md"))
	if err != nil || len(pages) < 5 {
		t.Fatalf("tables: %v, %v", pages, err)
	}
	for _, p := range pages {
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"SSD", "Spearman", "NA [", "Tables 2-4", "centred"} {
			if strings.Contains(string(b), word) {
				t.Errorf("%s says %q of an instrument without circle and benchmark", filepath.Base(p), word)
			}
		}
	}
	if got, _ := filepath.Glob(filepath.Join(dir, "analysis", "figures", "figure3*")); len(got) > 0 {
		t.Errorf("maps were drawn: %v", got)
	}
}

func checkVaryInstrument(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	if got := checkMeans(t, dir, ""); len(got) != 2*2 {
		t.Errorf("means %v, want two models by two values", got)
	}
	items := openTable(t, dir, "items")
	reverse, err := items.open.Bools("reverse")
	if err != nil {
		t.Fatal(err)
	}
	number, low, high := items.ints("item"), items.ints("scale_min"), items.ints("scale_max")
	for i, n := range number {
		if _, want := tenKey(n); reverse.Values[i] != want || low[i] != 1 || high[i] != 5 {
			t.Errorf("item %d: reverse %t, scale %d..%d; want %t, 1..5", n, reverse.Values[i], low[i], high[i], want)
		}
	}
}

// Positions are 1 to 10 in the order shown; which item stands where is what the
// level says, and scores follow the item.
func checkVaryItemOrder(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	checkMeans(t, dir, "item_order")
	orders := map[string]map[string]bool{}
	byReplicate := map[int]string{}
	for _, s := range sheets(t, dir, "item_order") {
		if !slices.IsSorted(s.positions) || s.positions[0] != 1 || s.positions[9] != 10 {
			t.Fatalf("%s, replicate %d: positions %v", s.levels, s.replicate, s.positions)
		}
		order := fmt.Sprint(s.items)
		if orders[s.levels] == nil {
			orders[s.levels] = map[string]bool{}
		}
		orders[s.levels][order] = true
		if strings.HasSuffix(s.levels, "shuffled") {
			if was := byReplicate[s.replicate]; was != "" && was != order {
				t.Errorf("replicate %d has the order %s in one administration and %s in the other", s.replicate, was, order)
			}
			byReplicate[s.replicate] = order
			slices.Sort(s.items)
			if s.items[0] != 1 || s.items[9] != 10 {
				t.Errorf("replicate %d is shown the items %v", s.replicate, s.items)
			}
		}
	}
	for levels, want := range map[string]string{"printed": "[1 2 3 4 5 6 7 8 9 10]", "backward": "[10 9 8 7 6 5 4 3 2 1]"} {
		for _, administration := range []string{"batch", "sequential"} {
			if got := orders["sim-a basic "+administration+" "+levels]; len(got) != 1 || !got[want] {
				t.Errorf("%s, %s: orders %v, want %s", administration, levels, got, want)
			}
		}
	}
	if n := len(orders["sim-a basic batch shuffled"]); n < 25 {
		t.Errorf("%d shuffled orders of 30 respondents, want nearly as many as respondents", n)
	}
}

// The simulated respondent reads the scale as it is shown: what it gives on the
// reversed scale is the other end, and what is scored is the same.
func checkVaryScaleDirection(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	means := checkMeans(t, dir, "scale_direction")
	given, n, words := map[string]float64{}, map[string]float64{}, 0
	for _, s := range sheets(t, dir, "scale_direction") {
		falling := strings.HasSuffix(s.levels, "falling")
		if s.reversed != falling {
			t.Fatalf("%s: scale_reversed is %t", s.levels, s.reversed)
		}
		for _, x := range s.answers {
			given[s.levels] += float64(x)
			n[s.levels]++
		}
	}
	for _, model := range []string{"sim-a", "sim-words"} {
		rising, falling := given[model+" basic batch rising"]/n[model+" basic batch rising"], given[model+" basic batch falling"]/n[model+" basic batch falling"]
		if rising < 3.1 || falling > 2.9 {
			t.Errorf("%s: answers as given average %.2f rising and %.2f falling, want opposite sides of 3", model, rising, falling)
		}
		for _, value := range []string{"TID", "CUR"} {
			up, down := means[model+" basic batch rising "+value], means[model+" basic batch falling "+value]
			if math.Abs(up-down) > 0.25 {
				t.Errorf("%s: the mean of %s is %.2f rising and %.2f falling, want about the same", model, value, up, down)
			}
		}
	}
	// A reply in the scale's words is the number that the words were shown with.
	tb := openTable(t, dir, "responses")
	raw, level, response := tb.strings("raw_answer"), tb.strings("scale_direction"), tb.ints("response")
	for row, text := range raw {
		var want int
		switch {
		case strings.Contains(text, "Strongly agree"):
			want = map[string]int{"rising": 5, "falling": 1}[level[row]]
		case strings.Contains(text, "Strongly disagree"):
			want = map[string]int{"rising": 1, "falling": 5}[level[row]]
		default:
			continue
		}
		words++
		if response[row] != want {
			t.Errorf("%q on the %s scale is read as %d, want %d", text, level[row], response[row], want)
		}
	}
	if words < 3 {
		t.Errorf("%d replies in words, want some", words)
	}
	b, err := os.ReadFile(filepath.Join(dir, "analysis", "tables", "table2_4_means.md"))
	if err != nil || !strings.Contains(strings.Join(strings.Fields(string(b)), " "), "in 2 of 4 conditions the answers were given on the reversed scale (scale_reversed); they are turned back, x to 6 - x") {
		t.Errorf("the table of means does not say what was turned back: %v", err)
	}
}

func checkVaryLanguage(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	checkMeans(t, dir, "language")
	if got := openTable(t, dir, "conditions").counts("language", "item_wording"); got["de german"] != 1 || got["en "] != 1 {
		t.Errorf("wordings: %v", got)
	}
	if texts := openTable(t, dir, "items").strings("text_german_neutral"); len(texts) != 10 || !strings.HasPrefix(texts[0], "Die Person ") {
		t.Errorf("German texts: %q", texts)
	}
}

func checkVarySystemPrompt(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	means := checkMeans(t, dir, "system_prompt")
	// The simulated respondent takes the part that a system prompt gives it.
	if none, tinkerer := means["sim-a basic batch none CUR"], means["sim-a basic batch tinkerer CUR"]; math.Abs(none-tinkerer) < 0.1 {
		t.Errorf("curiosity is %.2f without and %.2f with the system prompt of the tinkerer, want a difference", none, tinkerer)
	}
}

func checkVaryPromptWording(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	if got := checkMeans(t, dir, ""); len(got) != 3*2 {
		t.Errorf("means %v, want three prompts by two values", got)
	}
}

// Twelve of fourteen, none twice, and of each list only its own.
func checkVaryPersonaList(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	checkMeans(t, dir, "")
	got := openTable(t, dir, "respondents").counts("who")
	trades := 0
	for who, n := range got {
		if n != 1 {
			t.Errorf("%q answers %d times", who, n)
		}
		if strings.HasPrefix(who, "a ") {
			trades++
		}
	}
	if len(got) != 24 || trades != 12 {
		t.Errorf("%d people, %d of them of a trade; want 24 and 12", len(got), trades)
	}
}

// Isolated: ten conversations of one turn each; sequential one of ten turns.
func checkVaryAdministration(t *testing.T, dir string) {
	checkNoCircle(t, dir)
	checkMeans(t, dir, "")
	tb := openTable(t, dir, "completions")
	turns := map[int]int{}
	for _, n := range tb.ints("turn") {
		turns[n]++
	}
	if turns[1] != 3*30 || turns[10] != 2*30 {
		t.Errorf("completions by turn: %v", turns)
	}
	if n := openTable(t, dir, "respondents").counts("status"); n["complete"] != 90 || len(n) != 1 {
		t.Errorf("respondents: %v", n)
	}
}
