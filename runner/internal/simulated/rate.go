package simulated

import "math"

// noise is the size of what varies between respondents and answers, in points
// of a six-point scale.
type noise struct {
	first, second float64 // amplitude sd of the circle's harmonics
	own           float64 // sd of each value by itself
	level         float64 // sd of the general level
	item          float64 // sd of a single answer
	frozen        bool    // the quirk NearConstantBasic
}

// noiseOf sizes the noise: it grows with temperature and is not zero at 0, for
// a served model is not deterministic there. Who answers as nobody varies less,
// and hardly along the circle.
func (m *Model) noiseOf(kind CueKind, temperature float64) noise {
	t := min(max(temperature, 0), 2)
	if math.IsNaN(temperature) {
		t = 0
	}
	n := noise{
		first: 0.12 + mul(0.08, t), second: 0.06 + mul(0.05, t),
		own: 0.16 + mul(0.10, t), level: 0.10 + mul(0.06, t), item: 0.30 + mul(0.22, t),
	}
	if kind == CueNone {
		n.first, n.second = 0.05+mul(0.05, t), 0.04+mul(0.04, t)
		n.own = 0.12 + mul(0.10, t)
	}
	size := m.style.Noise
	if kind == CueNone && t == 0 && m.quirks.NearConstantBasic {
		n.frozen = true
		size = mul(size, 0.1)
	}
	n.first, n.second = mul(n.first, size), mul(n.second, size)
	n.own, n.level, n.item = mul(n.own, size), mul(n.level, size), mul(n.item, size)
	return n
}

// respondent is who answers in one session.
type respondent struct {
	noise
	session key
	request key
	wave    [4]float64
	general float64
}

// respond draws the deviation of a session.
func respond(n noise, session, request key) respondent {
	r := respondent{noise: n, session: session, request: request}
	r.wave[0] = mul(n.first, session.normal(streamHarmonic, 0))
	r.wave[1] = mul(n.first, session.normal(streamHarmonic, 1))
	r.wave[2] = mul(n.second, session.normal(streamHarmonic, 2))
	r.wave[3] = mul(n.second, session.normal(streamHarmonic, 3))
	r.general = mul(n.level, session.normal(streamLevel, 0))
	return r
}

// Parts of an item's own standing that follow from its text.
const (
	itemSpread    = 0.20 // of an item whose value is recognised
	strangeSpread = 0.60 // of any other item, in place of a baseline
	strangePart   = 0.70 // of the circle's movement that such an item takes
)

// leaning is where the average respondent stands on an item, on the six-point
// scale and before any cue.
func (m *Model) leaning(p *placement) float64 {
	own := (m.key ^ key(p.id)).normal(streamItem, 0)
	x := level + m.style.Acquiescence
	if p.known {
		return x + m.circles[0].baseline[p.value] + mul(itemSpread, own)
	}
	return x + mul(strangeSpread, own)
}

// rating answers one item on the scale; position is its place in the message.
func (m *Model) rating(r *respondent, in *instruction, p *placement, position int) int {
	x := m.leaning(p)
	noise := 0.0
	if !p.known || p.value != m.constant {
		own := uint64(p.value)
		part := 1.0
		if !p.known {
			own, part = p.id|1<<32, strangePart
		}
		move := in.shift[p.value] + in.circle.along(p.value, &r.wave)
		x += mul(part, move) + mul(r.own, r.session.normal(streamValue, own)) + r.general
		noise = mul(r.sd(&in.scale), r.request.normal(streamItem, p.id^uint64(position)))
	}
	if p.against {
		x = 7 - x
	}
	return in.scale.round(x, noise)
}

// leastNoise is the smallest sd of an answer, in points of its own scale: with
// it an answer in the middle between two rounding borders still varies.
const leastNoise = 0.27

// sd is the noise of an answer in points of the scale.
func (r *respondent) sd(s *scale) float64 {
	sd := mul(r.item, float64(s.high-s.low)/5)
	if r.frozen {
		return sd
	}
	return max(sd, leastNoise)
}

// expected maps a standing on the six-point scale to the scale, unrounded. The
// ends are approached and not passed, so that no answer is stuck at one.
func (s *scale) expected(x float64) float64 {
	const centre, straight, bend, six = 3.5, 1.8, 0.65, 5.0
	d := x - centre
	if d > straight {
		d -= straight
		d = straight + mul(bend, d)/(bend+d)
	} else if d < -straight {
		d = -d - straight
		d = -straight - mul(bend, d)/(bend+d)
	}
	part := (d + six/2) / six
	if s.falling {
		part = 1 - part
	}
	return float64(s.low) + mul(part, float64(s.high-s.low))
}

// round turns a standing and a noise in scale points into an answer.
func (s *scale) round(x, noise float64) int {
	y := s.expected(x) + noise
	return min(max(int(math.Floor(y+0.5)), s.low), s.high)
}
