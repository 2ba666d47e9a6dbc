package cli

import (
	"fmt"
	"strings"
)

// commentLimit is how many characters a comment on GitHub may have.
const commentLimit = 65_536

// markdown renders a difference as a comment of at most limit characters. What
// does not fit is left out, the least important first, with a sentence that says
// so.
func (v *diffView) markdown(limit int) string {
	head := "### " + v.title.markdown() + "\n\n**" + v.verdict.markdown() + "**\n"
	foot := "\n<sub>made by `runner diff`; comments, order and layout of the files are no change</sub>\n"
	parts := make([]string, len(v.sections))
	for i, s := range v.sections {
		parts[i] = s.markdown(s.blocks)
	}
	total := func() int {
		n := runes(head) + runes(foot)
		for _, p := range parts {
			n += runes(p)
		}
		return n
	}
	for i := len(v.sections) - 1; i >= 0 && total() > limit; i-- {
		parts[i] = v.sections[i].shortened(limit - (total() - runes(parts[i])))
	}
	return head + strings.Join(parts, "") + foot
}

func runes(s string) int { return len([]rune(s)) }

// markdown renders a section, folded unless it is the first thing to read.
func (s section) markdown(blocks []block) string {
	var b strings.Builder
	open := ""
	if s.open {
		open = " open"
	}
	summary := s.title
	if s.summary != "" {
		summary += ": " + s.summary
	}
	fmt.Fprintf(&b, "\n<details%s><summary>%s</summary>\n\n", open, summary)
	for i, x := range blocks {
		// A paragraph, a table and a block of code stand between blank lines.
		if i > 0 && (x.apart() || blocks[i-1].apart() || x.words != nil) {
			b.WriteByte('\n')
		}
		b.WriteString(x.markdown())
	}
	b.WriteString("\n</details>\n")
	return b.String()
}

// shortened renders as many blocks as fit, and says how many are left out.
func (s section) shortened(room int) string {
	fits := func(n int) string {
		left := len(s.blocks) - n
		return s.markdown(append(s.blocks[:n:n], block{says: marked(fmt.Sprintf(
			"%s of this section left out, because a comment holds %s characters; runner diff on a terminal shows all.", areLines(left), num(commentLimit)))}))
	}
	low, high := 0, len(s.blocks)
	for low < high { // the most blocks that fit
		mid := (low + high + 1) / 2
		if runes(fits(mid)) <= room {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return fits(low)
}

func areLines(n int) string {
	if n == 1 {
		return "1 entry is"
	}
	return num(n) + " entries are"
}

// apart reports whether a block stands between blank lines.
func (x block) apart() bool { return x.words == nil && x.sign == "" }

func (x block) markdown() string {
	indent := strings.Repeat("  ", x.depth)
	switch {
	case x.head != nil:
		return x.tableMarkdown()
	case x.words != nil:
		return fenced(wordDiff(x.words), indent)
	case x.sign == "":
		return x.says.markdown() + "\n"
	}
	return indent + "- " + signWords[x.sign] + x.says.markdown() + "\n"
}

// signWords stand for the signs: a list of Markdown has its own.
var signWords = map[string]string{"+": "**+** ", "-": "**−** ", "~": "", "*": ""}

func (x block) tableMarkdown() string {
	var b strings.Builder
	b.WriteString("|")
	for _, h := range x.head {
		b.WriteString(" " + h + " |")
	}
	b.WriteString("\n|")
	for i := range x.head {
		if i < x.names {
			b.WriteString("---|")
		} else {
			b.WriteString("---:|")
		}
	}
	b.WriteByte('\n')
	for _, r := range x.rows {
		b.WriteString("|")
		for _, c := range r {
			b.WriteString(" " + strings.ReplaceAll(marked(c).markdown(), "|", `\|`) + " |")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// markdown renders marked text: what an author wrote stands as code, where
// neither HTML nor Markdown nor a mention means anything. The program's own words
// hold nothing that Markdown reads otherwise.
func (m marked) markdown() string {
	var b, within strings.Builder
	inside := false
	for _, r := range string(m) {
		switch {
		case r == markSaid || r == markNamed:
			inside = true
		case r == markEnd:
			b.WriteString(code(within.String()))
			within.Reset()
			inside = false
		case inside:
			within.WriteRune(r)
		case r == '<':
			b.WriteString("&lt;")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// code is a code span, whose fence is longer than any within.
func code(s string) string {
	if s == "" {
		return "(empty)"
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// fenced is a block of code, whose fence is longer than any within.
func fenced(s, indent string) string {
	fence := strings.Repeat("`", max(3, longestRun(s)+1))
	return indent + fence + "text\n" + wrap(s, len(indent), len(indent)) + "\n" + indent + fence + "\n"
}

// longestRun is the length of the longest run of backticks.
func longestRun(s string) int {
	most, n := 0, 0
	for _, r := range s {
		if r == '`' {
			n++
			most = max(most, n)
		} else {
			n = 0
		}
	}
	return most
}
