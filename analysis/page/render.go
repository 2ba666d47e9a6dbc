package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
)

//go:embed assets
var assets embed.FS

// scripts run in this order, each on its own.
var scripts = []string{"conditions.js", "draw.js", "figures.js", "page.js"}

var funcs = template.FuncMap{
	"clean": clean, "grouped": grouped, "fixed": fixed, "probability": probability, "exact": exact, "count": count, "short": short,
	"add": func(a, b int) int { return a + b },
	"or2": or,
}

// parsed is the template; it is part of the program.
var parsed = template.Must(template.New("page.html").Funcs(funcs).ParseFS(assets, "assets/*.html"))

// render makes the page.
func (v *view) render() ([]byte, error) {
	style := asset("page.css")
	policy := []string{"default-src 'none'", "img-src data:", "style-src " + digest(style), "base-uri 'none'", "form-action 'none'"}
	script := "script-src"
	var tags strings.Builder
	for _, name := range scripts {
		js := asset(name)
		script += " " + digest(js)
		tags.WriteString("<script>" + js + "</script>\n")
	}
	v.Policy = strings.Join(append(policy, script), "; ")
	v.Style = template.HTML("<style>" + style + "</style>") //nolint:gosec // part of the program
	v.Scripts = template.HTML(tags.String())                //nolint:gosec // part of the program
	var b bytes.Buffer
	if err := parsed.ExecuteTemplate(&b, "page.html", v); err != nil {
		return nil, fmt.Errorf("making the page: %w", err)
	}
	return b.Bytes(), nil
}

// asset is a file that is part of the program.
func asset(name string) string {
	b, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic("page: " + err.Error())
	}
	return string(b)
}

// digest is how a content security policy names what may run.
func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
