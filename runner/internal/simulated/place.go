package simulated

import (
	"strings"
)

// placement is what a text is about.
type placement struct {
	value   int                 // position on the circle
	known   bool                // recognised by its meaning; else value is a pseudo-position
	against bool                // the text denies the value ("not important to")
	id      uint64              // hash of the text without fillers and endings
	score   [valueCount]float64 // weight of each value's words
}

type stem struct {
	value  int
	weight int8
}

// lexicon finds values in words; it is read-only once made.
type lexicon struct {
	exact   map[string][]stem
	prefix  map[string][]stem
	longest int
	phrases []phrase
	filler  map[string]bool
}

// newLexicon indexes the word lists.
func newLexicon() *lexicon {
	l := &lexicon{exact: map[string][]stem{}, prefix: map[string][]stem{}, filler: map[string]bool{}}
	for v := range stems {
		for _, w := range strings.Fields(stems[v] + " " + scenes[v]) {
			s := stem{v, 2}
			switch w[0] {
			case '!':
				s.weight, w = 4, w[1:]
			case '~':
				s.weight, w = 1, w[1:]
			}
			if rest, ok := strings.CutPrefix(w, "="); ok {
				l.exact[rest] = append(l.exact[rest], s)
				continue
			}
			l.prefix[w] = append(l.prefix[w], s)
			l.longest = max(l.longest, len(w))
		}
	}
	for _, p := range append(phrases[:len(phrases):len(phrases)], scenePhrases...) {
		if !strings.HasSuffix(p.words, "*") {
			p.words += " "
		}
		p.words = " " + strings.TrimSuffix(p.words, "*")
		l.phrases = append(l.phrases, p)
	}
	for _, w := range strings.Fields(fillers) {
		l.filler[w] = true
	}
	return l
}

// place reads what a text is about.
func (l *lexicon) place(text string) placement {
	var p placement
	words := normalise(text)
	for w := range strings.FieldsSeq(words) {
		for _, s := range l.find(w) {
			p.score[s.value] += float64(s.weight)
		}
		if !l.filler[w] {
			p.id = hashText(p.id, ending(w))
		}
	}
	for _, ph := range l.phrases {
		if contains(words, ph.words) {
			p.score[ph.value] += float64(ph.weight)
		}
	}
	p.against = denies(words)
	best := 0
	for v, s := range p.score {
		if s > p.score[best] {
			best = v
		}
	}
	if p.score[best] >= 3 {
		p.value, p.known = best, true
	} else {
		p.value = key(p.id).below(streamPseudo, 0, valueCount)
	}
	return p
}

// find returns the stems of the longest entry that w begins with.
func (l *lexicon) find(w string) []stem {
	if s, ok := l.exact[w]; ok {
		return s
	}
	for n := min(len(w), l.longest); n >= 3; n-- {
		if s, ok := l.prefix[w[:n]]; ok {
			return s
		}
	}
	return nil
}

// denies reports whether a text says that something does not matter.
func denies(words string) bool {
	for _, d := range [...]string{
		" not important", " unimportant", " does not matter", " doesn't matter", " do not matter",
		" don't matter", " does not care", " doesn't care", " do not care", " don't care", " not interested",
	} {
		if strings.Contains(words, d) {
			return true
		}
	}
	return false
}

// contains looks for a phrase; an inner * stands for the rest of a word.
func contains(words, phrase string) bool {
	head, tail, star := strings.Cut(phrase, "*")
	if !star {
		return strings.Contains(words, phrase)
	}
	for at := words; ; {
		i := strings.Index(at, head)
		if i < 0 {
			return false
		}
		at = at[i+len(head):]
		if end := strings.IndexByte(at, ' '); end >= 0 && contains(at[end:], tail) && strings.HasPrefix(at[end:], firstWord(tail)) {
			return true
		}
	}
}

// firstWord is the leading blank and word of a phrase, up to its end or star.
func firstWord(s string) string {
	if i := strings.IndexAny(s[1:], " *"); i >= 0 {
		return s[:i+1]
	}
	return s
}

// normalise gives the words of a text in lower case, each with one blank on
// either side; hyphens and apostrophes inside a word stay.
func normalise(text string) string {
	var b strings.Builder
	b.Grow(len(text) + 2)
	b.WriteByte(' ')
	last := byte(' ')
	put := func(c byte) {
		b.WriteByte(c)
		last = c
	}
	text = strings.ReplaceAll(text, "\u2019", "'")
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 'A' && c <= 'Z':
			put(c + 'a' - 'A')
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c >= 0x80:
			put(c)
		case (c == '-' || c == '\'') && last != ' ' && i+1 < len(text) && text[i+1] > ' ':
			put(c)
		case last != ' ':
			put(' ')
		}
	}
	if last != ' ' {
		b.WriteByte(' ')
	}
	return b.String()
}

// ending strips what a change of person or number changes.
func ending(w string) string {
	for len(w) > 2 && (w[len(w)-1] == 's' || w[len(w)-1] == 'e') {
		w = w[:len(w)-1]
	}
	return w
}
