package simulated

import "math"

// valueCount is the number of values on the circle.
const valueCount = 19

// The values in the order of the circle (Schwartz et al. 2012, figure 1).
const (
	sdt = iota
	sda
	st
	he
	ac
	pod
	por
	fac
	sep
	ses
	tr
	cor
	coi
	hum
	bed
	bec
	unc
	unn
	unt
)

var valueCodes = [valueCount]string{
	"SDT", "SDA", "ST", "HE", "AC", "POD", "POR", "FAC", "SEP", "SES",
	"TR", "COR", "COI", "HUM", "BED", "BEC", "UNC", "UNN", "UNT",
}

// Values returns the codes of the 19 values in the order of the circle.
func Values() []string { return append([]string(nil), valueCodes[:]...) }

// indexOf returns the position of a value's code on the circle, or -1.
func indexOf(code string) int {
	for i, c := range valueCodes {
		if c == code {
			return i
		}
	}
	return -1
}

// baseline is the average profile, centred, in points of a six-point scale. It
// is made up for this package: people's hierarchy in outline (close others and
// self-direction first, power last), not a copy of any published table.
var baseline = [valueCount]float64{
	sdt: 0.50, sda: 0.62, st: -0.06, he: 0.18, ac: 0.12,
	pod: -1.10, por: -1.02, fac: -0.04, sep: 0.26, ses: 0.34,
	tr: -0.50, cor: -0.18, coi: -0.12, hum: -0.10,
	bed: 0.70, bec: 0.82, unc: 0.48, unn: 0.08, unt: 0.40,
}

// level is the average raw answer, before a model's acquiescence.
const level = 3.85

// circle is the circumplex as one model holds it for one kind of prompt.
type circle struct {
	angle    [valueCount]float64    // radians
	radius   [valueCount]float64    // how strongly a value takes part, about 1
	loading  [valueCount][4]float64 // radius · (cos θ, sin θ, cos 2θ, sin 2θ)
	baseline [valueCount]float64
}

// cueKinds are all kinds, in the order in which a model keeps its circles.
var cueKinds = [...]CueKind{CueNone, CueAnchor, CueDemographic, CuePersona, CueName}

// astray is how much further from theory a kind of prompt takes a model than a
// stated value does: the less is said of values, the less they hang together.
var astray = [len(cueKinds)]float64{1.6, 0, 1.0, 0.9, 1.0}

// newCircle bends the theory's circle by the model's distortion and moves the
// baseline profile a little; both follow from the name. One bend is shared by
// all kinds, another is the kind's own.
func newCircle(name key, style Style, kind int) *circle {
	c := &circle{}
	for i := range c.angle {
		n, own := uint64(i), uint64(100*kind+i)
		bend := name.normal(streamAngle, n) + mul(astray[kind], name.normal(streamAngle, own+1000))
		c.angle[i] = mul(2*math.Pi/valueCount, float64(i)) + mul(style.Distortion, bend)
		c.radius[i] = 1 + mul(0.12, name.normal(streamRadius, n)) + mul(mul(0.12, astray[kind]), name.normal(streamRadius, own+1000))
		for k := range 2 {
			a := mul(float64(k+1), c.angle[i])
			c.loading[i][2*k] = mul(c.radius[i], coarse(math.Cos(a)))
			c.loading[i][2*k+1] = mul(c.radius[i], coarse(math.Sin(a)))
		}
		c.baseline[i] = mul(style.Spread, baseline[i]) + mul(0.15, name.normal(streamBaseline, n))
	}
	return c
}

// coarse drops the last bits, in which sine and cosine may differ between
// architectures.
func coarse(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// near is how much a shift towards value v raises value i: cosine-wise, with a
// second harmonic that makes the peak narrower than the trough.
func (c *circle) near(i, v int) float64 {
	a, b := &c.loading[i], &c.loading[v]
	first := mul(a[0], b[0]) + mul(a[1], b[1])
	second := mul(a[2], b[2]) + mul(a[3], b[3])
	return first + mul(0.25, second)
}

// along is the value of a smooth wave with the given four coefficients at i.
func (c *circle) along(i int, w *[4]float64) float64 {
	l := &c.loading[i]
	return mul(l[0], w[0]) + mul(l[1], w[1]) + mul(l[2], w[2]) + mul(l[3], w[3])
}
