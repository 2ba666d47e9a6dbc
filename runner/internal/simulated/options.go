package simulated

// Options changes how a respondent answers; the zero value is a plain one.
type Options struct {
	// Style overrides the style that otherwise follows from the name.
	Style *Style
	// Quirks are departures from well-formed answers, all off by default.
	Quirks Quirks
}

// Style is how one simulated model differs from another. Lengths are in points
// of a six-point scale.
type Style struct {
	// Acquiescence is added to every answer.
	Acquiescence float64
	// Spread multiplies the baseline profile.
	Spread float64
	// Noise multiplies the deviations of a session and of an answer.
	Noise float64
	// Anchor, Demographic, Persona and Name multiply the effect of a prompt
	// that says to answer as somebody of that kind.
	Anchor, Demographic, Persona, Name float64
	// Distortion is the standard deviation, in radians, by which the model's
	// values stand away from their places on the theory's circle.
	Distortion float64
}

// Quirks are named departures. A rate is the share of replies that it strikes,
// 0 never and 1 always, decided by the seed; what is said of an item strikes
// one item of the reply. Where several whole-reply forms strike, the first in
// the order of the fields wins.
type Quirks struct {
	// NearConstantBasic: a prompt that names nobody gets, at temperature 0,
	// nearly the same answers each time.
	NearConstantBasic bool
	// ConstantValue names a value (such as "COR") whose items are always
	// answered the same, whoever answers; empty for none.
	ConstantValue string

	// EmptyRate: an empty text with stop reason "content_filter".
	EmptyRate float64
	// RefusalRate: a refusal to answer items.
	RefusalRate float64
	// PersonaRefusalRate: a refusal to write a persona.
	PersonaRefusalRate float64
	// TruncateRate: a text that breaks off, with stop reason "length".
	TruncateRate float64

	// SkipRate: an item is left out.
	SkipRate float64
	// OutOfRangeRate: an answer just outside the scale.
	OutOfRangeRate float64
	// RangeRate: an answer such as "3-4".
	RangeRate float64
	// DecimalRate: an answer such as "3.5".
	DecimalRate float64
	// DuplicateRate: an item is answered twice, differently.
	DuplicateRate float64

	// TooFewRate: bare numbers, one a line, and one missing.
	TooFewRate float64
	// TooManyRate: bare numbers, one a line, and one over.
	TooManyRate float64
	// ZeroBasedRate: numbering starts at 0.
	ZeroBasedRate float64
	// WordsRate: the scale's words in place of numbers, where they are known.
	WordsRate float64
	// MarkdownTableRate: a Markdown table.
	MarkdownTableRate float64
	// JSONRate: a JSON object, item number to answer.
	JSONRate float64
	// ProseRate: prose around the answers.
	ProseRate float64
}

// styleOf derives a model's style from its name.
func styleOf(name key) Style {
	u := func(i uint64, lo, hi float64) float64 {
		return lo + mul(hi-lo, name.uniform(streamStyle, i))
	}
	return Style{
		Acquiescence: u(0, -0.20, 0.25),
		Spread:       u(1, 0.85, 1.10),
		Noise:        u(2, 0.85, 1.20),
		Anchor:       u(3, 0.90, 1.15),
		Demographic:  u(4, 0.70, 1.20),
		Persona:      u(5, 0.75, 1.15),
		Name:         u(6, 0.70, 1.20),
		Distortion:   u(7, 0.34, 0.50),
	}
}
