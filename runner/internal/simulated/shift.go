package simulated

import "strings"

// How far a cue moves the circle, in points of a six-point scale.
const (
	anchorReach  = 1.45 // towards the value a cue states
	personaReach = 1.00 // towards what a persona's words mean
	traitReach   = 0.50 // towards what a demographic line's words mean
	ageReach     = 0.55 // thirty years, towards conservation
	genderReach  = 0.12
)

// wander is the part of a cue's effect that follows from its text and not from
// its meaning: smooth along the circle, and for each value by itself.
var wander = map[CueKind]struct{ smooth, own float64 }{
	CueAnchor:      {0.10, 0.22},
	CueDemographic: {0.22, 0.36},
	CuePersona:     {0.25, 0.36},
	CueName:        {0.36, 0.32},
}

// shift returns what a cue adds to each value of the circle.
func (c *circle) shift(name key, style *Style, q cue, l *lexicon) *[valueCount]float64 {
	s := &[valueCount]float64{}
	if q.kind == CueNone {
		return s
	}
	p := l.place(q.text)
	gain := 1.0
	switch q.kind {
	case CueAnchor:
		gain = style.Anchor
		c.towards(s, sharpened(&p), anchorReach)
	case CuePersona:
		gain = style.Persona
		c.towards(s, evenly(&p), personaReach)
		c.age(s, lower(q.text), 0.5)
	case CueDemographic:
		gain = style.Demographic
		c.towards(s, evenly(&p), traitReach)
		c.age(s, lower(q.text), 1)
	case CueName:
		gain = style.Name
	}
	c.gender(s, q.text)
	c.wander(s, key(hashText(uint64(name), q.text)), q.kind)
	for i := range s {
		s[i] = mul(gain, s[i])
	}
	return s
}

// towards adds reach times the weighted nearness to the values.
func (c *circle) towards(s *[valueCount]float64, weight [valueCount]float64, reach float64) {
	for v, w := range weight {
		if w == 0 {
			continue
		}
		for i := range s {
			s[i] += mul(reach, mul(w, c.near(i, v)))
		}
	}
}

// sharpened weighs values by the square of their words: a statement of one
// value is mostly about that value.
func sharpened(p *placement) [valueCount]float64 {
	w, sum := [valueCount]float64{}, 0.0
	for v, x := range p.score {
		w[v] = mul(x, x)
		sum += w[v]
	}
	return normed(w, sum, p)
}

// evenly weighs values by their words.
func evenly(p *placement) [valueCount]float64 {
	sum := 0.0
	for _, x := range p.score {
		sum += x
	}
	return normed(p.score, sum, p)
}

// normed makes weights sum to one; a text without meaning counts as its
// pseudo-position.
func normed(w [valueCount]float64, sum float64, p *placement) [valueCount]float64 {
	if sum <= 0 {
		w = [valueCount]float64{}
		w[p.value] = 1
		return w
	}
	for v := range w {
		w[v] = max(0, w[v]/sum)
	}
	return w
}

// age moves older people towards conservation, younger ones away from it.
func (c *circle) age(s *[valueCount]float64, low string, part float64) {
	years := ageOf(low)
	if years == 0 {
		return
	}
	reach := mul(part*ageReach, float64(min(years, 100)-45)/30)
	for i := range s {
		s[i] += mul(reach, mul(0.5, c.near(i, tr)+c.near(i, cor)))
	}
}

// gender moves a little: women towards care, men towards power.
func (c *circle) gender(s *[valueCount]float64, text string) {
	towards := -1
	for w := range strings.FieldsSeq(normalise(text)) {
		switch w {
		case "female", "woman", "she", "her", "ms", "mrs", "girl":
			towards = bec
		case "male", "man", "he", "his", "mr", "boy":
			towards = pod
		default:
			continue
		}
		break
	}
	if towards < 0 {
		return
	}
	for i := range s {
		s[i] += mul(genderReach, c.near(i, towards))
	}
}

// wander adds what is peculiar to a text.
func (c *circle) wander(s *[valueCount]float64, k key, kind CueKind) {
	size := wander[kind]
	var wave [4]float64
	for j := range wave {
		wave[j] = mul(size.smooth, k.normal(streamCueDirection, uint64(j)))
	}
	wave[2], wave[3] = wave[2]/2, wave[3]/2
	for i := range s {
		s[i] += c.along(i, &wave) + mul(size.own, k.normal(streamCueValue, uint64(i)))
	}
}
