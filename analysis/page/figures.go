package page

import (
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// maxFigures bounds the bytes of all figures that are put into the page; the
// others are named.
const maxFigures = 12_000_000

// figure is one drawing of the analysis.
type figure struct {
	Name, Title, Alt string
	Source           template.HTMLAttr // src="data:..."
	// Condition is the one condition it is of, or -1.
	Condition int
	Wide      bool // too wide to stand beside another
	// Model, Prompt, Temp and Administration are those that the name of the
	// file holds; empty means that the figure is not of one of them.
	Model, Prompt, Temp, Administration string
}

var title = regexp.MustCompile(`(?s)<title[^>]*>(.*?)</title>`)
var width = regexp.MustCompile(`^<svg[^>]*\bwidth="(\d+)`)
var desc = regexp.MustCompile(`(?s)<desc[^>]*>(.*?)</desc>`)

// figures reads analysis/figures/*.svg. Those that do not fit are returned by
// name.
func (s *source) figures() (in []figure, out []string, err error) {
	total := 0
	for _, file := range s.outputs("figures", ".svg") {
		b, err := os.ReadFile(filepath.Join(s.dir, "analysis", "figures", file))
		if err != nil {
			return nil, nil, err
		}
		f := figure{Name: clean(strings.TrimSuffix(file, ".svg")), Source: source8(b)}
		if total+len(f.Source) > maxFigures {
			out = append(out, file)
			continue
		}
		total += len(f.Source)
		f.Title, f.Alt = words(string(b), f.Name)
		if m := width.FindSubmatch(b); m != nil {
			w, _ := strconv.Atoi(string(m[1])) // too many digits are wide too
			f.Wide = w > 700 || len(m[1]) > 6
		}
		s.levels(&f)
		in = append(in, f)
	}
	return in, out, nil
}

// source8 is a picture as the attribute of an image. Only what an address or
// an attribute cannot hold is escaped: base64 would be a third longer.
func source8(svg []byte) template.HTMLAttr {
	// Browsers need no xlink; other programs that read the files do.
	s := strings.ReplaceAll(clean(string(svg)), "<use xlink:href=", "<use href=")
	if !strings.Contains(s, "'") {
		s = strings.ReplaceAll(s, `"`, "'") // either may stand round an attribute of SVG
	}
	return template.HTMLAttr(`src="data:image/svg+xml;charset=utf-8,` + inAddress.Replace(s) + `"`) //nolint:gosec // no quote is left
}

var inAddress = strings.NewReplacer("%", "%25", "#", "%23", `"`, "%22", "&", "%26", "\n", " ", "\t", " ")

// words are the title of a figure and what it says of itself, or its name.
func words(svg, name string) (heading, alt string) {
	var parts []string
	for _, re := range []*regexp.Regexp{title, desc} {
		if m := re.FindStringSubmatch(svg); m != nil {
			if w := clean(strings.Join(strings.Fields(unescape.Replace(m[1])), " ")); w != "" {
				parts = append(parts, sentence(w))
			}
		}
	}
	if len(parts) > 0 {
		return strings.TrimSuffix(parts[0], "."), strings.Join(parts, " ")
	}
	heading = capital(strings.NewReplacer("_", " ", "-", " ").Replace(name))
	return heading, "Figure: " + heading + "."
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&apos;", "'", "&amp;", "&")

// levels finds the levels that the name of a figure holds between underscores.
// A figure of two levels of a factor, such as one that compares them, is of
// neither.
func (s *source) levels(f *figure) {
	f.Model = f.find(s.distinct(func(c *condition) string { return c.Model }), "")
	f.Prompt = f.find(s.prompts(), "")
	f.Temp = f.find(s.temperatures(), "T")
	f.Administration = f.find(s.distinct(func(c *condition) string { return c.Administration }), "")
	f.Condition = slices.IndexFunc(s.conditions, func(c *condition) bool {
		for _, l := range c.Levels {
			if f.find([]string{l}, "") == "" {
				return false
			}
		}
		return c.Model == f.Model && c.Prompt == f.Prompt && c.Temp() == f.Temp && c.Administration == f.Administration
	})
}

// find is the one word that the name holds after prefix, or empty. Of words
// that hold each other, the longest counts.
func (f *figure) find(words []string, prefix string) string {
	best, name := "", "_"+f.Name+"_"
	for _, w := range words {
		if !strings.Contains(name, "_"+prefix+inName.ReplaceAllString(w, "-")+"_") {
			continue
		}
		switch {
		case strings.Contains(w, best):
			best = w
		case !strings.Contains(best, w):
			return ""
		}
	}
	return best
}

// inName are the characters that the analysis replaces in names of files.
var inName = regexp.MustCompile(`[^A-Za-z0-9._-]`)
