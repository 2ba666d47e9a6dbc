package schema

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/scanner"
	"cuelang.org/go/cue/token"

	"circumplex.example/schema/diag"
)

// source is an author's file as text and tokens. CUE's parser tells where it
// lost its way; what the author meant stands in the source, often before it.
type source struct {
	file   string
	text   string
	tokens []lexeme
}

type lexeme struct {
	tok       token.Token
	text      string
	line, col int
	start     int // the offset in the text
}

// readSource reads and scans a file; it is empty if there is none.
func readSource(file string) *source {
	b, err := os.ReadFile(file)
	if err != nil {
		return &source{file: file} // a missing suggestion is no reason to hide the problem itself
	}
	src := &source{file: file, text: string(b)}
	var s scanner.Scanner
	failed := false
	s.Init(token.NewFile(file, -1, len(b)), b, func(token.Pos, string, []any) { failed = true }, 0)
	var open []int // the parentheses open in each interpolation
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return src
		}
		if lit == "" {
			lit = tok.String()
		}
		src.tokens = append(src.tokens, lexeme{tok, lit, pos.Line(), pos.Column(), pos.Offset()})
		last := len(open) - 1
		switch {
		case tok == token.INTERPOLATION:
			open = append(open, 0)
		case tok == token.LPAREN && last >= 0:
			open[last]++
		case tok == token.RPAREN && last >= 0:
			if open[last]--; open[last] > 0 {
				break
			}
			failed = false
			if rest := s.ResumeInterpolation(); goesOn.MatchString(rest) && !failed {
				open[last] = 0
			} else {
				open = open[:last]
			}
		}
	}
}

// goesOn matches a part of a text that ends in the next \(.
var goesOn = regexp.MustCompile(`\\#*\($`)

// line returns a line of the source without its end; "" if there is none.
func (s *source) line(n int) string {
	lines := strings.Split(s.text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return strings.TrimSuffix(lines[n-1], "\r")
}

func (s *source) place(t lexeme) diag.Place {
	return diag.Place{File: s.file, Line: t.line, Col: t.col}
}

// upTo are the tokens at or before a place.
func (s *source) upTo(p diag.Place) []lexeme {
	n := len(s.tokens)
	for n > 0 && (s.tokens[n-1].line > p.Line || s.tokens[n-1].line == p.Line && s.tokens[n-1].col > p.Col) {
		n--
	}
	return s.tokens[:n]
}

// lineStart reports whether the i-th token is the first of its line.
func (s *source) lineStart(i int) bool { return i == 0 || s.tokens[i-1].line < s.tokens[i].line }

// slip looks in the source for what led to a syntax error and, where it finds
// it, says so in place of what CUE says.
func slip(p *diag.Problem) bool {
	src := readSource(p.Place.File)
	for _, known := range []func(*diag.Problem) bool{src.hash, src.quotes, src.otherCharacter, src.decimal, src.equals, src.label} {
		if known(p) {
			return true
		}
	}
	return false
}

// hash finds a comment that begins with #, as in R and Python.
func (s *source) hash(p *diag.Problem) bool {
	for i, t := range s.upTo(p.Place) {
		if t.line != p.Place.Line || !strings.HasPrefix(t.text, "#") || t.tok != token.IDENT {
			continue
		}
		alone := t.text == "#"
		begins := s.lineStart(i) && i+1 < len(s.tokens) && slices.Contains(words, s.tokens[i+1].tok)
		stray := i > 0 && s.tokens[i-1].tok != token.PERIOD && t.line == p.Place.Line && t.col == p.Place.Col
		if alone || begins || stray {
			p.Place, p.What, p.Mend = s.place(t), "this is no CUE: # does not begin a comment", "comments begin with //"
			return true
		}
	}
	return false
}

// words are what follows # in a comment, but no definition.
var words = []token.Token{token.IDENT, token.INT, token.FLOAT, token.STRING, token.ILLEGAL, token.FOR, token.IN, token.IF, token.NULL, token.TRUE, token.FALSE}

// commentReference reports whether what CUE took for a reference is a comment
// of one word, such as #forty.
func commentReference(p diag.Problem) bool {
	m := notFound.FindStringSubmatch(p.What)
	if m == nil || !strings.HasPrefix(m[1], "#") {
		return false
	}
	src := readSource(p.Place.File)
	i := len(src.upTo(p.Place)) - 1
	return i >= 0 && src.lineStart(i)
}

// typographic are the quotes that word processors write.
const typographic = "“”„‟‘’‚‛«»‹›`´"

var betweenQuotes = regexp.MustCompile("^(?:[“„‟]([^“”„‟]*)[“”‟]|[‘‚‛]([^‘’‚‛]*)[‘’‛]|[«»‹›]([^«»‹›]*)[«»‹›]|[`´]([^`´]*)[`´]|\"([^\"“”„‟]*)[“”‟])")

// quotes finds typographic quotes, which CUE takes for no quotes at all.
func (s *source) quotes(p *diag.Problem) bool {
	line := s.line(p.Place.Line)
	if p.Place.Col < 1 || p.Place.Col > len(line) {
		return false
	}
	rest := line[p.Place.Col-1:]
	first := strings.ContainsAny(string([]rune(rest)[:1]), typographic)
	closing := strings.Contains(p.What, "string literal not terminated") && strings.ContainsAny(rest, typographic)
	if !first && !closing {
		return false
	}
	p.What, p.Mend = "this is no CUE: "+p.What, `write straight quotes: "..."`
	if closing {
		p.What = "this is no CUE: the text begins with a straight quote and ends with a typographic one"
	}
	if m := betweenQuotes.FindStringSubmatch(rest); m != nil {
		if inner := strings.Join(m[1:], ""); short(inner) { // one of them matched
			p.Mend = fmt.Sprintf("write straight quotes: %q", inner)
		}
	}
	return true
}

var illegal = regexp.MustCompile(`^illegal character U\+([0-9A-F]+)`)

// otherCharacter names characters that look like those of CUE.
func (s *source) otherCharacter(p *diag.Problem) bool {
	m := illegal.FindStringSubmatch(p.What)
	if m == nil {
		return false
	}
	mend := map[string]string{
		"00A0": "replace it by a plain space: this one only looks like it", "202F": "replace it by a plain space: this one only looks like it",
		"2013": "write a plain hyphen: -", "2014": "write a plain hyphen: -", "2212": "write a plain hyphen: -",
	}[m[1]]
	if mend == "" {
		return false
	}
	p.What, p.Mend = "this is no CUE: "+p.What, mend
	return true
}

// decimal finds a decimal comma that the scanner stumbles over, as in 0,05.
func (s *source) decimal(p *diag.Problem) bool {
	i := len(s.upTo(p.Place)) - 1
	if i < 0 || !s.decimalAt(i) {
		return false
	}
	*p = s.decimalProblem(i)
	return true
}

// decimalAt reports whether the i-th token is the part of a number behind a
// decimal comma: CUE reads  value: 0,7  as a field and a number of its own.
func (s *source) decimalAt(i int) bool {
	if i < 3 {
		return false
	}
	t := s.tokens[i-3 : i+1]
	number := t[1].tok == token.INT && t[3].tok == token.INT
	return t[0].tok == token.COLON && number && t[2].text == "," &&
		t[1].line == t[3].line && !(i+1 < len(s.tokens) && s.tokens[i+1].tok == token.COLON)
}

func (s *source) decimalProblem(i int) diag.Problem {
	whole, frac := s.tokens[i-2], s.tokens[i]
	mend := fmt.Sprintf("write the number with a point: %s.%s", whole.text, frac.text)
	if whole.text != "0" && len(frac.text) == 3 {
		mend = fmt.Sprintf("write thousands without a comma: %s%s, a fraction with a point: %s.%s", whole.text, frac.text, whole.text, frac.text)
	}
	return diag.Problem{Place: s.place(whole), What: fmt.Sprintf("%s,%s is no number of CUE: the comma separates two fields", whole.text, frac.text), Mend: mend}
}

// decimalCommas reports the decimal commas in the files that an error of CUE
// points at. What else is said of a struct that has one is wrong.
func (l *loader) decimalCommas(cause error) bool {
	var files []string
	for _, e := range errors.Errors(cause) {
		for _, pos := range errors.Positions(e) {
			if l.places == nil || l.places.authored(pos) {
				files = append(files, pos.Filename())
			}
		}
	}
	slices.Sort(files)
	found := false
	for _, file := range slices.Compact(files) {
		s := readSource(file)
		for i := range s.tokens {
			if s.decimalAt(i) {
				l.fail(s.decimalProblem(i))
				found = true
			}
		}
	}
	return found
}

// equals finds a field written as in R or Python: n = 40, n <- 40. CUE takes
// the first for an alias and complains only of what follows.
func (s *source) equals(p *diag.Problem) bool {
	if !strings.HasPrefix(p.What, "expected label or ':'") {
		return false
	}
	last := len(s.upTo(p.Place)) - 1
	for i := last; i > 0; i-- {
		name := s.tokens[i-1]
		sign := s.tokens[i]
		if sign.tok != token.BIND && (sign.tok != token.ARROW || i < last) || name.tok != token.IDENT && name.tok != token.STRING {
			continue
		}
		before := token.EOF
		if i > 1 {
			before = s.tokens[i-2].tok
		}
		alias := before == token.LET || before == token.LBRACK || before == token.COLON && name.tok == token.IDENT
		if alias || i+2 < len(s.tokens) && s.tokens[i+2].tok == token.COLON {
			continue // it stands rightly there
		}
		p.Place, p.What = s.place(name), fmt.Sprintf("this is no CUE: the field %s is written with %s", name.text, sign.text)
		p.Mend = fmt.Sprintf("a field is written with a colon: %s: %s", name.text, s.valueAfter(i, name.text))
		return true
	}
	return false
}

// valueAfter is the value behind the i-th token as it stands in the source, or
// dots for one that is long, spans lines, or may be a key.
func (s *source) valueAfter(i int, name string) string {
	if i+1 >= len(s.tokens) || keyField(strings.Trim(name, `"`)) {
		return `"..."`
	}
	first := s.tokens[i+1]
	for j, depth := i+1, 0; j < len(s.tokens); j++ {
		t := s.tokens[j]
		if t.line > first.line {
			break
		}
		switch t.tok {
		case token.LBRACE, token.LBRACK, token.LPAREN:
			depth++
		case token.RBRACE, token.RBRACK, token.RPAREN:
			depth--
		}
		if depth < 0 || depth == 0 && t.tok == token.COMMA {
			if v := strings.TrimSpace(s.text[first.start:t.start]); short(v) {
				return v
			}
			break
		}
	}
	line := s.line(first.line)
	rest := line[min(first.col-1, len(line)):]
	for open, dots := range map[string]string{"{": "...}", "[": "...]", "(": "...)"} {
		if v := strings.TrimSpace(rest); strings.HasSuffix(v, open) && short(v) {
			return v + dots
		}
	}
	return "..."
}

var bare = regexp.MustCompile(`^[\p{L}\p{N}_.$#@/+-]+$`)

// label finds a name that needs quotes, such as sim-a, where CUE wants a comma.
func (s *source) label(p *diag.Problem) bool {
	if !strings.HasPrefix(p.What, "missing ',' ") {
		return false
	}
	n := len(s.upTo(p.Place))
	if n == 0 || s.tokens[n-1].line != p.Place.Line {
		return false
	}
	at := s.tokens[n-1]
	if at.tok == token.LBRACE && n > 1 && at.line == s.tokens[n-2].line && (s.tokens[n-2].tok == token.STRING || s.tokens[n-2].tok == token.IDENT) {
		if name := s.tokens[n-2].text; short(name) {
			p.What = "this is no CUE: no colon between a name and its braces"
			p.Mend = fmt.Sprintf("write the colon: %s: {...}", name)
			return true
		}
	}
	from, to := n-1, n-1
	for from > 0 && s.tokens[from-1].line == at.line && !delimits(s.tokens[from-1].tok) {
		from--
	}
	for to < len(s.tokens) && s.tokens[to].line == at.line && !delimits(s.tokens[to].tok) {
		to++
	}
	if to == len(s.tokens) || s.tokens[to].tok != token.COLON || from == to {
		return false
	}
	name := strings.TrimSpace(s.text[s.tokens[from].start:s.tokens[to].start])
	switch {
	case bare.MatchString(name) && short(name):
		p.Place, p.What = s.place(s.tokens[from]), fmt.Sprintf("this is no CUE: the name %s needs quotes", name)
		p.Mend = fmt.Sprintf("write it in quotes: %q", name)
		return true
	case s.tokens[from].tok == token.IDENT && bare.MatchString(strings.ReplaceAll(name, " ", "")) && short(name):
		p.What = "this is no CUE: " + p.What
		p.Mend = fmt.Sprintf("put a comma or a new line between the two fields or, if this is one name, write it in quotes: %q", name)
		return true
	}
	return false
}

// delimits reports whether a token ends a name or a value.
func delimits(t token.Token) bool {
	return slices.Contains([]token.Token{token.COLON, token.COMMA, token.LBRACE, token.RBRACE, token.LBRACK, token.RBRACK}, t)
}

// short reports whether a text of the author may stand in a mend.
func short(s string) bool {
	return len([]rune(s)) <= 60 && !strings.Contains(s, "\n") && !looksLikeKey(s)
}
