package report

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"circumplex.example/analysis/figure"
	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
	"golang.org/x/sync/errgroup"
)

// pictureScale is how many pixels of a PNG make one unit of its figure.
const pictureScale = 2

// drawn is one figure before it is drawn.
type drawn struct {
	name string // without directory and ending
	draw func() *figure.Drawing
	spec func() ([]byte, error) // as vega-lite
}

// figures lists the figures of the paper that the conditions allow.
func (a *analysis) figures() []drawn {
	var out []drawn
	names := fileNames{}
	add := func(name string, draw func() *figure.Drawing, spec func() ([]byte, error)) {
		out = append(out, drawn{names.unique(name), draw, spec})
	}
	if a.means != nil {
		add("figure2a_spearman", a.spearmanFigure, a.spearmanChart)
	}
	for _, g := range a.groups() {
		add("figure2b_means_"+slug(groupWord(g)), func() *figure.Drawing { return a.meansFigure(g) },
			func() ([]byte, error) { return a.meansChart(g) })
	}
	if a.structure != nil {
		for i := range a.results {
			r := &a.results[i]
			add("figure3_map_"+conditionSlug(r.c), func() *figure.Drawing { return a.mapFigure(r) },
				func() ([]byte, error) {
					return a.mapChart("Figure 3. Map of the values against the benchmark", []*result{r})
				})
		}
		var all []*result
		for i := range a.results {
			all = append(all, &a.results[i])
		}
		for _, model := range distinct(all, a.modelName) {
			var own []*result
			for _, r := range all {
				if a.modelName(r.c) == model {
					own = append(own, r)
				}
			}
			add("figure7_12_maps_"+slug(model), func() *figure.Drawing { return a.mapsFigure(model) },
				func() ([]byte, error) {
					return a.mapChart("Figures 7-12. Maps of the values against the benchmark", own)
				})
		}
	}
	if a.anyAnchored() {
		add("figure4_anchor_shift", a.shiftFigure, a.shiftChart)
	}
	if a.means != nil && len(a.administrationPairs()) > 0 {
		add("figure6_batch_sequential", a.administrationFigure, a.administrationChart)
	}
	return out
}

// writeFigures draws the figures in parallel, writes each as SVG, as PNG and as a
// vega-lite specification, and adds their digests.
func (a *analysis) writeFigures(ctx context.Context, out string, digests map[string]string) error {
	if !a.opts.Figures {
		return nil
	}
	if err := os.MkdirAll(filepath.Join(out, "figures"), 0o755); err != nil {
		return err
	}
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range a.figures() {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			d := f.draw()
			picture, err := d.PNG(pictureScale)
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			spec, err := f.spec()
			if err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
			base := "figures/" + f.name
			for name, data := range map[string][]byte{base + ".svg": d.SVG(), base + ".png": picture, base + ".vl.json": spec} {
				if err := tabular.WriteFile(filepath.Join(out, filepath.FromSlash(name)), data); err != nil {
					return err
				}
				sum := sha256.Sum256(data)
				mu.Lock()
				digests[name] = hex.EncodeToString(sum[:])
				mu.Unlock()
			}
			return nil
		})
	}
	return g.Wait()
}

// fileNames keeps file names apart, also where case does not count.
type fileNames map[string]bool

func (f fileNames) unique(name string) string {
	try := name
	for n := 2; f[strings.ToLower(try)]; n++ {
		try = fmt.Sprintf("%s-%d", name, n)
	}
	f[strings.ToLower(try)] = true
	return try
}

// slug is a name as part of a file name, at most 40 characters.
func slug(s string) string {
	const most = 40
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, s)
	out = strings.Trim(out[:min(len(out), most)], ".-")
	if out == "" {
		return "unnamed"
	}
	return out
}

// conditionSlug names a condition in a file name.
func conditionSlug(c *ingest.Condition) string {
	parts := []string{slug(c.Model), slug(c.Prompt), "T" + slug(tempOf(c)), slug(c.Administration)}
	for _, l := range c.Levels {
		parts = append(parts, slug(l))
	}
	return strings.Join(parts, "_")
}

// groupWord names a group in a file name.
func groupWord(g group) string {
	c := g.results[0].c
	return strings.Join(append([]string{c.Administration}, c.Levels...), "_")
}

// meta is what stands around a figure of these results.
func (a *analysis) meta(title string, results []*result, caption ...string) figure.Meta {
	m := figure.Meta{Title: title, Subtitle: or(a.opts.Title, a.opts.Experiment), Banner: a.bannerOf(results)}
	for _, p := range caption {
		if p != "" {
			m.Caption = append(m.Caption, p)
		}
	}
	instrument := "Instrument: " + or(a.opts.Instrument, a.d.Instrument)
	if a.opts.InstrumentNotice != "" {
		instrument += ", " + strings.TrimSuffix(a.opts.InstrumentNotice, ".")
	}
	m.Caption = append(m.Caption, a.usedNote(results)+" "+instrument+".")
	return m
}

// bannerOf warns of simulated results among these.
func (a *analysis) bannerOf(results []*result) string {
	simulated := 0
	for _, r := range results {
		if r.c.Simulated {
			simulated++
		}
	}
	switch {
	case a.simulated() == "true" || simulated > 0 && simulated == len(results):
		return "SIMULATED. No model was asked: a program made up every answer. These numbers say nothing about any model."
	case simulated > 0:
		return a.banner()
	}
	return ""
}

// usedNote says how many sessions are behind the figure.
func (a *analysis) usedNote(results []*result) string {
	least, most, out := math.MaxInt, 0, 0
	for _, r := range results {
		least, most, out = min(least, r.used()), max(most, r.used()), out+r.dropped()
	}
	n := fmt.Sprint(most)
	if least != most {
		n = fmt.Sprintf("%d to %d", least, most)
	}
	where := "."
	if len(results) > 1 {
		where = " in a condition."
	}
	s := "N = " + n + " sessions" + where
	if out > 0 {
		s = strings.TrimSuffix(s, ".") + fmt.Sprintf("; %d left out.", out)
	}
	return s
}

// pointers are all results.
func (a *analysis) pointers() []*result {
	out := make([]*result, len(a.results))
	for i := range a.results {
		out[i] = &a.results[i]
	}
	return out
}

// footnotes numbers the reasons why a figure has a gap.
type footnotes []string

// mark is the text of a cell without a number.
func (f *footnotes) mark(reason string) string {
	d := document{feet: *f}
	s := d.na(reason)
	*f = d.feet
	return s
}

// caption lists the reasons.
func (f footnotes) caption() string {
	if len(f) == 0 {
		return ""
	}
	var parts []string
	for i, reason := range f {
		parts = append(parts, fmt.Sprintf("[%d] %s", i+1, reason))
	}
	return "Not available (NA): " + strings.Join(parts, "; ") + "."
}
