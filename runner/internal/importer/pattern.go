package importer

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// pattern is the form of the names of item columns: text with one number.
type pattern struct {
	source, before, after string
	width                 int // at least so many digits, filled up with zeros
}

var verb = regexp.MustCompile(`%(0[1-9])?d`)

// parsePattern reads a pattern such as q%d, PVQ_%02d or item %d (self).
func parsePattern(s string) (pattern, error) {
	m := verb.FindAllStringSubmatchIndex(s, -1)
	if len(m) != 1 {
		return pattern{}, usagef("write the number as %d, or %02d where it has a leading zero, for example  --items 'PVQ_%02d'",
			"--items %q does not say where the item number stands", s)
	}
	p := pattern{source: s, before: s[:m[0][0]], after: s[m[0][1]:], width: 1}
	if m[0][2] >= 0 {
		p.width = int(s[m[0][2]+1] - '0')
	}
	return p, nil
}

// name is the column of an item.
func (p pattern) name(item int) string {
	return fmt.Sprintf("%s%0*d%s", p.before, p.width, item, p.after)
}

// item is the number in a column's name, if it has the pattern's form.
func (p pattern) item(column string) (int, bool) {
	s, ok := strings.CutPrefix(column, p.before)
	if !ok {
		return 0, false
	}
	if s, ok = strings.CutSuffix(s, p.after); !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && p.name(n) == column
}

// count is how many columns have the pattern's form.
func (p pattern) count(header []string) int {
	n := 0
	for _, h := range header {
		if _, ok := p.item(h); ok {
			n++
		}
	}
	return n
}

var numbered = regexp.MustCompile(`^(.*?)([0-9]+)([^0-9]*)$`)

// suggest finds the pattern that most columns have, for a mend; empty if no two
// columns share one.
func suggest(header []string) string {
	counts := map[string]int{}
	best := ""
	for _, h := range header {
		m := numbered.FindStringSubmatch(h)
		if m == nil || strings.Contains(m[1]+m[3], "%") {
			continue
		}
		written := []string{m[1] + "%d" + m[3]}
		if len(m[2]) > 1 && len(m[2]) < 10 {
			written = append(written, fmt.Sprintf("%s%%0%dd%s", m[1], len(m[2]), m[3]))
		}
		if m[2][0] == '0' {
			written = written[1:]
		}
		for _, form := range written {
			counts[form]++
		}
	}
	for form, n := range counts {
		if n < 2 {
			continue
		}
		if c := cmp.Or(cmp.Compare(n, counts[best]), cmp.Compare(best, form)); best == "" || c > 0 {
			best = form
		}
	}
	return best
}
