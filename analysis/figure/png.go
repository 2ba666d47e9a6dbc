package figure

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"slices"

	"golang.org/x/image/vector"
)

// maxPixels bounds the memory that one picture may take.
const maxPixels = 120_000_000

// PNG draws the drawing with so many pixels to the unit: 2 for print and
// screens. The bytes depend on the drawing and the program's version alone.
// It is an error if the picture would have more than 120 million pixels.
func (d *Drawing) PNG(scale float64) ([]byte, error) {
	w, h := math.Ceil(math.Ceil(d.W)*scale), math.Ceil(math.Ceil(d.H)*scale)
	if !(w >= 1 && h >= 1 && w*h <= maxPixels) {
		return nil, fmt.Errorf("a picture of %v by %v pixels is too large", w, h)
	}
	r := &raster{img: image.NewRGBA(image.Rect(0, 0, int(w), int(h))), scale: scale}
	r.img.Pix[0] = 0xff
	for done := 1; done < len(r.img.Pix); done *= 2 {
		copy(r.img.Pix[done:], r.img.Pix[:done])
	}
	for _, o := range d.ops {
		if o.shape != nil {
			r.shape(o.shape)
		} else {
			r.words(o.words)
		}
	}
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.DefaultCompression}
	err := enc.Encode(&b, r.reduce(d.inks()))
	return b.Bytes(), err
}

// raster is a picture being drawn.
type raster struct {
	img   *image.RGBA
	scale float64
	v     vector.Rasterizer
}

// words fills the letters of one line.
func (r *raster) words(w *words) {
	f := faceOf(w.bold)
	k := w.size / f.em
	at := w.box()
	var all path
	pen := 0.0
	for _, c := range w.text {
		g := f.glyphs[c]
		for _, s := range g.outline {
			for i := range points(s.op) {
				x, y := (pen+s.p[i].x)*k, s.p[i].y*k
				if w.up {
					s.p[i] = point{w.x + y, at.y1 - x}
				} else {
					s.p[i] = point{at.x0 + x, w.y + y}
				}
			}
			all = append(all, s)
		}
		pen += g.advance
	}
	r.fill(all, w.colour)
}

// shape fills and strokes.
func (r *raster) shape(s *shape) {
	if s.fill.ink {
		r.fill(s.path, s.fill)
	}
	if !s.stroke.ink {
		return
	}
	// A long line is drawn piece by piece: the extent of each is small, that of
	// a frame is all that it encloses.
	const long = 100
	if b, ok := extent(s.path); !ok || b.x1-b.x0 < long && b.y1-b.y0 < long {
		r.fill(stroke(s.path, s.width, s.dash), s.stroke)
		return
	}
	for _, line := range flatten(s.path) {
		for _, piece := range dashed(line, s.dash) {
			for i := 1; i < len(piece); i++ {
				r.fill(stroke(polyline(piece[i-1], piece[i]), s.width, nil), s.stroke)
			}
		}
	}
}

// fill fills the inside of a path, working on the pixels of its extent only.
func (r *raster) fill(p path, c colour) {
	b, ok := extent(p)
	if !ok {
		return
	}
	in := image.Rect(int(math.Floor(b.x0*r.scale)), int(math.Floor(b.y0*r.scale)), int(math.Ceil(b.x1*r.scale))+1, int(math.Ceil(b.y1*r.scale))+1)
	in = in.Intersect(r.img.Bounds())
	if in.Empty() {
		return
	}
	r.v.Reset(in.Dx(), in.Dy())
	at := func(p point) (float32, float32) {
		return float32(p.x*r.scale - float64(in.Min.X)), float32(p.y*r.scale - float64(in.Min.Y))
	}
	for _, s := range p {
		x0, y0 := at(s.p[0])
		x1, y1 := at(s.p[1])
		x2, y2 := at(s.p[2])
		switch s.op {
		case 'M':
			r.v.MoveTo(x0, y0)
		case 'L':
			r.v.LineTo(x0, y0)
		case 'Q':
			r.v.QuadTo(x0, y0, x1, y1)
		case 'C':
			r.v.CubeTo(x0, y0, x1, y1, x2, y2)
		case 'Z':
			r.v.ClosePath()
		}
	}
	r.v.Draw(r.img, in, image.NewUniform(color.RGBA{c.r, c.g, c.b, 0xff}), image.Point{})
}

// extent is the box of all points of a path, control points included.
func extent(p path) (box, bool) {
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, s := range p {
		for k := range points(s.op) {
			b.x0, b.y0 = min(b.x0, s.p[k].x), min(b.y0, s.p[k].y)
			b.x1, b.y1 = max(b.x1, s.p[k].x), max(b.y1, s.p[k].y)
		}
	}
	return b, b.x0 <= b.x1 && b.y0 <= b.y1
}

// mostInks leaves a palette of 256 room for the steps within edges.
const mostInks = 160

// inks are the colours that a drawing uses.
func (d *Drawing) inks() map[uint32]bool {
	out := map[uint32]bool{0xffffff: true}
	for _, o := range d.ops {
		used := []colour{}
		if o.shape != nil {
			used = append(used, o.shape.fill, o.shape.stroke)
		} else {
			used = append(used, o.words.colour)
		}
		for _, c := range used {
			if c.ink {
				out[uint32(c.r)<<16|uint32(c.g)<<8|uint32(c.b)] = true
			}
		}
	}
	return out
}

// reduce turns the picture into one of 256 colours: those of the drawing, the
// most frequent others, and for the rest (steps within edges) the nearest of
// them. It is a quarter of the size, and the difference cannot be seen. With
// too many colours in the drawing the picture stays as it is.
func (r *raster) reduce(inks map[uint32]bool) image.Image {
	img := r.img
	if len(inks) > mostInks {
		return img
	}
	counts := map[uint32]int{}
	last, run := uint32(0xffffff), 0
	pix := img.Pix
	for i := 0; i < len(pix); i += 4 {
		c := uint32(pix[i])<<16 | uint32(pix[i+1])<<8 | uint32(pix[i+2])
		if c == last {
			run++
			continue
		}
		counts[last] += run
		last, run = c, 1
	}
	counts[last] += run
	colours := make([]uint32, 0, len(counts))
	for c := range counts {
		colours = append(colours, c)
	}
	slices.SortFunc(colours, func(a, b uint32) int {
		if inks[a] != inks[b] {
			return map[bool]int{true: -1, false: 1}[inks[a]]
		}
		if n := counts[b] - counts[a]; n != 0 {
			return n
		}
		return int(a) - int(b)
	})
	out := image.NewPaletted(img.Bounds(), nil)
	index := make(map[uint32]uint8, len(colours))
	for i, c := range colours {
		if i < 256 {
			out.Palette = append(out.Palette, color.RGBA{uint8(c >> 16), uint8(c >> 8), uint8(c), 0xff})
			index[c] = uint8(i)
			continue
		}
		index[c] = nearest(colours[:256], c)
	}
	last, at := colours[0], index[colours[0]]
	for i := range out.Pix {
		k := 4 * i
		if c := uint32(pix[k])<<16 | uint32(pix[k+1])<<8 | uint32(pix[k+2]); c != last {
			last, at = c, index[c]
		}
		out.Pix[i] = at
	}
	return out
}

// nearest is the colour of the palette that differs least.
func nearest(palette []uint32, c uint32) uint8 {
	best, at := math.MaxInt, 0
	for i, p := range palette {
		d := 0
		for shift := 0; shift <= 16; shift += 8 {
			e := int(p>>shift&0xff) - int(c>>shift&0xff)
			d += e * e
		}
		if d < best {
			best, at = d, i
		}
	}
	return uint8(at)
}
