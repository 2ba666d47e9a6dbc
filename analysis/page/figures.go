package page

import (
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxFigures bounds the bytes of all figures that are put into the page; the
// others are named.
const maxFigures = 9 << 20

// figure is one drawing of the analysis.
type figure struct {
	Name, Alt string
	Source    template.URL
	// Model, Prompt, Temp and Administration are those that the name of the
	// file holds; empty means that the figure is not of one of them.
	Model, Prompt, Temp, Administration string
}

var title = regexp.MustCompile(`(?s)<title[^>]*>(.*?)</title>`)
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
		if total+len(b) > maxFigures {
			out = append(out, file)
			continue
		}
		total += len(b)
		f := figure{Name: clean(strings.TrimSuffix(file, ".svg")), Source: dataURI("image/svg+xml", b)}
		f.Alt = alt(string(b), f.Name)
		s.levels(&f)
		in = append(in, f)
	}
	return in, out, nil
}

// alt is what the figure says of itself, or its name in words.
func alt(svg, name string) string {
	var parts []string
	for _, re := range []*regexp.Regexp{title, desc} {
		if m := re.FindStringSubmatch(svg); m != nil {
			if w := strings.Join(strings.Fields(unescape.Replace(m[1])), " "); w != "" {
				parts = append(parts, sentence(w))
			}
		}
	}
	if len(parts) > 0 {
		return clean(strings.Join(parts, " "))
	}
	return "Figure: " + strings.NewReplacer("_", " ", "-", " ").Replace(name) + "."
}

var unescape = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#34;", `"`, "&#39;", "'", "&apos;", "'", "&amp;", "&")

// levels finds the levels that the name of a figure holds between underscores.
// A figure of two levels of a factor, such as one that compares them, is of
// neither.
func (s *source) levels(f *figure) {
	f.Model = f.find(s.distinct(func(c *condition) string { return c.Model }), "")
	f.Prompt = f.find(s.distinct(func(c *condition) string { return c.Prompt }), "")
	f.Temp = f.find(s.distinct((*condition).Temp), "T")
	f.Administration = f.find(s.distinct(func(c *condition) string { return c.Administration }), "")
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
