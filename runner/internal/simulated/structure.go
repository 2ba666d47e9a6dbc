package simulated

import "math"

// Structure is what a model was given: the truth that an analysis of its
// answers should find again. Every list has one entry a value, in the order
// of Values; lengths are in points of a six-point scale.
type Structure struct {
	// Model is the model's name.
	Model string
	// Values are the codes in the order of the circle.
	Values []string
	// TheoryAngles are equal steps around the circle, in radians from 0.
	TheoryAngles []float64
	// Angles are the places on the circle as this model holds them under each
	// kind of prompt, in radians.
	Angles map[CueKind][]float64
	// Radii say how strongly each value takes part in a movement, about 1.
	Radii map[CueKind][]float64
	// Level is the average answer on a six-point scale.
	Level float64
	// Baseline is the average profile, relative to Level.
	Baseline []float64
	// Style is the style in force.
	Style Style
}

// Structure returns the structure that the model answers from.
func (m *Model) Structure() Structure {
	s := Structure{
		Model: m.name, Values: Values(), Level: level + m.style.Acquiescence, Style: m.style,
		TheoryAngles: make([]float64, valueCount),
		Angles:       map[CueKind][]float64{},
		Radii:        map[CueKind][]float64{},
		Baseline:     append([]float64(nil), m.circles[0].baseline[:]...),
	}
	for k, kind := range cueKinds {
		s.Angles[kind] = append([]float64(nil), m.circles[k].angle[:]...)
		s.Radii[kind] = append([]float64(nil), m.circles[k].radius[:]...)
	}
	for i := range s.TheoryAngles {
		s.TheoryAngles[i] = 2 * math.Pi * float64(i) / valueCount
	}
	return s
}

// Truth is what a model makes of a prompt, before any draw.
type Truth struct {
	// Kind and Who are whom the prompt says to answer as, as it was read.
	Kind CueKind
	Who  string
	// Low and High are the ends of the scale that was read.
	Low, High int
	// Shift is what the prompt adds to each value, in points of a six-point
	// scale; all zero where it names nobody.
	Shift []float64
	// Scores are the expected raw value scores on the prompt's scale before
	// rounding, in the order of Values: of the average respondent, answering
	// items of average standing.
	Scores []float64
}

// Truth reads a prompt (with or without items) as a single user message and
// returns what is expected of the answers to it. Quirks are not in it.
func (m *Model) Truth(prompt string) Truth {
	in := m.read(&conversation{users: []string{prompt}, last: prompt, turns: 1})
	if in.scale.low == in.scale.high {
		in.scale = plainScale
	}
	t := Truth{
		Kind: in.cue.kind, Who: in.cue.text, Low: in.scale.low, High: in.scale.high,
		Shift: append([]float64(nil), in.shift[:]...), Scores: make([]float64, valueCount),
	}
	for i := range t.Scores {
		x := level + m.style.Acquiescence + m.circles[0].baseline[i] + in.shift[i]
		t.Scores[i] = in.scale.expected(x)
	}
	return t
}

// Correlations returns the 19 x 19 correlations of raw value scores that the
// model implies for a population of respondents, one a prompt (a prompt that
// several share stands there once for each), each value measured by the given
// number of items. It is the linear truth
//
//	cov = cov(Shift over prompts) + harmonics + level + diag(own + item/items)
//
// without the bend at the ends of the scale; rounding counts as a variance of
// 1/12. The prompts are taken to use one scale and to name somebody, or all
// nobody. It panics without prompts or items.
func (m *Model) Correlations(prompts []string, temperature float64, items int) [][]float64 {
	if len(prompts) == 0 || items < 1 {
		panic("simulated: Correlations needs a prompt and an item")
	}
	shifts := make([][]float64, len(prompts))
	kind := CueNone
	s := scale{}
	for i, p := range prompts {
		t := m.Truth(p)
		shifts[i], s.low, s.high = t.Shift, t.Low, t.High
		if t.Kind != CueNone {
			kind = t.Kind
		}
	}
	r := respondent{noise: m.noiseOf(kind, temperature)}
	unit := 5 / float64(s.high-s.low)
	answer := unit * unit * (r.sd(&s)*r.sd(&s) + 1./12)
	single := r.own*r.own + answer/float64(items)
	cov := covariance(shifts)
	for i := range cov {
		a := &m.circleOf(kind).loading[i]
		for j := range cov {
			b := &m.circleOf(kind).loading[j]
			cov[i][j] += r.first*r.first*(a[0]*b[0]+a[1]*b[1]) + r.second*r.second*(a[2]*b[2]+a[3]*b[3]) + r.level*r.level
		}
		cov[i][i] += single
	}
	return correlation(cov)
}

// covariance over rows, with n in the denominator.
func covariance(rows [][]float64) [][]float64 {
	mean := make([]float64, valueCount)
	for _, r := range rows {
		for i, x := range r {
			mean[i] += x / float64(len(rows))
		}
	}
	cov := make([][]float64, valueCount)
	for i := range cov {
		cov[i] = make([]float64, valueCount)
		for j := range cov[i] {
			for _, r := range rows {
				cov[i][j] += (r[i] - mean[i]) * (r[j] - mean[j]) / float64(len(rows))
			}
		}
	}
	return cov
}

// correlation scales a covariance matrix to unit diagonal, in place.
func correlation(cov [][]float64) [][]float64 {
	sd := make([]float64, len(cov))
	for i := range cov {
		sd[i] = math.Sqrt(cov[i][i])
	}
	for i := range cov {
		for j := range cov[i] {
			cov[i][j] /= sd[i] * sd[j]
		}
		cov[i][i] = 1
	}
	return cov
}

// Place returns the code of the value that a text is about, as every simulated
// model reads it, and whether its meaning was recognised. Otherwise the value
// is a pseudo-position that follows from the text.
func Place(text string) (value string, known bool) {
	p := sharedLexicon().place(text)
	return valueCodes[p.value], p.known
}
