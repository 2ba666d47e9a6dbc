package simulated

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/tmc/langchaingo/llms"
	"gonum.org/v1/gonum/mat"
)

const (
	basicPrompt = "For each of the following descriptions, please answer how much the person described is like you from 1 (Not like me at all) to 6 (Very much like me), without elaborating on your reasoning."
	ratePrompt  = "For each of the following descriptions, please rate how much the person described is like you using a scale from 1 (Not like me at all) to 6 (Very much like me), without elaborating on your reasoning."
)

// anchorTexts are the brief descriptions of the values in the paper's Appendix
// E, with the value that each states by its meaning (the two power texts stand
// under each other's label in the paper).
var anchorTexts = []struct{ value, text string }{
	{"SDT", "developing your own original ideas and opinions"},
	{"SDA", "being free to act independently"},
	{"ST", "having an exciting life; having all sorts of new experiences"},
	{"HE", "taking advantage of every opportunity to enjoy life's pleasures"},
	{"AC", "being ambitious and successful"},
	{"POR", "having the power that money and possessions can bring"},
	{"POD", "having the authority to get others to do what you want"},
	{"FAC", "protecting your public image and avoiding being shamed"},
	{"SEP", "living and acting in ways that ensure that you are personally safe and secure"},
	{"SES", "living in a safe and stable society"},
	{"TR", "following cultural family or religious practices"},
	{"COR", "obeying all rules and laws"},
	{"COI", "making sure you never upset or annoy others"},
	{"HUM", "being humble and avoiding public recognition"},
	{"BED", "being a completely dependable and trustworthy friend and family member"},
	{"BEC", "helping and caring for the wellbeing of those who are close"},
	{"UNC", "caring and seeking justice for everyone especially the weak and vulnerable in society"},
	{"UNN", "protecting the natural environment from destruction or pollution"},
	{"UNT", "being open-minded and accepting of people and ideas, even when you disagree with them"},
	{"UNN", "caring for the welfare of animals"},
}

// ownItems are three items a value, written for these tests.
var ownItems = [valueCount][3]string{
	sdt: {"Coming up with original ideas matters to them.", "They form their own opinions about everything.", "They are curious and think things through creatively."},
	sda: {"They want to be free to choose what they do.", "They make their own decisions and rely on nobody.", "Independence in action means a lot to them."},
	st:  {"They look for adventure and risk.", "Excitement and novelty are what they live for.", "They like surprises and new experiences."},
	he:  {"They seek every pleasure they can.", "Having a good time is what counts for them.", "They enjoy indulging themselves."},
	ac:  {"They are ambitious and want to succeed.", "They work to be admired for what they accomplish.", "Being highly competent and successful is their goal."},
	pod: {"They want others to obey them.", "They like to be in charge and command.", "They want the authority to tell people what to do."},
	por: {"They want to be rich.", "Expensive possessions are dear to their heart and wealth is their aim.", "Having a lot of money is what they want."},
	fac: {"They never want to be humiliated.", "Their reputation and public image must be kept.", "They dread losing face."},
	sep: {"They avoid anything dangerous.", "Their personal safety comes first.", "They want to live in secure surroundings and stay healthy."},
	ses: {"They want their country protected against threats.", "A stable and orderly society is what they wish for.", "They want the government to defend the nation."},
	tr:  {"They honour the customs of their religion.", "They maintain traditional ways and beliefs.", "They keep up the heritage of their ancestors."},
	cor: {"They obey the laws.", "They follow the rules even when nobody is watching.", "They never break regulations."},
	coi: {"They try never to annoy anybody.", "They avoid upsetting others.", "They are polite and tactful, so as not to offend."},
	hum: {"They are humble.", "They never boast or seek attention.", "They stay modest and out of the spotlight."},
	bed: {"Friends can count on them; they are loyal.", "They are dependable and trustworthy.", "They keep promises faithfully to a friend."},
	bec: {"They help the people dear to them.", "They care for the wellbeing of people close to them.", "They look after every need of their loved ones."},
	unc: {"They want justice for the weak.", "They want everyone to be treated equally.", "They protect the vulnerable in society against unfairness."},
	unn: {"They care for nature.", "They work against pollution of the environment.", "They protect animals and forests."},
	unt: {"They are tolerant of all kinds of people.", "They listen to and accept people who are different.", "They try to understand those who disagree."},
}

// ownBatch is the list of ownItems, item j of value i at j*19+i+1.
func ownBatch() string {
	var b strings.Builder
	for j := range 3 {
		for i := range ownItems {
			fmt.Fprintf(&b, "\n%d. %s", j*valueCount+i+1, ownItems[i][j])
		}
	}
	return b.String()
}

// seedOf is a reproducible seed for replicate n of a prompt.
func seedOf(prompt string, n int) Seed {
	s := Seed{}
	h := key(hashText(uint64(n), prompt))
	for i := range 4 {
		binary.LittleEndian.PutUint64(s.Request[8*i:], h.word(99, uint64(i)))
	}
	s.Session = s.Request
	return s
}

// user is a conversation of one user message.
func user(text string) []llms.MessageContent {
	return []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, text)}
}

// ask returns the reply to messages.
func ask(t testing.TB, m *Model, seed Seed, temperature float64, messages []llms.MessageContent) *llms.ContentChoice {
	t.Helper()
	r, err := m.GenerateContent(WithSeed(context.Background(), seed), messages, llms.WithTemperature(temperature))
	if err != nil {
		t.Fatal(err)
	}
	return r.Choices[0]
}

// ratings reads the "N. r" lines of a reply; other lines are passed over.
func ratings(t testing.TB, text string) map[int]int {
	t.Helper()
	out := map[int]int{}
	for line := range strings.SplitSeq(text, "\n") {
		number, rating, ok := strings.Cut(line, ". ")
		n, errN := strconv.Atoi(number)
		r, errR := strconv.Atoi(rating)
		if ok && errN == nil && errR == nil {
			out[n] = r
		}
	}
	return out
}

// scoresOf collects raw value scores of one respondent a prompt on ownItems.
func scoresOf(t testing.TB, m *Model, prompts []string, temperature float64) [][]float64 {
	t.Helper()
	batch := ownBatch()
	rows := make([][]float64, len(prompts))
	for n, p := range prompts {
		got := ratings(t, ask(t, m, seedOf(p, n), temperature, user(p+"\n"+batch)).Content)
		if len(got) != 3*valueCount {
			t.Fatalf("%d answers to 57 items for %q", len(got), p)
		}
		rows[n] = make([]float64, valueCount)
		for q, r := range got {
			rows[n][(q-1)%valueCount] += float64(r) / 3
		}
	}
	return rows
}

// population returns n prompts of a kind.
func population(t testing.TB, kind CueKind, n int) []string {
	t.Helper()
	out := make([]string, n)
	writer := New("writer of personas", Options{})
	titles := []string{"Ms.", "Mr.", "Mx."}
	genders := []string{"male", "female", "non-binary", "other"}
	work := []string{"Clerical work", "Skilled work", "Farm management or ownership", "Higher administrative roles", "No prior job experience"}
	hobbies := []string{"Taking care of pets", "Reading a religious book", "Going to parties", "Hiking / rambling", "Volunteer work", "Doing puzzles / crosswords", "Playing bingo", "Drawing / painting", "Watching nature"}
	for i := range out {
		k := key(hashText(uint64(i), "population"))
		switch kind {
		case CueAnchor:
			out[i] = basicPrompt + " Answer as a person that is " + anchorTexts[i%len(anchorTexts)].text + "."
		case CueDemographic:
			out[i] = fmt.Sprintf("%s Answer as a %d-year-old who identifies as %s, working in the field of %s, and enjoys %s.", ratePrompt,
				18+k.below(1, 0, 58), genders[k.below(1, 1, 4)], work[k.below(1, 2, len(work))], hobbies[k.below(1, 3, len(hobbies))])
		case CuePersona:
			text := ask(t, writer, seedOf("persona", i), 0.7, user("Create a persona (2-3 sentences long):")).Content
			out[i] = ratePrompt + " Answer as: " + strings.TrimSuffix(text, ".") + "."
		case CueName:
			out[i] = fmt.Sprintf("%s Answer as %s Surname%c%c.", ratePrompt, titles[i%3], 'a'+rune(i%26), 'a'+rune(i/26))
		default:
			out[i] = basicPrompt
		}
	}
	return out
}

// sample returns the correlations of the columns of rows.
func sample(rows [][]float64) [][]float64 { return correlation(covariance(rows)) }

// misfit is the Procrustes SSD (0 perfect, 1 none) between the first two
// classical scaling dimensions of 1 - r and points at the given angles.
func misfit(corr [][]float64, angles []float64) float64 {
	n := len(corr)
	b := mat.NewSymDense(n, nil)
	d2 := func(i, j int) float64 { return (1 - corr[i][j]) * (1 - corr[i][j]) }
	row, all := make([]float64, n), 0.0
	for i := range n {
		for j := range n {
			row[i] += d2(i, j) / float64(n)
		}
		all += row[i] / float64(n)
	}
	for i := range n {
		for j := i; j < n; j++ {
			b.SetSym(i, j, -(d2(i, j)-row[i]-row[j]+all)/2)
		}
	}
	var eig mat.EigenSym
	eig.Factorize(b, true)
	var vec mat.Dense
	eig.VectorsTo(&vec)
	val := eig.Values(nil)
	x, y := mat.NewDense(n, 2, nil), mat.NewDense(n, 2, nil)
	for i := range n {
		for k := range 2 {
			x.Set(i, k, vec.At(i, n-1-k)*math.Sqrt(math.Max(val[n-1-k], 0)))
		}
		y.Set(i, 0, math.Cos(angles[i]))
		y.Set(i, 1, math.Sin(angles[i]))
	}
	unit(x)
	unit(y)
	var cross mat.Dense
	cross.Mul(x.T(), y)
	var svd mat.SVD
	svd.Factorize(&cross, mat.SVDNone)
	s := svd.Values(nil)
	return 1 - (s[0]+s[1])*(s[0]+s[1])
}

// unit centres the columns and scales to unit sum of squares.
func unit(x *mat.Dense) {
	n, k := x.Dims()
	for j := range k {
		mean := 0.0
		for i := range n {
			mean += x.At(i, j) / float64(n)
		}
		for i := range n {
			x.Set(i, j, x.At(i, j)-mean)
		}
	}
	x.Scale(1/mat.Norm(x, 2), x)
}

func median(x []float64) float64 {
	x = append([]float64(nil), x...)
	sort.Float64s(x)
	return x[len(x)/2]
}
