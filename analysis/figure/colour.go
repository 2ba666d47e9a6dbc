package figure

import (
	"fmt"
	"math"
)

// colour is opaque; one without ink is not drawn.
type colour struct {
	r, g, b uint8
	ink     bool
}

func rgb(hex uint32) colour { return colour{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), true} }

// hex is the colour as SVG writes it.
func (c colour) hex() string { return fmt.Sprintf("#%02x%02x%02x", c.r, c.g, c.b) }

// The colours of all figures. The hues are those of Okabe and Ito (2008),
// Color Universal Design.
var (
	white      = rgb(0xffffff)
	black      = rgb(0x000000)
	nearBlack  = rgb(0x222222)
	darkGrey   = rgb(0x444444)
	midGrey    = rgb(0x767676)
	paleGrey   = rgb(0xc4c4c4)
	faintGrey  = rgb(0xe6e6e6)
	amberLight = rgb(0xfff1d6)
	blue       = rgb(0x0072b2)
	vermilion  = rgb(0xd55e00)
)

// hues are for series, in order; the reference line alone is vermilion.
var hues = []colour{rgb(0x0072b2), rgb(0xe69f00), rgb(0x009e73), rgb(0x7b3294), rgb(0x56b4e9), rgb(0x000000), rgb(0xcc79a7)}

// dashes tell series apart whose hue is the same.
var dashes = [][]float64{nil, {6, 3}, {1.5, 3}, {8, 3, 1.5, 3}}

// ramp gives colours for numbers: white at 0, blue towards 1 and orange towards
// -1. In both arms the lightness falls in proportion to the number in the
// perceptually uniform space OKLab (Ottosson 2020), so that equal steps look equal.
func ramp(t float64) colour {
	t = max(-1, min(1, t))
	hue := 250.0 // degrees
	if t < 0 {
		hue = 55
	}
	s := math.Abs(t)
	lightness := 0.985 - 0.60*s
	chroma := 0.13 * math.Sin(math.Pi/2*min(1, 1.25*s))
	if t < 0 {
		lightness = 0.985 - 0.45*s
	}
	sin, cos := math.Sincos(hue * math.Pi / 180)
	return oklab(lightness, chroma*cos, chroma*sin)
}

// oklab converts from OKLab to sRGB, clipping what is out of gamut.
func oklab(l, a, b float64) colour {
	cube := func(x float64) float64 { return x * x * x }
	p := cube(l + 0.3963377774*a + 0.2158037573*b)
	q := cube(l - 0.1055613458*a - 0.0638541728*b)
	r := cube(l - 0.0894841775*a - 1.2914855480*b)
	channel := func(x float64) uint8 {
		x = max(0, min(1, x))
		if x <= 0.0031308 {
			x *= 12.92
		} else {
			x = 1.055*math.Pow(x, 1/2.4) - 0.055
		}
		return uint8(math.Round(255 * x))
	}
	return colour{
		channel(4.0767416621*p - 3.3077115913*q + 0.2309699292*r),
		channel(-1.2684380046*p + 2.6097574011*q - 0.3413193965*r),
		channel(-0.0041960863*p - 0.7034186147*q + 1.7076147010*r), true}
}

// luminance is the relative luminance of WCAG 2.
func (c colour) luminance() float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.r) + 0.7152*linear(c.g) + 0.0722*linear(c.b)
}

// contrast is the contrast ratio of WCAG 2.
func contrast(c, d colour) float64 {
	x, y := c.luminance(), d.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// inkOn is black or white, whichever reads better on c.
func inkOn(c colour) colour {
	if contrast(black, c) >= contrast(white, c) {
		return black
	}
	return white
}
