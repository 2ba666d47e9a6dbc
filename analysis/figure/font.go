package figure

import (
	"fmt"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is a font as outlines: units to the em, y downwards from the baseline.
type face struct {
	name   string // one letter, for identifiers in SVG
	em     float64
	glyphs map[rune]glyph
}

// glyph is the outline of one character.
type glyph struct {
	index   sfnt.GlyphIndex
	advance float64
	outline path
}

// faces are regular and bold. Reading them takes milliseconds, once.
var faces = sync.OnceValue(func() [2]*face {
	return [2]*face{readFace("r", goregular.TTF), readFace("b", gobold.TTF)}
})

// faceOf is the face of a weight.
func faceOf(bold bool) *face {
	if bold {
		return faces()[1]
	}
	return faces()[0]
}

// lastRune is the end of what the Go fonts cover, but for two ligatures.
const lastRune = 0x2fff

// readFace reads every glyph of a font that is part of the program.
func readFace(name string, ttf []byte) *face {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		panic("figure: the font of the program cannot be read: " + err.Error())
	}
	out := &face{name: name, em: float64(f.UnitsPerEm()), glyphs: map[rune]glyph{}}
	var buf sfnt.Buffer
	ppem := fixed.I(int(f.UnitsPerEm()))
	for r := rune(' '); r <= lastRune; r++ {
		i, err := f.GlyphIndex(&buf, r)
		if err != nil || i == 0 {
			continue
		}
		g, err := readGlyph(f, &buf, i, ppem)
		if err != nil {
			panic(fmt.Sprintf("figure: the font of the program has no outline of %q: %v", r, err))
		}
		out.glyphs[r] = g
	}
	return out
}

// readGlyph reads one outline, unhinted.
func readGlyph(f *sfnt.Font, buf *sfnt.Buffer, i sfnt.GlyphIndex, ppem fixed.Int26_6) (glyph, error) {
	advance, err := f.GlyphAdvance(buf, i, ppem, font.HintingNone)
	if err != nil {
		return glyph{}, err
	}
	segments, err := f.LoadGlyph(buf, i, ppem, nil)
	if err != nil {
		return glyph{}, err
	}
	g := glyph{index: i, advance: float64(advance) / 64}
	at := func(p fixed.Point26_6) point { return point{float64(p.X) / 64, float64(p.Y) / 64} }
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if len(g.outline) > 0 {
				g.outline.close()
			}
			g.outline.move(at(s.Args[0]))
		case sfnt.SegmentOpLineTo:
			g.outline.line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			g.outline.quad(at(s.Args[0]), at(s.Args[1]))
		case sfnt.SegmentOpCubeTo:
			g.outline.cube(at(s.Args[0]), at(s.Args[1]), at(s.Args[2]))
		}
	}
	if len(g.outline) > 0 {
		g.outline.close()
	}
	return g, nil
}
